"""What a reader reads from, and what it finds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from sfr.structures import Extraction

__all__ = ["FileSource", "Flaw", "Found", "RowSource", "Source"]

_MAX_KEPT = 1_000
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Dirt that a reader met and went on from: the rule that decides what becomes of it, and what it is."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Found:
    """One annotated text with the labels of its source.

    ``line`` is where it begins, ``id`` what the source calls it, ``group`` what must not be torn
    apart when a split is made (a document); both may be empty.
    """

    line: int
    text: str
    gold: Extraction
    id: str = ""
    group: str = ""
    flaws: tuple[Flaw, ...] = ()


@dataclass(slots=True)
class Source:
    """What a reader reads from; collects the places where it is not as its layout says."""

    problems: list[tuple[int, str]] = field(default_factory=list)
    count: int = 0

    def broken(self, line: int, message: str) -> None:
        """Note that a place is not as the layout says. The reader goes on, but nothing will be built.

        All are counted, the first are kept.
        """
        self.count += 1
        if len(self.problems) < _MAX_KEPT:
            self.problems.append((line, message))

    def lines(self) -> Iterator[tuple[int, str]]:
        """Number and text of every line, without its end; of lines that are not UTF-8 it notes that."""
        raise NotImplementedError

    def objects(self) -> Iterator[tuple[int, Any]]:
        """Number and value of every row; of rows that are no JSON it notes that."""
        raise NotImplementedError


@dataclass(slots=True)
class FileSource(Source):
    """A file."""

    path: Path = field(kw_only=True)

    def lines(self) -> Iterator[tuple[int, str]]:
        with self.path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                line = raw.removeprefix(_BOM) if number == 1 else raw
                if number == 1 and b"\r" in line.rstrip(b"\r\n") and not line.endswith(b"\n"):
                    self.broken(1, "expected lines that end with a line feed, found carriage returns alone")
                    return
                try:
                    yield number, line.decode().rstrip("\r\n")
                except UnicodeDecodeError as error:
                    self.broken(number, f"expected UTF-8: {error.reason} at byte {error.start}")

    def objects(self) -> Iterator[tuple[int, Any]]:
        """The rows of JSON lines; of one JSON array its items; one JSON object is the only row.

        The number of an item of an array is its place in it, from 1.
        """
        with self.path.open("rb") as file:
            start = file.read(len(_BOM) + 1_000).removeprefix(_BOM).lstrip()
        if start.startswith(b"[") or start.partition(b"\n")[0].strip() == b"{":  # one value over many lines
            yield from enumerate(self._whole(), 1)
            return
        for number, line in self.lines():
            if not line.strip():
                continue
            try:
                value = _value_of(line.encode())
            except _NotJsonError as error:
                self.broken(number, f"expected one JSON value in the line: {error}")
            else:
                yield number, value

    def _whole(self) -> list[Any]:
        try:
            value = _value_of(self.path.read_bytes().removeprefix(_BOM))
        except _NotJsonError as error:
            self.broken(error.line, f"expected one JSON value in the file: {error}")
            return []
        return value if isinstance(value, list) else [value]


class _NotJsonError(ValueError):
    """A text that is not JSON, and the line of it that shows this."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def _value_of(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # the slow decoder says where it failed, and takes half of a surrogate pair, for which there is a rule
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        raise _NotJsonError(error.lineno, f"{error.msg.removesuffix(' at')} at column {error.colno}") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _NotJsonError(line, f"not UTF-8: {error.reason} at byte {error.start}") from None
    except RecursionError:
        raise _NotJsonError(1, "nested too deeply") from None


@dataclass(slots=True)
class RowSource(Source):
    """Rows that are in memory or come from elsewhere, such as a hub; numbered from 1."""

    rows: Iterable[Any] = field(kw_only=True)

    def lines(self) -> Iterator[tuple[int, str]]:
        raise ValueError("expected a layout of rows, not one of lines")

    def objects(self) -> Iterator[tuple[int, Any]]:
        yield from enumerate(self.rows, 1)
