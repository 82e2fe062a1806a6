"""The tables of what models are worth: the paper's own two, every stage, every way of DE."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sfr.paper import table
from sfr.pipeline.comparisons import ABLATION, CHAIN, REMEDIES, REWARDED, Compared, Estimate, Row
from sfr.reports.pipeline.contents import Contents
from sfr.reports.pipeline.notes import missing_notes
from sfr.reports.sheets import Column, Sheet
from sfr.structures import TASKS, Task

__all__ = ["ablation_sheet", "remedies_sheet", "rewards_sheet", "stages_sheet"]

Estimates = Sequence[Estimate | None]
"""What a row is worth on each task, as far as it is there."""


def ablation_sheet(contents: Contents) -> Sheet:
    """Table 5."""
    rows = _rows(ABLATION, contents.ablation)
    return _paper_sheet(
        contents, Sheet("ablation", "Stages taken away (Table 5)", _ABOUT_STAGES, ()), 5, ABLATION, rows
    )


def rewards_sheet(contents: Contents) -> Sheet:
    """Table 7."""
    title = "Rewards of DE, each phase from the model after SA (Table 7)"
    rows = _rows(REWARDED, contents.rewarded)
    return _paper_sheet(contents, Sheet("rewards", title, _ABOUT_REWARD, ()), 7, REWARDED, rows)


_ABOUT_STAGES = (Column("row", "stages", "name"),)
_ABOUT_REWARD = (Column("row", "reward", "name"),)
_ABOUT_STAGE = (Column("row", "stage", "name"),)
_ABOUT_WAY = (Column("row", "way", "name"),)


def _rows(rows: Iterable[Row], found: Mapping[Task, Compared]) -> dict[Row, Estimates]:
    """The rows that are there on some task."""
    by_row = {row: [found[task].estimates.get(row.stages[task]) for task in TASKS] for row in rows}
    return {row: estimates for row, estimates in by_row.items() if any(estimates)}


def _paper_sheet(
    contents: Contents, empty: Sheet, number: int, rows: Sequence[Row], found: Mapping[Row, Estimates]
) -> Sheet:
    """F1 of each task with its interval, and the figures of the paper."""
    columns = list(empty.columns)
    for task in TASKS:
        columns += [Column(task, task.upper(), "percent"), _interval_column(contents, task)]
    columns.append(_runs_column(contents, found.values()))
    columns += [Column(f"paper_{task}", f"paper {task.upper()}", "points") for task in TASKS]
    printed = {row.name: row.figures for row in table(number).rows}
    cells = []
    for row, estimates in found.items():
        figures = printed.get(row.paper, {})
        paper = [float(figures[task.upper()]) if figures else None for task in TASKS]
        own = [cell for one in estimates for cell in ((None, None) if one is None else (one.f1, one.interval))]
        cells.append((row.title, *own, _runs(estimates), *paper))
    note = "F1 in percent, the unweighted mean over the data sets of a task; of entities, relations, arguments."
    notes = (note, *missing_notes(contents.results, rows))
    return replace(empty, columns=tuple(columns), rows=tuple(cells), notes=notes)


def stages_sheet(contents: Contents) -> Sheet:
    """Every task after every stage."""
    by_stage = {name: [contents.chain[task].estimates.get(name) for task in TASKS] for name in CHAIN}
    there = {name: estimates for name, estimates in by_stage.items() if any(estimates)}
    return _worth_sheet(contents, Sheet("stages", "Every task after every stage", _ABOUT_STAGE, ()), there)


def remedies_sheet(contents: Contents) -> Sheet:
    """What DE comes to in other ways, beside the control."""
    found = {row.title: estimates for row, estimates in _rows(REMEDIES, contents.remedies).items()}
    notes = tuple(missing_notes(contents.results, REMEDIES))
    return _worth_sheet(
        contents, Sheet("remedies", "Against forgetting, and the control", _ABOUT_WAY, (), notes), found
    )


def _worth_sheet(contents: Contents, empty: Sheet, found: Mapping[str, Estimates]) -> Sheet:
    """F1 and mean reward of each task."""
    columns = list(empty.columns)
    for task in TASKS:
        columns += [Column(task, task.upper(), "percent"), _interval_column(contents, task)]
        columns += [Column("trigger", "trigger", "percent", "wide")] if task == "ee" else []
        columns.append(Column(f"{task}_reward", "reward", "reward"))
    columns.append(_runs_column(contents, found.values()))
    cells = tuple((title, *_worth_cells(estimates), _runs(estimates)) for title, estimates in found.items())
    note = (
        "F1 in percent, of entities, relations, arguments (and triggers); the reward is that of the paper, "
        "whatever a stage was trained with."
    )
    return replace(empty, columns=tuple(columns), rows=cells, notes=(note, *empty.notes))


def _worth_cells(estimates: Estimates) -> Iterator[Any]:
    for task, one in zip(TASKS, estimates, strict=True):
        yield None if one is None else one.f1
        yield None if one is None else one.interval
        if task == "ee":
            yield None if one is None else one.others["trigger"]
        yield None if one is None else one.reward


def _interval_column(contents: Contents, task: Task) -> Column:
    return Column(f"{task}_interval", f"{100 * contents.setup.level:g} % interval", "interval", "wide")


def _runs_column(contents: Contents, rows: Iterable[Estimates]) -> Column:
    """How many runs a row is of, which people see where some row is not of all."""
    whole = all(_runs(estimates) == len(contents.results.runs) for estimates in rows)
    return Column("runs", "runs", "count", "never" if whole else "always")


def _runs(estimates: Estimates) -> int:
    """How many runs a row is of; the fewest, where a task has fewer than another."""
    return min(one.runs for one in estimates if one is not None)
