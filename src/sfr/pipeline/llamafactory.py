"""The supervised stages: LLaMAFactory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from math import ceil
from pathlib import Path
from shutil import rmtree
from typing import Any

from sfr.pipeline.checkpoints import cut_archive, damage_of, put_aside
from sfr.pipeline.folders import StageFolder
from sfr.pipeline.logs import logged
from sfr.pipeline.recipes import RecipeError, kit_recipe, merged
from sfr.pipeline.training import Progress, Training

__all__ = [
    "LIBRARIES",
    "NAME",
    "ROWS",
    "command",
    "curve",
    "limits",
    "model",
    "prepare",
    "progress",
    "recipe",
    "seconds",
    "steps",
    "tidy",
    "variables",
]

NAME = "LLaMAFactory"
ROWS = "llamafactory"
LIBRARIES: tuple[str, ...] = ("llamafactory", "torch", "transformers")
_LOG = "trainer_log.jsonl"


def recipe(training: Training) -> dict[str, Any]:
    """The recipe of the stage; for more supervised steps that of SA, which they go on with."""
    profile, stage = training.profile, training.node.stage
    base = profile.recipes.supervised or ("sa" if stage.name == "control" else stage.name)
    own = {
        "model_name_or_path": training.model,
        "dataset_dir": str(training.rows.parent.absolute()),
        "dataset": training.rows.stem,
        "eval_dataset": training.validation.stem,
        "output_dir": str(training.folder.training.absolute()),
        "enable_thinking": profile.thinking,
        "seed": training.seed,
        "data_seed": training.seed,
    }
    if training.steps is not None:
        own |= {"max_steps": training.steps, "num_train_epochs": None}
    sizes = profile.sizes(stage).settings
    return merged(kit_recipe("llamafactory", base), profile.settings.supervised, sizes, own)


def steps(recipe: Mapping[str, Any], rows: int, devices: int) -> int:
    """Steps over so many rows, by the epochs or the steps that the recipe says."""
    if recipe.get("max_steps", -1) > 0:
        return int(recipe["max_steps"])
    batch = recipe.get("per_device_train_batch_size", 8) * recipe.get("gradient_accumulation_steps", 1) * devices
    return ceil(ceil(rows / int(batch)) * float(recipe.get("num_train_epochs", 3)))


def limits(recipe: Mapping[str, Any]) -> list[str]:
    """Prompt and answer together."""
    return [f"--cutoff={recipe['cutoff_len']}"]


def command(training: Training, python: Path) -> list[str]:
    """``llamafactory-cli train``, as a module of the interpreter."""
    return [str(python), "-m", "llamafactory.cli", "train", str(training.folder.recipe)]


def variables(training: Training, python: Path, attempt: int) -> dict[str, str]:
    """On several devices it starts itself through torchrun."""
    del python, attempt
    return {"FORCE_TORCHRUN": "1"} if training.profile.devices > 1 else {}


def prepare(training: Training, say: Callable[[str], None]) -> int | None:
    """It goes on from the last checkpoint by itself; without one it wants an empty folder."""
    folder = training.folder.training
    for checkpoint in _checkpoints(folder):
        if why := _damage(checkpoint):
            place = put_aside(checkpoint, training.folder.path, why)
            say(f"{training.node.id}: {checkpoint.name} is damaged and kept as {place.name}: {why}")
    whole = _checkpoints(folder)
    if not whole and folder.exists():
        rmtree(folder)
    return _step(whole[-1]) if whole else None


def _checkpoints(folder: Path) -> list[Path]:
    found = [path for path in folder.glob("checkpoint-*") if path.name.removeprefix("checkpoint-").isdecimal()]
    return sorted(found, key=_step)


def _step(checkpoint: Path) -> int:
    return int(checkpoint.name.removeprefix("checkpoint-"))


def _damage(checkpoint: Path) -> str:
    cut = cut_archive([*checkpoint.rglob("*.pt"), *checkpoint.rglob("*.pth")])
    return cut or damage_of(checkpoint, "trainer_state.json")


def progress(folder: StageFolder) -> Progress:
    """The last line of its log that tells of a step."""
    last: dict[str, Any] = {}
    for line in _lines(folder):
        last |= line
    numbers = {name: last[name] for name in ("loss", "eval_loss") if isinstance(last.get(name), (int, float))}
    return Progress(last.get("current_steps", 0), last.get("total_steps"), numbers)


def curve(folder: StageFolder) -> list[tuple[int, dict[str, float]]]:
    """Loss and loss in validation."""
    found: dict[int, dict[str, float]] = {}
    for line in _lines(folder):
        numbers = {name: line[name] for name in ("loss", "eval_loss") if isinstance(line.get(name), (int, float))}
        if numbers:
            found.setdefault(line["current_steps"], {}).update(numbers)
    return sorted(found.items())


def _lines(folder: StageFolder) -> Iterator[dict[str, Any]]:
    """The lines of its log that tell of a step."""
    return (line for line in logged(folder.training / _LOG) if "current_steps" in line)


def model(training: Training) -> Path:
    """Its output folder, which is a model beside checkpoints."""
    folder = training.folder.training
    if damage := damage_of(folder, "trainer_state.json"):
        raise RecipeError(f"LLaMAFactory ended without a whole model in {folder}: {damage}")
    return folder


def seconds(training: Training, first: int) -> float:
    """As it has counted them itself in its last attempt, and for the steps before at the same pace."""
    found = json.loads((training.folder.training / "train_results.json").read_text(encoding="utf-8"))
    done = progress(training.folder).step
    return float(found["train_runtime"]) * (done / (done - first) if done > first else 1)


def tidy(training: Training) -> None:
    """The checkpoints."""
    for checkpoint in _checkpoints(training.folder.training):
        rmtree(checkpoint)
