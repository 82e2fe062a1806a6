"""When two strings count as the same text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

__all__ = ["Casing", "Normalizer", "Space", "UnicodeForm"]

UnicodeForm = Literal["NFC", "NFKC", "none"]
Space = Literal["fold", "keep"]
Casing = Literal["keep", "fold"]


@dataclass(frozen=True, slots=True)
class Normalizer:
    """Text equality: two strings are the same when their normal forms are.

    The default composes characters (NFC), folds runs of white space to one space,
    strips both ends and keeps case. Half of a surrogate pair, which no file can hold, always becomes
    the replacement character.
    """

    unicode_form: UnicodeForm = "NFC"
    space: Space = "fold"
    casing: Casing = "keep"

    def __call__(self, text: str) -> str:
        """The normal form of ``text``."""
        if not text.isascii():
            text = _HALF.sub("\ufffd", text)
            if self.unicode_form != "none" and not _is_hostile(text):
                text = unicodedata.normalize(self.unicode_form, text)
        if self.casing == "fold":
            text = text.casefold()
        return " ".join(text.split()) if self.space == "fold" else text


_HALF = re.compile("[\ud800-\udfff]")
_LONG_RUN = 64


def _is_hostile(text: str) -> bool:
    """Whether a text piles up combining marks, which takes quadratic time to compose; it stays as it is.

    Unicode itself advises streams to hold no more than 30 in a row (UAX 15).
    """
    if len(text) <= _LONG_RUN:
        return False
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run > _LONG_RUN:
            return True
    return False
