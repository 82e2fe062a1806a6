"""How the commands that look for problems tell what they found."""

from __future__ import annotations

from collections.abc import Iterable

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sfr.cli._shared import EXIT_BAD, count, show
from sfr.doctor import Finding
from sfr.reports import visible

__all__ = ["finding_line", "show_findings"]

_MARKS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "problem": ("PROBLEM", "bold red")}


def show_findings(findings: Iterable[Finding], console: Console, errors: Console) -> None:
    """Print findings as they come, and end the program with the exit code of bad input if one is a problem."""
    problems = 0
    try:
        for finding in findings:
            problems += finding.level == "problem"
            show(console, finding_line(finding))
    except BrokenPipeError:  # whoever read has read enough
        raise
    except (OSError, ValueError) as error:
        raise click.ClickException(visible(str(error), lines=True)) from None
    if problems:
        errors.print(f"{count(problems, 'problem')}, see above")
        raise click.exceptions.Exit(EXIT_BAD)
    show(console, "all is well")


def finding_line(finding: Finding) -> Table:
    """A finding in columns, so that a text that is too long for the terminal goes on below itself."""
    word, style = _MARKS[finding.level]
    line = Table.grid(padding=(0, 1))
    line.add_column(min_width=8, no_wrap=True)
    line.add_column(min_width=13, no_wrap=True)
    line.add_column(overflow="fold")
    line.add_row(Text(word, style), Text(finding.about, "bold"), Text(visible(finding.text, lines=True)))
    return line
