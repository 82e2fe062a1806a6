"""Intervals and paired tests by example, and what holds whatever is drawn."""

import dataclasses

import numpy as np
import pytest

from sfr.evaluation import resampling
from sfr.evaluation.comparing import approximate_randomisation, holm, paired_bootstrap
from sfr.evaluation.resampling import bootstrap, interval
from sfr.evaluation.strata import Replicates, Stratum

EXAMPLES = [(2, 2, 2), (3, 1, 1), (0, 1, 0), (4, 4, 2), (1, 1, 1), (2, 3, 1)]
"""(gold, pred, hit) of six examples; F1 is 14/24."""

BETTER = [(2, 2, 2), (3, 3, 3), (0, 0, 0), (4, 4, 3), (1, 1, 1), (2, 3, 1)]

PINNED = [12 / 22, 12 / 22, 18 / 28, 14 / 26], [52 / 201]
"""F1 of the first four resamples, and p of 200 exchanges, with seed 7."""


def f1(sums):
    total = sums[..., 0] + sums[..., 1]
    return np.where(total > 0, 2 * sums[..., 2] / np.maximum(total, 1), np.nan)


def stratum(*runs, name="set", cell="entity"):
    """A data set with one cell, from a list of triples for each run."""
    return Stratum(name, (cell,), np.stack([np.array(run) for run in runs], axis=1)[:, :, None, :])


def sample(seed, examples=200, name="set", recall=0.7, runs=1):
    rng = np.random.default_rng(seed)
    gold = rng.poisson(3, examples)
    hits = [rng.binomial(gold, recall) for _ in range(runs)]
    return stratum(*(np.stack([gold, hit + rng.poisson(0.5, examples), hit], -1) for hit in hits), name=name)


def compared(test, first, second, draws=200, **options):
    """The one comparison of two systems, each a list of data sets."""
    options["draws"] = draws
    if test is paired_bootstrap:
        found = paired_bootstrap([bootstrap(name, each, f1, **options) for name, each in (("a", first), ("b", second))])
    else:
        found = approximate_randomisation({"a": first, "b": second}, f1, **options)
    assert len(found) == 1
    return found[0]


TESTS = pytest.mark.parametrize("test", [paired_bootstrap, approximate_randomisation])


# -- the same numbers everywhere ------------------------------------------------------------------


def test_a_seed_gives_these_resamples_on_every_platform_and_version():
    found = bootstrap("", [stratum(EXAMPLES)], f1, draws=4, seed=7).replicates.pooled.draws

    assert found.ravel().tolist() == PINNED[0]


def test_a_seed_gives_these_exchanges_on_every_platform_and_version():
    found = approximate_randomisation({"a": [stratum(EXAMPLES)], "b": [stratum(BETTER)]}, f1, draws=200, seed=7)

    assert found[0].differences.pooled.p.tolist() == PINNED[1]


def test_another_seed_gives_other_resamples():
    one, other = (bootstrap("", [sample(0)], f1, seed=seed).replicates.pooled.draws for seed in (0, 1))

    assert not np.array_equal(one, other)


def test_the_resamples_of_a_data_set_depend_neither_on_the_others_nor_on_their_order():
    one, two, three = (sample(seed, name=f"set {seed}") for seed in range(3))
    alone = bootstrap("", [two], f1).replicates.pooled.draws

    for strata in ([one, two, three], [three, two, one]):
        assert np.array_equal(bootstrap("", strata, f1).replicates.strata["set 1"].draws, alone)


def test_two_data_sets_are_resampled_differently():
    found = bootstrap("", [sample(0, name="one"), sample(0, name="two")], f1).replicates.strata

    assert not np.array_equal(found["one"].draws, found["two"].draws)


@TESTS
def test_how_many_draws_fit_in_memory_changes_nothing(test, monkeypatch):
    strata = (
        [sample(0, name="one"), sample(1, examples=50, name="two")],
        [sample(2, name="one"), sample(3, examples=50, name="two")],
    )
    before = compared(test, *strata, draws=100).differences.average
    monkeypatch.setattr(resampling, "_CHUNK", 700)
    after = compared(test, *strata, draws=100).differences.average

    assert before.p == after.p


# -- data sets, their average and their pool ------------------------------------------------------


