"""The integers that every number is made of: for each metric and label, units in gold, in the prediction, in both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from sfr.evaluation.conventions import Convention, Duplicates
from sfr.evaluation.items import ITEMS, SPAN, Item
from sfr.evaluation.keys import Keys
from sfr.evaluation.placing import flat, is_placed, only_placed, placed
from sfr.matching import match_trigger_groups
from sfr.schema import Schema
from sfr.structures import Event, Extraction, Task

__all__ = ["Case", "Cells", "Sums", "count"]


class Case(NamedTuple):
    """What is compared: the gold and the prediction of a text, in their normal form.

    Metrics on spans need the text; ``schema`` tells the slots that are empty on both sides;
    ``readable`` whether the prediction was read from an answer at all.
    """

    task: Task
    gold: Extraction
    pred: Extraction
    text: str | None = None
    schema: Schema | None = None
    readable: bool = True


class Sums(NamedTuple):
    """Units in gold, in the prediction, and in both; they add up over texts."""

    gold: int
    pred: int
    hit: int


Cells = dict[tuple[str, str], Sums]
"""Sums by metric and label. Of a metric without labels the label is ""."""

_NO_UNITS = "(none)"
_UNREADABLE = "(unreadable)"
"""The labels of the unit that stands for having no units, where a convention counts that as one."""


def count(case: Case, convention: Convention) -> Cells:
    """The sums of every metric of a convention on one text.

    Metrics on spans are counted if gold has a place for each of its mentions and the text is known.
    """
    cells: Cells = {}
    keys = Keys(convention, by_place=False)
    places: Case | None = None
    slots: tuple[Slots, Slots] | None = None
    for metric in convention.metrics[case.task]:
        if metric in _SLOT_METRICS:
            slots = slots or (_by_slot(case.task, case.gold, keys), _by_slot(case.task, case.pred, keys))
            cells |= _slots(metric, *slots, case.schema, keys)
        elif metric in _WHOLE:
            cells |= _WHOLE[metric](metric, case, keys)
        elif not metric.endswith(SPAN):
            cells |= _compared(metric, case, keys)
        elif case.text is not None and is_placed(case.gold):
            places = places or _with_places(case, case.text, convention)
            cells |= _compared(metric, places, Keys(convention, by_place=True))
    return cells


def _with_places(case: Case, text: str, convention: Convention) -> Case:
    gold, pred = case.gold, placed(case.pred, text, convention.locate)
    if convention.unplaced == "drop":
        pred = only_placed(pred)
    if convention.overlap == "drop":
        gold, pred = flat(gold), flat(pred)
    return case._replace(gold=gold, pred=pred)


def _compared(metric: str, case: Case, keys: Keys) -> Cells:
    name = metric.removesuffix(SPAN)
    if name == "argument_matched":
        return _matched(metric, case, keys)
    gold, pred = list(ITEMS[name](case.gold, keys)), list(ITEMS[name](case.pred, keys))
    empty = keys.convention.empty
    if empty == "unit" or (empty == "entities" and name == "entity"):
        gold = gold or [(_NO_UNITS, ())]
        pred = pred or ([(_NO_UNITS, ())] if case.readable else [(_UNREADABLE, (_UNREADABLE,))])
    return _labelled(metric, *_COUNTED[keys.convention.duplicates](gold, pred))


Labels = Counter[str]


def _labelled(metric: str, gold: Labels, pred: Labels, hit: Labels) -> Cells:
    labels = dict.fromkeys((*gold, *pred))
    return {(metric, label): Sums(gold[label], pred[label], hit[label]) for label in labels}


def _labels(items: Iterable[Item]) -> Labels:
    return Counter(label for label, _ in items)


def _as_sets(gold: list[Item], pred: list[Item]) -> tuple[Labels, Labels, Labels]:
    golds, preds = dict.fromkeys(gold), dict.fromkeys(pred)  # sets in the order of writing
    return _labels(golds), _labels(preds), _labels(golds.keys() & preds.keys())


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


def _groups(extraction: Extraction, keys: Keys) -> Groups:
    """By type and trigger the (role, argument) pairs."""
    found: Groups = {}
    events: Iterable[Event] = extraction.events
    if keys.convention.matching != "greedy":  # all others break ties only by order
        events = sorted(events, key=lambda event: (event.trigger, event.trigger_at))
    for event in events:
        trigger = keys.mention("trigger", event.trigger, event.trigger_at)
        group = found.setdefault(keys.kind(event.type), {}).setdefault(trigger, set())
        group.update((keys.kind(a.role), keys.mention("argument", a.text, a.at)) for a in event.arguments)
    return found


def _matched(metric: str, case: Case, keys: Keys) -> Cells:
    """F_full of the paper (section 2.5.2): the arguments that matched trigger groups share."""
    gold, pred = _groups(case.gold, keys), _groups(case.pred, keys)
    hits: Labels = Counter()
    for kind in gold.keys() & pred.keys():
        for match in match_trigger_groups(gold[kind], pred[kind], keys.convention.matching):
            hits.update(role for role, _ in gold[kind][match.gold] & pred[kind][match.pred])
    return _labelled(metric, _roles(gold), _roles(pred), hits)


def _roles(groups: Groups) -> Labels:
    return Counter(role for by_trigger in groups.values() for pairs in by_trigger.values() for role, _ in pairs)


# -- whole slots, whole answers ----------------------------------------------------------------


_SLOT_METRICS = {"slot", "slot_filled"}

Slots = dict[str, set[object]]
"""The keys of the units of each slot."""


def _slots(metric: str, gold: Slots, pred: Slots, schema: Schema | None, keys: Keys) -> Cells:
    """ExactAcc (paper, A.5): of every slot of the schema, whether it holds just what gold holds.

    Without a schema the slots are the types that gold or the prediction have; ``slot_filled`` takes
    only those that gold has. Each slot counts as one unit on both sides, so that precision, recall
    and F1 are all the accuracy.
    """
    known = map(keys.kind, schema.types) if schema else (*gold, *pred)
    slots = gold if metric == "slot_filled" else dict.fromkeys(known)
    return {(metric, slot): Sums(1, 1, int(gold.get(slot) == pred.get(slot))) for slot in slots}


_SLOT_UNITS: Mapping[Task, tuple[str, ...]] = {
    "ner": ("entity",),
    "re": ("relation",),
    "ee": ("trigger", "argument_attached"),
}


def _by_slot(task: Task, extraction: Extraction, keys: Keys) -> Slots:
    found: Slots = {}
    for metric in _SLOT_UNITS[task]:
        for _, key in ITEMS[metric](extraction, keys):
            found.setdefault(key[0], set()).add(key)
    return found


def _answer(metric: str, case: Case, keys: Keys) -> Cells:
    """Whether the events are all right, each with just its arguments, repeats included."""
    return {(metric, ""): Sums(1, 1, int(_events(case.gold, keys) == _events(case.pred, keys)))}


def _events(extraction: Extraction, keys: Keys) -> set[tuple[Any, ...]]:
    return {
        (
            keys.kind(event.type),
            keys.mention("trigger", event.trigger),
            *sorted((keys.kind(a.role), keys.mention("argument", a.text)) for a in event.arguments),
        )
        for event in extraction.events
    }


def _answer_triggers(metric: str, case: Case, keys: Keys) -> Cells:
    """Whether the triggers are all right, in their order, repeats included."""
    gold, pred = list(ITEMS["trigger"](case.gold, keys)), list(ITEMS["trigger"](case.pred, keys))
    return {(metric, ""): Sums(1, 1, int(gold == pred))}


_WHOLE: Mapping[str, Callable[[str, Case, Keys], Cells]] = {
    "answer": _answer,
    "answer_triggers": _answer_triggers,
}
