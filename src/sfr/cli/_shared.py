"""What the commands share: options, consoles, the check of a target, the bar of progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import click
from rich.console import Console, Group
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from sfr.rewards import PROFILES, Reward, field_names, read_field, reward
from sfr.structures import TASKS, Task

__all__ = [
    "EXIT_BAD",
    "FILE",
    "OUT",
    "OUT_OR_DASH",
    "PIPE_WIDTH",
    "check_target",
    "consoles",
    "count",
    "fields_option",
    "is_too_wide",
    "profile_option",
    "progress",
    "rewards",
    "show",
    "task_option",
]

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
OUT = click.Path(dir_okay=False, writable=True, path_type=Path)
OUT_OR_DASH = click.Path(dir_okay=False, writable=True, allow_dash=True, path_type=Path)
EXIT_BAD = 2
PIPE_WIDTH = 1_000_000

profile_option = click.option(
    "--profile", type=click.Choice(list(PROFILES)), default="paper", show_default=True, help="The rules of the reward."
)
fields_option = click.option(
    "--set", "settings", metavar="FIELD=VALUE", multiple=True, help="Override a field of the reward; may be repeated."
)
task_option = click.option("--task", type=click.Choice(TASKS), help="The task of rows that name none.")


def check_target(out: Path | None, source: Path | None = None) -> None:
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


def consoles() -> tuple[Console, Console]:
    """Standard output and standard error."""
    options: dict[str, Any] = {"highlight": False, "markup": False, "emoji": False}
    return Console(**options), Console(stderr=True, soft_wrap=True, **options)


def is_too_wide(console: Console, table: Table) -> bool:
    """Whether a table does not fit on the terminal; in a pipe every table does."""
    unbounded = console.options.update(width=PIPE_WIDTH)
    return console.is_terminal and console.measure(table, options=unbounded).maximum > console.width


def show(console: Console, what: str | Text | Table | Group) -> None:
    """Print: in colour and fitted on a terminal, else plain, with lines as long as they are."""
    if console.is_terminal:
        console.print(what, soft_wrap=isinstance(what, Text))  # a signature can then be copied in one piece
        return
    plain = Console(file=StringIO(), width=PIPE_WIDTH, color_system=None, markup=False, emoji=False, highlight=False)
    with plain.capture() as text:
        plain.print(what)
    click.echo("\n".join(line.rstrip() for line in text.get().split("\n")), nl=False)


def rewards(profile: str, settings: tuple[str, ...], tasks: tuple[Task, ...] = TASKS) -> dict[Task, Reward]:
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


def count(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


@contextmanager
def progress(console: Console, size: int | None, what: str = "scoring") -> Iterator[Callable[[float], None]]:
    """A progress bar on a terminal, nothing in a pipe; the function tells how far it is."""
    bar = Progress(console=console, transient=True, disable=not console.is_terminal)
    with bar:
        task = bar.add_task(what, total=size)
        yield lambda place: bar.update(task, completed=place)
