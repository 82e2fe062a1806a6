"""``sfr pipeline``."""

from __future__ import annotations

import click

from sfr.cli._lazy import Commands

__all__ = ["pipeline_command"]

_MODULES = {
    "profiles": "sfr.cli.pipeline._profiles",
    "install": "sfr.cli.pipeline._install",
    "plan": "sfr.cli.pipeline._plan",
    "run": "sfr.cli.pipeline._run",
    "status": "sfr.cli.pipeline._status",
    "report": "sfr.cli.pipeline._report",
}


@click.group("pipeline", cls=Commands, modules=_MODULES, extras=dict.fromkeys(_MODULES, "pipeline"))
def pipeline_command() -> None:
    """The whole method as one run: Complete Modeling, Streamlined Alignment, Deep Exploration.

    \b
      sfr pipeline install mini       the environments of the trainers, once
      sfr pipeline plan mini          what would be done
      sfr pipeline run mini -o run    do it; the same command goes on after a kill
      sfr pipeline status run         how far it is
      sfr pipeline report run         its tables, and a page

    A PROFILE is a size of the method: mini for a laptop, others for GPUs, or a .yaml file of yours.
    """
