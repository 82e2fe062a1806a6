"""The objects in the lines of files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from sfr.files import RowError, decode_line, kind_of, open_rows
from sfr.predictions._prediction import Problems

__all__ = ["Feed", "Line", "decoded", "first_object", "json_value"]

_TRIED = 100


class Line(NamedTuple):
    """An object, where it stands, and how many rows come before it."""

    path: Path
    number: int
    value: dict[str, Any]
    position: int

    @property
    def place(self) -> str:
        return f"{self.path}:{self.number}"


class Feed:
    """The objects of files, line by line; lines that hold none become problems.

    ``size`` is that of the files, and ``place`` how far they were read, in the same unit.

    Raises OSError when a file cannot be read, ValueError when it is no Parquet file.
    """

    def __init__(self, paths: Sequence[Path], problems: Problems) -> None:
        self._sources = [(path, open_rows(path)) for path in paths]
        self.problems = problems
        self.size = sum(source.size for _, source in self._sources)
        self.place = 0

    def __iter__(self) -> Iterator[Line]:
        before = position = 0
        for path, source in self._sources:
            for number, row, place in source.rows:
                self.place = before + place
                try:
                    yield Line(path, number, decoded(row), position)
                except RowError as error:
                    self.problems.add(f"{path}:{number}", error.problems)
                position += 1
            before += source.size


def json_value(text: str | bytes) -> Any:
    """The value of a JSON text; NaN, which trainers write where a number is missing, is let through.

    Raises ValueError, or RecursionError, when it has none.
    """
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError):  # quick, but strict
        return json.loads(text)


def decoded(row: Any) -> dict[str, Any]:
    """The object in a line of JSON, or the row of a table.

    Raises RowError when there is no object.
    """
    value = row
    if isinstance(row, bytes):
        try:
            value = json_value(row)
        except (ValueError, RecursionError):
            value = decode_line(row)  # to say what is wrong
    if not isinstance(value, dict):
        raise RowError([f"expected a JSON object, found {kind_of(value)}"])
    return value


def first_object(path: Path) -> dict[str, Any]:
    """The first object of a file; a bad line or two before it do no harm.

    Raises ValueError when there is none.
    """
    problem = ""
    for number, row, _ in open_rows(path).rows:
        try:
            return decoded(row)
        except RowError as error:
            problem = problem or f"{path}:{number}: {error}"
        if number >= _TRIED:
            break
    raise ValueError(problem or f"{path}: there are no rows")
