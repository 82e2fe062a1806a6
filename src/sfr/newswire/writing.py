"""Writes a sentence clause by clause, and says where everything came to stand."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import NamedTuple

from sfr.newswire.names import Names, pick
from sfr.newswire.phrases import Phrase, kind_of

__all__ = ["Clause", "Mention", "Writer"]

_OPTIONAL = 0.5  # of what may be left out is there
_AGAIN = 0.25  # of the names of a second clause stand in the first one already


class Mention(NamedTuple):
    """Words of a sentence, and where they begin."""

    text: str
    start: int

    @property
    def at(self) -> list[list[int]]:
        """Their place, as in a line of an example."""
        return [[self.start, self.start + len(self.text)]]


@dataclass(frozen=True, slots=True)
class Clause:
    """A phrase in a sentence: what fills its slots, and its triggers."""

    phrase: Phrase
    slots: dict[str, Mention] = field(default_factory=dict)
    triggers: list[Mention] = field(default_factory=list)


class Writer:
    """Writes a sentence word by word, and says where the words came to stand."""

    text: str
    """What is written so far."""

    def __init__(self, rng: random.Random, names: Names) -> None:
        """Begin a sentence; what is left to chance is drawn from ``rng``, new names from ``names``."""
        self.text = ""
        self._rng, self._names = rng, names
        self._known: list[tuple[str, str]] = []  # kinds of slots and names, of the clauses before

    def words(self, words: str) -> Mention:
        """Write words; the first of a sentence has a capital."""
        if not self.text or self.text.endswith(" ."):
            words = words[0].upper() + words[1:]
        start = len(self.text) + 1 if self.text else 0
        self.text = f"{self.text} {words}" if self.text else words
        return Mention(words, start)

    def clause(self, phrase: Phrase) -> Clause:
        """Write a clause."""
        written = Clause(phrase)
        for is_optional, pieces in phrase.groups:
            if is_optional and self._rng.random() >= _OPTIONAL:
                continue
            for piece in pieces:
                if piece.slot:
                    written.slots[piece.slot] = self.words(self._name(piece.slot, written))
                elif piece.is_trigger:
                    written.triggers.append(self.words(pick(self._rng, piece.options)))
                elif words := pick(self._rng, piece.options):
                    self.words(words)
        self._known += [(kind_of(slot), mention.text) for slot, mention in written.slots.items()]
        return written

    def _name(self, slot: str, clause: Clause) -> str:
        """A new name, or one of the clauses before; within a clause all differ."""
        kind = kind_of(slot)
        taken = {mention.text for mention in clause.slots.values()}
        known = [name for of, name in self._known if of == kind and name not in taken]
        if known and self._rng.random() < _AGAIN:
            return pick(self._rng, known)
        return self._names.new(kind)
