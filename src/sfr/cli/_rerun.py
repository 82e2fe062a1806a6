"""``sfr rerun``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import msgspec

from sfr.cli._evaluate import evaluated, gold_problem
from sfr.cli._shared import FILE, consoles, count, show
from sfr.cli._systems import Inputs, fail
from sfr.evaluation.numbers import Pairs
from sfr.evaluation.signatures import from_signature
from sfr.reports import visible
from sfr.reports.evaluation import SHEETS, results_json

__all__ = ["rerun_command"]

_EXIT_OTHER = 1
_SHOWN = 10


@click.command("rerun")
@click.argument("results", type=FILE)
@click.option("-j", "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes.")
def rerun_command(results: Path, jobs: int) -> None:
    """Make the numbers of RESULTS again, a file that sfr evaluate wrote as JSON, and compare them.

    Predictions and gold are read from where they were, seen from the current folder. The exit code
    is 0 if all numbers are the same, 1 if one differs, or the gold does, and 2 if there are none to compare.
    """
    console, errors = consoles()
    made, written = _read(results)
    _check_files(results, made.inputs)
    try:
        expected = from_signature(made.signature.get("long", ""))
    except ValueError as error:
        raise fail(ValueError(f"{results}: {error}")) from None
    contents, signature, _ = evaluated(made.inputs, expected.setup, errors, jobs, made.pairs, made.paper_system)
    if problem := gold_problem(expected, signature):
        raise click.ClickException(problem)
    found: Tables = json.loads(json.dumps(results_json(contents, signature)))
    differences = [line for name in SHEETS for line in _differences(name, written[name], found[name])]
    for line in differences[:_SHOWN]:
        show(console, visible(line))
    if len(differences) > _SHOWN:
        show(console, f"and {count(len(differences) - _SHOWN, 'more difference')}")
    if differences:
        raise click.exceptions.Exit(_EXIT_OTHER)
    numbers = sum(len(found[name]) for name in SHEETS)
    show(console, f"{results}: all {numbers:,} rows are the same")
    show(console, signature.short)


Tables = dict[str, list[dict[str, Any]]]
"""The rows of tables, by their names."""


class _Results(msgspec.Struct):
    """What is read of a file of results, besides its tables."""

    signature: dict[str, str]
    inputs: Inputs
    pairs: Pairs
    paper_system: str | None


def _read(results: Path) -> tuple[_Results, Tables]:
    """What a file of results holds."""
    try:
        content = results.read_bytes()
        whole = msgspec.json.decode(content, type=dict[str, Any])
        tables = msgspec.convert({name: whole.get(name, []) for name in SHEETS}, Tables)
        return msgspec.json.decode(content, type=_Results, dec_hook=_as_path), tables
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        expected = "expected results as they come of sfr evaluate ... -o results.json"
        raise fail(ValueError(f"{results}: {expected}: {error}")) from None


def _as_path(_: type, value: Any) -> Path:
    if isinstance(value, str):
        return Path(value)
    raise ValueError(f"Expected `str`, got `{type(value).__name__}`")


def _check_files(results: Path, inputs: Inputs) -> None:
    """Refuse results whose files are not where they were."""
    if not inputs.predictions:
        raise fail(ValueError(f"{results}: names no predictions"))
    files = [*(path for _, path in inputs.predictions), *inputs.gold]
    if gone := [str(path) for path in files if not path.exists()]:
        raise fail(ValueError(f"{results}: not there, seen from the current folder: {', '.join(gone)}"))


def _differences(name: str, before: list[dict[str, Any]], now: list[dict[str, Any]]) -> list[str]:
    """In what the rows of a table differ, line by line."""
    if len(before) != len(now):
        return [f"{name}: {count(len(before), 'row')} before, {len(now):,} now"]
    return [
        f"{name}, row {number} ({_about(new)}): {field} was {old.get(field)!r}, is {new[field]!r}"
        for number, (old, new) in enumerate(zip(before, now, strict=True), 1)
        for field in new
        if old.get(field) != new[field]
    ]


def _about(row: dict[str, Any]) -> str:
    """What a row is about."""
    return ", ".join(str(row[name]) for name in ("system", "task", "dataset", "metric", "label") if row.get(name))
