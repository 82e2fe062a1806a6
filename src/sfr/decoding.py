"""The shortcut: flawless records from text straight into units.

A trained model mostly writes records without a flaw, and for these a compiled decoder builds the
sets itself, many times faster than reading them value by value. The shortcut gives up (None) at
the first sign of anything that would have to be reported or changed, so what it returns is what
the long way returns; a property test holds the two together.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from sfr.normalize import Normalizer
from sfr.structures import Task

__all__ = ["clean_reader", "encode_key", "mentions", "records_reader"]

Pair = tuple[str, str]
_Normalize = Callable[[str], str]


def _blank_is_nothing(normalize: Normalizer) -> _Normalize:
    """``normalize``, under which a string of white space is never its own normal form."""
    if normalize.space == "fold":
        return normalize
    return lambda string: normalize(string) if string.strip() else ""


def clean_reader(
    task: Task, normalize: Normalizer, *, max_chars: int, max_units: int
) -> Callable[[str, AbstractSet[object]], Any]:
    """A reader of flawless records: from text to units by type, or None if anything is to be looked at.

    Its second argument holds units and strings that are known to be normal already.
    """
    decode, _, not_records = _decoder(task)
    sort = _SORT[task]
    # One line of ASCII without escapes can only be abnormal at the ends of its strings.
    normal = _blank_is_nothing(normalize)
    ends: _Normalize = str.strip if normalize == Normalizer() else normal
    max_quotes = 2 * max_units  # so many at least make more units

    def read(output: str, known: AbstractSet[object]) -> Any:
        if len(output) > max_chars:
            return None
        try:
            found = decode(output)
        except not_records:
            return None
        simple = output.isascii() and "\\" not in output and "  " not in output
        by_type, strings = sort(found, known, ends if simple else normal)
        # A string has two quotes; there are more if one was escaped, repeated or overwritten.
        return by_type if output.count('"') == 2 * strings <= max_quotes else None

    return read


def records_reader(task: Task, normalize: Normalizer) -> Callable[[object], Any]:
    """A reader of flawless records that are objects already: to units by type, or None."""
    _, convert, not_records = _decoder(task)
    sort, normal = _SORT[task], _blank_is_nothing(normalize)

    def read(records: object) -> Any:
        try:
            found = convert(records)
        except not_records:
            return None
        by_type, strings = sort(found, frozenset(), normal)
        return by_type if strings >= 0 else None

    return read


def _sort_entities(
    found: dict[str, set[str]], known: AbstractSet[object], normal: _Normalize
) -> tuple[dict[str, set[str]], int]:
    """Units by type, and how many strings they are made of: -1 if one is empty or not normal."""
    strings, blank = len(found), False
    for kind, texts in found.items():
        if kind not in known and not (kind and normal(kind) == kind):
            return found, -1
        if not known >= texts:
            for text in texts:
                if text not in known and not (text and normal(text) == text):
                    return found, -1
        strings += len(texts)
        blank = blank or not texts
    return ({kind: texts for kind, texts in found.items() if texts} if blank else found), strings


def _sort_relations(
    found: dict[str, set[Pair]], known: AbstractSet[object], normal: _Normalize
) -> tuple[dict[str, set[Pair]], int]:
    strings, blank = len(found), False
    for kind, pairs in found.items():
        if kind not in known and not (kind and normal(kind) == kind):
            return found, -1
        if not known >= pairs and not _normal_pairs(pairs, known, normal):
            return found, -1
        strings += 2 * len(pairs)
        blank = blank or not pairs
    return ({kind: pairs for kind, pairs in found.items() if pairs} if blank else found), strings


def _sort_events(
    found: dict[str, list[Any]], known: AbstractSet[object], normal: _Normalize
) -> tuple[dict[str, dict[str, set[Pair]]], int]:
    strings = len(found)
    by_type = {}
    for kind, events in found.items():
        if kind not in known and not (kind and normal(kind) == kind):
            return {}, -1
        groups = {}
        for event in events:
            trigger, pairs = event.trigger, event.arguments
            if trigger not in known and not (trigger and normal(trigger) == trigger):
                return {}, -1
            if not known >= pairs and not _normal_pairs(pairs, known, normal):
                return {}, -1
            groups[trigger] = pairs
            strings += 3 + 2 * len(pairs)  # with the two keys
        if len(groups) < len(events):
            return {}, -1
        if groups:
            by_type[kind] = groups
    return by_type, strings


def _normal_pairs(pairs: set[Pair], known: AbstractSet[object], normal: _Normalize) -> bool:
    for pair in pairs:
        if pair not in known:
            first, second = pair
            if not first or not second or normal(first) != first or normal(second) != second:
                return False
    return True


def mentions(task: Task, by_type: Mapping[str, Any]) -> tuple[Iterable[str], Iterable[str]]:
    """The roles, and the mentions, of units by type."""
    if task == "ner":
        return (), chain.from_iterable(by_type.values())
    if task == "re":
        return (), (text for pairs in by_type.values() for pair in pairs for text in pair)
    pairs = {pair for groups in by_type.values() for group in groups.values() for pair in group}
    return (role for role, _ in pairs), chain(chain.from_iterable(by_type.values()), (text for _, text in pairs))


_SORT: dict[Task, Callable[[Any, AbstractSet[object], _Normalize], tuple[Any, int]]] = {
    "ner": _sort_entities,
    "re": _sort_relations,
    "ee": _sort_events,
}


@lru_cache(maxsize=3)
def _decoder(task: Task) -> tuple[Callable[[str], Any], Callable[[object], Any], tuple[type[Exception], ...]]:
    """A decoder of text, one of objects, and what they raise for anything but records.

    Loaded at first use, for it costs more than the rest of the package.
    """
    import msgspec

    event = msgspec.defstruct(
        "Event",
        [("trigger", str), ("arguments", set[tuple[str, str]])],
        forbid_unknown_fields=True,
        gc=False,
    )
    records: dict[Task, Any] = {
        "ner": dict[str, set[str]],
        "re": dict[str, set[tuple[str, str]]],
        "ee": dict[str, list[event]],  # type: ignore[valid-type]
    }
    decode = msgspec.json.Decoder(records[task]).decode
    errors = (msgspec.MsgspecError, UnicodeError, RecursionError)
    return decode, partial(msgspec.convert, type=records[task]), errors


def encode_key(value: object) -> bytes | None:
    """The content of a plain Python value, types included, as a key for a cache; None if it has none."""
    try:
        return marshal.dumps(value, _MARSHAL_VERSION)  # type: ignore[arg-type]
    except ValueError:
        return None


_MARSHAL_VERSION = 2  # the last one whose bytes depend on the content alone
