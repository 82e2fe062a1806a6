"""When two mentions overlap, told by keys: two mentions overlap if they have a key in common.

Keys can be looked up, so no mention has to be compared with every other. They sort with the
closest first.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any, Literal

from sfr.evaluation.errors._units import Items, Mention
from sfr.grounding import Source

__all__ = ["Overlap", "Side"]

Side = Literal["left", "right"]
_Key = tuple[Any, ...]
_Words = tuple[str, ...]
_Ways = tuple[int, int, int, int]

# The four ways to overlap have the same number whichever side a mention is on: the left one is inside
# the right one, holds it, comes before it, comes behind it.
_WAYS: dict[Side, _Ways] = {"left": (0, 1, 2, 3), "right": (1, 0, 3, 2)}

# Articles, prepositions and conjunctions; sharing no more than these says nothing.
_LITTLE = frozenset("a an and as at by for from in into of on or over the to under with".split())  # noqa: SIM905


class Overlap:
    """Whether mentions of two extractions overlap.

    By place, where every mention of both has one. Otherwise by words, without regard to case: one
    mention is inside the other, or begins with the words that the other ends with. The words that
    they share have to hold more than marks, articles, prepositions and conjunctions.
    """

    def __init__(self, left: Items, right: Items) -> None:
        """Get ready to compare what is left of both sides when the first keys are asked for."""
        self._left, self._right = left, right

    def keys(self, mention: Mention, side: Side) -> set[_Key]:
        """The keys of a mention of that side that a mention of the other side has, too."""
        return self._shared[side][mention]

    @cached_property
    def _shared(self) -> dict[Side, dict[Mention, set[_Key]]]:
        ours, theirs = _mentions(self._left), _mentions(self._right)
        by_place = all(mention.at for mention in (*ours, *theirs))
        keys_of = _keys_by_place if by_place else _keys_by_words
        left = keys_of(ours, theirs, _WAYS["left"])
        right = keys_of(theirs, ours, _WAYS["right"])
        both = {key for keys in left.values() for key in keys} & {key for keys in right.values() for key in keys}
        return {
            "left": {mention: both.intersection(keys) for mention, keys in left.items()},
            "right": {mention: both.intersection(keys) for mention, keys in right.items()},
        }


def _mentions(items: Items) -> dict[Mention, None]:
    return dict.fromkeys(mention for item in items.values() for mention in item.mentions)


# -- by place ---------------------------------------------------------------------------------


def _keys_by_place(mentions: Iterable[Mention], others: Iterable[Mention], ways: _Ways) -> dict[Mention, list[_Key]]:
    """Of two ranges that overlap, one begins in the other; those that begin or end together come first."""
    starts = sorted({start for other in others for start, _ in other.at})
    inside, holds, _, _ = ways
    found: dict[Mention, list[_Key]] = {}
    for mention in mentions:
        keys = found[mention] = []
        for start, end in mention.at:
            keys += [(0, 0, start), (1, 0, end), (2, inside, start)]
            keys += ((2, holds, place) for place in starts[bisect_left(starts, start) : bisect_left(starts, end)])
    return found


# -- by words ---------------------------------------------------------------------------------


def _keys_by_words(mentions: Iterable[Mention], others: Iterable[Mention], ways: _Ways) -> dict[Mention, list[_Key]]:
    """The runs of words that a mention may share with one of the others, the longest first in order."""
    other = [_words(mention.text) for mention in others]
    longest = max(map(len, other), default=0)
    lengths: dict[str, set[int]] = {}
    for words in filter(None, other):
        lengths.setdefault(words[0], set()).add(len(words))
    return {mention: list(_runs(_words(mention.text), lengths, longest, ways)) for mention in mentions}


@lru_cache(maxsize=4_096)
def _words(text: str) -> _Words:
    return tuple(Source(text.casefold()).tokens)


def _runs(words: _Words, lengths: Mapping[str, Iterable[int]], longest: int, ways: _Ways) -> Iterator[_Key]:
    """``lengths`` are those of the others by their first word."""
    inside, holds, before, behind = ways
    runs = [(inside, words)]
    for start, word in enumerate(words):
        rest = len(words) - start
        runs += ((holds, words[start : start + n]) for n in lengths.get(word, ()) if n <= rest)
    for n in range(1, min(len(words), longest)):
        runs += [(before, words[-n:]), (behind, words[:n])]
    return ((-len(run), way, run) for way, run in runs if _says_something(run))


def _says_something(run: _Words) -> bool:
    return any(word not in _LITTLE and word[0].isalnum() for word in run)
