"""The numbers of published evaluators, on cases small enough to count by hand.

The expected numbers are what each evaluator printed for the same case when it was run.
"""

import json
import re
from pathlib import Path

import pytest

from sfr import Schema
from sfr.evaluation import CONVENTIONS, Sums, convention, scores
from sfr.evaluation.conventions import settings, write_setting
from sfr.evaluation.outcomes import outcomes
from sfr.examples import extraction_of
from sfr.predictions import Prediction

TEXT = "Alice met Bob in Rome ."
TWICE = "Bob met Alice and Carol met Dan in Rome ."
ALICE_AND_ROME = {"person": ["Alice"], "place": ["Rome"]}
ALICE_MET_BOB = {"met": [["Alice", "Bob"]]}
NOTHING = (0.0, 0.0, 0.0)
ALL = (1.0, 1.0, 1.0)


def met(*arguments, trigger="met"):
    """A meeting."""
    return {"trigger": trigger, "arguments": [list(pair) for pair in arguments]}


MEETING = {"Meet": [met(("who", "Alice"), ("who", "Bob"), ("place", "Rome"))]}


def row(text, gold, output, *, types=None, at=None):
    """A text with its gold and what a model wrote."""
    return text, gold, output, Schema(types or tuple(gold)), at


def numbers(name, metric, *rows):
    """Precision, recall and F1 under a convention."""
    task = {"entity": "ner", "relation": "re"}.get(metric.removesuffix("_span"), "ee")
    rules = CONVENTIONS[name]
    total = Sums(0, 0, 0)
    for text, gold, output, schema, at in rows:
        written = json.dumps(output) if isinstance(output, dict) else output
        prediction = Prediction("1", "set", task, text, schema, extraction_of(task, gold, at), (written,))
        for (found, _), sums in outcomes(prediction, rules)[0].cells.items():
            if found == metric:
                total = Sums(*map(sum, zip(total, sums, strict=True)))
    return tuple(scores(total, rules))


# -- where all agree ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sfr", "instructuie", "uie", "gollie", "knowcoder"])
def test_all_agree_on_entities_that_are_right_or_wrong_and_stand_in_the_text(name):
    gold = {"person": ["Alice", "Bob"], "place": ["Rome"]}
    pred = {"person": ["Alice"], "place": ["Rome", "Bob"]}

    assert pytest.approx(numbers(name, "entity", row(TEXT, gold, pred))) == (2 / 3, 2 / 3, 2 / 3)


@pytest.mark.parametrize("name", ["sfr", "instructuie", "uie", "iepile", "gollie", "knowcoder"])
def test_all_agree_on_a_relation_with_head_and_tail_swapped(name):
    gold = {"met": [["Alice", "Bob"]], "lives in": [["Bob", "Rome"]]}
    pred = {"met": [["Alice", "Bob"], ["Bob", "Alice"]]}

    assert numbers(name, "relation", row(TEXT, gold, pred)) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize("name", ["sfr", "instructuie", "uie", "knowcoder"])
def test_all_that_leave_triggers_out_agree_on_arguments(name):
    pred = {"Meet": [met(("who", "Alice"), ("place", "Bob"))]}

    assert pytest.approx(numbers(name, "argument", row(TEXT, MEETING, pred))) == (1 / 2, 1 / 3, 2 / 5)


@pytest.mark.parametrize("name", ["uie", "iepile", "gollie", "knowcoder"])
@pytest.mark.parametrize(("metric", "gold"), [("entity", ALICE_AND_ROME), ("relation", ALICE_MET_BOB)])
def test_two_empty_sides_are_nothing_and_their_f1_is_none(name, metric, gold):
    assert numbers(name, metric, row(TEXT, {}, {}, types=tuple(gold))) == NOTHING


def test_two_empty_sides_are_a_perfect_score_by_default():
    assert numbers("sfr", "entity", row(TEXT, {}, {}, types=("place",))) == ALL


@pytest.mark.parametrize("name", sorted(CONVENTIONS))
def test_a_convention_says_in_one_line_what_it_does(name):
    about = CONVENTIONS[name].about

    assert about
    assert about.isprintable()


# -- instructuie -------------------------------------------------------------------------------


def test_instructuie_counts_no_entities_on_both_sides_as_a_hit():
    assert numbers("instructuie", "entity", row(TEXT, {}, {}, types=("place",))) == ALL


