"""How a run that makes predictions is watched, ended and reported."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sfr.cli._shared import EXIT_BAD, count, show
from sfr.cli.data._options import fail
from sfr.generation import Generated, GenerateError, JournalError, ServerError, Tally
from sfr.inference import InferenceError
from sfr.reports import visible

__all__ = ["Watch", "report", "told"]

_STOPPED = 130  # what a shell has for an interrupted command
_EVERY = 30.0  # seconds between lines of progress in a pipe
_MAX_SHOWN = 50


def told(errors: Console, watch: Watch, work: Callable[[], Generated]) -> Generated:
    """What becomes of a run whose progress is watched; what ends it is told, with how it goes on."""
    try:
        with watch:
            return work()
    except GenerateError as error:
        fail(errors, error.problems, error.count, "and nothing was asked or written")
    except KeyboardInterrupt:
        errors.print(f"stopped: {watch.state}" if watch.state else "stopped")
        raise click.exceptions.Exit(_STOPPED) from None
    except (ServerError, InferenceError) as error:
        raise click.ClickException(visible(f"{error}\n{watch.state}".strip(), lines=True)) from None
    except (JournalError, OSError, ValueError) as error:
        raise click.ClickException(visible(str(error), lines=True)) from None


class Watch:
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


def report(console: Console, errors: Console, made: Generated, file: Path) -> None:
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
