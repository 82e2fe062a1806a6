"""Selections of augmented examples: those that the model finds hardest, some by chance, or all.

A selection is made in each stratum on its own, a data set under a perturbation, so that neither a large data set
nor a hard perturbation takes the places of the others. A share of a stratum is rounded up: it depends on
no other stratum, and no stratum that has examples goes without one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, isfinite
from typing import Any

from sfr.data.sampling import order_key

__all__ = ["Candidate", "Stratum", "select", "select_all", "select_at_random", "sizes"]

_MAX_SHOWN = 20

Stratum = tuple[str, ...]
"""What a stratum goes by: the names of a data set and of a perturbation."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An example that can be selected: its id in its stratum, and its loss under the current model."""

    id: str
    stratum: Stratum
    loss: float


def sizes(candidates: Sequence[Candidate], share: Fraction | float) -> dict[Stratum, int]:
    """How many make up a share of each stratum, rounded up.

    A float is taken for the decimal number that it is written as: 0.1 of 30 are 3, and not 4.

    Raises ValueError when the share is not over 0 and up to 1.
    """
    exact = _exact(share)
    return {name: ceil(exact * size) for name, size in Counter(one.stratum for one in candidates).items()}


def _exact(share: Fraction | float) -> Fraction:
    if not 0 < share <= 1:
        raise ValueError(f"share: expected more than 0 and up to 1, found {share}")
    return Fraction(str(share))


def select(
    candidates: Sequence[Candidate], share: Fraction | float, *, seed: int = 0, taken: Collection[int] = ()
) -> list[int]:
    """The candidates with the highest losses of each stratum, by their places in ascending order.

    ``taken`` are the places of those that earlier rounds have selected. They are not selected again, and the
    share is still one of all: only so do a round of 10 % and one of 5 % make the 15 % that the paper speaks of.
    Where fewer are left, all of them are selected. Candidates with one loss are told apart by a hash of the seed,
    the stratum and the id, so that their order in the file decides nothing: under a uniform
    loss this is ``select_at_random``.

    Raises ValueError when a loss is not a finite number, naming the candidates, or the share or a place is out of
    range.
    """
    wrong = [f"{one.id} of {' '.join(one.stratum)} ({one.loss})" for one in candidates if not isfinite(one.loss)]
    if wrong:
        more = f", and {len(wrong) - _MAX_SHOWN:,} more" if len(wrong) > _MAX_SHOWN else ""
        raise ValueError(f"expected finite losses, found others: {', '.join(wrong[:_MAX_SHOWN])}{more}")
    return _first(candidates, share, taken, lambda one: (-one.loss, _chance(one, seed)))


def select_at_random(
    candidates: Sequence[Candidate], share: Fraction | float, *, seed: int = 0, taken: Collection[int] = ()
) -> list[int]:
    """As many of each stratum as ``select`` takes, but by chance, whatever their losses: a baseline.

    Raises ValueError when the share or a place is out of range.
    """
    return _first(candidates, share, taken, lambda one: _chance(one, seed))


def select_all(candidates: Sequence[Candidate]) -> list[int]:
    """All candidates: the baseline of full augmentation."""
    return list(range(len(candidates)))


def _first(
    candidates: Sequence[Candidate],
    share: Fraction | float,
    taken: Collection[int],
    key: Callable[[Candidate], Any],
) -> list[int]:
    """The share of each stratum that comes first by the key, without those that are taken."""
    gone = frozenset(taken)
    if strange := sorted(place for place in gone if not 0 <= place < len(candidates)):
        raise ValueError(f"taken: expected places up to {len(candidates) - 1}, found {strange[0]}")
    free: dict[Stratum, list[int]] = {}
    for place, one in enumerate(candidates):
        if place not in gone:
            free.setdefault(one.stratum, []).append(place)
    wanted = sizes(candidates, share)
    ranked = {name: sorted(places, key=lambda place: key(candidates[place])) for name, places in free.items()}
    return sorted(place for name, places in ranked.items() for place in places[: wanted[name]])


def _chance(one: Candidate, seed: int) -> int:
    return order_key(seed, *one.stratum, one.id)
