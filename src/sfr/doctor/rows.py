"""Whether the rows are those of the trainer, and earn what they should."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from sfr.data.preflight import Limits, check_rows, percentiles
from sfr.data.prompts import Template
from sfr.data.trainer_rows import TRAINERS, kind_of_row
from sfr.doctor._finding import Finding
from sfr.doctor.route import environment_with
from sfr.files import RowError, decode_line, open_rows
from sfr.grading import ENVIRONMENT, Grader, configured
from sfr.libraries import version_of
from sfr.trainers import Convention

__all__ = ["check_file", "check_first_rows", "first_rows", "scorable_rows"]

_SHOWN = 5
_LONGEST, _KEPT = 90, 30
_NONE = Limits()


def first_rows(path: Path, many: int) -> dict[int, dict[str, Any]]:
    """Those of the first rows of a file that are objects, by their lines; of others ``check_file`` tells.

    Raises OSError when it cannot be read, ValueError when it is no such file.
    """
    rows = {}
    for number, value, _ in islice(open_rows(path).rows, many):
        try:
            row = decode_line(value) if isinstance(value, bytes) else value
        except RowError:
            continue
        if isinstance(row, dict):
            rows[number] = row
    return rows


def check_first_rows(
    convention: Convention, rows: Mapping[int, dict[str, Any]], settings: Mapping[str, Any]
) -> Iterator[Finding]:
    """The first rows, each answered perfectly and not at all, through the call of the trainer."""
    strange = next((number for number, row in rows.items() if kind_of_row(row) != convention.rows), None)
    if strange is not None:
        where = "" if strange == next(iter(rows)) else f" in line {strange}"
        wanted = f"sfr data export EXAMPLES --for {convention.rows} -o rows"
        text = f"expected rows for {convention.rows}, found {_kind(rows[strange])}{where}: {wanted}"
        yield Finding("problem", "rows", text)
        return
    if not rows:
        return
    grader = configured(**settings)
    good = scorable_rows(convention, rows, grader)
    truths = {number: TRAINERS[convention.rows].read(row)[2] for number, row in good.items()}
    if len(good) < len(rows):
        text = f"nothing can be scored with {len(rows) - len(good)} of the first {len(rows)} rows"
        yield Finding("note", "rows", f"{text}; what is wrong with them is told of the file")
    missing = [name for name in convention.needs if version_of(name) is None]
    if missing:
        yield Finding("note", "rows", f"the reward is not called here: that takes {', '.join(missing)}")
    elif truths:
        yield from _scores(convention, truths, grader, settings)
    for row in list(good.values())[:1]:
        passed = "".join(f"\n  {name} = {_short(value)}" for name, value in convention.shown(row, "{...}").items())
        yield Finding("ok", "call", f"{convention.title} will pass, of a row and an answer {{...}}:{passed}")


def _kind(row: Mapping[str, Any]) -> str:
    name = kind_of_row(row)
    if name is not None:
        return f"rows for {name}"
    return "examples" if row.keys() >= {"task", "text", "gold"} else f"rows with the keys {_short(list(row))}"


def scorable_rows(
    convention: Convention, rows: Mapping[int, dict[str, Any]], grader: Grader
) -> dict[int, dict[str, Any]]:
    """The rows that have a prompt, and a ground truth that outputs can be scored with."""
    return {number: row for number, row in rows.items() if _is_scorable(convention, row, grader)}


def _is_scorable(convention: Convention, row: Mapping[str, Any], grader: Grader) -> bool:
    try:
        prompt, _, truth = TRAINERS[convention.rows].read(row)
        grader.best(truth)
    except (KeyError, IndexError, TypeError, ValueError):
        return False
    return all(isinstance(text, str) for text in (prompt, truth))


def _scores(
    convention: Convention, truths: Mapping[int, str], grader: Grader, settings: Mapping[str, Any]
) -> Iterator[Finding]:
    perfect = [json.dumps(json.loads(truth)["gold"], ensure_ascii=False) for truth in truths.values()]
    thoughts = "<think>It is clear.</think>" if grader.thinking == "require" else ""
    given = list(truths.values())
    try:
        best = _called(convention, given, [thoughts + output for output in perfect], settings)
        worst = _called(convention, given, [""] * len(given), settings)
    except ValueError as error:
        yield Finding("problem", "rows", str(error))
        return
    below = [
        f"line {number}: a perfect answer earns {outcome.value:.4g}, the best is {grader.best(truth):.4g}"
        for (number, truth), outcome in zip(truths.items(), best, strict=True)
        if outcome.value != grader.best(truth)
    ]
    for problem in below[:_SHOWN]:
        yield Finding("problem", "rows", problem)
    if not below:
        text = f"perfect answers to the first {len(truths)} earn their best through {convention.route}"
        yield Finding("ok", "rows", text)
    values = sorted({outcome.value for outcome in worst})
    yield Finding("ok", "rows", f"an empty answer earns {', '.join(f'{value:.4g}' for value in values)}")
    yield Finding("ok", "terms", f"logged of every output: {', '.join(best[0].terms)}")


def _called(
    convention: Convention, truths: Sequence[str], outputs: Sequence[str], settings: Mapping[str, Any]
) -> Sequence[Any]:
    """The reward through the call of the trainer, with settings on its own route; nothing goes to a journal."""
    reward = resolve_name(convention.route)
    keywords = convention.settings == "keywords"
    with _environment("" if keywords else environment_with(settings)):
        passed = {name: value for name, value in settings.items() if name != "log"} if keywords else {}
        return convention.call(reward, truths, outputs, passed)


@contextmanager
def _environment(text: str) -> Iterator[None]:
    """The environment variable with this text, or as it is if there is none, but without a journal."""
    before = os.environ.get(ENVIRONMENT)
    words = [word for word in shlex.split(text or before or "") if not word.startswith("log=")]
    os.environ[ENVIRONMENT] = shlex.join(words)
    try:
        yield
    finally:
        del os.environ[ENVIRONMENT]
        if before is not None:
            os.environ[ENVIRONMENT] = before


def _short(value: Any) -> str:
    """A value as JSON, with long texts cut in the middle."""
    return json.dumps(_cut(value), ensure_ascii=False, default=repr)


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        middle = f"... {len(value) - 2 * _KEPT:,} characters ..."
        return value if len(value) <= _LONGEST else f"{value[:_KEPT]}{middle}{value[-_KEPT:]}"
    if isinstance(value, Mapping):
        return {str(_cut(str(key))): _cut(item) for key, item in value.items()}
    return [_cut(item) for item in value[:_LONGEST]] if isinstance(value, list) else value


# -- the whole file -----------------------------------------------------------------------------------


def check_file(  # noqa: PLR0913 - what is known of the rows
    path: Path,
    grader: Grader,
    template: Template,
    limits: Limits,
    *,
    bounds: Limits = _NONE,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Finding]:
    """All rows, as ``sfr data check`` looks at them; what is beyond ``bounds`` is counted, and is no problem."""
    found = check_rows(path, grader.rewards, template, limits, progress=progress)
    for line, problem in found.problems[:_SHOWN]:
        yield Finding("problem", "file", f"{path}:{line}: {problem}" if line else f"{path}: {problem}")
    if found.count > _SHOWN:
        yield Finding("problem", "file", f"... and {found.count - _SHOWN:,} more: sfr data check {path}")
    if not found.count:
        counted = ", ".join(f"{task} {many:,}" for task, many in sorted(found.rows.items()))
        yield Finding("ok", "file", f"all rows are well: {counted}")
    for names in found.look_alikes:
        yield Finding("note", "file", f"types that differ in case or signs alone: {', '.join(names)}")
    if found.prompt_tokens:
        yield _lengths("prompts", found.prompt_tokens, limits.prompt, bounds.prompt)
        yield _lengths("answers", found.target_tokens, limits.target, bounds.target)


def _lengths(what: str, lengths: Sequence[int], limit: int | None, bound: int | None) -> Finding:
    text = f"tokens of {what}: {', '.join(f'{name} {length:,}' for name, length in percentiles(lengths).items())}"
    most = bound if limit is None else limit
    if most is None:
        return Finding("ok", "lengths", text)
    longer = sum(length > most for length in lengths)
    beyond = f"{longer:,} of {len(lengths):,} longer than" if longer else "none longer than"
    return Finding("note" if longer else "ok", "lengths", f"{text}; {beyond} the limit of {most:,}")
