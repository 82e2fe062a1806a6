"""The whole sentence in small letters, and its gold with it."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import accumulate

from sfr.examples import Example
from sfr.perturbing.edits import renamed
from sfr.perturbing.inventories import Inventory
from sfr.structures import Span

__all__ = ["lowercase"]


def lowercase(example: Example, rng: random.Random, corpus: Inventory) -> Example | None:  # noqa: ARG001 - one way to do it
    """All letters small. A type stays as it is written.

    Letter by letter, so that a value is what its letters become wherever it stands; some letters become two,
    and the places after them move.
    """
    small = [char.lower() for char in example.text]
    offsets = [0, *accumulate(map(len, small))]

    def moved(value: str, at: Span) -> tuple[str, Span]:
        return "".join(char.lower() for char in value), tuple((offsets[start], offsets[end]) for start, end in at)

    return replace(example, text="".join(small), gold=renamed(example.gold, moved))
