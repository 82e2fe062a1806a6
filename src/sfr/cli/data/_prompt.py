"""``sfr data prompt``."""

from __future__ import annotations

import json

import click
from rich.text import Text

from sfr.cli._shared import consoles, show
from sfr.cli.data._options import found_set, found_template
from sfr.data.constraints import json_schema, regex
from sfr.data.prompts import prompt_of
from sfr.reports import visible

__all__ = ["prompt_command"]


@click.command("prompt")
@click.argument("name")
@click.option(
    "--template",
    "chosen",
    default="sa-records",
    show_default=True,
    help="A shipped template, or a .yaml file of yours.",
)
@click.option("--text", default="...", show_default=True, help="The text that is asked about.")
@click.option(
    "--json-schema", "wanted", flag_value="json", help="The JSON Schema of the answer, for constrained decoding."
)
@click.option("--regex", "wanted", flag_value="regex", help="A regular expression of the answer, for the same.")
def prompt_command(name: str, chosen: str, text: str, wanted: str | None) -> None:
    """Show what a model is asked about a text of the data set NAME.

    With --json-schema or --regex, show instead what constrained decoding takes.
    """
    data, template = found_set(name), found_template(chosen)
    task, schema = data.task, data.prompt_schema
    console, _ = consoles()
    try:
        instruction = template.instruction(task, schema)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if wanted == "json":
        found = json_schema(task, schema, format=template.format, empty=template.empty_of(task))
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    elif wanted == "regex":
        click.echo(regex(task, schema, format=template.format, empty=template.empty_of(task)))
    else:
        show(console, Text(visible(prompt_of(instruction, text), lines=True)))
