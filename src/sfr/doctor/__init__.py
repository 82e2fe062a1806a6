"""The preflight of a training: what would go wrong, told before it begins."""

from __future__ import annotations

from sfr.doctor._finding import Finding, Level
from sfr.doctor.agreement import Asking, asking, check_agreement
from sfr.doctor.environment import check_environment
from sfr.doctor.kinds import RecipeFile, read_recipe_file
from sfr.doctor.recipe import Recipe, RecipeError, check_recipe, read_recipe
from sfr.doctor.recipes import check_recipes
from sfr.doctor.route import check_route
from sfr.doctor.rows import check_file, check_first_rows, first_rows, scorable_rows
from sfr.doctor.supervised import check_supervised
from sfr.doctor.template import check_template

__all__ = [
    "Asking",
    "Finding",
    "Level",
    "Recipe",
    "RecipeError",
    "RecipeFile",
    "asking",
    "check_agreement",
    "check_environment",
    "check_file",
    "check_first_rows",
    "check_recipe",
    "check_recipes",
    "check_route",
    "check_supervised",
    "check_template",
    "first_rows",
    "read_recipe",
    "read_recipe_file",
    "scorable_rows",
]
