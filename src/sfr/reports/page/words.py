"""What the fates and classes of units are called, and their signs."""

from __future__ import annotations

from collections.abc import Mapping

from sfr.reports.page.model import Fate

__all__ = ["ERROR_WORDS", "FATE_WORDS", "SIGNS"]

SIGNS: Mapping[Fate, str] = {"hit": "✓", "type": "≠", "boundary": "↔", "missed": "\N{MINUS SIGN}", "spurious": "+"}
"""The sign of each fate, which says without colour what a colour says."""

FATE_WORDS: Mapping[Fate, str] = {
    "hit": "in gold and predicted",
    "type": "found, but called or joined otherwise",
    "boundary": "found, but with other words",
    "missed": "in gold alone",
    "spurious": "predicted alone",
}

ERROR_WORDS: Mapping[str, str] = {
    "hit": "hit",
    "type": "wrong type",
    "role": "wrong role",
    "reversed": "head and tail exchanged",
    "event": "at another event",
    "type+boundary": "wrong type and boundary",
    "role+boundary": "wrong role and boundary",
    "boundary": "wrong boundary",
    "word": "another word as trigger",
    "head": "wrong head",
    "tail": "wrong tail",
    "missed": "missed",
    "spurious": "spurious",
    "invented": "not in the text",
}
"""The classes of findings in words."""
