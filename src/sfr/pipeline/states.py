"""How far a run is, as anyone can see who looks into its folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sfr.data.manifests import read_manifest
from sfr.pipeline.folders import RunFolder, StageFolder
from sfr.pipeline.locks import holder_of, is_held
from sfr.pipeline.measuring import read_scores
from sfr.pipeline.records import read_failure
from sfr.pipeline.stages import stage_named
from sfr.pipeline.trainers import TRAINER_OF
from sfr.pipeline.training import Progress

__all__ = ["RunState", "StageState", "state_of_run"]

Doing = Literal["done", "at work", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class StageState:
    """How a stage stands. ``result`` is what came of it if it is done, ``scores`` what it is worth."""

    name: str
    doing: Doing
    progress: Progress
    result: Mapping[str, Any] | None
    scores: Mapping[str, Any] | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class RunState:
    """How a run stands: what it is, whether somebody works in it and on what, its stages in the order of the method."""

    about: Mapping[str, Any]
    at_work: str | None
    stages: tuple[StageState, ...]


def state_of_run(run: RunFolder) -> RunState:
    """How a run stands.

    Raises ValueError when the folder holds none.
    """
    try:
        about = json.loads(run.about.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        about = None
    if not isinstance(about, dict) or not {"profile", "seed"} <= about.keys():
        raise ValueError(f"{run.path} holds no run; sfr pipeline run PROFILE -o {run.path} begins one")
    at_work = holder_of(run.lock)[1] if is_held(run.lock) else None
    return RunState(about, at_work, tuple(_stages(run, at_work)))


def _stages(run: RunFolder, at_work: str | None) -> Iterator[StageState]:
    order = {name: number for number, name in enumerate(_ORDER)}
    # What was put away has a tilde in its name.
    folders = [path for path in run.stages.glob("*") if path.is_dir() and "~" not in path.name]
    for path in sorted(folders, key=lambda path: (order.get(_stage_of(path.name), len(order)), path.name)):
        yield _state(StageFolder(path), at_work)


_ORDER = ("cm_1", "cm_2", "cm_3", "sa", "de_ner", "de_re", "de_ee", "de_mixed", "control")


def _stage_of(name: str) -> str:
    return name.partition(".")[0]


def _state(folder: StageFolder, at_work: str | None) -> StageState:
    name = folder.path.name
    standing, failure = read_manifest(folder.manifest), read_failure(folder)
    doing: Doing = "stopped"
    if at_work is not None and at_work.endswith(f" of {name}"):
        doing = "at work"
    elif standing is not None:
        doing = "done"
    elif failure is not None:
        doing = "failed"
    trainer = TRAINER_OF[stage_named(_stage_of(name)).kind]
    result = None if standing is None else standing["result"]
    return StageState(name, doing, trainer.progress(folder), result, read_scores(folder.scores), failure)
