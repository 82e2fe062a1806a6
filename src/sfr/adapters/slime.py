"""The reward function of slime: ``--custom-rm-path sfr.adapters.slime.custom_rm``, with ``--group-rm`` or without.

slime passes no settings; they come from the environment variable ``SFR_REWARD``. It logs nothing of a
reward but the number, so two functions put the terms into what it logs: ``--custom-rollout-log-function-path
sfr.adapters.slime.log_rollout`` and ``--custom-eval-rollout-log-function-path sfr.adapters.slime.log_eval``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sfr

__all__ = ["custom_rm", "log_eval", "log_rollout"]


async def custom_rm(args: Any, sample: Any, **_: Any) -> Any:
    """The reward of a sample, or the rewards of a list of them.

    A number, or a dict with ``score`` and every term where ``--reward-key`` asks for one of its keys.
    """
    samples = sample if isinstance(sample, list) else [sample]
    grades = _grades(sfr.configured(), samples)
    if getattr(args, "reward_key", None):
        rewards: list[Any] = [{"score": grade.value, **grade.terms} for grade in grades]
    else:
        rewards = [grade.value for grade in grades]
    return rewards if isinstance(sample, list) else rewards[0]


def log_rollout(
    rollout_id: int, args: Any, samples: Sequence[Any], metrics: dict[str, Any] | None, time: float
) -> bool:
    """Add means of the terms, and shares of groups, to the metrics of a rollout, as ``rollout/sfr/NAME``.

    Says that slime shall log them itself; where it has no metrics, as when it loads a rollout from disk,
    there is nothing to add to.
    """
    del rollout_id, args, time
    if metrics is not None:
        grader = replace(sfr.configured(), log=None)  # these samples have been written to the journal once
        grades = _grades(grader, samples)
        found = {**grader.means(grades), **sfr.group_shares([sample.label for sample in samples], grades)}
        metrics.update({f"rollout/sfr/{name}": value for name, value in found.items()})
    return False


def log_eval(rollout_id: int, args: Any, data: dict[str, dict[str, Any]], metrics: dict[str, Any] | None) -> bool:
    """Add the terms of an evaluation beside its rewards, so that slime logs their means as ``eval/DATA/sfr/NAME``."""
    del rollout_id, args, metrics
    grader = replace(sfr.configured(), log=None)
    for name, found in list(data.items()):
        grades = _grades(grader, found.get("samples") or [])
        for term in grader.names if grades else ():
            data[f"{name}/sfr/{term}"] = {"rewards": [grade.terms[term] for grade in grades]}
    return False


def _grades(grader: sfr.Grader, samples: Sequence[Any]) -> list[sfr.Grade]:
    return grader.grade_batch([one.label for one in samples], [sfr.without_end(one.response or "") for one in samples])
