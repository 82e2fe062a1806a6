"""What follows from the paper's formulas and may look like a mistake of ours.

These are facts about Eqs. 7-10 with the weights of A.3, kept so that nobody mends the paper by
accident. Under ``bounded`` none of them holds.
"""

import pytest

import sfr
from tests.strategies import extraction, written

A, B, C, D = (("role", name) for name in "ABCD")


def value(profile, gold, pred, task="ee"):
    return sfr.reward(task, profile).score(extraction(task, gold), written(task, pred)).value


def bare(gold):
    """The events without their arguments."""
    return [(kind, trigger, ()) for kind, trigger, _ in gold]


def near(expected):
    return pytest.approx(expected, rel=1e-12)


THREE = [("a", "t1", (A,)), ("a", "t2", (B,)), ("a", "t3", (C,))]
FOUR = [*THREE, ("a", "t4", (D,))]
SPURIOUS = [("a", f"s{i}", ()) for i in range(3)]


def test_in_the_paper_a_correct_trigger_added_can_lower_the_reward():
    before, after = bare(THREE[:2]), bare(THREE)

    assert value("paper", THREE, before) == near(-1 / 60)
    assert value("paper", THREE, after) == near(-1 / 10)
    assert value("bounded", THREE, before) == near(-3 / 20)
    assert value("bounded", THREE, after) == near(-1 / 10)


def test_in_the_paper_a_wrong_trigger_replaced_by_the_right_one_can_lower_the_reward():
    before, after = [*bare(THREE), ("a", "s", ())], bare(FOUR)

    assert value("paper", FOUR, before) == near(-7 / 80)
    assert value("paper", FOUR, after) == near(-1 / 10)
    assert value("bounded", FOUR, before) == near(-11 / 80)
    assert value("bounded", FOUR, after) == near(-1 / 10)


def test_in_the_paper_a_hallucinated_event_type_can_raise_the_reward():
    gold = [("a", "x", (A,))]
    before, after = gold + SPURIOUS, [*gold, *SPURIOUS, ("b", "y", ())]

    assert value("paper", gold, before) == near(-1 / 2)
    assert value("paper", gold, after) == pytest.approx(0, abs=1e-15)
    assert value("bounded", gold, before) == near(5 / 8)
    assert value("bounded", gold, after) == near(1 / 2)


def test_in_the_paper_a_correct_event_added_can_lower_the_reward():
    gold = [("a", "x", (A,)), ("b", "y", ())]
    before, after = gold[:1] + SPURIOUS, gold + SPURIOUS

    assert value("paper", gold, before) == near(2 / 5)
    assert value("paper", gold, after) == near(1 / 4)
    assert value("bounded", gold, before) == near(2 / 5)
    assert value("bounded", gold, after) == near(7 / 10)


def test_in_the_paper_a_spurious_trigger_can_raise_the_reward():
    before = bare(THREE)
    after = [*before, ("a", "s", ())]

    assert value("paper", THREE, before) == near(-1 / 10)
    assert value("paper", THREE, after) == near(1 / 30)
    assert value("bounded", THREE, before) == value("bounded", THREE, after) == near(-1 / 10)


def test_in_the_paper_a_correct_event_added_can_lower_the_argument_f1():
    gold = [("a", "right", (A, B))]
    before = [("a", "wrong", (A, B, C, D))]
    after = [*before, *gold]

    # The matched group had the pairs already, at another trigger; now they stand there twice.
    found = [sfr.reward("ee").score(extraction("ee", gold), written("ee", pred)).terms for pred in (before, after)]

    assert [terms["argument_f1"] for terms in found] == [near(4 / 5 * 2 / 3), near(4 / 5 * 1 / 2)]
    assert value("bounded", gold, before) < value("bounded", gold, after)


def test_in_the_paper_arguments_swapped_between_two_triggers_are_worth_the_maximum():
    gold = [("a", "t1", (A,)), ("a", "t2", (B,))]
    swapped = [("a", "t1", (B,)), ("a", "t2", (A,))]

    assert value("paper", gold, swapped) == 1
    assert value("bounded", gold, swapped) == near(-1 / 10)


def test_in_the_paper_an_invalid_output_can_be_worth_more_than_a_valid_one():
    gold, wrong = [("a", "x")], [("b", "x")]
    paper, bounded = (
        sfr.reward("ner", profile).score(extraction("ner", gold), "?").value for profile in ("paper", "bounded")
    )

    assert value("paper", gold, wrong, "ner") == near(-8 / 5)
    assert paper == -1
    assert value("bounded", gold, wrong, "ner") == near(-4 / 5)
    assert bounded == -1.25


def test_in_the_paper_the_right_answer_to_nothing_is_not_worth_the_maximum():
    found = {task: value("paper", [], [], task) for task in ("ner", "re", "ee")}

    assert found == {"ner": near(4 / 5), "re": near(11 / 20), "ee": near(4 / 5)}
    assert {value("bounded", [], [], task) for task in ("ner", "re", "ee")} == {1}


def test_in_the_paper_junk_has_no_worst_value():
    junk = [(f"t{i}", "x") for i in range(1_000)]

    assert value("paper", [], junk, "ner") == near(-800)
    assert value("bounded", [], junk, "ner") == near(-4 / 5)


def test_with_zero_for_the_f1_of_nothing_a_spurious_trigger_beats_the_perfect_answer():
    gold = [("a", trigger, ()) for trigger in ("t1", "t2", "t3", "t4")]
    reward = sfr.reward("ee", f1_empty=0.0)
    perfect, more = (
        reward.score(extraction("ee", gold), written("ee", pred)).value for pred in (gold, [*gold, ("a", "s", ())])
    )

    assert perfect == near(-1 / 10)
    assert more == near(3 / 40)


def test_with_zero_for_the_f1_of_nothing_any_relation_is_as_good_as_none_where_there_is_none():
    reward = sfr.reward("re", f1_empty=0.0)
    found = {reward.score({}, written("re", [("a", "x", str(i)) for i in range(n)])).value for n in (0, 1, 20)}

    assert found == {-0.4}
