"""TRL: a call for each batch, columns as lists, a number for each completion; and Axolotl, which does the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sfr.trainers._convention import Convention, Outcome

__all__ = ["AXOLOTL", "TRL"]


class _TRL(Convention):
    def shown(self, row: Mapping[str, Any], output: str) -> dict[str, Any]:
        return {**_passed([row], [output]), "log_extra": "a function", "log_metric": "a function"}

    def call(
        self, reward: Any, truths: Sequence[str], outputs: Sequence[str], settings: Mapping[str, Any]
    ) -> list[Outcome]:
        columns: defaultdict[str, list[Any]] = defaultdict(list)
        shared: dict[str, float] = {}
        if settings:  # in Python, where an object with settings takes the place of the function
            reward = type(reward)(**settings)
        asked = [{"role": "user", "content": "?"}]
        values = reward(
            **_passed([{"prompt": asked, "ground_truth": truth, "dataset": "mine"} for truth in truths], outputs),
            log_extra=lambda column, found: columns[column].extend(found),
            log_metric=shared.__setitem__,
        )
        return [Outcome(value, {name: column[i] for name, column in columns.items()}) for i, value in enumerate(values)]


def _passed(rows: Sequence[Mapping[str, Any]], outputs: Sequence[str]) -> dict[str, Any]:
    """The keywords for some rows, all with the columns of the first, and an output of each."""
    names = [name for name in (rows[0] if rows else ()) if name != "prompt"]
    return {
        "prompts": [row["prompt"] for row in rows],
        "completions": [[{"role": "assistant", "content": output}] for output in outputs],
        "completion_ids": [[0]] * len(outputs),
        **{name: [row[name] for row in rows] for name in names},
        "trainer_state": None,
    }


TRL = _TRL(
    name="trl",
    title="TRL",
    library="trl",
    read_from="trl 1.16.0, trl/trainer/grpo_trainer.py, _calculate_rewards",
    proof="trainer",
    route="sfr.adapters.trl:sfr_reward",
    rows="trl",
    settings="keywords",
    distribution="trl",
    tested="1.16.0",
    no_thinking="chat_template_kwargs: {enable_thinking: false}",
)

AXOLOTL = _TRL(
    name="axolotl",
    title="Axolotl",
    library="axolotl",
    read_from="axolotl 0.19.0, axolotl/core/trainers/grpo/__init__.py, get_reward_func",
    proof="contract",
    route="sfr.adapters.trl:sfr_reward",
    rows="trl",
    settings="environment",
    distribution="axolotl",
    tested="0.19.0",
)
