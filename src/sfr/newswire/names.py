"""Names that nobody has: stems of two or three syllables, and what makes a person, a firm or a place of them.

Their parts and forms stand in ``names.json``: under ``forms`` what a name of each kind looks like, with weights,
under ``words`` what else may stand in it, under ``first``, ``middle`` and ``second`` the syllables of stems.
There are 300,000 stems, so many that a model is better off to copy them than to know them.
"""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Sequence
from importlib import resources
from typing import Literal, TypeVar

__all__ = ["KINDS", "Names", "Split", "pick", "split_of"]

Split = Literal["train", "dev", "test"]
T = TypeVar("T")

KINDS = {
    "person": "person",
    "org": "organization",
    "place": "location",
    "product": "product",
    "day": "date",
    "month": "date",
}
"""What fills a slot, and the type of entity that it is; a price is none."""

_PARTS = json.loads(resources.files(__package__).joinpath("names.json").read_text(encoding="utf-8"))
_FORMS: dict[str, list[list[str]]] = {
    kind: [form.split() for form, weight in forms.items() for _ in range(weight)]
    for kind, forms in _PARTS["forms"].items()
}
_WORDS: dict[str, list[str]] = {f"{{{name}}}": words.split() for name, words in _PARTS["words"].items()}
_FIRST: list[str] = " ".join(_PARTS["first"]).split()
_MIDDLE: list[str] = " ".join(_PARTS["middle"]).split()
_SECOND: list[str] = " ".join(_PARTS["second"]).split()
_LONG_STEM = 0.5  # of the stems have three syllables
_KNOWN_STEM = 0.05  # of the stems are those of another name: a firm that is named after its town


def pick(rng: random.Random, options: Sequence[T]) -> T:
    """One of the options. Unlike ``choice``, it is made of ``random()`` alone, which never changes."""
    return options[int(rng.random() * len(options))]


def split_of(text: str) -> Split:
    """The split that a stem, or a sentence without stems, belongs to: one in ten each to dev and test."""
    place = zlib.crc32(text.encode()) % 10
    return "test" if place == 0 else "dev" if place == 1 else "train"


class Names:
    """Gives the names of one sentence, no two of them alike."""

    def __init__(self, rng: random.Random, split: Split) -> None:
        """Draw from ``rng``, stems of ``split`` alone."""
        self.stems: list[str] = []
        self._rng, self._split = rng, split
        self._given: set[str] = set()

    def new(self, kind: str) -> str:
        """A name for a kind of slot: person, org, place, product, day, month or price."""
        while True:
            words = [self._word(part) for part in pick(self._rng, _FORMS[kind])]
            name = " ".join(words)
            if len(words) == len(set(words)) and name not in self._given:
                self._given.add(name)
                return name

    def _word(self, part: str) -> str:
        if part == "{stem}":
            return self._stem()
        return pick(self._rng, _WORDS[part]) if part in _WORDS else part

    def _stem(self) -> str:
        if self.stems and self._rng.random() < _KNOWN_STEM:
            return pick(self._rng, self.stems)
        while split_of(stem := self._syllables()) != self._split:
            pass
        self.stems.append(stem)
        return stem

    def _syllables(self) -> str:
        middle = pick(self._rng, _MIDDLE) if self._rng.random() < _LONG_STEM else ""
        return pick(self._rng, _FIRST) + middle + pick(self._rng, _SECOND)
