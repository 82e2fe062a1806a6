"""The tables of the paper, figure by figure as printed, with notes on what they mean and where they disagree.

They lie in ``tables/``, one JSON file each. Figures are decimals, so that none is rounded.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Literal

from msgspec import Struct, json

__all__ = ["Note", "Row", "Table", "table", "tables"]

NUMBERS = range(1, 8)

_FOLDER = resources.files("sfr.paper").joinpath("tables")


class Note(Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence or two about a table.

    A ``definition`` is what the paper says, or leaves open, about how figures came about; a ``slip`` is where
    figures, marks and text disagree; a ``remark`` is what the figures show when one reckons on.
    """

    kind: Literal["definition", "slip", "remark"]
    text: str
    systems: tuple[str, ...] = ()
    """The systems that it is about; none if it is about the table."""


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    """A row of a table: its figures by column, without those that the paper does not print."""

    name: str
    figures: dict[str, Decimal]
    data_set: str = ""
    """The name of the data set in the catalogue, for a row that is one."""
    out_of_domain: bool = False
    """Whether the paper trains on none of it; such rows bear a star there."""
    underlined: tuple[str, ...] = ()
    """Where the paper puts the mark of the second best."""


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the paper. Systems are named as in its Table 1, also where others shorten the name."""

    number: int
    title: str
    metric: str
    """What the paper calls the numbers."""
    unit: Literal["percent", "tokens"]
    source: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...]
    average: dict[str, Decimal] = {}
    """The averages that are printed; they need not be those of the figures."""
    readings: dict[str, str] = {}
    """The metrics of ours that a number of the table may be, and what a number of each is."""

    def column(self, name: str) -> dict[str, Decimal]:
        """The figures of a column by row, without those that are not printed.

        Raises ValueError for a column that the table lacks.
        """
        if name not in self.columns:
            msg = f"Table {self.number} has no column {name!r}; it has: {', '.join(self.columns)}"
            raise ValueError(msg)
        return {row.name: row.figures[name] for row in self.rows if name in row.figures}


@cache
def table(number: int) -> Table:
    """The table of that number.

    Raises ValueError for any but 1 to 7.
    """
    if number not in NUMBERS:
        msg = f"expected a table from {NUMBERS[0]} to {NUMBERS[-1]}, found {number}"
        raise ValueError(msg)
    return json.decode(_FOLDER.joinpath(f"table-{number}.json").read_bytes(), type=Table)


def tables() -> tuple[Table, ...]:
    """All tables, in their order."""
    return tuple(table(number) for number in NUMBERS)
