"""Runs as one page of HTML: what the numbers say, the tables of the paper, charts of training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sfr.evaluation.signatures import Signature
from sfr.pipeline.comparisons import ABLATION, REWARDED, Compared, Row
from sfr.reports.page import check_libraries
from sfr.reports.page.charts import interval_chart
from sfr.reports.page.encodings import Chart, look_of
from sfr.reports.page.frame import framed
from sfr.reports.page.model import Estimate, Figure
from sfr.reports.pipeline.charts import Lines, exploration_charts, loss_charts, reward_charts, stage_chart
from sfr.reports.pipeline.contents import Contents
from sfr.reports.pipeline.notes import notes_of
from sfr.reports.pipeline.tables import SHEETS
from sfr.reports.pipeline.verdicts import Finding, findings
from sfr.reports.sheets import Sheet, sheet_shown
from sfr.structures import TASKS, Task

__all__ = ["run_page"]

_ANSWERS = {"yes": "hit", "no": "spurious", "not sure": "missed", "not known": "unknown"}
"""The colour of each answer; the word says the same."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A table as the page shows it: its title, its columns with whether they hold words, its rows, its notes."""

    title: str
    columns: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Rows:
    """A chart of the rows of a table, and their looks: name, colour, shape."""

    chart: Chart
    looks: Sequence[tuple[str, int, str]]


def run_page(contents: Contents, signature: Signature) -> str:
    """The page of some runs, as HTML.

    Raises ValueError where a library that draws it is not at hand.
    """
    check_libraries()
    about = contents.results.about
    seeds = ", ".join(map(str, contents.results.runs))
    found = findings(contents)
    values = {
        "profile": about["settings"]["title"],
        "seeds": f"seed{'s' if len(contents.results.runs) > 1 else ''} {seeds}",
        "examples": signature.examples,
        "findings": [(one, _ANSWERS[one.answer]) for one in found],
        "counts": list(_counts(found)),
        "headlines": list(_headlines(contents)),
        "tables": {name: _table(make(contents)) for name, make in SHEETS.items()},
        "ablation": _row_chart("Stages taken away", ABLATION, contents.ablation),
        "rewarded": _row_chart("Rewards of DE", REWARDED, contents.rewarded),
        "stage_chart": stage_chart(contents),
        "reward_charts": reward_charts(contents),
        "training": _groups(contents),
        "other_ways": exploration_charts(contents, of_chain=False),
        "notes": notes_of(contents),
        "signature": signature.short,
    }
    return framed(
        "run.html", f"ProUIE, profile {about['profile']}", ["themes.js", "ready.js"], values, package=__package__
    )


def _counts(found: Sequence[Finding]) -> Iterator[tuple[str, str, int]]:
    """How many questions have each answer."""
    for answer, colour in _ANSWERS.items():
        if number := sum(one.answer == answer for one in found):
            yield answer, colour, number


def _headlines(contents: Contents) -> Iterator[tuple[str, str, float, tuple[float, float] | None]]:
    """F1 of each task after the last stage that is there of the paper's own way."""
    for task in TASKS:
        chain = contents.chain[task].estimates
        if chain:
            name = list(chain)[-1]
            yield task.upper(), name, chain[name].f1, chain[name].interval


def _table(sheet: Sheet) -> _Table:
    shown, rows = sheet_shown(sheet)
    columns = [(column.title, column.kind in {"name", "text"}) for column in shown.columns]
    return _Table(shown.title, columns, rows, shown.notes)


def _row_chart(heading: str, rows: Sequence[Row], found: Mapping[Task, Compared]) -> _Rows | None:
    """F1 of the rows of a table, task by task, with intervals."""
    there = [row.title for row in rows if any(row.stages[task] in found[task].estimates for task in TASKS)]
    figures = [
        (task.upper(), _figure(task, row, found[task]))
        for task in TASKS
        for row in rows
        if row.stages[task] in found[task].estimates
    ]
    if not figures:
        return None
    looks = [(name, *look_of(place)) for place, name in enumerate(there)]
    return _Rows(interval_chart(f"{heading}: F1", figures, there), looks)


def _figure(task: Task, row: Row, compared: Compared) -> Figure:
    one = compared.estimates[row.stages[task]]
    low, high = one.interval or (None, None)
    return Figure(row.title, "", task.upper(), Estimate(one.f1, low, high))


def _groups(contents: Contents) -> list[tuple[str, list[Lines]]]:
    groups = [
        ("Deep Exploration", exploration_charts(contents, of_chain=True)),
        ("Supervised stages", loss_charts(contents)),
    ]
    return [(title, charts) for title, charts in groups if charts]
