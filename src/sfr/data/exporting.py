"""From examples to the rows of a trainer: a file of them, streamed, on as many processes as wanted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from sfr.data.manifests import fingerprints, holds, manifest_of, read_manifest, write_manifest
from sfr.data.prompts import Template, prompt_of
from sfr.data.storage import example_lines, line_writer, table_writer
from sfr.data.trainer_rows import TRAINERS, Prompted
from sfr.examples import Example, read_example
from sfr.files import RowError, written_whole
from sfr.workers import in_order

__all__ = ["ExportError", "Exported", "export", "prompted"]

_MAX_SHOWN = 50
_INFO = "dataset_info.json"


class ExportError(ValueError):
    """Examples that cannot be exported; ``problems`` says why, ``count`` how many there are in all."""

    def __init__(self, problems: list[str], count: int | None = None) -> None:
        """Keep the problems."""
        super().__init__("\n".join(problems))
        self.problems = problems
        self.count = len(problems) if count is None else count


@dataclass(frozen=True, slots=True)
class Exported:
    """What became of a file of examples: where its rows are, whether they were made now, how many."""

    path: Path
    fresh: bool
    rows: int


def prompted(example: Example, template: Template, number: int = 0) -> Prompted:
    """An example as the template puts it.

    Raises ValueError when the template has nothing for its task, or the gold does not fit the schema.
    """
    instruction = template.instruction(example.task, example.schema)
    target = template.target(example.gold, example.task, example.schema)
    return Prompted(number, example, instruction, prompt_of(instruction, example.text), target)


@dataclass(slots=True)
class _Rows:
    """What some lines became: rows ready to be written, and what is wrong with the others."""

    rows: list[Any] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    lines: int = 0


@dataclass(frozen=True, slots=True)
class _Job:
    """How lines become rows, the same in every process."""

    trainer: str
    template: Template

    def __call__(self, lines: list[tuple[int, tuple[int, bytes]]]) -> _Rows:
        found = _Rows(lines=len(lines))
        kind = TRAINERS[self.trainer]
        for place, (number, line) in lines:
            try:
                row = kind.write(prompted(read_example(line), self.template, place))
                found.rows.append(msgspec.json.encode(row) if kind.columns is None else row)
            except RowError as error:
                found.problems += [(number, problem) for problem in error.problems]
            except ValueError as error:
                found.problems.append((number, str(error)))
        return found


def export(  # noqa: PLR0913 - what can be said on the command line
    examples: Path,
    out: Path,
    trainer: str,
    template: Template,
    *,
    jobs: int = 1,
    again: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Exported:
    """Write the examples of a file as rows of a trainer to the folder ``out``.

    For LLaMAFactory the file is entered in the folder's dataset_info.json. ``progress`` is told how
    many lines more are done. What stands there already and was made from the same is left as it is.

    Raises ExportError with every row that cannot be used, OSError when a file cannot be read or written.
    """
    kind = TRAINERS[trainer]
    path = out / f"{_name(examples)}{kind.suffix}"
    _check_place(path, examples, trainer, again=again)
    made_from = {
        "examples": fingerprints({examples.name: examples}),
        "trainer": trainer,
        "template": template.model_dump(mode="json"),
    }
    manifest = manifest_of(path)
    if kind.info is not None:
        _info_of(path)  # refused before anything is written
    if not again and holds(manifest, made_from, {path.name: path}) and _entered(path, trainer):
        standing = read_manifest(manifest)
        return Exported(path, fresh=False, rows=standing["result"]["rows"] if standing else 0)
    rows, count = 0, 0
    problems: list[str] = []
    with _writer(path, trainer) as write:
        for found in in_order(_Job(trainer, template), enumerate(example_lines(examples)), jobs):
            problems += [
                f"{examples}:{number}: {problem}" for number, problem in found.problems[: _MAX_SHOWN - len(problems)]
            ]
            count += len(found.problems)
            rows += len(found.rows)
            for row in found.rows:
                write(row)
            if progress:
                progress(found.lines)
        if not (rows or count):
            raise ExportError([f"{examples}: expected examples, found none"])
        if count:
            more = [f"... and {count - len(problems):,} more"] if count > len(problems) else []
            raise ExportError([*problems, *more], count)
        write_manifest(manifest, made_from, {}, {"rows": rows})  # should this be stopped, the rows are known as ours
    if kind.info is not None:
        _enter(path, trainer)
    write_manifest(manifest, made_from, {path.name: path}, {"rows": rows})
    return Exported(path, fresh=True, rows=rows)


def _name(examples: Path) -> str:
    """The name of the rows: that of the examples, and for a split of a data set that of both."""
    built = (examples.parent / "manifest.json").is_file()
    return f"{examples.parent.name}_{examples.stem}" if built else examples.stem


def _check_place(path: Path, examples: Path, trainer: str, *, again: bool) -> None:
    """Refuse to replace what was not made from a file of that name for that trainer, unless it is asked for."""
    if not path.exists():
        return
    if path.samefile(examples):
        raise ExportError([f"{path} holds the examples; name another folder for the rows"])
    standing = read_manifest(manifest_of(path))
    made_from = standing["made_from"] if standing else {}
    same = made_from.get("trainer") == trainer and list(made_from.get("examples", ())) == [examples.name]
    if not (same or again):
        what = (
            f"rows of {', '.join(made_from['examples'])} for {made_from['trainer']}" if made_from else "something else"
        )
        raise ExportError([f"{path} holds {what}; name another folder, or replace it: --again"])


@contextmanager
def _writer(path: Path, trainer: str) -> Iterator[Callable[[Any], None]]:
    columns = TRAINERS[trainer].columns
    with line_writer(path) if columns is None else table_writer(path, columns) as write:
        yield write


def _info_of(path: Path) -> dict[str, Any]:
    """What dataset_info.json beside a file holds.

    Raises ExportError when it is there and holds something else.
    """
    info = path.with_name(_INFO)
    try:
        found = json.loads(info.read_text(encoding="utf-8")) if info.exists() else {}
    except ValueError as error:
        raise ExportError([f"{info}: expected a JSON object of data sets: {error}"]) from None
    if not isinstance(found, dict):
        raise ExportError([f"{info}: expected a JSON object of data sets"])
    return found


def _entry(path: Path, trainer: str) -> dict[str, Any]:
    return {"file_name": path.name, **(TRAINERS[trainer].info or {})}


def _entered(path: Path, trainer: str) -> bool:
    entry = _entry(path, trainer)
    return TRAINERS[trainer].info is None or {**_standing_entry(path), **entry} == _standing_entry(path)


def _standing_entry(path: Path) -> dict[str, Any]:
    found = _info_of(path).get(path.stem)
    return found if isinstance(found, dict) else {}


def _enter(path: Path, trainer: str) -> None:
    """Enter a file in dataset_info.json, beside what is there, such as a num_samples that somebody wrote."""
    entries = {**_info_of(path), path.stem: {**_standing_entry(path), **_entry(path, trainer)}}
    with written_whole(path.with_name(_INFO)) as file:
        file.write(json.dumps(dict(sorted(entries.items())), indent=2, ensure_ascii=False) + "\n")
