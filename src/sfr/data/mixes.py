"""Mixtures as they are written down: which tasks, how many rows, from which sets.

The shipped ones lie in ``mixtures/``; they are those of Table 9 and appendix A.3 of the paper.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from sfr.data.configs import Config, parse_config, read_config
from sfr.data.sampling import Stratify
from sfr.structures import Task

__all__ = ["MIXES", "Mix", "MixError", "Part", "mix_of", "read_mix"]

MIXES = ("cm_1", "cm_2", "cm_3", "sa", "de_ner", "de_re", "de_ee")
"""The shipped mixtures, in the order of the pipeline."""

Count = Annotated[int, Field(ge=0)]
Name = Annotated[str, Field(min_length=1)]


class MixError(ValueError):
    """A mixture that cannot be made."""


class Part(Config):
    """The rows of one task in a mixture."""

    task: Task
    rows: Annotated[int, Field(gt=0)]
    """How many at full size."""
    sets: Annotated[list[Name], Field(min_length=1)] | None = None
    """Which data sets give them; if not said all of the task, but those that Table 8 gives no such split."""
    split: Literal["train", "dev", "test", "all"] = "train"
    oversample_to: dict[Name, Count] = {}
    """The rows that a data set counts with when the part is divided among the sets, instead of those it has."""
    stratify: Stratify | None = None


class Mix(Config):
    """A mixture: what it is made of at full size."""

    name: Annotated[str, Field(pattern=r"^\w[\w.-]*$", max_length=100)]
    title: Name
    seed: int
    drawn_as: Name | None = None
    """The mixture whose name decides the rows, if not its own: two that are drawn as one, with one seed, draw the same
    rows of a data set as far as they want as many."""
    template: Name
    """The template that the rows are meant for."""
    parts: Annotated[list[Part], Field(min_length=1)]


@cache
def mix_of(name: str) -> Mix:
    """The shipped mixture of that name.

    Raises MixError when there is none.
    """
    if name not in MIXES:
        raise MixError(f"unknown mixture {name!r}; known: {', '.join(MIXES)}, or a .yaml file of yours")
    file = f"{name}.yaml"
    text = resources.files("sfr.data").joinpath("mixtures").joinpath(file).read_text(encoding="utf-8")
    return parse_config(Mix, text, file, MixError)


def read_mix(path: Path) -> Mix:
    """The mixture that a YAML file describes.

    Raises OSError when it cannot be read, MixError with everything that is wrong with it.
    """
    return read_config(Mix, path, MixError)
