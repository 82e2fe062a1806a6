"""Our resampling against enumeration, plain Python, scipy, and truths that are known by construction."""

import itertools
import random
import statistics
from collections import Counter

import numpy as np
import pytest
import scipy.stats

from sfr.evaluation.comparing import approximate_randomisation, paired_bootstrap
from sfr.evaluation.resampling import bootstrap, interval
from sfr.evaluation.strata import Stratum

FEW = [(2, 2, 2), (3, 1, 1), (0, 1, 0), (4, 4, 1)]
"""(gold, pred, hit) of so few examples that all resamples can be listed."""

OTHERS = [(2, 3, 1), (3, 3, 3), (0, 2, 0), (4, 4, 3)]


def f1(sums):
    total = sums[..., 0] + sums[..., 1]
    return np.where(total > 0, 2 * sums[..., 2] / np.maximum(total, 1), np.nan)


def stratum(*runs, name="set"):
    return Stratum(name, ("entity",), np.stack([np.array(run) for run in runs], axis=1)[:, :, None, :])


def plain_f1(triples):
    """F1 of triples, without numpy."""
    gold, pred, hit = map(sum, zip(*triples, strict=True))
    return 2 * hit / (gold + pred)


def outcomes(rng, examples, *recalls):
    """Triples of systems with these recalls, which find the same texts hard."""
    gold, ease = rng.poisson(3, examples), rng.beta(8, 8, examples)
    for recall in recalls:
        hit = rng.binomial(gold, np.clip(recall + ease - 0.5, 0, 1))
        yield np.stack([gold, hit + rng.poisson(0.5, examples), hit], axis=-1).tolist()


def draws_of(strata, **options):
    return bootstrap("", strata, f1, **options).replicates.pooled.draws[:, 0]


def difference(test, first, second, draws=1000, seed=0):
    """The pooled difference of two lists of triples."""
    systems = {"a": [stratum(first)], "b": [stratum(second)]}
    if test is paired_bootstrap:
        found = paired_bootstrap([bootstrap(name, each, f1, draws=draws, seed=seed) for name, each in systems.items()])
    else:
        found = approximate_randomisation(systems, f1, draws=draws, seed=seed)
    return found[0].differences.pooled


# -- all that could be drawn ----------------------------------------------------------------------


@pytest.mark.parametrize("examples", [2, 3, 4])
def test_resamples_come_up_as_often_as_in_the_list_of_all(examples):
    every = Counter(round(plain_f1(each), 9) for each in itertools.product(FEW[:examples], repeat=examples))
    drawn = Counter(draws_of([stratum(FEW[:examples])], draws=20_000).round(9).tolist())
    expected = [20_000 * number / examples**examples for number in every.values()]

    assert set(drawn) == set(every)
    assert scipy.stats.chisquare([drawn[value] for value in every], expected).pvalue > 0.001


def test_pairs_are_resampled_together_as_in_the_list_of_all():
    every = Counter(
        round(plain_f1([OTHERS[i] for i in each]) - plain_f1([FEW[i] for i in each]), 9)
        for each in itertools.product(range(3), repeat=3)
    )
    one, other = (draws_of([stratum(each[:3])], draws=20_000) for each in (FEW, OTHERS))
    drawn = Counter((other - one).round(9).tolist())
    expected = [20_000 * number / 27 for number in every.values()]

    assert set(drawn) == set(every)
    assert scipy.stats.chisquare([drawn[value] for value in every], expected).pvalue > 0.001


def test_the_p_of_the_paired_bootstrap_is_that_of_the_list_of_all():
    point = plain_f1(OTHERS) - plain_f1(FEW)
    every = [
        plain_f1([OTHERS[i] for i in each]) - plain_f1([FEW[i] for i in each])
        for each in itertools.product(range(4), repeat=4)
    ]
    exact = statistics.fmean(abs(each - point) >= abs(point) - 1e-9 for each in every)

    assert difference(paired_bootstrap, FEW, OTHERS, draws=20_000).p == pytest.approx([exact], abs=0.015)


@pytest.mark.parametrize("seed", range(4))
def test_the_p_of_randomisation_is_that_of_all_exchanges(seed):
    one, other = outcomes(np.random.default_rng(seed), 9, 0.5, 0.7)
    point = plain_f1(other) - plain_f1(one)
    swapped = [
        [pair[::-1] if swap else pair for pair, swap in zip(zip(one, other, strict=True), swaps, strict=True)]
        for swaps in itertools.product([False, True], repeat=9)
    ]
    every = [plain_f1([b for _, b in pairs]) - plain_f1([a for a, _ in pairs]) for pairs in swapped]
    exact = statistics.fmean(abs(each) >= abs(point) - 1e-9 for each in every)

    assert difference(approximate_randomisation, one, other, draws=20_000).p == pytest.approx([exact], abs=0.015)


