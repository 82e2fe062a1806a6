"""Conventions: the places where evaluators of the field differ, as named parameters.

One prediction has many F1s. What they differ in is a field of ``Convention``; the values that give
the numbers of a published evaluator have its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property
from typing import Any, Literal, get_args, get_origin, get_type_hints

from sfr.fields import read_value, write_value
from sfr.formats import FORMATS, Policy, Split
from sfr.matching import Matching
from sfr.normalize import Normalizer, Space, UnicodeForm
from sfr.parsing import Reading
from sfr.structures import Task

__all__ = [
    "CONVENTIONS",
    "PARTS",
    "Convention",
    "Duplicates",
    "Empty",
    "Equality",
    "Locate",
    "Part",
    "convention",
    "read_setting",
    "settings",
    "write_setting",
]

Part = Literal["type", "entity", "relation", "trigger", "argument"]
"""What is compared: types and roles, or the mentions of entities, of relations (heads and tails), of triggers,
of arguments."""

PARTS: tuple[Part, ...] = get_args(Part)

Equality = Literal["exact", "spaceless", "words", "marks"]
"""When two mentions are the same text: ``exact``: to the character; ``spaceless``: without white
space; ``words``: without punctuation and articles; ``marks``: whatever the space beside punctuation."""

Types = Literal["exact", "words"]
"""When two types are the same: ``exact``, or as ``words``, whether in camel case, with hyphens or underscores."""

Duplicates = Literal["set", "multiset", "each"]
"""What repeats of a unit count: ``set``: nothing; ``multiset``: each needs a gold one of its own;
``each``: each is compared with the same gold one."""

Empty = Literal["nothing", "entities", "unit"]
"""What a side without units counts: ``nothing``, or a ``unit`` of its own that the other side may
share; ``entities``: a unit in the metrics of entities only."""

Locate = Literal["order", "every"]
"""Where a mention without offsets stands: its n-th writing at its n-th occurrence in the text, or
at ``every`` occurrence."""

_BY_DEFAULT: Mapping[Task, tuple[str, ...]] = {
    "ner": ("entity", "entity_span", "slot", "slot_filled"),
    "re": ("relation", "relation_span", "slot", "slot_filled"),
    "ee": ("trigger_id", "trigger", "argument", "argument_attached", "argument_matched", "slot", "slot_filled"),
}


@dataclass(frozen=True, kw_only=True)
class Convention:
    """How predictions are compared with gold.

    ``name`` and ``about`` say what it is; ``metrics`` are those that it reports, by task. All other
    fields may be overridden one by one: see ``convention``.

    - ``caseless``: the parts that are compared without regard to case.
    - ``equality``, ``types``: when mentions, and when types and roles, are the same.
    - ``duplicates``, ``empty``: what repeats, and what the lack of units count.
    - ``undefined``: precision, recall and F1 where neither side has units.
    - ``digits``: to how many the three are rounded, F1 after the others; None for not at all.
    - ``matching``: how trigger groups are matched.
    - ``locate``, ``unplaced``, ``overlap``: in metrics on spans, where mentions without offsets
      stand, and whether those count that stand nowhere, or overlap an earlier one.
    - ``surplus``: whether what is not in the text counts, and entities and triggers beyond the times
      that they are; case makes no difference here.
    - ``recovered``: whether an output counts that could only be read by repairing it.
    - ``unicode_form``, ``space``, ``format``, ``split``, ``unknown_types``, ``ungrounded``: how outputs are read.
    """

    name: str = "sfr"
    about: str = "strict micro-F1 over sets of units; a text without units counts neither for nor against"
    metrics: Mapping[Task, tuple[str, ...]] = field(default_factory=lambda: dict(_BY_DEFAULT), hash=False)

    caseless: tuple[Part, ...] = ()
    equality: Equality = "exact"
    types: Types = "exact"
    duplicates: Duplicates = "set"
    empty: Empty = "nothing"
    undefined: float = 1.0
    digits: int | None = None
    matching: Matching = "optimal"
    locate: Locate = "order"
    unplaced: Literal["keep", "drop"] = "keep"
    overlap: Literal["keep", "drop"] = "keep"
    surplus: Literal["keep", "drop"] = "keep"
    recovered: Literal["keep", "drop"] = "keep"
    unicode_form: UnicodeForm = "NFC"
    space: Space = "fold"
    format: str = "auto"
    split: Split = "source"
    unknown_types: Policy = "keep"
    ungrounded: Policy = "keep"

    def __post_init__(self) -> None:
        """Refuse values that the fields cannot have, all of them at once."""
        bad = [bad for name in settings() if (bad := _misfit(name, getattr(self, name)))]
        if bad:
            msg = f"convention {self.name}: {'; '.join(bad)}"
            raise ValueError(msg)

    @cached_property
    def reading(self) -> Reading:
        """How outputs are read."""
        return Reading(
            Normalizer(self.unicode_form, self.space),
            self.format,
            self.split,
            unknown_types=_at_reading(self.unknown_types),
            ungrounded=_at_reading(self.ungrounded),
        )


def _at_reading(policy: Policy) -> Policy:
    """What the reader does; dropping waits until it is known which types and mentions are the same."""
    return "keep" if policy == "drop" else policy


def settings() -> list[str]:
    """The names of the fields that may be set one by one."""
    return [each.name for each in fields(Convention) if each.name not in {"name", "about", "metrics"}]


@cache
def _types() -> Mapping[str, Any]:
    """The types of the fields."""
    return get_type_hints(Convention)


def _misfit(name: str, value: Any) -> str:
    """What is wrong with the value of a field, or ""."""
    hint = _types()[name]
    expected = ""
    if get_origin(hint) is Literal:
        expected = "" if value in get_args(hint) else f"one of {', '.join(get_args(hint))}"
    elif name == "caseless":
        known = isinstance(value, tuple) and set(value) <= set(PARTS)
        expected = "" if known else f"any of {', '.join(PARTS)}"
    elif name == "format":
        expected = "" if value in {"auto", *FORMATS} else f"one of auto, {', '.join(FORMATS)}"
    elif name == "undefined":
        expected = "" if value in {0, 1} else "0 or 1"
    elif name == "digits":
        expected = "" if value is None or (type(value) is int and value >= 0) else "a number of digits, or None"
    return f"{name}={value!r}, expected {expected}" if expected else ""


def _named(name: str, about: str, ner: str = "", re: str = "", ee: str = "", **values: Any) -> Convention:
    metrics: dict[Task, tuple[str, ...]] = {"ner": tuple(ner.split()), "re": tuple(re.split()), "ee": tuple(ee.split())}
    return Convention(name=name, about=about, metrics=metrics, **{"undefined": 0.0, **values})


CONVENTIONS: Mapping[str, Convention] = {
    one.name: one
    for one in (
        Convention(),
        _named(
            "instructuie",
            "case and the space beside punctuation are ignored, a text without entities is one unit that both sides "
            "may share, and events are scored by whole answers",
            ner="entity",
            re="relation",
            ee="answer answer_triggers argument",
            caseless=PARTS,
            equality="marks",
            empty="entities",
        ),
        _named(
            "uie",
            "a multiset of exact strings, or places; what is outside the schema or the text is dropped, not wrong",
            ner="entity entity_span",
            re="relation relation_span",
            ee="trigger argument trigger_span argument_span",
            duplicates="multiset",
            unplaced="drop",
            unknown_types="drop",
            ungrounded="drop",
        ),
        _named(
            "iepile",
            "a multiset of exact strings in flawless JSON; precision and recall are rounded to 2 decimals of per cent "
            "before F1",
            ner="entity",
            re="relation",
            ee="trigger argument",
            duplicates="multiset",
            digits=4,
            recovered="drop",
            unicode_form="none",
            space="keep",
        ),
        _named(
            "textee",
            "sets of places: a trigger stands wherever its text does, and what has no place is dropped, not wrong",
            ee="trigger_id_span trigger_span argument_id_span argument_span argument_attached_id_span "
            "argument_attached_span",
            locate="every",
            unplaced="drop",
        ),
        _named(
            "gollie",
            "a multiset in which entities and triggers ignore case; what is not in the schema, or not that often in "
            "the text, is dropped",
            ner="entity",
            re="relation",
            ee="trigger argument_attached",
            caseless=("entity", "trigger"),
            duplicates="multiset",
            surplus="drop",
            unknown_types="drop",
        ),
        _named(
            "knowcoder",
            "every repeat of a hit counts again, so that F1 may exceed 1; types are compared as words; what is outside "
            "the schema or the text is dropped",
            ner="entity",
            re="relation",
            ee="trigger_id trigger argument_id argument",
            types="words",
            duplicates="each",
            unicode_form="none",
            space="keep",
            unknown_types="drop",
            ungrounded="drop",
        ),
        _named(
            "conlleval",
            "places of entities as a tag for each token can hold them: none that overlaps an earlier one",
            ner="entity_span",
            unplaced="drop",
            overlap="drop",
        ),
    )
}


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

    Raises ValueError when there is no such field, or the text is no value of it.
    """
    if name not in settings():
        msg = f"unknown setting {name!r}; known: {', '.join(settings())}"
        raise ValueError(msg)
    value: Any
    if name == "caseless":
        value = {"all": PARTS, "none": ()}.get(text, tuple(text.split("+")))
    else:
        value = read_value(text, int if name == "digits" else _types()[name])
    if problem := _misfit(name, value):
        raise ValueError(problem)
    return value


def write_setting(name: str, value: Any) -> str:
    """The value of a field as a signature writes it."""
    return ("+".join(value) or "none") if name == "caseless" else write_value(value)