def test_the_point_is_the_value_of_the_sums():
    assert bootstrap("", [stratum(EXAMPLES)], f1, draws=1).replicates.pooled.point.tolist() == [14 / 24]


def test_the_average_is_that_of_the_data_sets_draw_by_draw():
    found = bootstrap("", [sample(0, name="one"), sample(1, examples=50, name="two")], f1).replicates

    assert found.average.draws == pytest.approx((found.strata["one"].draws + found.strata["two"].draws) / 2)
    assert found.average.point == pytest.approx((found.strata["one"].point + found.strata["two"].point) / 2)


def test_the_pool_adds_up_the_data_sets_before_anything_is_divided():
    found = bootstrap("", [stratum(EXAMPLES, name="one"), stratum(BETTER, name="two")], f1, draws=1).replicates

    assert found.pooled.point.tolist() == [(14 + 20) / (24 + 25)]


def test_cells_of_one_name_are_pooled_in_whatever_order_they_stand():
    one = Stratum("one", ("person", "place"), np.array([[[[1, 1, 1], [2, 2, 0]]]]))
    two = Stratum("two", ("place", "person"), np.array([[[[2, 2, 2], [3, 3, 0]]]]))

    assert bootstrap("", [one, two], f1, draws=1).replicates.pooled.point.tolist() == [2 / 8, 4 / 8]


def test_data_sets_with_other_labels_are_pooled_by_label():
    def macro(sums):
        return np.nanmean(f1(sums), axis=-1, keepdims=True)

    one = Stratum("one", ("person", "place"), np.array([[[[1, 1, 1], [2, 2, 0]]]]))
    two = Stratum("two", ("place",), np.array([[[[2, 2, 2]]]]))
    found = bootstrap("", [one, two], macro, draws=1).replicates

    assert found.pooled.point.tolist() == [0.75]
    assert found.average.point.tolist() == [0.75]


def test_a_data_set_on_which_a_value_is_not_defined_takes_no_part_in_its_average():
    found = bootstrap("", [sample(0, name="one"), stratum([(0, 0, 0)] * 5, name="none")], f1).replicates

    assert np.array_equal(found.average.draws, found.strata["one"].draws)


def test_as_many_values_are_expected_on_every_data_set():
    one = Stratum("one", ("person", "place"), np.ones((2, 1, 2, 3), int))

    with pytest.raises(
        ValueError, match=r"expected as many values on every data set and on their pool, found \[2, 1, 3\]"
    ):
        bootstrap("", [one, stratum(EXAMPLES, name="two")], f1)


# -- runs -----------------------------------------------------------------------------------------


def test_the_value_of_several_runs_is_the_mean_of_theirs():
    found = bootstrap("", [stratum(EXAMPLES, BETTER)], f1, draws=1).replicates.pooled.point

    assert found == pytest.approx([(14 / 24 + 20 / 25) / 2])


def test_all_runs_are_resampled_together():
    two, one = (bootstrap("", [stratum(*runs)], f1).replicates.pooled for runs in ([EXAMPLES, EXAMPLES], [EXAMPLES]))

    assert np.array_equal(two.draws, one.draws)


def test_one_run_resampled_is_the_run():
    fixed, resampled = (bootstrap("", [sample(0)], f1, runs=runs).replicates.pooled for runs in ("fixed", "resampled"))

    assert np.array_equal(fixed.draws, resampled.draws)


def test_runs_that_differ_make_the_interval_wider_when_they_are_resampled():
    runs = [sample(0, recall=recall).counts[:, 0, 0] for recall in (0.6, 0.7, 0.8)]
    fixed, resampled = (
        interval(bootstrap("", [stratum(*runs)], f1, runs=how).replicates.pooled) for how in ("fixed", "resampled")
    )

    assert resampled.high - resampled.low > 1.5 * (fixed.high - fixed.low)


def test_a_run_is_drawn_for_all_data_sets_or_for_none():
    runs = [[(4, 4, hit)] * 3 for hit in range(4)]
    found = bootstrap("", [stratum(*runs, name="one"), stratum(*runs, name="two")], f1, runs="resampled").replicates

    assert np.array_equal(found.strata["one"].draws, found.strata["two"].draws)
    assert len(np.unique(found.pooled.draws)) > 4


