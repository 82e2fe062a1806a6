"""What the measures compare: the unit sets of an extraction (paper, section 2.5.2).

Units are kept by type, so that one pass over the types of a prediction gives every size the
equations need; the named sets of the paper are properties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache, partial
from itertools import chain
from typing import Any, NamedTuple

from sfr.normalize import Normalizer
from sfr.structures import Extraction, Task

__all__ = [
    "EEGold",
    "EEUnits",
    "NERGold",
    "NERUnits",
    "REGold",
    "REUnits",
    "Units",
    "clean_reader",
    "ee_units",
    "encode_key",
    "mentions",
    "ner_units",
    "re_units",
    "records_reader",
    "units_by_type",
    "units_of",
]

Pair = tuple[str, str]


class NERUnits(NamedTuple):
    """The units of entities: texts by type."""

    by_type: Mapping[str, AbstractSet[str]]

    @property
    def types(self) -> frozenset[str]:
        """T: the entity types."""
        return frozenset(self.by_type)

    @property
    def pairs(self) -> frozenset[Pair]:
        """P: (type, text)."""
        return frozenset((kind, text) for kind, texts in self.by_type.items() for text in texts)

    @property
    def size(self) -> int:
        """Number of pairs."""
        return sum(map(len, self.by_type.values()))


class REUnits(NamedTuple):
    """The units of relations: (head, tail) by type."""

    by_type: Mapping[str, AbstractSet[Pair]]

    @property
    def types(self) -> frozenset[str]:
        """T: the relation types."""
        return frozenset(self.by_type)

    @property
    def triples(self) -> frozenset[tuple[str, str, str]]:
        """R: (type, head, tail)."""
        return frozenset((kind, *pair) for kind, pairs in self.by_type.items() for pair in pairs)

    @property
    def heads(self) -> frozenset[Pair]:
        """H: (type, head)."""
        return frozenset((kind, head) for kind, pairs in self.by_type.items() for head, _ in pairs)

    @property
    def tails(self) -> frozenset[Pair]:
        """A: (type, tail)."""
        return frozenset((kind, tail) for kind, pairs in self.by_type.items() for _, tail in pairs)

    @property
    def size(self) -> int:
        """Number of triples."""
        return sum(map(len, self.by_type.values()))


class EEUnits(NamedTuple):
    """The units of events: by type and trigger the (role, argument) pairs of the group.

    Events with the same type and trigger are one group.
    """

    by_type: Mapping[str, Mapping[str, AbstractSet[Pair]]]

    @property
    def types(self) -> frozenset[str]:
        """E: the event types."""
        return frozenset(self.by_type)

    @property
    def triggers(self) -> frozenset[Pair]:
        """T: (type, trigger)."""
        return frozenset((kind, trigger) for kind, groups in self.by_type.items() for trigger in groups)

    @property
    def arguments(self) -> frozenset[tuple[str, str, str, str]]:
        """(type, trigger, role, argument)."""
        return frozenset(
            (kind, trigger, *pair)
            for kind, groups in self.by_type.items()
            for trigger, pairs in groups.items()
            for pair in pairs
        )

    @property
    def size(self) -> int:
        """Number of trigger groups and arguments."""
        return sum(len(g) + sum(map(len, g.values())) for g in self.by_type.values())


Units = NERUnits | REUnits | EEUnits


def ner_units(extraction: Extraction) -> NERUnits:
    """The entity units of an extraction."""
    by_type: dict[str, set[str]] = {}
    for entity in extraction.entities:
        by_type.setdefault(entity.type, set()).add(entity.text)
    return NERUnits(by_type)


def re_units(extraction: Extraction) -> REUnits:
    """The relation units of an extraction."""
    by_type: dict[str, set[Pair]] = {}
    for relation in extraction.relations:
        by_type.setdefault(relation.type, set()).add((relation.head, relation.tail))
    return REUnits(by_type)


def ee_units(extraction: Extraction) -> EEUnits:
    """The event units of an extraction."""
    by_type: dict[str, dict[str, set[Pair]]] = {}
    for event in extraction.events:
        group = by_type.setdefault(event.type, {}).setdefault(event.trigger, set())
        group.update((argument.role, argument.text) for argument in event.arguments)
    return EEUnits(by_type)


_UNITS: dict[Task, Callable[[Any], Units]] = {"ner": NERUnits, "re": REUnits, "ee": EEUnits}


def units_by_type(task: Task, by_type: Any) -> Units:
    """The units of one task that a reader found by type."""
    return _UNITS[task](by_type)


def units_of(task: Task, extraction: Extraction) -> Units:
    """The units of one task."""
    if task == "ner":
        return ner_units(extraction)
    if task == "re":
        return re_units(extraction)
    return ee_units(extraction)


# What is counted once for gold and then serves every output of its group.


def _all(*parts: Iterable[object]) -> frozenset[object]:
    nothing: frozenset[object] = frozenset()
    return nothing.union(*parts)


class NERGold(NamedTuple):
    """Gold entities: the units, their number, and every string known to be normal."""

    by_type: Mapping[str, AbstractSet[str]]
    size: int
    known: frozenset[object]

    @classmethod
    def of(cls, units: NERUnits) -> NERGold:
        """The gold that these units make."""
        return cls(units.by_type, units.size, _all(units.by_type, *units.by_type.values()))


class REGold(NamedTuple):
    """Gold relations: the units, the heads and tails by type, the numbers of all three."""

    by_type: Mapping[str, AbstractSet[Pair]]
    heads: Mapping[str, AbstractSet[str]]
    tails: Mapping[str, AbstractSet[str]]
    size: int
    n_heads: int
    n_tails: int
    known: frozenset[object]

    @classmethod
    def of(cls, units: REUnits) -> REGold:
        """The gold that these units make."""
        heads = {kind: {head for head, _ in pairs} for kind, pairs in units.by_type.items()}
        tails = {kind: {tail for _, tail in pairs} for kind, pairs in units.by_type.items()}
        n_heads, n_tails = sum(map(len, heads.values())), sum(map(len, tails.values()))
        known = _all(units.by_type, *units.by_type.values())
        return cls(units.by_type, heads, tails, units.size, n_heads, n_tails, known)


class EEGold(NamedTuple):
    """Gold events: the units, the number of trigger groups and of their arguments."""

    by_type: Mapping[str, Mapping[str, AbstractSet[Pair]]]
    n_triggers: int
    n_arguments: int
    known: frozenset[object]

    @classmethod
    def of(cls, units: EEUnits) -> EEGold:
        """The gold that these units make."""
        groups = list(units.by_type.values())
        pairs = [pairs for group in groups for pairs in group.values()]
        known = _all(units.by_type, *groups, *pairs)
        return cls(units.by_type, sum(map(len, groups)), sum(map(len, pairs)), known)


# The shortcut. A trained model mostly writes records without a flaw, and for these the decoder
# builds the sets itself, many times faster than reading them value by value. The shortcut gives
# up (None) at the first sign of anything that would have to be reported or changed, so what it
# returns is what the long way returns; a property test holds the two together.

_Normalize = Callable[[str], str]


def clean_reader(
    task: Task, normalize: Normalizer, *, max_chars: int, max_units: int
) -> Callable[[str, AbstractSet[object]], Any]:
    """A reader of flawless records: from text to units by type, or None if anything is to be looked at.

    Its second argument holds units and strings that are known to be normal already.
    """
    decode, _, not_records = _decoder(task)
    sort = _SORT[task]
    # One line of ASCII without escapes can only be abnormal at the ends of its strings.
    ends: _Normalize = str.strip if normalize == Normalizer() else normalize
    max_quotes = 2 * max_units  # so many at least make more units

    def read(output: str, known: AbstractSet[object]) -> Any:
        if len(output) > max_chars:
            return None
        try:
            found = decode(output)
        except not_records:
            return None
        simple = output.isascii() and "  " not in output and "\\" not in output
        by_type, strings = sort(found, known, ends if simple else normalize)
        # A string has two quotes; there are more if one was escaped, repeated or overwritten.
        return by_type if output.count('"') == 2 * strings <= max_quotes else None

    return read


def records_reader(task: Task, normalize: Normalizer) -> Callable[[object], Any]:
    """A reader of flawless records that are objects already: to units by type, or None."""
    _, convert, not_records = _decoder(task)
    sort = _SORT[task]

    def read(records: object) -> Any:
        try:
            found = convert(records)
        except not_records:
            return None
        by_type, strings = sort(found, frozenset(), normalize)
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
    """The content of a JSON-like value as a key for a cache; None if it has none."""
    import msgspec

    try:
        return msgspec.json.encode(value)
    except (TypeError, ValueError, RecursionError):
        return None
