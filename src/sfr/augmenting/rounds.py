"""Rounds: each takes half the share of the one before, until a round is not worth it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isfinite

__all__ = ["DELTA", "FIRST_SHARE", "is_over", "next_share"]

FIRST_SHARE = Fraction(1, 10)
"""The paper's share of the first round."""

DELTA = 0.3
"""The paper's least gain of a round, in points of validation F1 out of 100."""


def next_share(share: Fraction) -> Fraction:
    """The share of the round after one that has taken ``share``.

    >>> next_share(FIRST_SHARE)
    Fraction(1, 20)
    """
    return share / 2


def is_over(gains: Sequence[float], delta: float = DELTA) -> bool:
    """Whether no other round follows: the last one has gained less than ``delta``.

    ``gains`` are what each round so far has added to the F1 on the validation split, in the unit of ``delta``;
    before the first round there are none, and it is not over.

    Raises ValueError when a gain is not a finite number.

    >>> is_over([4.1, 0.3]), is_over([4.1, 0.3, 0.2])
    (False, True)
    """
    if wrong := [gain for gain in gains if not isfinite(gain)]:
        raise ValueError(f"gains: expected finite numbers, found {wrong[0]}")
    return bool(gains) and gains[-1] < delta
