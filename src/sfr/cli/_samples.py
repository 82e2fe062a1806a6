"""``sfr samples``."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from sfr import samples as shipped
from sfr.cli._shared import OUT_OR_DASH, check_target, consoles, show
from sfr.files import written_whole
from sfr.structures import TASKS

__all__ = ["samples_command"]


@click.command("samples")
@click.option("-o", "--out", type=OUT_OR_DASH, help="Where to write the rows; - for the terminal or a pipe.")
@click.option(
    "--raw",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the sentences alone into this folder, as data sets for sfr data build.",
)
def samples_command(out: Path | None, raw: Path | None) -> None:
    """Write the shipped sample: sentences with gold, and outputs of many kinds for each.

    Without -o or --raw, say what is in it.
    """
    if raw is not None:
        _write_raw(raw)
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


def _write_raw(folder: Path) -> None:
    console, _ = consoles()
    files = shipped.raw_files(shipped.sentences())
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with written_whole(path) as file:
                file.write(text)
    except OSError as error:
        raise click.ClickException(str(error)) from None
    sets = sorted({name.partition("/")[0] for name in files})
    show(console, f"wrote {', '.join(sets)} to {folder}; build them with: sfr data build {folder} -o built")


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
