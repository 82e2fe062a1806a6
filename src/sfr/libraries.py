"""Which libraries are installed, asked of what is installed: a folder of the same name proves nothing."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

__all__ = ["version_of"]


def version_of(distribution: str) -> str | None:
    """The version of an installed library, or None if it is not there."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
