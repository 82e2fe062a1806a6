"""The kits: for each trainer, what it reads by path."""

from __future__ import annotations

from pathlib import Path

__all__ = ["kit_root"]


def kit_root() -> Path:
    """Where the kits are: in the installed package, or ``adapters/`` of a checkout."""
    bundled = Path(__file__).parent / "_kits"
    return bundled if bundled.is_dir() else Path(__file__).parents[2] / "adapters"
