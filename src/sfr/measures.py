"""The four measures of the paper, on sets and on the sizes of sets.

Every one is a function of three integers, the sizes of gold, of prediction and of what they
share: ``|A ^ B| = a + b - 2s`` and ``|A | B| = a + b - s``. The rewards count and call the
``*_of`` forms; the forms on sets count for you.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

__all__ = [
    "coverage",
    "coverage_of",
    "f1",
    "f1_of",
    "jaccard_distance",
    "jaccard_distance_of",
    "symmetric_difference",
    "symmetric_difference_of",
]


def coverage_of(gold: int, pred: int, shared: int, empty: float = 0.0) -> float:
    """Eq. 3 on sizes."""
    if gold:
        return shared / gold
    return 0.0 if pred else empty


def f1_of(gold: int, pred: int, shared: int, empty: float = 1.0) -> float:
    """Eq. 4 on sizes."""
    total = gold + pred
    return 2 * shared / total if total else empty


def symmetric_difference_of(gold: int, pred: int, shared: int) -> float:
    """Eq. 5 on sizes."""
    return (gold + pred - 2 * shared) / (gold or 1)


def jaccard_distance_of(gold: int, pred: int, shared: int, empty: float = 1.0) -> float:
    """Eq. 6 on sizes."""
    union = gold + pred - shared
    return 1 - shared / union if union else empty


def coverage(gold: Iterable[Hashable], pred: Iterable[Hashable], *, empty: float = 0.0) -> float:
    """Share of the gold set that the prediction holds (Eq. 3, cov), in [0, 1].

    ``empty`` is the value when both sets are empty; Eq. 3 to the letter gives 0.

    >>> coverage({"person", "location"}, {"person", "date"})
    0.5
    """
    return coverage_of(*_sizes(gold, pred), empty=empty)


def f1(gold: Iterable[Hashable], pred: Iterable[Hashable], *, empty: float = 1.0) -> float:
    """F1 of two sets (Eq. 4, fl), in [0, 1].

    ``empty`` is the value when both sets are empty, where Eq. 4 is 0/0.

    >>> f1({"a", "b"}, {"a"})
    0.6666666666666666
    """
    return f1_of(*_sizes(gold, pred), empty=empty)


def symmetric_difference(gold: Iterable[Hashable], pred: Iterable[Hashable]) -> float:
    """Missed and spurious elements per gold element (Eq. 5, Delta), from 0 without upper bound.

    >>> symmetric_difference({"a", "b"}, {"b", "c", "d"})
    1.5
    """
    return symmetric_difference_of(*_sizes(gold, pred))


def jaccard_distance(gold: Iterable[Hashable], pred: Iterable[Hashable], *, empty: float = 1.0) -> float:
    """One minus shared over united elements (Eq. 6, D_jac), in [0, 1].

    ``empty`` is the value when both sets are empty; Eq. 6 to the letter gives 1.

    >>> jaccard_distance({"a", "b"}, {"b", "c"})
    0.6666666666666667
    """
    return jaccard_distance_of(*_sizes(gold, pred), empty=empty)


def _sizes(gold: Iterable[Hashable], pred: Iterable[Hashable]) -> tuple[int, int, int]:
    gold, pred = frozenset(gold), frozenset(pred)
    return len(gold), len(pred), len(gold & pred)
