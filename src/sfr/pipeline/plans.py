"""A plan: all stages of a way with what they are given and how they are started, before anything is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sfr.pipeline.folders import RunFolder, StageFolder
from sfr.pipeline.inputs import Rows, asked_with, rows_of
from sfr.pipeline.profiles import Profile
from sfr.pipeline.recipes import RecipeError, value_at
from sfr.pipeline.stages import Node, Way
from sfr.pipeline.trainers import TRAINER_OF
from sfr.pipeline.training import Trainer, Training

__all__ = ["Plan", "Planned", "plan_of"]


@dataclass(frozen=True, slots=True)
class Planned:
    """A stage of a plan. ``steps`` is None where it depends on how long another stage takes."""

    training: Training
    rows: Rows
    recipe: Mapping[str, Any]
    steps: int | None

    @property
    def node(self) -> Node:
        """The stage on its way."""
        return self.training.node

    @property
    def folder(self) -> StageFolder:
        """Where it is."""
        return self.training.folder

    @property
    def trainer(self) -> Trainer:
        """Who trains it."""
        return TRAINER_OF[self.node.stage.kind]

    @property
    def template(self) -> str:
        """The name of the template that the model is asked with after it."""
        return asked_with(self.node)

    @property
    def rollouts(self) -> int | None:
        """Answers to each prompt in exploration."""
        found = value_at(self.recipe, "actor_rollout_ref.rollout.n")
        return None if found is None else int(found)

    def with_steps(self, steps: int) -> Planned:
        """The same stage with so many steps."""
        training = replace(self.training, steps=steps)
        return replace(self, training=training, recipe=self.trainer.recipe(training), steps=steps)


@dataclass(frozen=True, slots=True)
class Plan:
    """A way through the stages at some size, in some folder. ``data`` is a folder of built data sets, if it was named."""

    run: RunFolder
    profile: Profile
    way: Way
    seed: int
    data: Path | None
    stages: tuple[Planned, ...]

    def stage(self, name: str) -> Planned:
        """The stage of that name.

        Raises ValueError when the way has none.
        """
        for one in self.stages:
            if one.node.id == name:
                return one
        raise ValueError(
            f"there is no stage {name!r} on this way; it has {', '.join(one.node.id for one in self.stages)}"
        )


def plan_of(run: RunFolder, profile: Profile, way: Way, *, seed: int = 0, data: Path | None = None) -> Plan:
    """The plan of a run.

    Raises ValueError when the profile has neither data nor a way to make some, RecipeError when a recipe is missing
    or its steps cannot be counted, MixError when a stage has fewer rows than its mixture has parts.
    """
    if data is None and profile.newswire is None:
        raise ValueError(f"profile {profile.name} needs data: name a folder that sfr data build wrote (--data)")
    stages = tuple(_planned(run, node, profile, seed) for node in way.nodes())
    return Plan(run, profile, way, seed, data, stages)


def _planned(run: RunFolder, node: Node, profile: Profile, seed: int) -> Planned:
    rows = rows_of(run, node, profile)
    training = Training(
        node, profile, seed, run.stage(node.id), _model(run, node, profile), rows.train, rows.validation
    )
    trainer = TRAINER_OF[node.stage.kind]
    recipe = trainer.recipe(training)
    try:
        steps = None if node.stage.name == "control" else trainer.steps(recipe, rows.count, profile.devices)
    except (TypeError, ValueError, ArithmeticError):
        raise RecipeError(f"{node.id}: expected numbers above 0 for its steps or epochs and its batches") from None
    return Planned(training, rows, recipe, steps)


def _model(run: RunFolder, node: Node, profile: Profile) -> str:
    """What a stage begins with: the model of the stage before, or the base model."""
    if node.parent is not None:
        return str(run.stage(node.parent).model.absolute())
    if profile.model.path is None:
        return str(run.base.absolute())
    path = Path(profile.model.path)  # the trainers work in other folders than this one
    return str(path.absolute()) if path.is_dir() else profile.model.path
