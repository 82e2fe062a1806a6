"""``sfr pipeline report``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from sfr.cli._shared import OUT, check_target, consoles, progress, show
from sfr.cli._sheets import ENDINGS, form_of, print_sheet, sheets_text, write_text
from sfr.evaluation.signatures import Signature
from sfr.evaluation.systems import golds_of
from sfr.pipeline.comparisons import setup_for
from sfr.pipeline.folders import RunFolder
from sfr.pipeline.results import Results, ResultsError, results_of
from sfr.reports import visible
from sfr.reports.pipeline.contents import Contents, contents_of
from sfr.reports.pipeline.notes import notes_of
from sfr.reports.pipeline.tables import SHEETS, sheets
from sfr.reports.sheets import sheet_csv, sheet_json

__all__ = ["report_command"]

_PAGE = ".html"
_BY_DEFAULT_IN_CSV = "ablation"


@click.command("report")
@click.argument("runs", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "-o",
    "--out",
    type=OUT,
    help="Where it goes, in place of the screen: a page (.html), or tables (.txt, .md, .csv, .tex, .json).",
)
@click.option(
    "--show",
    "shown",
    multiple=True,
    type=click.Choice([*SHEETS, "all"]),
    help="A table to show; may be repeated.  [default: all]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(ENDINGS.values())),
    help="How tables are written; json has all of them.  [default: by the ending of OUT, or text]",
)
@click.option(
    "--draws",
    type=click.IntRange(min=0),
    default=1_000,
    show_default=True,
    help="Samples for intervals and tests; 0 for none.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="The seed of the samples.")
@click.option(
    "--level",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.95,
    show_default=True,
    help="The share of the samples that an interval holds.",
)
def report_command(  # noqa: PLR0913 - one for each option
    *,
    runs: tuple[Path, ...],
    out: Path | None,
    shown: tuple[str, ...],
    form: str | None,
    draws: int,
    seed: int,
    level: float,
) -> None:
    """Show the tables of the paper for RUNS, which are one profile with several seeds.

    \b
      sfr pipeline report run                       on the screen
      sfr pipeline report run -o page.html          one HTML file with tables and charts
      sfr pipeline report run-0 run-1 run-2         means over three seeds, with intervals
      sfr pipeline report run --show ablation -o table-5.tex

    \b
    verdict      what the numbers say, in words: nothing without an interval
    ablation     stages taken away, as in Table 5
    rewards      coarse and fine terms, the whole and other rewards, as in Table 7
    lengths      lengths of outputs, as in Table 6
    stages       every task after every stage
    remedies     against forgetting, and supervised steps for as long as DE took
    differences  what sets rows apart, with intervals and p-values
    costs        steps, minutes, memory, and what a step of DE is spent on

    A row whose stages are not there is left out, and the table says which command adds it.
    """
    console, errors = consoles()
    check_target(out)
    is_page = out is not None and out.suffix == _PAGE
    if is_page and (form or shown):
        raise click.UsageError("a page holds all tables; --format and --show are for tables alone")
    form = form or ("text" if is_page else form_of(out, [_PAGE]))
    names = _tables(shown, form)
    results, contents = _contents(runs, errors, draws, seed, level)
    signature = Signature(contents.setup, *golds_of(results.first))
    if is_page:
        write_text(console, out, _page(contents, signature))
    elif out is None and form == "text":
        _print(console, contents, names, signature)
    else:
        write_text(console, out, _written(contents, names, signature, form))


def _tables(shown: Sequence[str], form: str) -> list[str]:
    """The names of the tables to show; a file of CSV holds one."""
    if form != "csv":
        return list(SHEETS) if not shown or "all" in shown else list(dict.fromkeys(shown))
    if len(shown) > 1 or "all" in shown:
        raise click.BadParameter("a file of CSV holds one table", param_hint="'--show'")
    return list(shown or [_BY_DEFAULT_IN_CSV])


def _contents(runs: Iterable[Path], errors: Console, draws: int, seed: int, level: float) -> tuple[Results, Contents]:
    """What the runs have come to, with intervals."""
    try:
        with progress(errors, None, "reading") as advance:
            results = results_of([RunFolder(run) for run in runs], advance)
        return results, contents_of(results, setup_for(results, draws=draws, seed=seed, level=level))
    except (ResultsError, ValueError) as error:
        raise click.ClickException(visible(str(error), lines=True)) from None
    except OSError as error:
        raise click.ClickException(visible(f"cannot read {error.filename}: {error.strerror}")) from None


def _print(console: Console, contents: Contents, names: Iterable[str], signature: Signature) -> None:
    for sheet in sheets(contents, names):
        print_sheet(console, sheet)
        show(console, "")
    for note in notes_of(contents):
        show(console, visible(note))
    show(console, Text(signature.short, style="dim"))


def _written(contents: Contents, names: Iterable[str], signature: Signature, form: str) -> str:
    """The tables as text in a notation, with the signature of their numbers."""
    if form == "json":
        found = {name: sheet_json(make(contents)) for name, make in SHEETS.items()}
        about = {"profile": contents.results.about["profile"], "seeds": list(contents.results.runs)}
        lines = {"short": signature.short, "long": signature.long}
        return json.dumps({"signature": lines, **about, **found, "notes": notes_of(contents)}, indent=1) + "\n"
    if form == "csv":
        return "".join(sheet_csv(sheet, {"signature": signature.long}) for sheet in sheets(contents, names))
    line = signature.short if form == "text" else signature.long
    return sheets_text(sheets(contents, names), notes_of(contents), line, form)


def _page(contents: Contents, signature: Signature) -> str:
    from sfr.reports.pipeline.page import run_page

    try:
        return run_page(contents, signature)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
