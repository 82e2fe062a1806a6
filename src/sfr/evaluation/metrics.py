"""The metrics by name, and precision, recall and F1 as functions of sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import fsum
from typing import NamedTuple

from sfr.evaluation.conventions import Convention
from sfr.evaluation.counting import Sums
from sfr.evaluation.items import SPAN

__all__ = ["METRICS", "Metric", "Scores", "macro_f1", "metric_named", "scores"]


class Metric(NamedTuple):
    """A metric: its name, its name in tables, and what one unit of it is.

    Of an accuracy precision, recall and F1 are one number.
    """

    name: str
    title: str
    unit: str
    is_accuracy: bool = False


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("entity", "Entity F1", "(type, mention)"),
        Metric("relation", "Relation F1", "(type, head, tail)"),
        Metric("trigger_id", "Trigger id. F1", "(trigger)"),
        Metric("trigger", "Trigger F1", "(type, trigger)"),
        Metric("argument_id", "Argument id. F1", "(type, argument)"),
        Metric("argument", "Argument F1", "(type, role, argument)"),
        Metric("argument_attached_id", "Attached argument id. F1", "(type, trigger, argument)"),
        Metric("argument_attached", "Attached argument F1", "(type, trigger, role, argument)"),
        Metric("argument_matched", "Matched argument F1", "(role, argument) of matched trigger groups"),
        Metric("slot", "ExactAcc", "a slot of the schema, all of its values", is_accuracy=True),
        Metric("slot_filled", "ExactAcc, filled", "a slot that gold fills, all of its values", is_accuracy=True),
        Metric("answer", "Answer accuracy", "the events of an answer, all of them", is_accuracy=True),
        Metric(
            "answer_triggers", "Trigger answer accuracy", "the triggers of an answer, all of them", is_accuracy=True
        ),
    )
}


def metric_named(name: str) -> Metric:
    """The metric of that name; with ``_span`` at its end the one that compares places in place of texts."""
    metric = METRICS[name.removesuffix(SPAN)]
    if not name.endswith(SPAN):
        return metric
    return Metric(name, metric.title.replace(" F1", " span F1"), f"{metric.unit}, by place")


class Scores(NamedTuple):
    """Precision, recall and F1, each in [0, 1] (under conventions that count a hit twice, F1 may exceed 1)."""

    precision: float
    recall: float
    f1: float


def scores(sums: Sums, convention: Convention) -> Scores:
    """Precision, recall and F1 of sums. With nothing in gold and prediction all are ``convention.undefined``.

    >>> from sfr.evaluation import CONVENTIONS
    >>> scores(Sums(gold=4, pred=2, hit=2), CONVENTIONS["sfr"])
    Scores(precision=1.0, recall=0.5, f1=0.6666666666666666)
    """
    if not sums.gold and not sums.pred:
        return Scores(*(3 * [convention.undefined]))
    precision = sums.hit / sums.pred if sums.pred else 0.0
    recall = sums.hit / sums.gold if sums.gold else 0.0
    if convention.digits is None:
        return Scores(precision, recall, 2 * sums.hit / (sums.gold + sums.pred))
    precision, recall = _rounded(precision, convention.digits), _rounded(recall, convention.digits)
    total = precision + recall
    return Scores(precision, recall, _rounded(2 * precision * recall / total, convention.digits) if total else 0.0)


def _rounded(share: float, digits: int) -> float:
    """A share with so many digits, rounded as percentages are, which is how evaluators have it."""
    return round(round(100 * share, digits - 2) / 100, digits)


def macro_f1(by_label: Iterable[Sums], convention: Convention) -> float:
    """The mean F1 of the labels that gold or prediction have."""
    found = [scores(sums, convention).f1 for sums in by_label if sums.gold or sums.pred]
    return fsum(found) / len(found) if found else convention.undefined
