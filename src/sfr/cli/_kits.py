"""``sfr recipes ls`` and ``copy``."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from sfr.cli._shared import consoles, count, show
from sfr.kits import copy_kit, kit_files, kit_names
from sfr.reports import visible
from sfr.trainers import KITS

__all__ = ["copy_command", "ls_command"]

_PROOFS = {"trainer": "in the trainer", "loader": "by its loader", "contract": "by contract"}


@click.command("ls")
def ls_command() -> None:
    """List the kits, the versions they were proven with, and their files."""
    table = Table("kit", "trainer", "proven", "with", box=None, pad_edge=False)
    table.add_column("files", no_wrap=True)
    console = consoles()[0]
    between = "\n" if console.is_terminal else " "
    for name in kit_names():
        trainer = KITS[name]
        version = trainer.read_from.partition(",")[0]
        table.add_row(name, trainer.title, _PROOFS[trainer.proof], version, between.join(kit_files(name)))
    show(console, table)


@click.command("copy")
@click.argument("kit", type=click.Choice(kit_names()))
@click.argument("folder", type=click.Path(path_type=Path))
def copy_command(kit: str, folder: Path) -> None:
    """Copy a KIT to FOLDER, which must not be there yet; begin with its README.md."""
    try:
        written = copy_kit(kit, folder)
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    said = f"wrote {count(len(written), 'file')} to {folder}; begin with {folder / 'README.md'}"
    show(consoles()[0], visible(said))
