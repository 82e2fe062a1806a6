"""What is written down of a stage: what it is made from when it begins, and what came of it when it is done."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Literal

from sfr.data.manifests import fingerprints, read_manifest, write_manifest
from sfr.files import written_whole
from sfr.grading import grader
from sfr.pipeline.folders import RunFolder, StageFolder
from sfr.pipeline.plans import Planned
from sfr.pipeline.processes import Ended
from sfr.pipeline.stages import REWARDS

__all__ = [
    "State",
    "begin_attempt",
    "changes",
    "clear_failure",
    "end_attempt",
    "last_attempt",
    "made_from",
    "model_files",
    "put_away",
    "read_begun",
    "read_failure",
    "signatures",
    "spent",
    "spent_by",
    "state_of",
    "write_begun",
    "write_failure",
]

State = Literal["done", "begun", "other", "damaged", "new"]
"""``done``: it stands there, made from just this. ``begun``: it was, and can go on. ``other``: what stands
there was made from something else. ``damaged``: its model is no longer what was written. ``new``: nothing."""

_RUN, _MODEL = "RUN", "MODEL"


def made_from(
    run: RunFolder, planned: Planned, model: Mapping[str, str], versions: Mapping[str, str | None]
) -> dict[str, Any]:
    """All that a stage depends on, but for where it is: the run's folder and the model can be moved.

    ``model`` holds the fingerprints of what the stage begins with, ``versions`` those of the trainer's libraries.
    """
    rows = {path.name: path for path in (planned.rows.train, planned.rows.validation)}
    paths = {str(run.path.absolute()): _RUN}
    if planned.node.parent is None and planned.training.profile.model.path is not None:
        paths[planned.training.model] = _MODEL
    return {
        "stage": planned.node.id,
        "recipe": _without_paths(dict(planned.recipe), paths),
        "rows": fingerprints(rows),
        "model": dict(model),
        "versions": dict(versions),
        "reward": signatures(planned),
    }


def signatures(planned: Planned) -> dict[str, str]:
    """The rewards that a stage of exploration has, by task, as the lines that give them again."""
    if planned.node.stage.kind == "supervised":
        return {}
    rewards = grader(**REWARDS[planned.node.reward]).rewards
    return {task: rewards[task].signature for task in planned.node.stage.tasks}


def _without_paths(value: Any, paths: Mapping[str, str]) -> Any:
    """A value in which names stand for folders."""
    if isinstance(value, dict):
        return {key: _without_paths(item, paths) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_paths(item, paths) for item in value]
    if isinstance(value, str):
        for path, name in paths.items():
            value = name + value.removeprefix(path) if Path(value).is_relative_to(path) else value
    return value


def model_files(folder: Path) -> dict[str, Path]:
    """The files that make up a model: weights, configuration, tokenizer."""
    names = ("*.safetensors", "*.json", "*.jinja", "*.model", "*.txt")
    logs = {"trainer_state.json", "train_results.json", "all_results.json", "eval_results.json"}
    found = {path.name: path for name in names for path in folder.glob(name)}
    return {name: path for name, path in sorted(found.items()) if name not in logs}


def write_begun(folder: StageFolder, wanted: Mapping[str, Any]) -> None:
    """Note what a stage is made from, before anything is done."""
    folder.path.mkdir(parents=True, exist_ok=True)
    write_manifest(folder.begun, wanted, {}, {})


def read_begun(folder: StageFolder) -> dict[str, Any] | None:
    """What the stage that stands there is made from, done or not; None if there is none."""
    found = read_manifest(folder.manifest) or read_manifest(folder.begun)
    return None if found is None else found["made_from"]


def state_of(folder: StageFolder, wanted: Mapping[str, Any]) -> State:
    """How a stage stands.

    Another version of this package does not make it another stage: what it depends on of that is in its
    rows and in the signature of its reward.
    """
    standing = read_manifest(folder.manifest)
    begun = standing or read_manifest(folder.begun)
    if begun is None:
        return "new"
    if list(changes(begun["made_from"], wanted)):
        return "other"
    if standing is None:
        return "begun"
    return "done" if _is_as_written(folder, standing["outputs"]) else "damaged"


def _is_as_written(folder: StageFolder, prints: Mapping[str, str]) -> bool:
    try:
        return fingerprints({name: folder.model / name for name in prints}) == prints
    except OSError:
        return False


def changes(standing: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    """In what a stage that stands there differs from the one that is wanted, a line for each value."""
    before, now = dict(_leaves(standing)), dict(_leaves(json.loads(json.dumps(wanted))))
    for key in sorted({*before, *now}):
        if before.get(key) != now.get(key):
            yield f"{key}: {_said(before.get(key))}, now {_said(now.get(key))}"


def _leaves(values: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


_LONGEST = 60


def _said(value: Any) -> str:
    """A value as one reads it; of a long one its end, since signatures differ there."""
    text = "nothing" if value is None else str(value)
    return text if len(text) <= _LONGEST else f"...{text[-_LONGEST:]}"


# -- attempts -------------------------------------------------------------------------------------


def begin_attempt(folder: StageFolder, first: int) -> int:
    """The number of the attempt that begins now; ``first`` is the step that it goes on from."""
    number = len(_attempts(folder)) + 1
    _note(folder, {"attempt": number, "first": first})
    return number


def end_attempt(folder: StageFolder, number: int, ended: Ended) -> None:
    """Note what an attempt took that did not fail."""
    _note(folder, {"ended": number, "seconds": ended.seconds, "memory": ended.memory})


def _note(folder: StageFolder, what: Mapping[str, Any]) -> None:
    lines = [*_lines(folder), what]
    with written_whole(folder.attempts) as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def _lines(folder: StageFolder) -> list[dict[str, Any]]:
    if not folder.attempts.is_file():
        return []
    return [json.loads(line) for line in folder.attempts.read_text(encoding="utf-8").splitlines()]


def _attempts(folder: StageFolder) -> list[dict[str, Any]]:
    return [line for line in _lines(folder) if "attempt" in line]


def last_attempt(folder: StageFolder) -> tuple[int, int]:
    """The number of the last attempt, and the step that it went on from."""
    last = _attempts(folder)[-1]
    return last["attempt"], last["first"]


def spent(folder: StageFolder) -> dict[str, Any]:
    """How many attempts a stage took; the seconds and the memory, in bytes, of the last one."""
    last = [line for line in _lines(folder) if "ended" in line][-1]
    return {"attempts": len(_attempts(folder)), "seconds": last["seconds"], "memory": last["memory"]}


def spent_by(folder: StageFolder) -> dict[str, Any] | None:
    """What came of a stage that is done; None of another."""
    standing = read_manifest(folder.manifest)
    return None if standing is None else standing["result"]


def write_failure(folder: StageFolder, why: str) -> None:
    """Note why the last attempt failed."""
    with written_whole(folder.failed) as file:
        file.write(why + "\n")


def read_failure(folder: StageFolder) -> str | None:
    """Why the last attempt failed; None if it did not."""
    try:
        return folder.failed.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None


def clear_failure(folder: StageFolder) -> None:
    """Forget why an earlier attempt failed."""
    folder.failed.unlink(missing_ok=True)


def put_away(folder: StageFolder) -> None:
    """Rename the folder of a stage, so that it can be made anew; the old one stays beside it."""
    if not folder.path.exists():
        return
    taken = (folder.path.with_name(f"{folder.path.name}~{number}") for number in count(1))
    folder.path.rename(next(path for path in taken if not path.exists()))
