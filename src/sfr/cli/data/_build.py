"""``sfr data build``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from sfr.cli._shared import consoles, count, is_too_wide, progress, show
from sfr.cli.data._options import FOLDER, fail, found_set, made_folder
from sfr.data.building import BuildError, Built, Form, Order, Text, build
from sfr.data.catalogue import DataSet, data_set, names
from sfr.data.manifests import read_manifest
from sfr.data.rules import RULES, Action
from sfr.data.splits import find_files
from sfr.files import written_whole
from sfr.reports.datasets import build_notes, build_table, dirt_table
from sfr.workers import in_order

__all__ = ["build_command"]

_REPORT = "report.json"
_HUB = "hub:"
_DESCRIPTION = "data_set.yaml"


@click.command("build")
@click.argument("raw")
@click.argument("sets", nargs=-1, metavar="[NAME]...")
@click.option(
    "-o", "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where the data sets go."
)
@click.option(
    "--text",
    type=click.Choice(["tokens", "original"]),
    default="tokens",
    show_default=True,
    help="Tokens joined by a space, as in the paper, or the text before it was tokenised, where the source has it.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "parquet"]),
    default="jsonl",
    show_default=True,
    help="Of the files.",
)
@click.option(
    "--rule", "rules", metavar="RULE=ACTION", multiple=True, help="What is done with dirty rows; see: sfr data rules."
)
@click.option(
    "-j", "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Data sets built at a time."
)
@click.option("--again", is_flag=True, help="Build anew what stands there from the same files.")
@click.option("--dirt", is_flag=True, help="List what was dirty, by rule.")
def build_command(  # noqa: PLR0913, PLR0917 - one parameter for each option
    raw: str,
    sets: tuple[str, ...],
    out: Path,
    text: Text,
    form: Form,
    rules: tuple[str, ...],
    jobs: int,
    again: bool,  # noqa: FBT001 - click passes by name
    dirt: bool,  # noqa: FBT001
) -> None:
    """Build checked examples from the data sets in the folder RAW.

    RAW holds a folder for each data set, under its name, with the files it was published in; for a
    single NAME it may be that folder itself. Without a NAME all data sets that are there are built,
    also yours, in folders with a data_set.yaml that describes them. A NAME is one of sfr data list, such
    a folder of yours, or a .yaml file that describes a data set. With hub: for RAW the data sets come
    from the Hugging Face hub, with hub:FOLDER from copies of its repositories.

    \b
    OUT gets, for each data set:
      NAME/train.jsonl ...    the examples
      NAME/dirt.jsonl         every dirty row: file, line, rule, what was done
      NAME/manifest.json      what it was made from, and all counts
    and report.json with the counts of all data sets that stand there.

    A data set that cannot be built is reported with file and line, and nothing of it is written; the
    exit code is then 2. A data set that stands there, made from the same files in the same way, is
    left as it is, so a build that was stopped goes on where it was.
    """
    console, errors = consoles()
    options: dict[str, Any] = {"text": text, "form": form, "rules": _chosen(rules), "again": again}
    if raw.startswith(_HUB):
        mirror = _mirror(raw, sets)
        orders = [Order(found_set(name), None, out, mirror, **options) for name in sets]
    else:
        folder = FOLDER.convert(raw, None, None)
        orders = [Order(data, home, out, **options) for data, home in _wanted(folder, sets)]
    orders = _different(orders)
    made_folder(out)
    try:
        with progress(errors, sum(map(_bytes, orders)), "building") as advance:
            done = _build(orders, jobs, advance)
    except BrokenProcessPool:
        raise click.ClickException("a worker process died, most likely for want of memory; try fewer jobs") from None
    except OSError as error:
        raise click.ClickException(str(error)) from None
    built = {found.name: found for found in done if isinstance(found, Built)}
    results = {name: found.result for name, found in built.items()}
    if results:
        table = build_table(results)
        show(console, build_table(results, narrow=True) if is_too_wide(console, table) else table)
        for note in (*build_notes(results), *_unchanged_texts(results, text)):
            show(console, f"note: {note}")
        if dirt:
            show(console, "")
            show(console, dirt_table(results))
        try:
            _write_report(out)
        except OSError as error:
            raise click.ClickException(f"cannot write {out / _REPORT}: {error.strerror}") from None
        _say(console, built, out)
    failed = [(order, found) for order, found in zip(orders, done, strict=True) if isinstance(found, BuildError)]
    problems = [problem for _, error in failed for problem in error.problems]
    if failed:
        unbuilt = ", ".join(order.data.name for order, _ in failed)
        older = [order.data.name for order, _ in failed if (out / order.data.name / "manifest.json").is_file()]
        stays = f"; an older {', '.join(older)} stays in {out}" if older else ""
        fail(errors, problems, sum(error.count for _, error in failed), f"and nothing was written of {unbuilt}{stays}")


def _different(orders: list[Order]) -> list[Order]:
    """The orders, each once; two that would write to one place cannot both be."""
    by_name: dict[str, Order] = {}
    for order in orders:
        other = by_name.setdefault(order.data.name, order)
        if other != order:
            raise click.UsageError(
                f"there are two data sets named {order.data.name}, in {other.folder} and {order.folder}"
            )
    return list(by_name.values())


def _unchanged_texts(results: Mapping[str, Any], text: Text) -> list[str]:
    """Which data sets have no text but the one that they always give."""
    same = [name for name, result in results.items() if text == "original" and result["text"] != text]
    return [f"the sources of {', '.join(same)} have no other text"] if same else []


def _mirror(raw: str, sets: tuple[str, ...]) -> Path | None:
    """The folder in which hub:FOLDER finds copies; None for the hub itself."""
    if not sets:
        raise click.UsageError("with hub: name the data sets; see: sfr data list")
    folder: Path | None = FOLDER.convert(raw.removeprefix(_HUB), None, None) if raw != _HUB else None
    return folder


def _chosen(rules: tuple[str, ...]) -> dict[str, Action]:
    chosen: dict[str, Action] = {}
    for rule in rules:
        name, equals, action = rule.partition("=")
        if not equals or name not in RULES or action not in RULES[name].actions:
            known = "; ".join(f"{name}={'|'.join(found.actions)}" for name, found in RULES.items())
            raise click.BadParameter(f"{rule!r} is none of {known}", param_hint="'--rule'")
        chosen[name] = next(known for known in RULES[name].actions if known == action)
    return chosen


def _wanted(raw: Path, sets: tuple[str, ...]) -> list[tuple[DataSet, Path]]:
    """The data sets and the folder of each."""
    if sets:
        found = [_named(raw, name) for name in sets]
        if len(found) == 1 and not found[0][1].is_dir():
            return [(found[0][0], raw)]
        return found
    if (raw / _DESCRIPTION).is_file():
        return [(found_set(str(raw / _DESCRIPTION)), raw)]
    own = [_named(raw, path.parent.name) for path in sorted(raw.glob(f"*/{_DESCRIPTION}"))]
    described = {folder for _, folder in own}
    shipped = [(data, _folder(raw, data)) for data in map(data_set, names())]
    found = [(data, folder) for data, folder in shipped if folder not in described and folder.is_dir()]
    if not (found or own):
        raise click.UsageError(
            f"{raw} holds no folder of a data set; expected such as {raw / names()[0]}. "
            "See what is looked for: sfr data show NAME"
        )
    return found + own


def _named(raw: Path, name: str) -> tuple[DataSet, Path]:
    """The data set of that name and its folder: one described in its folder, or a file, or one of the catalogue."""
    own = raw / name / _DESCRIPTION
    if own.is_file():
        return found_set(str(own)), own.parent
    data = found_set(name)
    described_there = Path(name).name == _DESCRIPTION
    return data, Path(name).parent if described_there else _folder(raw, data)


def _folder(raw: Path, data: DataSet) -> Path:
    """The folder of a data set, whatever the case of its letters."""
    there = {path.name.casefold(): path for path in raw.iterdir() if path.is_dir()}
    return there.get(data.name.casefold(), raw / data.name)


def _bytes(order: Order) -> int:
    """How much there is to read; 1 for what comes from the hub."""
    if order.folder is None:
        return 1
    files = find_files(order.data.files, order.folder)
    return sum(path.stat().st_size for paths in files.values() for path in paths)


def _build(orders: list[Order], jobs: int, advance: Callable[[int], None]) -> list[Built | BuildError]:
    """Build in the order given."""
    done: list[Built | BuildError] = []
    place = 0
    for order, (found,) in zip(orders, in_order(_tried, orders, jobs, chunk=1), strict=True):
        done.append(found)
        place += _bytes(order)
        advance(place)
    return done


def _tried(orders: list[Order]) -> list[Built | BuildError]:
    """What became of some orders; one that fails does not stop the others."""
    found: list[Built | BuildError] = []
    for order in orders:
        try:
            found.append(build(order))
        except BuildError as error:
            found.append(error)
        except OSError as error:
            found.append(BuildError([str(error)]))
    return found


def _write_report(out: Path) -> None:
    """The results of all data sets that stand in a folder, in one file."""
    manifests = {path.parent.name: read_manifest(path) for path in sorted(out.glob("[!.]*/manifest.json"))}
    report = {name: manifest["result"] for name, manifest in manifests.items() if manifest}
    text, path = json.dumps(report, indent=2, ensure_ascii=False) + "\n", out / _REPORT
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return  # nothing new, and the folder may be one that nothing can be written to
    with written_whole(path) as file:
        file.write(text)


def _say(console: Console, built: Mapping[str, Built], out: Path) -> None:
    fresh = sum(found.fresh for found in built.values())
    standing = len(built) - fresh
    parts = [f"built {count(fresh, 'data set')} in {out}"] if fresh else []
    parts += [f"{count(standing, 'data set')} stood there already"] if standing else []
    show(console, ", ".join(parts))
