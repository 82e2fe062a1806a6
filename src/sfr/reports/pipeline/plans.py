"""A plan as a table."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sfr.pipeline.environments import environment_of
from sfr.pipeline.plans import Plan, Planned
from sfr.pipeline.profiles import Profile
from sfr.reports import visible

__all__ = ["plan_table", "profiles_table"]


def plan_table(plan: Plan) -> Group:
    """What will be done: the stages with their rows, steps and models, and what they run in."""
    table = Table("stage", "begins with", "learns from", "asked with", "trainer", box=None, pad_edge=False)
    for name in ("rows", "steps", "rollouts"):
        table.add_column(name, justify="right")
    table.add_column("environment")
    for planned in plan.stages:
        table.add_row(*_cells(plan, planned))
    return Group(visible(_title(plan)), Text(), table, Text(), visible(_notes(plan), lines=True))


def _cells(plan: Plan, planned: Planned) -> Iterable[str]:
    node = planned.node
    yield node.id
    yield node.parent or plan.profile.model.path or "a model made here"
    yield planned.rows.train.stem
    yield planned.template
    yield planned.trainer.NAME
    yield f"{planned.rows.count:,}"
    yield "as DE took" if planned.steps is None else f"{planned.steps:,}"
    yield "" if planned.rollouts is None else str(planned.rollouts)
    yield plan.profile.environments.of(node.stage.kind)


def _title(plan: Plan) -> str:
    way = f", {plan.way.name}" if plan.way.name else ""
    return f"{plan.profile.name}{way}: {plan.profile.title}; seed {plan.seed}; in {_near(plan.run.path)}"


def _near(path: Path) -> Path:
    """A path as one would type it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _notes(plan: Plan) -> str:
    profile = plan.profile
    asked = profile.evaluation
    source = f"data sets in {plan.data}" if plan.data else "sentences that are made for the run"
    names = dict.fromkeys((profile.environments.supervised, profile.environments.exploration))
    environments = ", ".join(f"{name} ({environment_of(name).disk:g} GB)" for name in names)
    lines = [
        f"data: {source}",
        f"measured after every stage: all tasks, {asked.rows:,} {asked.split} rows of each data set",
        f"environments: {environments}, made by sfr pipeline install",
    ]
    if size := profile.model.gigabytes:
        lines.append(f"models: about {size:g} GB for each stage, and up to eight times that while it trains")
    return "\n".join(lines)


def profiles_table(profiles: Iterable[Profile]) -> Table:
    """The profiles, a line each."""
    table = Table("profile", "what for", "model", "device", "data", box=None, pad_edge=False)
    for one in profiles:
        device = f"{one.devices} {one.device.upper()}{'s' if one.devices > 1 else ''}"
        model = one.model.path or "a tiny Qwen3 that is made"
        table.add_row(one.name, one.title, model, device, "made" if one.newswire else "yours (--data)")
    return table
