"""Words, and what can be told of one without a dictionary: its ending, its case, whether it is a function word.

What is known of words is known of English ones. In other languages no word is a function word, and endings tell less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

__all__ = ["Word", "case_of", "ending_of", "has_vowel_first", "is_function_word", "kind_of", "split_words", "words"]

_WORD = re.compile(r"\w+(?:['\u2019]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a mark, and where it stands: from ``start`` to ``end``, exclusive."""

    text: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """The words and marks of a text; an apostrophe does not part a word."""
    return [Word(found[0], *found.span()) for found in _WORD.finditer(text)]


def split_words(text: str) -> Iterator[str]:
    """The words and marks of a text in small letters, without their places."""
    return (found[0].lower() for found in _WORD.finditer(text))


def is_function_word(word: str) -> bool:
    """Whether a word, in any case, belongs to the frame of a sentence: an article, a preposition, a negation."""
    lower = word.lower()
    return lower in _function_words() or lower.endswith(("n't", "n\u2019t"))


@cache
def _function_words() -> frozenset[str]:
    return frozenset(_listed("function_words.txt"))


@cache
def _endings() -> tuple[str, ...]:
    return tuple(_listed("endings.txt"))


def _listed(name: str) -> Iterator[str]:
    """The words of a file of this package, but for its comments."""
    for line in resources.files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield from line.split()


def ending_of(word: str) -> str:
    """What a word ends in that tells of its kind, such as "ing"; empty when nothing does."""
    return next((ending for ending in _endings() if len(word) > len(ending) + 1 and word.endswith(ending)), "")


def case_of(value: str) -> str:
    """How a value is written: "lower", "title", "upper", or "other" when it does not begin with a letter."""
    if not value[:1].isalpha():
        return "other"
    if value[0] == value[0].lower():
        return "lower"
    first = value.split(maxsplit=1)[0]
    return "upper" if len(first) > 1 and first == first.upper() else "title"


def has_vowel_first(value: str) -> bool:
    """Whether a value begins with a letter that is mostly a vowel, which asks for "an"."""
    return value[:1].lower() in {"a", "e", "i", "o", "u"}


def kind_of(word: str | None) -> str:
    """What a word is to its neighbours: itself for a function word and a mark, else its case and ending.

    None stands for the end of the text.
    """
    if word is None:
        return ""
    if is_function_word(word) or not word[0].isalnum():
        return word.lower()
    return f"{case_of(word)}:{ending_of(word)}"
