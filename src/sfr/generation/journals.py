"""Journals: what a run has so far, on disk as soon as it is known, so that a run that was stopped can go on.

A journal is a file of JSON lines that only grows. The first line says what the run is made from, each
other one what became of an example, by its number in the file of examples:

    {"journal": "predictions", "sfr": "0.1.0", "made_from": {...}}
    {"row": 17, "outputs": ["{...}"], "finish": ["stop"], "tokens": 12}
    {"row": 4, "failed": "400: the prompt is too long"}

A line is written in one piece. If the machine goes down in the middle of it, the run that comes next
cuts it off. As long as a run has its journal open, no other can have it.
"""

from __future__ import annotations

import json
import os
import time
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from sfr._version import __version__
from sfr.files import RowError, decode_line, encode_line
from sfr.generation.answers import Answer

try:
    import fcntl
except ImportError:  # not a Unix
    fcntl = None  # type: ignore[assignment]

__all__ = ["Journal", "JournalError", "differences", "journal_of", "locked"]

_KIND = "predictions"
_BEGINNING = f'{{"journal": "{_KIND}", '.encode()
_SYNC = 1.0  # seconds between the times that the disk is waited for; a killed process loses nothing, a power cut this
_NOWHERE = -1
_SHOWN = 60


class JournalError(ValueError):
    """A journal is in use, is another run's, or is none."""


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    row: int
    outputs: tuple[str, ...] = ()
    finish: tuple[str | None, ...] = ()
    tokens: int | None = None
    failed: str | None = None


def journal_of(target: Path) -> Path:
    """Where the journal of a run is: beside what it will write, ``a.jsonl`` has ``a.jsonl.partial``."""
    return target.with_name(f"{target.name}.partial")


@contextmanager
def locked(path: Path) -> Iterator[BinaryIO]:
    """The file of a journal, made if it is not there, and kept from others where the system can do it.

    The lock ends with the process, however that ends. A file that is left empty is taken away.

    Raises JournalError when another process has it.
    """
    file = _alone(path)
    with file:
        try:
            yield file
        finally:
            if os.fstat(file.fileno()).st_size == 0:
                path.unlink(missing_ok=True)


def _alone(path: Path) -> BinaryIO:
    while True:
        file = path.open("a+b", buffering=0)
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise JournalError(f"another run has {path} open; wait until it is done") from None
        if _is_at(file, path):
            return file
        file.close()  # the run that had it has just ended, and taken it away


def _is_at(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


class Journal:
    """What a run has so far: for each of ``rows`` examples an answer, a failure, or nothing.

    ``file`` is the locked file of the path; what it holds is forgotten if a run begins ``again``.

    Raises JournalError when it holds something else, or is made from something else, with every difference.
    """

    def __init__(
        self, path: Path, file: BinaryIO, made_from: Mapping[str, Any], rows: int, *, again: bool = False
    ) -> None:
        self._path = path
        self._file = file
        self._places = array("q", [_NOWHERE]) * rows
        self._end = 0
        self._synced = time.monotonic()
        self.answered = 0
        self.tokens = 0
        self.failed: dict[int, str] = {}
        header = {"journal": _KIND, "sfr": __version__, "made_from": made_from}
        self._read(json.loads(json.dumps(header)), again=again)
        file.truncate(self._end)
        if not self._end:
            self._write(header)
            self.sync()

    def has(self, row: int) -> bool:
        """Whether there is an answer to an example."""
        return self._places[row] != _NOWHERE

    def add(self, row: int, answer: Answer) -> None:
        """Note the answer to an example."""
        place = self._write({"row": row, "outputs": answer.outputs, "finish": answer.finish, "tokens": answer.tokens})
        self._note(row, place, answer.tokens)

    def fail(self, row: int, why: str) -> None:
        """Note that an example has no answer."""
        self._write({"row": row, "failed": why})
        self.failed[row] = why

    def answers(self) -> Iterator[tuple[int, Answer]]:
        """The examples that have an answer, in their order."""
        with self._path.open("rb") as file:
            for row, place in enumerate(self._places):
                if place != _NOWHERE:
                    file.seek(place)
                    line = _entry(file.readline())
                    yield row, Answer(line.outputs, line.finish, line.tokens)

    def clear(self) -> None:
        """Forget everything: what is here now stands somewhere else."""
        self._file.truncate(0)

    def sync(self) -> None:
        """Wait until the disk has everything."""
        os.fsync(self._file.fileno())
        self._synced = time.monotonic()

    def _write(self, value: Mapping[str, Any]) -> int:
        """Where the line is that the value is written in."""
        line = encode_line(value).encode() + b"\n"
        if self._file.write(line) != len(line):
            raise OSError(f"{self._path}: the disk is full")
        place = self._end
        self._end += len(line)
        if time.monotonic() - self._synced > _SYNC:
            self.sync()
        return place

    def _read(self, header: dict[str, Any], *, again: bool) -> None:
        """Take in what an earlier run has left, up to the first line that is not whole."""
        with self._path.open("rb") as file:
            first = file.readline()
            if not first.endswith(b"\n") and first[: len(_BEGINNING)] == _BEGINNING[: len(first)]:
                return  # nothing has been noted yet
            found = self._header(first)
            if again:
                return
            if different := differences(found, header):
                if any(line.failed is None for _, line in _entries(file)):
                    raise self._other(different)
                return  # nothing is lost
            self._end = file.tell()
            for size, line in _entries(file):
                if not 0 <= line.row < len(self._places):
                    return
                if line.failed is None:
                    self._note(line.row, self._end, line.tokens)
                else:
                    self.failed[line.row] = line.failed
                self._end += size

    def _header(self, line: bytes) -> dict[str, Any]:
        try:
            found = decode_line(line)
        except RowError:
            found = None
        if not isinstance(found, dict) or found.get("journal") != _KIND:
            raise JournalError(f"{self._path} is no journal of predictions; move it, or name another file")
        return found

    def _other(self, different: list[str]) -> JournalError:
        told = "".join(f"\n  {difference}" for difference in different)
        return JournalError(
            f"{self._path} is of a run that was made from something else:{told}\n"
            "Run it with the settings that it had, name another file, or begin anew: --again"
        )

    def _note(self, row: int, place: int, tokens: int | None) -> None:
        self.answered += not self.has(row)
        self.tokens += tokens or 0
        self._places[row] = place
        self.failed.pop(row, None)


def _entries(file: Iterable[bytes]) -> Iterator[tuple[int, _Line]]:
    """Size and content of each line, up to the first that is not whole."""
    for line in file:
        try:
            yield len(line), _entry(line)
        except (RowError, msgspec.ValidationError):
            return


def _entry(line: bytes) -> _Line:
    """What a line says.

    Raises RowError or ValidationError when it is not whole.
    """
    if not line.endswith(b"\n"):
        raise RowError(["expected the end of the line"])
    return msgspec.convert(decode_line(line), _Line)


def differences(then: Any, now: Any, name: str = "") -> list[str]:
    """In what two values of JSON differ, by the names of their keys."""
    if isinstance(then, dict) and isinstance(now, dict):
        keys = {**then, **now}
        return [
            found for key in keys for found in differences(then.get(key), now.get(key), f"{name}.{key}".lstrip("."))
        ]
    return [] if then == now else [f"{name}: {_brief(then)} there, {_brief(now)} now"]


def _brief(value: object) -> str:
    shown = "nothing" if value is None else encode_line(value)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 3]}..."
