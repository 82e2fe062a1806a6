"""``sfr evaluate``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from sfr.cli._shared import EXIT_BAD, OUT, consoles, is_too_wide, show
from sfr.cli._systems import Inputs, check_out, inputs_of, inputs_options, read_systems, setup_of, setup_options
from sfr.evaluation import CONVENTIONS
from sfr.evaluation.signatures import Setup, Signature, from_signature
from sfr.evaluation.systems import golds_of
from sfr.files import written_whole
from sfr.evaluation.conventions import Convention, settings
from sfr.paper import PROUIE, tables
from sfr.reports.evaluation import SHEETS, Contents, contents_of, results_json, sheets
from sfr.reports import visible
from sfr.reports.sheets import Sheet, sheet_csv, sheet_latex, sheet_markdown, sheet_table, sheet_text

__all__ = ["evaluate_command", "evaluated", "gold_problem"]

_ENDINGS = {".txt": "text", ".md": "markdown", ".csv": "csv", ".tex": "latex", ".json": "json"}
_BY_DEFAULT = ("scores", "contrasts", "parsing", "paper")


def _list_conventions(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's way
    if value and not ctx.resilient_parsing:
        for one in CONVENTIONS.values():
            click.echo(f"{one.name:<12} {one.about}")
        ctx.exit()


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
    type=click.Choice(list(_ENDINGS.values())),
    help="How tables are written.  [default: by the ending of OUT, or text]",
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
    Results that were written as JSON can be made again: sfr rerun results.json
    """
    console, errors = consoles()
    out: Path | None = options["out"]
    check_target(out)
    form = options["form"] or (_ENDINGS.get(out.suffix, "text") if out else "text")
    names = _tables(options["shown"], form)
    inputs, setup = inputs_of(options), setup_of(options)
    expected = _read_signature(options["signature"])
    setup = expected.setup if expected else setup
    paper = options["paper_system"] if options["against"] else None
    contents, signature, notes = evaluated(inputs, setup, errors, options["jobs"], options["pairs"], paper)
    if expected:
        check_golds(expected, signature)
    if form == "json":
        more = {"inputs": inputs.as_json(), "pairs": options["pairs"], "paper_system": paper, "notes": notes}
        text = json.dumps(results_json(contents, signature) | more, indent=1, ensure_ascii=False) + "\n"
    elif out is None and form == "text":
        _print(console, sheets(_only(contents, options["metrics"]), names), signature, notes)
        return
    else:
        text = _written(sheets(_only(contents, options["metrics"]), names), signature, notes, form)
    if out is None:
        click.echo(text, nl=False)
        return
    with written_whole(out) as file:
        file.write(text)
    show(console, f"wrote {out}")


def evaluated(  # noqa: PLR0913, PLR0917 - all that numbers depend on
    inputs: Inputs, setup: Setup, errors: Console, jobs: int, pairs: Any, paper_system: str | None
) -> tuple[Contents, Signature, list[str]]:
    """The numbers of the systems, their signature, and notes on how they were read."""
    systems, notes = read_systems(inputs, setup, errors, jobs)
    try:
        contents = contents_of(systems, setup, pairs=pairs, paper_system=paper_system)
    except ValueError as error:
        raise fail(error) from None
    return contents, Signature(setup, *golds_of(systems[0].runs[0])), notes


def check_golds(expected: Signature, found: Signature) -> None:
    """Refuse another gold than that of a signature."""
    if (expected.golds, expected.examples) != (found.golds, found.examples):
        raise click.ClickException(
            f"the gold is not that of the signature: expected {expected.examples:,} examples ({expected.golds}), "
            f"found {found.examples:,} ({found.golds})"
        )


def _read_signature(line: str | None) -> Signature | None:
    try:
        return None if line is None else from_signature(line)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="'--signature'") from None


def _tables(shown: Sequence[str], form: str) -> list[str]:
    """The names of the tables to show; a file of CSV holds one."""
    if form == "csv":
        if len(shown) > 1 or "all" in shown:
            raise click.BadParameter("a file of CSV holds one table", param_hint="'--show'")
        return list(shown or ["scores"])
    return list(SHEETS) if "all" in shown else list(shown or _BY_DEFAULT)


def _only(contents: Contents, metrics: Iterable[str]) -> Contents:
    """The contents with only these metrics, if any are named."""
    wanted = set(metrics)
    if not wanted:
        return contents
    known = {number.metric for number in contents.numbers}
    if unknown := sorted(wanted - known):
        raise click.BadParameter(
            f"nothing was counted for {', '.join(unknown)}; counted: {', '.join(sorted(known))}",
            param_hint="'--metric'",
        )
    return replace(
        contents,
        numbers=[number for number in contents.numbers if number.metric in wanted],
        contrasts=[contrast for contrast in contents.contrasts if contrast.metric in wanted],
        paper=[(system, one) for system, one in contents.paper if one.metric in wanted],
    )


def _print(console: Console, found: Sequence[Sheet], signature: Signature, notes: Sequence[str]) -> None:
    for sheet in found:
        table = sheet_table(sheet)
        show(console, sheet_table(sheet, narrow=True) if is_too_wide(console, table) else table)
        for note in sheet.notes:
            show(console, Text(note, style="dim"))
        show(console, "")
    for note in notes:
        show(console, Text(note, style="dim"))
    show(console, Text(signature.short, style="dim"))


def _written(found: Sequence[Sheet], signature: Signature, notes: Sequence[str], form: str) -> str:
    """The tables as text in a notation, with the signature of their numbers."""
    if form == "csv":
        return "".join(sheet_csv(sheet, {"signature": signature.long}) for sheet in found)
    if form == "markdown":
        parts = [*map(sheet_markdown, found), *(f"{note}\n" for note in notes)]
        return "\n".join([*parts, f"`{signature.long}`\n"])
    if form == "latex":
        lines = [f"% {line}\n" for line in (*notes, signature.long)]
        return "\n".join([*map(sheet_latex, found), "".join(lines)])
    console = Console(file=None, width=1_000, record=True)
    with console.capture() as captured:
        _print(console, found, signature, notes)
    return captured.get()
