"""``sfr extract``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from sfr.cli._extract_texts import extract_from_texts
from sfr.cli._predicting import (
    again_options,
    check_out,
    drawing_of,
    drawing_options,
    limit_option,
    sampling_of,
    server_options,
    settings_of,
)
from sfr.cli._shared import FILE, OUT, consoles
from sfr.cli._watching import Watch, report, told
from sfr.cli.data._export import template_for
from sfr.generation import Job, ServerError
from sfr.inference import InferenceError, engine_for, find_model, predict
from sfr.inference.engines import ENGINE_NAMES
from sfr.reports import visible
from sfr.structures import TASKS

__all__ = ["extract_command"]

_TEXT_OPTIONS = {"task": "--task", "types": "--types", "roles": "--roles", "schema": "--schema", "texts": "--text"}
_TEXT_OPTIONS |= {"lines": "--input", "url": "--url", "api_key_env": "--api-key-env"}
_FILE_OPTIONS = {"limit": "--limit", "skip_failed": "--skip-failed", "again": "--again"}


@click.command("extract")
@click.argument("model")
@click.argument("file", metavar="[EXAMPLES]", type=FILE, required=False)
@click.option("-o", "--out", type=OUT, help="Where the predictions go: JSON lines. Of texts, also standard output.")
@click.option("--task", type=click.Choice(TASKS), help="Of texts: what is extracted from them.")
@click.option("--types", metavar="A,B,...", help="Of texts: the types that are asked for, at least one.")
@click.option("--roles", metavar="A,B,...", help="Of texts: the roles of the arguments of events.")
@click.option("--schema", type=FILE, help='In their place, a file of JSON: {"types": [...], "roles": [...]}.')
@click.option("--text", "texts", multiple=True, help="A text; may be repeated. Standard input if none is given.")
@click.option("--input", "lines", type=FILE, help="A file with a text in each line.")
@click.option(
    "--engine", type=click.Choice(ENGINE_NAMES), default="auto", show_default=True, help="What runs the model."
)
@click.option("--batch-size", type=click.IntRange(min=1), help="How many texts at a time; 64, on vLLM 1024.")
@click.option(
    "--set",
    "settings",
    metavar="FIELD=JSON",
    multiple=True,
    help="Another argument with which the engine loads the model, or field of a server's request.",
)
@drawing_options
@limit_option
@click.option("--url", help="Of texts: the address of a server that has MODEL, such as http://127.0.0.1:8000/v1.")
@server_options
@again_options
def extract_command(
    *, model: str, file: Path | None, out: Path | None, settings: tuple[str, ...], **options: Any
) -> None:
    """Extract with MODEL: from the EXAMPLES of a file, or from texts.

    MODEL is a folder that a trainer has left, a name on the Hugging Face hub, or, with --url, the name that a
    server knows it by.

    \b
    Predictions for a built data set's file or a mixture, as sfr generate writes them:
      sfr extract MODEL built/bc5cdr/test.jsonl -o predictions.jsonl
    What is in a text:
      sfr extract MODEL --task ner --types person,place --text "Kevin left Rome."

    A run over EXAMPLES that was stopped goes on with the same command. What is extracted from texts comes
    as a table on a terminal, as JSON lines in a pipe.
    """
    wrong, why = (_TEXT_OPTIONS, "not with EXAMPLES") if file else (_FILE_OPTIONS, "only with EXAMPLES")
    if given := [option for name, option in wrong.items() if options[name]]:
        more = "; sfr generate asks a server about EXAMPLES" if "--url" in given else ""
        raise click.UsageError(f"{why}: {', '.join(given)}{more}")
    others = settings_of(settings)
    try:
        if file is None:
            extract_from_texts(model, out, others, options)
        else:
            _predict(model, file, out, others, options)
    except (InferenceError, ServerError, ValueError) as error:
        raise click.ClickException(visible(str(error), lines=True)) from None


def _predict(name: str, file: Path, out: Path | None, settings: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    """Predictions for the examples of a file."""
    console, errors = consoles()
    if out is None:
        raise click.UsageError("the predictions for EXAMPLES go to a file: name it with -o")
    check_out(out, file)
    template = template_for(file, options["chosen"])
    drawing = drawing_of(options)
    engine_for(options["engine"], sampling_of(model=name, **drawing))  # before gigabytes are read
    model = find_model(name)
    job = Job(file, template, sampling_of(model=model.fingerprint(), **drawing), options["limit"])
    watch = Watch(errors)
    made = told(
        errors,
        watch,
        lambda: predict(
            job,
            out,
            model,
            engine=options["engine"],
            batch=options["batch_size"],
            settings=settings,
            again=options["again"],
            skip_failed=options["skip_failed"],
            progress=watch,
        ),
    )
    report(console, errors, made, file)
