"""A text changed in some places, and its gold with it: the one place that keeps the two together.

A mention with a known place follows its place. One without is where its value stands in the text, and
follows as long as all of these places come to the same.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from sfr.examples import PIECE_JOINER, Example
from sfr.structures import Entity, Event, Extraction, Relation, Span

__all__ = ["Edit", "Range", "edited", "gold_places", "occurrences", "overlap", "renamed"]

Range = tuple[int, int]
"""Where something stands in a text, its end exclusive."""

Move = Callable[[str, Span], tuple[str, Span]]
"""From the text and the place of a mention to its new ones."""


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """What stands from ``start`` to ``end``, exclusive, becomes ``text``; something is put in where both are one."""

    start: int
    end: int
    text: str


class _PartedError(ValueError):
    """A mention cannot follow: an edit crosses its bounds, or leaves nothing of it, or its value becomes two."""


def edited(example: Example, edits: Iterable[Edit]) -> Example | None:
    """The example with its text and its gold changed alike; its id stays.

    None when the gold cannot follow: edits that overlap, an edit over the bounds of a mention, or a value that
    does not become the same wherever it is gold.
    """
    ordered = sorted(set(edits))
    if any(after.start < before.end for before, after in pairwise(ordered)):
        return None
    shift = _Shift(example.text, ordered)
    try:
        gold = renamed(example.gold, shift.moved)
    except _PartedError:
        return None
    return replace(example, text=shift.text, gold=gold)


class _Shift:
    """A text before and after its edits, which do not overlap, and where its places go."""

    def __init__(self, before: str, edits: list[Edit]) -> None:
        """Make the new text."""
        self.before = before
        self.values: dict[str, str] = {}
        self.starts = [edit.start for edit in edits]
        self.ends = [edit.end for edit in edits]
        self.growths = [0, *accumulate(len(edit.text) - (edit.end - edit.start) for edit in edits)]
        bounds = zip([0, *self.ends], [*self.starts, len(before)], strict=True)
        kept = [before[start:end] for start, end in bounds]
        self.text = kept[0] + "".join(edit.text + rest for edit, rest in zip(edits, kept[1:], strict=True))

    def moved(self, value: str, at: Span) -> tuple[str, Span]:
        """The new text and place of a mention."""
        places = tuple(map(self.place, at))
        if at:
            found = {PIECE_JOINER.join(self.text[start:end] for start, end in places)}
        else:
            found = {self.follow(value, place) for place in occurrences(self.before, value)} or {value}
        new = self.values.setdefault(value, min(found))
        if found != {new}:
            raise _PartedError
        if len(at) > 1 and occurrences(self.before, value) and not occurrences(self.text, new):
            raise _PartedError  # pieces that could be read in one stretch could be no longer
        return new, places

    def follow(self, value: str, place: Range) -> str:
        """What a value becomes in one of the places where it stands."""
        start, end = self.place(place)
        after = self.text[start:end]
        return value if after == self.before[slice(*place)] else " ".join(after.split())

    def place(self, place: Range) -> Range:
        """Where a place goes. What is put in at one of its bounds stays outside of it."""
        start, end = place
        first, last = bisect_right(self.ends, start), bisect_left(self.starts, end)
        crossed = first < len(self.starts) and self.starts[first] < start
        if crossed or (last and self.ends[last - 1] > end):
            raise _PartedError
        moved = start + self.growths[first], end + self.growths[last]
        if moved[0] >= moved[1]:
            raise _PartedError
        return moved


def renamed(gold: Extraction, move: Move) -> Extraction:
    """Gold with every mention moved, and nothing else changed."""
    return Extraction(
        tuple(Entity(e.type, *move(e.text, e.at)) for e in gold.entities),
        tuple(_relation(r, move) for r in gold.relations),
        tuple(_event(e, move) for e in gold.events),
    )


def _relation(relation: Relation, move: Move) -> Relation:
    (head, head_at), (tail, tail_at) = move(relation.head, relation.head_at), move(relation.tail, relation.tail_at)
    return Relation(relation.type, head, tail, head_at, tail_at)


def _event(event: Event, move: Move) -> Event:
    trigger, trigger_at = move(event.trigger, event.trigger_at)
    arguments = tuple(replace(a, text=text, at=at) for a in event.arguments for text, at in [move(a.text, a.at)])
    return Event(event.type, trigger, arguments, trigger_at)


# -- where gold stands ------------------------------------------------------------------------


def occurrences(text: str, value: str) -> list[Range]:
    """Where a value stands in a text as words of their own; where it stands at all if it does nowhere so.

    Runs of white space count as one space.

    >>> occurrences("art in Cartagena, art", "art")
    [(0, 3), (18, 21)]
    """
    parts = value.split()
    if not parts:
        return []
    anywhere = r"\s+".join(map(re.escape, parts))
    before = r"(?<!\w)" if _is_word(parts[0][0]) else ""
    after = r"(?!\w)" if _is_word(parts[-1][-1]) else ""
    found = [match.span() for match in re.finditer(f"{before}{anywhere}{after}", text)]
    return found or [match.span() for match in re.finditer(anywhere, text)]


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_" or unicodedata.combining(char) > 0


def gold_places(example: Example) -> Mapping[str, tuple[Range, ...]]:
    """Where each value of the gold stands, in order: the places of its mentions, and wherever else it is written.

    A trigger whose place is known is there alone: the same word elsewhere is another, which tells of no event.
    """
    found: dict[str, dict[Range, None]] = {}

    def add(value: str, at: Span, *, everywhere: bool = True) -> None:
        elsewhere = occurrences(example.text, value) if everywhere or not at else []
        found.setdefault(value, {}).update(dict.fromkeys([*at, *elsewhere]))

    gold = example.gold
    for entity in gold.entities:
        add(entity.text, entity.at)
    for relation in gold.relations:
        add(relation.head, relation.head_at)
        add(relation.tail, relation.tail_at)
    for event in gold.events:
        add(event.trigger, event.trigger_at, everywhere=False)
        for argument in event.arguments:
            add(argument.text, argument.at)
    return {value: tuple(sorted(places)) for value, places in found.items()}


def overlap(one: Iterable[Range], other: Iterable[Range]) -> bool:
    """Whether any place of the one shares a character with any of the other."""
    others = list(other)
    return any(start < last and first < end for start, end in one for first, last in others)
