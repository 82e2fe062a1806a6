"""HTML escapes in tokens, also those that were torn into several tokens."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Sequence
from html.entities import html5

from sfr.data.layouts._tokens import WHITE

__all__ = ["unescaped"]

_ESCAPE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MAX_TORN = 4
"""The most tokens that one escape is torn into: ``&``, ``#``, ``39``, ``;``."""


def unescaped(tokens: Sequence[str], bounds: Collection[int]) -> list[str]:
    """The tokens without HTML escapes; one that became part of the token before it is empty.

    ``bounds`` are the places before which nothing is joined.
    """
    found: list[str] = []
    while len(found) < len(tokens):
        start = len(found)
        end = start + 1
        while more := _torn(tokens, end - 1, bounds):
            end += more
        whole = _ESCAPE.sub(_character, "".join(tokens[start:end]))
        if whole.strip(WHITE):
            found += [whole] + [""] * (end - start - 1)
        else:  # an escaped space, say: the tokens stay as they are, rather than become empty
            found += tokens[start:end]
    return found


def _torn(tokens: Sequence[str], place: int, bounds: Collection[int]) -> int:
    """How many of the tokens behind that place belong to an escape that begins at its end."""
    begin = tokens[place].rfind("&")
    tail = tokens[place][begin:]
    if begin < 0 or _ESCAPE.match(tail):
        return 0
    for more in range(1, _MAX_TORN):
        if place + more == len(tokens) or place + more in bounds:
            return 0
        tail += tokens[place + more]
        escape = _ESCAPE.match(tail)
        if escape:
            return more if _character(escape) != escape[0] else 0
    return 0


def _character(escape: re.Match[str]) -> str:
    known = escape[0][1] == "#" or escape[0][1:] in html5
    return html.unescape(escape[0]) if known else escape[0]
