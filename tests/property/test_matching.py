"""Laws of the matching of trigger groups."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfr import argument_counts, match_trigger_groups
from tests.strategies import TYPES, groups

ONE_TO_ONE = ("optimal", "greedy", "anchored")
ALL = (*ONE_TO_ONE, "reuse")
types = st.dictionaries(st.sampled_from(TYPES), groups)


def best_total(gold, pred):
    """The largest total overlap of a one-to-one matching, by trying all of them."""
    few, many = sorted([list(gold.values()), list(pred.values())], key=len)
    return max(sum(len(a & b) for a, b in zip(few, chosen, strict=True)) for chosen in permutations(many, len(few)))


def total(gold, pred, how):
    return sum(match.shared for match in match_trigger_groups(gold, pred, how))


def totals(gold, pred):
    return {how: total(gold, pred, how) for how in ALL}


@given(groups, groups)
def test_the_optimal_matching_is_no_worse_than_brute_force(gold, pred):
    best = best_total(gold, pred)

    assert best == total(gold, pred, "optimal")
    assert best == argument_counts({"t": gold}, {"t": pred}).tp


@given(groups, groups)
def test_a_matching_is_one_to_one(gold, pred):
    for how in ONE_TO_ONE:
        found = match_trigger_groups(gold, pred, how)

        assert len(found) == len({match.gold for match in found}) == len({match.pred for match in found})


@given(groups, groups)
def test_reuse_matches_a_gold_group_at_most_once(gold, pred):
    found = match_trigger_groups(gold, pred, "reuse")

    assert len(found) == len({match.gold for match in found})


@given(groups, groups)
def test_a_match_counts_the_pairs_that_its_groups_share(gold, pred):
    found = [match for how in ALL for match in match_trigger_groups(gold, pred, how)]

    assert [len(gold[match.gold] & pred[match.pred]) for match in found] == [match.shared for match in found]


@given(groups, groups)
def test_groups_that_share_nothing_are_matched_only_when_their_triggers_agree(gold, pred):
    found = [match for how in ALL for match in match_trigger_groups(gold, pred, how)]

    assert [match for match in found if not match.shared and match.gold != match.pred] == []


@given(groups, groups)
def test_matches_come_in_gold_order(gold, pred):
    for how in ALL:
        found = {match.gold for match in match_trigger_groups(gold, pred, how)}

        assert [name for name in gold if name in found] == [m.gold for m in match_trigger_groups(gold, pred, how)]


@given(groups, groups)
def test_what_is_counted_is_what_is_matched(gold, pred):
    assert totals(gold, pred) == {how: argument_counts({"t": gold}, {"t": pred}, how).tp for how in ALL}


@pytest.mark.parametrize("how", ["optimal", "greedy", "reuse"])
@given(gold=groups, pred=groups)
def test_no_pair_is_left_between_two_groups_that_nobody_took(how, gold, pred):
    found = match_trigger_groups(gold, pred, how)
    free_gold = gold.keys() - {match.gold for match in found}
    free_pred = pred.keys() - {match.pred for match in found}

    assert [(g, p) for g in free_gold for p in free_pred if gold[g] & pred[p]] == []


@given(groups, groups)
def test_optimal_is_no_worse_than_greedy_and_anchored_and_no_better_than_reuse(gold, pred):
    found = totals(gold, pred)

    assert max(found["greedy"], found["anchored"]) <= found["optimal"] <= found["reuse"]


@given(groups, groups, st.randoms(use_true_random=False))
def test_neither_order_nor_direction_changes_the_optimal_total(gold, pred, random):
    golds, preds = list(gold.items()), list(pred.items())
    random.shuffle(golds)
    random.shuffle(preds)

    assert total(gold, pred, "optimal") == total(dict(golds), dict(preds), "optimal")
    assert total(gold, pred, "optimal") == total(pred, gold, "optimal")


@given(groups)
def test_groups_matched_with_themselves_are_matched_completely(gold):
    expected = [(trigger, trigger, len(pairs)) for trigger, pairs in gold.items()]

    assert match_trigger_groups(gold, gold) == match_trigger_groups(gold, gold, "anchored") == expected


@given(types, types)
def test_groups_are_matched_within_their_type(gold, pred):
    for how in ALL:
        apart = [argument_counts({kind: gold[kind]}, {kind: pred[kind]}, how).tp for kind in gold.keys() & pred.keys()]

        assert sum(apart) == argument_counts(gold, pred, how).tp


@given(types, types)
def test_counts_add_up_to_the_sizes_of_gold_and_prediction(gold, pred):
    sizes = tuple(sum(len(pairs) for kind in side.values() for pairs in kind.values()) for side in (gold, pred))
    for how in ONE_TO_ONE:
        found = argument_counts(gold, pred, how)

        assert sizes == (found.tp + found.fn, found.tp + found.fp)
        assert min(found) >= 0
