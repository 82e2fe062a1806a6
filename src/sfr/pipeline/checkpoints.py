"""Whether a folder of a model or a checkpoint is whole: a kill leaves half of one behind."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from zipfile import is_zipfile

__all__ = ["cut_archive", "damage_of", "put_aside"]

_HEADER = struct.Struct("<Q")
_LONGEST_HEADER = 100_000_000


def damage_of(folder: Path, *files: str) -> str:
    """What is wrong with a folder that should hold weights and these files, or ""."""
    for name in ("config.json", *files):
        try:
            json.loads((folder / name).read_bytes())
        except OSError:
            return f"there is no {name}"
        except ValueError:
            return f"{name} is no JSON"
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        return "there are no weights (*.safetensors)"
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        try:
            named = set(json.loads(index.read_bytes())["weight_map"].values())
        except (ValueError, KeyError, TypeError, AttributeError):
            return f"{index.name} is not whole"
        if missing := sorted(named - {path.name for path in weights}):
            return f"there is no {missing[0]}"
    return next((f"{path.name}: {why}" for path in weights if (why := _cut(path))), "")


def _cut(path: Path) -> str:
    """Whether a file of weights is shorter or longer than its own header says, or ""."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEADER.size)
        if len(head) < _HEADER.size:
            return "expected weights, found an empty file"
        (length,) = _HEADER.unpack(head)
        if length > min(size, _LONGEST_HEADER):
            return "expected weights, found something else"
        try:
            tensors = json.loads(file.read(length))
            end = max(
                (entry["data_offsets"][1] for name, entry in tensors.items() if name != "__metadata__"), default=0
            )
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            return "expected weights, found something else"
    expected = _HEADER.size + length + end
    return "" if size == expected else f"expected {expected:,} bytes, found {size:,}"


def cut_archive(files: Iterable[Path]) -> str:
    """What is wrong with files that torch has saved, which are archives, or ""."""
    return next((f"{path.name} is not whole" for path in sorted(files) if not is_zipfile(path)), "")


def put_aside(folder: Path, beside: Path, why: str) -> Path:
    """Move a damaged folder into another, so that nothing goes on from it and nothing is lost; where it is then."""
    places = (beside / f"damaged-{number}-{folder.name}" for number in count(1))
    place = next(place for place in places if not place.exists())
    folder.rename(place)
    (place / "WHY.txt").write_text(f"{why}\n", encoding="utf-8")
    return place
