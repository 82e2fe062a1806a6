"""Tokens and tags: the text they make, and the mentions they mark."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from sfr.structures import Span

__all__ = ["SCHEMES", "WHITE", "Scheme", "Sentence", "Tagged", "mentions_of", "split_tag"]

Scheme = Literal["bio", "iob1", "bioes", "plain"]
SCHEMES = ("bio", "iob1", "bioes", "plain")
"""``bio``: a mention begins with B-. ``iob1``: with I-, with B- only behind another of its type.
``bioes``: also BILOU, with marks for the end and for a single token. ``plain``: the bare label,
so that mentions of one label that touch are one."""

WHITE = " \t\r\n"
"""What is no part of a token at either end of it. A no-break space is."""


class Sentence:
    """Tokens joined by a space, as in the paper, and where each of them stands."""

    def __init__(self, tokens: Sequence[str]) -> None:
        """Keep the tokens."""
        self.tokens = tokens
        self.text = " ".join(tokens)
        self._starts: list[int] = []
        place = 0
        for token in tokens:
            self._starts.append(place)
            place += len(token) + 1

    def mention(self, start: int, end: int) -> tuple[str, Span]:
        """Text and place of the tokens from ``start`` to before ``end``.

        Raises IndexError when there are no such tokens.
        """
        if not 0 <= start < end <= len(self.tokens):
            raise IndexError(f"expected tokens within 0-{len(self.tokens)}, found {start}-{end}")
        first, last = self._starts[start], self._starts[end - 1] + len(self.tokens[end - 1])
        return self.text[first:last], ((first, last),)


class Tagged(NamedTuple):
    """Label and token range, end exclusive, of a mention."""

    label: str
    start: int
    end: int


def mentions_of(tags: Sequence[str], scheme: Scheme = "bio") -> tuple[list[Tagged], list[int]]:
    """The mentions that tags mark, and the places of tags that continue a mention which is not there.

    As in conlleval such a tag begins a mention. Under ``iob1`` and ``plain`` every tag may begin one.

    Raises ValueError, with the place and the tag, for a tag that the scheme has not.
    """
    found: list[Tagged] = []
    strays: list[int] = []
    label, start = "", 0  # of the mention that is open
    for i, tag in enumerate(tags):
        try:
            mark, name = split_tag(tag, scheme)
        except ValueError as error:
            raise ValueError(f"tag {i + 1}: {error}") from None
        begins = mark in {"B", "S", "U"} or (mark in {"I", "E", "L"} and name != label)
        if label and (begins or not mark):
            found.append(Tagged(label, start, i))
            label = ""
        if begins:
            label, start = name, i
            if mark in {"I", "E", "L"} and scheme in {"bio", "bioes"}:
                strays.append(i)
        if mark in {"E", "L", "S", "U"}:
            found.append(Tagged(label, start, i + 1))
            label = ""
    if label:
        found.append(Tagged(label, start, len(tags)))
    return found, strays


_MARKS = {"bio": "BI", "iob1": "BI", "bioes": "BIESLU", "plain": ""}


@lru_cache(maxsize=4_096)  # a file has few tags, each of them many times
def split_tag(tag: str, scheme: Scheme) -> tuple[str, str]:
    """Mark and label of a tag; no mark is outside.

    Raises ValueError for a tag that the scheme has not.
    """
    if tag == "O":
        return "", ""
    if scheme == "plain":
        if not tag:
            raise ValueError("expected O or a label, found nothing")
        return "I", tag
    mark, hyphen, name = tag.partition("-")
    if not (hyphen and name and len(mark) == 1 and mark in _MARKS[scheme]):
        expected = ", ".join(f"{m}-LABEL" for m in _MARKS[scheme])
        raise ValueError(f"expected O, {expected}, found {tag!r}")
    return mark, name
