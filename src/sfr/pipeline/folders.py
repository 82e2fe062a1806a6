"""Where everything of a run is: one folder, which is all there is to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["RunFolder", "StageFolder"]


@dataclass(frozen=True, slots=True)
class StageFolder:
    """The folder of a stage."""

    path: Path

    @property
    def recipe(self) -> Path:
        """What the trainer was told."""
        return self.path / "recipe.yaml"

    @property
    def log(self) -> Path:
        """What the trainer said, of all attempts."""
        return self.path / "log.txt"

    @property
    def begun(self) -> Path:
        """What the stage is made from, written when it begins."""
        return self.path / "begun.json"

    @property
    def failed(self) -> Path:
        """Why the last attempt failed, if it did."""
        return self.path / "failed.txt"

    @property
    def attempts(self) -> Path:
        """The attempts, a line for each that begins and for each that is done."""
        return self.path / "attempts.jsonl"

    @property
    def manifest(self) -> Path:
        """What the stage was made from and what came of it, written when it is done."""
        return self.path / "manifest.json"

    @property
    def training(self) -> Path:
        """The trainer's own folder, with its checkpoints."""
        return self.path / "training"

    @property
    def terms(self) -> Path:
        """The terms of the reward of every output in DE."""
        return self.path / "terms"

    @property
    def model(self) -> Path:
        """The model that the stage hands on."""
        return self.path / "model"

    @property
    def measuring(self) -> Path:
        """What is measured, and how, written when it begins."""
        return self.path / "measuring.json"

    @property
    def predictions(self) -> Path:
        """What the model answers to the examples of the evaluation."""
        return self.path / "predictions.jsonl"

    @property
    def scores(self) -> Path:
        """What the answers are worth."""
        return self.path / "scores.json"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of a run."""

    path: Path

    @property
    def about(self) -> Path:
        """What the run is: the profile, the seed, the data."""
        return self.path / "run.json"

    @property
    def lock(self) -> Path:
        """Held by who works in the folder."""
        return self.path / "lock"

    @property
    def raw(self) -> Path:
        """Sentences that were made."""
        return self.path / "data" / "raw"

    @property
    def built(self) -> Path:
        """Data sets that were built of them."""
        return self.path / "data" / "built"

    @property
    def mixed(self) -> Path:
        """The mixtures of the stages."""
        return self.path / "data" / "mixed"

    @property
    def rows(self) -> Path:
        """The rows of the trainers."""
        return self.path / "data" / "rows"

    @property
    def templates(self) -> Path:
        """How the models are asked."""
        return self.path / "data" / "templates"

    @property
    def examples(self) -> Path:
        """The examples that every stage is measured on."""
        return self.path / "data" / "evaluation.jsonl"

    @property
    def base(self) -> Path:
        """The model that training begins with, if it is made."""
        return self.path / "base"

    @property
    def stages(self) -> Path:
        """The stages, a folder each."""
        return self.path / "stages"

    def stage(self, name: str) -> StageFolder:
        """The folder of a stage."""
        return StageFolder(self.stages / name)
