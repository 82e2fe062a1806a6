"""``sfr generate``."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sfr.cli._shared import EXIT_BAD, FILE, OUT, check_target, consoles, count, show
from sfr.cli.data._export import template_for
from sfr.cli.data._options import fail
from sfr.generation import (
    Generated,
    GenerateError,
    Job,
    JournalError,
    Patience,
    Sampling,
    Server,
    ServerError,
    Tally,
    generate,
    journal_of,
)
from sfr.reports import visible

__all__ = ["generate_command"]

_STOPPED = 130  # what a shell has for an interrupted command
_EVERY = 30.0  # seconds between lines of progress in a pipe
_MAX_SHOWN = 50


@click.command("generate")
@click.argument("file", metavar="EXAMPLES", type=FILE)
@click.option("-o", "--out", type=OUT, required=True, help="Where the predictions go: JSON lines.")
@click.option("--url", required=True, help="The address of the server, such as http://127.0.0.1:8000/v1.")
@click.option("--model", required=True, help="The name that the server knows the model by.")
@click.option(
    "--template",
    "chosen",
    help="A shipped template, or a .yaml file of yours; that of the mixture, or sa-records, if not said.",
)
@click.option("-n", "--samples", type=click.IntRange(1, 1_000), default=1, show_default=True, help="Answers for each.")
@click.option("--temperature", type=click.FloatRange(0, 10), default=0.0, show_default=True, help="0: the likeliest.")
@click.option("--top-p", type=click.FloatRange(0, 1, min_open=True), help="Draw from this share of the likeliest.")
@click.option(
    "--max-tokens", type=click.IntRange(min=1), default=2_048, show_default=True, help="Where an answer is cut off."
)
@click.option("--seed", type=int, help="Makes what is drawn the same again; each example gets a seed of its own.")
@click.option("--json-schema", is_flag=True, help="Have the server write nothing but the JSON of the prompt.")
@click.option("--thinking/--no-thinking", default=None, help="For models that have the choice, such as Qwen3.")
@click.option("--set", "settings", metavar="FIELD=JSON", multiple=True, help="Another field of the request.")
@click.option("--limit", type=click.IntRange(min=1), help="Ask about the first so many examples alone.")
@click.option("--api-key-env", metavar="VARIABLE", help="The environment variable that holds the server's key.")
@click.option("--concurrency", type=click.IntRange(1, 1_000), default=16, show_default=True, help="Requests at a time.")
@click.option("--retries", type=click.IntRange(min=0), default=5, show_default=True, help="How often to ask again.")
@click.option(
    "--timeout", type=click.FloatRange(0, min_open=True), default=600, show_default=True, help="Seconds for an answer."
)
@click.option("--skip-failed", is_flag=True, help="Go on without the examples that have failed.")
@click.option("--again", is_flag=True, help="Begin anew, whatever stands there.")
def generate_command(  # noqa: PLR0913 - one parameter for each option
    *,
    file: Path,
    out: Path,
    url: str,
    chosen: str | None,
    settings: tuple[str, ...],
    limit: int | None,
    api_key_env: str | None,
    concurrency: int,
    retries: int,
    timeout: float,
    skip_failed: bool,
    again: bool,
    **sampling: Any,
) -> None:
    """Ask a server for predictions on EXAMPLES, a built data set's file or a mixture.

    The server speaks the OpenAI API, as vLLM does. The rows that are written are those that sfr score
    and sfr evaluate read.

    A run that was stopped, however it was, goes on with the same command; until it is through, what
    it has lies beside OUT: predictions.jsonl.partial. Examples that fail are named, the others are asked
    about; nothing is written as long as any is missing, and the exit code is 2, unless --skip-failed.
    """
    console, errors = consoles()
    _check_out(out, file)
    job = Job(file, template_for(file, chosen), _sampling(settings, sampling), limit)
    server = _server(url, api_key_env, timeout, retries)
    watch = _Watch(errors)
    try:
        with watch:
            made = generate(
                job, out, server, concurrency=concurrency, again=again, skip_failed=skip_failed, progress=watch
            )
    except GenerateError as error:
        fail(errors, error.problems, error.count, "and nothing was asked or written")
    except KeyboardInterrupt:
        errors.print(f"stopped: {watch.state}" if watch.state else "stopped")
        raise click.exceptions.Exit(_STOPPED) from None
    except ServerError as error:
        raise click.ClickException(visible(f"{error}\n{watch.state}".strip(), lines=True)) from None
    except (JournalError, OSError, ValueError) as error:
        raise click.ClickException(visible(str(error), lines=True)) from None
    _report(console, errors, made, file)


def _check_out(out: Path, file: Path) -> None:
    """Refuse a place that predictions and what lies beside them cannot be written to."""
    check_target(out, file)
    problem = ""
    if out.suffix.lower() == ".parquet":
        problem = "the predictions are JSON lines; name a .jsonl file"
    elif out.exists() and not out.is_file():
        problem = f"{out} is no file"
    elif file.samefile(journal_of(out)) if journal_of(out).exists() else False:
        problem = f"{file} is where what is done so far would go; name another file for the predictions"
    if problem:
        raise click.BadParameter(problem, param_hint="'-o'")


def _sampling(settings: tuple[str, ...], options: dict[str, Any]) -> Sampling:
    others = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not (name and equals):
            raise click.BadParameter(f"{setting!r} is not FIELD=JSON", param_hint="'--set'")
        try:
            others[name] = json.loads(value)
        except ValueError:
            message = f'{setting!r}: expected JSON after the =, such as 20, true, "text" or [1, 2]'
            raise click.BadParameter(message, param_hint="'--set'") from None
    try:
        return Sampling(**options, others=others)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _server(url: str, variable: str | None, timeout: float, retries: int) -> Server:
    key = None
    if variable is not None:
        key = os.environ.get(variable, "").strip()
        if not key:
            raise click.BadParameter(f"the variable {variable!r} is not set, or empty", param_hint="'--api-key-env'")
    try:
        return Server(url, key, timeout, Patience(retries=retries))
    except ValueError as error:
        raise click.UsageError(str(error)) from None


class _Watch:
    """Shows how far a run is: a bar on a terminal, a line now and then in a pipe."""

    def __init__(self, errors: Console) -> None:
        self._errors = errors
        self._tally: Tally | None = None
        self._told = time.monotonic()
        self._bar = Progress(
            TextColumn("asking"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[more]}"),
            TimeRemainingColumn(),
            console=errors,
            transient=True,
            disable=not errors.is_terminal,
        )
        self._task = self._bar.add_task("", total=None, more="")

    def __enter__(self) -> None:
        self._bar.start()

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, tally: Tally) -> None:
        """Take in how far the run is."""
        if self._tally is None and tally.answered and not self._errors.is_terminal:
            self._errors.print(f"going on: {self._so_far(tally)}")
        self._tally = tally
        self._bar.update(self._task, total=tally.total, completed=tally.answered + tally.failed, more=_speed(tally))
        if not self._errors.is_terminal and time.monotonic() - self._told > _EVERY:
            self._told = time.monotonic()
            self._errors.print(f"{self._so_far(tally)}, {_speed(tally)}")

    @property
    def state(self) -> str:
        """What there is of a run that has ended before its time, and how it goes on."""
        if self._tally is None or not self._tally.answered:
            return ""
        return f"{self._so_far(self._tally)}; the same command goes on from there"

    @staticmethod
    def _so_far(tally: Tally) -> str:
        return f"{tally.answered:,} of {count(tally.total, 'example')} done"


def _speed(tally: Tally) -> str:
    tokens = f"{tally.tokens / tally.seconds:,.0f} tokens/s" if tally.seconds > 1 else ""
    return ", ".join(filter(None, [tokens, f"{tally.failed:,} failed" if tally.failed else ""]))


def _report(console: Console, errors: Console, made: Generated, file: Path) -> None:
    """Say what became of the run; without a result, the exit code is 2."""
    for failure in made.failures[:_MAX_SHOWN]:
        errors.print(visible(f"{file}:{failure.line}: {failure.id}: {failure.why}"))
    if len(made.failures) > _MAX_SHOWN:
        errors.print(f"... and {len(made.failures) - _MAX_SHOWN:,} more")
    failed = count(len(made.failures), "example")
    if not made.written:
        errors.print(
            f"{failed} failed, {made.rows:,} have an answer, and {made.path} is not written. "
            "The same command asks about those that failed again; --skip-failed goes on without them"
        )
        raise click.exceptions.Exit(EXIT_BAD)
    if made.failures:
        errors.print(f"{failed} left out: who evaluates the rest should say so")
    rows = count(made.rows, "prediction")
    show(console, f"wrote {rows} to {made.path}" if made.fresh else f"{made.path} with {rows} stood there already")
    if cut := dict(made.finish).get("length", 0):
        errors.print(f"{count(cut, 'answer')} cut off at the limit of tokens; --max-tokens raises it")
