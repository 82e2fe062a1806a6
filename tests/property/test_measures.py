"""Laws of the four measures, on sets."""

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sfr
from sfr.measures import coverage_of, f1_of, jaccard_distance_of, symmetric_difference_of
from tests.strategies import MENTIONS

SUBSETS = [frozenset(x for x, kept in zip(MENTIONS, keep, strict=True) if kept) for keep in product((0, 1), repeat=4)]


@pytest.mark.parametrize("measure", [sfr.f1, sfr.jaccard_distance])
def test_f1_and_the_jaccard_distance_are_symmetric(measure):
    for a, b in product(SUBSETS, repeat=2):
        assert measure(a, b) == measure(b, a)


@pytest.mark.parametrize("measure", [sfr.coverage, sfr.symmetric_difference])
def test_coverage_and_the_symmetric_difference_are_not_symmetric(measure):
    assert measure({"w"}, {"w", "x"}) != measure({"w", "x"}, {"w"})


@pytest.mark.parametrize("empty", [0.0, 1.0])
def test_the_jaccard_distance_obeys_the_triangle_inequality(empty):
    def distance(a, b):
        return sfr.jaccard_distance(a, b, empty=empty)

    # With distance 1 from the empty set to itself it is no metric, yet the inequality stands.
    for a, b, c in product(SUBSETS, repeat=3):
        direct, around = distance(a, c), distance(a, b) + distance(b, c)
        assert direct <= around or math.isclose(direct, around, rel_tol=1e-12)


def test_the_symmetric_difference_is_zero_exactly_when_the_sets_are_equal():
    for a, b in product(SUBSETS, repeat=2):
        assert (a == b) == (sfr.symmetric_difference(a, b) == 0)


def test_the_jaccard_distance_with_zero_for_empty_sets_is_zero_exactly_when_the_sets_are_equal():
    for a, b in product(SUBSETS, repeat=2):
        assert (a == b) == (sfr.jaccard_distance(a, b, empty=0.0) == 0)


@pytest.mark.parametrize("measure", [sfr.coverage, sfr.f1, sfr.jaccard_distance])
def test_every_measure_but_the_symmetric_difference_stays_between_zero_and_one(measure):
    for a, b in product(SUBSETS, repeat=2):
        assert 0 <= measure(a, b) <= 1


def test_f1_is_one_exactly_when_the_sets_are_equal():
    for a, b in product(SUBSETS, repeat=2):
        assert (a == b) == (sfr.f1(a, b) == 1)


def test_coverage_is_one_exactly_when_all_of_a_gold_set_is_found():
    for gold, pred in product(SUBSETS[1:], SUBSETS):
        assert (gold <= pred) == (sfr.coverage(gold, pred) == 1)


def test_a_correct_unit_added_raises_coverage_and_f1():
    for gold, pred in product(SUBSETS, repeat=2):
        for unit in gold - pred:
            assert sfr.coverage(gold, pred) < sfr.coverage(gold, pred | {unit})
            assert sfr.f1(gold, pred) < sfr.f1(gold, pred | {unit})


def test_a_wrong_unit_added_never_raises_coverage_or_f1():
    for gold, pred in product(SUBSETS, repeat=2):
        assert sfr.coverage(gold, pred) == sfr.coverage(gold, pred | {"wrong"})
        assert sfr.f1(gold, pred) >= sfr.f1(gold, pred | {"wrong"})


@given(st.frozensets(st.integers()), st.frozensets(st.integers()))
def test_f1_is_the_harmonic_mean_of_precision_and_recall(gold, pred):
    recall, precision = sfr.coverage(gold, pred), sfr.coverage(pred, gold)
    expected = 2 * precision * recall / (precision + recall) if precision else float(not gold | pred)

    assert sfr.f1(gold, pred) == pytest.approx(expected, rel=1e-12)


def test_the_measures_are_functions_of_three_sizes():
    for gold, pred in product(SUBSETS, repeat=2):
        sizes = len(gold), len(pred), len(gold & pred)

        assert sfr.coverage(gold, pred) == coverage_of(*sizes)
        assert sfr.f1(gold, pred) == f1_of(*sizes)
        assert sfr.symmetric_difference(gold, pred) == symmetric_difference_of(*sizes)
        assert sfr.jaccard_distance(gold, pred) == jaccard_distance_of(*sizes)
