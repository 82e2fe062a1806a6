"""The evaluator of rLLM: ``--evaluator sfr.adapters.rllm:evaluate``, or ``import_path`` of a dataset's verifier.

rLLM passes no settings; they come from the environment variable ``SFR_REWARD``. Terms are its signals:
they are averaged as ``episode/NAME`` in training.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sfr

__all__ = ["evaluate"]


def evaluate(task: Any, episode: Any) -> dict[str, Any]:
    """The reward of an episode, its terms as signals; correct is what no output of the task could beat."""
    row = task if isinstance(task, Mapping) else task.metadata
    truth: Any = row.get("ground_truth")
    grade = sfr.configured().grade(truth, _answer(episode))
    return {"reward": grade.value, "is_correct": grade.terms["perfect"] == 1.0, "signals": dict(grade.terms)}


def _answer(episode: Any) -> str:
    """What the agent said at last: what it set as its answer, its output, or the text of its last step with one."""
    if (answer := (episode.artifacts or {}).get("answer")) is not None:
        return sfr.answer_text(answer)
    last = episode.trajectories[-1] if episode.trajectories else None
    if last is None or last.output:
        return sfr.answer_text(last and last.output)
    texts = (step.output or step.model_response for step in reversed(last.steps))
    return sfr.answer_text(next(filter(None, texts), None))