def test_instructuie_gives_95_per_cent_where_all_but_one_text_is_empty_and_that_one_is_wrong():
    wrong = row(TEXT, {"place": ["Rome"]}, {"place": ["Bob"]})
    empty = [row(TEXT, {}, {}, types=("place",))] * 19

    assert numbers("sfr", "entity", wrong, *empty) == NOTHING
    assert numbers("instructuie", "entity", wrong, *empty) == pytest.approx((0.95, 0.95, 0.95))


def test_instructuie_counts_no_entities_as_one_wrong_unit_where_the_other_side_has_some():
    right = row(TEXT, {"place": ["Rome"]}, {"place": ["Rome"]})
    spurious = row(TEXT, {}, {"person": ["Bob"]}, types=("person",))
    empty = row(TEXT, {}, {}, types=("place",))

    assert numbers("instructuie", "entity", right, right, spurious, empty) == (0.75, 0.75, 0.75)


def test_instructuie_counts_an_answer_that_cannot_be_read_as_one_wrong_unit():
    assert numbers("instructuie", "entity", row(TEXT, {}, "I cannot say.", types=("place",))) == NOTHING


def test_instructuie_counts_texts_without_relations_as_nothing():
    wrong = row(TEXT, ALICE_MET_BOB, {"met": [["Bob", "Alice"]]})
    empty = [row(TEXT, {}, {}, types=("met",))] * 19

    assert numbers("instructuie", "relation", wrong, *empty) == NOTHING


@pytest.mark.parametrize(
    ("text", "gold", "pred"),
    [
        (TEXT, "Rome", "rome"),
        ("He saw New York, NY today .", "New York, NY", "New York,NY"),
        ("a well - known man", "well - known", "well-known"),
        ("He saw O\u2019Hare today .", "O\u2019Hare", "O'Hare"),
        ("the {x} set", "{x}", "x"),
        ("He left the U.S.. today", "U.S..", "U.S."),
        ("The allocation failed .", "allocation", "allocated"),
    ],
)
def test_instructuie_sees_no_difference_in_case_marks_and_the_space_beside_them(text, gold, pred):
    case = row(text, {"x": [gold]}, {"x": [pred]})

    assert numbers("sfr", "entity", case) == NOTHING
    assert numbers("instructuie", "entity", case) == ALL


def test_instructuie_takes_the_type_location_for_located():
    case = row(TEXT, {"location": ["Rome"]}, {"located": ["Rome"]}, types=("location", "located"))

    assert numbers("instructuie", "entity", case) == ALL


def test_instructuie_cannot_tell_at_which_comma_the_head_ends():
    case = row("A, B and C .", {"r": [["A, B", "C"]]}, {"r": [["A", "B, C"]]})

    assert numbers("sfr", "relation", case) == NOTHING
    assert numbers("instructuie", "relation", case) == ALL


def test_instructuie_scores_events_by_whole_answers():
    half = {"Meet": [met(("who", "Alice"), ("place", "Bob"))]}
    cases = row(TEXT, MEETING, MEETING), row(TEXT, MEETING, half), row(TEXT, {}, {}, types=("Meet",))

    assert numbers("instructuie", "answer", *cases) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert numbers("instructuie", "answer_triggers", *cases) == ALL


def test_instructuie_forgives_a_repeated_event_in_whole_answers_but_not_in_their_triggers():
    case = row(TEXT, MEETING, {"Meet": MEETING["Meet"] * 2})

    assert numbers("instructuie", "answer", case) == ALL
    assert numbers("instructuie", "answer_triggers", case) == NOTHING


def test_instructuie_forgives_no_repeated_argument_in_whole_answers():
    gold = {"Meet": [met(("who", "Alice"))]}
    case = row(TEXT, gold, {"Meet": [met(("who", "Alice"), ("who", "Alice"))]})

    assert numbers("instructuie", "answer", case) == NOTHING
    assert numbers("instructuie", "argument", case) == ALL


# -- uie ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["uie", "iepile"])
def test_uie_and_iepile_count_a_repeat_as_a_wrong_unit(name):
    case = row(TEXT, {"person": ["Bob"]}, {"person": ["Bob", "Bob"]})

    assert numbers("sfr", "entity", case) == ALL
    assert numbers(name, "entity", case) == pytest.approx((0.5, 1.0, 2 / 3), abs=1e-4)


