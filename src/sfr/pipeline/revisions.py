"""Which state of its sources this package is in, where it runs from a checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path

__all__ = ["revision"]


def revision() -> str | None:
    """The commit of the checkout, with ``+`` if there are changes on it; None outside of one, or without git."""
    here = Path(__file__).parent
    try:
        commit = _git(here, "rev-parse", "HEAD")
        inside = _git(here, "ls-files", Path(__file__).name)
        changed = _git(here, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return None
    return f"{commit}{'+' if changed else ''}" if inside else None  # an environment may lie in somebody's checkout


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True)  # noqa: S603, S607
    return done.stdout.strip()
