"""Paired comparisons of systems on the same examples: differences, their intervals and p-values.

Two tests. The paired bootstrap asks how the difference would move with other examples; it takes
systems that were resampled with one seed. Approximate randomisation asks how often a difference
as large would arise if the two systems were the same: it exchanges their outcomes on random examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import lcm
from operator import itemgetter
from typing import Literal, TypeVar

import numpy as np

from sfr.evaluation.numbers import Pairs
from sfr.evaluation.resampling import Bootstrap, Interval, chunks, draw_problems, interval, random_stream, table
from sfr.evaluation.strata import (
    FloatArray,
    Replicates,
    Scoped,
    Stratum,
    Value,
    each_scope,
    problems_of,
    replicates_of,
    scoped,
    totals,
    values_of,
)

__all__ = ["Comparison", "Difference", "Test", "approximate_randomisation", "holm", "paired_bootstrap"]

Test = Literal["paired bootstrap", "approximate randomisation"]

T = TypeVar("T")

_TIE = 1e-12
"""Differences this close are the same: sums of floats differ in their last digits."""


@dataclass(frozen=True, eq=False)
class Difference:
    """What the second system scores above the first, ``[values]`` each."""

    point: FloatArray
    p: FloatArray
    """Two-sided, of this pair alone."""
    adjusted: FloatArray
    """``p`` after Holm's correction for the pairs that were compared."""
    undefined: FloatArray
    """The share of draws on which the difference is not defined; they are left out."""
    interval: Interval | None
    """Of the difference; randomisation gives none."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two systems, and how they were compared."""

    first: str
    second: str
    differences: Scoped[Difference]
    test: Test
    draws: int
    seed: int


def paired_bootstrap(systems: Sequence[Bootstrap], *, pairs: Pairs = "first", level: float = 0.95) -> list[Comparison]:
    """Comparisons of systems that were resampled alike, with the interval of each difference.

    p is the share of resamples whose difference is at least as far from the observed one as that is from zero.

    Raises ValueError when there are fewer than two systems, or they were not resampled alike.
    """
    _raise(_bootstrap_problems(systems))
    differences = {
        (one.system, other.system): _difference(one.replicates, other.replicates)
        for one, other in _pairs(systems, pairs)
    }

    def test(replicates: Replicates) -> tuple[FloatArray, Interval]:
        return _p_value(replicates, replicates.point), interval(replicates, level)

    return _comparisons(differences, test, "paired bootstrap", systems[0].draws, systems[0].seed)


def approximate_randomisation(
    systems: Mapping[str, Sequence[Stratum]],
    value: Value,
    *,
    draws: int = 10_000,
    seed: int = 0,
    pairs: Pairs = "first",
) -> list[Comparison]:
    """Comparisons of systems by exchanging their outcomes on each example with probability one half.

    All runs of a system on an example are exchanged at once. p is the share of exchanges that lead to
    a difference at least as large as the observed one.

    Raises ValueError when there are fewer than two systems, or they are not of the same examples.
    """
    _raise([*draw_problems(draws, seed), *_system_problems(systems)])
    differences = {
        (one, other): _exchanged(systems[one], systems[other], value, draws, seed)
        for one, other in _pairs(list(systems), pairs)
    }

    def test(replicates: Replicates) -> tuple[FloatArray, None]:
        return _p_value(replicates, np.zeros_like(replicates.point)), None

    return _comparisons(differences, test, "approximate randomisation", draws, seed)


