"""Lengths of outputs: percentiles, the bands of Table 6, histograms, and what to measure with."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from sfr.tokenizers import tokenizer_of

__all__ = [
    "Band",
    "Bands",
    "Measure",
    "Summary",
    "bin_edges",
    "histogram",
    "joined",
    "length_bands",
    "length_function",
    "percentile",
    "summary",
]

Bands = Literal["between", "below"]
"""Which lengths a percentile stands for: ``between``: those up to it, but above the percentile
before; ``below``: all up to it."""

Measure = Callable[[Sequence[str]], list[int]]
"""The lengths of texts; many at once, which tokenizers are much faster at."""


@dataclass(frozen=True, slots=True)
class Band:
    """The lengths that one percentile stands for: how many, in total, the least and the largest (None of none)."""

    share: int
    n: int
    total: int
    min: int | None
    max: int | None

    @property
    def mean(self) -> float | None:
        """The mean length."""
        return self.total / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Summary:
    """Lengths as a whole; of none at all, only their number is known."""

    n: int
    mean: float | None
    p50: int | None
    p95: int | None
    max: int | None


def percentile(lengths: Sequence[int], share: int) -> int:
    """The nearest rank: the least of the lengths that so many percent of them do not exceed.

    >>> percentile([3, 1, 2, 4], 50)
    2

    Raises ValueError for no lengths, or a share that is not from 1 to 100.
    """
    if not lengths:
        raise ValueError("expected lengths, found none")
    if not 1 <= share <= _WHOLE:
        raise ValueError(f"expected a percentile from 1 to 100, found {share}")
    return sorted(lengths)[_rank(len(lengths), share) - 1]


_WHOLE = 100


def _rank(n: int, share: int) -> int:
    return -(-n * share // _WHOLE)  # rounded up, in integers


def length_bands(lengths: Sequence[int], shares: Sequence[int] = (50, 70, 99), bands: Bands = "between") -> list[Band]:
    """The bands of the lengths of one data set under rising percentiles, as in Table 6.

    The paper says "below", but then all its bands would begin with the same length, and none do.
    Bands of several data sets may overlap when they are ``joined``, as some of the paper's do.

    >>> [(band.min, band.mean, band.max) for band in length_bands([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])]
    [(1, 3.0, 5), (6, 6.5, 7), (8, 9.0, 10)]
    """
    ordered, found, low = sorted(lengths), [], 0
    for share in shares:
        high = bisect_right(ordered, percentile(ordered, share)) if ordered else 0
        found.append(_band(share, ordered[low:high]))
        low = high if bands == "between" else 0
    return found


def _band(share: int, ordered: Sequence[int]) -> Band:
    if not ordered:
        return Band(share, 0, 0, None, None)
    return Band(share, len(ordered), sum(ordered), ordered[0], ordered[-1])


def joined(parts: Iterable[Sequence[Band]]) -> list[Band]:
    """The bands of several data sets, each under its own percentiles, as one: the mean is over all examples.

    >>> joined([length_bands([1, 2, 3, 4], (50, 99)), length_bands([5, 6], (50, 99))])
    [Band(share=50, n=3, total=8, min=1, max=5), Band(share=99, n=3, total=13, min=3, max=6)]
    """
    return [_as_one(bands) for bands in zip(*parts, strict=True)]


def _as_one(bands: Sequence[Band]) -> Band:
    return Band(
        bands[0].share,
        sum(band.n for band in bands),
        sum(band.total for band in bands),
        min((band.min for band in bands if band.min is not None), default=None),
        max((band.max for band in bands if band.max is not None), default=None),
    )


def summary(lengths: Sequence[int]) -> Summary:
    """Number, mean, median, 95th percentile (both by nearest rank) and maximum.

    >>> summary([2, 4, 9])
    Summary(n=3, mean=5.0, p50=4, p95=9, max=9)
    """
    if not lengths:
        return Summary(0, None, None, None, None)
    p50, p95, most = (percentile(lengths, share) for share in (50, 95, 100))
    return Summary(len(lengths), sum(lengths) / len(lengths), p50, p95, most)


# -- histograms -------------------------------------------------------------------------------


def bin_edges(lengths: Sequence[int], at_most: int = 40) -> list[int]:
    """The edges of bins of one round width (1, 2, 5, 10, ...), with one more bin for the rest.

    The even bins reach over the 99th percentile, so that one endless output does not press all
    others into one bin. For several systems beside one another, give the lengths of all.

    >>> bin_edges([3, 4, 18, 21], at_most=5)
    [0, 5, 10, 15, 20, 25]
    >>> bin_edges([*range(100), 5_000], at_most=5)
    [0, 20, 40, 60, 80, 100, 5001]

    Raises ValueError when there may be no bin at all.
    """
    if at_most < 1:
        raise ValueError(f"expected at least one bin, found {at_most}")
    if not lengths:
        return []
    least, most, usual = min(lengths), max(lengths), percentile(lengths, 99)
    width = next(width for width in _round_widths() if usual // width - least // width < at_most)
    edges = [width * i for i in range(least // width, usual // width + 2)]
    return edges if most < edges[-1] else [*edges, most + 1]


def _round_widths() -> Iterable[int]:
    scale = 1
    while True:
        yield from (scale, 2 * scale, 5 * scale)
        scale *= 10


def histogram(lengths: Iterable[int], edges: Sequence[int]) -> list[int]:
    """How many lengths there are in each bin, from one edge to just under the next.

    >>> histogram([3, 4, 18, 21], [0, 5, 10, 15, 20, 25])
    [2, 0, 0, 1, 1]

    Raises ValueError for lengths outside the edges.
    """
    ordered = sorted(lengths)
    if ordered and not (edges and edges[0] <= ordered[0] and ordered[-1] < edges[-1]):
        reach = f"{edges[0]} to below {edges[-1]}" if edges else "none, as there are no edges"
        raise ValueError(f"expected lengths from {reach}, found {ordered[0]} to {ordered[-1]}")
    return [high - low for low, high in pairwise(bisect_right(ordered, edge - 1) for edge in edges)]


# -- what to measure with ---------------------------------------------------------------------


def length_function(name: str) -> Measure:
    """What measures texts in ``characters``, in ``words``, or in tokens.

    For tokens ``name`` is a tokenizer of Hugging Face: a folder, a ``tokenizer.json``, or a name on
    the hub. Tokens are those of the text alone, without any that begin or end it.

    Raises ValueError when there is no such tokenizer.
    """
    if name == "characters":
        return lambda texts: list(map(len, texts))
    if name == "words":
        return lambda texts: [len(text.split()) for text in texts]
    tokenizer = tokenizer_of(name)
    return lambda texts: _token_counts(tokenizer, texts)


_BATCH = 1_000  # texts encoded together; the ids of all outputs at once would take much memory


def _token_counts(tokenizer: Any, texts: Sequence[str]) -> list[int]:
    found: list[int] = []
    for start in range(0, len(texts), _BATCH):
        # Half of a surrogate pair, which an output in JSON may hold, is nothing that a tokenizer takes.
        batch = [text.encode(errors="replace").decode() for text in texts[start : start + _BATCH]]
        ids = tokenizer(batch, add_special_tokens=False, return_attention_mask=False, verbose=False)["input_ids"]
        found += map(len, ids)
    return found