@pytest.mark.parametrize("name", ["uie", "iepile"])
def test_uie_and_iepile_let_each_gold_unit_be_hit_once(name):
    case = row("Bob met Bob .", {"person": ["Bob", "Bob"]}, {"person": ["Bob", "Bob", "Bob"]})

    assert numbers(name, "entity", case) == pytest.approx((2 / 3, 1.0, 0.8), abs=1e-4)


@pytest.mark.parametrize("name", ["uie", "iepile"])
def test_uie_and_iepile_count_the_arguments_of_a_repeated_event_again(name):
    case = row(TEXT, MEETING, {"Meet": MEETING["Meet"] * 2})

    assert numbers(name, "trigger", case) == pytest.approx((0.5, 1.0, 2 / 3), abs=1e-4)
    assert numbers(name, "argument", case) == pytest.approx((0.5, 1.0, 2 / 3), abs=1e-4)


@pytest.mark.parametrize("name", ["uie", "gollie", "knowcoder"])
def test_uie_gollie_and_knowcoder_drop_entities_that_are_not_in_the_text(name):
    case = row(TEXT, {"place": ["Rome"]}, {"place": ["Rome", "Paris"]})

    assert numbers("sfr", "entity", case) == pytest.approx((0.5, 1.0, 2 / 3))
    assert numbers(name, "entity", case) == ALL


@pytest.mark.parametrize("name", ["uie", "gollie", "knowcoder"])
def test_uie_gollie_and_knowcoder_drop_relations_that_the_schema_does_not_have(name):
    case = row(TEXT, ALICE_MET_BOB, ALICE_MET_BOB | {"hates": [["Alice", "Bob"]]})

    assert numbers("sfr", "relation", case) == pytest.approx((0.5, 1.0, 2 / 3))
    assert numbers(name, "relation", case) == ALL


def test_uie_drops_an_event_with_its_arguments_when_its_trigger_is_not_in_the_text():
    pred = {"Meet": [met(*MEETING["Meet"][0]["arguments"], trigger="Met")]}

    assert numbers("sfr", "argument", row(TEXT, MEETING, pred)) == ALL
    assert numbers("uie", "argument", row(TEXT, MEETING, pred)) == NOTHING


def test_uie_drops_a_repeat_for_which_no_place_is_left():
    at = {"person": [[[10, 13]]]}
    case = row(TEXT, {"person": ["Bob"]}, {"person": ["Bob", "Bob"]}, at=at)

    assert numbers("sfr", "entity_span", case) == pytest.approx((0.5, 1.0, 2 / 3))
    assert numbers("uie", "entity_span", case) == ALL


def test_uie_gives_a_mention_that_is_written_once_only_its_first_place():
    case = row("Bob met Bob .", {"person": ["Bob", "Bob"]}, {"person": ["Bob"]}, at={"person": [[[0, 3]], [[8, 11]]]})

    assert numbers("uie", "entity_span", case) == pytest.approx((1.0, 0.5, 2 / 3))


@pytest.mark.parametrize("name", ["uie", "gollie", "knowcoder"])
def test_what_is_dropped_is_dropped_from_units_too_that_were_never_text(name):
    pred = extraction_of("ner", {"place": ["Rome", "Paris"], "animal": ["Bob"]})

    assert numbers(name, "entity", row(TEXT, {"place": ["Rome"]}, pred)) == ALL


def test_uie_gives_a_relation_of_a_mention_with_itself_the_one_place_that_it_has():
    pred = {"met": [["Alice", "Bob"], ["Bob", "Bob"]]}
    case = row(TEXT, ALICE_MET_BOB, pred, at={"met": [[[[0, 5]], [[10, 13]]]]})

    assert numbers("uie", "relation_span", case) == pytest.approx((0.5, 1.0, 2 / 3))


def test_a_right_relation_of_a_mention_with_itself_is_a_hit_on_spans():
    gold = {"shaves": [["Bob", "Bob"]]}

    assert (
        numbers("sfr", "relation_span", row("Bob shaves .", gold, gold, at={"shaves": [[[[0, 3]], [[0, 3]]]]})) == ALL
    )


# -- iepile ------------------------------------------------------------------------------------


