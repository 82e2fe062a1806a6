"""The preflight of a training: what would go wrong, told before it begins."""

from __future__ import annotations

from sfr.doctor._finding import Finding, Level
from sfr.doctor.environment import check_environment
from sfr.doctor.recipe import Recipe, RecipeError, check_recipe, read_recipe
from sfr.doctor.route import check_route
from sfr.doctor.rows import check_file, check_first_rows, first_rows, scorable_rows
from sfr.doctor.template import check_template

__all__ = [
    "Finding",
    "Level",
    "Recipe",
    "RecipeError",
    "check_environment",
    "check_file",
    "check_first_rows",
    "check_recipe",
    "check_route",
    "check_template",
    "first_rows",
    "read_recipe",
    "scorable_rows",
]
