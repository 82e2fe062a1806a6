"""The layout for data of one's own: the records that this package writes everywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sfr.data.layouts._fields import LayoutError, found_in
from sfr.data.layouts._source import Found, Source
from sfr.examples import extraction_of
from sfr.structures import Task

__all__ = ["records"]


def records(source: Source, *, task: Task) -> Iterator[Found]:
    """Rows of ``{"text", "gold", "at"?, "id"?, "group"?}``; ``gold`` and ``at`` as in a line of an example.

    >>> from sfr.data.layouts import RowSource
    >>> rows = [{"text": "Kevin left.", "gold": {"person": ["Kevin"]}}]
    >>> [found.gold.entities for found in records(RowSource(rows=rows), task="ner")]
    [(Entity(type='person', text='Kevin'),)]
    """

    def read(line: int, row: dict[str, Any]) -> Iterator[Found]:
        for name in ("text", "id", "group"):
            if not isinstance(row.get(name, ""), str):
                raise LayoutError(f"expected a string at {name}, found {row[name]!r}")
        if "text" not in row or "gold" not in row:
            raise LayoutError(f"expected the fields text and gold, found {', '.join(row) or 'none'}")
        try:
            gold = extraction_of(task, row["gold"], row.get("at"))
        except ValueError as error:
            raise LayoutError(str(error)) from None
        yield Found(line, row["text"], gold, row.get("id", ""), row.get("group", ""))

    return found_in(source, dict[str, Any], read)
