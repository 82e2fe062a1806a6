"""``sfr report``."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from sfr.cli._evaluate import evaluated
from sfr.cli._shared import OUT, consoles, profile_option, progress, rewards, show
from sfr.cli._systems import (
    Inputs,
    check_out,
    fail,
    fail_on,
    inputs_of,
    inputs_options,
    open_all,
    setup_of,
    setup_options,
)
from sfr.evaluation.signatures import Setup
from sfr.files import written_whole
from sfr.reports.evaluation import SHEETS, Contents
from sfr.reports.page import Collected, Collector, ExampleKey, check_libraries, chosen, page, page_model
from sfr.rewards import Reward
from sfr.structures import TASKS, Task
from sfr.workers import in_order

__all__ = ["report_command"]

_KILO = 1_000


@click.command("report")
@inputs_options
@setup_options
@profile_option
@click.option(
    "--reward",
    "settings",
    metavar="FIELD=VALUE",
    multiple=True,
    help="Override a field of the reward; may be repeated.",
)
@click.option("--title", help="What stands at the top.  [default: the names of the systems]")
@click.option(
    "--examples",
    type=click.IntRange(min=0),
    default=10_000,
    show_default=True,
    help="How many examples to show at most; of more, so many are drawn (--seed). Numbers are of all.",
)
@click.option("-o", "--out", type=OUT, default="report.html", show_default=True, help="Where the page goes.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes.")
def report_command(**options: Any) -> None:
    """Write a page about PREDICTIONS: the numbers with their charts, and every example to look at.

    \b
    One HTML file, which any browser opens and which asks no network for anything:
      sfr report run.jsonl -o report.html
      sfr report base=run.jsonl ours=other.jsonl -o report.html

    PREDICTIONS, gold and all that numbers depend on are named as for sfr evaluate.
    """
    console, errors = consoles()
    out: Path = options["out"]
    inputs, setup = inputs_of(options), setup_of(options)
    check_out(out, inputs)
    try:
        check_libraries()
    except ValueError as error:
        raise fail(error) from None
    chosen_rewards = _rewards(options["profile"], options["settings"])
    contents, signature, notes = evaluated(inputs, setup, errors, options["jobs"], "first", None)
    keys = list(chosen(_keys(contents), options["examples"], setup.seed))
    collected = _collected(inputs, setup, chosen_rewards, keys, errors, options["jobs"])
    model = page_model(
        contents,
        signature,
        collected,
        keys,
        title=options["title"] or ", ".join(collected),
        rewards=chosen_rewards,
        notes=[*_notes(contents, len(keys), signature.examples), *notes],
    )
    text = page(model)
    with written_whole(out) as file:
        file.write(text)
    show(console, f"wrote {out}: {len(keys):,} of {signature.examples:,} examples, {len(text) / _KILO:,.0f} kB")


def _rewards(profile: str, settings: tuple[str, ...]) -> dict[Task, Reward]:
    try:
        return rewards(profile, settings, TASKS)
    except click.BadParameter as error:
        raise click.BadParameter(error.message, param_hint="'--reward'") from None


def _keys(contents: Contents) -> list[ExampleKey]:
    """The examples, task by task and data set by data set."""
    run = contents.systems[0].runs[0]
    return [(task, dataset, name) for task, dataset in contents.systems[0].keys for name in run[task, dataset].ids]


def _collected(  # noqa: PLR0913, PLR0917 - what is read, and how
    inputs: Inputs, setup: Setup, judged_by: dict[Task, Reward], keys: Sequence[ExampleKey], errors: Console, jobs: int
) -> dict[str, list[Collected]]:
    """What is shown of each run of each system, beyond its numbers."""
    collector = Collector(setup.convention, judged_by, frozenset(keys), setup.lengths)
    found: dict[str, list[Collected]] = {}
    try:
        for name, source in open_all(inputs, setup):
            run = Collected()
            with progress(errors, source.size, f"scoring {name}") as advance:
                for part in in_order(collector, source.rows, jobs):
                    run.merge(part)
                    advance(source.place)
            fail_on(errors, source.problems)
            found.setdefault(name, []).append(run)
    except (BrokenProcessPool, OSError, ValueError) as error:
        raise fail(error) from None
    return found


def _notes(contents: Contents, shown: int, total: int) -> list[str]:
    """What a reader of the page has to know."""
    setup = contents.setup
    notes = []
    if setup.draws:
        notes.append(
            f"Intervals are bootstrap percentiles at {100 * setup.level:g} % over examples: "
            f"{setup.draws:,} samples, seed {setup.seed}."
        )
    if shown < total:
        notes.append(
            f"{shown:,} of {total:,} examples are shown, drawn at random with seed {setup.seed}; numbers are of all."
        )
    notes += [*SHEETS["scores"](contents).notes, *SHEETS["contrasts"](contents).notes]
    if any(len(system.runs) > 1 for system in contents.systems):
        notes.append(
            "Of a system with several runs, the examples show the first; "
            "scores are means over its runs, and counts of units and outputs are sums."
        )
    return notes
