"""The kits: for each trainer, what it reads by path."""

from __future__ import annotations

import shutil
from pathlib import Path

__all__ = ["copy_kit", "kit_files", "kit_names", "kit_root", "recipes_in"]

_MADE = ("__pycache__", "*.pyc")
"""What Python leaves beside files that it has loaded."""


def kit_root() -> Path:
    """Where the kits are: in the installed package, or ``adapters/`` of a checkout."""
    bundled = Path(__file__).parent / "_kits"
    return bundled if bundled.is_dir() else Path(__file__).parents[2] / "adapters"


def kit_names() -> list[str]:
    """The trainers that there is a kit for, in the order of the alphabet."""
    return sorted(path.name for path in kit_root().iterdir() if path.is_dir())


def kit_files(name: str) -> list[str]:
    """The files of a kit, by their paths in it."""
    kit = kit_root() / name
    found = (path for path in kit.rglob("*") if path.is_file() and not any(map(path.match, _MADE)))
    return sorted(path.relative_to(kit).as_posix() for path in found if path.parent.name != "__pycache__")


def recipes_in(folder: Path) -> list[Path]:
    """The recipes of a kit, or of any folder: its files of YAML."""
    return sorted(path for path in folder.rglob("*") if path.suffix in {".yaml", ".yml"} and path.is_file())


def copy_kit(name: str, folder: Path) -> list[Path]:
    """Copy a kit to a folder that is not there yet; the files that were written, by their paths in it.

    Raises ValueError for an unknown name or what stands there already, OSError when it cannot be written.
    """
    if name not in kit_names():
        raise ValueError(f"there is no kit for {name!r}; known: {', '.join(kit_names())}")
    if folder.exists() or folder.is_symlink():
        raise ValueError(f"{folder} is there already; name a new folder")
    shutil.copytree(kit_root() / name, folder, ignore=shutil.ignore_patterns(*_MADE))
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
