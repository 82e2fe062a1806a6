"""Whether the trainer will find the reward, and whether it travels to other processes."""

from __future__ import annotations

import importlib.util
import pickle
from collections.abc import Iterator, Mapping
from pkgutil import resolve_name
from typing import Any

from sfr.doctor._finding import Finding
from sfr.grading import ENVIRONMENT, configured
from sfr.trainers import Convention

__all__ = ["check_route"]


def check_route(convention: Convention, settings: Mapping[str, Any]) -> Iterator[Finding]:
    """The reward under the name that a configuration gives it, and its settings."""
    module, _, name = convention.route.partition(":")
    reward = resolve_name(convention.route)
    yield Finding("ok", "route", f"{module} has {name}")
    try:
        pickle.loads(pickle.dumps(reward))  # noqa: S301 - what was made a moment ago
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        yield Finding("problem", "route", f"{convention.route} cannot be sent to other processes: {error}")
    if convention.shim_path is not None:
        yield _shim(convention)
    try:
        grader = configured(**settings)
    except ValueError as error:
        yield Finding("problem", "settings", str(error))
        return
    if convention.settings == "environment" and settings:
        words = " ".join(f"{key}={value}" for key, value in settings.items())
        yield Finding("note", "settings", f"{convention.title} passes none: export {ENVIRONMENT}='{words}'")
    for task, one in grader.rewards.items():
        yield Finding("ok", "settings", f"{task}: {one.signature}")


def _shim(convention: Convention) -> Finding:
    path = convention.shim_path
    spec = importlib.util.spec_from_file_location("custom_module", path) if path else None
    if spec is None or spec.loader is None or path is None or not path.is_file():
        return Finding("problem", "route", f"there is no {path}: install sfr again")
    try:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    except ModuleNotFoundError as error:
        return Finding("note", "route", f"{path.name} loads where {error.name} is installed")
    return Finding("ok", "route", f"{path} can be loaded")
