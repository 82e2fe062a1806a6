"""What commands share that read the predictions of systems: arguments, options, the reading itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

from sfr.cli._shared import EXIT_BAD, check_target, count, progress
from sfr.evaluation import CONVENTIONS, convention, read_setting
from sfr.evaluation.corpus import Job, Run, evaluate
from sfr.evaluation.signatures import Setup
from sfr.evaluation.systems import System, systems_of
from sfr.predictions import KINDS, Prediction, Predictions, Problems, open_predictions, read_gold_files
from sfr.reports import visible
from sfr.structures import TASKS, Task

__all__ = [
    "Inputs",
    "Named",
    "check_out",
    "fail",
    "fail_on",
    "inputs_of",
    "inputs_options",
    "open_all",
    "read_systems",
    "setup_of",
    "setup_options",
]

F = TypeVar("F", bound=Callable[..., Any])

Named = tuple[str, Path]
"""The name of a system, and where the predictions of one of its runs are."""


class _Run(click.ParamType[Named]):
    name = "[NAME=]PATH"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Named:
        """A name and a path; the path is the name of what has none."""
        if isinstance(value, tuple):
            return value
        text = str(value)
        name, equals, path = text.partition("=")
        if not equals or Path(text).exists():
            name = path = text
        if not name or not path:
            self.fail(f"{text!r} is neither a path nor NAME=PATH", param, ctx)
        if not Path(path).exists():
            self.fail(f"there is no file or folder {path!r}", param, ctx)
        return name, Path(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What was named on the command line: predictions, gold, and how to read them."""

    predictions: tuple[Named, ...]
    gold: tuple[Path, ...] = ()
    kind: str = "auto"
    task: Task | None = None
    step: int | None = None
    response_filter: str | None = None
    align: bool = True

    def as_json(self) -> dict[str, Any]:
        """As it stands in a file of results."""
        values = asdict(self)
        return values | {
            "predictions": [[name, str(path)] for name, path in self.predictions],
            "gold": list(map(str, self.gold)),
        }


def inputs_options(command: F) -> F:
    """The arguments and options that name predictions and gold."""
    for option in reversed(
        (
            click.argument("predictions", nargs=-1, required=True, type=_Run()),
            click.option(
                "--gold",
                type=click.Path(exists=True, dir_okay=False, path_type=Path),
                multiple=True,
                help="Examples or rows with gold, for predictions that hold none; may be repeated.",
            ),
            click.option(
                "--kind",
                type=click.Choice(["auto", *KINDS]),
                default="auto",
                show_default=True,
                help="What the predictions are written by.",
            ),
            click.option("--task", type=click.Choice(TASKS), help="The task of rows that name none."),
            click.option("--step", type=click.IntRange(min=0), help="The step of verl's dumps; the last if not said."),
            click.option(
                "--filter",
                "response_filter",
                metavar="NAME",
                help="The filter of lm-evaluation-harness; the first if not said.",
            ),
            click.option(
                "--no-align",
                is_flag=True,
                help="Do not check that the texts of the gold stand in the prompts (llamafactory).",
            ),
        )
    ):
        command = option(command)
    return command


def setup_options(command: F) -> F:
    """The options that numbers depend on."""
    for option in reversed(
        (
            click.option(
                "--convention",
                type=click.Choice(list(CONVENTIONS)),
                default="sfr",
                show_default=True,
                help="How units are compared: our way, or that of another evaluator.",
            ),
            click.option(
                "--set",
                "overrides",
                metavar="FIELD=VALUE",
                multiple=True,
                help="Override a field of the convention, as --conventions shows them; may be repeated.",
            ),
            click.option(
                "--missing",
                type=click.Choice(["refuse", "empty"]),
                default="refuse",
                show_default=True,
                help="What becomes of gold without a prediction: a problem, or an empty prediction.",
            ),
            click.option(
                "--draws",
                type=click.IntRange(min=0),
                default=1_000,
                show_default=True,
                help="Samples for intervals and tests; 0 for none.",
            ),
            click.option(
                "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="The seed of the samples."
            ),
            click.option(
                "--level",
                type=click.FloatRange(0, 1, min_open=True, max_open=True),
                default=0.95,
                show_default=True,
                help="The share of the samples that an interval holds.",
            ),
            click.option(
                "--runs",
                type=click.Choice(["fixed", "resampled", "paired"]),
                default="fixed",
                show_default=True,
                help="Whether the runs of a system are drawn as well: for each by itself, or run by run, as where "
                "the first run of all begins with one seed.",
            ),
            click.option(
                "--lengths",
                default="words",
                show_default=True,
                metavar="MEASURE",
                help="What outputs are measured in: words, characters, given (by the file), or a tokenizer "
                "(a folder, a file, a name on the hub).",
            ),
            click.option(
                "--bands",
                type=click.Choice(["between", "below"]),
                default="between",
                show_default=True,
                help="Which lengths a percentile stands for.",
            ),
        )
    ):
        command = option(command)
    return command


