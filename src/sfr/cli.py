"""The command line: ``sfr score``, ``sfr explain``, ``sfr samples``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from io import StringIO
from pathlib import Path
from typing import IO, Any

import click
from rich.console import Console, ConsoleOptions, Group
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from sfr import samples as shipped
from sfr._version import __version__
from sfr.files import RowError, as_row, decode_line, open_rows, written_whole
from sfr.parsing import ParseError
from sfr.reports import explain, render, summary_json, summary_table, visible
from sfr.rewards import PROFILES, Reward, field_names, read_field, reward
from sfr.scoring import Chunk, Job, Tally, score_rows
from sfr.structures import TASKS, Task

__all__ = ["main"]

_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
_OUT = click.Path(dir_okay=False, writable=True, path_type=Path)
_OUT_OR_DASH = click.Path(dir_okay=False, writable=True, allow_dash=True, path_type=Path)
_EXIT_BAD = 2
_PIPE_WIDTH = 1_000_000
_MAX_GROUPS = 1_000

_profile = click.option(
    "--profile", type=click.Choice(list(PROFILES)), default="paper", show_default=True, help="The rules of the reward."
)
_fields = click.option(
    "--set", "settings", metavar="FIELD=VALUE", multiple=True, help="Override a field of the reward; may be repeated."
)
_task = click.option("--task", type=click.Choice(TASKS), help="The task of rows that name none.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sfr")
def main() -> None:
    """Rewards for training language models to extract entities, relations and events.

    \b
    Start with
      sfr samples -o samples.jsonl
      sfr score samples.jsonl -o scores.jsonl --by kind
      sfr explain samples.jsonl --id re-01/partial
    """


@main.command()
@click.argument("file", type=_FILE)
@click.option("-o", "--out", type=_OUT, help="Where the results go: one JSON line for each output.")
@_task
@_profile
@_fields
@click.option("--by", metavar="KEY", help="Summarise by this key of the rows, too.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes.")
@click.option("--skip-bad", is_flag=True, help="Go on without the rows that cannot be scored.")
def score(  # noqa: PLR0913, PLR0917 - one parameter for each option
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
    job = Job(_rewards(profile, settings), task, by)
    console, errors = _consoles()
    beside = None if out is None else _summary_of(out)
    _check_target(out, file)
    _check_target(beside, file)
    try:
        source = open_rows(file)
        with written_whole(out) if out else nullcontext() as lines, _progress(errors, source.size) as advance:
            tallies, bad = _gather(score_rows(source.rows, job, jobs), file, lines, errors, advance)
            if bad and not skip_bad:
                nothing = ", and nothing was written" if out else ""
                errors.print(f"{_count(bad, 'bad row')}{nothing}. Mend them, or go on without them: --skip-bad")
                raise click.exceptions.Exit(_EXIT_BAD)
            if not tallies:
                errors.print(f"{file}: no rows to score; expected lines like those of: sfr samples -o samples.jsonl")
                raise click.exceptions.Exit(_EXIT_BAD)
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    except BrokenProcessPool:
        raise click.ClickException("a worker process died, most likely for want of memory; try fewer jobs") from None
    summary = summary_json(tallies, job.rewards, bad)
    table = summary_table(tallies, by)
    if console.is_terminal and console.measure(table, options=_unbounded(console)).maximum > console.width:
        table = summary_table(tallies, by, narrow=True)
    _show(console, table)
    for signature in summary["signatures"].values():
        _show(console, Text(signature, style="dim"))
    if bad:
        errors.print(f"{_count(bad, 'bad row')} left out")
    if out and beside:
        with written_whole(beside) as target:
            target.write(json.dumps(summary, indent=2) + "\n")
        _show(console, f"wrote {out} and {beside}")


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


@main.command("explain")
@click.argument("file", type=_FILE, required=False)
@click.option("--id", "row_id", help="The row with this id.")
@click.option("--line", type=click.IntRange(min=1), help="The row in this line.")
@click.option("--index", type=click.IntRange(min=0), default=0, show_default=True, help="Which of the row's outputs.")
@click.option("--gold", help="Gold on the spot: a records object as JSON.")
@click.option("--output", help="An output on the spot.")
@click.option("--text", help="The source text, with --gold and --output.")
@click.option("--schema", help="Types, or types and roles, as JSON, with --gold and --output.")
@_task
@_profile
@_fields
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
            raise click.UsageError(f"{where}the row has {_count(len(row.outputs), 'output')}, so no --index {index}")
        chosen = _rewards(profile, settings, (row.task,))[row.task]
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
    console, _ = _consoles()
    if row.id is not None:
        _show(console, Text(visible(str(row.id)), style="bold underline"))
    _show(console, render(found, row.text, row.outputs[index]))


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


@main.command()
@click.option("-o", "--out", type=_OUT_OR_DASH, help="Where to write the rows; - for the terminal or a pipe.")
def samples(out: Path | None) -> None:
    """Write the shipped sample: sentences with gold, and outputs of many kinds for each.

    Without -o, say what is in it.
    """
    rows = list(shipped.rows())
    console, _ = _consoles()
    if out is None:
        _show(console, _samples_table(rows))
        _show(console, "write it with: sfr samples -o samples.jsonl")
        return
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if str(out) != "-":
        _check_target(out)
    if str(out) == "-":
        click.echo(text, nl=False)
        return
    try:
        with written_whole(out) as lines:
            lines.write(text)
    except OSError as error:
        raise click.ClickException(str(error)) from None
    sentences = len({row["text"] for row in rows})
    _show(console, f"wrote {len(rows):,} outputs of {sentences} sentences to {out}")


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


# -- what the commands share ------------------------------------------------------------------


def _check_target(out: Path | None, source: Path | None = None) -> None:
    """Refuse a place that nothing can be written to, before any work is done."""
    if out is None:
        return
    problem = ""
    if not out.absolute().parent.is_dir():
        problem = f"there is no folder {out.absolute().parent}"
    elif out.is_dir():
        problem = f"{out} is a folder"
    elif str(out) == "-":
        problem = "the results go to a file, so that they are all there or none"
    elif source is not None and out.exists() and out.samefile(source):
        problem = f"{out} holds the rows; name another file for the results"
    if problem:
        raise click.BadParameter(problem, param_hint="'-o'")


def _consoles() -> tuple[Console, Console]:
    """Standard output and standard error."""
    options: dict[str, Any] = {"highlight": False, "markup": False, "emoji": False}
    return Console(**options), Console(stderr=True, soft_wrap=True, **options)


def _unbounded(console: Console) -> ConsoleOptions:
    return console.options.update(width=_PIPE_WIDTH)


def _show(console: Console, what: str | Text | Table | Group) -> None:
    """Print: in colour and fitted on a terminal, else plain, with lines as long as they are."""
    if console.is_terminal:
        console.print(what, soft_wrap=isinstance(what, Text))  # a signature can then be copied in one piece
        return
    plain = Console(file=StringIO(), width=_PIPE_WIDTH, color_system=None, markup=False, emoji=False, highlight=False)
    with plain.capture() as text:
        plain.print(what)
    click.echo("\n".join(line.rstrip() for line in text.get().split("\n")), nl=False)


def _rewards(profile: str, settings: tuple[str, ...], tasks: tuple[Task, ...] = TASKS) -> dict[Task, Reward]:
    """The reward of each task; a setting must fit at least one of them."""
    overrides: dict[Task, dict[str, Any]] = {task: {} for task in tasks}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise click.BadParameter(f"{setting!r} is not FIELD=VALUE", param_hint="'--set'")
        fitting = [task for task in tasks if name in field_names(task)]
        if not fitting:
            known = dict.fromkeys(field for task in tasks for field in field_names(task))
            raise click.BadParameter(f"unknown field {name!r}; known: {', '.join(known)}", param_hint="'--set'")
        for task in fitting:
            try:
                overrides[task][name] = read_field(task, name, value)
            except ValueError as error:
                raise click.BadParameter(f"{setting}: {error}", param_hint="'--set'") from None
    try:
        return {task: reward(task, profile, **overrides[task]) for task in tasks}
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--set'") from None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"expected JSON: {error}", param_hint="'--schema'") from None


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


@contextmanager
def _progress(console: Console, size: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, nothing in a pipe; the function tells how far it is."""
    bar = Progress(console=console, transient=True, disable=not console.is_terminal)
    with bar:
        task = bar.add_task("scoring", total=size)
        yield lambda place: bar.update(task, completed=place)
