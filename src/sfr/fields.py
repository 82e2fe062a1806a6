"""The values of fields as text: how signatures and the command line write them."""

from __future__ import annotations

from typing import Any, Literal, get_origin

__all__ = ["read_value", "write_value"]


def write_value(value: object) -> str:
    """The value of a field as a signature has it."""
    return "..".join(map(str, value)) if isinstance(value, tuple) else str(value)


def read_value(text: str, hint: Any) -> Any:
    """The value of a field of this type from the text that ``write_value`` gives.

    Raises ValueError when it has none.
    """
    if text == "None":
        return None
    try:
        if hint in {int, float}:
            return hint(text)
        if get_origin(hint) is not Literal and ".." in text:
            low, _, high = text.partition("..")
            return float(low), float(high)
    except ValueError:
        expected = {int: "an integer", float: "a number"}.get(hint, "two numbers, as in 0..1")
        msg = f"expected {expected}, found {text!r}"
        raise ValueError(msg) from None
    return text