def test_the_runs_of_two_systems_are_drawn_apart():
    runs = [[(4, 4, hit)] * 3 for hit in range(4)]
    one, other = (
        bootstrap(name, [stratum(*runs)], f1, runs="resampled").replicates.pooled.draws for name in ("one", "other")
    )

    assert not np.array_equal(one, other)


def test_paired_runs_are_drawn_alike_whatever_the_system_is_called():
    runs = [[(4, 4, hit)] * 3 for hit in range(4)]
    one, other, apart = (
        bootstrap(name, [stratum(*runs)], f1, runs=how).replicates.pooled.draws
        for name, how in (("one", "paired"), ("other", "paired"), ("one", "resampled"))
    )

    assert np.array_equal(one, other)
    assert not np.array_equal(one, apart)


def test_a_gain_that_is_the_same_in_every_run_is_sure_when_runs_are_paired():
    before = [[(20, 20, hit)] * 3 for hit in (4, 8, 12)]
    after = [[(20, 20, hit)] * 3 for hit in (5, 9, 13)]
    ends = {}
    for how in ("paired", "resampled"):
        first, second = (
            bootstrap(name, [stratum(*runs)], f1, runs=how) for name, runs in (("before", before), ("after", after))
        )
        ends[how] = paired_bootstrap([first, second])[0].differences.pooled.interval

    assert [*ends["paired"].low, *ends["paired"].high] == pytest.approx([0.05, 0.05])
    assert ends["resampled"].low < -0.1


# -- intervals ------------------------------------------------------------------------------------


def test_the_interval_leaves_out_as_many_values_on_either_side():
    replicates = Replicates(np.array([50.0]), np.arange(101.0)[:, None])
    found = interval(replicates, level=0.9)

    assert [*found.low, *found.high] == pytest.approx([5, 95])


def test_the_interval_of_one_example_has_no_width():
    found = interval(bootstrap("", [stratum(EXAMPLES[3:4])], f1).replicates.pooled)

    assert found.low == found.high == [0.5]


def test_a_zero_has_an_interval_like_any_other_number():
    found = interval(bootstrap("", [stratum([(2, 1, 0)] * 9)], f1).replicates.pooled)

    assert found.low == found.high == [0.0]


def test_resamples_without_a_value_are_left_out_and_counted():
    counts = [(0, 0, 0), (1, 1, 1), (2, 2, 0)]
    found = interval(bootstrap("", [stratum(counts)], f1, draws=2000).replicates.pooled)

    assert found.undefined == pytest.approx([1 / 27], abs=0.015)
    assert (found.low, found.high) == ([0.0], [1.0])


def test_a_value_that_is_never_defined_has_no_interval():
    found = interval(bootstrap("", [stratum([(0, 0, 0)] * 5)], f1).replicates.pooled)

    assert np.isnan([found.low, found.high]).all()
    assert found.undefined == [1.0]


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_lies_between_zero_and_one(level):
    with pytest.raises(ValueError, match=f"level: expected a number between 0 and 1, found {level}"):
        interval(Replicates(np.zeros(1), np.zeros((9, 1))), level)


# -- paired tests ---------------------------------------------------------------------------------


@TESTS
def test_the_difference_is_what_the_second_system_scores_above_the_first(test):
    found = compared(test, [stratum(EXAMPLES)], [stratum(BETTER)]).differences

    assert found.pooled.point == pytest.approx([20 / 25 - 14 / 24])


@TESTS
def test_equal_systems_have_a_p_of_one(test):
    found = compared(test, [sample(0)], [sample(0)]).differences

    assert [found.strata["set"].p, found.average.p, found.pooled.p] == [1.0, 1.0, 1.0]


@TESTS
def test_no_p_is_zero(test):
    found = compared(test, [sample(0, recall=0.2)], [sample(0, recall=0.9)], draws=99)

    assert found.differences.pooled.p == [0.01]


@TESTS
def test_the_systems_changed_about_change_the_sign_alone(test):
    one, other = ([sample(seed, name="x"), sample(seed + 5, name="y")] for seed in (0, 1))
    there, back = compared(test, one, other).differences, compared(test, other, one).differences

    for scope in ("average", "pooled"):
        assert getattr(there, scope).point == -getattr(back, scope).point
        assert getattr(there, scope).p == getattr(back, scope).p


