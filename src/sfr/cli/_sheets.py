"""How commands show tables: on a terminal, or as text in some notation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from rich.console import Console

from sfr.cli._shared import PIPE_WIDTH, is_too_wide, show
from sfr.files import written_whole
from sfr.reports import visible
from sfr.reports.sheets import Sheet, sheet_latex, sheet_markdown, sheet_table, sheet_text

__all__ = ["ENDINGS", "form_of", "print_sheet", "sheets_text", "write_text"]

ENDINGS = {".txt": "text", ".md": "markdown", ".csv": "csv", ".tex": "latex", ".json": "json"}
"""The notations of tables, by the ending of a file."""


def form_of(out: Path | None, others: Sequence[str] = ()) -> str:
    """The notation of a file, by its ending; ``others`` are endings that may stand there as well."""
    ending = out.suffix if out else ""
    if ending and ending not in ENDINGS:
        known = ", ".join([*others, *ENDINGS])
        raise click.BadParameter(
            f"how is {ending} written? End it in {known}, or name a notation (--format)", param_hint="'-o'"
        )
    return ENDINGS.get(ending, "text")


def print_sheet(console: Console, sheet: Sheet) -> None:
    """Print a table, fitted on a terminal as far as that goes without breaking numbers."""
    table = sheet_table(sheet)
    if is_too_wide(console, table):
        table = sheet_table(sheet, narrow=True)
    least = console.measure(table, options=console.options.update(width=PIPE_WIDTH)).minimum
    if not console.is_terminal or least > console.width:
        click.echo(sheet_text(sheet), nl=False)
        return
    show(console, table)
    for note in sheet.notes:
        show(console, visible(note))


def sheets_text(found: Iterable[Sheet], notes: Iterable[str], signature: str, form: str) -> str:
    """Tables with notes and the signature of their numbers, as text, Markdown or LaTeX."""
    lines = [*map(visible, notes)]
    try:
        if form == "markdown":
            return "\n".join([*map(sheet_markdown, found), *(f"{line}\n" for line in lines), f"`{signature}`\n"])
        if form == "latex":
            return "\n".join([*map(sheet_latex, found), *(f"% {line}" for line in (*lines, signature)), ""])
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    return "\n".join([*map(sheet_text, found), *lines, signature, ""])


def write_text(console: Console, out: Path | None, text: str) -> None:
    """Put a text where it was asked for."""
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        with written_whole(out) as file:
            file.write(text)
    except OSError as error:
        raise click.ClickException(visible(f"{out}: {error.strerror}")) from None
    show(console, visible(f"wrote {out}"))
