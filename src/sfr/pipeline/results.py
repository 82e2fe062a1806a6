"""What runs have come to, read from their folders: runs of one profile that differ in their seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from sfr.evaluation.corpus import Run
from sfr.evaluation.systems import systems_of
from sfr.pipeline.folders import RunFolder, StageFolder
from sfr.pipeline.measuring import ScoresError, run_of
from sfr.pipeline.stages import Stage, stage_named
from sfr.pipeline.states import RunState, state_of_run
from sfr.pipeline.trainers import TRAINER_OF

__all__ = ["Results", "ResultsError", "StageResult", "results_of"]

Curve = Sequence[tuple[int, Mapping[str, float]]]

_OWN = {"variables", "title"}
"""What two profiles may differ in and still be one: nothing that is learned depends on it."""


class ResultsError(ValueError):
    """Runs that cannot stand in one table."""


@dataclass(frozen=True, slots=True)
class StageResult:
    """A stage of one run that was trained and measured.

    ``spent`` is what came of it as its manifest has it, ``scores`` what its answers are worth, ``curve`` the
    numbers of its trainer by step, ``outcomes`` what the tables are counted in.
    """

    name: str
    seed: int
    folder: StageFolder
    spent: Mapping[str, Any]
    scores: Mapping[str, Any]
    curve: Curve
    outcomes: Run

    @property
    def stage(self) -> Stage:
        """The stage of the method, whatever is special about this one."""
        return stage_named(self.name.partition(".")[0])


@dataclass(frozen=True, slots=True)
class Results:
    """What the runs have come to: the runs by seed, and each stage with its result in every run that has it."""

    about: Mapping[str, Any]
    runs: Mapping[int, RunFolder]
    stages: Mapping[str, tuple[StageResult, ...]]

    def lacking(self, name: str) -> list[int]:
        """The seeds of the runs without a stage."""
        return [seed for seed in self.runs if seed not in {one.seed for one in self.stages.get(name, ())}]

    @property
    def first(self) -> Run:
        """The outcomes of some stage, to know the examples by."""
        return next(iter(self.stages.values()))[0].outcomes


def results_of(runs: Sequence[RunFolder], tell: Callable[[float], None] = lambda _done: None) -> Results:
    """What runs have come to; ``tell`` is told how many stages are read.

    Raises ResultsError when a folder holds no run, the runs are not of one profile or not on the same examples, or
    nothing is measured in them; OSError when a file cannot be read.
    """
    states = [_state(run) for run in runs]
    _refuse(_problems(runs, states))
    measured = [
        (run, state.about["seed"], stage)
        for run, state in zip(runs, states, strict=True)
        for stage in state.stages
        if stage.result is not None and stage.scores is not None
    ]
    if not measured:
        raise ResultsError(f"nothing is measured yet in {_listed(runs)}; sfr pipeline status shows how far a run is")
    found = []
    for number, (run, seed, stage) in enumerate(measured):
        tell(number)
        folder = run.stage(stage.name)
        curve = TRAINER_OF[stage_named(stage.name.partition(".")[0]).kind].curve(folder)
        found.append(
            StageResult(stage.name, seed, folder, stage.result or {}, stage.scores or {}, curve, _outcomes(folder))
        )
    about = states[0].about
    seeds = {state.about["seed"]: run for state, run in sorted(zip(states, runs, strict=True), key=_seed)}
    return Results(about, seeds, _by_stage(_aligned(found)))


def _seed(pair: tuple[RunState, RunFolder]) -> int:
    return int(pair[0].about["seed"])


def _state(run: RunFolder) -> RunState:
    try:
        return state_of_run(run)
    except ValueError as error:
        raise ResultsError(str(error)) from None


def _problems(runs: Sequence[RunFolder], states: Sequence[RunState]) -> Iterator[str]:
    """What keeps the runs from being one profile with several seeds."""
    seen: dict[int, RunFolder] = {}
    for run, state in zip(runs, states, strict=True):
        seed = state.about["seed"]
        if seed in seen:
            yield f"{seen[seed].path} and {run.path} have the same seed, {seed}"
        seen.setdefault(seed, run)
    first = states[0].about
    for run, state in zip(runs[1:], states[1:], strict=True):
        if state.about["profile"] != first["profile"]:
            yield f"{run.path} is of profile {state.about['profile']}, {runs[0].path} of {first['profile']}"
            continue
        mine, its = _leaves(first["settings"]), _leaves(state.about["settings"])
        for key in sorted({*mine, *its}):
            if mine.get(key) != its.get(key):
                yield f"{run.path} has {key}: {its.get(key)}, {runs[0].path} has {mine.get(key)}"


def _leaves(values: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """The settings of a profile by their paths."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if not path and key in _OWN:
            continue
        found |= _leaves(value, f"{path}{key}.") if isinstance(value, Mapping) and value else {f"{path}{key}": value}
    return found


def _refuse(problems: Iterator[str]) -> None:
    if found := list(problems):
        raise ResultsError(
            "only runs of one profile with several seeds can be shown together:\n  " + "\n  ".join(found)
        )


def _listed(runs: Sequence[RunFolder]) -> str:
    return ", ".join(str(run.path) for run in runs)


def _outcomes(folder: StageFolder) -> Run:
    try:
        return run_of(folder.predictions)
    except ScoresError as error:
        raise ResultsError(f"{folder.predictions}: {error}") from None


def _aligned(found: Sequence[StageResult]) -> list[StageResult]:
    """The stages with their examples in one order.

    Raises ResultsError when they were measured on different ones.
    """
    try:
        systems = systems_of({str(one.folder.path): [one.outcomes] for one in found})
    except ValueError as error:
        raise ResultsError(str(error)) from None
    return [replace(one, outcomes=system.runs[0]) for one, system in zip(found, systems, strict=True)]


def _by_stage(found: Sequence[StageResult]) -> dict[str, tuple[StageResult, ...]]:
    """By stage in the order of the method, of each by seed."""
    names = list(dict.fromkeys(one.name for one in found))
    place = {one.name: names.index(one.name) for one in found}
    ordered = sorted(found, key=lambda one: (place[one.name], one.seed))
    return {name: tuple(group) for name, group in groupby(ordered, key=lambda one: one.name)}