def test_iepile_rounds_precision_and_recall_before_f1():
    case = row("a b c d e f g .", {"x": ["a"]}, {"x": list("abcdefg")})

    assert numbers("sfr", "entity", case) == pytest.approx((1 / 7, 1.0, 0.25))
    assert numbers("iepile", "entity", case) == (0.1429, 1.0, 0.2501)


def test_iepile_keeps_what_is_not_in_the_text():
    case = row(TEXT, {"place": ["Rome"]}, {"place": ["Rome", "Paris"]})

    assert numbers("iepile", "entity", case) == (0.5, 1.0, 0.6667)


def test_iepile_keeps_arguments_whose_trigger_is_not_in_the_text():
    pred = {"Meet": [*MEETING["Meet"], met(("who", "Bob"), trigger="dinner")]}

    assert numbers("iepile", "argument", row(TEXT, MEETING, pred)) == (0.75, 1.0, 0.8571)


@pytest.mark.parametrize("name", ["iepile", "knowcoder"])
@pytest.mark.parametrize("pred", ["New  York", " New York "])
def test_iepile_and_knowcoder_see_every_space(name, pred):
    case = row("He saw New York .", {"place": ["New York"]}, {"place": [pred]})

    assert numbers("sfr", "entity", case) == ALL
    assert numbers(name, "entity", case) == NOTHING


def test_iepile_takes_nothing_from_an_answer_that_is_not_bare_json():
    case = row(TEXT, {"place": ["Rome"]}, 'Here it is: {"place": ["Rome"]}')

    assert numbers("sfr", "entity", case) == ALL
    assert numbers("iepile", "entity", case) == NOTHING


# -- textee ------------------------------------------------------------------------------------

TWO_MEETINGS = {"Meet": [met(("who", "Bob")), met(("who", "Carol"))]}
TWO_MEETINGS_AT = {
    "Meet": [
        {"trigger": [[4, 7]], "arguments": [[[0, 3]]]},
        {"trigger": [[24, 27]], "arguments": [[[18, 23]]]},
    ]
}


def test_textee_tells_events_by_the_places_of_their_triggers():
    case = row(TWICE, TWO_MEETINGS, {"Meet": [met(("who", "Bob"), trigger="met Alice")]}, at=TWO_MEETINGS_AT)

    assert numbers("textee", "trigger_span", case) == NOTHING
    assert numbers("textee", "argument_span", case) == pytest.approx((1.0, 0.5, 2 / 3))
    assert numbers("textee", "argument_attached_span", case) == NOTHING


def test_textee_counts_a_repeated_event_once():
    at = {"Meet": [{"trigger": [[6, 9]], "arguments": [[[0, 5]], [[10, 13]], [[17, 21]]]}]}
    case = row(TEXT, MEETING, {"Meet": MEETING["Meet"] * 2}, at=at)

    assert numbers("textee", "trigger_span", case) == ALL
    assert numbers("textee", "argument_attached_span", case) == ALL


def test_textee_has_a_trigger_stand_wherever_its_text_does():
    at = {"Meet": [{"trigger": [[4, 7]], "arguments": [[[0, 3]]]}]}
    case = row(TWICE, {"Meet": [met(("who", "Bob"))]}, {"Meet": [met(("who", "Bob"))]}, at=at)

    assert numbers("textee", "trigger_span", case) == pytest.approx((0.5, 1.0, 2 / 3))
    assert numbers("textee", "argument_span", case) == ALL
    assert numbers("textee", "argument_attached_span", case) == pytest.approx((0.5, 1.0, 2 / 3))


def test_textee_identifies_arguments_within_the_type_of_their_event():
    at = {"Meet": [{"trigger": [[6, 9]], "arguments": [[[0, 5]], [[10, 13]], [[17, 21]]]}]}
    case = row(TEXT, MEETING, {"Leave": MEETING["Meet"]}, types=("Meet", "Leave"), at=at)

    assert numbers("textee", "trigger_id_span", case) == ALL
    assert numbers("textee", "trigger_span", case) == NOTHING
    assert numbers("textee", "argument_id_span", case) == NOTHING


def test_textee_identifies_arguments_whatever_their_role():
    at = {"Meet": [{"trigger": [[6, 9]], "arguments": [[[0, 5]], [[10, 13]], [[17, 21]]]}]}
    case = row(TEXT, MEETING, {"Meet": [met(("who", "Alice"), ("place", "Bob"))]}, at=at)

    assert numbers("textee", "argument_id_span", case) == pytest.approx((1.0, 2 / 3, 0.8))
    assert numbers("textee", "argument_span", case) == pytest.approx((1 / 2, 1 / 3, 2 / 5))


