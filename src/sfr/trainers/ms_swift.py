"""ms-swift: a call for each batch, columns as lists; rewards are all that it logs, and None is no value of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sfr.adapters.ms_swift import term_rewards
from sfr.trainers._convention import Convention, Outcome

__all__ = ["MS_SWIFT"]


class _MsSwift(Convention):
    def shown(self, row: Mapping[str, Any], output: str) -> dict[str, Any]:
        return _passed([row], [output])

    def call(
        self, reward: Any, truths: Sequence[str], outputs: Sequence[str], settings: Mapping[str, Any]
    ) -> list[Outcome]:
        del settings  # it passes none
        asked = [{"role": "user", "content": "?"}]
        passed = _passed([{"messages": asked, "solution": truth, "dataset": "mine"} for truth in truths], outputs)
        values = reward(args=None)(**passed)
        columns = {name.removeprefix("sfr_"): term(args=None)(**passed) for name, term in term_rewards().items()}
        # What is None has no part in a mean; here it is 0, so that all outputs have the same terms.
        terms = [{name: column[i] or 0.0 for name, column in columns.items()} for i in range(len(outputs))]
        return [Outcome(value, found) for value, found in zip(values, terms, strict=True)]


def _passed(rows: Sequence[Mapping[str, Any]], outputs: Sequence[str]) -> dict[str, Any]:
    """The keywords for some rows, all with the columns of the first, and an output of each."""
    many = len(outputs)
    answered = [
        [*row["messages"], {"role": "assistant", "content": output}] for row, output in zip(rows, outputs, strict=True)
    ]
    names = [name for name in (rows[0] if rows else ()) if name != "messages"]
    return {
        "completions": list(outputs),
        "messages": answered,
        "prompt_id": [str(number) for number in range(many)],
        "request_id": [str(number) for number in range(many)],
        "finish_reason": ["stop"] * many,
        "is_truncated": [False] * many,
        "rollout_infos": [{}] * many,
        "response_token_ids": [[0]] * many,
        **{name: [row[name] for row in rows] for name in names},
        "trainer_state": None,
    }


MS_SWIFT = _MsSwift(
    name="ms-swift",
    title="ms-swift",
    library="swift",
    read_from="ms-swift 4.6.0, swift/rl_core/grpo_algorithm.py, compute_rewards_per_func",
    proof="trainer",
    route="sfr.adapters.ms_swift:SFRReward",
    rows="ms-swift",
    settings="environment",
    distribution="ms-swift",
    tested="4.6.0",
    shim="sfr_ms_swift.py",
    no_thinking="--enable_thinking false",
)