@TESTS
def test_data_sets_are_matched_by_name(test):
    one, two = sample(0, name="x"), sample(1, examples=50, name="y")
    three, four = sample(2, name="x"), sample(3, examples=50, name="y")
    found = [compared(test, [one, two], second).differences for second in ([three, four], [four, three])]

    assert found[0].average.p == found[1].average.p
    assert found[0].strata["y"].point == found[1].strata["y"].point


@TESTS
def test_one_system_without_any_unit_leaves_the_difference_undefined_and_no_p(test):
    found = compared(test, [stratum([(0, 0, 0)] * 5)], [stratum([(0, 1, 0)] * 5)]).differences.pooled

    assert np.isnan([found.point, found.p, found.adjusted]).all()


def test_the_paired_bootstrap_gives_the_interval_of_the_difference():
    one, other = bootstrap("a", [sample(0)], f1), bootstrap("b", [sample(1)], f1)
    found = paired_bootstrap([one, other], level=0.8)[0].differences.pooled.interval
    draws = other.replicates.pooled.draws - one.replicates.pooled.draws

    assert [found.low[0], found.high[0]] == pytest.approx(np.quantile(draws, [0.1, 0.9]))


def test_randomisation_gives_no_interval():
    assert compared(approximate_randomisation, [sample(0)], [sample(1)]).differences.pooled.interval is None


def test_a_difference_of_zero_has_an_interval_and_a_p():
    one, other = [(2, 2, 2), (2, 2, 0)] * 20, [(2, 2, 0), (2, 2, 2)] * 20
    found = compared(paired_bootstrap, [stratum(one)], [stratum(other)]).differences.pooled

    assert (found.point, found.p) == ([0.0], [1.0])
    assert found.interval.low < 0 < found.interval.high


def test_a_comparison_says_how_it_was_made():
    found = compared(approximate_randomisation, [sample(0)], [sample(1)], draws=50, seed=3)

    assert (found.first, found.second, found.test) == ("a", "b", "approximate randomisation")
    assert (found.draws, found.seed) == (50, 3)


def test_unequal_numbers_of_runs_are_compared_as_if_each_was_repeated():
    three, one = sample(0, runs=3), sample(1).counts[:, 0, 0]
    alone = compared(approximate_randomisation, [three], [stratum(one)])
    repeated = compared(approximate_randomisation, [three], [stratum(one, one, one)])

    assert alone.differences.pooled.p == repeated.differences.pooled.p


def test_counts_without_a_sign_are_compared_as_well():
    def small(counts):
        return [dataclasses.replace(stratum(counts), counts=stratum(counts).counts.astype(np.uint8))]

    found = compared(approximate_randomisation, small(EXAMPLES), small(BETTER))

    assert (
        found.differences.pooled.p
        == compared(approximate_randomisation, [stratum(EXAMPLES)], [stratum(BETTER)]).differences.pooled.p
    )


# -- more than two systems ------------------------------------------------------------------------


def three_systems(test, **options):
    systems = {name: [sample(seed, recall=0.6 + seed / 40)] for seed, name in enumerate("abc")}
    if test is paired_bootstrap:
        found = [bootstrap(name, strata, f1, draws=200) for name, strata in systems.items()]
        return paired_bootstrap(found, **options)
    return approximate_randomisation(systems, f1, draws=200, **options)


@TESTS
def test_all_systems_are_compared_with_the_first(test):
    assert [(found.first, found.second) for found in three_systems(test)] == [("a", "b"), ("a", "c")]


@TESTS
def test_all_pairs_are_compared_on_request(test):
    pairs = [(found.first, found.second) for found in three_systems(test, pairs="all")]

    assert pairs == [("a", "b"), ("a", "c"), ("b", "c")]


@TESTS
def test_the_p_of_a_pair_does_not_depend_on_a_third_system(test):
    alone = compared(test, [sample(0, recall=0.6)], [sample(1, recall=0.625)])

    assert three_systems(test)[0].differences.pooled.p == alone.differences.pooled.p


@TESTS
def test_p_is_corrected_for_the_number_of_pairs(test):
    found = [each.differences.pooled for each in three_systems(test, pairs="all")]

    assert np.array_equal([each.adjusted for each in found], holm(np.array([each.p for each in found])))


