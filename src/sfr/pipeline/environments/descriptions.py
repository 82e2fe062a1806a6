"""What goes into an environment, as it is written down beside this module: every version exactly."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import Field, field_validator

from sfr.data.configs import Config, parse_config

__all__ = ["ENVIRONMENTS", "Environment", "InstallError", "environment_of"]

ENVIRONMENTS = ("cpu", "llamafactory", "verl")
"""The shipped environments: one for all on a CPU, and one for each trainer on GPUs, where they do not agree."""

_PIN = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[\w,-]+\])?==(?P<version>[\w.+!]+)")

Text = Annotated[str, Field(min_length=1)]
Pin = Annotated[str, Field(pattern=f"^{_PIN.pattern}$")]
"""A requirement of exactly one version, such as ``verl[vllm]==0.9.1``."""
KitFile = Annotated[str, Field(pattern=r"^[\w-]+(/[\w-]+)+\.py$")]


class InstallError(ValueError):
    """An environment that cannot be made or used, and what to do about it."""


class Environment(Config):
    """A Python environment of the trainers."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    title: Text
    python: Annotated[list[Annotated[str, Field(pattern=r"^3\.\d+$")]], Field(min_length=1)]
    """The versions of Python that will do, such as ``3.11``; where there is a choice, an earlier one is taken."""
    disk: Annotated[float, Field(gt=0)]
    """Gigabytes that it takes when it is made."""
    requirements: Annotated[list[Pin], Field(min_length=1)]
    alone: list[Pin] = []
    """Installed without what they ask for."""
    unwanted: list[Text] = []
    """Taken out again: libraries that others bring along and that do not load in this environment."""
    stand_ins: list[KitFile] = []
    """Modules of the kits that go in instead, by their paths among the kits."""
    note: Text | None = None
    """What to know when the requirements cannot be installed."""

    @field_validator("requirements", "alone")
    @classmethod
    def _each_once(cls, pins: list[str]) -> list[str]:
        names = [name for name, _ in map(split_pin, pins)]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"expected each library once, found twice: {', '.join(twice)}")
        return pins

    def pins(self) -> dict[str, str]:
        """The version of every library that is asked for, by its name."""
        return dict(map(split_pin, [*self.requirements, *self.alone]))

    def stand_in_modules(self) -> list[str]:
        """The names that the stand-ins are imported by."""
        return [PurePosixPath(path).stem for path in self.stand_ins]


def split_pin(pin: str) -> tuple[str, str]:
    """The name and the version of a requirement of exactly one version.

    Raises ValueError when it is something else.
    """
    found = _PIN.fullmatch(pin)
    if found is None:
        raise ValueError(f"expected NAME==VERSION, found {pin!r}")
    return found["name"], found["version"]


@cache
def environment_of(name: str) -> Environment:
    """The shipped environment of that name.

    Raises InstallError when there is none.
    """
    if name not in ENVIRONMENTS:
        raise InstallError(f"unknown environment {name!r}; known: {', '.join(ENVIRONMENTS)}")
    file = f"{name}.yaml"
    text = resources.files("sfr.pipeline.environments").joinpath(file).read_text(encoding="utf-8")
    return parse_config(Environment, text, file, InstallError)
