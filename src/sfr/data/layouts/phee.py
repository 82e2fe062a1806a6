"""Reader of PHEE's JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from sfr.data.layouts._fields import LayoutError, as_shape, found_in
from sfr.data.layouts._source import Found, Source
from sfr.examples import PIECE_JOINER
from sfr.structures import Argument, Event, Extraction, Span

__all__ = ["phee"]

_TRIGGER = "Trigger"
_COMBINATION = "Combination"
_ATTRIBUTES = frozenset({"Negated", "Severity", "Speculated"})
_ABOUT_EVENT = frozenset({"event_id", "event_type"})
_ABOUT_ROLE = frozenset({"text", "start", "entity_id", "value"})
"""The fields that are not roles."""


class _Filled(msgspec.Struct):
    """What fills a role: mentions, each a list of fragments, and where the fragments begin."""

    text: list[list[str]]
    start: list[list[int]]


class _Annotation(msgspec.Struct):
    events: list[dict[str, Any]]


class _Row(msgspec.Struct):
    id: str
    context: str
    annotations: list[_Annotation]


def phee(source: Source) -> Iterator[Found]:
    """Sentences of PHEE: ``{id, context, annotations}``, with the original text.

    The roles of an event are ``Subject``, ``Treatment`` and ``Effect``, their parts, such as
    ``Subject.Age``, and those of the drugs that were combined, ``Combination.Trigger`` and
    ``Combination.Drug``. Its attributes are arguments as well, ``@Negated``, ``@Severity`` and
    ``@Speculated``, each one mention, in pieces if it has several cues. Arguments are in the order of
    the file, which has a role before its parts.
    """
    return found_in(source, _Row, _found)


def _found(line: int, row: _Row) -> Iterator[Found]:
    events = tuple(
        _event(event, f"annotations[{n}].events[{i}]")
        for n, annotation in enumerate(row.annotations)
        for i, event in enumerate(annotation.events)
    )
    article, _, _ = row.id.rpartition("_")
    yield Found(line, row.context, Extraction(events=events), id=row.id, group=article or row.id)


def _event(event: dict[str, Any], path: str) -> Event:
    kind = as_shape(event.get("event_type"), str, f"{path}.event_type")
    triggers = list(_mentions(event.get(_TRIGGER), f"{path}.{_TRIGGER}"))
    if len(triggers) != 1:
        raise LayoutError(f"expected one trigger at {path}.{_TRIGGER}, found {len(triggers)}")
    arguments = tuple(
        argument
        for role, filled in event.items()
        if role != _TRIGGER and role not in _ABOUT_EVENT
        for argument in _arguments(role, filled, f"{path}.{role}")
    )
    trigger, at = triggers[0]
    return Event(kind, trigger, arguments, at)


def _arguments(role: str, filled: Any, path: str) -> Iterator[Argument]:
    """What fills a role, then what fills its parts."""
    mentions = list(_mentions(filled, path))
    if role in _ATTRIBUTES:
        yield _attribute(role, mentions)
        return
    yield from (Argument(role, *mention) for mention in mentions)
    for part, inner in filled.items():
        if part == _COMBINATION:
            yield from _combined(inner, f"{path}.{part}")
        elif part not in _ABOUT_ROLE:
            yield from (Argument(f"{role}.{part}", *mention) for mention in _mentions(inner, f"{path}.{part}"))


def _attribute(name: str, cues: list[tuple[str, Span]]) -> Argument:
    words = PIECE_JOINER.join(text for text, _ in cues)
    return Argument(f"@{name}", words, tuple(piece for _, at in cues for piece in at))


def _combined(events: Any, path: str) -> Iterator[Argument]:
    """What fills the roles of events that lie within a role."""
    for n, event in enumerate(as_shape(events, list[dict[str, Any]], path)):
        for role, filled in event.items():
            if role not in _ABOUT_EVENT:
                mentions = _mentions(filled, f"{path}[{n}].{role}")
                yield from (Argument(f"{_COMBINATION}.{role}", *mention) for mention in mentions)


def _mentions(filled: Any, path: str) -> Iterator[tuple[str, Span]]:
    """Text and place of each mention that fills a role."""
    found = as_shape(filled, _Filled, path)
    if [len(pieces) for pieces in found.text] != [len(starts) for starts in found.start]:
        raise LayoutError(f"expected a start for every fragment at {path}, found {found.text} and {found.start}")
    for pieces, starts in zip(found.text, found.start, strict=True):
        at = tuple((start, start + len(piece)) for piece, start in zip(pieces, starts, strict=True))
        yield PIECE_JOINER.join(pieces), at
