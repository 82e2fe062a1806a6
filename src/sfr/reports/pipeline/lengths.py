"""The table of the lengths of outputs, as Table 6."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sfr.evaluation.lengths import joined, length_bands, summary
from sfr.paper import table
from sfr.reports.pipeline.contents import Contents
from sfr.reports.sheets import Column, Sheet
from sfr.structures import Task

__all__ = ["lengths_sheet"]

_SHARES = (50, 70, 99)
_SETTINGS = {"cm_3": "CM", "sa": "CM+SA", "de_ee": "CM+SA+DE"}
_SHORTENED: tuple[Task, ...] = ("re", "ee")


def lengths_sheet(contents: Contents) -> Sheet:
    """Table 6."""
    columns = [Column("task", "task", "name"), Column("setting", "after", "name"), Column("source", "of")]
    for share in _SHARES:
        columns += [
            Column(f"p{share}_min", f"P{share} min", "count", "wide"),
            Column(f"p{share}_mean", f"P{share} mean", "number"),
            Column(f"p{share}_max", f"P{share} max", "count", "wide"),
        ]
    columns += [Column("mean", "mean", "number"), Column("max", "max", "count")]
    rows = tuple(
        row
        for task in _SHORTENED
        for name, setting in _SETTINGS.items()
        if name in contents.results.stages
        for row in _rows(contents, task, name, setting)
    )
    longest = contents.results.about["settings"]["evaluation"]["max_tokens"]
    note = (
        f"In tokens of the run's own tokenizer, of all runs together; an answer ends after {longest} at the latest. "
        "A percentile stands for the lengths from the one before up to it, in each data set by itself."
    )
    return Sheet("lengths", "Lengths of outputs (Table 6)", tuple(columns), rows, (note,))


def _rows(contents: Contents, task: Task, name: str, setting: str) -> Iterator[tuple[Any, ...]]:
    """A row of a stage, and one of the paper if it has figures of it."""
    yield task.upper(), setting, "these runs", *_band_cells(contents, task, name)
    for row in table(6).rows:
        if row.name == f"{task.upper()} {setting}":
            figures = [row.figures[f"P{share} {what}"] for share in _SHARES for what in ("min", "mean", "max")]
            yield task.upper(), setting, "the paper", *map(int, figures), None, None


def _band_cells(contents: Contents, task: Task, name: str) -> list[Any]:
    """Least, mean and largest length under each percentile, then the mean and the largest of all."""
    by_set: dict[str, list[int]] = {}
    for one in contents.results.stages[name]:
        for (of, data_set), part in one.outcomes.items():
            if of == task:
                by_set.setdefault(data_set, []).extend(part.lengths)
    bands = joined(length_bands(lengths, _SHARES) for lengths in by_set.values())
    whole = summary([length for lengths in by_set.values() for length in lengths])
    return [value for band in bands for value in (band.min, band.mean, band.max)] + [whole.mean, whole.max]
