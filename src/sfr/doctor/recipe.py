"""A recipe of verl against the configuration of the verl that is installed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from sfr.doctor._finding import Finding

__all__ = ["Recipe", "check_recipe", "read_recipe"]

# Keys that verl reads though its own configuration does not list them.
_KNOWN = {"reward.custom_reward_function.reward_kwargs", "actor_rollout_ref.rollout.enable_sleep_mode"}
_OLD = {
    "custom_reward_function": "reward.custom_reward_function",
    "reward_model.reward_manager": "reward.reward_manager.name",
}


@dataclass(frozen=True)
class Recipe:
    """A recipe as verl composes it, beside verl's own defaults; both as plain values."""

    path: Path
    whole: Mapping[str, Any]
    defaults: Mapping[str, Any]
    config: Any

    @property
    def settings(self) -> dict[str, Any]:
        """What verl will pass to the reward."""
        found = self.whole["reward"]["custom_reward_function"].get("reward_kwargs") or {}
        return dict(found)

    @property
    def chat(self) -> dict[str, Any]:
        """What verl will pass to the chat template."""
        return dict(self.whole["data"].get("apply_chat_template_kwargs") or {})


def read_recipe(path: Path, overrides: list[str]) -> Recipe:
    """A recipe with what it is based on, and overrides as on verl's command line.

    Raises ValueError when it does not compose, or verl is not there.
    """
    try:
        from hydra import compose, initialize_config_dir, initialize_config_module
        from hydra.errors import HydraException
        from omegaconf import OmegaConf
        from omegaconf.errors import OmegaConfBaseException
    except ImportError:
        raise ValueError("checking a recipe takes the environment of verl: python -m pip install verl") from None
    try:
        with initialize_config_module("verl.trainer.config", version_base=None):
            base = compose("ppo_trainer")
        with initialize_config_dir(str(path.parent.resolve()), version_base=None):
            config = compose(path.stem, overrides=["hydra.searchpath=[pkg://verl.trainer.config]", *overrides])
    except (HydraException, OmegaConfBaseException) as error:
        first = str(error.__cause__ or error).strip().split("\n")[0]
        raise ValueError(f"{path} does not compose: {first}") from None
    whole: Any = OmegaConf.to_container(config)
    defaults: Any = OmegaConf.to_container(base)
    return Recipe(path, whole, defaults, config)


def check_recipe(recipe: Recipe) -> Iterator[Finding]:
    """Keys that verl does not have, values that its own checks refuse, and the reward that it will load."""
    unknown = list(_unknown(recipe.whole, recipe.defaults))
    for key, near in unknown:
        yield Finding("problem", "recipe", f"{recipe.path}: verl has no {key}" + (f"; it has {near}" if near else ""))
    for old, new in _OLD.items():
        if _at(recipe.whole, old) != _at(recipe.defaults, old):
            yield Finding("problem", "recipe", f"{recipe.path}: verl ignores {old} in silence; it reads {new}")
    yield from _reward(recipe)
    if missing := [key for key in ("train_files", "val_files") if not _exists(recipe.whole["data"][key])]:
        yield Finding("note", "recipe", f"no such file: data.{', data.'.join(missing)}; give them when you start")
    problem = _refused(recipe.config)
    if problem:
        yield Finding("problem", "recipe", f"{recipe.path}: verl refuses it: {problem}")
    elif not unknown:
        yield Finding("ok", "recipe", f"{recipe.path} composes, and verl's own checks pass")


def _unknown(whole: Any, defaults: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Keys of a recipe that the defaults lack, with the nearest that they have; an empty mapping takes any."""
    for key, value in whole.items():
        place = f"{path}{key}"
        if place in _KNOWN or not defaults:
            continue
        if key not in defaults:
            near = get_close_matches(key, map(str, defaults), 1)
            yield place, f"{path}{near[0]}" if near else ""
        elif isinstance(value, dict) and isinstance(defaults[key], dict):
            yield from _unknown(value, defaults[key], f"{place}.")


def _at(values: Any, path: str) -> Any:
    for key in path.split("."):
        values = values.get(key) if isinstance(values, dict) else None
    return values


def _exists(files: Any) -> bool:
    return all(Path(str(one)).expanduser().exists() for one in (files if isinstance(files, list) else [files]))


def _reward(recipe: Recipe) -> Iterator[Finding]:
    function = recipe.whole["reward"]["custom_reward_function"]
    path, name = function["path"], function["name"]
    if not path:
        yield Finding(
            "problem",
            "recipe",
            f"{recipe.path}: no reward.custom_reward_function.path, so that verl takes a reward of its own: "
            "pkg://sfr.adapters.verl",
        )
        return
    if not str(path).startswith("pkg://"):
        yield Finding("note", "recipe", f"the reward is the file {path}; every node needs it at the same place")
        return
    try:
        resolve_name(f"{str(path).removeprefix('pkg://')}:{name}")
    except (ImportError, AttributeError) as error:
        yield Finding("problem", "recipe", f"{recipe.path}: the reward cannot be loaded: {error}")
        return
    yield Finding("ok", "recipe", f"the reward is {path}, {name}")


def _refused(config: Any) -> str:
    """What verl's own checks say, or ""."""
    from verl.trainer.ppo.utils import need_critic, need_reference_policy
    from verl.utils.config import validate_config

    try:
        with warnings.catch_warnings(), redirect_stdout(StringIO()):  # what verl says of a recipe that is well
            warnings.simplefilter("ignore")
            validate_config(config, use_reference_policy=need_reference_policy(config), use_critic=need_critic(config))
    except (ValueError, AssertionError, TypeError, KeyError) as error:
        return str(error) or type(error).__name__
    return ""
