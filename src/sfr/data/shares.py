"""Dividing a whole into parts that add up to it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeVar

__all__ = ["shares"]

Name = TypeVar("Name")


def shares(total: int, weights: Mapping[Name, int]) -> dict[Name, int]:
    """``total`` divided in proportion to the weights, by the method of largest remainders.

    Of equal remainders the first gets more. The parts add up to ``total`` exactly; a part without
    weight is 0.

    Raises ValueError when there is something to divide and no weight at all.

    >>> shares(10, {"ner": 2, "re": 8})
    {'ner': 2, 're': 8}
    >>> shares(10, {"a": 1, "b": 1, "c": 1})
    {'a': 4, 'b': 3, 'c': 3}
    """
    whole = sum(weights.values())
    if not whole:
        if total:
            raise ValueError(f"there is nothing to take {total} from")
        return dict.fromkeys(weights, 0)
    exact = {name: Fraction(total * weight, whole) for name, weight in weights.items()}
    parts = {name: int(share) for name, share in exact.items()}
    by_remainder = sorted(exact, key=lambda name: parts[name] - exact[name])
    for name in by_remainder[: total - sum(parts.values())]:
        parts[name] += 1
    return parts
