"""``sfr recipes validate``."""

from __future__ import annotations

from pathlib import Path

import click

from sfr.cli._findings import show_findings
from sfr.cli._shared import consoles
from sfr.doctor import check_recipes
from sfr.kits import kit_names, kit_root, recipes_in

__all__ = ["validate_command"]


@click.command("validate")
@click.argument("recipes", nargs=-1, metavar="[RECIPE]...")
def validate_command(recipes: tuple[str, ...]) -> None:
    """Look for what is wrong in recipes, and between the stages of one training.

    A RECIPE is a file, a folder of them, or the name of a kit; without any, all
    kits that have a folder of recipes are looked at.

    \b
    - YAML in which no key stands twice, of a trainer that is known
    - LLaMAFactory: keys and values, where it is installed; what it does wrong in silence
    - verl: keys and values, where it is installed; the reward that it will load
    - prompts that end alike in supervised stages and in GRPO, thinking or not
    - lengths that supervised stages cut and GRPO asks for; folders that two stages share

    Recipes with the name cpu.yaml try a trainer, and are not compared with others.
    Nothing is trained and nothing is written. The exit code is 2 if there is any
    problem.
    """
    paths = dict.fromkeys(path for recipe in recipes or _with_recipes() for path in _paths(recipe))
    show_findings(check_recipes(list(paths)), *consoles())


def _with_recipes() -> list[str]:
    return [name for name in kit_names() if (kit_root() / name / "recipes").is_dir()]


def _paths(recipe: str) -> list[Path]:
    """The files that are meant: what is there goes before a kit of that name."""
    path = Path(recipe)
    if not path.exists() and recipe in kit_names():
        path = kit_root() / recipe
    found = recipes_in(path) if path.is_dir() else [path] if path.is_file() else []
    if not found:
        what = "has no recipes" if path.is_dir() else "is no file, no folder and no kit"
        raise click.BadParameter(f"{recipe} {what}; kits: {', '.join(kit_names())}", param_hint="'RECIPE'")
    return found
