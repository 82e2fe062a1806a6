"""Conventions: the places where evaluators of the field differ, as named parameters.

One prediction has many F1s. What they differ in is a field of ``Convention``; a set of values that
reproduces the numbers of a published evaluator has a name.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Literal, get_args, get_origin, get_type_hints

from sfr.fields import read_value
from sfr.formats import FORMATS, Policy, Split
from sfr.matching import Matching
from sfr.normalize import Casing, Normalizer
from sfr.parsing import Reading
from sfr.structures import Task

__all__ = ["CONVENTIONS", "METRICS_BY_DEFAULT", "Convention", "Duplicates", "Equality", "convention"]

Equality = Literal["exact", "spaceless", "words"]
"""When two mentions are the same text: ``exact``: to the character; ``spaceless``: without white
space; ``words``: without punctuation and articles."""

Duplicates = Literal["set", "multiset", "each"]
"""What repeats of a unit count: ``set``: nothing; ``multiset``: each needs a gold one of its own;
``each``: each is compared with the same gold one."""

Empty = Literal["nothing", "unit"]
"""What the lack of units counts: ``nothing``, or a ``unit`` of its own, hit if gold lacks them, too."""

Overlap = Literal["keep", "drop"]
"""Whether mentions that share characters with an earlier one count."""

Locate = Literal["order", "every"]
"""Where a mention without offsets stands: its n-th writing at its n-th occurrence in the text, or
at ``every`` occurrence."""

METRICS_BY_DEFAULT: Mapping[Task, tuple[str, ...]] = {
    "ner": ("entity", "entity_span", "slot", "slot_filled"),
    "re": ("relation", "relation_span", "slot", "slot_filled"),
    "ee": ("trigger_id", "trigger", "argument", "argument_attached", "argument_matched", "slot", "slot_filled"),
}


@dataclass(frozen=True, kw_only=True)
class Convention:
    """How predictions are compared with gold.

    ``name`` and ``about`` say what it is; ``metrics`` are those that it reports, by task. All other
    fields may be overridden one by one: see ``convention``.
    """

    name: str = "sfr"
    about: str = "strict micro-F1 over sets of units; texts without units count neither for nor against"
    metrics: Mapping[Task, tuple[str, ...]] = None  # type: ignore[assignment]  # filled in below

    casing: Casing = "keep"
    equality: Equality = "exact"
    duplicates: Duplicates = "set"
    empty: Empty = "nothing"
    undefined: float = 1.0
    digits: int | None = None
    matching: Matching = "optimal"
    overlap: Overlap = "keep"
    locate: Locate = "order"
    format: str = "auto"
    split: Split = "source"
    unknown_types: Policy = "keep"
    ungrounded: Policy = "keep"

    def __post_init__(self) -> None:
        """Refuse values that the fields cannot have, all of them at once."""
        if self.metrics is None:
            object.__setattr__(self, "metrics", METRICS_BY_DEFAULT)
        hints = get_type_hints(Convention)
        bad = [bad for name in settings() if (bad := _misfit(name, getattr(self, name), hints[name]))]
        if bad:
            msg = f"convention {self.name}: {'; '.join(bad)}"
            raise ValueError(msg)

    @cached_property
    def reading(self) -> Reading:
        """How outputs are read."""
        return Reading(
            Normalizer(), self.format, self.split, unknown_types=self.unknown_types, ungrounded=self.ungrounded
        )

    def key(self, text: str) -> str:
        """What a mention or a type is compared by; ``text`` is in its normal form."""
        if self.casing == "fold":
            text = text.casefold()
        if self.equality == "exact":
            return text
        if self.equality == "spaceless":
            return "".join(text.split())
        return " ".join(_ARTICLE.sub(" ", text.translate(_NO_PUNCTUATION)).split())


_ARTICLE = re.compile(r"\b(?:a|an|the)\b", re.IGNORECASE)
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def settings() -> list[str]:
    """The names of the fields that may be set one by one."""
    return [field.name for field in fields(Convention) if field.name not in {"name", "about", "metrics"}]


def _misfit(name: str, value: Any, hint: Any) -> str:
    """What is wrong with the value of a field, or ""."""
    expected = ""
    if get_origin(hint) is Literal:
        expected = "" if value in get_args(hint) else f"one of {', '.join(get_args(hint))}"
    elif name == "format":
        expected = "" if value in {"auto", *FORMATS} else f"one of auto, {', '.join(FORMATS)}"
    elif name == "undefined":
        expected = "" if value in {0, 1} else "0 or 1"
    elif name == "digits":
        expected = "" if value is None or (type(value) is int and value >= 0) else "a number of digits, or None"
    return f"{name}={value!r}, expected {expected}" if expected else ""


CONVENTIONS: Mapping[str, Convention] = {one.name: one for one in (Convention(),)}


def convention(name: str = "sfr", **overrides: Any) -> Convention:
    """The convention of that name, with any of its fields overridden.

    Raises ValueError for an unknown name, field or value.
    """
    if name not in CONVENTIONS:
        msg = f"unknown convention {name!r}; known: {', '.join(CONVENTIONS)}"
        raise ValueError(msg)
    if unknown := sorted(overrides.keys() - set(settings())):
        msg = f"unknown settings of a convention: {', '.join(unknown)}; known: {', '.join(settings())}"
        raise ValueError(msg)
    return replace(CONVENTIONS[name], **overrides)


def read_setting(name: str, text: str) -> Any:
    """The value of a field as a signature or a command line writes it.

    Raises ValueError when there is no such field, or the text is no value of its type.
    """
    if name not in settings():
        msg = f"unknown setting {name!r}; known: {', '.join(settings())}"
        raise ValueError(msg)
    hint = get_type_hints(Convention)[name]
    value = read_value(text, int if name == "digits" else hint)
    if problem := _misfit(name, value, hint):
        raise ValueError(problem)
    return value
