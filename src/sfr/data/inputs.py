"""What a data set is built from: its files, or the rows of its copy on the hub."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sfr.data.catalogue import DataSet
from sfr.data.hub import as_on_hub, hub_rows, rows_fingerprint
from sfr.data.layouts import FileSource, RowSource, Source
from sfr.data.manifests import fingerprints
from sfr.data.splits import find_files

__all__ = ["Input", "Inputs", "file_inputs", "hub_inputs"]


@dataclass(frozen=True, slots=True)
class Input:
    """A file or a split on the hub: its name in reports, and how it is opened, as often as wanted."""

    name: str
    open: Callable[[], Source]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a data set is built from: how it is read, its inputs by split, their hashes."""

    data: DataSet
    splits: Mapping[str, list[Input]]
    fingerprints: Mapping[str, str]


def file_inputs(data: DataSet, folder: Path) -> Inputs:
    """The files of a data set in a folder.

    Raises ValueError when there are none, OSError when one cannot be read.
    """
    files = find_files(data.files, folder)
    if not files:
        patterns = ", ".join(pattern for patterns in data.files.values() for pattern in patterns)
        raise ValueError(f"{folder}: expected files of {data.name}: {patterns}; found none")
    by_name = {path.relative_to(folder).as_posix(): path for paths in files.values() for path in paths}
    splits = {split: [Input(str(path), partial(_opened, path)) for path in paths] for split, paths in files.items()}
    return Inputs(data, splits, fingerprints(by_name))


def _opened(path: Path) -> Source:
    return FileSource(path=path)


def hub_inputs(data: DataSet, mirror: Path | None) -> Inputs:
    """The splits of a data set on the hub, or in a folder that mirrors it.

    Raises HubError when they cannot be had.
    """
    data = as_on_hub(data)
    if data.hub is None:
        raise AssertionError
    rows = {split: hub_rows(data.hub, split, mirror) for split in data.hub.splits}
    splits: dict[str, list[Input]] = {
        split: [Input(f"{data.hub.id}/{data.hub.splits[split]}", partial(_in_memory, found))]
        for split, found in rows.items()
    }
    return Inputs(data, splits, {split: rows_fingerprint(found) for split, found in rows.items()})


def _in_memory(rows: Any) -> Source:
    return RowSource(rows=rows)
