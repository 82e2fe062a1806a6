"""Which files a split is made of, and how splits are carved out where the source makes none."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sfr.data.catalogue import SPLITS, Carve
from sfr.data.shares import shares

__all__ = ["carved", "find_files"]


def find_files(files: Mapping[Any, list[str]], folder: Path) -> dict[str, list[Path]]:
    """For each split the files of the first pattern that any file fits, sorted; splits without files are left out."""
    found = {}
    for split, patterns in files.items():
        fitting = (sorted(path for path in folder.glob(pattern) if path.is_file()) for pattern in patterns)
        if paths := next(filter(None, fitting), None):
            found[split] = paths
    return found


def carved(carve: Carve, names: Iterable[str]) -> dict[str, str]:
    """The split of each name, of a row or of a group; names that no split takes are left out."""
    order = sorted(set(names).difference(carve.drop_groups), key=_hash if carve.order == "hash" else _numbers)
    sizes = {split: carve.sizes[split] for split in SPLITS if split in carve.sizes}
    if sum(sizes.values()) > len(order):
        sizes = shares(len(order), sizes)
    found: dict[str, str] = {}
    for split in reversed(sizes):
        found |= {order.pop(): split for _ in range(sizes[split])}
    return found


def _hash(name: str) -> bytes:
    return hashlib.blake2b(name.encode(errors="surrogatepass"), digest_size=16).digest()


def _numbers(name: str) -> tuple[list[int], str]:
    """The numbers in a name, then the name."""
    return [int(digits) for digits in re.findall(r"\d+", name)], name
