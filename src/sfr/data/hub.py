"""Data sets from the Hugging Face hub, or from a folder that holds copies of its repositories."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from sfr.data.catalogue import DataSet, Hub

__all__ = ["HubError", "as_on_hub", "hub_rows", "rows_fingerprint"]


class HubError(ValueError):
    """Rows that could not be had from the hub."""


def as_on_hub(data: DataSet) -> DataSet:
    """The data set as its copy on the hub is read: the layout and the labels are the copy's own.

    Raises HubError when there is none.
    """
    hub = data.hub
    if hub is None:
        raise HubError(f"{data.name} is not on the hub; get it from {data.home}")
    return data.model_copy(
        update={
            "layout": hub.layout,
            "options": hub.options,
            "original": None,
            "labels": hub.labels or data.labels,
            "carve": None if hub.splits.keys() >= {"train", "dev", "test"} else data.carve,
        }
    )


def hub_rows(hub: Hub, split: str, mirror: Path | None = None) -> Iterable[dict[str, Any]]:
    """The rows of a split; from the folder ``mirror``, if given, which holds repositories under their ids.

    Raises HubError when they cannot be had.
    """
    try:
        import datasets
    except ImportError:
        raise HubError("reading from the hub takes datasets: python -m pip install 'sfr[hub]'") from None
    path = hub.id if mirror is None else str(mirror / hub.id)
    if mirror is not None and not Path(path).is_dir():
        raise HubError(f"expected a copy of {hub.id} in {path}, found no folder")
    datasets.disable_progress_bars()
    # What is cached of a folder, rows and sizes, may be of an older state of it.
    fresh = {} if mirror is None else {"download_mode": "force_redownload", "verification_mode": "no_checks"}
    try:
        rows: Iterable[dict[str, Any]] = datasets.load_dataset(
            path,
            hub.config,
            split=hub.splits[split],  # type: ignore[index]
            **fresh,
        )
    except Exception as error:  # noqa: BLE001 - it raises errors of its own, of pyarrow, of the hub's client, of YAML
        config = f", configuration {hub.config}" if hub.config else ""
        raise HubError(f"{path}{config}, split {hub.splits[split]}: {str(error) or type(error).__name__}") from None  # type: ignore[index]
    return rows


def rows_fingerprint(rows: Iterable[dict[str, Any]]) -> str:
    """The SHA-256 of rows, as lines of JSON."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(msgspec.json.encode(row) + b"\n")
    return digest.hexdigest()
