"""``sfr pipeline run``."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from sfr.cli._shared import consoles, show
from sfr.cli.pipeline._options import found_profile, found_pythons, plan_from, plan_options, python_options
from sfr.data.building import BuildError
from sfr.data.catalogue import CatalogueError
from sfr.data.mixes import MixError
from sfr.data.prompts import TemplateError
from sfr.pipeline.environments import InstallError
from sfr.pipeline.inputs import InputError
from sfr.pipeline.locks import BusyError
from sfr.pipeline.measuring import METRICS, ScoresError
from sfr.pipeline.plans import Plan
from sfr.pipeline.recipes import RecipeError
from sfr.pipeline.running import Selection, run_plan
from sfr.pipeline.training import Progress as Found
from sfr.pipeline.workplaces import RunError
from sfr.reports import visible
from sfr.reports.pipeline import plan_table

__all__ = ["run_command"]

_IN_THE_WAY = (
    BuildError,
    BusyError,
    CatalogueError,
    InputError,
    InstallError,
    MixError,
    RecipeError,
    RunError,
    ScoresError,
    TemplateError,
)
_STOPPED = 130  # what a shell has for an interrupted command


@click.command("run")
@click.argument("profile")
@click.option(
    "-o",
    "--out",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="The folder of the run.",
)
@plan_options
@click.option("--only", multiple=True, metavar="STAGE", help="Work on this stage alone; may be repeated.")
@click.option("--from", "start", metavar="STAGE", help="Work on this stage and those after it.")
@click.option("--again", multiple=True, metavar="STAGE", help="Make a stage anew; the old one is kept beside it.")
@python_options
def run_command(  # noqa: PLR0913 - one for each option
    *,
    profile: str,
    folder: Path,
    only: tuple[str, ...],
    start: str | None,
    again: tuple[str, ...],
    environments: Path,
    named: tuple[str, ...],
    **options: Any,
) -> None:
    """Run the stages of PROFILE: train each, and measure all tasks after it.

    What is done is not done again, and a stage that was stopped goes on from its last checkpoint: give the
    same command. Other ways through the stages can go into the same folder, and share what they have in
    common.

    \b
      sfr pipeline run mini -o run
      sfr pipeline run mini -o run --without sa
      sfr pipeline run mini -o run --reward coarse --order apart
    """
    console, errors = consoles()
    found = found_profile(profile)
    plan = plan_from(found, folder, options)
    selection = _selection(plan, only, start, again)
    pythons = found_pythons(profile, found, environments, named)
    show(console, plan_table(plan))
    try:
        with _told_to_end(), ExitStack() as stack:
            run_plan(plan, pythons, selection, _Shown(console, errors, stack))
    except _IN_THE_WAY as error:
        raise click.ClickException(visible(str(error), lines=True)) from None
    except KeyboardInterrupt:
        show(errors, visible("stopped; what was done stays, and the same command goes on from there"))
        raise click.exceptions.Exit(_STOPPED) from None
    except OSError as error:
        place = error.filename or folder
        raise click.ClickException(
            visible(f"{place}: {error.strerror or error}; what was done stays, and the same command goes on from there")
        ) from None
    show(console, visible(f"done; sfr pipeline report {folder} shows its tables"))


@contextmanager
def _told_to_end() -> Iterator[None]:
    """Take a request to end, as a batch system sends it, for an interrupt, so that the trainer ends as well."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _selection(plan: Plan, only: tuple[str, ...], start: str | None, again: tuple[str, ...]) -> Selection:
    names = [one.node.id for one in plan.stages]
    if only and start:
        raise click.UsageError("--only and --from exclude each other")
    if unknown := [name for name in (*only, *again, *([start] if start else [])) if name not in names]:
        raise click.UsageError(f"no stage of this way: {', '.join(unknown)}; it has {', '.join(names)}")
    selection = Selection(tuple(names[names.index(start) :]) if start else only, again)
    if left := [name for name in again if not selection.takes(name)]:
        raise click.UsageError(f"--again {left[0]}: --only and --from leave it out")
    return selection


class _Shown:
    """What happens, as lines; on a terminal with a bar for what is under way."""

    def __init__(self, console: Console, errors: Console, stack: ExitStack) -> None:
        """Begin with nothing under way."""
        self._console = console
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[numbers]}"),
            TimeElapsedColumn(),
        )
        self._bars = stack.enter_context(
            Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal)
        )
        self._task: Any = None

    def say(self, text: str) -> None:
        """A line."""
        show(self._console, visible(text))

    def begin(self, stage: str, doing: str, of: int | None) -> None:
        """A bar."""
        self._drop()
        self._task = self._bars.add_task(f"{stage} {doing}", total=of, numbers="")

    def progress(self, found: Found) -> None:
        """Further along the bar, with the latest numbers."""
        numbers = "  ".join(f"{name} {value:.3f}" for name, value in found.numbers.items())
        if self._task is not None:
            self._bars.update(self._task, completed=found.step, numbers=f"{found.step:,} {numbers}")

    def end(self, stage: str, doing: str, seconds: float) -> None:
        """A line with the time."""
        self._drop()
        self.say(f"{stage:<12} {doing:<10} {_time(seconds):>8}")

    def measured(self, stage: str, scores: Mapping[str, Any]) -> None:
        """A line with the numbers."""
        self.say(_scores_line(stage, scores))

    def _drop(self) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None


def _scores_line(stage: str, scores: Mapping[str, Any]) -> str:
    return "  ".join([f"{stage:<12}", *_figures(scores)])


def _figures(scores: Mapping[str, Any]) -> Iterator[str]:
    for task, found in scores["tasks"].items():
        for metric in METRICS[task]:
            yield f"{metric} F1 {100 * found['metrics'][metric]['f1']:5.2f}"
        yield f"reward {found['reward']:+.3f}"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d} min" if minutes else f"{rest} s"
