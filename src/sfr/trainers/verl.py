"""verl: a call for each output, keywords alone, a number or a dict with ``score``."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from sfr.trainers._convention import Convention, Outcome, run

__all__ = ["VERL"]


class _Verl(Convention):
    def shown(self, row: Mapping[str, Any], output: str) -> dict[str, Any]:
        return {
            "data_source": row["data_source"],
            "solution_str": output,
            "ground_truth": row["reward_model"]["ground_truth"],
            "extra_info": {**row.get("extra_info", {}), "num_turns": 2, "rollout_reward_scores": {}, "global_steps": 0},
        }

    def call(
        self, reward: Any, truths: Sequence[str], outputs: Sequence[str], settings: Mapping[str, Any]
    ) -> list[Outcome]:
        found = []
        for number, (truth, output) in enumerate(zip(truths, outputs, strict=True)):
            row = {"data_source": "mine", "reward_model": {"ground_truth": truth}, "extra_info": {"index": number}}
            result = reward(**self.shown(row, output), **settings)
            if inspect.isawaitable(result):
                result = run(result)
            found.append(Outcome(result["score"], {k: v for k, v in result.items() if k != "score"}))
        return found


VERL = _Verl(
    name="verl",
    title="verl",
    library="verl",
    read_from="verl 0.9.1, verl/experimental/reward_loop/reward_manager/naive.py",
    proof="trainer",
    route="sfr.adapters.verl:compute_score",
    rows="verl",
    settings="keywords",
    distribution="verl",
    tested="0.9.1",
    no_thinking="data.apply_chat_template_kwargs.enable_thinking: false",
)