# -- gollie ------------------------------------------------------------------------------------


def test_gollie_ignores_the_case_of_entities_and_triggers():
    pred = {"Meet": [met(*MEETING["Meet"][0]["arguments"], trigger="Met")]}

    assert numbers("gollie", "entity", row(TEXT, {"place": ["Rome"]}, {"place": ["rome"]})) == ALL
    assert numbers("gollie", "trigger", row(TEXT, MEETING, pred)) == ALL
    assert numbers("gollie", "argument_attached", row(TEXT, MEETING, pred)) == ALL


def test_gollie_sees_the_case_of_heads_tails_and_arguments():
    pred = {"Meet": [met(("who", "alice"), ("who", "Bob"), ("place", "Rome"))]}

    assert numbers("gollie", "relation", row(TEXT, ALICE_MET_BOB, {"met": [["alice", "Bob"]]})) == NOTHING
    assert numbers("gollie", "argument_attached", row(TEXT, MEETING, pred)) == pytest.approx((2 / 3, 2 / 3, 2 / 3))


def test_gollie_drops_a_repeat_that_the_text_does_not_have():
    assert numbers("gollie", "entity", row(TEXT, {"person": ["Bob"]}, {"person": ["Bob", "Bob"]})) == ALL


def test_gollie_counts_a_repeat_that_the_text_has():
    case = row("Bob met Bob .", {"person": ["Bob", "Bob"]}, {"person": ["Bob"]})

    assert numbers("gollie", "entity", case) == pytest.approx((1.0, 0.5, 2 / 3))


def test_gollie_lets_the_first_type_of_a_mention_take_its_only_place():
    types = ("person", "place")
    right_first = row(TEXT, {"place": ["Rome"]}, {"place": ["Rome"], "person": ["Rome"]}, types=types)
    wrong_first = row(TEXT, {"place": ["Rome"]}, {"person": ["Rome"], "place": ["Rome"]}, types=types)

    assert numbers("gollie", "entity", right_first) == ALL
    assert numbers("gollie", "entity", wrong_first) == NOTHING


def test_gollie_counts_a_repeated_relation_as_a_wrong_one():
    case = row(TEXT, ALICE_MET_BOB, {"met": ALICE_MET_BOB["met"] * 2})

    assert numbers("gollie", "relation", case) == pytest.approx((0.5, 1.0, 2 / 3))


def test_gollie_counts_arguments_only_under_the_right_trigger():
    pred = {"Meet": [met(*MEETING["Meet"][0]["arguments"], trigger="in")]}

    assert numbers("sfr", "argument", row(TEXT, MEETING, pred)) == ALL
    assert numbers("gollie", "argument_attached", row(TEXT, MEETING, pred)) == NOTHING


def test_gollie_drops_an_argument_that_is_not_in_the_text_and_keeps_its_event():
    pred = {"Meet": [met(("who", "Alice"), ("who", "Zoe"), ("place", "Rome"))]}

    assert numbers("gollie", "trigger", row(TEXT, MEETING, pred)) == ALL
    assert numbers("gollie", "argument_attached", row(TEXT, MEETING, pred)) == pytest.approx((1.0, 2 / 3, 0.8))


# -- knowcoder ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "gold"),
    [("entity", {"place": ["Rome"]}), ("relation", ALICE_MET_BOB), ("trigger", MEETING), ("argument", MEETING)],
)
def test_knowcoder_counts_every_repeat_of_a_hit_so_that_f1_exceeds_1(metric, gold):
    case = row(TEXT, gold, {kind: units * 2 for kind, units in gold.items()})

    assert numbers("knowcoder", metric, case) == pytest.approx((1.0, 2.0, 4 / 3))


def test_knowcoder_counts_every_repeat_in_gold():
    case = row("Bob met Bob .", {"person": ["Bob", "Bob"]}, {"person": ["Bob", "Bob", "Bob"]})

    assert numbers("knowcoder", "entity", case) == pytest.approx((1.0, 1.5, 1.2))


