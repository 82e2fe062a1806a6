"""``sfr.augmenting``: laws of the selections and of the rounds."""

import math
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfr.augmenting import (
    DELTA,
    FIRST_SHARE,
    Candidate,
    is_over,
    next_share,
    select,
    select_all,
    select_at_random,
    sizes,
)

STRATA = [("conll", "lowercase"), ("conll", "typo-injection"), ("nyt", "lowercase"), ("nyt", "replace-triple")]
LOSSES = st.floats(0, 20) | st.sampled_from([0.5, 1.0])
SHARES = st.fractions(Fraction(1, 200), 1)
SEEDS = st.integers(0, 2**32)


@st.composite
def candidates(draw, losses=LOSSES, least=0):
    """Candidates in some strata, each with an id that it shares with others of other strata alone."""
    found = draw(st.lists(st.tuples(st.sampled_from(STRATA), losses), min_size=least, max_size=60))
    return [Candidate(f"train-{number}", stratum, loss) for number, (stratum, loss) in enumerate(found)]


def of_one(size, losses=lambda _: 1.0):
    return [Candidate(f"train-{number}", STRATA[0], losses(number)) for number in range(size)]


def counted(found, places):
    return Counter(found[place].stratum for place in places)


def those(found, places):
    return Counter(found[place] for place in places)


# -- how many --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("choose", [select, select_at_random])
@given(found=candidates(), share=SHARES, seed=SEEDS)
def test_each_stratum_gives_the_least_whole_number_that_is_no_less_than_its_share(choose, found, share, seed):
    places = choose(found, share, seed=seed)
    got, there = counted(found, places), Counter(one.stratum for one in found)

    assert there.keys() == got.keys()
    for stratum, size in there.items():
        assert got[stratum] - 1 < share * size <= got[stratum] <= size
    assert sorted({*places}) == places


@pytest.mark.parametrize(("size", "share", "expected"), [(30, 0.1, 3), (700, 0.07, 49), (1, 0.01, 1), (1000, 0.1, 100)])
def test_a_share_is_the_decimal_number_that_it_is_written_as(size, share, expected):
    found = of_one(size)

    assert sizes(found, share) == {STRATA[0]: expected}
    assert len(select(found, share)) == len(select_at_random(found, share)) == expected


@given(found=candidates())
def test_a_share_of_one_is_all(found):
    assert select(found, 1) == select_at_random(found, 1) == select_all(found) == [*range(len(found))]


@pytest.mark.parametrize("share", [0, -0.1, 1.01, math.nan, math.inf])
@pytest.mark.parametrize("choose", [select, select_at_random, sizes])
def test_other_shares_are_refused(choose, share):
    with pytest.raises(ValueError, match="share: expected more than 0 and up to 1"):
        choose(of_one(3), share)


# -- which -----------------------------------------------------------------------------------------------


@given(found=candidates(), share=SHARES, seed=SEEDS)
def test_none_that_is_left_has_a_higher_loss_than_one_that_is_selected(found, share, seed):
    places = {*select(found, share, seed=seed)}
    for stratum in STRATA:
        inside = [one.loss for i, one in enumerate(found) if one.stratum == stratum and i in places]
        outside = [one.loss for i, one in enumerate(found) if one.stratum == stratum and i not in places]
        assert min(inside, default=math.inf) >= max(outside, default=0)


