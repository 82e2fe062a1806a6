"""Running a plan: stage after stage, none twice, none lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sfr._version import __version__
from sfr.files import written_whole
from sfr.pipeline.environments import versions
from sfr.pipeline.locks import held
from sfr.pipeline.plans import Plan, Planned
from sfr.pipeline.preparing import prepared_base, prepared_data, prints_of_parent
from sfr.pipeline.records import changes, made_from, put_away, read_begun, spent_by, state_of
from sfr.pipeline.stages import Kind
from sfr.pipeline.trainers import TRAINER_OF
from sfr.pipeline.working import measure, train
from sfr.pipeline.workplaces import RunError, Tell, Workplace

__all__ = ["Selection", "run_plan"]

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Selection:
    """Which stages to work on: those named, or all if none are; ``again`` are to be made anew."""

    only: tuple[str, ...] = ()
    again: tuple[str, ...] = ()

    def takes(self, name: str) -> bool:
        """Whether a stage is worked on."""
        return not self.only or name in self.only


def run_plan(plan: Plan, pythons: Mapping[Kind, Path], selection: Selection, tell: Tell) -> None:
    """Do what is left to be done of a plan.

    Raises RunError or BusyError, or an error of the data, with what is in the way; OSError when the disk
    is full, say. What was done before stays, and the same call goes on from there.
    """
    plan.run.path.mkdir(parents=True, exist_ok=True)
    with held(plan.run.lock) as lock:
        lock.say("preparing")
        _claim(plan)
        place = Workplace(plan, pythons, tell, lock)
        prepared_data(place)
        base = prepared_base(place)
        known = {kind: _versions(pythons[kind], kind) for kind in {one.node.stage.kind for one in plan.stages}}
        for planned in _needed(plan, selection):
            _stage(place, _timed(place, planned), selection, base, known)


def _needed(plan: Plan, selection: Selection) -> list[Planned]:
    """The stages that are worked on, and those before them whose models they begin with."""
    needed: set[str | None] = set()
    for planned in reversed(plan.stages):
        if selection.takes(planned.node.id) or planned.node.id in needed:
            needed |= {planned.node.id, planned.node.parent}
    return [planned for planned in plan.stages if planned.node.id in needed]


def _versions(python: Path, kind: Kind) -> dict[str, str]:
    found = versions(python, TRAINER_OF[kind].LIBRARIES)
    return {name: version for name, version in found.items() if version is not None}


def _stage(
    place: Workplace,
    planned: Planned,
    selection: Selection,
    base: Mapping[str, str],
    known: Mapping[Kind, Mapping[str, str]],
) -> None:
    """Train and measure a stage, as far as that was not done before."""
    folder, name = planned.folder, planned.node.id
    parent = prints_of_parent(place, planned.node.parent, base)
    wanted = made_from(place.plan.run, planned, parent, known[planned.node.stage.kind])
    if name in selection.again:
        put_away(folder)
    state = state_of(folder, wanted)
    if state == "other":
        found = "\n  ".join(list(changes(read_begun(folder) or {}, wanted))[:_SHOWN])
        raise RunError(
            f"{name} stands in {folder.path} and was made from something else:\n  {found}\n"
            f"train it anew (--again {name}; the old one is kept beside it), or name another folder"
        )
    if state == "damaged":
        raise RunError(
            f"{name}: the model in {folder.model} is not the one that was written; --again {name} trains it anew"
        )
    if state != "done":
        if not selection.takes(name):
            raise RunError(
                f"{name} is not trained yet, and what was asked for begins with it; leave out --only and --from"
            )
        train(place, planned, wanted)
    if selection.takes(name):
        measure(place, planned)


def _timed(place: Workplace, planned: Planned) -> Planned:
    """The control, with as many steps as the phases of DE had time for at the pace of the stage before them."""
    if planned.steps is not None:
        return planned
    run = place.plan.run
    nodes = replace(place.plan.way, control=False).nodes()
    explored = [spent_by(run.stage(node.id)) for node in nodes if node.stage.kind == "exploration"]
    pace = spent_by(run.stage(planned.node.parent or ""))
    if pace is None or None in explored:
        raise RunError("the control takes as long as DE took; run without --control first")
    seconds = sum(found["step_seconds"] for found in explored if found)
    return planned.with_steps(max(1, round(seconds / pace["step_seconds"] * pace["steps"])))


def _claim(plan: Plan) -> None:
    """Make the folder that of this run, or see that it is.

    Raises RunError when it is that of another, or holds something else.
    """
    about: dict[str, Any] = {
        "profile": plan.profile.name,
        "seed": plan.seed,
        "data": None if plan.data is None else str(plan.data.resolve()),
    }
    try:
        standing = json.loads(plan.run.about.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if others := sorted(one.name for one in plan.run.path.iterdir() if one != plan.run.lock):
            raise RunError(f"{plan.run.path} holds {others[0]} and is no run; name another folder") from None
        standing = about
    except ValueError as error:
        raise RunError(f"{plan.run.about}: expected JSON: {error}; name another folder") from None
    if not isinstance(standing, dict):
        raise RunError(f"{plan.run.about}: expected what a run is; name another folder")
    if found := list(changes({key: standing.get(key) for key in about}, about)):
        raise RunError(f"{plan.run.path} is another run: {'; '.join(found)}; name another folder")
    with written_whole(plan.run.about) as file:
        settings = plan.profile.model_dump(mode="json")
        file.write(json.dumps({"sfr": __version__, **about, "settings": settings}, indent=1) + "\n")
