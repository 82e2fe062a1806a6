"""By what types and mentions are compared: their keys are equal when a convention calls them the same."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from typing import Any

from sfr.evaluation.conventions import Convention, Equality, Part
from sfr.structures import Span

__all__ = ["Keys"]


class Keys:
    """The keys of a convention; mentions are compared by their texts, or by their places if ``by_place``."""

    def __init__(self, convention: Convention, *, by_place: bool) -> None:
        """Keep the convention."""
        self.convention = convention
        self.by_place = by_place
        self._plain = convention.equality == "exact" and not convention.caseless
        self._is_same = _EQUALITY[convention.equality]

    def kind(self, name: str) -> str:
        """The key of a type or a role."""
        if self.convention.types == "words":
            return " ".join(_WORD.findall(name)).casefold()
        if self.convention.equality == "marks":  # of whole items, with their types
            return self._text("type", name)
        return name.casefold() if "type" in self.convention.caseless else name

    def mention(self, part: Part, text: str, at: Span = ()) -> Any:
        """The key of a mention; one that has no place, where places are compared, is like nothing in gold."""
        if self.by_place:
            return at or (text,)
        return text if self._plain else self._text(part, text)

    def pair(self, head: Any, tail: Any) -> tuple[Any, ...]:
        """The key of a head and a tail; under ``marks`` a comma may stand in the one or in the other."""
        if self.convention.equality == "marks" and not self.by_place:
            return (self._is_same(f"{head},{tail}"),)
        return head, tail

    def _text(self, part: Part, text: str) -> str:
        return self._is_same(text.casefold() if part in self.convention.caseless else text)


_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+|[^\w\s-]+")
_ARTICLE = re.compile(r"\b(?:a|an|the)\b", re.IGNORECASE)
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_BESIDE_MARK = re.compile(r"\s*([,:().;_'-])\s*")
_REPEATED_MARK = re.compile(r"([,.;])\1+")


def _words(text: str) -> str:
    return " ".join(_ARTICLE.sub(" ", text.translate(_NO_PUNCTUATION)).split())


def _marks(text: str) -> str:
    """Without space beside punctuation, braces and repeated marks, and with one kind of apostrophe.

    As InstructUIE does it, with its replacement of one relation type by another, wherever it stands.
    """
    text = text.replace("\u2019", "'").replace("{", "").replace("}", "")
    text = _REPEATED_MARK.sub(r"\1", _BESIDE_MARK.sub(r"\1", text))
    return text.replace("location", "located").strip()


_EQUALITY: Mapping[Equality, Callable[[str], str]] = {
    "exact": lambda text: text,
    "spaceless": lambda text: "".join(text.split()),
    "words": _words,
    "marks": _marks,
}
