"""Text of others on a terminal: what is not printable is shown, not obeyed."""

from __future__ import annotations

__all__ = ["visible"]


def visible(text: str, *, lines: bool = False) -> str:
    """The text with control characters and half surrogates as escapes, so that it can be printed safely.

    Line breaks and tabs are kept if ``lines``.
    """
    if text.isprintable():
        return text
    kept = "\n\t" if lines else ""
    return "".join(char if char.isprintable() or char in kept or char == " " else _escape(char) for char in text)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode()
