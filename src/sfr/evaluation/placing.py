"""Where the mentions of a prediction stand in the text.

Models write no offsets, so metrics on spans have to look for what they wrote. A mention is looked
for as whole words first, then anywhere. White space may differ, as it does in outputs. A mention
that is not in the text, or in pieces there, has no place.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from sfr.evaluation.conventions import Locate
from sfr.structures import Argument, Entity, Event, Extraction, Relation, Span

__all__ = ["flat", "is_placed", "only_placed", "placed"]

_MAX_PLACES = 1_000  # of one mention in one text; far above any annotation

_MAX_COPIES = 100  # of one trigger with all its arguments, where it stands at every place

_MAX_DECOMPOSED = 1_000  # characters; a pile of combining marks takes quadratic time

Range = tuple[int, int]


def placed(extraction: Extraction, text: str, locate: Locate = "order") -> Extraction:
    """The extraction with a place for each mention that has none.

    The n-th time an entity or a trigger is written with a type it takes the n-th place in the text,
    or with ``every`` one for each place. A relation takes its nearest pair of places, an argument
    the place that is nearest to its trigger.
    """
    return Extraction(
        tuple(_entities(extraction.entities, text, locate)),
        tuple(_relations(extraction.relations, text)),
        tuple(_event(event, at, text) for event, at in _triggers(extraction.events, text, locate)),
    )


def _entities(entities: Iterable[Entity], text: str, locate: Locate) -> Iterator[Entity]:
    written: Counter[tuple[str, str]] = Counter()
    for entity in entities:
        if entity.at:
            yield entity
            continue
        for at in _taken(entity.type, entity.text, text, locate, written):
            yield Entity(entity.type, entity.text, at)


def _triggers(events: Iterable[Event], text: str, locate: Locate) -> Iterator[tuple[Event, Span]]:
    written: Counter[tuple[str, str]] = Counter()
    for event in events:
        if event.trigger_at:
            yield event, event.trigger_at
            continue
        for at in _taken(event.type, event.trigger, text, locate, written):
            yield event, at


def _taken(kind: str, mention: str, text: str, locate: Locate, written: Counter[tuple[str, str]]) -> list[Span]:
    """The places that a writing of a mention takes; one without characters if there is none left."""
    places = _places(mention, text)
    if locate == "every":
        return [(place,) for place in places[:_MAX_COPIES]] or [()]
    nth = written[kind, mention]
    written[kind, mention] += 1
    return [(places[nth],) if nth < len(places) else ()]


def _relations(relations: Iterable[Relation], text: str) -> Iterator[Relation]:
    written: Counter[tuple[str, str, str]] = Counter()
    near: dict[tuple[str, str], list[tuple[Span, Span]]] = {}
    for relation in relations:
        if relation.head_at and relation.tail_at:
            yield relation
            continue
        name = relation.type, relation.head, relation.tail
        if name[1:] not in near:
            near[name[1:]] = _near_pairs(_places(relation.head, text), _places(relation.tail, text))
        pairs = near[name[1:]]
        nth = written[name]
        written[name] += 1
        head_at, tail_at = pairs[nth] if nth < len(pairs) else ((), ())
        yield Relation(*name, head_at, tail_at)


def _near_pairs(heads: tuple[Range, ...], tails: tuple[Range, ...]) -> list[tuple[Span, Span]]:
    """Each head's place with the nearest places of the tail, before and behind it, the nearest pair first."""
    found = []
    for head in heads if tails else ():
        before, behind = bisect_left(tails, head), bisect_right(tails, head)
        near = (*tails[max(before - 1, 0) : before], *tails[behind : behind + 1])
        found += [(_distance(head, tail), head, tail) for tail in near]
    found = found or [(0, head, head) for head in heads if head in tails]
    return [((head,), (tail,)) for _, head, tail in sorted(found)]