@given(found=candidates(), share=SHARES, seed=SEEDS, order=st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_decides_nothing(found, share, seed, order):
    shuffled = [*found]
    order.shuffle(shuffled)
    for choose in (select, select_at_random):
        assert those(found, choose(found, share, seed=seed)) == those(shuffled, choose(shuffled, share, seed=seed))


@given(found=candidates(), share=SHARES, seed=SEEDS, stratum=st.sampled_from(STRATA))
def test_a_stratum_depends_on_no_other(found, share, seed, stratum):
    alone = [one for one in found if one.stratum == stratum]
    for choose in (select, select_at_random):
        among = {found[place].id for place in choose(found, share, seed=seed) if found[place].stratum == stratum}
        assert {alone[place].id for place in choose(alone, share, seed=seed)} == among


@given(found=candidates(st.just(0.7)), share=SHARES, seed=SEEDS)
def test_a_uniform_loss_gives_the_selection_by_chance(found, share, seed):
    assert select_at_random(found, share, seed=seed) == select(found, share, seed=seed)


@given(found=candidates(), share=SHARES, seed=SEEDS)
def test_chance_looks_at_no_loss(found, share, seed):
    others = [replace(one, loss=math.nan) for one in found]

    assert select_at_random(found, share, seed=seed) == select_at_random(others, share, seed=seed)


@given(found=candidates(st.integers(0, 20).map(float)), share=SHARES, seed=SEEDS)
def test_losses_count_by_their_order_alone(found, share, seed):
    scaled = [replace(one, loss=math.exp(one.loss)) for one in found]

    assert select(found, share, seed=seed) == select(scaled, share, seed=seed)


@pytest.mark.parametrize("choose", [select, select_at_random])
def test_under_a_uniform_loss_every_candidate_has_the_same_chance(choose):
    """Chi-squared over the places: of 2,000 seeds each place is in a tenth, by chance a little more or less."""
    found, seeds = of_one(40), 2_000
    times = Counter(place for seed in range(seeds) for place in choose(found, Fraction(1, 10), seed=seed))
    expected = seeds / 10
    statistic = sum((times[place] - expected) ** 2 / (expected * 0.9) for place in range(40))

    assert sum(times.values()) == seeds * 4
    assert statistic < 73  # one in a thousand of chance is above, with 39 degrees of freedom


def test_another_seed_gives_another_selection_of_equals():
    assert select(of_one(100), 0.1, seed=1) != select(of_one(100), 0.1, seed=2)


def test_one_id_in_two_strata_has_two_chances():
    found = [Candidate(f"train-{number}", stratum, 1.0) for stratum in STRATA[:2] for number in range(100)]
    one, other = ({found[i].id for i in select(found, 0.1) if found[i].stratum == name} for name in STRATA[:2])

    assert one != other


# -- rounds ----------------------------------------------------------------------------------------------


@given(found=candidates(), seed=SEEDS, share=SHARES)
def test_rounds_have_nothing_in_common_and_take_shares_of_all(found, seed, share):
    there = Counter(one.stratum for one in found)
    for choose in (select, select_at_random):
        first = choose(found, share, seed=seed)
        second = choose(found, next_share(share), seed=seed, taken=first)
        left = there - counted(found, first)

        assert not {*first} & {*second}
        wanted = sizes(found, next_share(share))
        assert counted(found, second) == Counter({name: min(wanted[name], left[name]) for name in left})


def test_two_rounds_take_the_share_of_the_paper():
    found = of_one(1_000, lambda number: number)
    first = select(found, FIRST_SHARE)
    second = select(found, next_share(FIRST_SHARE), taken=first)

    assert [*range(900, 1_000)] == first
    assert [*range(850, 900)] == second


def test_a_place_that_is_not_there_cannot_be_taken():
    with pytest.raises(ValueError, match="taken: expected places up to 2, found 3"):
        select(of_one(3), 0.5, taken=[0, 3])


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_losses_that_are_no_numbers_are_refused_by_name(loss):
    found = of_one(30, lambda number: loss if number > 4 else 1.0)

    with pytest.raises(ValueError, match=rf"train-5 of conll lowercase \({loss}\), .*train-24 .*, and 5 more$"):
        select(found, 0.1)


def test_shares_are_halved():
    assert next_share(next_share(FIRST_SHARE)) == Fraction(1, 40)


@given(gains=st.lists(st.floats(-50, 50), min_size=1), delta=st.floats(-1, 5))
def test_the_last_gain_decides_whether_another_round_follows(gains, delta):
    assert is_over(gains, delta) is (gains[-1] < delta)


def test_before_the_first_round_it_is_not_over():
    assert not is_over([])


def test_a_gain_of_just_delta_is_one():
    assert (is_over([DELTA]), is_over([math.nextafter(DELTA, 0)])) == (False, True)


def test_gains_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="gains: expected finite numbers, found nan"):
        is_over([1.0, math.nan])
