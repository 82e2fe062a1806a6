"""Readers: one function for each layout in which data sets are published.

A reader takes a Source and the options of its layout, and yields what it finds with the labels of
the source. It notes what is not as the layout says with ``source.broken`` and goes on, so that all
of it is told at once; dirt that it can go on from travels with what it found, as flaws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sfr.data.layouts._source import FileSource, Flaw, Found, RowSource, Source

__all__ = ["LAYOUTS", "FileSource", "Flaw", "Found", "Reader", "RowSource", "Source"]

Reader = Callable[..., Iterator[Found]]
"""``reader(source, **options)``; the options are strings, numbers, truth values or lists of them."""

LAYOUTS: dict[str, Reader] = {}
"""The readers by the name of their layout."""
