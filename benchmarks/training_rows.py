"""From files of others to the rows of a trainer: each step beside a loop that only reads and writes JSON."""

import json
import tempfile
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from rich.table import Table

from sfr.data.exporting import export
from sfr.data.layouts import LAYOUTS, RowSource
from sfr.data.mixes import Mix, Part
from sfr.data.mixing import write_mix
from sfr.data.preflight import Limits, check_rows
from sfr.data.prompts import template
from sfr.data.storage import example_lines, rows_of
from sfr.examples import Example, example_line, extraction_of
from sfr.rewards import reward
from sfr.samples import sentences
from sfr.schema import as_schema

from .make_outputs import TASKS, Task
from .timing import Measure, Work, measure

ROWS = 5_000
TARGET = 2.0  # at least half the speed of the plain loop


def table() -> Table:
    """Thousand rows a second, and how many times the plain loop, for each step."""
    found = Table(
        title=f"Training files: {ROWS:,} rows of the shipped sentences; x = json.loads of what a step reads and json.dumps of what it writes"
    )
    found.add_column("")
    for task in TASKS:
        found.add_column(f"{task} x", justify="right")
        found.add_column("k/s", justify="right")
    with tempfile.TemporaryDirectory() as folder:
        columns = [_measures(task, Path(folder)) for task in TASKS]
    for name in columns[0]:
        cells: list[str] = []
        for column in columns:
            times, speed = column[name].times, column[name].per_second
            colour = "" if not name.startswith("LLaMAFactory") else "[green]" if times <= TARGET else "[red]"
            cells += [f"{colour}{times:.2f}", f"{speed / 1e3:.1f}"]
        found.add_row(name, *cells)
    return found


def _measures(task: Task, folder: Path) -> dict[str, Measure]:
    built = folder / "built"
    examples = built / f"sample_{task}" / "train.jsonl"
    examples.parent.mkdir(parents=True)
    examples.write_bytes(b"".join(example_line(example) + b"\n" for example in islice(cycle(_examples(task)), ROWS)))
    (examples.parent / "manifest.json").write_text(
        json.dumps({"sfr": "", "made_from": {}, "outputs": {}, "result": {"task": task}}), encoding="utf-8"
    )
    name = f"sample_{task}_train"
    rows = folder / task
    rows.mkdir()
    lines = [line for _, line in example_lines(examples)]
    records = [{"text": row["text"], "gold": row["gold"]} for row in map(json.loads, lines)]
    mix = Mix(name="bench", title="bench", seed=1, template="cm-records", parts=[Part(task=task, rows=ROWS)])
    rewards = {task: reward(task) for task in TASKS}

    def write(trainer: str, form: str) -> None:
        export(examples, rows, trainer, template(form), again=True)

    def written(trainer: str, form: str) -> list[Any]:
        write(trainer, form)
        return [
            json.loads(value) if isinstance(value, bytes) else value
            for _, value in rows_of(rows / f"{name}.{_SUFFIX[trainer]}")
        ]

    examples_read = [json.loads(line) for line in lines]
    alpaca = written("llamafactory", "cm-records")
    steps: dict[str, tuple[Callable[[], object], list[Any], list[Any]]] = {
        "read the records layout": (lambda: _read(task, records), records, []),
        "mix": (lambda: write_mix(mix, built, rows / "mixed.jsonl", again=True), examples_read, examples_read),
        "LLaMAFactory rows, records": (lambda: write("llamafactory", "cm-records"), examples_read, alpaca),
        "LLaMAFactory rows, paper slots": (
            lambda: write("llamafactory", "cm-slots"),
            examples_read,
            written("llamafactory", "cm-slots"),
        ),
        "verl rows, Parquet": (lambda: write("verl", "sa-records"), examples_read, written("verl", "sa-records")),
        "check of LLaMAFactory rows": (
            lambda: check_rows(rows / f"{name}.jsonl", rewards, template("cm-records"), Limits()),
            alpaca,
            [],
        ),
    }
    return {name: _measure(run, read, wrote) for name, (run, read, wrote) in steps.items()}


_SUFFIX = {"llamafactory": "jsonl", "verl": "parquet"}


def _measure(run: Callable[[], object], read: list[Any], wrote: list[Any]) -> Measure:
    lines = [json.dumps(row, ensure_ascii=False) for row in read]

    def plain(lines: list[str]) -> None:
        for line in lines:
            json.loads(line)
        for row in wrote:
            json.dumps(row, ensure_ascii=False)

    return measure(Work(lambda: None, lambda _: run()), Work(lambda: lines, plain), ROWS)


def _read(task: Task, rows: list[dict[str, Any]]) -> None:
    for _ in LAYOUTS["records"](RowSource(rows=rows), task=task):
        pass


def _examples(task: Task) -> Iterator[Example]:
    for row in sentences():
        if row["task"] == task:
            gold = extraction_of(task, row["gold"])
            yield Example(row["id"], f"sample_{task}", "train", task, row["text"], as_schema(row["schema"]), gold)
