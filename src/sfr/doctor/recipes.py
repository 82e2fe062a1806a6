"""Recipes of any trainer, each by itself and one beside another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sfr.doctor._finding import Finding
from sfr.doctor.agreement import check_agreement
from sfr.doctor.kinds import RecipeFile, read_recipe_file
from sfr.doctor.recipe import RecipeError, check_recipe, read_recipe
from sfr.doctor.supervised import check_supervised
from sfr.trainers import KITS

__all__ = ["check_recipes"]

_ALONE = "cpu"
"""The name of the recipes that try a trainer on a tiny model; they belong to no chain of stages."""


def check_recipes(paths: Sequence[Path]) -> Iterator[Finding]:
    """Each recipe as its trainer would read it, then whether those that train one model agree.

    Raises OSError when one cannot be read.
    """
    read = []
    for path in paths:
        try:
            recipe = read_recipe_file(path)
        except RecipeError as error:
            yield Finding("problem", "recipe", str(error))
            continue
        read.append(recipe)
        yield Finding("ok", "recipe", f"{path} is for {KITS[recipe.kind].title}")
        yield from _check(recipe)
    yield from check_agreement([recipe for recipe in read if recipe.path.stem != _ALONE])


def _check(recipe: RecipeFile) -> Iterator[Finding]:
    if recipe.kind == "llamafactory":
        yield from check_supervised(recipe.path, recipe.values)
    elif recipe.kind == "verl":
        yield from _of_verl(recipe.path)
    else:
        title = KITS[recipe.kind].title
        yield Finding("note", "recipe", f"keys of {title} are not checked")


def _of_verl(path: Path) -> Iterator[Finding]:
    try:
        recipe = read_recipe(path, [])
    except RecipeError as error:
        yield Finding("problem", "recipe", str(error))
    except ValueError as error:
        yield Finding("note", "recipe", f"keys were not checked: {error}")
    else:
        yield from check_recipe(recipe)
