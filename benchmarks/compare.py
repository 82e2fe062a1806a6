"""Throughput of sfr, of its peers, and of reading the output alone."""

from collections.abc import Iterator, Mapping

from rich.table import Table

from .floors import json_loads, msgspec_typed
from .make_outputs import TASKS, Group, Task, make_groups
from .peers import PEERS, rows_of
from .peers._row import Row
from .timing import Measure, Work, measure

OUTPUTS = 8
GRPO_STEP = 4_096  # 512 prompts, eight outputs each

Measures = Mapping[Task, Measure]


def table(count: int) -> Table:
    """The comparison, on `count` gold objects a task."""
    groups = {task: make_groups(task, count, OUTPUTS) for task in TASKS}
    found = Table(
        title=f"Throughput: {count:,} gold objects a task, {OUTPUTS} outputs each (peers: the first one)",
        caption=(
            f"x: times json.loads on the prediction text alone. k/s: thousand scores a second. step: ms for {GRPO_STEP:,} scores.\n"
            "Rewards read the prediction and the gold from text, metrics the prediction; peers get both ready-made, so their rows leave out parsing."
        ),
    )
    found.add_column("")
    found.add_column("reads text")
    for task in TASKS:
        for unit in ("x", "k/s", "step"):
            found.add_column(f"{task.upper()} {unit}", justify="right")
    found.add_column("target")
    for name, measures in _floors(groups):
        found.add_row(name, "prediction", *_cells(measures))
    found.add_section()
    for name, target, measures in _ours(groups):
        found.add_row(name, "both", *_cells(measures), _verdict(target, measures))
    for name, reads, measures in _metrics(groups):
        found.add_row(name, reads, *_cells(measures))
    found.add_section()
    for peer in PEERS:
        rows = rows_of(peer)
        if rows is None:
            found.add_row(peer, "not installed")
        for row in rows or ():
            found.add_row(row.name, "no", *_cells(_peer(row, groups)))
    return found


def _floors(groups: Mapping[Task, list[Group]]) -> Iterator[tuple[str, Measures]]:
    outputs = {task: [output for group in groups[task] for output in group.outputs] for task in TASKS}
    yardsticks = {task: json_loads(outputs[task]) for task in TASKS}
    yield "floor: json.loads", {task: measure(yardsticks[task], yardsticks[task], len(outputs[task])) for task in TASKS}
    try:
        typed = {task: msgspec_typed(task, outputs[task]) for task in TASKS}
    except ImportError:
        yield "floor: msgspec (not installed)", {}
    else:
        yield (
            "floor: msgspec, typed decode",
            {task: measure(typed[task], yardsticks[task], len(outputs[task])) for task in TASKS},
        )


def _ours(groups: Mapping[Task, list[Group]]) -> Iterator[tuple[str, float | None, Measures]]:
    from .ours import WAYS, measure_way

    for way in WAYS:
        yield way.name, way.target, {task: measure_way(way, task, groups[task]) for task in TASKS}


def _metrics(groups: Mapping[Task, list[Group]]) -> Iterator[tuple[str, str, Measures]]:
    from .metrics import WAYS, measure_way

    for way in WAYS:
        yield way.name, way.reads, {task: measure_way(way, task, groups[task]) for task in TASKS}


def _peer(row: Row, groups: Mapping[Task, list[Group]]) -> Measures:
    return {task: _measure_peer(row, task, groups[task][:limit]) for task, limit in row.pairs.items()}


def _measure_peer(row: Row, task: Task, groups: list[Group]) -> Measure:
    pairs = [
        (row.ready(task, group.words, group.gold), row.ready(task, group.words, group.predictions[0]))
        for group in groups
    ]
    work = Work(lambda: pairs, lambda pairs: row.score(task, pairs))
    return measure(work, json_loads([group.outputs[0] for group in groups]), len(pairs))


def _cells(measures: Measures) -> list[str]:
    cells = []
    for task in TASKS:
        found = measures.get(task)
        cells += _numbers(found) if found else ["", "", ""]
    return cells


def _numbers(found: Measure) -> list[str]:
    step = GRPO_STEP / found.per_second * 1_000
    return [_short(found.times), _short(found.per_second / 1_000), _short(step)]


def _short(number: float) -> str:
    """Three digits or so."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def _verdict(target: float | None, measures: Measures) -> str:
    if target is None:
        return ""
    over = [task.upper() for task, found in measures.items() if found.times > target]
    return f"<= {target} x: " + (f"[red]over: {', '.join(over)}[/red]" if over else "[green]ok[/green]")
