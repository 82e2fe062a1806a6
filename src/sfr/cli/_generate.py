"""``sfr generate``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sfr.cli._predicting import (
    again_options,
    check_out,
    drawing_options,
    limit_option,
    sampling_of,
    server_of,
    server_options,
    settings_of,
)
from sfr.cli._shared import FILE, OUT, consoles
from sfr.cli._watching import Watch, report, told
from sfr.cli.data._export import template_for
from sfr.generation import Job, generate

__all__ = ["generate_command"]


@click.command("generate")
@click.argument("file", metavar="EXAMPLES", type=FILE)
@click.option("-o", "--out", type=OUT, required=True, help="Where the predictions go: JSON lines.")
@click.option("--url", required=True, help="The address of the server, such as http://127.0.0.1:8000/v1.")
@click.option("--model", required=True, help="The name that the server knows the model by.")
@drawing_options
@click.option("--set", "settings", metavar="FIELD=JSON", multiple=True, help="Another field of the request.")
@limit_option
@server_options
@again_options
def generate_command(  # noqa: PLR0913 - one parameter for each option
    *,
    file: Path,
    out: Path,
    url: str,
    chosen: str | None,
    settings: tuple[str, ...],
    limit: int | None,
    api_key_env: str | None,
    concurrency: int,
    retries: int,
    timeout: float,
    skip_failed: bool,
    again: bool,
    **sampling: Any,
) -> None:
    """Ask a server for predictions on EXAMPLES, a built data set's file or a mixture.

    The server speaks the OpenAI API, as vLLM does. The rows that are written are those that sfr score
    and sfr evaluate read.

    A run that was stopped, however it was, goes on with the same command; until it is through, what
    it has lies beside OUT: predictions.jsonl.partial. Examples that fail are named, the others are asked
    about; nothing is written as long as any is missing, and the exit code is 2, unless --skip-failed.
    """
    console, errors = consoles()
    check_out(out, file)
    asked = sampling_of(**sampling, others=settings_of(settings))
    job = Job(file, template_for(file, chosen), asked, limit)
    server = server_of(url, api_key_env, timeout, retries)
    watch = Watch(errors)
    made = told(
        errors,
        watch,
        lambda: generate(
            job, out, server, concurrency=concurrency, again=again, skip_failed=skip_failed, progress=watch
        ),
    )
    report(console, errors, made, file)
