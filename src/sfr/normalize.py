"""When two strings count as the same text."""

from __future__ import annotations

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
    strips both ends and keeps case.
    """

    unicode_form: UnicodeForm = "NFC"
    space: Space = "fold"
    casing: Casing = "keep"

    def __call__(self, text: str) -> str:
        """The normal form of ``text``."""
        if self.unicode_form != "none" and not text.isascii():
            text = unicodedata.normalize(self.unicode_form, text)
        if self.casing == "fold":
            text = text.casefold()
        return " ".join(text.split()) if self.space == "fold" else text
