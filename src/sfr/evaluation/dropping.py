"""What a convention leaves out of a prediction before it counts: what is outside the schema or the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from sfr.evaluation.conventions import Convention
from sfr.evaluation.keys import Keys
from sfr.grounding import Source
from sfr.schema import Schema
from sfr.structures import Extraction

__all__ = ["remaining"]


def remaining(pred: Extraction, source: Source | None, schema: Schema | None, convention: Convention) -> Extraction:
    """The prediction without what the convention drops.

    Types are outside the schema if they are the same as none of it under the convention.
    """
    if schema is not None and convention.unknown_types == "drop":
        pred = _within_schema(pred, schema, Keys(convention, by_place=False))
    if source is not None and convention.ungrounded == "drop":
        pred = _where_mentions_are(pred, source.__contains__)
    if source is not None and convention.surplus == "drop":
        pred = _without_surplus(pred, source.text.casefold())
    return pred


def _within_schema(pred: Extraction, schema: Schema, keys: Keys) -> Extraction:
    types, roles = (frozenset(map(keys.kind, names)) for names in (schema.types, schema.roles))

    def is_known(kind: str) -> bool:
        return not types or keys.kind(kind) in types

    return Extraction(
        tuple(entity for entity in pred.entities if is_known(entity.type)),
        tuple(relation for relation in pred.relations if is_known(relation.type)),
        tuple(
            replace(event, arguments=tuple(a for a in event.arguments if not roles or keys.kind(a.role) in roles))
            for event in pred.events
            if is_known(event.type)
        ),
    )


def _where_mentions_are(pred: Extraction, is_there: Callable[[str], bool]) -> Extraction:
    """The prediction without what is not there; an event goes with its trigger, and its arguments with it."""
    return Extraction(
        tuple(entity for entity in pred.entities if is_there(entity.text)),
        tuple(relation for relation in pred.relations if is_there(relation.head) and is_there(relation.tail)),
        tuple(
            replace(event, arguments=tuple(a for a in event.arguments if is_there(a.text)))
            for event in pred.events
            if is_there(event.trigger)
        ),
    )


def _without_surplus(pred: Extraction, text: str) -> Extraction:
    """The prediction without mentions that are not in the text, and entities and triggers beyond the times they are.

    Case makes no difference, and types share these times, in the order of writing.
    """
    pred = _where_mentions_are(pred, lambda mention: mention.casefold() in text)
    written: Counter[str] = Counter()

    def is_left(mention: str) -> bool:
        mention = mention.casefold()
        written[mention] += 1
        return not mention or written[mention] <= text.count(mention)

    return Extraction(
        tuple(entity for entity in pred.entities if is_left(entity.text)),
        pred.relations,
        tuple(event for event in pred.events if is_left(event.trigger)),
    )
