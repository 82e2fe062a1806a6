"""``sfr doctor``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.status import Status

from sfr.cli._findings import show_findings
from sfr.cli._shared import FILE, consoles
from sfr.cli.data._export import template_for
from sfr.data.preflight import Limits
from sfr.data.trainer_rows import kind_of_row
from sfr.doctor import (
    Finding,
    RecipeError,
    check_environment,
    check_file,
    check_first_rows,
    check_recipe,
    check_route,
    check_template,
    first_rows,
    read_recipe,
    scorable_rows,
)
from sfr.grading import configured
from sfr.tokenizers import tokenizer_of
from sfr.trainers import CONVENTIONS, Convention

__all__ = ["doctor_command"]

_tokens = click.IntRange(min=1)


@click.command("doctor")
@click.argument("trainer", type=click.Choice(list(CONVENTIONS)))
@click.option("--data", "file", type=FILE, required=True, help="The rows to train on.")
@click.option("--recipe", type=FILE, help="Of verl: a recipe to check, whose settings are then those of the reward.")
@click.option(
    "--override", "overrides", metavar="KEY=VALUE", multiple=True, help="As behind verl's command; may be repeated."
)
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="A setting of the reward, as the trainer is to pass it; may be repeated.",
)
@click.option("--tokenizer", metavar="PATH", help="The model's tokenizer: a folder, or a name on the hub.")
@click.option("--thinking/--no-thinking", default=None, help="What the trainer says to the chat template.")
@click.option("--max-prompt", type=_tokens, help="Tokens that a prompt may have.")
@click.option("--max-target", type=_tokens, help="Tokens that an answer may have.")
@click.option(
    "--rows", "many", type=click.IntRange(1, 1_000), default=8, show_default=True, help="Rows to call the reward for."
)
def doctor_command(  # noqa: PLR0913 - one parameter for each option
    *,
    trainer: str,
    file: Path,
    recipe: Path | None,
    overrides: tuple[str, ...],
    settings: tuple[str, ...],
    tokenizer: str | None,
    thinking: bool | None,
    max_prompt: int | None,
    max_target: int | None,
    many: int,
) -> None:
    """Look for what would go wrong in a training with TRAINER on the rows of --data.

    \b
    - versions, and what stands in the way of the trainer's library
    - the reward under its name, its settings, its way into other processes
    - the first rows through the trainer's own call: perfect answers must earn their best
    - every row, as sfr data check looks at it
    - with --tokenizer: the chat template, thinking, lengths
    - with --recipe, for verl: keys that it does not have, values that it refuses

    Nothing is trained and nothing is written. The exit code is 2 if there is any problem.
    """
    console, errors = consoles()
    if tokenizer is None and (max_prompt or max_target or thinking is not None):
        raise click.UsageError("lengths and thinking are looked at with a --tokenizer")
    if trainer != "verl" and (recipe or overrides):
        raise click.UsageError("--recipe and --override are for verl")
    if overrides and not recipe:
        raise click.UsageError("--override goes with a --recipe")
    asked = _Asked(CONVENTIONS[trainer], file, recipe, overrides, _settings(settings), tokenizer, thinking, many)
    with console.status("looking") if console.is_terminal else nullcontext() as status:
        show_findings(_findings(asked, max_prompt, max_target, _told(status)), console, errors)


@dataclass(frozen=True)
class _Asked:
    """What is looked at."""

    convention: Convention
    file: Path
    recipe: Path | None
    overrides: tuple[str, ...]
    settings: dict[str, str]
    tokenizer: str | None
    thinking: bool | None
    many: int


def _findings(
    asked: _Asked, max_prompt: int | None, max_target: int | None, progress: Callable[[int], None]
) -> Iterator[Finding]:
    """One after another; what could only fail for a reason that was told already is left out."""
    if asked.tokenizer is not None:
        tokenizer_of(asked.tokenizer)  # fail now, not in the middle
    yield from check_environment(asked.convention)
    try:
        recipe = read_recipe(asked.recipe, list(asked.overrides)) if asked.recipe else None
    except RecipeError as error:
        yield Finding("problem", "recipe", str(error))
        return
    settings: dict[str, Any] = {**(recipe.settings if recipe else {}), **asked.settings}
    route = list(check_route(asked.convention, settings))
    yield from route
    if recipe is not None:
        yield from check_recipe(recipe)
    if any(finding.about == "settings" and finding.level == "problem" for finding in route):
        return
    rows = first_rows(asked.file, asked.many)
    yield from check_first_rows(asked.convention, rows, settings)
    if any(kind_of_row(row) != asked.convention.rows for row in rows.values()):
        return
    grader, tokenizer = configured(**settings), asked.tokenizer
    chat = dict(recipe.chat) if recipe else {}
    if asked.thinking is not None:
        chat["enable_thinking"] = asked.thinking
    if tokenizer is not None:
        good = scorable_rows(asked.convention, rows, grader)
        found = list(check_template(asked.convention, good, tokenizer, chat, grader))
        yield from found
        tokenizer = None if any(one.about == "template" and one.level == "problem" for one in found) else tokenizer
    bounds = recipe.limits if recipe else Limits()
    if recipe and recipe.stops_at_long_prompts:
        max_prompt = max_prompt or bounds.prompt
    limits = Limits(tokenizer, prompt=max_prompt, target=max_target, chat=chat)
    yield from check_file(asked.file, grader, template_for(asked.file, None), limits, bounds=bounds, progress=progress)


def _settings(settings: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not (name and equals):
            raise click.BadParameter(f"{setting!r} is not NAME=VALUE", param_hint="'--set'")
        found[name] = value
    return found


def _told(status: Status | None) -> Callable[[int], None]:
    """Tells a terminal how many rows are done."""
    done = 0

    def step(lines: int) -> None:
        nonlocal done
        done += lines
        if status is not None:
            status.update(f"looking at all rows: {done:,}")

    return step
