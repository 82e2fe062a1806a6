"""Logs of JSON lines, which may be read while they are written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["logged"]


def logged(path: Path) -> Iterator[dict[str, Any]]:
    """The objects in the lines of a log, in their order; none if there is no log.

    A line that is no JSON object is left out: a process that was killed, or one that is still writing, leaves half a line.
    """
    for line in path.read_bytes().splitlines() if path.is_file() else ():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found
