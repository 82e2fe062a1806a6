"""Sentences of one or two clauses, each with its gold and with where it stands."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any, TypeAlias

from sfr.newswire.names import KINDS, Names, Split, pick, split_of
from sfr.newswire.phrases import TYPES, Phrase, kind_of, phrases
from sfr.newswire.writing import Clause, Writer
from sfr.structures import Task

__all__ = ["Split", "sentences"]

_EMPTY = 11  # the 11th, 22nd, 33rd ... sentence has nothing of the task: the same share in any number of them
_TWO_CLAUSES = 0.5
_SECOND_OF_TASK = 0.5  # of the other clauses are chosen for what they hold of the task, the rest from all
_JOINTS = (", while", ".", "and", ", but", ";")
_ENDS = (".", ".", ".", ", officials said .", ", a paper reported .", ", police said .")


def sentences(task: Task, split: Split, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Sentences without end, no two with the same text: ``{"id", "text", "gold", "at"}``, as in a line of an example.

    >>> row = next(sentences("re", "test"))
    >>> row["text"]
    'The wedding of Fenumket Melorlund and Obgell Varti drew a crowd in Kinapole Hills , police said .'
    >>> row["gold"], row["at"]
    ({'married to': [['Fenumket Melorlund', 'Obgell Varti']]}, {'married to': [[[[15, 33]], [[38, 50]]]]})
    """
    rng = random.Random(f"newswire/{seed}/{split}/{task}")  # noqa: S311 - repeatable, not secret
    seen = set()
    for number in count(1):
        with_gold = number % _EMPTY != 0
        row = None
        while row is None or row["text"] in seen or bool(row["gold"]) != with_gold:
            row = _sentence(rng, task, split, with_gold=with_gold)
        seen.add(row["text"])
        yield {"id": f"{split}-{number}", **row}


def _sentence(rng: random.Random, task: Task, split: Split, *, with_gold: bool) -> dict[str, Any] | None:
    """A sentence; None for one that belongs to another split, or whose events cannot be told apart."""
    names = Names(rng, split)
    writer = Writer(rng, names)
    clauses: list[Clause] = []
    for phrase in _plan(rng, task, with_gold=with_gold):
        if clauses:
            writer.words(pick(rng, _JOINTS))
        clauses.append(writer.clause(phrase))
    writer.words(pick(rng, _ENDS))
    if not names.stems and split_of(writer.text) != split:
        return None
    gold, at = _gold(task, clauses)
    triggers = [(kind, event["trigger"]) for kind, events in gold.items() for event in events] if task == "ee" else []
    if len(set(triggers)) < len(triggers):  # notations that group arguments by trigger would make one event of two
        return None
    return {"text": writer.text, "gold": gold, "at": at}


def _plan(rng: random.Random, task: Task, *, with_gold: bool) -> list[Phrase]:
    """One or two phrases: without anything for the task, or one with, which is the first or the second."""
    with_types, without = _pools(task)
    if not with_gold:
        return [pick(rng, without) for _ in range(1 + (rng.random() < _TWO_CLAUSES))]
    plan = [pick(rng, pick(rng, with_types))]
    if rng.random() < _TWO_CLAUSES:
        other = pick(rng, pick(rng, with_types) if rng.random() < _SECOND_OF_TASK else phrases())
        plan.insert(int(rng.random() * 2), other)
    return plan


@cache
def _pools(task: Task) -> tuple[tuple[tuple[Phrase, ...], ...], tuple[Phrase, ...]]:
    """The phrases of each type of the task, and those of none."""
    of_types = tuple(tuple(phrase for phrase in phrases() if kind in phrase.types(task)) for kind in TYPES[task])
    return of_types, tuple(phrase for phrase in phrases() if not phrase.types(task))


def _gold(task: Task, clauses: list[Clause]) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """The units by type and where they stand, each once: at its first place."""
    gold: dict[str, list[Any]] = {}
    at: dict[str, list[Any]] = {}
    units = [unit for clause in clauses for unit in _UNITS[task](clause)]
    for kind in TYPES[task]:
        for found, unit, place in units:
            if found == kind and unit not in gold.get(kind, ()):
                gold.setdefault(kind, []).append(unit)
                at.setdefault(kind, []).append(place)
    return gold, at


_Units: TypeAlias = Iterator[tuple[str, Any, Any]]
"""A type, a unit and its place, as in ``gold`` and ``at``."""


def _entities(clause: Clause) -> _Units:
    for slot, mention in clause.slots.items():
        if kind := KINDS.get(kind_of(slot)):
            yield kind, mention.text, mention.at


def _relations(clause: Clause) -> _Units:
    for head, kind, tail in clause.phrase.relations:
        ends = [clause.slots[head], clause.slots[tail]]
        yield kind, [end.text for end in ends], [end.at for end in ends]


def _events(clause: Clause) -> _Units:
    for (kind, roles), trigger in zip(clause.phrase.events, clause.triggers, strict=True):
        arguments = [(role, clause.slots[slot]) for role, slot in roles if slot in clause.slots]
        yield (
            kind,
            {"trigger": trigger.text, "arguments": [[role, mention.text] for role, mention in arguments]},
            {"trigger": trigger.at, "arguments": [mention.at for _, mention in arguments]},
        )


_UNITS = {"ner": _entities, "re": _relations, "ee": _events}
