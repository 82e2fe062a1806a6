"""What the tables of runs are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sfr.evaluation.numbers import Contrast
from sfr.evaluation.signatures import Setup
from sfr.pipeline.comparisons import ABLATION, CHAIN, EXPLORED, REMEDIES, REWARDED, Compared, Row, compare
from sfr.pipeline.costs import Cost, costs_of
from sfr.pipeline.results import Results
from sfr.pipeline.rises import Rise, rise_of
from sfr.structures import TASKS, Task

__all__ = ["Contents", "contents_of"]

ByTask = Mapping[Task, Compared]


@dataclass(frozen=True, slots=True)
class Contents:
    """Numbers of runs, with intervals and differences, by task.

    ``ablation`` and ``rewarded`` have every row against the first, their orders every pair; ``chain`` has every stage
    against the one before, and every phase of DE against the last; ``remedies`` has every row against the control,
    ``kept`` every remedy against DE without one.
    """

    results: Results
    setup: Setup
    ablation: ByTask
    ablation_order: ByTask
    rewarded: ByTask
    rewarded_order: ByTask
    chain: ByTask
    remedies: ByTask
    kept: ByTask
    rises: tuple[Rise, ...]
    costs: Sequence[Cost]


def contents_of(results: Results, setup: Setup) -> Contents:
    """All numbers of the tables.

    Raises ValueError when intervals are wanted and numpy is missing.
    """
    explored = [name for name, found in results.stages.items() if found[0].stage.kind == "exploration"]
    rises = [rise_of(results, name, setup) for name in explored]
    return Contents(
        results=results,
        setup=setup,
        ablation=_against_first(results, ABLATION, setup),
        ablation_order=_every_pair(results, ABLATION, setup),
        rewarded=_against_first(results, REWARDED, setup),
        rewarded_order=_every_pair(results, [row for row in REWARDED if row.paper], setup),
        chain={task: _chain(results, task, setup) for task in TASKS},
        remedies=_against_first(results, REMEDIES, setup),
        kept=_against_first(results, EXPLORED, setup),
        rises=tuple(rise for rise in rises if rise is not None),
        costs=costs_of(results),
    )


def _against_first(results: Results, rows: Sequence[Row], setup: Setup) -> ByTask:
    """Rows against the first; without differences where that is missing."""
    found = {}
    for task in TASKS:
        names = _names(rows, task)
        one = compare(results, task, names, setup)
        found[task] = one if names[0] in results.stages else replace(one, contrasts={})
    return found


def _every_pair(results: Results, rows: Sequence[Row], setup: Setup) -> ByTask:
    return {task: compare(results, task, _names(rows, task), setup, "all") for task in TASKS}


def _names(rows: Iterable[Row], task: Task) -> list[str]:
    return [row.stages[task] for row in rows]


def _chain(results: Results, task: Task, setup: Setup) -> Compared:
    """The stages one after the other: each against the one before, and a phase of DE against the last stage.

    Each difference is a question of its own, so that none is corrected for the others.
    """
    whole = compare(results, task, CHAIN, setup)
    there = list(whole.estimates)
    explored = [name for name in there if results.stages[name][0].stage.kind == "exploration"]
    asked = dict.fromkeys([*pairwise(there), *((name, explored[-1]) for name in explored[:-1])])
    contrasts: dict[tuple[str, str], Contrast] = {}
    for pair in asked:
        contrasts |= compare(results, task, pair, setup).contrasts
    return replace(whole, contrasts=contrasts)
