"""Gold in files of its own, found by id, by order, or by what it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from sfr.files import RowError, open_rows, shape_problem
from sfr.predictions._feed import decoded
from sfr.predictions._fields import Reference, embedded, from_text, reference_of
from sfr.predictions._prediction import Problems
from sfr.structures import Task

__all__ = ["GoldIndex", "read_gold_files"]

_AMBIGUOUS = -1


class _Extra(msgspec.Struct):
    id: str | int | None = None


class _Head(msgspec.Struct):
    """What a line of gold is known by; the rest of the line is not decoded until it is asked for."""

    id: str | int | None = None
    dataset: str | None = None
    data_source: str | None = None
    extra_info: _Extra | None = None


_head = msgspec.json.Decoder(_Head)


class GoldIndex:
    """The examples of files, in order; ``task`` is for those that name none."""

    def __init__(self, task: Task | None = None) -> None:
        self._task = task
        self._lines: list[bytes] = []
        self._places: list[tuple[Path, int]] = []
        self._by_name: dict[tuple[str, str], int] = {}
        self._by_id: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, path: Path, number: int, row: Any) -> None:
        """Take an example: a line of JSON, or the row of a table.

        Raises RowError when it cannot be one, or is there already.
        """
        line = row if isinstance(row, bytes) else msgspec.json.encode(row)
        try:
            head = _head.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            decoded(row)  # to say what is wrong, if it is no object
            raise RowError([shape_problem(str(error))]) from None
        position = len(self._lines)
        own = head.id if head.id is not None or head.extra_info is None else head.extra_info.id
        if own not in {None, ""}:
            key = (head.dataset or head.data_source or "", str(own))
            if key in self._by_name:
                raise RowError([f"id: {_named(*key)} stands at {self.place(self._by_name[key])} already"])
            self._by_name[key] = position
            self._by_id[key[1]] = _AMBIGUOUS if key[1] in self._by_id else position
        self._lines.append(line)
        self._places.append((path, number))

    def place(self, position: int) -> str:
        """Where an example stands."""
        path, number = self._places[position]
        return f"{path}:{number}"

    def reference(self, position: int) -> Reference:
        """What was to be found in an example.

        Raises RowError with everything that is wrong with it.
        """
        row = decoded(self._lines[position])
        return reference_of(embedded(row) or row, self._task, self._places[position][1])

    def check(self, position: int) -> int:
        """A position, if there is an example.

        Raises RowError when there is none.
        """
        if not 0 <= position < len(self):
            raise RowError([f"expected one of the {len(self):,} examples of the gold, found number {position + 1:,}"])
        return position

    def find(self, own: str, dataset: str | None = None) -> int:
        """The position of the example of that id.

        Raises RowError when there is none, or more than one and no data set to tell them apart.
        """
        position = self._by_id.get(own) if dataset is None else self._by_name.get((dataset, own))
        if position is None:
            raise RowError([f"id: the gold has no {_named(dataset or '', own)}"])
        if position == _AMBIGUOUS:
            raise RowError([f"id: several data sets of the gold have {own!r}; name the data set in the row"])
        return position

    def find_request(self, name: str) -> int:
        """The position of the example that a request was named after: ``dataset/id`` or ``id``.

        Raises RowError when there is none.
        """
        dataset, slash, own = name.partition("/")
        return self._by_name[dataset, own] if slash and (dataset, own) in self._by_name else self.find(name)

    def find_same(self, value: Mapping[str, Any]) -> list[int]:
        """The positions of all examples with the task, the text and the gold of an object with gold.

        Raises RowError when there is none.
        """
        if found := self._by_content.get(_content(value)):
            return found
        raise RowError([f"the gold has no example with this task, text and gold: {value.get('text')!r:.60}"])

    @cached_property
    def _by_content(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for position, line in enumerate(self._lines):
            row = decoded(line)
            found.setdefault(_content(embedded(row) or row), []).append(position)
        return found


def _content(value: Mapping[str, Any]) -> int:
    """What is the same for examples with the same task, text and gold."""
    return hash(json.dumps([value.get("task"), value.get("text"), from_text(value.get("gold"))]))


def _named(dataset: str, own: str) -> str:
    return f"{own!r} of {dataset!r}" if dataset else repr(own)


def read_gold_files(paths: Iterable[Path], task: Task | None = None) -> GoldIndex:
    """The gold of files of examples, or of rows with gold: JSON lines, or Parquet.

    Raises OSError when a file cannot be read, ValueError with everything that is wrong with the lines.
    """
    index, problems = GoldIndex(task), Problems()
    for path in paths:
        before = len(index)
        for number, row, _ in open_rows(path).rows:
            try:
                index.add(path, number, row)
            except RowError as error:
                problems.add(f"{path}:{number}", error.problems)
        if len(index) == before and not problems:
            problems.add(str(path), ["there are no examples"])
    if problems:
        raise ValueError(str(problems))
    return index