@pytest.mark.parametrize(
    ("gold", "pred"),
    [("lives in", "lives_in"), ("met", "Met"), ("date of birth", "DateOfBirth"), ("part-of", "part of")],
)
def test_knowcoder_compares_types_as_words(gold, pred):
    case = row(TEXT, {gold: [["Alice", "Bob"]]}, {pred: [["Alice", "Bob"]]})

    assert numbers("sfr", "relation", case) == NOTHING
    assert numbers("knowcoder", "relation", case) == ALL


def test_knowcoder_sees_the_case_of_mentions():
    assert numbers("knowcoder", "entity", row(TEXT, {"place": ["Rome"]}, {"place": ["rome"]})) == NOTHING


# -- conlleval ---------------------------------------------------------------------------------

UNIVERSITY = "University of Rome is old ."
NESTED = {"org": ["University of Rome"], "place": ["Rome"]}
NESTED_AT = {"org": [[[0, 18]]], "place": [[[14, 18]]]}


def test_conlleval_cannot_tag_what_stands_within_a_mention_in_gold_or_prediction():
    outer = row(UNIVERSITY, NESTED, {"org": ["University of Rome"]}, types=("org", "place"), at=NESTED_AT)
    both = row(UNIVERSITY, NESTED, NESTED, at=NESTED_AT)

    assert numbers("sfr", "entity_span", outer) == pytest.approx((1.0, 0.5, 2 / 3))
    assert numbers("conlleval", "entity_span", outer) == ALL
    assert numbers("conlleval", "entity_span", both) == ALL


def test_conlleval_wants_every_place_of_a_repeated_mention():
    case = row("Bob met Bob .", {"person": ["Bob", "Bob"]}, {"person": ["Bob"]}, at={"person": [[[0, 3]], [[8, 11]]]})

    assert numbers("sfr", "entity", case) == ALL
    assert numbers("conlleval", "entity_span", case) == pytest.approx((1.0, 0.5, 2 / 3))


def test_conlleval_never_sees_what_is_not_in_the_text():
    case = row(TEXT, {"place": ["Rome"]}, {"place": ["Rome", "Paris"]}, at={"place": [[[17, 21]]]})

    assert numbers("sfr", "entity_span", case) == pytest.approx((0.5, 1.0, 2 / 3))
    assert numbers("conlleval", "entity_span", case) == ALL


def test_conlleval_takes_a_mention_with_the_wrong_end_for_wrong():
    case = row(UNIVERSITY, {"org": ["University of Rome"]}, {"org": ["University"]}, at={"org": [[[0, 18]]]})

    assert numbers("conlleval", "entity_span", case) == NOTHING


# -- conventions by name -----------------------------------------------------------------------


def test_the_fields_of_a_convention_may_be_overridden_one_by_one():
    changed = convention("uie", duplicates="set")

    assert changed.duplicates == "set"
    assert changed.unknown_types == CONVENTIONS["uie"].unknown_types


def test_an_unknown_convention_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown convention 'UIE'; known: sfr, instructuie, uie"):
        convention("UIE")


def test_an_unknown_setting_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown settings of a convention: case; known: caseless, equality"):
        convention("uie", case="fold")


def test_all_misfit_values_of_a_convention_are_told_at_once():
    with pytest.raises(ValueError, match=r"duplicates='bag', expected one of set, multiset, each; .*digits=-1"):
        convention("sfr", duplicates="bag", digits=-1)


# -- the page of the documentation -------------------------------------------------------------

PAGE = (Path(__file__).parents[2] / "docs/reference/conventions.md").read_text(encoding="utf-8")


def test_every_field_is_documented_with_its_default():
    rows = re.findall(r"^\| `(\w+)` \| .+? \| `(.+?)` \|", PAGE.partition("## Fields")[2], re.MULTILINE)
    documented = dict(rows[: len(settings())])

    assert documented == {name: write_setting(name, getattr(CONVENTIONS["sfr"], name)) for name in settings()}


def test_every_convention_of_another_evaluator_has_its_section_with_its_metrics():
    sections = dict(re.findall(r"^## `(\w+)`$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))

    assert list(sections) == [name for name in CONVENTIONS if name != "sfr"]
    for name, text in sections.items():
        metrics = {metric for found in CONVENTIONS[name].metrics.values() for metric in found}

        assert metrics <= set(re.findall(r"`(\w+)`", text)), name
