"""``sfr explain``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from sfr.cli._shared import FILE, consoles, count, fields_option, profile_option, rewards, show, task_option
from sfr.files import RowError, decode_line, open_rows
from sfr.parsing import ParseError
from sfr.reports import explain, render, visible
from sfr.rows import as_row
from sfr.structures import Task

__all__ = ["explain_command"]


@click.command("explain")
@click.argument("file", type=FILE, required=False)
@click.option("--id", "row_id", help="The row with this id.")
@click.option("--line", type=click.IntRange(min=1), help="The row in this line.")
@click.option("--index", type=click.IntRange(min=0), default=0, show_default=True, help="Which of the row's outputs.")
@click.option("--gold", help="Gold on the spot: a records object as JSON.")
@click.option("--output", help="An output on the spot.")
@click.option("--text", help="The source text, with --gold and --output.")
@click.option("--schema", help="Types, or types and roles, as JSON, with --gold and --output.")
@task_option
@profile_option
@fields_option
def explain_command(  # noqa: PLR0913, PLR0917 - one parameter for each option
    file: Path | None,
    row_id: str | None,
    line: int | None,
    index: int,
    gold: str | None,
    output: str | None,
    text: str | None,
    schema: str | None,
    task: Task | None,
    profile: str,
    settings: tuple[str, ...],
) -> None:
    """Explain the reward of one output: units, matched groups, terms.

    \b
    Of a row of FILE (the first, or --id, or --line), or of an output on the spot:
      sfr explain samples.jsonl --id re-01/partial
      sfr explain --task ner --gold '{"person": ["Kevin"]}' --output '{"person": ["Kevin", "Rome"]}'
    """
    spot = {"--gold": gold, "--output": output}
    extra = {"--text": text, "--schema": schema}
    if file is None:
        if missing := [name for name, value in spot.items() if value is None]:
            raise click.UsageError(f"name a FILE, or give {' and '.join(missing)}")
        if row_id is not None or line is not None:
            raise click.UsageError("--id and --line pick a row of a FILE")
        value = {"gold": gold, "output": output, "text": text, "schema": None if schema is None else _json(schema)}
        rows: Iterator[tuple[int, Any]] = iter([(0, value)])
    else:
        if given := [name for name, value in {**spot, **extra}.items() if value is not None]:
            raise click.UsageError(f"either a FILE or {', '.join(given)}")
        rows = _row_values(file)
    number, value = _pick(rows, file, row_id, line)
    where = f"{file}:{number}: " if file else ""
    try:
        row = as_row(value, task)
        if index >= len(row.outputs):
            raise click.UsageError(f"{where}the row has {count(len(row.outputs), 'output')}, so no --index {index}")
        chosen = rewards(profile, settings, (row.task,))[row.task]
        found = explain(chosen, row.gold, row.outputs[index], row.text, row.schema)
    except RowError as error:
        raise click.UsageError(
            visible("\n".join(f"{where}{problem}" for problem in error.problems), lines=True)
        ) from None
    except ParseError as error:
        raise click.UsageError(
            visible("\n".join(f"{where}gold: {problem}" for problem in error.problems), lines=True)
        ) from None
    except ValueError as error:
        raise click.UsageError(f"{where}{error}") from None
    console, _ = consoles()
    if row.id is not None:
        show(console, Text(visible(str(row.id)), style="bold underline"))
    show(console, render(found, row.text, row.outputs[index]))


def _row_values(file: Path) -> Iterator[tuple[int, Any]]:
    try:
        for number, value, _ in open_rows(file).rows:
            yield number, value
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None


def _pick(rows: Iterator[tuple[int, Any]], file: Path | None, row_id: str | None, line: int | None) -> tuple[int, Any]:
    """The row with this id, in this line, or the first one."""
    for number, value in rows:
        if line is not None and number != line:
            continue
        try:
            decoded = decode_line(value) if isinstance(value, bytes) else value
        except RowError as error:
            if row_id is not None:
                continue
            raise click.UsageError(f"{file}:{number}: {error}") from None
        if row_id is None or (isinstance(decoded, dict) and str(decoded.get("id")) == row_id):
            return number, decoded
    wanted = [f"in line {line}"] if line is not None else []
    wanted += [f"with id {row_id}"] if row_id is not None else []
    sought = " and ".join(wanted) or "at all"
    raise click.UsageError(f"{file} has no row {sought}")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"expected JSON: {error}", param_hint="'--schema'") from None
