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

from sfr.data.preflight import Limits
from sfr.doctor._finding import Finding
from sfr.libraries import version_of

__all__ = ["Recipe", "RecipeError", "check_recipe", "read_recipe"]

# Keys that verl reads though its own configuration does not list them.
_KNOWN = {"reward.custom_reward_function.reward_kwargs", "actor_rollout_ref.rollout.enable_sleep_mode"}
_OLD = {
    "custom_reward_function": "reward.custom_reward_function",
    "reward_model.reward_manager": "reward.reward_manager.name",
}
_SETTINGS = "reward.custom_reward_function.reward_kwargs"
_CHAT = "data.apply_chat_template_kwargs"
_NO_VERL = "checking a recipe takes the environment of verl: python -m pip install verl==0.9.1"
NoneType = type(None)


class RecipeError(ValueError):
    """A recipe that does not compose."""


@dataclass(frozen=True)
class Recipe:
    """A recipe as verl composes it, beside verl's own defaults; both as plain values.

    ``settings`` is what verl will pass to the reward, ``chat`` what to the chat template.
    """

    path: Path
    whole: Mapping[str, Any]
    defaults: Mapping[str, Any]
    config: Any
    settings: Mapping[str, Any]
    chat: Mapping[str, Any]

    @property
    def limits(self) -> Limits:
        """The most tokens of a prompt and of an answer."""
        prompt, answer = (_at(self.whole, f"data.max_{name}_length") for name in ("prompt", "response"))
        return Limits(
            prompt=prompt if isinstance(prompt, int) else None, target=answer if isinstance(answer, int) else None
        )

    @property
    def stops_at_long_prompts(self) -> bool:
        """Whether a prompt beyond the limit ends the training; otherwise it is left out, or cut."""
        data = self.whole["data"]
        return not data.get("filter_overlong_prompts") and data.get("truncation") == "error"


def read_recipe(path: Path, overrides: list[str]) -> Recipe:
    """A recipe with what it is based on, and overrides as on verl's command line.

    Raises RecipeError when it does not compose, ValueError when verl is not there.
    """
    try:
        from hydra import compose, initialize_config_dir, initialize_config_module
        from hydra.errors import HydraException
        from omegaconf import OmegaConf
        from omegaconf.errors import OmegaConfBaseException
        from yaml import YAMLError

    except ImportError:
        raise ValueError(_NO_VERL) from None
    if version_of("verl") is None:  # a folder of that name can be imported too
        raise ValueError(_NO_VERL)
    with initialize_config_module("verl.trainer.config", version_base=None):
        base = compose("ppo_trainer")
    try:
        with initialize_config_dir(str(path.parent.resolve()), version_base=None):
            config = compose(path.stem, overrides=["hydra.searchpath=[pkg://verl.trainer.config]", *overrides])
        whole: Any = OmegaConf.to_container(config)
        given = [
            OmegaConf.to_container(found, resolve=True) if OmegaConf.is_config(found) else found
            for found in (OmegaConf.select(config, _SETTINGS), OmegaConf.select(config, _CHAT))
        ]
    except (HydraException, OmegaConfBaseException, YAMLError) as error:
        raise RecipeError(f"{path} does not compose: {_why(error)}") from None
    if not isinstance(_at(whole, "reward.custom_reward_function"), dict) or not isinstance(_at(whole, "data"), dict):
        raise RecipeError(f"{path} has no configuration of verl in it; begin with defaults: [ppo_trainer, _self_]")
    for name, found in zip((_SETTINGS, _CHAT), given, strict=True):
        if not isinstance(found, (dict, NoneType)):
            raise RecipeError(f"{path}: {name}: expected a mapping, found {found!r}")
    defaults: Any = OmegaConf.to_container(base)
    return Recipe(path, whole, defaults, config, given[0] or {}, given[1] or {})


def _why(error: Exception) -> str:
    """The first cause, in the lines that say it."""
    words = str(error.__cause__ or error).strip().split("\n")
    return " ".join(word.strip() for word in words[:4] if "full_key" not in word and "object_type" not in word)


def check_recipe(recipe: Recipe) -> Iterator[Finding]:
    """Keys that verl does not have, values that its own checks refuse, and the reward that it will load."""
    unknown = list(_unknown(recipe.whole, recipe.defaults))
    for key, near in unknown:
        yield Finding("problem", "recipe", f"{recipe.path}: verl has no {key}" + (f"; it has {near}" if near else ""))
    strange = list(_of_another_kind(recipe.whole, recipe.defaults))
    for key, expected, found in strange:
        yield Finding("problem", "recipe", f"{recipe.path}: {key}: expected {expected}, found {found!r}")
    for old, new in _OLD.items():
        if _at(recipe.whole, old) != _at(recipe.defaults, old):
            yield Finding("problem", "recipe", f"{recipe.path}: verl ignores {old} in silence; it reads {new}")
    yield from _reward(recipe)
    if missing := [key for key in ("train_files", "val_files") if not _exists(recipe.whole["data"][key])]:
        yield Finding("note", "recipe", f"no such file: data.{', data.'.join(missing)}; give them when you start")
    problem = _uneven(recipe.whole) or _refused(recipe.config)
    if problem:
        yield Finding("problem", "recipe", f"{recipe.path}: verl refuses it: {problem}")
    elif not (unknown or strange):
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


def _of_another_kind(whole: Any, defaults: Any, path: str = "") -> Iterator[tuple[str, str, Any]]:
    """Keys whose default is a number or a truth value, with what they have instead of one."""
    for key, value in whole.items():
        usual, place = defaults.get(key), f"{path}{key}"
        if isinstance(value, dict) and isinstance(usual, dict):
            yield from _of_another_kind(value, usual, f"{place}.")
        elif isinstance(usual, (int, float)) and not (isinstance(value, (int, float, NoneType)) or "${" in str(value)):
            yield place, "true or false" if isinstance(usual, bool) else "a number", value


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


def _uneven(whole: Any) -> str:
    """Whether batches cannot be parted evenly, on which verl stops at its first step and not before."""
    names = ("data.train_batch_size", "actor_rollout_ref.actor.ppo_mini_batch_size")
    batch, part = (_at(whole, name) for name in names)
    if not (isinstance(batch, int) and isinstance(part, int) and part > 0) or batch % part == 0:
        return ""
    return f"{names[0]}={batch} is no multiple of {names[1]}={part}"


def _refused(config: Any) -> str:
    """What verl's own checks say, or ""."""
    from verl.trainer.ppo.utils import need_critic, need_reference_policy
    from verl.utils.config import validate_config

    try:
        with warnings.catch_warnings(), redirect_stdout(StringIO()):  # what verl says of a recipe that is well
            warnings.simplefilter("ignore")
            validate_config(config, use_reference_policy=need_reference_policy(config), use_critic=need_critic(config))
    except Exception as error:  # noqa: BLE001 - checks of another library: what they raise would end the training too
        cause = error.__cause__ or error  # hydra wraps what a part of the configuration refuses
        return str(cause).strip() or type(cause).__name__
    return ""
