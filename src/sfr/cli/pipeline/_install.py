"""``sfr pipeline install``."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import click

from sfr.cli._shared import consoles, show
from sfr.cli.pipeline._options import ENVIRONMENTS, found_profile
from sfr.pipeline.environments import InstallError, environment_of, install, python_of
from sfr.reports import visible

__all__ = ["install_command"]


@click.command("install")
@click.argument("profile")
@ENVIRONMENTS
@click.option(
    "--sfr", "package", metavar="REQUIREMENT", help="Where this package comes from, if not from where it is now."
)
def install_command(profile: str, environments: Path, package: str | None) -> None:
    """Make the environments of the trainers that PROFILE runs with, with the exact versions it was tried with.

    What is there already is left as it is.
    """
    console, errors = consoles()
    found = found_profile(profile)
    for name in dict.fromkeys((found.environments.supervised, found.environments.exploration)):
        environment = environment_of(name)
        if python := python_of(environment, environments):
            show(console, visible(f"{name} stood there already: {python}"))
            continue
        show(console, visible(f"making {name}: {environment.title}; it takes {environment.disk:g} GB and some minutes"))
        try:
            with errors.status(name) if errors.is_terminal else nullcontext() as status:
                log, tell = environments / f"{name}.txt", None if status is None else status.update
                python = install(environment, environments, log=log, sfr=package, progress=tell)
        except (InstallError, OSError) as error:
            raise click.ClickException(visible(str(error), lines=True)) from None
        show(console, visible(f"made {python}"))
