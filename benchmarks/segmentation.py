"""Cutting a slot of the paper's strings into the values of its source text."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rich.table import Table

import sfr
from sfr.grounding import Source, segment_pairs, segment_values

from .make_outputs import Group, Task, make_groups
from .timing import Work, best_seconds

SENTENCES = 500


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot as the paper writes it, and the values that were joined in it."""

    text: str
    slot: str
    values: list[Any]


def table() -> Table:
    """Microseconds a slot."""
    found = Table(title=f"Segmentation: one slot of a 40-word sentence ({SENTENCES} sentences)")
    found.add_column("")
    for heading in ("us a slot", "target", "slots read back exactly"):
        found.add_column(heading, justify="right")
    rng = random.Random(0)
    groups = make_groups("ner", SENTENCES, 1)
    five_values = [_values_slot(rng, group) for group in groups]
    three_pairs = [_pairs_slot(rng, group) for group in groups]
    _add(found, "segment_values: 5 values", five_values, lambda slot: segment_values(slot.slot, Source(slot.text)), 30)
    _add(found, "segment_pairs: 3 pairs", three_pairs, lambda slot: segment_pairs(slot.slot, Source(slot.text)), 60)
    _add(found, "sfr.parse of that NER slot", five_values, lambda slot: _parse("ner", slot))
    _add(found, "sfr.parse of that RE slot", three_pairs, lambda slot: _parse("re", slot))
    return found


def _add(
    found: Table, name: str, slots: list[Slot], read: Callable[[Slot], list[Any]], target: float | None = None
) -> None:
    def run(slots: list[Slot]) -> None:
        for slot in slots:
            read(slot)

    each = best_seconds(Work(lambda: slots, run)) / len(slots) * 1e6
    right = sum(read(slot) == slot.values for slot in slots) / len(slots)
    colour = "" if target is None else "[green]" if each <= target else "[red]"
    found.add_row(name, f"{colour}{each:.1f}", "" if target is None else f"< {target}", f"{right:.1%}")


def _parse(task: Task, slot: Slot) -> list[Any]:
    extraction = sfr.parse(_output(slot), task=task, text=slot.text).extraction
    if task == "ner":
        return [entity.text for entity in extraction.entities]
    return [(relation.head, relation.tail) for relation in extraction.relations]


def _output(slot: Slot) -> str:
    return json.dumps({"used for": slot.slot})


def _mentions(rng: random.Random, group: Group, count: int) -> list[str]:
    """Runs of one to three words that do not touch one another, in the order of the sentence."""
    starts = sorted(rng.sample(range(0, len(group.words) - 3, 4), count))
    return [" ".join(group.words[start : start + rng.randint(1, 3)]) for start in starts]


def _values_slot(rng: random.Random, group: Group) -> Slot:
    values = _mentions(rng, group, 5)
    return Slot(group.text, " ".join(values), values)


def _pairs_slot(rng: random.Random, group: Group) -> Slot:
    mentions = _mentions(rng, group, 6)
    rng.shuffle(mentions)
    pairs = list(zip(mentions[::2], mentions[1::2], strict=True))
    return Slot(group.text, " ".join(", ".join(pair) for pair in pairs), pairs)
