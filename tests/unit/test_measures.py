"""The four measures by example: what they take, and what they give at the edges."""

import pytest

import sfr
from sfr.measures import coverage_of, f1_of, jaccard_distance_of, symmetric_difference_of

GOLD, PRED = {"a", "b", "c"}, {"b", "c", "d", "e"}


def test_coverage_is_the_share_of_gold_that_is_found():
    assert sfr.coverage(GOLD, PRED) == 2 / 3


def test_f1_counts_what_is_shared_twice():
    assert sfr.f1(GOLD, PRED) == 4 / 7


def test_the_symmetric_difference_is_relative_to_gold():
    assert sfr.symmetric_difference(GOLD, PRED) == 1.0


def test_the_symmetric_difference_has_no_upper_bound():
    assert sfr.symmetric_difference({"a"}, range(1_000)) == 1_001.0


def test_the_jaccard_distance_is_one_minus_the_shared_part():
    assert sfr.jaccard_distance(GOLD, PRED) == 1 - 2 / 5


@pytest.mark.parametrize(
    ("measure", "value"),
    [(sfr.coverage, 0.0), (sfr.f1, 0.0), (sfr.symmetric_difference, 1.0), (sfr.jaccard_distance, 1.0)],
)
def test_nothing_found_of_something_is_the_worst(measure, value):
    assert measure({"a"}, set()) == value


@pytest.mark.parametrize(
    ("measure", "value"),
    [(sfr.coverage, 0.0), (sfr.f1, 0.0), (sfr.symmetric_difference, 2.0), (sfr.jaccard_distance, 1.0)],
)
def test_without_gold_whatever_is_found_is_wrong(measure, value):
    assert measure(set(), {"a", "b"}) == value


@pytest.mark.parametrize(("measure", "value"), [(sfr.coverage, 0.0), (sfr.f1, 1.0), (sfr.jaccard_distance, 1.0)])
def test_two_empty_sets_have_the_value_of_the_paper_profile(measure, value):
    assert measure((), ()) == value


@pytest.mark.parametrize("measure", [sfr.coverage, sfr.f1, sfr.jaccard_distance])
@pytest.mark.parametrize("empty", [0.0, 0.25, 1.0])
def test_the_value_of_two_empty_sets_can_be_chosen(measure, empty):
    assert measure((), (), empty=empty) == empty


@pytest.mark.parametrize("measure", [sfr.coverage, sfr.f1, sfr.jaccard_distance])
def test_the_choice_for_two_empty_sets_touches_no_other_sets(measure):
    for sets in ((GOLD, PRED), (GOLD, ()), ((), PRED)):
        assert measure(*sets, empty=0.25) == measure(*sets)


def test_the_symmetric_difference_of_two_empty_sets_is_zero():
    assert sfr.symmetric_difference((), ()) == 0.0


@pytest.mark.parametrize("measure", [sfr.coverage, sfr.f1, sfr.symmetric_difference, sfr.jaccard_distance])
def test_any_iterables_will_do_and_repeats_count_once(measure):
    expected = measure(GOLD, PRED)

    assert expected == measure([*GOLD, *GOLD], tuple(PRED))
    assert expected == measure(iter(GOLD), dict.fromkeys(PRED))
    assert expected == measure((x for x in "abcab"), "bcdeb")


@pytest.mark.parametrize("measure", [sfr.coverage, sfr.f1, sfr.symmetric_difference, sfr.jaccard_distance])
def test_sets_of_tuples_are_compared_as_wholes(measure):
    assert measure({("person", "Ann")}, {("place", "Ann")}) == measure({"a"}, {"b"})


def test_the_measures_on_sizes_are_those_on_sets():
    assert coverage_of(3, 4, 2) == sfr.coverage(GOLD, PRED)
    assert f1_of(3, 4, 2) == sfr.f1(GOLD, PRED)
    assert symmetric_difference_of(3, 4, 2) == sfr.symmetric_difference(GOLD, PRED)
    assert jaccard_distance_of(3, 4, 2) == sfr.jaccard_distance(GOLD, PRED)


def test_the_value_of_two_empty_sets_is_given_by_name_only():
    with pytest.raises(TypeError):
        sfr.f1((), (), 0.0)
