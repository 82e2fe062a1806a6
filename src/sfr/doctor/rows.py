"""Whether the rows are those of the trainer, and earn what they should."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from sfr.data.preflight import Limits, check_rows
from sfr.data.prompts import Template
from sfr.data.trainer_rows import TRAINERS, kind_of_row
from sfr.doctor._finding import Finding
from sfr.files import RowError, decode_line, open_rows
from sfr.grading import Grader, configured
from sfr.trainers import Convention

__all__ = ["check_file", "check_first_rows", "first_rows"]

_SHOWN = 5


def first_rows(path: Path, many: int) -> list[dict[str, Any]]:
    """The first rows of a file.

    Raises OSError when it cannot be read, ValueError when it holds anything but objects.
    """
    rows = []
    for number, value, _ in islice(open_rows(path).rows, many):
        try:
            row = decode_line(value) if isinstance(value, bytes) else value
        except RowError as error:
            raise ValueError(f"{path}:{number}: {error}") from None
        if not isinstance(row, dict):
            raise ValueError(f"{path}:{number}: expected an object")
        rows.append(row)
    if not rows:
        raise ValueError(f"{path}: expected rows, found none")
    return rows


def check_first_rows(
    convention: Convention, rows: list[dict[str, Any]], settings: Mapping[str, Any]
) -> Iterator[Finding]:
    """The first rows, each answered perfectly and not at all, through the call of the trainer."""
    kind = kind_of_row(rows[0])
    if kind != convention.rows:
        found = f"rows for {kind}" if kind else f"rows with the keys {', '.join(rows[0])}"
        yield Finding(
            "problem",
            "rows",
            f"expected rows for {convention.rows}, found {found}: sfr data export EXAMPLES --for {convention.rows} -o rows",
        )
        return
    truths = [TRAINERS[convention.rows].read(row)[2] for row in rows]
    try:
        yield from _scores(convention, truths, configured(**settings), settings)
    except ValueError as error:
        yield Finding("problem", "rows", str(error))
        return
    passed = convention.shown(rows[0], "THE ANSWER")
    yield Finding("ok", "call", f"{convention.title} will pass, of the first row: {_short(passed)}")


def _scores(
    convention: Convention, truths: list[str], grader: Grader, settings: Mapping[str, Any]
) -> Iterator[Finding]:
    reward = resolve_name(convention.route)
    perfect = [json.dumps(json.loads(truth)["gold"], ensure_ascii=False) for truth in truths]
    answer = "<think>It is clear.</think>" if grader.thinking == "require" else ""
    passed = settings if convention.settings == "keywords" else {}
    best = convention.call(reward, truths, [answer + output for output in perfect], passed)
    worst = convention.call(reward, truths, [""] * len(truths), passed)
    below = [
        f"row {number}: a perfect answer earns {outcome.value:.4g}, the best is {grader.best(truth):.4g}"
        for number, (truth, outcome) in enumerate(zip(truths, best, strict=True), 1)
        if outcome.value != grader.best(truth)
    ]
    for problem in below[:_SHOWN]:
        yield Finding("problem", "rows", problem)
    if not below:
        yield Finding(
            "ok", "rows", f"perfect answers to the first {len(truths)} earn their best through {convention.route}"
        )
    values = sorted({outcome.value for outcome in worst})
    yield Finding("ok", "rows", f"an empty answer earns {', '.join(f'{value:.4g}' for value in values)}")
    yield Finding("ok", "terms", f"logged of every output: {', '.join(best[0].terms)}")


def _short(passed: Mapping[str, Any]) -> str:
    return json.dumps(passed, ensure_ascii=False, default=repr, indent=2)


def check_file(path: Path, grader: Grader, template: Template, limits: Limits) -> Iterator[Finding]:
    """All rows, as ``sfr data check`` looks at them."""
    found = check_rows(path, grader.rewards, template, limits)
    for line, problem in found.problems[:_SHOWN]:
        yield Finding("problem", "file", f"{path}:{line}: {problem}" if line else f"{path}: {problem}")
    if found.count > _SHOWN:
        yield Finding("problem", "file", f"... and {found.count - _SHOWN:,} more: sfr data check {path}")
    counted = ", ".join(f"{task} {many:,}" for task, many in sorted(found.rows.items()))
    if not found.count:
        yield Finding("ok", "file", f"all rows are well: {counted}")
