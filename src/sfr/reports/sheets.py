"""Tables of numbers, and how they are written: for a terminal, as Markdown, CSV, LaTeX, JSON."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from sfr.reports.visible import visible

__all__ = [
    "Column",
    "Kind",
    "Sheet",
    "Shown",
    "sheet_csv",
    "sheet_json",
    "sheet_latex",
    "sheet_markdown",
    "sheet_shown",
    "sheet_table",
    "sheet_text",
]

Kind = Literal[
    "name",
    "text",
    "count",
    "percent",
    "interval",
    "difference",
    "points",
    "points_signed",
    "number",
    "reward",
    "seconds",
    "p",
]
"""What a column holds. ``name``: what rows are about, said once where rows follow one another;
``percent``: shares in [0, 1], shown times 100; ``interval``: two of them; ``difference``: of them;
``points``: percentages as they are, ``points_signed`` differences of them; ``reward``: a signed number;
``seconds``: to the thousandth; ``p``: a probability."""

Value = Any


Shown = Literal["always", "wide", "never"]
"""Whether people see a column: ``wide``: where there is room for it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name for programs, its title for people, what it holds, whether people see it."""

    name: str
    title: str
    kind: Kind = "text"
    shown: Shown = "always"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its name, its title, its columns, its rows (None where there is no value), and notes."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()


def _percent(value: Value) -> str:
    return f"{100 * value:.2f}"


def _interval(value: Value) -> str:
    low, high = value
    return f"[{100 * low:.2f}, {100 * high:.2f}]"


_SHOWN: Mapping[Kind, Callable[[Value], str]] = {
    "name": str,
    "text": str,
    "count": "{:,}".format,
    "percent": _percent,
    "interval": _interval,
    "difference": lambda value: f"{100 * value:+.2f}",
    "points": "{:.2f}".format,
    "points_signed": "{:+.2f}".format,
    "number": "{:,.1f}".format,
    "reward": "{:+.3f}".format,
    "seconds": "{:,.3f}".format,
    "p": lambda value: "<0.001" if value < 0.001 else f"{value:.3f}",  # noqa: PLR2004
}

NOTHING = "-"
_UNBOUNDED = 1_000_000
_NAME = 12
"""So much room is left for a name, if it takes it."""


def _for_people(sheet: Sheet, *, narrow: bool = False) -> Sheet:
    """The table without columns that are for programs, or empty; what all rows are about goes into the title."""
    shown = {"always"} if narrow else {"always", "wide"}
    in_title = {"system", "task", "dataset", "title"} if narrow else {"system"}
    about: list[str] = []
    kept = []
    for i, column in enumerate(sheet.columns):
        values = {row[i] for row in sheet.rows}
        if column.name in in_title and len(values) == 1:
            about += map(str, values)
        elif column.shown in shown and not values <= {None, ""}:
            kept.append(i)
    title = visible(f"{sheet.title}: {', '.join(about)}" if about else sheet.title)
    rows = tuple(tuple(row[i] for i in kept) for row in sheet.rows)
    return Sheet(sheet.name, title, tuple(sheet.columns[i] for i in kept), rows, tuple(map(visible, sheet.notes)))


def _cells(sheet: Sheet) -> list[list[str]]:
    """The cells as people read them."""
    kinds = [column.kind for column in sheet.columns]
    return [
        [
            NOTHING if value is None or value == "" else visible(_SHOWN[kind](value))
            for kind, value in zip(kinds, row, strict=True)
        ]
        for row in sheet.rows
    ]


def _said_once(sheet: Sheet, rows: list[list[str]]) -> list[list[str]]:
    """The rows without the names that stand in the row before, from the left to the first that differs."""
    names = [column.kind == "name" for column in sheet.columns]
    found = rows[:1]
    for before, row in pairwise(rows):
        same = 0
        while same < len(row) and names[same] and row[same] == before[same]:
            same += 1
        found.append([""] * same + row[same:])
    return found


def sheet_shown(sheet: Sheet) -> tuple[Sheet, list[list[str]]]:
    """The table as people are to see it, and its cells as they read them, names said once."""
    sheet = _for_people(sheet)
    return sheet, _said_once(sheet, _cells(sheet))


def sheet_table(sheet: Sheet, *, narrow: bool = False) -> Table:
    """The table for a terminal, if it is to be ``narrow`` without all that can be spared.

    Titles and names may be broken to fit, numbers are not.
    """
    sheet = _for_people(sheet, narrow=narrow)
    cells = _cells(sheet)
    table = Table(box=None, pad_edge=False, header_style="bold", title=sheet.title, title_justify="left")
    table.title_style = "bold"
    for i, column in enumerate(sheet.columns):
        is_text = column.kind in {"name", "text"}
        widest = max((cell_len(row[i]) for row in cells), default=0)
        least = max(min(widest, _NAME) if is_text else widest, *map(cell_len, column.title.split()))
        table.add_column(column.title, justify="left" if is_text else "right", min_width=least, overflow="fold")
    for row in _said_once(sheet, cells):
        table.add_row(*row)
    return table


def sheet_text(sheet: Sheet) -> str:
    """The table as plain text, in lines as long as they are, its notes below."""
    file = io.StringIO()
    plain = Console(file=file, width=_UNBOUNDED, color_system=None, markup=False, emoji=False, highlight=False)
    plain.print(sheet_table(sheet))
    lines = [line.rstrip() for line in file.getvalue().splitlines()]
    return "".join(f"{line}\n" for line in (*lines, *map(visible, sheet.notes)))


def sheet_markdown(sheet: Sheet) -> str:
    """The table as Markdown, its title above and its notes below."""
    sheet = _for_people(sheet)
    rows = [[_for_markdown(cell) for cell in row] for row in _cells(sheet)]
    notes = "".join(f"\n{_for_markdown(note)}\n" for note in sheet.notes)
    return f"### {_for_markdown(sheet.title)}\n\n{_tabulated(sheet, rows, 'pipe')}\n{notes}"


def _for_markdown(text: str) -> str:
    return re.sub(r"([\\|*_`<>\[\]#&~])", r"\\\1", text)


def sheet_latex(sheet: Sheet) -> str:
    """The table as LaTeX (package booktabs), its notes as comments."""
    sheet = _for_people(sheet)
    notes = "".join(f"% {line}\n" for line in (sheet.title, *sheet.notes))
    return f"{notes}{_tabulated(sheet, _cells(sheet), 'latex_booktabs')}\n"


def _tabulated(sheet: Sheet, rows: list[list[str]], form: str) -> str:
    try:
        from tabulate import tabulate
    except ImportError:
        msg = "tables as Markdown and LaTeX take tabulate: python -m pip install 'sfr[eval]'"
        raise ValueError(msg) from None
    align = ["left" if column.kind in {"name", "text"} else "right" for column in sheet.columns]
    titles = [column.title for column in sheet.columns]
    return str(tabulate(rows, titles, form, colalign=align if rows else None, disable_numparse=True))


def sheet_csv(sheet: Sheet, more: Mapping[str, str] = {}) -> str:
    """The table as CSV, with full precision; ``more`` are columns with one value for all rows."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*_flat_names(sheet.columns), *more])
    for row in sheet.rows:
        writer.writerow([*_flat(sheet.columns, row), *more.values()])
    return file.getvalue().encode(errors="replace").decode()  # half of a surrogate pair cannot be written


def _flat_names(columns: Sequence[Column]) -> list[str]:
    """An interval is two columns."""
    return [
        name
        for column in columns
        for name in ((f"{column.name}_low", f"{column.name}_high") if column.kind == "interval" else (column.name,))
    ]


def _flat(columns: Sequence[Column], row: Sequence[Value]) -> list[Value]:
    return [
        part
        for column, value in zip(columns, row, strict=True)
        for part in ((value or (None, None)) if column.kind == "interval" else (value,))
    ]


def sheet_json(sheet: Sheet) -> list[dict[str, Value]]:
    """The rows as objects."""
    names = _flat_names(sheet.columns)
    return [dict(zip(names, _flat(sheet.columns, row), strict=True)) for row in sheet.rows]
