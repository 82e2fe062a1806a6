"""What a trainer is asked to do for a stage, and what any trainer must be able to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sfr.pipeline.folders import StageFolder
from sfr.pipeline.profiles import Profile
from sfr.pipeline.stages import Node

__all__ = ["Progress", "Trainer", "Training"]


@dataclass(frozen=True, slots=True)
class Training:
    """A stage with all that its trainer needs to know.

    ``model`` is a folder or a name on the hub; ``rows`` and ``validation`` are files for the trainer;
    ``steps`` takes the place of the recipe's epochs.
    """

    node: Node
    profile: Profile
    seed: int
    folder: StageFolder
    model: str
    rows: Path
    validation: Path
    steps: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a trainer is: steps done, of how many if it says so, and its latest numbers."""

    step: int = 0
    of: int | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)


class Trainer(Protocol):
    """A trainer, as the modules ``llamafactory`` and ``verl`` are."""

    NAME: str
    """What it is called."""
    ROWS: str
    """The kind of its rows, for ``sfr.data.exporting.export``."""
    LIBRARIES: tuple[str, ...]
    """Whose versions a result depends on."""

    def recipe(self, training: Training) -> dict[str, Any]:
        """All that it is told."""

    def steps(self, recipe: Mapping[str, Any], rows: int, devices: int) -> int:
        """How many steps the recipe takes over so many rows."""

    def limits(self, recipe: Mapping[str, Any]) -> list[str]:
        """How long its rows may be, as options of ``sfr data check``."""

    def command(self, training: Training, python: Path) -> list[str]:
        """The command line."""

    def variables(self, training: Training, python: Path, attempt: int) -> dict[str, str]:
        """What the environment of the process must hold besides."""

    def prepare(self, training: Training, say: Callable[[str], None]) -> int | None:
        """Put damaged checkpoints aside, and say so; the step that training will go on from, None from the beginning."""

    def progress(self, folder: StageFolder) -> Progress:
        """How far it is, from the files that it writes."""

    def curve(self, folder: StageFolder) -> list[tuple[int, dict[str, float]]]:
        """Its numbers by step: the loss, or reward, length and seconds."""

    def model(self, training: Training) -> Path:
        """The folder of the model that came of it.

        Raises RecipeError when there is none.
        """

    def seconds(self, training: Training, first: int) -> float:
        """The time that all its steps took, without its start; its last attempt went on from the step ``first``."""

    def tidy(self, training: Training) -> None:
        """Drop what training alone needed, such as the state of the optimizer, once its model is written down."""
