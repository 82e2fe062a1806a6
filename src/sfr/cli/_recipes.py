"""``sfr recipes``: of its commands one takes an extra."""

from __future__ import annotations

import click

from sfr.cli._lazy import Commands

__all__ = ["recipes_command"]

_MODULES = {"ls": "sfr.cli._kits", "copy": "sfr.cli._kits", "validate": "sfr.cli._validate"}


@click.group("recipes", cls=Commands, modules=_MODULES, extras={"validate": "data"})
def recipes_command() -> None:
    """Kits for trainers: recipes, launch scripts, and files to load where a trainer loads files."""
