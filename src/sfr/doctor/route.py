"""Whether the trainer will find the reward, what its settings are, and whether it travels to other processes."""

from __future__ import annotations

import importlib.util
import os
import pickle
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from sfr.doctor._finding import Finding
from sfr.grading import ENVIRONMENT, Grader, configured
from sfr.rewards import reward
from sfr.trainers import Convention

__all__ = ["check_route", "environment_with"]


def environment_with(settings: Mapping[str, Any]) -> str:
    """What the environment variable has to hold for some settings to hold beside those that it holds now."""
    words = [shlex.quote(f"{name}={value}") for name, value in settings.items()]
    return " ".join([*filter(None, [os.environ.get(ENVIRONMENT)]), *words])


def check_route(convention: Convention, settings: Mapping[str, Any]) -> Iterator[Finding]:
    """The settings, then the reward under the name that a configuration gives it."""
    try:
        grader = configured(**settings)
    except ValueError as error:
        yield Finding("problem", "settings", str(error))
        return
    yield from _settings(convention, settings, grader)
    module, _, name = convention.route.partition(":")
    found = resolve_name(convention.route)
    yield Finding("ok", "route", f"{module} has {name}")
    try:
        pickle.loads(pickle.dumps(found))  # noqa: S301 - what was made a moment ago
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        yield Finding("problem", "route", f"{convention.route} cannot be sent to other processes: {error}")
    if convention.shim_path is not None:
        yield _shim(convention.shim_path)


def _settings(convention: Convention, settings: Mapping[str, Any], grader: Grader) -> Iterator[Finding]:
    if convention.settings == "environment" and settings:
        line = f"export {ENVIRONMENT}={shlex.quote(environment_with(settings))}"
        yield Finding("note", "settings", f"{convention.title} passes no settings: {line}")
    elif os.environ.get(ENVIRONMENT):
        text = f"{ENVIRONMENT} is set here to {os.environ[ENVIRONMENT]!r}; set it for the training too, on every node"
        yield Finding("note", "settings", text)
    for task, one in grader.rewards.items():
        usual = reward(task).signature.split("|")
        own = [part for part in one.signature.split("|") if part not in usual]
        yield Finding("ok", "settings", f"{task}: as in the paper{', but ' if own else ''}{' '.join(own)}")
    log = f", all rewards to {grader.log.folder}/" if grader.log else ""
    yield Finding("ok", "settings", f"thinking: {grader.thinking}, bad gold: {grader.bad_gold}{log}")


def _shim(path: Path) -> Finding:
    """The file of the kit, loaded as a trainer does."""
    spec = importlib.util.spec_from_file_location("custom_module", path)
    if spec is None or spec.loader is None or not path.is_file():
        return Finding("problem", "route", f"there is no {path}: install sfr again")
    try:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    except ModuleNotFoundError as error:
        return Finding("note", "route", f"{path.name} loads where {error.name} is installed")
    except Exception as error:  # noqa: BLE001 - it loads the trainer's library, in which anything can be broken
        return Finding("problem", "route", f"{path} cannot be loaded: {type(error).__name__}: {error}")
    return Finding("ok", "route", f"{path} can be loaded")
