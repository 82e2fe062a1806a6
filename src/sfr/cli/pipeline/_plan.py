"""``sfr pipeline plan``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sfr.cli._shared import consoles, show
from sfr.cli.pipeline._options import found_profile, plan_from, plan_options
from sfr.pipeline.environments import environment_of
from sfr.pipeline.recipes import recipe_text
from sfr.reports import visible
from sfr.reports.pipeline import plan_table

__all__ = ["plan_command"]


@click.command("plan")
@click.argument("profile")
@click.option(
    "-o",
    "--out",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("run"),
    show_default=True,
    help="The folder of the run.",
)
@plan_options
@click.option("--recipe", "shown", metavar="STAGE", help="Show what the trainer of a stage is told.")
@click.option("--commands", is_flag=True, help="Show how the trainers are started, and what is in their environments.")
def plan_command(*, profile: str, folder: Path, shown: str | None, commands: bool, **options: Any) -> None:
    """Show what a run of PROFILE would do; nothing is done.

    \b
      sfr pipeline plan mini
      sfr pipeline plan qwen3-4b-8gpu --data built --recipe de_re
    """
    console = consoles()[0]
    found = found_profile(profile)
    plan = plan_from(found, folder, options)
    if shown is None:
        show(console, plan_table(plan))
    else:
        try:
            planned = plan.stage(shown)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="'--recipe'") from None
        command = planned.trainer.command(planned.training, Path("python"))
        click.echo(recipe_text(planned.recipe, f"{shown}: {planned.node.stage.title}", " ".join(command)), nl=False)
    if commands:
        for planned in plan.stages:
            line = " ".join(planned.trainer.command(planned.training, Path("python")))
            show(console, visible(f"{planned.node.id}: {line}"))
        for name in dict.fromkeys((found.environments.supervised, found.environments.exploration)):
            environment = environment_of(name)
            words = [*environment.requirements, *environment.alone]
            show(console, visible(f"environment {name} ({environment.disk:g} GB): {' '.join(words)}"))
