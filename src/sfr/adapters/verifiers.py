"""The reward of verifiers 0.4, and of prime-rl, which trains with it.

The kit has a taskset that reads rows and takes settings; with a taskset of one's own whose tasks have a
field ``ground_truth``, ``[env.taskset.task.rewards.sfr]`` with ``fn = "sfr.adapters.verifiers:sfr_reward"``
does, and settings come from the environment variable ``SFR_REWARD``. The terms are metrics of the trace.
"""

from __future__ import annotations

from typing import Any

import sfr

__all__ = ["score_trace", "sfr_reward"]


async def sfr_reward(task: Any, trace: Any) -> float:
    """The reward of a trace by the ground truth of its task."""
    return score_trace(task.ground_truth, trace)


def score_trace(truth: str, trace: Any, **settings: Any) -> float:
    """The reward of the last reply of a trace, which gets the terms as metrics."""
    grade = sfr.configured(**settings).grade(truth, sfr.answer_text(trace.last_reply))
    trace.record_metrics(grade.terms)
    return grade.value
