"""The units that findings are about, each once: what it is known by, its mentions, its writing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal, NamedTuple

from sfr.structures import Entity, Extraction, Relation, Span, Task

__all__ = ["EventArgument", "Item", "Mention", "Of", "Trigger", "Unit", "items_of"]

Of = Literal["entity", "relation", "trigger", "argument"]


@dataclass(frozen=True, slots=True)
class Trigger:
    """The trigger of an event and the event's type."""

    type: str
    text: str
    at: Span = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class EventArgument:
    """An argument with the type and the trigger of its event."""

    type: str
    trigger: str
    role: str
    text: str
    at: Span = field(default=(), repr=False)


Unit = Entity | Relation | Trigger | EventArgument


class Mention(NamedTuple):
    """A text, and the ranges that all writings of its unit give for it, from left to right."""

    text: str
    at: Span


class Item(NamedTuple):
    """A unit once, however often it was written."""

    key: tuple[str, ...]
    mentions: tuple[Mention, ...]
    unit: Unit

    @property
    def length(self) -> int:
        """Characters of its mentions."""
        return sum(len(mention.text) for mention in self.mentions)


Items = dict[tuple[str, ...], Item]


def items_of(task: Task, extraction: Extraction) -> dict[Of, Items]:
    """The units of a task by what they are, in an order that is not that of writing.

    Of several writings the one that stands first in the text is kept.
    """
    written: dict[Of, Iterable[Item]]
    if task == "ner":
        written = {"entity": map(_entity, extraction.entities)}
    elif task == "re":
        written = {"relation": map(_relation, extraction.relations)}
    else:
        written = {"trigger": _triggers(extraction), "argument": _arguments(extraction)}
    return {of: _once(items) for of, items in written.items()}


def _entity(entity: Entity) -> Item:
    return Item((entity.type, entity.text), (Mention(entity.text, entity.at),), entity)


def _relation(relation: Relation) -> Item:
    mentions = Mention(relation.head, relation.head_at), Mention(relation.tail, relation.tail_at)
    return Item((relation.type, relation.head, relation.tail), mentions, relation)


def _triggers(extraction: Extraction) -> Iterator[Item]:
    for event in extraction.events:
        unit = Trigger(event.type, event.trigger, event.trigger_at)
        yield Item((unit.type, unit.text), (Mention(unit.text, unit.at),), unit)


def _arguments(extraction: Extraction) -> Iterator[Item]:
    for event in extraction.events:
        for argument in event.arguments:
            unit = EventArgument(event.type, event.trigger, argument.role, argument.text, argument.at)
            key = unit.type, unit.trigger, unit.role, unit.text
            yield Item(key, (Mention(unit.text, unit.at),), unit)


def _once(written: Iterable[Item]) -> Items:
    """Each unit once, the shortest first."""
    found = [_united(list(same)) for _, same in groupby(sorted(written, key=_order), key=lambda item: item.key)]
    return {item.key: item for item in sorted(found, key=lambda item: (item.length, item.key))}


def _order(item: Item) -> tuple[tuple[str, ...], list[tuple[bool, Span]]]:
    """By key, then from left to right, with writings that have no place last."""
    return item.key, [(not mention.at, mention.at) for mention in item.mentions]


def _united(writings: list[Item]) -> Item:
    first = writings[0]
    if len(writings) == 1:
        return first
    texts = (mention.text for mention in first.mentions)
    places = (
        sorted({place for mention in mentions for place in mention.at})
        for mentions in zip(*(item.mentions for item in writings), strict=True)
    )
    return Item(first.key, tuple(map(Mention, texts, map(tuple, places))), first.unit)
