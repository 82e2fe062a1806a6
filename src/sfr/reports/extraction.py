"""What was extracted from a text, for a console."""

from __future__ import annotations

import re

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sfr.inference import Extracted
from sfr.reports.visible import visible
from sfr.structures import Extraction

__all__ = ["render_extracted"]

_COLOURS = ("green", "cyan", "magenta", "yellow", "blue", "red")

_Row = tuple[str, str, list[str]]
"""A type, the mentions in words, and each mention."""


def render_extracted(found: Extracted) -> Group:
    """A text with its mentions in the colour of their types, what they are, and what is doubtful about them."""
    rows = _rows(found.extraction)
    colours = {kind: _COLOURS[i % len(_COLOURS)] for i, kind in enumerate(dict.fromkeys(kind for kind, _, _ in rows))}
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 3, 0, 0))
    for kind, words, _ in rows:
        table.add_row("", Text(visible(kind), style=colours[kind]), Text(visible(words)))
    if not rows:
        table.add_row("", Text("no answer" if found.status in {"failed", "unparsable"} else "nothing", style="dim"))
    problems = [Text(f"  {visible(problem)}", style="yellow") for problem in found.problems]
    return Group(_marked(found.text, rows, colours), table, *problems, Text())


def _rows(extraction: Extraction) -> list[_Row]:
    rows = [(one.type, one.text, [one.text]) for one in extraction.entities]
    rows += [(one.type, f"{one.head} → {one.tail}", [one.head, one.tail]) for one in extraction.relations]
    for event in extraction.events:
        arguments = "; ".join(f"{argument.role}: {argument.text}" for argument in event.arguments)
        words = f"{event.trigger} ({arguments})" if arguments else event.trigger
        rows.append((event.type, words, [event.trigger, *(argument.text for argument in event.arguments)]))
    return rows


def _marked(text: str, rows: list[_Row], colours: dict[str, str]) -> Text:
    """The text with its mentions in colour, longer ones first; a mention of two types has that of the first."""
    style_of: dict[str, str] = {}
    for kind, _, mentions in rows:
        for mention in mentions:
            style_of.setdefault(visible(mention, lines=True), colours[kind])
    marked = Text(visible(text, lines=True), style="bold" if not style_of else "")
    if mentions := sorted(filter(None, style_of), key=len, reverse=True):
        words = "|".join(map(re.escape, mentions))
        for match in re.finditer(rf"(?<!\w)(?:{words})(?!\w)", marked.plain):
            marked.stylize(f"bold {style_of[match[0]]}", *match.span())
    return marked
