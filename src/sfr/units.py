"""What the measures compare: the unit sets of an extraction (paper, section 2.5.2).

Units are kept by type, so that one pass over the types of a prediction gives every size the
equations need; the named sets of the paper are properties.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from sfr.structures import Extraction, Task

__all__ = ["EEUnits", "NERUnits", "REUnits", "Units", "ee_units", "ner_units", "re_units", "units_by_type", "units_of"]

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
