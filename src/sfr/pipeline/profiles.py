"""Profiles: the sizes at which the method is run, as values in a file. The code is the same for all.

The shipped ones lie in ``profiles/``; one's own is a file of the same shape.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sfr.data.configs import Config, parse_config, read_config
from sfr.pipeline.environments import ENVIRONMENTS
from sfr.pipeline.stages import Kind, Stage, left_out, stage_named

__all__ = ["Profile", "ProfileError", "Tiny", "profile_names", "profile_of"]

_PROFILES = resources.files("sfr.pipeline").joinpath("profiles")

Count = Annotated[int, Field(gt=0)]
Name = Annotated[str, Field(min_length=1)]


class ProfileError(ValueError):
    """There is no such profile, or its file is not as it must be."""


class Tiny(Config):
    """A Qwen3 with random weights, made for the rows of the run."""

    hidden: Count = 128
    layers: Count = 2
    vocabulary: Count = 1_024
    """The most tokens that its tokenizer will have."""


class Model(Config):
    """What training begins with: a model that is made, or a folder or a name on the hub."""

    tiny: Tiny | None = None
    path: Name | None = None
    gigabytes: Annotated[float, Field(gt=0)] | None = None
    """How large its weights are, if that is known."""

    @model_validator(mode="after")
    def _is_one(self) -> Model:
        if (self.tiny is None) == (self.path is None):
            raise ValueError("expected either tiny or path")
        return self


class Newswire(Config):
    """Sentences to make if no data are named: of each task, to train on and of each other split."""

    rows: Count
    held_out: Count


class Templates(Config):
    """How a model is asked: with empty types in the answer, and, once it has been through SA, without."""

    full: Name
    concise: Name


class StageSizes(Config):
    """A stage at this size: how many rows, and settings of its trainer that are its own."""

    rows: Count | None = None
    """None: as many as the mixture has."""
    replay: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """The share of rows of tasks that were learnt before and that the stage leaves out, as SA does entities."""
    settings: dict[str, Any] = {}


class Evaluation(Config):
    """What is measured after every stage."""

    rows: Count
    """Of each data set."""
    split: Literal["dev", "test"] = "test"
    max_tokens: Count
    batch_size: Count = 64


class Recipes(Config):
    """The recipes of the kits to begin with, if not those of the stages' own names."""

    supervised: Name | None = None
    exploration: Name | None = None


class Trained(Config):
    """Something for the supervised stages and something for those of exploration."""

    supervised: dict[str, Any] = {}
    exploration: dict[str, Any] = {}


class Environments(Config):
    """The environments of the trainers, by their names."""

    supervised: Name
    exploration: Name

    @model_validator(mode="after")
    def _are_known(self) -> Environments:
        if unknown := sorted({self.supervised, self.exploration}.difference(ENVIRONMENTS)):
            raise ValueError(f"unknown environments: {', '.join(unknown)}; known: {', '.join(ENVIRONMENTS)}")
        return self

    def of(self, kind: Kind) -> str:
        """That of a kind of stage."""
        return self.supervised if kind == "supervised" else self.exploration


class Profile(Config):
    """A size of the method: model, data, settings of the trainers, what is measured."""

    name: Annotated[str, Field(pattern=r"^\w[\w.-]*$", max_length=100)]
    title: Name
    device: Literal["cpu", "gpu"]
    devices: Count = 1
    environments: Environments
    model: Model
    newswire: Newswire | None = None
    templates: Templates
    thinking: bool = False
    validation_rows: Count
    """Of each stage's own tasks, to watch and to choose checkpoints with."""
    best: bool = False
    """Whether DE hands on the saved checkpoint with the best reward in validation; otherwise the last."""
    same_rows: bool = False
    """Whether DE, and the control in its place, draw the same rows as SA, so that they see no text that it has not."""
    recipes: Recipes = Recipes()
    settings: Trained = Trained()
    """Of the trainers, over those of the kits' recipes."""
    stages: dict[str, StageSizes] = {}
    variables: dict[str, str] = {}
    """Of the environment, for the trainers."""
    evaluation: Evaluation

    @model_validator(mode="after")
    def _knows_its_stages(self) -> Profile:
        for name in self.stages:
            stage = stage_named(name)
            if self.stages[name].replay and not left_out(stage):
                raise ValueError(f"stages.{name}.replay: the stage leaves no task out; only sa does")
        return self

    def sizes(self, stage: Stage) -> StageSizes:
        """A stage at this size."""
        return self.stages.get(stage.name, StageSizes())


@cache
def profile_names() -> tuple[str, ...]:
    """The names of the shipped profiles."""
    names = (file.name for file in _PROFILES.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def profile_of(name: str) -> Profile:
    """The shipped profile of that name, or that of a .yaml file.

    Raises ProfileError with everything that is wrong, OSError when the file cannot be read.
    """
    if name.endswith((".yaml", ".yml")):
        return read_config(Profile, Path(name), ProfileError)
    if name not in profile_names():
        raise ProfileError(f"unknown profile {name!r}; known: {', '.join(profile_names())}, or a .yaml file of yours")
    file = f"{name}.yaml"
    return parse_config(Profile, _PROFILES.joinpath(file).read_text(encoding="utf-8"), file, ProfileError)
