"""Readers: one function for each layout in which data sets are published.

A reader takes a Source and the options of its layout, and yields what it finds with the labels of
the source. It notes what is not as the layout says with ``source.broken`` and goes on, so that all
of it is told at once; dirt that it can go on from travels with what it found, as flaws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sfr.data.layouts._source import FileSource, Flaw, Found, RowSource, Source
from sfr.data.layouts.brat import brat
from sfr.data.layouts.casie import casie
from sfr.data.layouts.columns import columns, conll2012, tagged_rows
from sfr.data.layouts.dygie import dygie
from sfr.data.layouts.marked import marked, marked_rows
from sfr.data.layouts.mrc import mrc
from sfr.data.layouts.multihead import multihead
from sfr.data.layouts.oneie import oneie
from sfr.data.layouts.own import records
from sfr.data.layouts.phee import phee
from sfr.data.layouts.strings import iepile, instructuie, nyt
from sfr.data.layouts.tables import ade, ade_rows, gids
from sfr.data.layouts.token_json import spert, uie
from sfr.data.layouts.vehicles import findvehicle

__all__ = ["LAYOUTS", "FileSource", "Flaw", "Found", "Reader", "RowSource", "Source"]

Reader = Callable[..., Iterator[Found]]
"""``reader(source, **options)``; the options are strings, numbers, truth values or lists of them."""

LAYOUTS: dict[str, Reader] = {
    "records": records,
    "columns": columns,
    "conll2012": conll2012,
    "tagged_rows": tagged_rows,
    "marked": marked,
    "marked_rows": marked_rows,
    "gids": gids,
    "ade": ade,
    "ade_rows": ade_rows,
    "nyt": nyt,
    "mrc": mrc,
    "instructuie": instructuie,
    "iepile": iepile,
    "spert": spert,
    "multihead": multihead,
    "dygie": dygie,
    "oneie": oneie,
    "uie": uie,
    "findvehicle": findvehicle,
    "phee": phee,
    "brat": brat,
    "casie": casie,
}
"""The readers by the name of their layout."""
