"""``sfr recipes``."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from sfr.cli._shared import consoles, count, show
from sfr.kits import copy_kit, kit_names, kit_root
from sfr.trainers import CONVENTIONS

__all__ = ["recipes_command"]

_PROOFS = {"trainer": "in the trainer", "loader": "by its loader", "contract": "by contract"}


@click.group("recipes")
def recipes_command() -> None:
    """Kits for trainers: recipes, launch scripts, and files to load where a trainer loads files."""


@recipes_command.command("ls")
def ls_command() -> None:
    """List the kits, the versions they were proven with, and their files."""
    table = Table("kit", "trainer", "proven", "with", "files", box=None, pad_edge=False)
    for name in kit_names():
        convention = CONVENTIONS[name]
        kit = kit_root() / name
        files = sorted(path.relative_to(kit).as_posix() for path in kit.rglob("*") if path.is_file())
        shown = [file for file in files if "__pycache__" not in file]
        version = convention.read_from.partition(",")[0]
        table.add_row(name, convention.title, _PROOFS[convention.proof], version, " ".join(shown))
    show(consoles()[0], table)


@recipes_command.command("copy")
@click.argument("kit", type=click.Choice(kit_names()))
@click.argument("folder", type=click.Path(path_type=Path))
def copy_command(kit: str, folder: Path) -> None:
    """Copy a KIT to FOLDER, which must not be there yet; begin with its README.md."""
    try:
        written = copy_kit(kit, folder)
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    show(consoles()[0], f"wrote {count(len(written), 'file')} to {folder}; begin with {folder / 'README.md'}")
