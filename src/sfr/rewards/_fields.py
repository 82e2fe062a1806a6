"""The fields of a reward: their types and their limits."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args, get_origin

from sfr.formats import FORMATS

__all__ = ["as_value", "misfit"]


def as_value(value: Any, hint: Any) -> Any:
    """The value in the type of its field, where nothing is lost by that; else as it is."""
    if hint is float and type(value) is int:
        return float(value)
    if isinstance(value, (list, tuple)) and all(map(_is_number, value)):
        return tuple(map(float, value))
    return value


def misfit(name: str, value: Any, hint: Any) -> str:
    """What is wrong with the value of a field, or ""."""
    expected = ""
    if get_origin(hint) is Literal:
        options = get_args(hint)
        expected = "" if value in options else f"one of {', '.join(options)}"
    elif hint is int:
        expected = "" if type(value) is int and value > 0 else "a positive integer"
    elif hint is float and not _is_number(value):
        expected = "a number"
    elif name.startswith(("w_", "lambda_")) and value < 0:
        expected = "a number not below 0"
    elif name == "gamma" and value <= 0:
        expected = "a number above 0"
    elif name == "format" and value not in {"auto", *FORMATS}:
        expected = f"one of auto, {', '.join(FORMATS)}"
    elif name == "clip" and value is not None:
        match value:
            case (low, high) if _is_number(low) and _is_number(high) and low < high:
                pass
            case _:
                expected = "two numbers, the lower one first"
    return f"{name}={value!r}, expected {expected}" if expected else ""


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