def holm(p: FloatArray) -> FloatArray:
    """p-values ``[comparisons, values]`` corrected for the number of comparisons (Holm 1979); nan stays nan.

    >>> holm(np.array([[0.01], [0.04], [0.03]])).ravel().tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, axis=0)  # nan last
    rank = np.arange(len(p))[:, None]
    number = (~np.isnan(p)).sum(axis=0)
    stepped = np.maximum.accumulate(np.take_along_axis(p, order, axis=0) * (number - rank), axis=0)
    adjusted = np.empty_like(p)
    np.put_along_axis(adjusted, order, np.minimum(stepped, 1.0), axis=0)
    return adjusted


def _pairs(systems: Sequence[T], pairs: Pairs) -> list[tuple[T, T]]:
    found = list(combinations(systems, 2))
    return found if pairs == "all" else found[: len(systems) - 1]


def _comparisons(
    differences: Mapping[tuple[str, str], Scoped[Replicates]],
    test: Callable[[Replicates], tuple[FloatArray, Interval | None]],
    name: Test,
    draws: int,
    seed: int,
) -> list[Comparison]:
    """The tested differences, corrected for each number apart."""

    def family(*replicates: Replicates) -> list[Difference]:
        tested = [test(each) for each in replicates]
        adjusted = holm(np.stack([p for p, _ in tested]))
        return [
            Difference(each.point, p, corrected, np.isnan(each.draws).mean(axis=0), ends)
            for each, (p, ends), corrected in zip(replicates, tested, adjusted, strict=True)
        ]

    families = each_scope(family, *differences.values())
    return [
        Comparison(one, other, each_scope(itemgetter(i), families), name, draws, seed)
        for i, (one, other) in enumerate(differences)
    ]


def _p_value(replicates: Replicates, centre: FloatArray) -> FloatArray:
    """The share of draws at least as far from the centre as the point is from zero; the point counts as a draw."""
    as_far = np.abs(replicates.draws - centre) >= np.abs(replicates.point) - _TIE
    defined = (~np.isnan(replicates.draws)).sum(axis=0)
    return np.where(np.isnan(replicates.point), np.nan, (as_far.sum(axis=0) + 1) / (defined + 1))


def _difference(first: Scoped[Replicates], second: Scoped[Replicates]) -> Scoped[Replicates]:
    names = list(first.strata)
    strata = [_minus(second.strata[name], first.strata[name]) for name in names]
    return scoped(names, [*strata, _minus(second.pooled, first.pooled)])


def _minus(one: Replicates, other: Replicates) -> Replicates:
    return Replicates(one.point - other.point, one.draws - other.draws)


def _exchanged(
    first: Sequence[Stratum], second: Sequence[Stratum], value: Value, draws: int, seed: int
) -> Scoped[Replicates]:
    """The differences of two systems after exchanges."""
    first, second = _aligned(first, second)
    gains = [_gains(one, other) for one, other in zip(first, second, strict=True)]
    ours, theirs = totals(first), totals(second)
    streams = [random_stream(seed, "exchanges", stratum.name) for stratum in first]

    def difference(moved: Sequence[FloatArray]) -> list[FloatArray]:
        before = values_of(first, [total + part for total, part in zip(ours, moved, strict=True)], value)
        after = values_of(second, [total - part for total, part in zip(theirs, moved, strict=True)], value)
        return [new - old for old, new in zip(before, after, strict=True)]

    found = [
        difference(
            [
                (_coins(stream, len(chunk), len(gain)) @ gain).reshape(len(chunk), *stratum.counts.shape[1:])
                for stratum, gain, stream in zip(first, gains, streams, strict=True)
            ]
        )
        for chunk in chunks(draws, max(1, *map(len, gains)))
    ]
    points = difference([np.zeros_like(total) for total in ours])
    return scoped([stratum.name for stratum in first], replicates_of(points, found))


def _aligned(first: Sequence[Stratum], second: Sequence[Stratum]) -> tuple[list[Stratum], list[Stratum]]:
    """Two systems with their data sets in one order, and as many runs each.

    With unequal numbers, the runs of each are repeated up to the least common multiple, which leaves
    their mean as it is.
    """
    by_name = {stratum.name: stratum for stratum in second}
    runs = lcm(first[0].counts.shape[1], second[0].counts.shape[1])
    return _with_runs(first, runs), _with_runs([by_name[stratum.name] for stratum in first], runs)


def _with_runs(strata: Sequence[Stratum], runs: int) -> list[Stratum]:
    """The data sets with every run repeated as often as it takes to have so many."""
    if strata[0].counts.shape[1] == runs:
        return list(strata)
    return [replace(each, counts=np.tile(each.counts, (1, runs // each.counts.shape[1], 1, 1))) for each in strata]


def _gains(first: Stratum, second: Stratum) -> FloatArray:
    """What the first would gain by an exchange on each example; those where nothing would change are left out."""
    gains = np.subtract(second.counts, first.counts, dtype=np.int64)
    return table(gains[gains.any(axis=(1, 2, 3))])


def _coins(stream: np.random.PCG64, draws: int, examples: int) -> FloatArray:
    """Zeros and ones, ``[draws, examples]``."""
    words = -(-examples // 64)
    octets = stream.random_raw(draws * words).astype("<u8").view(np.uint8).reshape(draws, 8 * words)
    return np.unpackbits(octets, axis=1, count=examples).astype(np.float64)


def _raise(problems: Iterable[str]) -> None:
    found = list(problems)
    if found:
        raise ValueError("; ".join(found))


def _bootstrap_problems(systems: Sequence[Bootstrap]) -> Iterator[str]:
    yield from _name_problems([system.system for system in systems])
    for other in systems[1:]:
        for name in ("examples", "draws", "seed", "runs"):
            mine, its = getattr(systems[0], name), getattr(other, name)
            if mine != its:
                yield f"{other.system}: expected {name} {mine} as of {systems[0].system}, found {its}"


def _system_problems(systems: Mapping[str, Sequence[Stratum]]) -> Iterator[str]:
    yield from _name_problems(list(systems))
    own = [f"{name}: {problem}" for name, strata in systems.items() for problem in problems_of(strata)]
    yield from own
    if own:
        return
    first, *others = systems
    mine = {stratum.name: stratum for stratum in systems[first]}
    for name in others:
        its = {stratum.name: stratum for stratum in systems[name]}
        yield from (
            f"{name}: {dataset}: expected {expected} as of {first}, found {found}"
            for dataset in dict.fromkeys([*mine, *its])
            if (expected := _outline(mine.get(dataset))) != (found := _outline(its.get(dataset)))
        )


def _outline(stratum: Stratum | None) -> str:
    return f"{len(stratum.counts)} examples of {', '.join(stratum.cells)}" if stratum else "no data set"


def _name_problems(names: Sequence[str]) -> Iterator[str]:
    if not names[1:]:
        yield f"expected at least two systems, found {list(names)}"
    if len(set(names)) < len(names):
        yield f"expected systems with different names, found {list(names)}"
