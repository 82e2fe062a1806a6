"""``sfr pipeline status``."""

from __future__ import annotations

from pathlib import Path

import click

from sfr.cli._shared import consoles, show
from sfr.pipeline.folders import RunFolder
from sfr.pipeline.states import state_of_run
from sfr.reports import visible
from sfr.reports.pipeline import status_table

__all__ = ["status_command"]


@click.command("status")
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
def status_command(run: Path) -> None:
    """Show how far the run in the folder RUN is, what its stages took, and what they are worth."""
    try:
        state = state_of_run(RunFolder(run))
    except ValueError as error:
        raise click.ClickException(visible(str(error))) from None
    show(consoles()[0], status_table(state))
