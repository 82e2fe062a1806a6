"""How far a run is, as a table."""

from __future__ import annotations

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sfr.pipeline.measuring import METRICS
from sfr.pipeline.states import RunState, StageState
from sfr.reports import visible

__all__ = ["minutes", "status_table"]

_STYLES = {"done": "green", "at work": "bold cyan", "failed": "bold red", "stopped": "yellow"}


def status_table(state: RunState) -> Group:
    """The stages with how far they are, what they took, and what they are worth."""
    table = Table("stage", "state", box=None, pad_edge=False)
    metrics = [metric for names in METRICS.values() for metric in names]
    for name in ("steps", "time", "memory", *(f"{metric} F1" for metric in metrics)):
        table.add_column(name, justify="right")
    for stage in state.stages:
        figures = [_figure(stage, metric) for metric in metrics]
        table.add_row(stage.name, Text(stage.doing, _STYLES[stage.doing]), *_spent(stage), *figures)
    failures = [Text.assemble((f"{one.name}: ", "bold"), one.failure) for one in state.stages if one.failure]
    work = f"at work: {state.at_work}" if state.at_work else "nobody works in it now"
    about = state.about
    title = f"profile {about['profile']}, seed {about['seed']}; {work}"
    return Group(visible(title), Text(), table, *failures)


def _spent(stage: StageState) -> tuple[str, str, str]:
    if stage.result is None:
        of = f"/{stage.progress.of:,}" if stage.progress.of else ""
        return f"{stage.progress.step:,}{of}", "", ""
    return f"{stage.result['steps']:,}", minutes(stage.result["seconds"]), f"{stage.result['memory'] / 2**30:.1f} GiB"


def minutes(seconds: float) -> str:
    """A time in minutes and seconds.

    >>> minutes(75)
    '1:15'
    """
    whole, rest = divmod(round(seconds), 60)
    return f"{whole}:{rest:02d}"


def _figure(stage: StageState, metric: str) -> str:
    if stage.scores is None:
        return ""
    found = [task["metrics"][metric]["f1"] for task in stage.scores["tasks"].values() if metric in task["metrics"]]
    return f"{100 * found[0]:.2f}" if found else ""