def test_holm_multiplies_the_smallest_by_the_number_and_keeps_the_order():
    p = np.array([[0.04], [0.01], [0.03], [0.005]])

    assert holm(p).ravel() == pytest.approx([0.06, 0.03, 0.06, 0.02])


def test_holm_never_exceeds_one():
    assert holm(np.array([[0.9], [0.8]])).ravel().tolist() == [1.0, 1.0]


def test_holm_counts_only_the_tests_that_were_made():
    assert np.array_equal(holm(np.array([[np.nan], [0.02], [0.03]])).ravel(), [np.nan, 0.04, 0.04], equal_nan=True)


# -- what cannot be drawn -------------------------------------------------------------------------


def counts(*shape):
    return np.ones(shape, int)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (counts(0, 1, 1, 3), "expected 1 to 16,777,216 examples, found 0"),
        (counts(2, 0, 1, 3), "expected at least one run, found none"),
        (counts(2, 1, 2, 3), r"expected counts \[examples, runs, 1, 3\], found \[2, 1, 2, 3\]"),
        (counts(2, 1, 3), r"expected counts \[examples, runs, 1, 3\], found \[2, 1, 3\]"),
        (counts(2, 1, 1, 3) / 2, "expected integer counts, found float64"),
        (-counts(2, 1, 1, 3), "expected counts of 0 or more, found -1"),
    ],
)
def test_counts_that_cannot_be_resampled_are_refused(given, problem):
    with pytest.raises(ValueError, match=f"^sys: set: {problem}$"):
        bootstrap("sys", [Stratum("set", ("entity",), given)], f1)


def test_no_data_set_is_refused():
    with pytest.raises(ValueError, match=r"^sys: expected at least one data set, found none$"):
        bootstrap("sys", [], f1)


def test_a_cell_named_twice_is_refused():
    with pytest.raises(ValueError, match="expected cells with different names"):
        bootstrap("sys", [Stratum("set", ("person", "person"), counts(2, 1, 2, 3))], f1)


def test_data_sets_with_other_runs_are_refused():
    with pytest.raises(ValueError, match=r"expected as many runs on every data set, found \{'one': 1, 'two': 2\}"):
        bootstrap("sys", [sample(0, name="one"), sample(0, name="two", runs=2)], f1)


def test_all_problems_are_told_at_once():
    empty = [Stratum("none", ("entity",), counts(0, 1, 1, 3)), sample(0), sample(1)]

    with pytest.raises(ValueError, match=r"none: .*; set: expected once, found 2 times; draws: .*; seed: "):
        bootstrap("sys", empty, f1, draws=0, seed=-1)


@TESTS
def test_one_system_cannot_be_compared(test):
    given = [bootstrap("a", [sample(0)], f1)] if test is paired_bootstrap else {"a": [sample(0)]}
    options = [] if test is paired_bootstrap else [f1]

    with pytest.raises(ValueError, match=r"^expected at least two systems, found \['a'\]$"):
        test(given, *options)


def test_bootstraps_that_were_drawn_differently_are_not_compared():
    one, other = bootstrap("a", [sample(0)], f1), bootstrap("b", [sample(0, examples=9)], f1, draws=50, seed=1)
    problem = (
        "b: expected examples {'set': 200} as of a, found {'set': 9}; "
        "b: expected draws 1000 as of a, found 50; b: expected seed 0 as of a, found 1"
    )

    with pytest.raises(ValueError, match=f"^{problem}$"):
        paired_bootstrap([one, other])


def test_two_systems_of_one_name_are_not_compared():
    with pytest.raises(ValueError, match="expected systems with different names"):
        paired_bootstrap([bootstrap("a", [sample(0)], f1)] * 2)


def test_systems_on_other_examples_are_not_compared():
    systems = {"a": [sample(0)], "b": [sample(0, examples=9), sample(0, name="more")]}
    problem = (
        "b: set: expected 200 examples of entity as of a, found 9 examples of entity; "
        "b: more: expected no data set as of a, found 200 examples of entity"
    )

    with pytest.raises(ValueError, match=f"^{problem}$"):
        approximate_randomisation(systems, f1)


def test_a_broken_system_is_named():
    with pytest.raises(ValueError, match=r"^b: expected at least one data set, found none$"):
        approximate_randomisation({"a": [sample(0)], "b": []}, f1)
