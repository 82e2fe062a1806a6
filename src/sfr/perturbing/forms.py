"""In which forms something may be asked for: what it is, how it is written, what stands beside it.

Each function gives the forms from the closest to the loosest; what is offered in one of them fits where
something of that form has stood.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from sfr.perturbing.edits import Range
from sfr.perturbing.words import Word, case_of, ending_of, is_function_word, kind_of

__all__ = ["Form", "Sides", "is_open_word", "pair_form", "sides_of", "trigger_forms", "value_form", "word_forms"]

Form = tuple[Hashable, ...]

Sides = tuple[str | None, str | None]
"""The words to the left and to the right of a place, None at an end of the text."""

_SHORTEST = 3  # letters of an open word
_JOINERS = frozenset("-\u2013'\u2019/")
_NEGATIVE = ("un", "non")  # what may negate a word, at its start


def sides_of(found: Sequence[Word], place: Range) -> Sides:
    """The words beside a place of a text that has the words ``found``."""
    start, end = place
    left = next((word.text for word in reversed(found) if word.end <= start), None)
    right = next((word.text for word in found if word.start >= end), None)
    return left, right


def value_form(kind: str, value: str) -> Form:
    """The form of an entity: its type and how it is written."""
    return (kind, *_shape(value))


def pair_form(kind: str, head: str, tail: str) -> Form:
    """The form of a pair: the type of the relation and how both are written."""
    return (kind, *_shape(head), *_shape(tail))


def _shape(value: str) -> tuple[str, bool]:
    """The case of a value, and whether it looks like a plural; of a name, which may end in any letter, it is not asked."""
    case = case_of(value)
    return case, case == "lower" and value.endswith("s") and not value.endswith(("ss", "us", "is"))


def trigger_forms(kind: str, trigger: str, sides: Sides) -> tuple[Form, ...]:
    """The forms of a trigger: the type of the event, what the first word is, and what stands beside the trigger.

    None of them is without the word to the right, which a verb asks for: "associated with", "due to".
    """
    first, *more = trigger.split()
    what = (kind, case_of(first), "function" if is_function_word(first) else ending_of(first), bool(more))
    left, right = map(_frame, sides)
    return (*what, left, right), (*what, right)


def _frame(word: str | None) -> str:
    """A function word or a mark as it is, and any other alike."""
    return kind_of(word) if word is None or is_function_word(word) or not word[0].isalnum() else "open"


def word_forms(word: str, sides: Sides) -> tuple[Form, ...]:
    """The forms of a word of the context: its ending and the words beside it, then their kinds.

    Kinds are enough for a word with a telling ending, or between words that tell enough. Beside a hyphen or an
    apostrophe a word is part of another, and has no form.
    """
    left, right = sides
    if not _JOINERS.isdisjoint(sides):
        return ()
    ending = ending_of(word)
    exact = (ending, left and left.lower(), right and right.lower(), "exact")
    kinds = (ending, kind_of(left), kind_of(right))
    return (exact, kinds) if ending or "open" not in map(_frame, sides) else (exact,)


def is_open_word(word: str) -> bool:
    """Whether a word of the context may be exchanged: in small letters, no function word, and nothing that negates."""
    is_plain = len(word) >= _SHORTEST and word.isalpha() and word.islower()
    return is_plain and not word.startswith(_NEGATIVE) and not is_function_word(word)
