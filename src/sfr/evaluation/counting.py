"""The integers that every number is made of: for each metric and label, units in gold, in the prediction, in both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from sfr.evaluation.conventions import Convention, Duplicates
from sfr.evaluation.items import ITEMS, SPAN, Item, KeyOf, key_by_span, key_by_text
from sfr.evaluation.placing import placed
from sfr.matching import match_trigger_groups
from sfr.schema import Schema
from sfr.structures import Entity, Extraction, Span, Task

__all__ = ["Case", "Cells", "Sums", "count", "is_placed"]


class Case(NamedTuple):
    """What is compared: the gold and the prediction of a text, in their normal form.

    Metrics on spans need the text; ``schema`` tells the slots that are empty on both sides.
    """

    task: Task
    gold: Extraction
    pred: Extraction
    text: str | None = None
    schema: Schema | None = None


class Sums(NamedTuple):
    """Units in gold, in the prediction, and in both; they add up over texts."""

    gold: int
    pred: int
    hit: int


Cells = dict[tuple[str, str], Sums]
"""Sums by metric and label. Of a metric without labels the label is ""."""

_NONE = "(none)"
"""The label of the unit that stands for having no units, where a convention counts that as one."""


def count(case: Case, convention: Convention) -> Cells:
    """The sums of every metric of a convention on one text.

    Metrics on spans are counted if gold has a place for each of its mentions and the text is known.
    """
    cells: Cells = {}
    spans: tuple[Extraction, Extraction] | None = None
    for metric in convention.metrics[case.task]:
        if metric in _WHOLE:
            cells |= _WHOLE[metric](metric, case, convention)
        elif not metric.endswith(SPAN):
            cells |= _compare(metric, case.gold, case.pred, convention, key_by_text(convention))
        elif case.text is not None and is_placed(case.gold):
            spans = spans or _places(case.gold, case.pred, case.text, convention)
            cells |= _compare(metric, *spans, convention, key_by_span(convention))
    return cells


def _places(gold: Extraction, pred: Extraction, text: str, convention: Convention) -> tuple[Extraction, Extraction]:
    pred = placed(pred, text, convention.locate)
    return (_flat(gold), _flat(pred)) if convention.overlap == "drop" else (gold, pred)


def is_placed(gold: Extraction) -> bool:
    """Whether every mention has a place."""
    return (
        all(entity.at for entity in gold.entities)
        and all(relation.head_at and relation.tail_at for relation in gold.relations)
        and all(event.trigger_at and all(a.at for a in event.arguments) for event in gold.events)
    )


def _compare(metric: str, gold: Extraction, pred: Extraction, convention: Convention, key: KeyOf) -> Cells:
    name = metric.removesuffix(SPAN)
    if name == "argument_matched":
        return _matched(metric, gold, pred, convention, key)
    items = ITEMS[name]
    return _cells(metric, list(items(gold, convention.key, key)), list(items(pred, convention.key, key)), convention)


def _cells(metric: str, gold: list[Item], pred: list[Item], convention: Convention) -> Cells:
    if convention.empty == "unit":
        gold, pred = gold or [(_NONE, ())], pred or [(_NONE, ())]
    golds, preds, hits = _COUNTED[convention.duplicates](gold, pred)
    return _labelled(metric, golds, preds, hits)


def _labelled(metric: str, gold: Counter[str], pred: Counter[str], hit: Counter[str]) -> Cells:
    labels = dict.fromkeys((*gold, *pred))
    return {(metric, label): Sums(gold[label], pred[label], hit[label]) for label in labels}


def _labels(items: Iterable[Item]) -> Counter[str]:
    return Counter(label for label, _ in items)


Labels = Counter[str]


def _as_sets(gold: list[Item], pred: list[Item]) -> tuple[Labels, Labels, Labels]:
    golds, preds = set(gold), set(pred)
    return _labels(golds), _labels(preds), _labels(golds & preds)


def _as_multisets(gold: list[Item], pred: list[Item]) -> tuple[Labels, Labels, Labels]:
    hits = Counter(gold) & Counter(pred)
    return _labels(gold), _labels(pred), _labels(hits.elements())


def _as_each(gold: list[Item], pred: list[Item]) -> tuple[Labels, Labels, Labels]:
    golds = set(gold)
    return _labels(gold), _labels(pred), _labels(item for item in pred if item in golds)


_COUNTED: Mapping[Duplicates, Callable[[list[Item], list[Item]], tuple[Labels, Labels, Labels]]] = {
    "set": _as_sets,
    "multiset": _as_multisets,
    "each": _as_each,
}


# -- arguments within matched trigger groups ---------------------------------------------------

Groups = dict[str, dict[Any, set[tuple[str, Any]]]]


def _groups(extraction: Extraction, convention: Convention, key: KeyOf) -> Groups:
    """By type and trigger the (role, argument) pairs."""
    kind = convention.key
    found: Groups = {}
    for event in extraction.events:
        group = found.setdefault(kind(event.type), {}).setdefault(key(event.trigger, event.trigger_at), set())
        group.update((kind(a.role), key(a.text, a.at)) for a in event.arguments)
    return found


def _matched(metric: str, gold: Extraction, pred: Extraction, convention: Convention, key: KeyOf) -> Cells:
    """F_full of the paper (section 2.5.2): the arguments that matched trigger groups share."""
    golds, preds = _groups(gold, convention, key), _groups(pred, convention, key)
    hits: Counter[str] = Counter()
    for kind in golds.keys() & preds.keys():
        for match in match_trigger_groups(golds[kind], preds[kind], convention.matching):
            hits.update(role for role, _ in golds[kind][match.gold] & preds[kind][match.pred])
    return _labelled(metric, _roles(golds), _roles(preds), hits)


def _roles(groups: Groups) -> Counter[str]:
    return Counter(role for by_trigger in groups.values() for pairs in by_trigger.values() for role, _ in pairs)


# -- whole slots -------------------------------------------------------------------------------


def _slots(metric: str, case: Case, convention: Convention) -> Cells:
    """ExactAcc (paper, A.5): of every slot of the schema, whether it holds just what gold holds.

    Without a schema the slots are the types that gold or the prediction have; ``slot_filled`` takes
    only those that gold has. Each slot counts as one unit on both sides, so that precision, recall
    and F1 are all the accuracy.
    """
    golds, preds = _by_slot(case.task, case.gold, convention), _by_slot(case.task, case.pred, convention)
    known = map(convention.key, case.schema.types) if case.schema else (*golds, *preds)
    slots = golds if metric == "slot_filled" else dict.fromkeys(known)
    return {(metric, slot): Sums(1, 1, int(golds.get(slot) == preds.get(slot))) for slot in slots}


def _by_slot(task: Task, extraction: Extraction, convention: Convention) -> dict[str, frozenset[object]]:
    items: dict[str, set[object]] = {}
    for metric in _SLOT_UNITS[task]:
        for _, key in ITEMS[metric](extraction, convention.key, key_by_text(convention)):
            items.setdefault(key[0], set()).add(key)
    return {slot: frozenset(keys) for slot, keys in items.items()}


_SLOT_UNITS: Mapping[Task, tuple[str, ...]] = {
    "ner": ("entity",),
    "re": ("relation",),
    "ee": ("trigger", "argument_attached"),
}


def _answers(metric: str, case: Case, convention: Convention) -> Cells:
    """Whether the answer as a whole is right."""
    golds, preds = _by_slot(case.task, case.gold, convention), _by_slot(case.task, case.pred, convention)
    return {(metric, ""): Sums(1, 1, int(golds == preds))}


_WHOLE: Mapping[str, Callable[[str, Case, Convention], Cells]] = {
    "slot": _slots,
    "slot_filled": _slots,
    "answer": _answers,
}


# -- mentions that a tag for each token can hold ------------------------------------------------


def _flat(extraction: Extraction) -> Extraction:
    """The entities that do not overlap an earlier one, as a tag for each token can hold; the longer one first."""
    kept: list[Entity] = []
    taken: set[int] = set()
    for entity in sorted(extraction.entities, key=_from_left):
        characters = {i for start, end in entity.at for i in range(start, end)}
        if taken.isdisjoint(characters):
            taken |= characters
            kept.append(entity)
    return Extraction(tuple(kept))


def _from_left(entity: Entity) -> tuple[int, int, str]:
    at: Span = entity.at
    return (at[0][0], -at[-1][1], entity.type) if at else (-1, 0, entity.type)
