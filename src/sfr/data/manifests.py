"""Manifests: what a file was made from, so that it can be made again, or need not be.

A manifest holds no date and no path of the machine: the same input and parameters give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sfr._version import __version__
from sfr.files import written_whole

__all__ = ["fingerprints", "holds", "manifest_of", "read_manifest", "write_manifest"]

_BLOCK = 1 << 20


def manifest_of(path: Path) -> Path:
    """Where the manifest of a file is: beside it, ``cm_1.jsonl`` has ``cm_1.jsonl.manifest.json``."""
    return path.with_name(f"{path.name}.manifest.json")


def fingerprints(files: Mapping[str, Path]) -> dict[str, str]:
    """The SHA-256 of each file, by the name it goes by.

    Raises OSError when one cannot be read.
    """
    return {name: _sha256(path) for name, path in sorted(files.items())}


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def write_manifest(path: Path, made_from: Mapping[str, Any], outputs: Mapping[str, Path], result: Any) -> None:
    """Write what was made from what: ``made_from`` (inputs and parameters), the outputs' hashes, the result."""
    manifest = {"sfr": __version__, "made_from": made_from, "outputs": fingerprints(outputs), "result": result}
    with written_whole(path) as file:
        file.write(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def read_manifest(path: Path) -> dict[str, Any] | None:
    """The manifest in a file; None if there is none, or none that can be read: it is then made anew."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("sfr"), str):
        return None
    return found if all(isinstance(found.get(name), dict) for name in ("made_from", "outputs", "result")) else None


def holds(path: Path, made_from: Mapping[str, Any], outputs: Mapping[str, Path]) -> bool:
    """Whether the outputs are there as the manifest says, made by this version from just this."""
    manifest = read_manifest(path)
    if manifest is None or manifest["sfr"] != __version__ or manifest["made_from"] != json.loads(json.dumps(made_from)):
        return False
    try:
        return bool(manifest["outputs"] == fingerprints(outputs))
    except OSError:
        return False
