"""Findings: hits, pairs that differ in something, and what has no counterpart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sfr.evaluation.errors._overlap import Overlap, Side
from sfr.evaluation.errors._pairing import pair
from sfr.evaluation.errors._steps import Groups, steps
from sfr.evaluation.errors._units import EventArgument, Item, Items, Of, Unit, items_of
from sfr.grounding import Source
from sfr.matching import match_trigger_groups
from sfr.structures import Extraction, Task

__all__ = ["KINDS", "Finding", "confusions", "counts", "findings"]

KINDS: Mapping[Of, tuple[str, ...]] = {
    "entity": ("hit", "type", "boundary", "type+boundary", "missed", "spurious", "invented"),
    "relation": ("hit", "type", "reversed", "boundary", "head", "tail", "missed", "spurious", "invented"),
    "trigger": ("hit", "type", "boundary", "word", "type+boundary", "missed", "spurious", "invented"),
    "argument": ("hit", "role", "boundary", "role+boundary", "event", "missed", "spurious", "invented"),
}
"""The classes of findings by what they are of, in the order in which units are paired."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A unit of gold, one of the prediction, or a pair of them, and what is wrong with it.

    The kind names what is wrong; ``missed`` has no predicted unit, ``spurious`` and ``invented``
    have no gold one.
    """

    of: Of
    kind: str
    gold: Unit | None = None
    pred: Unit | None = None


_Row = tuple[str, Item | None, Item | None]
"""A kind, and the items that a finding is of."""


def findings(task: Task, gold: Extraction, pred: Extraction, text: str | None = None) -> tuple[Finding, ...]:
    """What was found, missed and made up: each unit of both sides in exactly one finding.

    Extractions and text are in their normal form. Without the text nothing is ``invented``.
    Findings come in the order of ``KINDS`` and do not depend on the order of writing.
    """
    golds, preds = items_of(task, gold), items_of(task, pred)
    source = None if text is None else Source(text)
    return tuple(
        Finding(of, kind, one and one.unit, other and other.unit)
        for of, rows in _paired(golds, preds)
        for kind, one, other in sorted([*rows, *_alone(golds[of], preds[of], source)], key=_order(of))
    )


def _paired(golds: Mapping[Of, Items], preds: Mapping[Of, Items]) -> Iterator[tuple[Of, list[_Row]]]:
    """The pairs of gold and predicted units, which are taken out.

    The side that alone has the least unit goes first, so that the pairs are the same whichever is gold.
    """
    gold_keys, pred_keys = _keys(golds), _keys(preds)
    turned = min(gold_keys ^ pred_keys, default=()) in pred_keys
    left, right = (preds, golds) if turned else (golds, preds)
    groups = _matched_groups(left, right)
    for of in golds:
        overlap = Overlap(left[of], right[of])
        found = pair(left[of], right[of], steps(of, overlap, groups))
        yield of, [(kind, b, a) if turned else (kind, a, b) for kind, a, b in found]


def _keys(items: Mapping[Of, Items]) -> set[tuple[str, ...]]:
    return {key for found in items.values() for key in found}


def _matched_groups(left: Mapping[Of, Items], right: Mapping[Of, Items]) -> Groups:
    """The trigger groups that answer each other, by the arguments that they share."""
    names: dict[Side, dict[tuple[str, ...], tuple[str, ...]]] = {"left": {}, "right": {}}
    groups, others = _groups(left), _groups(right)
    for kind in groups.keys() & others.keys():
        for match in match_trigger_groups(groups[kind], others[kind]):
            names["left"][kind, match.gold] = names["right"][kind, match.pred] = (kind, match.gold)
    return names


def _groups(items: Mapping[Of, Items]) -> dict[str, dict[str, set[tuple[str, str]]]]:
    """The trigger groups of each type; triggers in order, since ties are broken by it."""
    found: dict[str, dict[str, set[tuple[str, str]]]] = {}
    for kind, trigger in sorted(items.get("trigger", ())):
        found.setdefault(kind, {})[trigger] = set()
    for kind, trigger, role, text in items.get("argument", ()):
        found[kind][trigger].add((role, text))
    return found


def _alone(golds: Items, preds: Items, source: Source | None) -> Iterator[_Row]:
    """The units that are left without a counterpart."""
    for item in golds.values():
        yield "missed", item, None
    for item in preds.values():
        known = source is None or all(mention.text in source for mention in item.mentions)
        yield "spurious" if known else "invented", None, item


def _order(of: Of) -> Callable[[_Row], tuple[int, tuple[str, ...], tuple[str, ...]]]:
    rank = {kind: n for n, kind in enumerate(KINDS[of])}
    return lambda row: (rank[row[0]], row[1].key if row[1] else (), row[2].key if row[2] else ())


def counts(found: Iterable[Finding]) -> Counter[tuple[Of, str]]:
    """How many findings there are, by what they are of and their kind; they add up over texts."""
    return Counter((finding.of, finding.kind) for finding in found)


def confusions(found: Iterable[Finding]) -> Counter[tuple[Of, str, str]]:
    """How often a name was given for another: what of, the type or role in gold, and the predicted one."""
    return Counter(
        (finding.of, _label(finding.gold), _label(finding.pred))
        for finding in found
        if finding.gold and finding.pred and _label(finding.gold) != _label(finding.pred)
    )


def _label(unit: Unit) -> str:
    return unit.role if isinstance(unit, EventArgument) else unit.type
