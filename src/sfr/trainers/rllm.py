"""rLLM: a call for each episode, a dict with ``reward``, ``is_correct`` and ``signals`` back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sfr.trainers._convention import Convention, Outcome

__all__ = ["RLLM"]


class _RLLM(Convention):
    def shown(self, row: Mapping[str, Any], output: str) -> dict[str, Any]:
        step = {"output": output, "model_response": ""}
        trajectory = {"output": output, "steps": [step], "signals": {}}
        return {
            "task": {"id": "0", "instruction": row["question"], "metadata": dict(row)},
            "episode": {"artifacts": {}, "trajectories": [trajectory]},
        }

    def call(
        self, reward: Any, truths: Sequence[str], outputs: Sequence[str], settings: Mapping[str, Any]
    ) -> list[Outcome]:
        del settings  # it passes none
        found = []
        for truth, output in zip(truths, outputs, strict=True):
            shown = self.shown({"question": "?", "ground_truth": truth}, output)
            (trajectory,) = shown["episode"]["trajectories"]
            steps = [SimpleNamespace(**step) for step in trajectory["steps"]]
            trajectories = [SimpleNamespace(**{**trajectory, "steps": steps})]
            episode = SimpleNamespace(**{**shown["episode"], "trajectories": trajectories})
            result = reward(task=SimpleNamespace(**shown["task"]), episode=episode)
            signals = {name: float(value) for name, value in result["signals"].items()}
            found.append(Outcome(float(result["reward"]), signals))
        return found


RLLM = _RLLM(
    name="rllm",
    title="rLLM",
    library="rllm",
    read_from="rllm-org/rllm 9beb6e0, rllm/eval/evaluator_loader.py, load_evaluator",
    proof="contract",
    route="sfr.adapters.rllm:evaluate",
    rows="rllm",
    settings="environment",
)
