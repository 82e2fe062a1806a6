from collections import Counter
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfr.data.sampling import choose, choose_stratified, order_key, shuffled, stratum

SEEDS = st.integers(0, 2**32)
SIZES = st.integers(1, 40)
WANTED = st.integers(0, 150)
STRATA = st.dictionaries(st.integers(0, 9), st.integers(1, 12), min_size=1, max_size=5)
HOW = st.sampled_from(["proportional", "even"])


def laid_out(sizes):
    """Strata of those sizes, their rows scattered over the file."""
    names = [name for name, size in sizes.items() for _ in range(size)]
    rows = {}
    for row, name in enumerate(shuffled_names(names)):
        rows.setdefault(name, []).append(row)
    return rows


def shuffled_names(names):
    return names[::2] + names[1::2]


def counts(chosen):
    """How often each row was chosen."""
    return Counter(row for _, row in chosen)


# -- what must never change: a mixture is the same on every machine -------------------------------------


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        ((), 16_476_032_584_258_269_876),
        ((11, "place", "wikiann", 0, 7), 18_410_216_856_910_333_625),
        ((11, "place", "wikiann", 1, 7), 17_967_002_725_017_607_721),
        ((0, "é", ""), 10_705_711_701_249_087_454),
    ],
)
def test_the_key_of_a_row_is_the_same_for_ever(parts, key):
    assert order_key(*parts) == key


def test_the_rows_drawn_are_the_same_for_ever():
    assert choose(10, 14, 13, "choice", "ner", "wikiann") == [
        *((0, row) for row in range(10)),
        *((1, row) for row in (0, 5, 4, 3)),
    ]


def test_the_rows_drawn_within_strata_are_the_same_for_ever():
    strata = {2: range(0, 10, 2), 0: range(1, 10, 2), 5: range(10, 13)}
    assert choose_stratified(strata, 6, "proportional", 3, "x") == [(0, 3), (0, 9), (0, 8), (0, 2), (0, 12), (0, 11)]
    assert choose_stratified(strata, 6, "even", 3, "x") == [(0, 12), (0, 11), (0, 3), (0, 9), (0, 8), (0, 2)]


# -- laws of a draw --------------------------------------------------------------------------------------


@given(SIZES, WANTED, SEEDS)
def test_as_many_rows_are_drawn_as_are_wanted(available, wanted, seed):
    assert len(choose(available, wanted, seed)) == wanted


@given(SIZES, WANTED, SEEDS)
def test_only_rows_that_are_there_are_drawn(available, wanted, seed):
    assert counts(choose(available, wanted, seed)).keys() <= set(range(available))


@given(SIZES, SEEDS, st.data())
def test_no_row_comes_twice_when_there_are_enough(available, seed, data):
    wanted = data.draw(st.integers(0, available))
    assert len(counts(choose(available, wanted, seed))) == wanted


@given(SIZES, WANTED, SEEDS)
def test_every_row_comes_as_often_as_the_others_or_once_more(available, wanted, seed):
    found = counts(choose(available, wanted, seed))
    assert {found[row] for row in range(available)} <= {wanted // available, wanted // available + 1}


@given(SIZES, WANTED, SEEDS)
def test_the_copies_of_a_row_are_told_apart(available, wanted, seed):
    found = choose(available, wanted, seed)
    assert len(set(found)) == wanted


@given(SIZES, WANTED, WANTED, SEEDS)
def test_a_smaller_draw_is_part_of_a_larger_one(available, one, other, seed):
    smaller, larger = sorted((one, other))
    assert set(choose(available, smaller, seed)) <= set(choose(available, larger, seed))


@given(SIZES, WANTED, SEEDS)
def test_the_same_seed_draws_the_same_rows(available, wanted, seed):
    assert choose(available, wanted, seed, "a") == choose(available, wanted, seed, "a")


def test_another_seed_draws_other_rows():
    draws = {tuple(choose(100, 10, seed)) for seed in range(50)}
    assert len(draws) == 50


def test_every_row_is_as_likely_as_any_other():
    found = counts(chain.from_iterable(choose(10, 3, seed) for seed in range(2_000)))
    assert all(500 < found[row] < 700 for row in range(10))  # 600, give or take five deviations


@given(st.lists(st.integers(0, 1_000), unique=True), SEEDS)
def test_an_order_leaves_no_row_out(rows, seed):
    assert sorted(shuffled(rows, seed)) == sorted(rows)


@given(st.lists(st.integers(0, 1_000), unique=True), SEEDS)
def test_an_order_does_not_depend_on_the_order_before(rows, seed):
    assert shuffled(rows, seed) == shuffled(rows[::-1], seed)


# -- strata ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("complexity", "found"), [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (7, 3), (8, 4), (16, 5)])
def test_a_stratum_begins_at_every_power_of_two(complexity, found):
    assert stratum(complexity) == found


@given(STRATA, WANTED, HOW, SEEDS)
def test_strata_give_as_many_rows_as_are_wanted(sizes, wanted, how, seed):
    assert len(choose_stratified(laid_out(sizes), wanted, how, seed)) == wanted


@given(STRATA, WANTED, HOW, SEEDS)
def test_from_strata_too_every_row_comes_as_often_as_the_others_or_once_more(sizes, wanted, how, seed):
    total = sum(sizes.values())
    found = counts(choose_stratified(laid_out(sizes), wanted, how, seed))
    assert {found[row] for row in range(total)} <= {wanted // total, wanted // total + 1}


@given(STRATA, WANTED, HOW, SEEDS)
def test_from_strata_too_the_copies_of_a_row_are_told_apart(sizes, wanted, how, seed):
    assert len(set(choose_stratified(laid_out(sizes), wanted, how, seed))) == wanted


@given(STRATA, WANTED, SEEDS)
def test_a_proportional_stratum_is_within_a_row_of_its_share(sizes, wanted, seed):
    strata, total = laid_out(sizes), sum(sizes.values())
    found = counts(choose_stratified(strata, wanted, "proportional", seed))
    for name, rows in strata.items():
        drawn = sum(found[row] for row in rows)
        assert abs(drawn * total - wanted * sizes[name]) < total


@given(STRATA, SEEDS, st.data())
def test_even_strata_differ_by_a_row_unless_one_has_no_more(sizes, seed, data):
    strata = laid_out(sizes)
    wanted = data.draw(st.integers(0, sum(sizes.values())))
    found = counts(choose_stratified(strata, wanted, "even", seed))
    drawn = {name: sum(found[row] for row in rows) for name, rows in strata.items()}
    assert all(drawn[name] in {sizes[name], most, most - 1} for most in [max(drawn.values())] for name in sizes)


@given(STRATA, HOW, SEEDS)
def test_the_order_in_which_strata_are_met_does_not_matter(sizes, how, seed):
    strata = laid_out(sizes)
    other = dict(reversed(strata.items()))
    wanted = sum(sizes.values()) // 2
    assert set(choose_stratified(strata, wanted, how, seed)) == set(choose_stratified(other, wanted, how, seed))


@given(STRATA, SEEDS, st.data())
def test_a_smaller_even_draw_is_part_of_a_larger_one(sizes, seed, data):
    strata = laid_out(sizes)
    smaller, larger = sorted(data.draw(st.tuples(WANTED, WANTED)))
    assert set(choose_stratified(strata, smaller, "even", seed)) <= set(choose_stratified(strata, larger, "even", seed))
