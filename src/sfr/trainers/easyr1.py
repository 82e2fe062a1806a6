"""EasyR1: a call for all outputs of a step, a dict with ``overall`` for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sfr.trainers._convention import Convention, Outcome

__all__ = ["EASYR1"]


class _EasyR1(Convention):
    def shown(self, row: Mapping[str, Any], output: str) -> dict[str, Any]:
        return {"reward_inputs": [_input(row["answer"], output)]}

    def call(
        self, reward: Any, truths: Sequence[str], outputs: Sequence[str], settings: Mapping[str, Any]
    ) -> list[Outcome]:
        inputs = [_input(truth, output) for truth, output in zip(truths, outputs, strict=True)]
        scores = partial(reward, **settings)(inputs)
        return [Outcome(score["overall"], {k: v for k, v in score.items() if k != "overall"}) for score in scores]


def _input(truth: str, output: str) -> dict[str, Any]:
    return {"response": output, "response_length": len(output.split()), "ground_truth": truth}


EASYR1 = _EasyR1(
    name="easyr1",
    title="EasyR1",
    library="verl",
    read_from="hiyouga/EasyR1 b44b311, verl/workers/reward/function.py, AutoRewardManager",
    proof="contract",
    route="sfr.adapters.easyr1:compute_score",
    rows="easyr1",
    settings="keywords",
    shim="sfr_easyr1.py",
    no_thinking="data.override_chat_template: no_thinking.jinja, the file of the kit",
)
