"""``sfr rerun``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from sfr.cli._evaluate import evaluated, gold_problem
from sfr.cli._shared import FILE, consoles, count, show
from sfr.cli._systems import Inputs, fail
from sfr.evaluation.signatures import Signature, from_signature
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
    written, expected, inputs = _read(results)
    _check_files(results, inputs)
    contents, signature, _ = evaluated(inputs, expected.setup, errors, jobs, written["pairs"], written["paper_system"])
    if problem := gold_problem(expected, signature):
        raise click.ClickException(problem)
    found = json.loads(json.dumps(results_json(contents, signature)))
    differences = [line for name in SHEETS for line in _differences(name, written.get(name), found[name])]
    for line in differences[:_SHOWN]:
        show(console, visible(line))
    if len(differences) > _SHOWN:
        show(console, f"and {count(len(differences) - _SHOWN, 'more difference')}")
    if differences:
        raise click.exceptions.Exit(_EXIT_OTHER)
    numbers = sum(len(found[name]) for name in SHEETS)
    show(console, f"{results}: all {numbers:,} rows are the same")
    show(console, signature.short)


def _read(results: Path) -> tuple[dict[str, Any], Signature, Inputs]:
    """What a file of results holds: all of it, its signature, and what it was made from."""
    try:
        written = json.loads(results.read_bytes())
        named = written["inputs"]
        inputs = Inputs(
            **{
                **named,
                "predictions": tuple((name, Path(path)) for name, path in named["predictions"]),
                "gold": tuple(map(Path, named["gold"])),
            }
        )
        written["pairs"], written["paper_system"]
        return written, from_signature(written["signature"]["long"]), inputs
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError, AttributeError, RecursionError):
        raise fail(
            ValueError(f"{results}: expected results as sfr evaluate writes them: sfr evaluate ... -o results.json")
        ) from None
    except ValueError as error:
        raise fail(ValueError(f"{results}: {error}")) from None


def _check_files(results: Path, inputs: Inputs) -> None:
    """Refuse results whose files are not where they were."""
    files = [*(path for _, path in inputs.predictions), *inputs.gold]
    if gone := [str(path) for path in files if not path.exists()]:
        raise fail(ValueError(f"{results}: not there, seen from the current folder: {', '.join(gone)}"))


def _differences(name: str, before: Any, now: list[dict[str, Any]]) -> list[str]:
    """In what the rows of a table differ, line by line."""
    if not isinstance(before, list) or len(before) != len(now):
        rows = f"{len(before)} rows" if isinstance(before, list) else "no such table"
        return [f"{name}: {rows} before, {len(now)} now"]
    return [
        f"{name}, row {number}: {field} was {old.get(field)!r}, is {new[field]!r}"
        for number, (old, new) in enumerate(zip(before, now, strict=True), 1)
        for field in new
        if old.get(field) != new[field]
    ]
