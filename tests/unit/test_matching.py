"""The matching of trigger groups by example: options, ties, edges."""

import pytest

from sfr import Counts, Match, argument_counts, match_trigger_groups

A, B, C, D = (("role", name) for name in "ABCD")
ALL = ("optimal", "greedy", "reuse", "anchored")


@pytest.mark.parametrize("how", ALL)
def test_nothing_is_matched_with_nothing(how):
    assert match_trigger_groups({}, {}, how) == []
    assert match_trigger_groups({"t": {A}}, {}, how) == []
    assert match_trigger_groups({}, {"t": {A}}, how) == []


@pytest.mark.parametrize("how", ALL)
def test_groups_with_the_same_trigger_and_no_arguments_are_matched(how):
    assert match_trigger_groups({"t": set()}, {"t": set()}, how) == [Match("t", "t", 0)]


@pytest.mark.parametrize("how", ALL)
def test_groups_with_other_triggers_and_no_shared_argument_are_not_matched(how):
    assert match_trigger_groups({"t": {A}, "u": set()}, {"v": {B}, "w": set()}, how) == []


def test_triggers_need_not_agree_by_default():
    assert match_trigger_groups({"t": {A}}, {"u": {A}}) == [Match("t", "u", 1)]


def test_anchored_groups_need_the_same_trigger():
    assert match_trigger_groups({"t": {A}, "u": {B}}, {"v": {A}, "u": {A, B}}, "anchored") == [Match("u", "u", 1)]


def test_the_optimal_matching_gives_up_a_pair_to_win_two():
    gold = {"t": {A, B, C}, "u": {A, B}}
    pred = {"v": {A, B, C}, "w": {C}}

    assert match_trigger_groups(gold, pred, "greedy") == [Match("t", "v", 3)]
    assert match_trigger_groups(gold, pred) == [Match("t", "v", 3)]

    pred = {"v": {A, B}, "w": {C}}

    assert match_trigger_groups(gold, pred, "greedy") == [Match("t", "v", 2)]
    assert match_trigger_groups(gold, pred) == [Match("t", "w", 1), Match("u", "v", 2)]


def test_the_greedy_matching_gives_each_gold_group_in_turn_the_best_one_left():
    gold = {"t": {A}, "u": {A, B}}
    pred = {"v": {A, B}, "w": {A}}

    assert match_trigger_groups(gold, pred, "greedy") == [Match("t", "v", 1), Match("u", "w", 1)]


def test_the_greedy_matching_leaves_a_group_to_those_that_share_something_with_it():
    assert match_trigger_groups({"t": {A}, "u": {B}}, {"v": {B}}, "greedy") == [Match("u", "v", 1)]
    assert argument_counts({"e": {"t": {A}, "u": {B}}}, {"e": {"v": {B}}}, "greedy") == Counts(1, 0, 1)


def test_an_event_without_arguments_takes_nothing_from_the_greedy_matching_of_the_others():
    gold, pred = {"e": {"t": set(), "u": {A}}}, {"e": {"u": {A}, "t": set()}}

    assert argument_counts(gold, gold, "greedy") == Counts(1, 0, 0)
    assert argument_counts(gold, pred, "greedy") == Counts(1, 0, 0)


def test_reuse_gives_a_group_to_everyone_who_wants_it():
    assert match_trigger_groups({"t": {A}, "u": {A}}, {"v": {A}}, "reuse") == [Match("t", "v", 1), Match("u", "v", 1)]


def test_reuse_can_count_more_pairs_than_there_are():
    gold, pred = {"e": {"t": {A}, "u": {A}}}, {"e": {"v": {A}}}

    assert argument_counts(gold, pred, "reuse") == Counts(2, -1, 0)
    assert argument_counts(gold, pred, "optimal") == Counts(1, 0, 1)


@pytest.mark.parametrize("how", ALL)
def test_a_tie_goes_to_the_group_with_the_same_trigger(how):
    assert match_trigger_groups({"t": {A}}, {"u": {A}, "t": {A}}, how) == [Match("t", "t", 1)]


@pytest.mark.parametrize("how", ["optimal", "greedy", "reuse"])
def test_a_shared_pair_outweighs_the_same_trigger(how):
    assert match_trigger_groups({"t": {A, B}}, {"t": {A}, "u": {A, B}}, how) == [Match("t", "u", 2)]


@pytest.mark.parametrize("how", ["optimal", "greedy", "reuse"])
def test_other_ties_go_to_the_group_that_was_written_first(how):
    assert match_trigger_groups({"t": {A}}, {"v": {A}, "u": {A}}, how) == [Match("t", "v", 1)]


def test_agreeing_triggers_break_ties_for_all_groups_together():
    gold = {name: {A} for name in "tuvw"}
    pred = dict(reversed(gold.items()))

    assert match_trigger_groups(gold, pred) == [Match(name, name, 1) for name in "tuvw"]


def test_one_shared_pair_outweighs_any_number_of_agreeing_triggers():
    gold = {"t": {A, B}, "u": {C}}
    pred = {"t": {C}, "u": {A, B}}

    assert match_trigger_groups(gold, pred) == [Match("t", "u", 2), Match("u", "t", 1)]


@pytest.mark.parametrize("how", ALL)
def test_matches_come_in_gold_order_and_groups_may_be_any_sets(how):
    gold = {"t": frozenset({A}), "u": {B}}
    pred = {"u": frozenset({B}), "t": {A}}

    assert match_trigger_groups(gold, pred, how) == [Match("t", "t", 1), Match("u", "u", 1)]


def test_more_gold_groups_than_predicted_ones_are_no_obstacle():
    gold = {"t": {A}, "u": {A, B}, "v": {A, B, C}}

    assert match_trigger_groups(gold, {"x": {A, B, C}}) == [Match("v", "x", 3)]


def test_a_wide_matching_finds_what_lies_far_to_the_right():
    gold = {"t": {A, B}, "u": {A, B, C}}
    pred = {**{f"x{i}": {A} for i in range(100)}, "y": {A, B}, "z": {A, B, C}}

    assert match_trigger_groups(gold, pred) == [Match("t", "y", 2), Match("u", "z", 3)]
    assert argument_counts({"e": gold}, {"e": pred}) == Counts(5, 100, 0)


def test_counts_are_of_all_types_and_of_groups_nobody_matched():
    gold = {"e": {"t": {A, B}}, "f": {"t": {C}}}
    pred = {"e": {"u": {A, C}}, "g": {"t": {A, B, C}}}

    assert argument_counts(gold, pred) == Counts(tp=1, fp=4, fn=2)
    assert argument_counts(gold, {}) == Counts(0, 0, 3)
    assert argument_counts({}, pred) == Counts(0, 5, 0)
    assert argument_counts({}, {}) == Counts(0, 0, 0)


def test_groups_of_different_types_are_never_matched():
    assert argument_counts({"e": {"t": {A}}}, {"f": {"t": {A}}}) == Counts(0, 1, 1)
