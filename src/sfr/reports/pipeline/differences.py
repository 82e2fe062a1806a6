"""The table of what sets rows apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sfr.evaluation.numbers import Contrast
from sfr.pipeline.comparisons import ABLATION, REMEDIES, REWARDED
from sfr.reports.pipeline.contents import Contents
from sfr.reports.sheets import Column, Sheet
from sfr.structures import TASKS

__all__ = ["differences_sheet"]


def differences_sheet(contents: Contents) -> Sheet:
    """What sets rows apart, and how sure that is."""
    columns = (
        Column("table", "table", "name"),
        Column("task", "task", "name"),
        Column("first", "from", "name"),
        Column("second", "to"),
        Column("difference", "difference", "difference"),
        Column("interval", f"{100 * contents.setup.level:g} % interval", "interval"),
        Column("bootstrap", "p boot.", "p"),
        Column("bootstrap_adjusted", "Holm", "p", "wide"),
        Column("randomisation", "p random.", "p", "wide"),
        Column("randomisation_adjusted", "Holm", "p", "wide"),
    )
    families = [
        ("ablation", ABLATION, contents.ablation),
        ("rewards", REWARDED, contents.rewarded),
        ("stages", (), contents.chain),
        ("control", REMEDIES, contents.remedies),
        ("remedies", REMEDIES, contents.kept),
    ]
    rows = [
        (name, task.upper(), *_contrast_cells(one, {row.stages[task]: row.title for row in titled}))
        for name, titled, by_task in families
        for task in TASKS
        for one in by_task[task].contrasts.values()
    ]
    note = (
        "In points of F1, of entities, relations, arguments. Holm: corrected for the rows that are compared with one "
        "and the same; stages are compared pair by pair, without a correction."
    )
    return Sheet("differences", "Differences in F1", columns, tuple(rows), (note,))


def _contrast_cells(one: Contrast, titles: Mapping[str, str]) -> tuple[Any, ...]:
    names = (titles.get(one.first, one.first), titles.get(one.second, one.second))
    tests = (one.bootstrap, one.bootstrap_adjusted, one.randomisation, one.randomisation_adjusted)
    return *names, one.difference, one.interval, *tests
