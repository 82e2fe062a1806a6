"""The summary of a scored file: a table for people, an object for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from sfr.reports.visible import visible
from sfr.rewards import Reward
from sfr.scoring import Tally
from sfr.structures import Task

__all__ = ["summary_json", "summary_table"]

Tallies = Mapping[tuple[Task, str], Tally]


def summary_table(tallies: Tallies, by: str | None = None, *, narrow: bool = False) -> Table:
    """One line for each task, or each task and group; without the spread if it is to be ``narrow``."""
    table = Table(box=None, pad_edge=False, collapse_padding=narrow, header_style="bold")
    table.add_column("task")
    if by is not None:
        table.add_column(visible(by))
    shown = [name for name in _cells(Tally(n=1)) if not narrow or name not in {"sd", "min", "max"}]
    for name in shown:
        table.add_column(name, justify="right", no_wrap=True)
    previous = None
    for (task, group), tally in tallies.items():
        if previous not in {None, task}:
            table.add_section()
        previous = task
        table.add_row(task, *([visible(group)] if by is not None else []), *map(_cells(tally).get, shown))
    return table


def _cells(tally: Tally) -> dict[str, str]:
    return {
        "outputs": f"{tally.n:,}",
        "mean": f"{tally.mean:.3f}",
        "sd": f"{tally.deviation:.3f}",
        "min": f"{tally.low:.3f}",
        "max": f"{tally.high:.3f}",
        "at best": f"{tally.perfect / tally.n:.1%}",
        "recovered": f"{tally.recovered / tally.n:.1%}",
        "unparsable": f"{tally.unparsable / tally.n:.1%}",
        "duplicates": f"{tally.duplicates:,}",
    }


def summary_json(tallies: Tallies, rewards: Mapping[Task, Reward], bad: int) -> dict[str, Any]:
    """The summary as an object: signatures, the bad rows that were passed over, and every group."""
    tasks = {task for task, _ in tallies}
    return {
        "signatures": {task: reward.signature for task, reward in rewards.items() if task in tasks},
        "bad_rows": bad,
        "groups": [{"task": task, "group": group, **_numbers(tally)} for (task, group), tally in tallies.items()],
    }


def _numbers(tally: Tally) -> dict[str, Any]:
    return {
        "outputs": tally.n,
        "mean": tally.mean,
        "sd": tally.deviation,
        "min": tally.low,
        "max": tally.high,
        "at_best": tally.perfect,
        "recovered": tally.recovered,
        "unparsable": tally.unparsable,
        "duplicates": tally.duplicates,
        "mean_terms": {name: total / tally.n for name, total in tally.terms.items()},
        "problems": dict(tally.problems.most_common()),
    }
