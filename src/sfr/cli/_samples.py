"""``sfr samples``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from sfr import newswire as made_up
from sfr import samples as shipped
from sfr.cli._shared import OUT_OR_DASH, check_target, consoles, show
from sfr.files import write_files, written_whole
from sfr.structures import TASKS

__all__ = ["samples_command"]


@click.command("samples")
@click.option("-o", "--out", type=OUT_OR_DASH, help="Where to write the rows; - for the terminal or a pipe.")
@click.option(
    "--raw",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the sentences alone into this folder, as data sets for sfr data build.",
)
@click.option(
    "--newswire",
    type=click.IntRange(min=1),
    metavar="N",
    help="With --raw: made-up sentences instead, N of each task to train on.",
)
@click.option(
    "--held-out",
    type=click.IntRange(min=1),
    metavar="N",
    default=300,
    show_default=True,
    help="With --newswire: so many of each task for each of dev and test.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="With --newswire: another seed, other sentences.")
def samples_command(out: Path | None, raw: Path | None, newswire: int | None, held_out: int, seed: int) -> None:
    """Write the shipped sample: sentences with gold, and outputs of many kinds for each.

    Without -o or --raw, say what is in it. With --newswire, make up sentences that a tiny model can be trained on.
    """
    if newswire is not None and raw is None:
        raise click.UsageError("--newswire needs --raw, the folder to write to")
    if raw is not None:
        _write_raw(raw, made_up.raw_files(newswire, held_out, seed) if newswire else _shipped_files())
        if out is None:
            return
    rows = list(shipped.rows())
    console, _ = consoles()
    if out is None:
        show(console, _samples_table(rows))
        show(console, "write it with: sfr samples -o samples.jsonl")
        return
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if str(out) != "-":
        check_target(out)
    if str(out) == "-":
        click.echo(text, nl=False)
        return
    try:
        with written_whole(out) as lines:
            lines.write(text)
    except OSError as error:
        raise click.ClickException(str(error)) from None
    sentences = len({row["text"] for row in rows})
    show(console, f"wrote {len(rows):,} outputs of {sentences} sentences to {out}")


def _shipped_files() -> Iterator[tuple[str, Iterable[str]]]:
    for name, text in shipped.raw_files(shipped.sentences()).items():
        yield name, [text]


def _write_raw(folder: Path, files: Iterable[tuple[str, Iterable[str]]]) -> None:
    try:
        sets = {path.parent.name for path in write_files(folder, files)}
    except OSError as error:
        raise click.ClickException(str(error)) from None
    said = f"wrote {', '.join(sorted(sets))} to {folder}; build them with: sfr data build {folder} -o built"
    show(consoles()[0], said)


def _samples_table(rows: list[dict[str, Any]]) -> Table:
    counts = Counter((row["kind"], row["task"]) for row in rows)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("kind of output")
    for task in TASKS:
        table.add_column(task, justify="right")
    table.add_column("what it is")
    for kind, meaning in shipped.KINDS.items():
        table.add_row(kind, *(str(counts[kind, task]) for task in TASKS), meaning)
    return table
