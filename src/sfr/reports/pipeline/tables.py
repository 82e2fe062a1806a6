"""The tables of runs by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sfr.reports.pipeline.contents import Contents
from sfr.reports.pipeline.costs import costs_sheet
from sfr.reports.pipeline.differences import differences_sheet
from sfr.reports.pipeline.lengths import lengths_sheet
from sfr.reports.pipeline.verdicts import findings
from sfr.reports.pipeline.worth import ablation_sheet, remedies_sheet, rewards_sheet, stages_sheet
from sfr.reports.sheets import Column, Sheet

__all__ = ["SHEETS", "sheets"]


def _verdict_sheet(contents: Contents) -> Sheet:
    """What the numbers say."""
    columns = (Column("question", "question", "text"), Column("answer", "answer"), Column("numbers", "numbers"))
    rows = tuple((one.question, one.answer, one.numbers) for one in findings(contents))
    note = (
        "yes: the interval of the difference is above 0; no: it is below; not sure: it holds 0; "
        "not known: there is no interval. Each interval is of its question alone: of twenty such, one is off by chance."
    )
    return Sheet("verdict", "What the numbers say", columns, rows, (note,))


SHEETS: Mapping[str, Callable[[Contents], Sheet]] = {
    "verdict": _verdict_sheet,
    "ablation": ablation_sheet,
    "rewards": rewards_sheet,
    "lengths": lengths_sheet,
    "stages": stages_sheet,
    "remedies": remedies_sheet,
    "differences": differences_sheet,
    "costs": costs_sheet,
}
"""The tables by name."""


def sheets(contents: Contents, names: Iterable[str]) -> list[Sheet]:
    """The tables of these names, those without rows as well: they say what would add some."""
    return [SHEETS[name](contents) for name in names]
