"""``sfr losses``."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import click

from sfr.cli._predicting import settings_of, template_option
from sfr.cli._shared import FILE, OUT, check_target, consoles, count, progress, show
from sfr.cli.data._export import template_for
from sfr.cli.data._options import fail
from sfr.data.storage import example_lines
from sfr.inference import InferenceError, LossError, Measuring, find_model, measure
from sfr.reports import visible

__all__ = ["losses_command"]


@click.command("losses")
@click.argument("model")
@click.argument("file", metavar="EXAMPLES", type=FILE)
@click.option("-o", "--out", type=OUT, required=True, help="Where the losses go: JSON lines.")
@template_option
@click.option("--thinking/--no-thinking", default=None, help="For models that have the choice; as in the training.")
@click.option("--batch-size", type=click.IntRange(min=1), help="How many examples at a time; 16.")
@click.option(
    "--set",
    "settings",
    metavar="FIELD=JSON",
    multiple=True,
    help="Another argument with which transformers loads the model.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Measure the first so many examples alone.")
@click.option("--again", is_flag=True, help="Measure anew, whatever stands there.")
def losses_command(  # noqa: PLR0913 - one parameter for each option
    *,
    model: str,
    file: Path,
    out: Path,
    chosen: str | None,
    thinking: bool | None,
    batch_size: int | None,
    settings: tuple[str, ...],
    limit: int | None,
    again: bool,
) -> None:
    """Measure how hard the EXAMPLES of a file are for MODEL: the loss of each target.

    MODEL is a folder that a trainer has left, or a name on the Hugging Face hub. The loss is the mean over
    the tokens of the target and its end token, in nats: 0 when the model is certain of every one of them. The tokens
    of the prompt are not counted.

    \b
    Of augmented examples, those with the highest losses are what to train on next:
      sfr losses MODEL augmented.jsonl -o losses.jsonl --no-thinking
    A line of OUT, in the order of the examples:
      {"id": "train-7", "dataset": "bc5cdr", "split": "train", "loss": 0.41, "tokens": 23}

    Template and thinking are those that MODEL was trained with. OUT is written when all losses are known; if an
    example has none, such as one that is too long for the model, it is named, and the exit code is 2.
    """
    console, errors = consoles()
    check_target(out, file)
    if out.suffix.lower() == ".parquet":
        raise click.BadParameter("the losses are JSON lines; name a .jsonl file", param_hint="'-o'")
    others, template = settings_of(settings), template_for(file, chosen)
    try:
        asked = Measuring(file, template, find_model(model), thinking, limit, others)
        total = sum(1 for _ in islice(example_lines(file), limit))
        with progress(errors, total, "measuring") as advance:
            made = measure(asked, out, batch=batch_size, again=again, progress=advance)
    except LossError as error:
        fail(errors, error.problems, error.count, "and nothing was written")
    except (InferenceError, ValueError) as error:
        raise click.ClickException(visible(str(error), lines=True)) from None
    losses = f"the losses of {count(made.rows, 'example')}"
    said = f"wrote {losses} to {out}" if made.fresh else f"{out} with {losses} stood there already"
    show(console, f"{said}; their mean is {made.mean:.4f}")
