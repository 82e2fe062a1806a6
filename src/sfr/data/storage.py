"""Files of examples: JSON lines, or Parquet with a column of JSON text for what is nested."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from sfr.files import RowError, bytes_written_whole, open_rows

__all__ = ["example_lines", "example_writer", "line_writer", "rows_of", "table_writer"]

_PARQUET = ".parquet"
_BATCH = 10_000
_NESTED = ("schema", "gold", "at")
_EXAMPLE = {"id", "dataset", "split", "schema", "gold"}
_COLUMNS = ("id", "dataset", "split", "task", "text", *_NESTED)


def rows_of(path: Path) -> Iterator[tuple[int, Any]]:
    """Number and content of every row of a file: a line of JSON as bytes, or what a Parquet file holds.

    Raises OSError when it cannot be read, ValueError when it is no Parquet file.
    """
    for number, value, _ in open_rows(path).rows:
        yield number, value if isinstance(value, bytes) or not value.keys() >= _EXAMPLE else _line(path, number, value)


def example_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Number and line of every example in a file; of a Parquet file, the lines that it stands for.

    Raises OSError when it cannot be read, ValueError when it is no file of examples.
    """
    for number, value, _ in open_rows(path).rows:
        yield number, value if isinstance(value, bytes) else _line(path, number, value)


def _line(path: Path, number: int, row: Any) -> bytes:
    try:
        nested = {name: msgspec.Raw(row[name].encode()) for name in _NESTED if row.get(name) is not None}
        return msgspec.json.encode({**row, **nested})
    except AttributeError:
        raise RowError([f"{path}:{number}: expected JSON text in the columns {', '.join(_NESTED)}"]) from None


@contextmanager
def example_writer(path: Path) -> Iterator[Callable[[bytes], None]]:
    """A function that writes lines of examples to a file, JSON lines or Parquet by its ending, whole or not at all."""
    if path.suffix == _PARQUET:
        with table_writer(path, lambda pa: dict.fromkeys(_COLUMNS, pa.string())) as write_row:
            yield lambda line: write_row(_row(line))
        return
    with line_writer(path) as write:
        yield write


@contextmanager
def line_writer(path: Path) -> Iterator[Callable[[bytes], None]]:
    """A function that writes lines to a file, whole or not at all."""
    with bytes_written_whole(path) as file:

        def write(line: bytes) -> None:
            file.write(line + b"\n")

        yield write


def _row(line: bytes) -> dict[str, str | None]:
    """The columns of an example's line."""
    values = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
    nested = {name: bytes(values[name]).decode() for name in _NESTED if name in values}
    return {name: nested.get(name) if name in _NESTED else msgspec.json.decode(values[name]) for name in _COLUMNS}


@contextmanager
def table_writer(path: Path, columns: Callable[[Any], dict[str, Any]]) -> Iterator[Callable[[dict[str, Any]], None]]:
    """A function that writes rows to a Parquet file, whole or not at all; ``columns(pyarrow)`` gives their types.

    Raises ValueError when pyarrow is not there.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        msg = "writing Parquet takes pyarrow: python -m pip install 'sfr[data]'"
        raise ValueError(msg) from None
    schema = pa.schema(list(columns(pa).items()))
    waiting: list[dict[str, Any]] = []

    with bytes_written_whole(path) as file, parquet.ParquetWriter(file, schema) as writer:

        def flush() -> None:
            if waiting:
                writer.write_table(pa.Table.from_pylist(waiting, schema=schema))
                waiting.clear()

        def write(row: dict[str, Any]) -> None:
            waiting.append(row)
            if len(waiting) >= _BATCH:
                flush()

        yield write
        flush()
