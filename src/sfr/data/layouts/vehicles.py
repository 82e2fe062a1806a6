"""Reader of FindVehicle."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from sfr.data.layouts._fields import found_in
from sfr.data.layouts._source import Found, Source
from sfr.structures import Entity, Extraction

__all__ = ["findvehicle"]


class _Label(msgspec.Struct, array_like=True):
    type: str
    start: int
    end: int
    text: str


class _Row(msgspec.Struct):
    data: str
    ner_label: list[_Label]
    id: int | str = ""


def findvehicle(source: Source) -> Iterator[Found]:
    """Sentences of FindVehicle: ``{id, data, ner_label, re_label}``, with the original text.

    A label is ``[type, start, end, text, ...]`` in characters, ends exclusive; what follows repeats it
    in tokens. Labels lie within each other. ``re_label``, which groups the labels by vehicle, is not read.
    """
    return found_in(source, _Row, _found)


def _found(line: int, row: _Row) -> Iterator[Found]:
    entities = tuple(Entity(label.type, label.text, ((label.start, label.end),)) for label in row.ner_label)
    yield Found(line, row.data, Extraction(entities), id=str(row.id))
