"""Where environments are: a folder for each list of requirements, with a manifest as soon as it can be used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sfr._version import __version__
from sfr.files import written_whole
from sfr.pipeline.environments.descriptions import Environment, InstallError

try:
    import fcntl
except ImportError:  # not a Unix
    fcntl = None  # type: ignore[assignment]

__all__ = ["interpreter_in", "locked", "place_of", "python_of", "read_manifest", "write_manifest"]

_MANIFEST = "environment.json"
_DIGITS = 12


def place_of(environment: Environment, folder: Path) -> Path:
    """The folder of an environment: another as soon as another thing goes into it."""
    parts = environment.model_dump(include={"requirements", "alone", "unwanted", "stand_ins"})
    text = json.dumps({name: sorted(values) for name, values in parts.items()}, sort_keys=True)
    return folder / f"{environment.name}-{hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]}"


def interpreter_in(place: Path) -> Path:
    """The interpreter of the environment in a folder."""
    return place / "bin" / "python"


def python_of(environment: Environment, folder: Path) -> Path | None:
    """The interpreter of an environment; None if it is not there, not complete, or has another version of sfr."""
    place = place_of(environment, folder)
    manifest = read_manifest(place)
    sfr = manifest and manifest.get("sfr")
    return interpreter_in(place) if sfr and sfr.get("version") == __version__ else None


def read_manifest(place: Path) -> dict[str, Any] | None:
    """What the manifest of an environment says; None if there is none to be read, or the interpreter is gone."""
    if not interpreter_in(place).exists():
        return None
    try:
        found = json.loads((place / _MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write_manifest(place: Path, manifest: dict[str, Any]) -> None:
    """Say what an environment holds, which is what makes it complete; whole or not at all."""
    with written_whole(place / _MANIFEST) as file:
        file.write(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


@contextmanager
def locked(place: Path) -> Iterator[int | None]:
    """Keep other installs from an environment, where the system can do it; gives the handle that holds the lock.

    A process that inherits the handle keeps the lock as long as it lives.
    Raises InstallError when another install has it.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    if fcntl is None:
        yield None
        return
    with place.with_name(f".{place.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InstallError(f"another install is making {place}; wait until it is done") from None
        yield lock.fileno()
