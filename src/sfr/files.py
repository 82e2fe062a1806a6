"""Rows in and results out: JSON lines and Parquet, streamed, and written whole or not at all."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

__all__ = [
    "RowError",
    "RowSource",
    "bytes_written_whole",
    "decode_line",
    "encode_line",
    "kind_of",
    "open_rows",
    "without_nulls",
    "write_files",
    "written_whole",
]

PARQUET = ".parquet"


class RowError(ValueError):
    """A row that cannot be used; ``problems`` says all that is wrong with it."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems."""
        super().__init__("; ".join(problems))
        self.problems = problems


_KINDS = {dict: "an object", list: "a list", str: "a string", bool: "a truth value", type(None): "nothing"}


def kind_of(value: object) -> str:
    """What a JSON value is, in words, for a message."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"the number {value}"
    return _KINDS.get(type(value), type(value).__name__)


_MISSING = "Object missing required field "


def shape_problem(message: str, path: str = "") -> str:
    """A message of msgspec's, such as ``Expected `int`, got `str` - at `$.a[0]```, in the words of this package."""
    what, _, below = message.partition(" - at `$")
    place = (path + below.rstrip("`")).lstrip(".")
    at = f" at {place}" if place else ""
    if what.startswith(_MISSING):
        return f"expected a field {what.removeprefix(_MISSING)}{at}, found none"
    expected, _, found = what.removeprefix("Expected ").partition(", got ")
    return f"expected {expected}{at}, found {found}"


def decode_line(line: bytes) -> Any:
    """The JSON value of a line.

    Raises RowError when it has none.
    """
    try:
        return json.loads(line.rstrip(), parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise RowError([f"expected UTF-8: {error.reason} at byte {error.start}"]) from None
    except json.JSONDecodeError as error:
        raise RowError(
            [f"expected one JSON object in the line: {error.msg.removesuffix(' at')} at column {error.colno}"]
        ) from None
    except (ValueError, RecursionError) as error:
        raise RowError([f"expected one JSON object in the line: {error}"]) from None


def _refuse(constant: str) -> None:
    msg = f"{constant} is not JSON"
    raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class RowSource:
    """A file of rows: its size in some unit, and (line number, line or value, place in that unit)."""

    size: int
    rows: Iterator[tuple[int, Any, int]]


def open_rows(path: Path) -> RowSource:
    """The rows of a file, by its ending: JSON lines, or Parquet. Lines stay undecoded bytes.

    Raises OSError when it cannot be read, ValueError when it is no Parquet file.
    """
    if path.suffix.lower() == PARQUET:
        return _open_parquet(path)
    with path.open("rb"):  # fail now, not at the first row
        return RowSource(path.stat().st_size, _lines(path))


def _lines(path: Path) -> Iterator[tuple[int, bytes, int]]:
    place = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            place += len(line)
            line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line  # noqa: PLW2901 - a byte order mark
            if line.strip():
                yield number, line, place


def _open_parquet(path: Path) -> RowSource:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        msg = "reading Parquet takes pyarrow: python -m pip install 'sfr[parquet]'"
        raise ValueError(msg) from None
    try:
        file = parquet.ParquetFile(path)
    except pa.ArrowInvalid as error:
        msg = f"{path} is not a Parquet file: {error}"
        raise ValueError(msg) from None

    def rows() -> Iterator[tuple[int, Any, int]]:
        number = 0
        with file:
            for batch in file.iter_batches(batch_size=1_000):
                for value in batch.to_pylist():
                    number += 1
                    yield number, without_nulls(value), number

    return RowSource(file.metadata.num_rows, rows())


def without_nulls(value: Any) -> Any:
    """The value as JSON would have it: columns hold every key of every row, and arrays for lists."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, Mapping):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, (list, tuple)) else value


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[IO[str]]:
    """A text file that appears under ``path`` when all of it is written, and never in part.

    Where the system can do it, the file has no name until then, so that nothing is left behind even
    if the program is killed. A pipe or a device is written to as it is.
    """
    with bytes_written_whole(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="\n")
        yield text
        text.flush()
        text.detach()


@contextlib.contextmanager
def bytes_written_whole(path: Path) -> Iterator[BinaryIO]:
    """As ``written_whole``, for bytes."""
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    handle, name = _nameless(path.parent) or tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), _mode(path))
            name = name or _named(file.fileno(), path)
        os.replace(name, path)  # noqa: PTH105 - the name is a string
    except BaseException:
        if name:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)  # noqa: PTH108
        raise


def write_files(folder: Path, files: Iterable[tuple[str, Iterable[str]]]) -> list[Path]:
    """Write files, each whole or not at all, given by their paths in a folder and their lines; where they are.

    Raises OSError when one cannot be written.
    """
    paths = []
    for name, lines in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as file:
            file.writelines(lines)
        paths.append(path)
    return paths


def _nameless(folder: Path) -> tuple[int, str] | None:
    """A file in a folder that has no name yet, where there is such a thing."""
    if not hasattr(os, "O_TMPFILE") or not Path("/proc/self/fd").is_dir():
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600), ""
    except OSError:
        return None


def _named(handle: int, path: Path) -> str:
    """A name for a file that has none; beside ``path``, for only a renaming can replace another file."""
    name = str(path.with_name(f".{path.name}.{os.getpid()}.part"))
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name)  # noqa: PTH108
    # The folder handle plays no part for an absolute path, but without one links are not followed.
    os.link(f"/proc/self/fd/{handle}", name, src_dir_fd=handle, follow_symlinks=True)
    return name


def _mode(path: Path) -> int:
    """The mode of the file that is replaced, or of any new file."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def encode_line(value: object) -> str:
    """A JSON value in one line; half of a surrogate pair, which no file can hold, stays an escape."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    try:
        line.encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False)
    return line