def test_all_runs_of_an_example_are_exchanged_at_once():
    rng = np.random.default_rng(0)
    first, second = ([next(outcomes(rng, 7, recall)) for _ in range(2)] for recall in (0.5, 0.7))

    def after(swaps):
        runs = [[], []]
        for which, (mine, its) in enumerate([(first, second), (second, first)]):
            for one, other in zip(mine, its, strict=True):
                chosen = [b if swap else a for a, b, swap in zip(one, other, swaps, strict=True)]
                runs[which].append(plain_f1(chosen))
        return statistics.fmean(runs[1]) - statistics.fmean(runs[0])

    point = after([False] * 7)
    every = [after(swaps) for swaps in itertools.product([False, True], repeat=7)]
    exact = statistics.fmean(abs(each) >= abs(point) - 1e-9 for each in every)
    systems = {"a": [stratum(*first)], "b": [stratum(*second)]}
    found = approximate_randomisation(systems, f1, draws=20_000)[0].differences.pooled

    assert found.point == pytest.approx([point])
    assert found.p == pytest.approx([exact], abs=0.015)


# -- the same, written plainly --------------------------------------------------------------------


def plain_resamples(strata, draws, seed):
    """The mean of the data sets and runs on resamples, one choice of an example at a time."""
    rng = random.Random(seed)
    for _ in range(draws):
        values = []
        for runs in strata:
            chosen = rng.choices(range(len(runs[0])), k=len(runs[0]))
            values.append(statistics.fmean(plain_f1([run[i] for i in chosen]) for run in runs))
        yield statistics.fmean(values)


def plain_two_levels(runs, draws, seed):
    """As above for one data set, with runs chosen as well."""
    rng = random.Random(seed)
    for _ in range(draws):
        chosen = rng.choices(range(len(runs[0])), k=len(runs[0]))
        yield statistics.fmean(plain_f1([run[i] for i in chosen]) for run in rng.choices(runs, k=len(runs)))


def test_resamples_of_an_average_are_those_of_a_plain_program():
    rng = np.random.default_rng(1)
    strata = [list(outcomes(rng, 80, 0.6, 0.7)), list(outcomes(rng, 30, 0.5, 0.8))]
    given = [stratum(*runs, name=str(i)) for i, runs in enumerate(strata)]
    ours = bootstrap("", given, f1, draws=4000).replicates.average.draws[:, 0]

    assert scipy.stats.ks_2samp(ours, list(plain_resamples(strata, 2000, seed=0))).pvalue > 0.01


def test_resamples_of_examples_and_runs_are_those_of_a_plain_program():
    runs = list(outcomes(np.random.default_rng(2), 60, 0.55, 0.6, 0.7))
    ours = draws_of([stratum(*runs)], draws=4000, runs="resampled")

    assert scipy.stats.ks_2samp(ours, list(plain_two_levels(runs, 2000, seed=0))).pvalue > 0.01


# -- scipy ----------------------------------------------------------------------------------------


def test_the_interval_is_that_of_scipy():
    (triples,) = outcomes(np.random.default_rng(3), 150, 0.7)
    theirs = scipy.stats.bootstrap(
        [np.array(column) for column in zip(*triples, strict=True)],
        lambda gold, pred, hit, axis: 2 * hit.sum(axis) / (gold.sum(axis) + pred.sum(axis)),
        paired=True,
        method="percentile",
        n_resamples=9999,
        rng=np.random.default_rng(0),
    )
    ours = interval(bootstrap("", [stratum(triples)], f1, draws=9999).replicates.pooled)
    error = theirs.standard_error

    assert [*ours.low, *ours.high] == pytest.approx(list(theirs.confidence_interval), abs=0.1 * error)


def test_the_p_of_randomisation_is_that_of_scipy():
    one, other = outcomes(np.random.default_rng(4), 12, 0.5, 0.7)
    hits = [[hit for _, _, hit in each] for each in (one, other)]
    theirs = scipy.stats.permutation_test(
        hits, lambda a, b, axis: np.sum(b, axis) - np.sum(a, axis), permutation_type="samples", n_resamples=np.inf
    )

    def recall(sums):
        return sums[..., 2] / sums[..., 0]

    found = approximate_randomisation({"a": [stratum(one)], "b": [stratum(other)]}, recall, draws=20_000)

    assert found[0].differences.pooled.p == pytest.approx([theirs.pvalue], abs=0.015)


# -- known truths ---------------------------------------------------------------------------------


def test_intervals_cover_the_true_value_as_often_as_they_say():
    true, covered = 2 * 2.4 / (3 + 2.4 + 0.5), 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        gold = rng.poisson(3, 200)
        hit = rng.binomial(gold, 0.8)
        triples = np.stack([gold, hit + rng.poisson(0.5, 200), hit], axis=-1)
        ends = interval(bootstrap("", [stratum(triples)], f1, draws=200, seed=seed).replicates.pooled)
        covered += ends.low[0] <= true <= ends.high[0]

    assert 0.92 <= covered / 300 <= 0.97


@pytest.mark.parametrize("test", [paired_bootstrap, approximate_randomisation])
def test_p_is_uniform_when_there_is_no_difference(test):
    found = [
        difference(test, *outcomes(np.random.default_rng(seed), 150, 0.7, 0.7), draws=200, seed=seed).p[0]
        for seed in range(150)
    ]

    assert scipy.stats.kstest(found, "uniform").pvalue > 0.01


@pytest.mark.parametrize("test", [paired_bootstrap, approximate_randomisation])
def test_a_real_difference_is_found_more_often_with_more_examples(test):
    def power(examples):
        return statistics.fmean(
            difference(test, *outcomes(np.random.default_rng(seed), examples, 0.7, 0.8), draws=200, seed=seed).p[0]
            < 0.05
            for seed in range(40)
        )

    few, many = power(50), power(400)

    assert few < 0.7
    assert many > 0.9
