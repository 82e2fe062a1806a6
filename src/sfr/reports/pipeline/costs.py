"""The table of what stages took."""

from __future__ import annotations

from sfr.reports.pipeline.contents import Contents
from sfr.reports.sheets import Column, Sheet

__all__ = ["costs_sheet"]

_MINUTE, _GIB = 60, 2**30


def costs_sheet(contents: Contents) -> Sheet:
    """What the stages took."""
    columns = (
        Column("stage", "stage", "name"),
        Column("seed", "seed", "count"),
        Column("attempts", "attempts", "count"),
        Column("rows", "rows", "count", "wide"),
        Column("steps", "steps", "count"),
        Column("minutes", "minutes", "number"),
        Column("memory", "GiB", "number"),
        Column("step", "s/step", "seconds"),
        Column("generating", "generating", "seconds"),
        Column("updating", "updating", "seconds"),
        Column("grading", "reward", "seconds"),
        Column("share", "reward %", "percent"),
    )
    rows = tuple(
        (
            *(one.stage, one.seed, one.attempts, one.rows, one.steps, one.seconds / _MINUTE, one.memory / _GIB),
            *(one.step, one.generating, one.updating, one.grading, one.share),
        )
        for one in contents.costs
    )
    return Sheet("costs", "What it took", columns, rows, (_OF_TRAINERS, _OF_REWARDS))


_OF_TRAINERS = (
    "Minutes and memory are those of the last attempt, with the trainer's start; memory is that of all its processes. "
    "Seconds of a step of exploration are medians over the steps, as the trainer wrote them down."
)
_OF_REWARDS = (
    "No trainer writes down the time of the reward. It was measured for this table, on this machine and in one "
    "process: the seconds of a processor for one answer of the evaluation, times the outputs of a step."
)
