"""rLLM: a call for each episode, a dict with ``reward``, ``is_correct`` and ``signals`` back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sfr.trainers._convention import Convention, Outcome

__all__ = ["RLLM"]


class _RLLM(Convention):
    def shown(self, row: Mapping[str, Any], output: str) -> dict[str, Any]:
        trajectory = {"output": output, "steps": [{"output": output}]}
        return {
            "task": {"instruction": row["question"], "metadata": dict(row)},
            "episode": {"artifacts": {}, "trajectories": [trajectory]},
        }

    def call(
        self, reward: Any, truths: Sequence[str], outputs: Sequence[str], settings: Mapping[str, Any]
    ) -> list[Outcome]:
        del settings  # it passes none
        found = []
        for number, (truth, output) in enumerate(zip(truths, outputs, strict=True)):
            step = SimpleNamespace(output=output, model_response="")
            trajectory = SimpleNamespace(output=output, steps=[step], signals={})
            task = SimpleNamespace(id=str(number), instruction="?", metadata={"ground_truth": truth})
            result = reward(task=task, episode=SimpleNamespace(artifacts={}, trajectories=[trajectory]))
            signals = {name: float(value) for name, value in result["signals"].items()}
            found.append(Outcome(float(result["reward"]), signals))
        return found


RLLM = _RLLM(
    name="rllm",
    title="rLLM",
    read_from="rllm-org/rllm 9beb6e0, rllm/eval/evaluator_loader.py, load_evaluator",
    proof="contract",
    route="sfr.adapters.rllm:evaluate",
    rows="rllm",
    settings="environment",
)
