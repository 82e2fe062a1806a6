"""What a data set holds: counted row by row, summed over splits."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sfr.examples import Example, mentions
from sfr.formats import dump
from sfr.parsing import Reading, parse, read_gold
from sfr.structures import Entity, Event, Extraction, Relation
from sfr.units import units_of

__all__ = ["Census", "complexity", "shared_texts"]

_PAPER = "slots"
_OURS = "records"


@dataclass(slots=True)
class Census:
    """Counts over the examples of a split.

    ``nested`` are pairs of entities of which one lies within the other or overlaps it; ``slots`` are
    the (example, type) pairs with a value, ``lost_slots`` those whose paper string, read with the
    source text, gives other units; ``lost_records`` the examples whose records do.
    """

    rows: int = 0
    empty: int = 0
    units: Counter[str] = field(default_factory=Counter)
    roles: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    nested: int = 0
    in_pieces: int = 0
    not_in_text: int = 0
    slots: int = 0
    lost_slots: int = 0
    lost_records: int = 0
    texts: set[bytes] = field(default_factory=set)

    def add(self, example: Example) -> None:
        """Count an example in."""
        gold = example.gold
        units: tuple[Entity | Relation | Event, ...] = (*gold.entities, *gold.relations, *gold.events)
        kinds = [unit.type for unit in units]
        self.rows += 1
        self.empty += not kinds
        self.units.update(kinds)
        self.roles.update(a.role for event in gold.events for a in event.arguments)
        self.repeated += len(kinds) - len(set(_identities(gold)))
        self.nested += _nested(gold)
        for _, mention, at in mentions(gold):
            self.in_pieces += len(at) > 1
            self.not_in_text += len(at) != 1 and mention not in example.text  # a place that was checked is enough
        self.texts.add(hashlib.blake2b(example.text.encode(), digest_size=8).digest())
        if kinds:
            self._read_back(example)

    def _read_back(self, example: Example) -> None:
        """Write the gold and read it again, as the reward would read a perfect answer."""
        gold = units_of(example.task, read_gold(example.gold, example.task, Reading())).by_type
        slots = self._again(example, _PAPER)
        self.slots += len(gold)
        self.lost_slots += sum(slots.get(kind) != units for kind, units in gold.items())
        self.lost_records += self._again(example, _OURS) != gold

    @staticmethod
    def _again(example: Example, form: str) -> Any:
        text = dump(example.gold, example.task, format=form)
        found = parse(text, example.task, text=example.text, schema=example.schema)
        return units_of(example.task, found.extraction).by_type

    def as_json(self) -> dict[str, Any]:
        """The counts, without the texts."""
        return {
            "rows": self.rows,
            "empty": self.empty,
            "units": dict(sorted(self.units.items())),
            "roles": dict(sorted(self.roles.items())),
            "repeated_units": self.repeated,
            "nested_pairs": self.nested,
            "mentions_in_pieces": self.in_pieces,
            "mentions_not_in_text": self.not_in_text,
            "different_texts": len(self.texts),
            "slots": self.slots,
            "slots_not_read_back": self.lost_slots,
            "records_not_read_back": self.lost_records,
        }


def shared_texts(splits: dict[str, Census]) -> dict[str, int]:
    """How many texts each two splits share, as ``"train dev"``."""
    names = list(splits)
    pairs = [(one, other) for i, one in enumerate(names) for other in names[i + 1 :]]
    return {f"{one} {other}": len(splits[one].texts & splits[other].texts) for one, other in pairs}


def complexity(gold: Extraction) -> int:
    """How much there is to extract: entities, relations, or events with their arguments."""
    return len(gold.entities) + len(gold.relations) + sum(1 + len(e.arguments) for e in gold.events)


def _identities(gold: Extraction) -> Iterator[object]:
    yield from ((e.type, e.text) for e in gold.entities)
    yield from ((r.type, r.head, r.tail) for r in gold.relations)
    yield from ((e.type, e.trigger, tuple((a.role, a.text) for a in e.arguments)) for e in gold.events)


def _nested(gold: Extraction) -> int:
    """Pairs of entities whose places overlap."""
    places = sorted((e.at[0][0], e.at[-1][1]) for e in gold.entities if e.at)
    starts = [start for start, _ in places]
    return sum(bisect_left(starts, end) - place - 1 for place, (_, end) in enumerate(places))
