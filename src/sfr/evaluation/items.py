"""What each metric compares: the units of an extraction as items, in the order they were written.

An item is a label, under which it is counted, and a key, by which it is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sfr.evaluation.keys import Keys
from sfr.structures import Extraction

__all__ = ["ITEMS", "SPAN", "Item"]

Item = tuple[str, tuple[Any, ...]]
"""A label and a key."""

SPAN = "_span"
"""The end of the names of metrics that compare places."""


def _entity(extraction: Extraction, keys: Keys) -> Iterator[Item]:
    for entity in extraction.entities:
        label = keys.kind(entity.type)
        yield label, (label, keys.mention("entity", entity.text, entity.at))


def _relation(extraction: Extraction, keys: Keys) -> Iterator[Item]:
    for relation in extraction.relations:
        label = keys.kind(relation.type)
        head = keys.mention("relation", relation.head, relation.head_at)
        tail = keys.mention("relation", relation.tail, relation.tail_at)
        yield label, (label, *keys.pair(head, tail))


def _trigger_id(extraction: Extraction, keys: Keys) -> Iterator[Item]:
    for event in extraction.events:
        yield "", (keys.mention("trigger", event.trigger, event.trigger_at),)


def _trigger(extraction: Extraction, keys: Keys) -> Iterator[Item]:
    for event in extraction.events:
        label = keys.kind(event.type)
        yield label, (label, keys.mention("trigger", event.trigger, event.trigger_at))


def _argument(*parts: str) -> Callable[[Extraction, Keys], Iterator[Item]]:
    """Arguments, compared by the named parts."""

    def items(extraction: Extraction, keys: Keys) -> Iterator[Item]:
        for event in extraction.events:
            of = {"type": keys.kind(event.type)}
            if "trigger" in parts:
                of["trigger"] = keys.mention("trigger", event.trigger, event.trigger_at)
            for argument in event.arguments:
                of["role"] = keys.kind(argument.role)
                of["argument"] = keys.mention("argument", argument.text, argument.at)
                yield of["role"] if "role" in parts else "", tuple(of[part] for part in parts)

    return items


ITEMS: Mapping[str, Callable[[Extraction, Keys], Iterator[Item]]] = {
    "entity": _entity,
    "relation": _relation,
    "trigger_id": _trigger_id,
    "trigger": _trigger,
    "argument_id": _argument("type", "argument"),
    "argument": _argument("type", "role", "argument"),
    "argument_attached_id": _argument("type", "trigger", "argument"),
    "argument_attached": _argument("type", "trigger", "role", "argument"),
}
"""The items of each metric whose units are compared one by one."""
