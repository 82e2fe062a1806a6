"""Rows of JSON read one by one, and what is said of those that are not as they must be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from sfr.data.layouts._source import Found, Source
from sfr.files import shape_problem

__all__ = ["LayoutError", "as_shape", "found_in"]

Shape = TypeVar("Shape")


class LayoutError(ValueError):
    """A row is not as its layout says."""


def found_in(source: Source, shape: type[Shape], read: Callable[[int, Shape], Iterable[Found]]) -> Iterator[Found]:
    """What ``read`` finds in each row, given its number and value; of rows that are not as they must be it notes that.

    Of a row one problem is noted.
    """
    for line, value in source.objects():
        try:
            yield from read(line, as_shape(value, shape))
        except LayoutError as error:
            source.broken(line, str(error))


def as_shape(value: Any, shape: type[Shape], path: str = "") -> Shape:
    """A decoded JSON value as one of the given type; ``path`` is where it stands in its row.

    Raises LayoutError with what was expected, where, and what was found.
    """
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise LayoutError(shape_problem(str(error), path)) from None
    except UnicodeEncodeError:
        where = f" at {path}" if path else ""
        raise LayoutError(f"expected fields named in whole characters{where}, found half of a surrogate pair") from None
