"""What each metric compares: the units of an extraction as items, in the order they were written.

An item is a label, under which it is counted, and a key, by which it is compared. Keys are made of
types, roles and mentions; a mention is compared by its text, or in metrics that end in ``_span`` by
its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sfr.evaluation.conventions import Convention
from sfr.structures import Extraction, Span

__all__ = ["ITEMS", "SPAN", "Item", "KeyOf", "key_by_span", "key_by_text"]

Item = tuple[str, tuple[Any, ...]]
"""A label and a key."""

KeyOf = Callable[[str, Span], Any]
"""What a mention is compared by, from its text and its place."""

SPAN = "_span"
"""The end of the names of metrics that compare places."""


def key_by_text(convention: Convention) -> KeyOf:
    """Mentions are the same if their texts are, under the convention."""
    key = convention.key
    return lambda text, _: key(text)


def key_by_span(convention: Convention) -> KeyOf:
    """Mentions are the same if they stand at the same place; one without a place is like no other in gold."""
    key = convention.key
    return lambda text, at: at or (key(text),)


def _entity(extraction: Extraction, kind: Callable[[str], str], key: KeyOf) -> Iterator[Item]:
    for entity in extraction.entities:
        label = kind(entity.type)
        yield label, (label, key(entity.text, entity.at))


def _relation(extraction: Extraction, kind: Callable[[str], str], key: KeyOf) -> Iterator[Item]:
    for relation in extraction.relations:
        label = kind(relation.type)
        yield label, (label, key(relation.head, relation.head_at), key(relation.tail, relation.tail_at))


def _trigger_id(extraction: Extraction, kind: Callable[[str], str], key: KeyOf) -> Iterator[Item]:  # noqa: ARG001
    for event in extraction.events:
        yield "", (key(event.trigger, event.trigger_at),)


def _trigger(extraction: Extraction, kind: Callable[[str], str], key: KeyOf) -> Iterator[Item]:
    for event in extraction.events:
        label = kind(event.type)
        yield label, (label, key(event.trigger, event.trigger_at))


def _argument(parts: tuple[str, ...]) -> Callable[[Extraction, Callable[[str], str], KeyOf], Iterator[Item]]:
    """Arguments, compared by the named parts."""

    def items(extraction: Extraction, kind: Callable[[str], str], key: KeyOf) -> Iterator[Item]:
        for event in extraction.events:
            of = {"type": kind(event.type)}
            if "trigger" in parts:
                of["trigger"] = key(event.trigger, event.trigger_at)
            for argument in event.arguments:
                role = kind(argument.role)
                of |= {"role": role, "argument": key(argument.text, argument.at)}
                yield role if "role" in parts else "", tuple(of[part] for part in parts)

    return items


ITEMS: Mapping[str, Callable[[Extraction, Callable[[str], str], KeyOf], Iterator[Item]]] = {
    "entity": _entity,
    "relation": _relation,
    "trigger_id": _trigger_id,
    "trigger": _trigger,
    "argument_id": _argument(("type", "argument")),
    "argument": _argument(("type", "role", "argument")),
    "argument_attached_id": _argument(("type", "trigger", "argument")),
    "argument_attached": _argument(("type", "trigger", "role", "argument")),
}
"""The items of each metric whose units are compared one by one."""
