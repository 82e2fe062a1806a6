"""What a clause may say, read from ``phrases.txt``, and what there is to extract from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sfr.newswire.names import KINDS
from sfr.structures import Task

__all__ = ["ROLES", "TYPES", "Phrase", "Piece", "kind_of", "phrases", "read_phrases"]

TYPES: dict[Task, tuple[str, ...]] = {
    "ner": tuple(dict.fromkeys(KINDS.values())),
    "re": ("works for", "founded by", "based in", "born in", "married to", "subsidiary of", "produces"),
    "ee": ("acquisition", "hiring", "attack", "meeting", "launch", "death"),
}
"""The types of each task, in the order of the schema."""

ROLES = ("Agent", "Target", "Person", "Product", "Place", "Time", "Price")
"""The roles of events."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A slot for a name, a trigger, or words: for the last two one of several."""

    slot: str = ""
    options: tuple[str, ...] = ()
    is_trigger: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """A clause: groups of pieces, each with whether it may be left out; its relations; its events, one a trigger.

    A relation is (head, type, tail), an event a type and (role, slot) for each argument.
    """

    groups: tuple[tuple[bool, tuple[Piece, ...]], ...]
    relations: tuple[tuple[str, str, str], ...]
    events: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]

    @property
    def slots(self) -> tuple[str, ...]:
        """The slots, in the order of the words."""
        return tuple(piece.slot for _, pieces in self.groups for piece in pieces if piece.slot)

    def types(self, task: Task) -> tuple[str, ...]:
        """The types of a task that it may have something of."""
        if task == "re":
            return tuple(relation for _, relation, _ in self.relations)
        if task == "ee":
            return tuple(event for event, _ in self.events)
        return tuple(KINDS[kind] for kind in map(kind_of, self.slots) if kind in KINDS)


def kind_of(slot: str) -> str:
    """What fills a slot: ``person`` for ``person2``."""
    return slot.rstrip("0123456789")


@cache
def phrases() -> tuple[Phrase, ...]:
    """The shipped phrases."""
    text = resources.files(__package__).joinpath("phrases.txt").read_text(encoding="utf-8")
    return tuple(read_phrases(text))


def read_phrases(text: str) -> Iterator[Phrase]:
    """The phrases of a text that is written as ``phrases.txt``, which says how."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    starts = [number for number, line in enumerate(lines) if not line.startswith(" ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        below = [line.split() for line in lines[start + 1 : end]]
        yield Phrase(
            tuple(_groups(lines[start])),
            tuple((head, " ".join(words), tail) for head, *words, tail in below if head not in TYPES["ee"]),
            tuple((head, tuple(map(_argument, words))) for head, *words in below if head in TYPES["ee"]),
        )


def _argument(text: str) -> tuple[str, str]:
    role, _, slot = text.partition("=")
    return role, slot


def _groups(line: str) -> Iterator[tuple[bool, tuple[Piece, ...]]]:
    for optional, fixed in re.findall(r"\(([^)]*)\)|([^(]+)", line):
        pieces = tuple(_pieces(optional or fixed))
        if pieces:
            yield bool(optional), pieces


def _pieces(text: str) -> Iterator[Piece]:
    for slot, triggers, options, words in re.findall(r"\{(\w+)\}|<([^>]+)>|\[([^\]]+)\]|([^{<[]+)", text):
        if slot:
            yield Piece(slot)
        elif triggers:
            yield Piece("", tuple(triggers.split("|")), is_trigger=True)
        elif options or words.strip():
            yield Piece("", tuple(options.split("|")) if options else (words.strip(),))
