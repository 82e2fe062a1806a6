"""Reader of the documents of DyGIE and DyGIE++; SciERC is published so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from sfr.data.layouts._fields import LayoutError, as_shape, found_in
from sfr.data.layouts._source import Found, Source
from sfr.data.layouts._tokens import Sentence
from sfr.structures import Argument, Entity, Event, Extraction, Relation, Span

__all__ = ["dygie"]

T = TypeVar("T")


class _Entity(msgspec.Struct, array_like=True):
    start: int
    end: int
    type: str


class _Relation(msgspec.Struct, array_like=True):
    head_start: int
    head_end: int
    tail_start: int
    tail_end: int
    type: str


class _Trigger(msgspec.Struct, array_like=True):
    token: int
    type: str


class _Document(msgspec.Struct):
    doc_key: str
    sentences: list[list[str]]
    ner: list[list[_Entity]] | None = None
    relations: list[list[_Relation]] | None = None
    events: list[list[list[list[Any]]]] | None = None


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence whose tokens are counted from the beginning of its document, ends inclusive."""

    sentence: Sentence
    first: int

    def mention(self, start: int, end: int, path: str) -> tuple[str, Span]:
        try:
            return self.sentence.mention(start - self.first, end + 1 - self.first)
        except IndexError:
            last = self.first + len(self.sentence.tokens) - 1
            raise LayoutError(f"expected tokens within {self.first}-{last} at {path}, found {start}-{end}") from None


def dygie(source: Source) -> Iterator[Found]:
    """Documents as DyGIE and DyGIE++ read them: ``{doc_key, sentences, ner, relations, events}``.

    Each of the last three is one list for each sentence: of ``[start, end, type]``, of ``[start, end,
    start, end, type]``, of ``[[trigger, type], [start, end, role], ...]``; tokens are counted through
    the document, ends inclusive. What stands behind these in an item, such as a score, is not read.
    """
    return found_in(source, _Document, _found)


def _found(line: int, row: _Document) -> Iterator[Found]:
    count = len(row.sentences)
    ner = _by_sentence(row.ner, count, "ner")
    relations = _by_sentence(row.relations, count, "relations")
    events = _by_sentence(row.events, count, "events")
    first = 0
    for n, tokens in enumerate(row.sentences):
        part = _Sentence(Sentence(tokens), first)
        gold = Extraction(
            tuple(_entity(part, item, f"ner[{n}][{i}]") for i, item in enumerate(ner[n])),
            tuple(_relation(part, item, f"relations[{n}][{i}]") for i, item in enumerate(relations[n])),
            tuple(_event(part, item, f"events[{n}][{i}]") for i, item in enumerate(events[n])),
        )
        yield Found(line, part.sentence.text, gold, id=f"{row.doc_key}-{n + 1}", group=row.doc_key)
        first += len(tokens)


def _by_sentence(lists: list[list[T]] | None, count: int, path: str) -> list[list[T]]:
    if lists is None:
        return [[]] * count
    if len(lists) != count:
        raise LayoutError(f"expected {count} lists at {path}, one for each sentence, found {len(lists)}")
    return lists


def _entity(part: _Sentence, item: _Entity, path: str) -> Entity:
    return Entity(item.type, *part.mention(item.start, item.end, path))


def _relation(part: _Sentence, item: _Relation, path: str) -> Relation:
    head, head_at = part.mention(item.head_start, item.head_end, path)
    tail, tail_at = part.mention(item.tail_start, item.tail_end, path)
    return Relation(item.type, head, tail, head_at, tail_at)


def _event(part: _Sentence, item: list[list[Any]], path: str) -> Event:
    if not item:
        raise LayoutError(f"expected a trigger at {path}, found an empty list")
    trigger = as_shape(item[0], _Trigger, f"{path}[0]")
    text, at = part.mention(trigger.token, trigger.token, f"{path}[0]")
    arguments = []
    for n, value in enumerate(item[1:], 1):
        filler = as_shape(value, _Entity, f"{path}[{n}]")
        arguments.append(Argument(filler.type, *part.mention(filler.start, filler.end, f"{path}[{n}]")))
    return Event(trigger.type, text, tuple(arguments), at)
