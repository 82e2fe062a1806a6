"""``sfr data list``, ``sfr data show``, ``sfr data rules``."""

from __future__ import annotations

import json

import click

from sfr.cli._shared import consoles, is_too_wide, show
from sfr.cli.data._options import found_set
from sfr.data.catalogue import data_set, names
from sfr.reports.datasets import catalogue_table, entry, rules_table
from sfr.structures import TASKS, Task

__all__ = ["list_command", "rules_command", "show_command"]


@click.command("list")
@click.option("--task", type=click.Choice(TASKS), help="Only the data sets of this task.")
def list_command(task: Task | None) -> None:
    """List the data sets of the catalogue: sizes as in Table 8 of the paper, layout, licence."""
    console, _ = consoles()
    sets = [data for data in map(data_set, names()) if task in {None, data.task}]
    table = catalogue_table(sets)
    show(console, catalogue_table(sets, narrow=True) if is_too_wide(console, table) else table)


@click.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def show_command(name: str, as_json: bool) -> None:  # noqa: FBT001 - click passes by name
    """Show a data set: files, labels, licence, where to get it, what to look out for.

    NAME is a name of the catalogue, or a .yaml file of yours that describes a data set.
    """
    data = found_set(name)
    console, _ = consoles()
    if as_json:
        click.echo(json.dumps(data.model_dump(mode="json"), indent=2, ensure_ascii=False))
    else:
        show(console, entry(data))


@click.command("rules")
def rules_command() -> None:
    """List the rules for dirty rows: what is done, and what else --rule of sfr data build can ask for."""
    console, _ = consoles()
    show(console, rules_table())
