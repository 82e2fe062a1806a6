"""Numbers of one's own beside those of the paper, and in what they may differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from sfr.paper.figures import Note, Row, Table, table, tables

__all__ = ["PROUIE", "Cell", "Comparison", "Line", "beside_paper", "beside_table", "compared_metrics"]

PROUIE = "ProUIE (4B)"
"""The system of the paper, as its Table 1 names it."""

_SPAN = "_span"
_BY_PLACE = "It compares places; the outputs of the paper hold no offsets, so its numbers can only be of texts."


@dataclass(frozen=True, slots=True)
class Line:
    """One's own number of a data set, or the mean over several, beside those of systems of the paper."""

    name: str
    mine: float
    paper: float
    best_other: float
    """The best figure among all other systems; of a mean, among those that have a figure for every data set."""
    best_others: tuple[str, ...]
    """The systems that have it."""
    data_sets: int = 1
    out_of_domain: bool | None = None
    """None for the mean over all data sets."""

    @property
    def difference(self) -> float:
        """One's own number less that of the paper."""
        return self.mine - self.paper


@dataclass(frozen=True, slots=True)
class Comparison:
    """Numbers of a metric beside a table of the paper."""

    table: Table
    metric: str
    system: str
    lines: tuple[Line, ...]
    """In the order of the table."""
    averages: tuple[Line, ...]
    """Unweighted, as in the paper: of all lines, then in domain and out of domain if there are both."""
    left_out: tuple[str, ...]
    """Data sets for which the paper gives no figure of the system."""
    notes: tuple[str, ...]
    """What the number is, and what is known or not known of the paper's; those that bear on these lines."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One's own number beside a figure of the paper."""

    row: str
    column: str
    mine: float
    paper: float

    @property
    def difference(self) -> float:
        """One's own number less that of the paper."""
        return self.mine - self.paper


def compared_metrics() -> tuple[str, ...]:
    """The metrics of which the paper has figures by data set; each also with ``_span`` at its end."""
    return tuple(metric for each in tables() for metric in each.readings)


def beside_paper(metric: str, mine: Mapping[str, float], system: str = PROUIE) -> Comparison:
    """Percentages by data set beside those that the paper gives for a system.

    Data sets go by their names in the catalogue, systems by those in Table 1.
    Raises ValueError for a metric of which the paper has no figures, or a system that its table lacks.
    """
    found = _table_of(metric)
    figures = found.column(system)
    rows = [row for row in found.rows if row.data_set in mine and row.name in figures]
    lines = tuple(_line(row.data_set, [row], mine, system, out=row.out_of_domain) for row in rows)
    averages = tuple(_averages(rows, mine, system))
    shown = {system}.union(*(line.best_others for line in (*lines, *averages)))
    compared = {line.name for line in lines}
    return Comparison(
        table=found,
        metric=metric,
        system=system,
        lines=lines,
        averages=averages,
        left_out=tuple(name for name in mine if name not in compared),
        notes=(_reading(found, metric), *_coverage(found, system, len(lines)), *_notes(found.notes, shown)),
    )


def beside_table(number: int, mine: Mapping[tuple[str, str], float]) -> tuple[Cell, ...]:
    """Numbers by row and column beside the figures of a table, in its order.

    Raises ValueError that names every row and column for which the paper has no figure.
    """
    found = table(number)
    figures = {(row.name, column): row.figures[column] for row in found.rows for column in row.figures}
    if unknown := [f"{row} / {column}" for row, column in mine if (row, column) not in figures]:
        rows = ", ".join(row.name for row in found.rows)
        msg = (
            f"Table {number} has no figure for {', '.join(unknown)}; "
            f"it has the rows {rows}, and the columns {', '.join(found.columns)}"
        )
        raise ValueError(msg)
    return tuple(
        Cell(row, column, mine[row, column], float(figure))
        for (row, column), figure in figures.items()
        if (row, column) in mine
    )


def _table_of(metric: str) -> Table:
    for each in tables():
        if metric.removesuffix(_SPAN) in each.readings:
            return each
    msg = f"the paper has no figures of {metric!r} by data set; it has them of: {', '.join(compared_metrics())}"
    raise ValueError(msg)


def _line(name: str, rows: Sequence[Row], mine: Mapping[str, float], system: str, *, out: bool | None = None) -> Line:
    """The mean over rows; of one row, its own figures."""
    others = {
        other: _mean(rows, other)
        for other in rows[0].figures
        if other != system and all(other in row.figures for row in rows)
    }
    best = max(others.values())
    return Line(
        name=name,
        mine=fmean(mine[row.data_set] for row in rows),
        paper=_mean(rows, system),
        best_other=best,
        best_others=tuple(other for other, figure in others.items() if figure == best),
        data_sets=len(rows),
        out_of_domain=out,
    )


def _mean(rows: Sequence[Row], system: str) -> float:
    return float(sum(row.figures[system] for row in rows) / len(rows))


def _averages(rows: Sequence[Row], mine: Mapping[str, float], system: str) -> Iterable[Line]:
    if not rows:
        return
    yield _line("average", rows, mine, system)
    outside = [row for row in rows if row.out_of_domain]
    inside = [row for row in rows if not row.out_of_domain]
    if inside and outside:
        yield _line("average, in domain", inside, mine, system, out=False)
        yield _line("average, out of domain", outside, mine, system, out=True)


def _reading(found: Table, metric: str) -> str:
    reading = found.readings[metric.removesuffix(_SPAN)]
    return f"{reading} {_BY_PLACE}" if metric.endswith(_SPAN) else reading


def _coverage(found: Table, system: str, shared: int) -> Iterable[str]:
    """What to know about the average, where it is not over the whole table."""
    if 0 < shared < len(found.rows):
        printed = found.average.get(system)
        other = f"; the average that the paper prints, {printed}, is over all" if printed is not None else ""
        yield f"The average is over {shared} of the {len(found.rows)} data sets of Table {found.number}{other}."


def _notes(notes: Iterable[Note], shown: set[str]) -> Iterable[str]:
    """The definitions, and whatever disagrees about the systems that are shown."""
    for note in notes:
        about_shown = not shown.isdisjoint(note.systems)
        if (note.kind == "definition" and not note.systems) or (note.kind != "remark" and about_shown):
            yield note.text
