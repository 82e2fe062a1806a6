"""``sfr evaluate``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console
from rich.text import Text

from sfr.cli._shared import OUT, consoles, show
from sfr.cli._sheets import ENDINGS, form_of, print_sheet, sheets_text, write_text
from sfr.cli._systems import Inputs, check_out, fail, inputs_of, inputs_options, read_systems, setup_of, setup_options
from sfr.evaluation import CONVENTIONS
from sfr.evaluation.conventions import Convention, settings, write_setting
from sfr.evaluation.signatures import Setup, Signature, from_signature
from sfr.evaluation.systems import golds_of
from sfr.paper import PROUIE, tables
from sfr.reports import visible
from sfr.reports.evaluation import SHEETS, Contents, contents_of, results_json, sheets
from sfr.reports.sheets import Sheet, sheet_csv

__all__ = ["evaluate_command", "evaluated", "gold_problem"]

_BY_DEFAULT = ("scores", "contrasts", "parsing", "paper")


def _list_conventions(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's way
    if value and not ctx.resilient_parsing:
        for one in CONVENTIONS.values():
            click.echo(f"{one.name:<12} {one.about}")
            if own := _own_settings(one):
                click.echo(f"{'':<12} {own}")
        ctx.exit()


def _own_settings(one: Convention) -> str:
    """What a convention sets in another way than ours, as --set takes it."""
    values = {name: (getattr(one, name), getattr(CONVENTIONS["sfr"], name)) for name in settings()}
    return " ".join(f"{name}={write_setting(name, own)}" for name, (own, ours) in values.items() if own != ours)


@click.command("evaluate")
@inputs_options
@setup_options
@click.option(
    "--conventions",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_list_conventions,
    help="Say what each convention does differently, and exit.",
)
@click.option("--signature", metavar="LINE", help="Do as this signature says, and check that the gold is the same.")
@click.option(
    "--pairs",
    type=click.Choice(["first", "all"]),
    default="first",
    show_default=True,
    help="Which systems to compare: each with the first, or every pair.",
)
@click.option("--against", type=click.Choice(["paper"]), help="Put the figures of the ProUIE paper beside the numbers.")
@click.option("--paper-system", default=PROUIE, show_default=True, metavar="NAME", help="Whose figures in the paper.")
@click.option(
    "--show",
    "shown",
    multiple=True,
    type=click.Choice([*SHEETS, "all"]),
    help=f"A table to show; may be repeated.  [default: {', '.join(_BY_DEFAULT)}]",
)
@click.option("--metric", "metrics", multiple=True, metavar="NAME", help="Show this metric only; may be repeated.")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(ENDINGS.values())),
    help="How tables are written; json has all of them.  [default: by the ending of OUT, or text]",
)
@click.option("-o", "--out", type=OUT, help="Where the tables go, in place of the screen.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes.")
def evaluate_command(**options: Any) -> None:
    """Evaluate PREDICTIONS: precision, recall and F1 of every metric, with intervals, and a signature to cite.

    \b
    Each of PREDICTIONS is a file or folder, one run of a system:
      run.jsonl                         one system, called by its path
      base=run.jsonl ours=other.jsonl   two systems, compared
      base=run-1.jsonl base=run-2.jsonl one system with two runs

    \b
    Its kind is told by what is in it, or by --kind:
      rows          .jsonl, .parquet: rows with gold, as sfr generate writes and sfr score reads
      answers       .jsonl, .parquet: ids and outputs, with --gold
      llamafactory  a folder with generated_predictions.jsonl, with --gold or --task
      verl          a folder of validation dumps
      lm-eval       samples of lm-evaluation-harness
      batch         results of a batch file, of vLLM or another server, with --gold

    Whatever is wrong is reported with its line, and then there are no numbers and the exit code is 2.
    Results that were written as JSON (-o results.json) can be made again: sfr rerun results.json
    """
    console, errors = consoles()
    inputs, setup, paper = inputs_of(options), setup_of(options), _paper_system(options)
    out: Path | None = options["out"]
    check_out(out, inputs)
    form = options["form"] or form_of(out)
    names = _tables(options["shown"], form)
    expected = _expected(options["signature"])
    setup = expected.setup if expected else setup
    _check_metrics(options["metrics"], setup.convention)
    contents, signature, notes = evaluated(inputs, setup, errors, options["jobs"], options["pairs"], paper)
    if expected and (problem := gold_problem(expected, signature)):
        raise fail(ValueError(problem))
    if form == "json":
        more = {"inputs": inputs.as_json(), "pairs": options["pairs"], "paper_system": paper, "notes": notes}
        text = json.dumps(results_json(contents, signature) | more, indent=1) + "\n"
    else:
        contents = _only(contents, options["metrics"])
        notes += _empty([*options["shown"], *(["paper"] if paper else [])], contents)
        if out is None and form == "text":
            _print(console, sheets(contents, names), signature, notes)
            return
        text = _written(contents, names, signature, notes, form)
    write_text(console, out, text)


def evaluated(  # noqa: PLR0913, PLR0917 - all that numbers depend on
    inputs: Inputs, setup: Setup, errors: Console, jobs: int, pairs: Any, paper_system: str | None
) -> tuple[Contents, Signature, list[str]]:
    """The numbers of the systems, their signature, and notes on how they were read."""
    systems, notes = read_systems(inputs, setup, errors, jobs)
    try:
        contents = contents_of(systems, setup, pairs=pairs, paper_system=paper_system)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    if not any(number.covered for number in contents.numbers):
        metrics = ", ".join(name for names in setup.convention.metrics.values() for name in names)
        raise fail(
            ValueError(
                f"nothing can be counted: convention {setup.convention.name} has {metrics}; "
                "those on spans take the text, and the places of all mentions of gold (at)"
            )
        )
    return contents, Signature(setup, *golds_of(systems[0].runs[0])), notes


def gold_problem(expected: Signature, found: Signature) -> str:
    """What is wrong if the gold is another than that of a signature, or ""."""
    if (expected.golds, expected.examples) == (found.golds, found.examples):
        return ""
    return (
        f"the gold is not that of the signature: expected {expected.examples:,} examples ({expected.golds}), "
        f"found {found.examples:,} ({found.golds})"
    )


# -- what the options say --------------------------------------------------------------------------


def _expected(line: str | None) -> Signature | None:
    """The signature to follow, if there is one; then no option may say what it says."""
    if line is None:
        return None
    context = click.get_current_context()
    given = [
        parameter.opts[0]
        for parameter in context.command.params
        if parameter.name in _SIGNED and context.get_parameter_source(parameter.name) is not ParameterSource.DEFAULT
    ]
    try:
        if given:
            raise click.BadParameter(f"it says all of {', '.join(given)} itself", param_hint="'--signature'")
        return from_signature(line)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--signature'") from None


_SIGNED = {"convention", "overrides", "missing", "draws", "seed", "level", "runs", "lengths", "bands"}


def _paper_system(options: Any) -> str | None:
    """The system of the paper to compare with, if one is wanted."""
    name = options["paper_system"] if options["against"] else None
    known = dict.fromkeys(column for table in tables() if table.readings for column in table.columns)
    if name and name not in known:
        raise click.BadParameter(
            f"the paper has no figures of {name!r}; it has those of {', '.join(known)}", param_hint="'--paper-system'"
        )
    return name


def _tables(shown: Sequence[str], form: str) -> list[str]:
    """The names of the tables to show; a file of CSV holds one."""
    if form == "csv":
        if len(shown) > 1 or "all" in shown:
            raise click.BadParameter("a file of CSV holds one table", param_hint="'--show'")
        return list(shown or ["scores"])
    return list(SHEETS) if "all" in shown else list(shown or _BY_DEFAULT)


def _check_metrics(metrics: Iterable[str], convention: Convention) -> None:
    """Refuse metrics that the convention does not have, before any work is done."""
    known = dict.fromkeys(name for names in convention.metrics.values() for name in names)
    if unknown := [name for name in metrics if name not in known]:
        raise click.BadParameter(
            f"convention {convention.name} has no {', '.join(unknown)}; it has {', '.join(known)}",
            param_hint="'--metric'",
        )


# -- what is shown ---------------------------------------------------------------------------------


def _only(contents: Contents, metrics: Iterable[str]) -> Contents:
    """The contents with only these metrics, if any are named."""
    wanted = set(metrics)
    if not wanted:
        return contents
    known = dict.fromkeys(number.metric for number in contents.numbers)
    if unknown := sorted(wanted - known.keys()):
        raise click.BadParameter(
            f"nothing was counted for {', '.join(unknown)}; counted: {', '.join(known)}", param_hint="'--metric'"
        )
    return replace(
        contents,
        numbers=[number for number in contents.numbers if number.metric in wanted],
        contrasts=[contrast for contrast in contents.contrasts if contrast.metric in wanted],
        paper=[(system, one) for system, one in contents.paper if one.metric in wanted],
    )


def _empty(asked: Iterable[str], contents: Contents) -> Iterator[str]:
    """Which of the tables that were asked for have nothing to show."""
    for name in dict.fromkeys(asked):
        if name in SHEETS and not SHEETS[name](contents).rows:
            yield f"{name}: nothing to show{_WHY.get(name, '')}"


_WHY = {
    "contrasts": "; it takes two systems, and draws",
    "paper": "; the paper has no figures of that system and these data sets (as named in: sfr data list)",
    "lengths": "; the files hold no lengths",
}


def _print(console: Console, found: Iterable[Sheet], signature: Signature, notes: Iterable[str]) -> None:
    for sheet in found:
        print_sheet(console, sheet)
        show(console, "")
    for note in notes:
        show(console, visible(note))
    show(console, Text(signature.short, style="dim"))


def _written(contents: Contents, names: Iterable[str], signature: Signature, notes: Iterable[str], form: str) -> str:
    """The tables as text in a notation, with the signature of their numbers."""
    if form == "csv":
        return "".join(sheet_csv(SHEETS[name](contents), {"signature": signature.long}) for name in names)
    line = signature.short if form == "text" else signature.long
    return sheets_text(sheets(contents, names), notes, line, form)
