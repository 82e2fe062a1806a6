"""A request that is not served, and how that is said."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["Refused", "as_json", "problem_body"]


class Refused(Exception):  # noqa: N818 - it says what becomes of a request, which is no error of ours
    """A request that is answered with a status of its own, what is wrong in a word, and every problem."""

    def __init__(
        self, status: int, error: str, problems: Sequence[str] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        """Keep what the client is told."""
        super().__init__(error)
        self.status = status
        self.error = error
        self.problems = list(problems)
        self.headers = dict(headers or {})


def problem_body(error: str, problems: Sequence[str] = ()) -> bytes:
    """The body of every answer that is no success."""
    return as_json({"error": error, "problems": list(problems)})


def as_json(value: Any) -> bytes:
    """JSON text in ASCII, so that half a surrogate pair in it is no trouble; NaN cannot be written."""
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
