"""The reward function of OpenRLHF: ``--reward.remote_url .../sfr_openrlhf.py``, the file of the kit, which names this one.

OpenRLHF passes an output with its prompt before it and its special tokens in it, and no settings: these
come from the environment variable ``SFR_REWARD``. The terms go to its logger, as ``extra_logs``. Its
dynamic filtering compares the mean ``scores`` of a group with a range; they are the value, cut to
[0, 1], so that groups of bad outputs look alike to it: use it with ``scale=unit``, which cuts nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import sfr

__all__ = ["reward_func"]

_log = logging.getLogger(__name__)


def reward_func(queries: Sequence[str], prompts: Sequence[str], labels: Sequence[str], **_: Any) -> dict[str, Any]:
    """The reward of one output, as numbers: OpenRLHF makes tensors of one dimension of them, and of two of lists."""
    try:
        (output,) = map(sfr.after_prompt, queries, prompts)  # one in a call, as OpenRLHF has it
        grade = sfr.configured().grade(labels[0], output)
    except ValueError as error:
        # OpenRLHF says so at the level INFO, goes on without a reward, and fails where nobody looks for the cause.
        hint = "" if labels and labels[0] else "\n  the label is empty: --data.label_key label names the column"
        _log.error("an output gets no reward: %s%s", error, hint)
        raise
    scores = min(max(grade.value, 0.0), 1.0)
    logs = {f"sfr/{name}": value for name, value in grade.terms.items()}
    return {"rewards": grade.value, "scores": scores, "extra_logs": logs}
