"""What a trainer is told: the recipe of its kit, what the profile changes in it, what the run puts in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from sfr.doctor.kinds import read_recipe_file
from sfr.kits import kit_root

__all__ = ["RecipeError", "kit_recipe", "merged", "recipe_text", "value_at"]


class RecipeError(ValueError):
    """A recipe that a stage cannot be run with."""


def kit_recipe(kit: str, name: str) -> dict[str, Any]:
    """A recipe of a kit as plain values, with those that it is based on put in.

    Raises RecipeError when there is none of that name.
    """
    path = kit_root() / kit / "recipes" / f"{name}.yaml"
    if not path.is_file():
        known = sorted(one.stem for one in path.parent.glob("*.yaml"))
        raise RecipeError(f"there is no recipe {name!r} in the kit {kit}; known: {', '.join(known)}")
    return dict(read_recipe_file(path).values)


def merged(first: Mapping[str, Any], *others: Mapping[str, Any]) -> dict[str, Any]:
    """Values, each over those before it; mappings are merged, and None takes a key away.

    >>> merged({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 4}, "d": None})
    {'a': {'b': 4, 'c': 2}}
    """
    found = dict(first)
    for other in others:
        for key, value in other.items():
            if isinstance(value, Mapping):
                below = found.get(key)
                found[key] = merged(below if isinstance(below, Mapping) else {}, value)
            elif value is None:
                found.pop(key, None)
            else:
                found[key] = value
    return found


def value_at(values: Mapping[str, Any], path: str) -> Any:
    """What stands at a path of keys with dots between them; None if nothing does."""
    found: Any = values
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def recipe_text(recipe: Mapping[str, Any], title: str, command: str) -> str:
    """A recipe as YAML, with what it is and how it is started."""
    return f"# {title}\n#\n#   {command}\n{yaml.safe_dump(dict(recipe), sort_keys=False, allow_unicode=True)}"
