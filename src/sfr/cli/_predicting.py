"""What the commands share that have a model make predictions: options, and what they mean."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from sfr.cli._shared import check_target
from sfr.generation import Patience, Sampling, Server, journal_of

__all__ = [
    "again_options",
    "check_out",
    "drawing_of",
    "drawing_options",
    "limit_option",
    "sampling_of",
    "server_of",
    "server_options",
    "settings_of",
    "template_option",
]

F = TypeVar("F", bound=Callable[..., Any])


def _options(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Several options as one, in the order in which the help shows them."""

    def add(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return add


template_option = click.option(
    "--template",
    "chosen",
    help="A shipped template, or a .yaml file of yours; that of the mixture, or sa-records, if not said.",
)

drawing_options = _options(
    template_option,
    click.option(
        "-n", "--samples", type=click.IntRange(1, 1_000), default=1, show_default=True, help="Answers for each."
    ),
    click.option(
        "--temperature", type=click.FloatRange(0, 10), default=0.0, show_default=True, help="0: the likeliest."
    ),
    click.option("--top-p", type=click.FloatRange(0, 1, min_open=True), help="Draw from this share of the likeliest."),
    click.option(
        "--max-tokens",
        type=click.IntRange(min=1),
        default=2_048,
        show_default=True,
        help="Where an answer is cut off.",
    ),
    click.option("--seed", type=int, help="Makes what is drawn the same again; each example gets a seed of its own."),
    click.option("--json-schema", is_flag=True, help="Let the model write nothing but the JSON of the prompt."),
    click.option("--thinking/--no-thinking", default=None, help="For models that have the choice, such as Qwen3."),
)
"""How a model is asked, and how its answers are drawn: the fields of a Sampling, and the template as ``chosen``."""

limit_option = click.option("--limit", type=click.IntRange(min=1), help="Ask about the first so many examples alone.")

server_options = _options(
    click.option("--api-key-env", metavar="VARIABLE", help="The environment variable that holds the server's key."),
    click.option(
        "--concurrency", type=click.IntRange(1, 1_000), default=16, show_default=True, help="Requests at a time."
    ),
    click.option("--retries", type=click.IntRange(min=0), default=5, show_default=True, help="How often to ask again."),
    click.option(
        "--timeout",
        type=click.FloatRange(0, min_open=True),
        default=600,
        show_default=True,
        help="Seconds for an answer.",
    ),
)
"""How a server is reached."""

again_options = _options(
    click.option("--skip-failed", is_flag=True, help="Go on without the examples that have failed."),
    click.option("--again", is_flag=True, help="Begin anew, whatever stands there."),
)


def check_out(out: Path, file: Path) -> None:
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


def drawing_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """Of all options those that say how answers are drawn."""
    names = ("samples", "temperature", "top_p", "max_tokens", "seed", "json_schema", "thinking")
    return {name: options[name] for name in names}


def sampling_of(**options: Any) -> Sampling:
    """The settings that the options name."""
    try:
        return Sampling(**options)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def settings_of(settings: tuple[str, ...]) -> dict[str, Any]:
    """The fields that have no option, by their names."""
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
    return others


def server_of(url: str, variable: str | None, timeout: float, retries: int) -> Server:
    """The server that the options name, with the key in that variable."""
    key = None
    if variable is not None:
        key = os.environ.get(variable, "").strip()
        if not key:
            raise click.BadParameter(f"the variable {variable!r} is not set, or empty", param_hint="'--api-key-env'")
    try:
        return Server(url, key, timeout, Patience(retries=retries))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
