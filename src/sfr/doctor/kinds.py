"""Recipes of any trainer: read as the YAML that they are, and told apart by their keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sfr.data.configs import read_yaml
from sfr.doctor.recipe import RecipeError

__all__ = ["RecipeFile", "kind_of_recipe", "read_recipe_file"]

_KEYS = {
    "verl": {"actor_rollout_ref", "defaults", "custom_reward_function"},
    "easyr1": {"worker"},
    "axolotl": {"base_model"},
    "trl": {"reward_funcs"},
    "llamafactory": {"finetuning_type", "cutoff_len", "dataset_dir", "stage", "enable_thinking"},
}
"""By the kit of a trainer, keys that the recipes of no other have."""


@dataclass(frozen=True)
class RecipeFile:
    """A recipe: the kit of its trainer, and its values with those of what it is based on."""

    path: Path
    kind: str
    values: Mapping[str, Any]


def read_recipe_file(path: Path) -> RecipeFile:
    """A recipe of any trainer.

    Raises OSError when it cannot be read, RecipeError when it is not YAML, a key stands twice, or it is
    of no trainer that is known.
    """
    values = _values(path)
    kind = kind_of_recipe(values)
    if kind is None:
        found = ", ".join(map(str, values)) or "none"
        raise RecipeError(f"{path}: expected a recipe of {', '.join(_KEYS)} or nemo-rl, found the keys {found}")
    return RecipeFile(path, kind, _with_bases(path, values, ()) if kind == "verl" else values)


def kind_of_recipe(values: Mapping[str, Any]) -> str | None:
    """The kit of the trainer that a recipe is for, by its keys; None if it is for none that is known."""
    if values.keys() >= {"grpo", "policy"}:  # it has defaults as those of verl have
        return "nemo-rl"
    return next((name for name, keys in _KEYS.items() if keys & values.keys()), None)


def _values(path: Path) -> dict[str, Any]:
    found = read_yaml(path, RecipeError)
    if not isinstance(found, dict):
        raise RecipeError(f"{path}: expected keys and their values")
    return found


def _with_bases(path: Path, values: Mapping[str, Any], above: tuple[Path, ...]) -> dict[str, Any]:
    """The values of a recipe over those of the files beside it that its ``defaults`` name; verl's own are left out."""
    if path in above:
        raise RecipeError(f"{path} is based on itself")
    own = {key: value for key, value in values.items() if key != "defaults"}
    listed = values.get("defaults")
    names = listed if isinstance(listed, list) else []
    whole: dict[str, Any] = {}
    for name in names if "_self_" in names else [*names, "_self_"]:
        base = path.with_name(f"{name}.yaml")
        if name == "_self_":
            whole = _over(whole, own)
        elif base.is_file():
            whole = _over(whole, _with_bases(base, _values(base), (*above, path)))
    return whole


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two nested mappings in one; where both have a value, that of ``above``."""
    both = {
        key: _over(below[key], value)
        for key, value in above.items()
        if isinstance(value, dict) and isinstance(below.get(key), dict)
    }
    return {**below, **above, **both}
