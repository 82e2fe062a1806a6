"""From what a model wrote to an extraction: status, rung and every problem beside it."""

from __future__ import annotations

from sfr.formats import Policy, Problem, Split
from sfr.parsing._gold import Gold, read_gold
from sfr.parsing._parse import RUNGS, Parsed, ParseError, Reading, Status, parse, source_of
from sfr.parsing._wrapping import thought

__all__ = [
    "RUNGS",
    "Gold",
    "ParseError",
    "Parsed",
    "Policy",
    "Problem",
    "Reading",
    "Split",
    "Status",
    "parse",
    "read_gold",
    "source_of",
    "thought",
]
