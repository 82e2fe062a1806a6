"""``sfr data check``."""

from __future__ import annotations

from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import click

from sfr.cli._shared import FILE, consoles, fields_option, profile_option, progress, rewards, show
from sfr.cli.data._export import template_for
from sfr.cli.data._options import fail
from sfr.data.preflight import Limits, check_rows
from sfr.reports import visible
from sfr.reports.datasets import preflight_table

__all__ = ["check_command"]

_tokens = click.IntRange(min=1)


@click.command("check")
@click.argument("file", type=FILE)
@click.option(
    "--template",
    "chosen",
    help="How examples are asked about; that of the mixture, or sa-records, if not said. Rows of a trainer are checked as they are.",
)
@click.option(
    "--tokenizer", metavar="PATH", help="A Hugging Face tokenizer to count with: a folder, or a name on the hub."
)
@click.option("--cutoff", type=_tokens, help="Tokens of prompt and target together, as LLaMAFactory's cutoff_len.")
@click.option("--max-prompt", type=_tokens, help="Tokens of a prompt, as verl's data.max_prompt_length.")
@click.option("--max-target", type=_tokens, help="Tokens of a target, as verl's data.max_response_length.")
@click.option("--thinking/--no-thinking", default=None, help="What the trainer says to the chat template.")
@profile_option
@fields_option
@click.option("-j", "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes.")
def check_command(  # noqa: PLR0913, PLR0917 - one parameter for each option
    file: Path,
    chosen: str | None,
    tokenizer: str | None,
    cutoff: int | None,
    max_prompt: int | None,
    max_target: int | None,
    thinking: bool | None,  # noqa: FBT001 - click passes by name
    profile: str,
    settings: tuple[str, ...],
    jobs: int,
) -> None:
    """Check FILE before a training: examples, or the rows of a trainer.

    \b
    - every target earns the maximum of its own reward, read as an answer would be
    - prompts end with the text, name every type, and are put in one way
    - prompts and targets are no longer than the limits (with --tokenizer)

    Every row that is not so is reported with its line, and the exit code is 2.
    """
    if tokenizer is None and (cutoff or max_prompt or max_target or thinking is not None):
        raise click.UsageError("lengths in tokens take a --tokenizer to count with")
    console, errors = consoles()
    chat = {} if thinking is None else {"enable_thinking": thinking}
    limits = Limits(tokenizer, prompt=max_prompt, target=max_target, total=cutoff, chat=chat)
    try:
        with progress(errors, None, "checking") as advance:
            done = 0

            def step(lines: int) -> None:
                nonlocal done
                done += lines
                advance(done)

            found = check_rows(
                file, rewards(profile, settings), template_for(file, chosen), limits, jobs=jobs, progress=step
            )
    except BrokenProcessPool:
        raise click.ClickException("a worker process died, most likely for want of memory; try fewer jobs") from None
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    show(console, preflight_table(found))
    for names in found.look_alikes:
        show(console, f"note: types that differ in case or signs alone: {visible(', '.join(names))}")
    if found.count:
        problems = [f"{file}:{line}: {problem}" if line else f"{file}: {problem}" for line, problem in found.problems]
        more = [f"... and {found.count - len(problems):,} more"] if found.count > len(problems) else []
        fail(errors, [*problems, *more], found.count, "see above")
    show(console, "all is well")
