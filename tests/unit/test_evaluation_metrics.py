"""Precision, recall and F1 as functions of sums, and the metrics by name."""

from fractions import Fraction
from itertools import product

import pytest

from sfr.evaluation import CONVENTIONS, METRICS, Sums, convention, macro_f1, metric_named, scores

DEFAULT = CONVENTIONS["sfr"]
SUMS = [Sums(gold, pred, hit) for gold, pred in product(range(6), repeat=2) for hit in range(min(gold, pred) + 1)]


def test_precision_recall_and_f1_are_shares_of_the_sums():
    for sums in SUMS:
        precision, recall, f1 = scores(sums, DEFAULT)
        if sums.gold and sums.pred:
            assert precision == float(Fraction(sums.hit, sums.pred))
            assert recall == float(Fraction(sums.hit, sums.gold))
            assert f1 == float(Fraction(2 * sums.hit, sums.gold + sums.pred))


@pytest.mark.parametrize(("gold", "pred"), [(3, 0), (0, 3)])
def test_with_units_on_one_side_only_all_three_are_nothing(gold, pred):
    assert scores(Sums(gold, pred, 0), DEFAULT) == (0, 0, 0)


@pytest.mark.parametrize("undefined", [0.0, 1.0])
def test_without_units_on_either_side_all_three_are_what_the_convention_says(undefined):
    assert scores(Sums(0, 0, 0), convention(undefined=undefined)) == (undefined, undefined, undefined)


def test_f1_may_be_made_of_rounded_precision_and_recall_and_rounded_again():
    rounded = convention(digits=2)  # 2/3 and 2/7: 2 x .67 x .29 / .96 = .4047..., where the exact one is .4

    assert scores(Sums(gold=7, pred=3, hit=2), rounded) == (0.67, 0.29, 0.4)
    assert scores(Sums(gold=7, pred=3, hit=2), convention(digits=3)) == (0.667, 0.286, 0.4)
    assert scores(Sums(gold=1, pred=7, hit=1), convention(digits=4)) == (0.1429, 1.0, 0.2501)


def test_rounding_leaves_nothing_as_it_is():
    assert scores(Sums(4, 5, 0), convention(digits=2)) == (0, 0, 0)


def test_macro_f1_is_the_mean_over_labels_that_have_units():
    labels = [Sums(2, 2, 2), Sums(0, 1, 0), Sums(2, 2, 1), Sums(0, 0, 0)]

    assert macro_f1(labels, DEFAULT) == (1 + 0 + 0.5) / 3


@pytest.mark.parametrize("undefined", [0.0, 1.0])
def test_macro_f1_without_labels_is_what_the_convention_says(undefined):
    assert macro_f1([Sums(0, 0, 0)], convention(undefined=undefined)) == undefined


def test_macro_f1_does_not_depend_on_the_order_of_labels():
    labels = [Sums(n, 10, min(n, 3)) for n in range(1, 30)]

    assert macro_f1(labels, DEFAULT) == macro_f1(labels[::-1], DEFAULT)


def test_every_metric_of_every_convention_has_a_name_and_a_unit():
    for named in CONVENTIONS.values():
        for metric in (name for names in named.metrics.values() for name in names):
            found = metric_named(metric)

            assert found.name == metric
            assert found.title
            assert found.unit


def test_metrics_on_spans_say_so():
    found = metric_named("entity_span")

    assert (found.title, found.unit) == ("Entity span F1", "(type, mention), by place")


def test_no_two_metrics_have_one_title():
    names = [*METRICS, *(f"{name}_span" for name, metric in METRICS.items() if not metric.is_accuracy)]

    assert len({metric_named(name).title for name in names}) == len(names)


def test_metrics_of_whole_slots_and_answers_are_accuracies():
    assert {name for name, metric in METRICS.items() if metric.is_accuracy} == {
        "slot",
        "slot_filled",
        "answer",
        "answer_triggers",
    }