def _event(event: Event, at: Span, text: str) -> Event:
    arguments = tuple(a if a.at else Argument(a.role, a.text, _nearest(a.text, at, text)) for a in event.arguments)
    return Event(event.type, event.trigger, arguments, at)


def _nearest(mention: str, to: Span, text: str) -> Span:
    places = _places(mention, text)
    if not to:
        return places[:1]
    behind = bisect_right(places, to[0])
    beside = places[max(behind - 2, 0) : behind + 1]  # two before it, as one may end where the other begins
    return (min(beside, key=lambda place: _distance(place, to[0])),) if beside else ()


def _distance(one: Range, other: Range) -> int:
    """Characters between two ranges."""
    return max(one[0] - other[1], other[0] - one[1], 0)


@lru_cache(maxsize=4_096)
def _places(mention: str, text: str) -> tuple[Range, ...]:
    """Where a mention stands, from left to right: as whole words if it does anywhere, else within words.

    Mentions are composed and the text may not be, so what is not found is looked for decomposed.
    """
    forms = [mention]
    if not mention.isascii() and len(mention) <= _MAX_DECOMPOSED:
        forms.append(unicodedata.normalize("NFD", mention))
    written = [words for form in forms if (words := " ".join(form.split()))]
    found = (_found(words, text, whole=whole) for words in written for whole in (True, False))
    return next(filter(None, found), ())


def _found(words: str, text: str, *, whole: bool) -> tuple[Range, ...]:
    """Where words stand, whatever white space is between them; ``whole``: not as a part of longer ones."""
    folded, at = _folded(text)
    found: list[Range] = []
    start = folded.find(words)
    while start >= 0 and len(found) < _MAX_PLACES:
        end = start + len(words)
        if not whole or _is_whole(folded, start, end):
            found.append((at[start], at[end - 1] + 1))
            start = folded.find(words, end)
        else:
            gap = _NO_WORD.search(folded, start)  # behind it is the next place where a word can begin
            start = folded.find(words, gap.end()) if gap else -1
    return tuple(found)


_NO_WORD = re.compile(r"\W")
_UNEVEN = re.compile(r"\s\s|[^\S ]")
_RUN = re.compile(r"\s+")
_RUN_OR_CHARACTER = re.compile(r"\s+|\S")


@lru_cache(maxsize=64)
def _folded(text: str) -> tuple[str, Sequence[int]]:
    """The text with one space for each run of white space, and where each of its characters was."""
    if not _UNEVEN.search(text):
        return text, range(len(text))
    return _RUN.sub(" ", text), [match.start() for match in _RUN_OR_CHARACTER.finditer(text)]


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether neither the character before a range nor the one behind it is part of a word."""
    beside = text[max(start - 1, 0) : start] + text[end : end + 1]
    return not any(character.isalnum() or character == "_" for character in beside)


def is_placed(extraction: Extraction) -> bool:
    """Whether every mention has a place."""
    return (
        all(entity.at for entity in extraction.entities)
        and all(relation.head_at and relation.tail_at for relation in extraction.relations)
        and all(event.trigger_at and all(a.at for a in event.arguments) for event in extraction.events)
    )


def only_placed(extraction: Extraction) -> Extraction:
    """The extraction without what has no place; an event goes with its trigger, and its arguments with it."""
    return Extraction(
        tuple(entity for entity in extraction.entities if entity.at),
        tuple(relation for relation in extraction.relations if relation.head_at and relation.tail_at),
        tuple(
            replace(event, arguments=tuple(a for a in event.arguments if a.at))
            for event in extraction.events
            if event.trigger_at
        ),
    )


def flat(extraction: Extraction) -> Extraction:
    """The entities that do not overlap an earlier one; of those that begin together the longest comes first."""
    kept: list[Entity] = []
    end = 0
    for entity in sorted((e for e in extraction.entities if e.at), key=lambda e: (e.at[0][0], -e.at[-1][1], e.type)):
        if entity.at[0][0] >= end:
            kept.append(entity)
            end = entity.at[-1][1]
    return Extraction(tuple(kept))