def setup_of(options: Mapping[str, Any]) -> Setup:
    """The setup that the options describe."""
    values = {}
    for override in options["overrides"]:
        field, equals, value = override.partition("=")
        if not equals:
            raise click.BadParameter(f"{override!r} is not FIELD=VALUE", param_hint="'--set'")
        try:
            values[field] = read_setting(field, value)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="'--set'") from None
    names = ("missing", "draws", "seed", "level", "runs", "lengths", "bands")
    return Setup(convention=convention(options["convention"], **values), **{name: options[name] for name in names})


def inputs_of(options: Mapping[str, Any]) -> Inputs:
    """The inputs that the options describe."""
    runs: tuple[Named, ...] = options["predictions"]
    if twice := [str(path) for (name, path), times in Counter(runs).items() if times > 1]:
        raise click.BadParameter(f"the same run twice: {', '.join(twice)}", param_hint="'PREDICTIONS...'")
    names = ("predictions", "gold", "kind", "task", "step", "response_filter")
    return Inputs(**{name: options[name] for name in names}, align=not options["no_align"])


def check_out(out: Path | None, inputs: Inputs) -> None:
    """Refuse a place that nothing can be written to, or that holds what is to be read."""
    for source in (*(path for _, path in inputs.predictions), *inputs.gold):
        check_target(out, source)


def open_all(inputs: Inputs, setup: Setup) -> Iterator[tuple[str, Predictions]]:
    """The predictions of each run, with their gold."""
    gold = read_gold_files(inputs.gold, inputs.task) if inputs.gold else None
    for name, path in inputs.predictions:
        yield (
            name,
            open_predictions(
                path,
                kind=inputs.kind,
                gold=gold,
                task=inputs.task,
                step=inputs.step,
                response_filter=inputs.response_filter,
                missing=setup.missing,
                align="check" if inputs.align else "trust",
            ),
        )


def fail_on(errors: Console, problems: Problems) -> None:
    """End the command if there are problems, with all of them."""
    if problems:
        errors.print(visible(str(problems), lines=True))
        errors.print(f"{count(problems.count, 'problem')}; nothing was evaluated")
        raise click.exceptions.Exit(EXIT_BAD)


def read_systems(inputs: Inputs, setup: Setup, errors: Console, jobs: int) -> tuple[list[System], list[str]]:
    """The systems with their outcomes added up, and notes on how they were read."""
    job = Job(setup.convention, setup.lengths)
    runs: dict[str, list[Run]] = {}
    notes: list[str] = []
    try:
        for name, source in open_all(inputs, setup):
            with progress(errors, source.size, f"evaluating {name}") as advance:
                found = evaluate(_watched(source, advance), job, jobs)
            fail_on(errors, source.problems)
            if not found:
                raise fail(ValueError(f"{source.paths[0]}: no predictions"))
            runs.setdefault(name, []).extend(found)
            notes += [f"{name}: {note}" for note in source.notes]
        return systems_of(runs), notes
    except (BrokenProcessPool, OSError, ValueError) as error:
        raise fail(error) from None


class _BadInput(click.ClickException):
    exit_code = EXIT_BAD


def fail(error: Exception) -> click.ClickException:
    """The end of the command for an error that its inputs caused: EXIT_BAD if it is in what they hold."""
    if isinstance(error, BrokenProcessPool):
        return click.ClickException("a worker process died, most likely for want of memory; try fewer jobs")
    is_extra = isinstance(error.__context__, ImportError)  # that of a library which is missing
    end = _BadInput if isinstance(error, ValueError) and not is_extra else click.ClickException
    return end(visible(str(error), lines=True))


def _watched(source: Predictions, advance: Callable[[float], None]) -> Iterator[Prediction]:
    for i, prediction in enumerate(source.rows):
        if i % 100 == 0:
            advance(source.place)
        yield prediction
