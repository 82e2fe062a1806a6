"""``sfr data export``."""

from __future__ import annotations

from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import click

from sfr.cli._shared import FILE, consoles, count, progress, show
from sfr.cli.data._options import fail, found_template, made_folder
from sfr.data.exporting import ExportError, export
from sfr.data.manifests import manifest_of, read_manifest
from sfr.data.prompts import Template
from sfr.data.trainer_rows import TRAINERS
from sfr.reports import visible

__all__ = ["export_command", "template_for"]

DEFAULT = "sa-records"


@click.command("export")
@click.argument("file", type=FILE)
@click.option("--for", "trainer", required=True, type=click.Choice(list(TRAINERS)), help="Who reads the rows.")
@click.option(
    "-o", "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder for the rows."
)
@click.option(
    "--template",
    "chosen",
    help=f"A shipped template, or a .yaml file of yours; that of the mixture, or {DEFAULT}, if not said.",
)
@click.option("-j", "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes.")
@click.option("--again", is_flag=True, help="Write anew what stands there, also if it is of another file or trainer.")
def export_command(  # noqa: PLR0913, PLR0917 - one parameter for each option
    file: Path,
    trainer: str,
    out: Path,
    chosen: str | None,
    jobs: int,
    again: bool,  # noqa: FBT001 - click passes by name
) -> None:
    """Write the examples in FILE as rows of a trainer.

    FILE is a built data set's, or a mixture. Every row carries its ground truth as one string of JSON:
    {"task", "text", "gold", "schema"}. For LLaMAFactory the file is entered in dataset_info.json.
    """
    console, errors = consoles()
    template = template_for(file, chosen)
    made_folder(out)
    try:
        with progress(errors, _lines(file), "writing") as advance:
            done = 0

            def step(lines: int) -> None:
                nonlocal done
                done += lines
                advance(done)

            made = export(file, out, trainer, template, jobs=jobs, again=again, progress=step)
    except ExportError as error:
        fail(errors, error.problems, error.count, "and nothing was written")
    except BrokenProcessPool:
        raise click.ClickException("a worker process died, most likely for want of memory; try fewer jobs") from None
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    rows = count(made.rows, "row")
    said = f"wrote {rows} to {made.path}" if made.fresh else f"{made.path} with {rows} stood there already"
    show(console, f"{said}, asked with {visible(template.name)}")


def template_for(file: Path, chosen: str | None) -> Template:
    """The template that is asked for, or that of the rows or the mixture in a file, or the default."""
    manifest = read_manifest(manifest_of(file))
    made_from = manifest["made_from"] if manifest else {}
    if chosen is None and "template" in made_from:
        return Template.model_validate(made_from["template"])
    return found_template(chosen or made_from.get("mix", {}).get("template") or DEFAULT)


def _lines(file: Path) -> int | None:
    """How many rows a file has, where a manifest says it."""
    manifest = read_manifest(manifest_of(file))
    rows = manifest["result"].get("rows") if manifest else None
    return rows if isinstance(rows, int) else None
