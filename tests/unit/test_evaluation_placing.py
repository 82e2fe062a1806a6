"""Where mentions without offsets stand, what is left out, and what the metrics on spans make of it."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfr import Argument, Entity, Event, Extraction, Relation, Schema
from sfr.evaluation import CONVENTIONS, Case, Sums, convention, count
from sfr.evaluation.dropping import remaining
from sfr.evaluation.placing import flat, is_placed, only_placed, placed
from sfr.parsing import source_of


def entities(*found):
    """Entities given as (text, place) or as a text alone; their type is the same."""
    pairs = [(each, None) if isinstance(each, str) else each for each in found]
    return Extraction(entities=tuple(Entity("t", text, (at,) if at else ()) for text, at in pairs))


def places(text, *mentions, locate="order"):
    """The places that entities take: a range, or None of a mention that stands nowhere."""
    return [entity.at[0] if entity.at else None for entity in placed(entities(*mentions), text, locate).entities]


def pairs(text, *found):
    """The places that relations take."""
    relations = placed(Extraction(relations=tuple(Relation("r", *pair) for pair in found)), text).relations
    return [(r.head_at[0], r.tail_at[0]) if r.head_at and r.tail_at else None for r in relations]


def summed(metric, task, gold, pred, text, **settings):
    """The sums of a metric over its labels, or None if it could not be counted."""
    named = convention(**settings)
    found = [sums for (name, _), sums in count(Case(task, gold, pred, text), named).items() if name == metric]
    return Sums(*map(sum, zip(*found, strict=True))) if found else None


# -- a place for a mention -------------------------------------------------------------------------


def test_the_nth_writing_takes_the_nth_place():
    assert places("ox, ox and ox", "ox", "ox", "ox") == [(0, 2), (4, 6), (11, 13)]


def test_a_writing_for_which_no_place_is_left_stands_nowhere():
    assert places("ox and ox", "ox", "ox", "ox") == [(0, 2), (7, 9), None]


def test_a_writing_may_take_every_place():
    assert places("ox and ox", "ox", locate="every") == [(0, 2), (7, 9)]
    assert places("ox and ox", "ox", "ox", "cow", locate="every") == [(0, 2), (7, 9), (0, 2), (7, 9), None]


def test_types_share_their_places():
    found = Extraction(entities=(Entity("a", "ox"), Entity("b", "ox"), Entity("a", "ox")))

    assert [entity.at for entity in placed(found, "ox and ox").entities] == [((0, 2),), ((0, 2),), ((7, 9),)]


def test_whole_words_come_before_parts_of_words():
    assert places("boxes, an ox", "ox") == [(10, 12)]
    assert places("boxes, foxes", "ox", "ox", "ox") == [(1, 3), (8, 10), None]


def test_a_mention_may_end_in_what_is_no_word():
    assert places("C++ (or C)", "C++", "(or", "C") == [(0, 3), (4, 7), (0, 1)]


def test_a_mention_in_a_text_without_spaces_is_found():
    assert places("我爱北京天安门", "北京") == [(2, 4)]


def test_white_space_may_differ():
    assert places("the  old\nox", "old ox", "the old") == [(5, 11), (0, 8)]


def test_case_may_not_differ():
    assert places("Ox", "ox") == [None]


def test_a_mention_is_looked_for_as_it_stands_and_not_as_a_pattern():
    assert places("a.c abc", "a.c", "a.c") == [(0, 3), None]


def test_a_mention_in_pieces_stands_nowhere():
    assert places("left and right arm", "left arm") == [None]


@pytest.mark.parametrize("mention", ["", " ", "\n"])
def test_a_mention_without_letters_stands_nowhere(mention):
    assert places("a b", mention) == [None]


def looked_up(mention, text):
    """Where a regular expression finds a mention: as whole words if it does anywhere, else within words."""
    words = r"\s+".join(map(re.escape, mention.split()))
    found = ([match.span() for match in re.finditer(each, text)] for each in (rf"(?<!\w){words}(?!\w)", words))
    return next(filter(None, found), [None])


LETTERS = st.sampled_from("ab1_-. \t\n\u3000")


@given(st.text(LETTERS, max_size=20), st.text(LETTERS, min_size=1, max_size=5).filter(str.strip))
def test_places_are_those_that_a_regular_expression_finds(text, mention):
    assert places(text, mention, locate="every") == looked_up(mention, text)


def test_long_texts_of_one_word_take_no_long_time():
    text = "a " * 50_000
    mentions = [f"{'a ' * 200}b{n}" for n in range(200)]
    began = time.process_time()
    assert places(text, *mentions, "a " * 20_000 + "b") == [None] * 201
    assert time.process_time() - began < 5  # looking at every place for every word would take minutes


def test_a_known_place_is_kept():
    assert places("ox and ox", ("ox", (7, 9)), "ox") == [(7, 9), (0, 2)]


# -- relations and events --------------------------------------------------------------------------


def test_a_relation_takes_its_nearest_pair_of_places():
    assert pairs("Ann met Bob. Later on, Ann saw Cid", ("Ann", "Cid"), ("Cid", "Ann"), ("Ann", "Bob")) == [
        ((23, 26), (31, 34)),
        ((31, 34), (23, 26)),
        ((0, 3), (8, 11)),
    ]


def test_a_relation_that_is_written_again_takes_the_next_pair():
    assert pairs("Ann, Bob; then Ann and Bob", *[("Ann", "Bob")] * 3) == [
        ((0, 3), (5, 8)),
        ((15, 18), (23, 26)),
        ((15, 18), (5, 8)),
    ]


def test_a_relation_between_two_places_of_one_mention_goes_either_way():
    assert pairs("Ann is Ann", *[("Ann", "Ann")] * 3) == [((0, 3), (7, 10)), ((7, 10), (0, 3)), None]


def test_a_relation_of_a_mention_with_itself_has_one_place_if_there_is_no_other():
    assert pairs("Ann is here", *[("Ann", "Ann")] * 2) == [((0, 3), (0, 3)), None]


def test_a_relation_of_which_one_end_stands_nowhere_has_no_place():
    assert pairs("Ann met Bob", ("Ann", "Cid"), ("Cid", "Bob")) == [None, None]


def test_an_argument_takes_the_place_that_is_nearest_to_its_trigger():
    event = Event("e", "met", (Argument("r", "Ann"), Argument("s", "Cid")))
    found = placed(Extraction(events=(event,)), "Ann left before Ann met Bob").events[0]

    assert (found.trigger_at, [a.at for a in found.arguments]) == (((20, 23),), [((16, 19),), ()])


def test_an_event_whose_trigger_stands_nowhere_has_arguments_at_their_first_places():
    event = Event("e", "sat", (Argument("r", "Ann"),))
    found = placed(Extraction(events=(event,)), "Bob, Ann, Ann").events[0]

    assert (found.trigger_at, found.arguments[0].at) == ((), ((5, 8),))


def test_an_event_may_stand_at_every_place_of_its_trigger():
    event = Event("e", "met", (Argument("r", "Ann"),))
    found = placed(Extraction(events=(event,)), "Ann met, and met Ann", "every").events

    assert [(e.trigger_at, e.arguments[0].at) for e in found] == [(((4, 7),), ((0, 3),)), (((13, 16),), ((17, 20),))]


def test_known_places_of_events_are_kept():
    event = Event("e", "met", (Argument("r", "Ann", ((9, 12),)),), ((4, 7),))

    assert placed(Extraction(events=(event,)), "Ann met, Ann") == Extraction(events=(event,))


# -- what is left out ------------------------------------------------------------------------------

RELATION = Relation("r", "a", "b", ((0, 1),), ((2, 3),))
EVENT = Event("e", "a", (Argument("r", "b", ((2, 3),)),), ((0, 1),))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Extraction(), True),
        (entities(("a", (0, 1))), True),
        (entities(("a", (0, 1)), "b"), False),
        (Extraction(relations=(RELATION,)), True),
        (Extraction(relations=(Relation("r", "a", "b", ((0, 1),)),)), False),
        (Extraction(relations=(Relation("r", "a", "b", (), ((0, 1),)),)), False),
        (Extraction(events=(EVENT,)), True),
        (Extraction(events=(Event("e", "a", EVENT.arguments),)), False),
        (Extraction(events=(Event("e", "a", (Argument("r", "b"),), ((0, 1),)),)), False),
    ],
)
def test_an_extraction_has_places_if_each_of_its_mentions_has_one(found, expected):
    assert is_placed(found) is expected


def test_what_has_no_place_can_be_left_out():
    lost = Event("e", "c", (Argument("r", "b", ((2, 3),)),))
    partly = Event("e", "a", (*EVENT.arguments, Argument("r", "c")), EVENT.trigger_at)
    found = Extraction(
        entities(("a", (0, 1)), "b").entities, (RELATION, Relation("r", "a", "b", ((0, 1),))), (lost, partly)
    )

    assert only_placed(found) == Extraction(entities(("a", (0, 1))).entities, (RELATION,), (EVENT,))


def test_of_entities_that_overlap_the_first_is_kept_and_of_those_that_begin_together_the_longest():
    found = entities(("bc", (1, 3)), ("a", (0, 1)), ("ab", (0, 2)), ("c", (2, 3)), "nowhere")

    assert flat(found) == entities(("ab", (0, 2)), ("c", (2, 3)))


def test_an_entity_in_pieces_overlaps_what_stands_between_them():
    split = Entity("t", "left arm", ((0, 4), (15, 18)))
    between = Entity("t", "right", ((9, 14),))

    assert flat(Extraction(entities=(between, split))) == Extraction(entities=(split,))


def kept(pred, text=None, schema=None, **settings):
    """What is left of a prediction."""
    return remaining(pred, None if text is None else source_of(text), schema, convention(**settings))


def test_nothing_is_left_out_by_default():
    found = Extraction(entities("a", "b").entities, (RELATION, RELATION), (EVENT, EVENT))

    assert kept(found, "z", Schema(("y",), ("x",))) == found


def test_mentions_beyond_the_times_that_they_stand_in_the_text_can_be_left_out():
    found = Extraction(entities=(Entity("a", "Ox"), Entity("b", "ox"), Entity("a", "ox"), Entity("a", "cow")))

    assert kept(found, "an OX, foxes", surplus="drop").entities == found.entities[:2]
    assert kept(found, surplus="drop") == found


def test_triggers_beyond_the_times_that_they_stand_in_the_text_go_with_their_arguments():
    twice = Extraction(relations=(RELATION, RELATION), events=(EVENT, EVENT))

    assert kept(twice, "a b", surplus="drop") == Extraction(relations=(RELATION, RELATION), events=(EVENT,))


@pytest.mark.parametrize("setting", ["surplus", "ungrounded"])
def test_what_is_not_in_the_text_can_be_left_out_an_event_with_its_trigger(setting):
    partly = Event("e", "a", (*EVENT.arguments, Argument("r", "nowhere")), EVENT.trigger_at)
    lost = Event("e", "nowhere", EVENT.arguments)
    lost_relations = (Relation("r", "nowhere", "b"), Relation("r", "a", "nowhere"))
    found = Extraction(entities("a", "nowhere").entities, (RELATION, *lost_relations), (partly, lost))

    assert kept(found, "a b a", **{setting: "drop"}) == Extraction(entities("a").entities, (RELATION,), (EVENT,))


def test_case_tells_mentions_from_those_of_the_text_but_for_the_surplus():
    found = entities("OX")

    assert kept(found, "an ox", ungrounded="drop") == Extraction()
    assert kept(found, "an ox", surplus="drop") == found


def test_what_is_not_in_the_schema_can_be_left_out_by_type_and_by_role():
    found = Extraction(entities("a").entities, (RELATION,), (EVENT, Event("strange", "a")))

    assert kept(found, schema=Schema(("e", "r"), ("r",)), unknown_types="drop") == Extraction((), (RELATION,), (EVENT,))
    assert kept(found, schema=Schema(("e", "t"), ("s",)), unknown_types="drop") == Extraction(
        entities("a").entities, (), (Event("e", "a", (), EVENT.trigger_at),)
    )


def test_a_schema_without_roles_says_nothing_of_them():
    found = Extraction(events=(EVENT,))

    assert kept(found, schema=Schema(("e",)), unknown_types="drop") == found


def test_types_are_in_the_schema_if_the_convention_calls_them_the_same():
    found = Extraction(entities=(Entity("dateOfBirth", "a"), Entity("Date", "a")))
    schema = Schema(("date of birth", "date"))

    assert kept(found, schema=schema, unknown_types="drop") == Extraction()
    assert kept(found, schema=schema, unknown_types="drop", types="words") == found
    assert kept(found, schema=schema, unknown_types="drop", caseless=("type",)).entities == found.entities[1:]


# -- metrics on spans ------------------------------------------------------------------------------

OX = "ox and ox"


def test_the_second_of_two_mentions_counts_only_where_texts_are_compared():
    gold = entities(("ox", (7, 9)))

    assert summed("entity", "ner", gold, entities("ox"), OX) == (1, 1, 1)
    assert summed("entity_span", "ner", gold, entities("ox"), OX) == (1, 1, 0)
    assert summed("entity_span", "ner", gold, entities("ox"), OX, locate="every") == (1, 2, 1)


def test_repeated_mentions_are_units_of_their_own_only_where_places_are_compared():
    gold = entities(("ox", (0, 2)), ("ox", (7, 9)))

    assert summed("entity", "ner", gold, entities("ox"), OX) == (1, 1, 1)
    assert summed("entity_span", "ner", gold, entities("ox"), OX) == (2, 1, 1)
    assert summed("entity_span", "ner", gold, entities("ox", "ox"), OX) == (2, 2, 2)


def test_a_predicted_mention_without_a_place_is_wrong_or_left_out():
    gold, pred = entities(("ox", (0, 2))), entities("ox", "ox", "ox", "cow")

    assert summed("entity_span", "ner", gold, pred, OX) == (1, 4, 1)
    assert summed("entity_span", "ner", gold, pred, OX, unplaced="drop") == (1, 2, 1)


def test_entities_that_overlap_may_be_left_out_on_both_sides():
    text = "New York Times"
    gold = entities(("New York", (0, 8)), ("New York Times", (0, 14)))
    pred = entities("New York", "Times")

    assert summed("entity_span", "ner", gold, pred, text) == (2, 2, 1)
    assert summed("entity_span", "ner", gold, pred, text, overlap="drop") == (1, 2, 0)
    assert summed("entity", "ner", gold, pred, text, overlap="drop") == (2, 2, 1)


def test_a_mention_of_gold_in_pieces_is_found_by_none():
    gold = Extraction(entities=(Entity("t", "left arm", ((0, 4), (15, 18))),))
    text = "left and right arm"

    assert summed("entity_span", "ner", gold, entities("left arm"), text) == (1, 1, 0)
    assert summed("entity_span", "ner", gold, gold, text) == (1, 1, 1)


def test_relations_on_spans_want_both_places():
    gold = Extraction(relations=(Relation("r", "Ann", "ox", ((0, 3),), ((17, 19),)),))
    pred = Extraction(relations=(Relation("r", "Ann", "ox"),))

    assert summed("relation_span", "re", gold, pred, "Ann has an ox, no ox") == (1, 1, 0)
    assert summed("relation", "re", gold, pred, "Ann has an ox, no ox") == (1, 1, 1)


def test_places_are_compared_and_not_texts():
    gold, pred = entities(("the  ox", (0, 7))), entities("the ox")

    assert summed("entity_span", "ner", gold, pred, "the  ox") == (1, 1, 1)


def test_a_type_counts_where_places_are_compared():
    gold = Extraction(entities=(Entity("b", "ox", ((0, 2),)),))

    assert summed("entity_span", "ner", gold, entities("ox"), OX) == (1, 1, 0)


@pytest.mark.parametrize("text", [None, OX])
def test_metrics_on_spans_are_not_counted_without_a_text_or_without_places_of_gold(text):
    gold = entities("ox") if text else entities(("ox", (0, 2)))

    assert summed("entity_span", "ner", gold, entities("ox"), text) is None
    assert summed("entity", "ner", gold, entities("ox"), text) == (1, 1, 1)


def test_where_gold_has_no_units_a_prediction_is_wrong_on_spans_too():
    assert summed("entity_span", "ner", Extraction(), entities("ox"), OX) == (0, 1, 0)


def test_arguments_on_spans_may_stand_with_the_place_of_their_trigger():
    text = "Ann met Bob and met Cid"
    first = Event("e", "met", (Argument("r", "Ann", ((0, 3),)),), ((4, 7),))
    second = Event("e", "met", (Argument("r", "Ann", ((0, 3),)),), ((16, 19),))
    pred = Extraction(events=(Event("e", "met", (Argument("s", "Ann"),)),))
    case = Case("ee", Extraction(events=(first, second)), pred, text)
    found = count(case, convention("textee", locate="order"))

    assert found == {
        ("trigger_id_span", ""): Sums(2, 1, 1),
        ("trigger_span", "e"): Sums(2, 1, 1),
        ("argument_id_span", ""): Sums(1, 1, 1),
        ("argument_span", "r"): Sums(1, 0, 0),
        ("argument_span", "s"): Sums(0, 1, 0),
        ("argument_attached_id_span", ""): Sums(2, 1, 1),
        ("argument_attached_span", "r"): Sums(2, 0, 0),
        ("argument_attached_span", "s"): Sums(0, 1, 0),
    }


def test_no_convention_but_those_on_spans_needs_a_text():
    gold = entities(("ox", (0, 2)))
    without_text = {name for name, named in CONVENTIONS.items() if count(Case("ner", gold, gold), named)}

    assert without_text == set(CONVENTIONS) - {"textee", "conlleval"}


def test_a_composed_mention_is_found_in_a_decomposed_text():
    text = "the cafe\u0301 here"
    found = placed(Extraction(entities=(Entity("place", "caf\u00e9"),)), text)
    assert found.entities[0].at == ((4, 9),)
