"""OpenRLHF: a call for each output, in lists of one, with the prompt before it and special tokens in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sfr.trainers._convention import Convention, Outcome

__all__ = ["OPENRLHF"]


class _OpenRLHF(Convention):
    def shown(self, row: Mapping[str, Any], output: str) -> dict[str, Any]:
        turns = "".join(f"<|im_start|>{turn['role']}\n{turn['content']}<|im_end|>\n" for turn in row["input"])
        prompt = f"{turns}<|im_start|>assistant\n"
        return {"queries": [f"{prompt}{output}<|im_end|>"], "prompts": [prompt], "labels": [row["label"]]}

    def call(
        self, reward: Any, truths: Sequence[str], outputs: Sequence[str], settings: Mapping[str, Any]
    ) -> list[Outcome]:
        del settings  # it passes none
        found = []
        for truth, output in zip(truths, outputs, strict=True):
            row = {"input": [{"role": "user", "content": "?"}], "label": truth}
            result = reward(*self.shown(row, output).values())
            found.append(Outcome(result["rewards"], result["extra_logs"]))
        return found


OPENRLHF = _OpenRLHF(
    name="openrlhf",
    title="OpenRLHF",
    library="openrlhf",
    read_from="openrlhf 0.11.2, openrlhf/utils/agent.py, SingleTurnAgentExecutor",
    proof="loader",
    route="sfr.adapters.openrlhf:reward_func",
    rows="openrlhf",
    settings="environment",
    distribution="openrlhf",
    tested="0.11.2",
    shim="sfr_openrlhf.py",
)
