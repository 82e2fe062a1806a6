"""Readers of sentences in JSON whose mentions are counted in tokens: those of SpERT and of UIE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TypeVar

import msgspec

from sfr.data.layouts._fields import LayoutError, found_in
from sfr.data.layouts._source import Flaw, Found, Source
from sfr.data.layouts._tokens import Sentence, mentions_of
from sfr.structures import Argument, Entity, Event, Extraction, Relation, Span

__all__ = ["spert", "uie"]

T = TypeVar("T")


# -- SpERT ------------------------------------------------------------------------------------


class _SpertEntity(msgspec.Struct):
    type: str
    start: int
    end: int


class _SpertRelation(msgspec.Struct):
    type: str
    head: int
    tail: int


class _SpertRow(msgspec.Struct):
    tokens: list[str]
    relations: list[_SpertRelation] = []
    entities: list[_SpertEntity] | None = None
    tags: list[str] | None = None
    orig_id: int | str = ""


def spert(source: Source) -> Iterator[Found]:
    """Sentences as SpERT reads them: ``{tokens, entities, relations, orig_id}``.

    Entities are ``{type, start, end}`` in tokens, ends exclusive; head and tail of a relation are
    places in their list. TablERT's rows hold ``tags`` (BILOU) in the place of ``entities``.
    """
    return found_in(source, _SpertRow, _spert)


def _spert(line: int, row: _SpertRow) -> Iterator[Found]:
    sentence = Sentence(row.tokens)
    spans, flaws = _spert_spans(row)
    entities = []
    for n, span in enumerate(spans):
        text, at = _mention(sentence, span.start, span.end, f"entities[{n}]")
        entities.append(Entity(span.type, text, at))
    relations = []
    for n, relation in enumerate(row.relations):
        head = _one_of(entities, relation.head, f"relations[{n}].head")
        tail = _one_of(entities, relation.tail, f"relations[{n}].tail")
        relations.append(Relation(relation.type, head.text, tail.text, head.at, tail.at))
    yield Found(line, sentence.text, Extraction(tuple(entities), tuple(relations)), id=str(row.orig_id), flaws=flaws)


def _spert_spans(row: _SpertRow) -> tuple[list[_SpertEntity], tuple[Flaw, ...]]:
    if row.entities is not None:
        return row.entities, ()
    if row.tags is None:
        raise LayoutError("expected a field `entities` or `tags`, found neither")
    if len(row.tags) != len(row.tokens):
        raise LayoutError(f"expected {len(row.tokens)} tags at tags, found {len(row.tags)}")
    try:
        tagged, strays = mentions_of(row.tags, "bioes")
    except ValueError as error:
        raise LayoutError(str(error)) from None
    flaws = tuple(Flaw("stray-tag", f"{row.tags[place]} at token {place + 1} begins a mention") for place in strays)
    return [_SpertEntity(found.label, found.start, found.end) for found in tagged], flaws


# -- UIE --------------------------------------------------------------------------------------


class _UieMention(msgspec.Struct):
    type: str
    offset: list[int]
    text: str


class _UieRelation(msgspec.Struct):
    type: str
    args: tuple[_UieMention, _UieMention]


class _UieEvent(_UieMention):
    args: list[_UieMention] = []


class _UieRow(msgspec.Struct):
    tokens: list[str]
    entity: list[_UieMention] = []
    relation: list[_UieRelation] = []
    event: list[_UieEvent] = []
    text_id: int | str = ""


def uie(source: Source) -> Iterator[Found]:
    """Sentences as UIE's ``text2spotasoc`` holds them: ``{tokens, entity, relation, event}``.

    A mention is ``{type, offset, text}``; ``offset`` is the list of its tokens, and a mention whose
    tokens do not follow each other is in pieces.
    """
    return found_in(source, _UieRow, _uie)


def _uie(line: int, row: _UieRow) -> Iterator[Found]:
    sentence = Sentence(row.tokens)
    entities = [
        Entity(mention.type, mention.text, _pieces(sentence, mention, f"entity[{n}]"))
        for n, mention in enumerate(row.entity)
    ]
    relations = []
    for n, relation in enumerate(row.relation):
        head, tail = relation.args
        head_at = _pieces(sentence, head, f"relation[{n}].args[0]")
        tail_at = _pieces(sentence, tail, f"relation[{n}].args[1]")
        relations.append(Relation(relation.type, head.text, tail.text, head_at, tail_at))
    events = []
    for n, event in enumerate(row.event):
        arguments = tuple(
            Argument(filler.type, filler.text, _pieces(sentence, filler, f"event[{n}].args[{i}]"))
            for i, filler in enumerate(event.args)
        )
        events.append(Event(event.type, event.text, arguments, _pieces(sentence, event, f"event[{n}]")))
    gold = Extraction(tuple(entities), tuple(relations), tuple(events))
    yield Found(line, sentence.text, gold, id=str(row.text_id))


def _pieces(sentence: Sentence, mention: _UieMention, path: str) -> Span:
    """Where the tokens of a mention stand: a range for each run of tokens that follow each other."""
    ranges: Span = ()
    for _, run in groupby(enumerate(mention.offset), key=lambda numbered: numbered[1] - numbered[0]):
        tokens = [token for _, token in run]
        ranges += _mention(sentence, tokens[0], tokens[-1] + 1, f"{path}.offset")[1]
    return ranges


# -- common -----------------------------------------------------------------------------------


def _mention(sentence: Sentence, start: int, end: int, path: str) -> tuple[str, Span]:
    """Text and place of the tokens from ``start`` to before ``end``."""
    try:
        return sentence.mention(start, end)
    except IndexError:
        raise LayoutError(f"expected tokens within 0-{len(sentence.tokens)} at {path}, found {start}-{end}") from None


def _one_of(items: Sequence[T], place: int, path: str) -> T:
    if not 0 <= place < len(items):
        raise LayoutError(f"expected one of {len(items)} entities at {path}, found number {place}")
    return items[place]
