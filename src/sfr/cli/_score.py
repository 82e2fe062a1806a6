"""``sfr score``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from pathlib import Path
from typing import IO

import click
from rich.console import Console
from rich.text import Text

from sfr.cli._shared import (
    EXIT_BAD,
    FILE,
    OUT,
    check_target,
    consoles,
    count,
    fields_option,
    is_too_wide,
    profile_option,
    progress,
    rewards,
    show,
    task_option,
)
from sfr.files import open_rows, written_whole
from sfr.reports import summary_json, summary_table, visible
from sfr.scoring import Chunk, Job, Tally, score_rows
from sfr.structures import Task

__all__ = ["score_command"]

_MAX_GROUPS = 1_000


@click.command("score")
@click.argument("file", type=FILE)
@click.option("-o", "--out", type=OUT, help="Where the results go: one JSON line for each output.")
@task_option
@profile_option
@fields_option
@click.option("--by", metavar="KEY", help="Summarise by this key of the rows, too.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes.")
@click.option("--skip-bad", is_flag=True, help="Go on without the rows that cannot be scored.")
def score_command(  # noqa: PLR0913, PLR0917 - one parameter for each option
    file: Path,
    out: Path | None,
    task: Task | None,
    profile: str,
    settings: tuple[str, ...],
    by: str | None,
    jobs: int,
    skip_bad: bool,  # noqa: FBT001 - click passes by name
) -> None:
    """Score the outputs in FILE, a .jsonl or .parquet file of rows.

    \b
    A row:
      {"id"?, "task"?, "text"?, "schema"?, "gold", "output" | "outputs"}
      {"task": "ner", "gold": {"person": ["Kevin"]}, "output": "{\\"person\\": [\\"Kevin\\"]}"}

    Every bad row is reported with its line. If there is any, nothing is written and the exit code
    is 2, unless --skip-bad. Beside OUT a summary is written: scores.jsonl gets scores.summary.json.
    """
    job = Job(rewards(profile, settings), task, by)
    console, errors = consoles()
    beside = None if out is None else _summary_of(out)
    check_target(out, file)
    check_target(beside, file)
    try:
        source = open_rows(file)
        with written_whole(out) if out else nullcontext() as lines, progress(errors, source.size) as advance:
            tallies, bad = _gather(score_rows(source.rows, job, jobs), file, lines, errors, advance)
            if bad and not skip_bad:
                nothing = ", and nothing was written" if out else ""
                errors.print(f"{count(bad, 'bad row')}{nothing}. Mend them, or go on without them: --skip-bad")
                raise click.exceptions.Exit(EXIT_BAD)
            if not tallies:
                errors.print(f"{file}: no rows to score; expected lines like those of: sfr samples -o samples.jsonl")
                raise click.exceptions.Exit(EXIT_BAD)
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    except BrokenProcessPool:
        raise click.ClickException("a worker process died, most likely for want of memory; try fewer jobs") from None
    summary = summary_json(tallies, job.rewards, bad)
    table = summary_table(tallies, by)
    if is_too_wide(console, table):
        table = summary_table(tallies, by, narrow=True)
    show(console, table)
    for signature in summary["signatures"].values():
        show(console, Text(signature, style="dim"))
    if bad:
        errors.print(f"{count(bad, 'bad row')} left out")
    if out and beside:
        with written_whole(beside) as target:
            target.write(json.dumps(summary, indent=2) + "\n")
        show(console, f"wrote {out} and {beside}")


def _summary_of(out: Path) -> Path:
    """Where the summary goes: the name of the results with .summary.json for .jsonl or .json, or behind it."""
    stem = out.stem if out.suffix in {".jsonl", ".json"} else out.name
    return out.with_name(f"{stem}.summary.json")


def _gather(
    chunks: Iterable[Chunk], file: Path, lines: IO[str] | None, errors: Console, advance: Callable[[int], None]
) -> tuple[dict[tuple[Task, str], Tally], int]:
    """Write the results, report the bad rows as they come; the tallies, and how many rows were bad."""
    tallies: dict[tuple[Task, str], Tally] = {}
    bad = 0
    for chunk in chunks:
        for number, problem in chunk.bad:
            errors.print(visible(f"{file}:{number}: {problem}"))
        bad += len({number for number, _ in chunk.bad})
        for key, tally in chunk.tallies.items():
            tallies.setdefault(key, Tally()).merge(tally)
        if len(tallies) > _MAX_GROUPS:
            raise click.BadParameter(f"more than {_MAX_GROUPS:,} groups; name a key of few values", param_hint="'--by'")
        if lines is not None:
            lines.writelines(f"{line}\n" for line in chunk.lines)
        advance(chunk.place)
    return tallies, bad
