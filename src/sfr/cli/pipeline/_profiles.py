"""``sfr pipeline profiles``."""

from __future__ import annotations

import click

from sfr.cli._shared import consoles, show
from sfr.pipeline.profiles import profile_names, profile_of
from sfr.reports.pipeline import profiles_table

__all__ = ["profiles_command"]


@click.command("profiles")
def profiles_command() -> None:
    """List the profiles: the sizes at which the method can be run."""
    show(consoles()[0], profiles_table(map(profile_of, profile_names())))
