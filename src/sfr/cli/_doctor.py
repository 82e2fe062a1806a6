"""``sfr doctor``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from sfr.cli._shared import EXIT_BAD, FILE, consoles, count, show
from sfr.cli.data._export import template_for
from sfr.data.preflight import Limits
from sfr.doctor import (
    Finding,
    Recipe,
    check_environment,
    check_file,
    check_first_rows,
    check_recipe,
    check_route,
    check_template,
    first_rows,
    read_recipe,
)
from sfr.grading import configured
from sfr.reports import visible
from sfr.trainers import CONVENTIONS, Convention

__all__ = ["doctor_command"]

_tokens = click.IntRange(min=1)
_MARKS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "problem": ("PROBLEM", "bold red")}


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
    convention = CONVENTIONS[trainer]
    if tokenizer is None and (max_prompt or max_target or thinking is not None):
        raise click.UsageError("lengths and thinking are looked at with a --tokenizer")
    if trainer != "verl" and (recipe or overrides):
        raise click.UsageError("--recipe and --override are for verl")
    if overrides and not recipe:
        raise click.UsageError("--override goes with a --recipe")
    problems = 0
    try:
        composed = read_recipe(recipe, list(overrides)) if recipe else None
        passed = {**(composed.settings if composed else {}), **_settings(settings)}
        chat = _chat(composed, thinking)
        limits = Limits(tokenizer, prompt=max_prompt, target=max_target)
        with console.status("looking") if console.is_terminal else nullcontext():
            for finding in _findings(convention, file, composed, passed, chat, limits, many):
                problems += finding.level == "problem"
                _print(console, finding)
    except (OSError, ValueError) as error:
        raise click.ClickException(visible(str(error), lines=True)) from None
    if problems:
        errors.print(f"{count(problems, 'problem')}, see above")
        raise click.exceptions.Exit(EXIT_BAD)
    show(console, "all is well")


def _findings(  # noqa: PLR0913, PLR0917 - all that was asked for
    convention: Convention,
    file: Path,
    recipe: Recipe | None,
    settings: dict[str, Any],
    chat: dict[str, Any],
    limits: Limits,
    many: int,
) -> Iterator[Finding]:
    yield from check_environment(convention)
    route = list(check_route(convention, settings))
    yield from route
    if recipe is not None:
        yield from check_recipe(recipe)
    if any(finding.level == "problem" for finding in route):
        return
    rows = first_rows(file, many)
    found = list(check_first_rows(convention, rows, settings))
    yield from found
    if any(finding.level == "problem" for finding in found):
        return
    grader = configured(**settings)
    yield from check_file(file, grader, template_for(file, None), limits)
    if limits.tokenizer is not None:
        yield from check_template(convention, rows, limits.tokenizer, chat, grader)


def _settings(settings: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise click.BadParameter(f"{setting!r} is not NAME=VALUE", param_hint="'--set'")
        found[name] = value
    return found


def _chat(recipe: Recipe | None, thinking: bool | None) -> dict[str, Any]:  # noqa: FBT001 - three values
    chat = recipe.chat if recipe else {}
    return chat if thinking is None else {**chat, "enable_thinking": thinking}


def _print(console: Console, finding: Finding) -> None:
    word, style = _MARKS[finding.level]
    text = visible(finding.text, lines=True).replace("\n", "\n" + " " * 23)
    show(console, Text.assemble((f"{word:<9}", style), (f"{finding.about:<14}", "bold"), text))
