"""What the paper reports: its Tables 1 to 7 as data, and numbers of one's own beside them."""

from __future__ import annotations

from sfr.paper.comparison import (
    PROUIE,
    Cell,
    Comparison,
    Line,
    beside_paper,
    beside_table,
    compared_metrics,
)
from sfr.paper.figures import Note, Row, Table, table, tables

__all__ = [
    "PROUIE",
    "Cell",
    "Comparison",
    "Line",
    "Note",
    "Row",
    "Table",
    "beside_paper",
    "beside_table",
    "compared_metrics",
    "table",
    "tables",
]
