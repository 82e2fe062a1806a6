"""What the commands of ``sfr data`` share."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console

from sfr.cli._shared import EXIT_BAD, count
from sfr.data.catalogue import CatalogueError, DataSet, data_set, read_data_set
from sfr.data.prompts import Template, TemplateError, read_template, template
from sfr.reports import visible

__all__ = ["FOLDER", "fail", "found_set", "found_template", "made_folder"]

FOLDER = click.Path(exists=True, file_okay=False, readable=True, path_type=Path)


def found_set(name: str) -> DataSet:
    """The data set of that name, or of that file."""
    try:
        return read_data_set(Path(name)) if _is_file(name) else data_set(name)
    except CatalogueError as error:
        raise click.UsageError(visible(str(error), lines=True)) from None
    except OSError as error:
        raise click.ClickException(f"cannot read {name}: {error.strerror}") from None


def found_template(name: str) -> Template:
    """The template of that name, or of that file."""
    try:
        return read_template(Path(name)) if _is_file(name) else template(name)
    except TemplateError as error:
        raise click.UsageError(visible(str(error), lines=True)) from None
    except OSError as error:
        raise click.ClickException(f"cannot read {name}: {error.strerror}") from None


def _is_file(name: str) -> bool:
    return name.endswith((".yaml", ".yml"))


def made_folder(path: Path) -> Path:
    """The folder, made if it is not there."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.BadParameter(f"cannot make the folder {path}: {error.strerror}", param_hint="'-o'") from None
    return path


def fail(errors: Console, problems: list[str], total: int, what: str) -> NoReturn:
    """Print the problems and how many there are, and end the command."""
    for problem in problems:
        errors.print(visible(problem, lines=True))
    errors.print(f"{count(total, 'problem')}, {what}")
    raise click.exceptions.Exit(EXIT_BAD)
