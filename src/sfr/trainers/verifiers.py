"""verifiers: an async function for each trace, whose arguments are told by their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sfr.trainers._convention import Convention, Outcome, run

__all__ = ["VERIFIERS"]


class _Trace:
    """What a reward may know of a trace, and where it puts metrics."""

    def __init__(self, output: str) -> None:
        self.last_reply = output.strip()
        self.metrics: dict[str, float] = {}

    def record_metrics(self, values: Mapping[str, float]) -> None:
        self.metrics.update(values)


class _Verifiers(Convention):
    def shown(self, row: Mapping[str, Any], output: str) -> dict[str, Any]:
        return {"task": dict(row), "trace": {"last_reply": output.strip()}}

    def call(
        self, reward: Any, truths: Sequence[str], outputs: Sequence[str], settings: Mapping[str, Any]
    ) -> list[Outcome]:
        del settings  # it passes none
        found = []
        for truth, output in zip(truths, outputs, strict=True):
            trace = _Trace(output)
            value = run(reward(task=SimpleNamespace(ground_truth=truth), trace=trace))
            found.append(Outcome(value, trace.metrics))
        return found


VERIFIERS = _Verifiers(
    name="verifiers",
    title="verifiers and prime-rl",
    library="verifiers",
    read_from="verifiers 0.4.0, verifiers/v1/task.py and verifiers/v1/utils/decorators.py",
    proof="trainer",
    route="sfr.adapters.verifiers:sfr_reward",
    rows="trl",
    settings="environment",
    distribution="verifiers",
    tested="0.4.0",
)
