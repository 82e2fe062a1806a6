"""Choosing rows: without a state, by a hash of the seed and the row's place, the same on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Literal

from sfr.data.shares import shares

__all__ = ["Stratify", "choose", "choose_stratified", "order_key", "shuffled", "stratum"]

Stratify = Literal["proportional", "even"]
"""``proportional``: every stratum is in the sample as in the whole. ``even``: as many rows of each as there are."""


def order_key(*parts: object) -> int:
    """A number of 64 bits that looks random and depends on the parts alone."""
    text = "\0".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def shuffled(rows: Sequence[int], *seed: object) -> list[int]:
    """The rows in an order that the seed decides."""
    return sorted(rows, key=lambda row: (order_key(*seed, row), row))


def choose(available: int, wanted: int, *seed: object) -> list[tuple[int, int]]:
    """``wanted`` of the rows 0, 1, ..., as (copy, row): each once, unless more are wanted than there are.

    Then every row comes as often as the others, or once more.
    """
    copies, rest = divmod(wanted, available)
    found = [(copy, row) for copy in range(copies) for row in range(available)]
    return found + [(copies, row) for row in shuffled(range(available), *seed)[:rest]]


def stratum(complexity: int) -> int:
    """The stratum of a row with so much to extract: 0, 1, 2-3, 4-7, 8-15 and so on."""
    return complexity.bit_length()


def choose_stratified(
    strata: Mapping[int, Sequence[int]], wanted: int, how: Stratify, *seed: object
) -> list[tuple[int, int]]:
    """``choose`` within strata, given as the rows of each."""
    sizes = {name: len(rows) for name, rows in sorted(strata.items())}
    copies, rest = divmod(wanted, sum(sizes.values()))
    found = [(copy, row) for copy in range(copies) for rows in strata.values() for row in rows]
    parts = shares(rest, sizes) if how == "proportional" else _even(rest, sizes)
    for name, part in parts.items():
        found += [(copies, row) for row in shuffled(strata[name], *seed)[:part]]
    return found


def _even(total: int, sizes: Mapping[int, int]) -> dict[int, int]:
    """``total`` divided as evenly as the sizes allow."""
    parts: dict[int, int] = {}
    smallest_first = sorted(sizes, key=lambda name: (sizes[name], name))
    for place, name in enumerate(smallest_first):
        parts[name] = min(sizes[name], (total - sum(parts.values())) // (len(sizes) - place))
    return parts
