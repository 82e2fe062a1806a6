"""Pairing what one side has with what the other has: one-to-one, the closest class first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from sfr.evaluation.errors._overlap import Side
from sfr.evaluation.errors._units import Item, Items

__all__ = ["Step", "pair"]


class Step(NamedTuple):
    """A class, and the keys of a unit: two units may be paired in it if they have one in common."""

    kind: str
    keys: Callable[[Item, Side], Iterable[tuple[Any, ...]]]


def pair(left: Items, right: Items, steps: Sequence[Step]) -> list[tuple[str, Item, Item]]:
    """The class and the units of each pair, which are taken out of both sides.

    Step by step, and in each step key by key in order, so that those with the least key go
    together; for one key in the order of the items. No two units are left that a step could pair,
    and the time is that of sorting all keys.
    """
    found: list[tuple[str, Item, Item]] = []
    for kind, keys in steps:
        if not left or not right:
            break
        buckets: dict[tuple[Any, ...], tuple[list[Item], list[Item]]] = {}
        for item in left.values():
            for key in keys(item, "left"):
                buckets.setdefault(key, ([], []))[0].append(item)
        for item in right.values():
            for key in keys(item, "right"):
                if key in buckets:
                    buckets[key][1].append(item)
        for key in sorted(key for key, (_, theirs) in buckets.items() if theirs):
            ours, theirs = buckets[key]
            free = [item for item in ours if item.key in left], [item for item in theirs if item.key in right]
            for one, other in zip(*free, strict=False):
                found.append((kind, left.pop(one.key), right.pop(other.key)))
    return found
