"""``sfr extract`` from texts on their own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from sfr.cli._predicting import drawing_of, sampling_of, server_of
from sfr.cli._shared import EXIT_BAD, check_target, consoles, count, show
from sfr.cli.data._export import DEFAULT
from sfr.cli.data._options import found_template
from sfr.data.storage import line_writer
from sfr.files import encode_line
from sfr.inference import Extracted, Texts, engine_for, extract, extract_by_server, find_model
from sfr.reports.extraction import render_extracted
from sfr.schema import Schema, as_schema
from sfr.structures import Task

__all__ = ["extract_from_texts"]


def extract_from_texts(name: str, out: Path | None, settings: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    """Show or write what a model extracts from texts."""
    console, errors = consoles()
    check_target(out, options["lines"])
    if options["samples"] > 1:
        raise click.UsageError("of a text there is one answer; -n takes EXAMPLES")
    if options["texts"] and options["lines"]:
        raise click.UsageError("either --text or --input")
    others = settings if options["url"] else {}
    sampling = sampling_of(model=name, **drawing_of(options), others=others)
    asked = Texts(_task(options), _schema(options), found_template(options["chosen"] or DEFAULT), sampling)
    try:
        asked.template.instruction(asked.task, asked.schema)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    failed = _give_out(console, out, _found(name, asked, settings, options))
    if failed:
        errors.print(f"{count(failed, 'text')} without an answer")
        raise click.exceptions.Exit(EXIT_BAD)


def _found(name: str, asked: Texts, settings: Mapping[str, Any], options: Mapping[str, Any]) -> Iterator[Extracted]:
    """What the model extracts, of a server or loaded here."""
    texts = options["texts"] or _lines(options["lines"])
    if options["url"]:
        server = server_of(options["url"], options["api_key_env"], options["timeout"], options["retries"])
        return extract_by_server(texts, asked, server, concurrency=options["concurrency"])
    kind = engine_for(options["engine"], asked.sampling)
    model = find_model(name)
    return extract(texts, asked, model, kind.load(model, asked.sampling, options["batch_size"], settings))


def _task(options: Mapping[str, Any]) -> Task:
    if options["task"] is None:
        raise click.UsageError("name EXAMPLES, or say with --task what to extract from texts")
    task: Task = options["task"]
    return task


def _schema(options: Mapping[str, Any]) -> Schema:
    """The types and roles that the options name, or that a file holds."""
    path, types, roles = options["schema"], options["types"], options["roles"]
    if (path is None) == (types is None):
        raise click.UsageError("say which types: either with --types or with --schema")
    if path is None:
        if not (named := _names(types)):
            raise click.BadParameter("expected at least one type", param_hint="'--types'")
        return Schema(named, _names(roles or ""))
    if roles is not None:
        raise click.UsageError("--roles goes with --types; the file of --schema has its own")
    try:
        found = as_schema(json.loads(path.read_text(encoding="utf-8")))
    except (TypeError, ValueError) as error:
        raise click.BadParameter(
            f"{path}: expected types, and roles if any: {error}", param_hint="'--schema'"
        ) from None
    if not found.types:
        raise click.BadParameter(f"{path} has no types", param_hint="'--schema'")
    return found


def _names(said: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(str.strip, said.split(",")))))


def _lines(path: Path | None) -> Iterator[str]:
    """The lines of a file, or of standard input, that are not blank."""
    with nullcontext(sys.stdin) if path is None else path.open(encoding="utf-8") as file:
        for line in file:
            if text := line.strip():
                yield text


def _give_out(console: Console, out: Path | None, found: Iterable[Extracted]) -> int:
    """Show or write what was extracted as it comes; how many texts have no answer."""
    failed = total = 0
    with nullcontext() if out is None else line_writer(out) as write:
        for one in found:
            total += 1
            failed += one.status == "failed"
            if write is not None:
                write(encode_line(one.as_json()).encode())
            elif console.is_terminal:
                console.print(render_extracted(one))
            else:
                click.echo(encode_line(one.as_json()))
    if out is not None:
        show(console, f"wrote {count(total, 'text')} to {out}")
    return failed
