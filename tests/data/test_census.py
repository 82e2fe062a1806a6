"""What is counted of examples, on examples small enough to count by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfr import Argument, Entity, Event, Extraction, Relation
from sfr.data.census import Census, complexity, shared_texts
from sfr.examples import Example
from sfr.schema import Schema

TYPES = ("person", "place")
ROLES = ("Agent", "Start")


def example(task, text, *units):
    name = {"ner": "entities", "re": "relations", "ee": "events"}[task]
    schema = Schema(TYPES, ROLES if task == "ee" else ())
    return Example("1", "own", "train", task, text, schema, Extraction(**{name: units}))


def counted(*examples):
    census = Census()
    for one in examples:
        census.add(one)
    return census.as_json()


def ner(text, *entities):
    return counted(example("ner", text, *(Entity(*entity) for entity in entities)))


# -- rows and units ---------------------------------------------------------------------------


def test_nothing_is_counted_of_nothing():
    assert set(map(str, counted().values())) == {"0", "{}"}


def test_rows_empty_rows_and_different_texts_are_counted():
    kevin = Entity("person", "Kevin")
    found = counted(
        example("ner", "Kevin left.", kevin),
        example("ner", "Nobody left."),
        example("ner", "Nobody left."),
        example("ner", "Kevin left.", kevin),
    )
    assert (found["rows"], found["empty"], found["different_texts"]) == (4, 2, 2)


def test_units_are_counted_by_type_and_the_types_are_sorted():
    found = ner("Kevin left Oslo.", ("place", "Oslo"), ("person", "Kevin"), ("place", "left"))
    assert list(found["units"].items()) == [("person", 1), ("place", 2)]


def test_arguments_are_counted_by_role():
    first = Event("person", "left", (Argument("Start", "Oslo"), Argument("Agent", "Kevin")))
    second = Event("person", "Kevin", (Argument("Agent", "Oslo"),))
    found = counted(example("ee", "Kevin left Oslo.", first, second))
    assert (found["units"], list(found["roles"].items())) == ({"person": 2}, [("Agent", 2), ("Start", 1)])


# -- repeated ---------------------------------------------------------------------------------

KEVIN = Entity("person", "Kevin", ((0, 5),))
OSLO = Relation("place", "Kevin", "Oslo", ((0, 5),), ((11, 15),))
LEFT = Event("person", "left", (Argument("Agent", "Kevin"),))

REPEATS = {
    "an entity again": ("ner", (KEVIN, KEVIN), 1),
    "an entity twice again": ("ner", (KEVIN, KEVIN, KEVIN), 2),
    "an entity in another place": ("ner", (KEVIN, Entity("person", "Kevin", ((16, 21),))), 1),
    "an entity of another type": ("ner", (KEVIN, Entity("place", "Kevin", ((0, 5),))), 0),
    "a relation again": ("re", (OSLO, OSLO), 1),
    "a relation the other way": ("re", (OSLO, Relation("place", "Oslo", "Kevin")), 0),
    "an event again": ("ee", (LEFT, LEFT), 1),
    "an event with another argument": ("ee", (LEFT, Event("person", "left", (Argument("Agent", "Oslo"),))), 0),
}


@pytest.mark.parametrize(("task", "units", "expected"), REPEATS.values(), ids=REPEATS)
def test_a_repeated_unit_is_one_of_the_same_words(task, units, expected):
    assert counted(example(task, "Kevin left Oslo. Kevin left.", *units))["repeated_units"] == expected


def test_a_unit_of_another_row_is_no_repeat():
    assert counted(*[example("ner", "Kevin left.", KEVIN)] * 2)["repeated_units"] == 0


# -- nested -----------------------------------------------------------------------------------

NESTED = {
    "one after the other": ([(0, 3), (4, 7)], 0),
    "touching": ([(0, 3), (3, 7)], 0),
    "one within the other": ([(0, 7), (2, 4)], 1),
    "with the same start": ([(0, 7), (0, 3)], 1),
    "with the same end": ([(0, 7), (3, 7)], 1),
    "in the same place": ([(0, 3), (0, 3)], 1),
    "crossing": ([(0, 4), (2, 6)], 1),
    "two within a third": ([(0, 7), (0, 3), (4, 7)], 2),
    "three on top of each other": ([(0, 7), (1, 6), (2, 5)], 3),
    "a long one over everything": ([(0, 7), (0, 1), (2, 3), (6, 7)], 3),
}
LETTERS = "abcdefg"


def entities_at(places):
    return [("person" if i else "place", LETTERS[start:end], ((start, end),)) for i, (start, end) in enumerate(places)]


@pytest.mark.parametrize(("places", "expected"), NESTED.values(), ids=NESTED)
def test_pairs_of_entities_that_overlap_are_nested(places, expected):
    assert ner(LETTERS, *entities_at(places))["nested_pairs"] == expected


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 7)).filter(lambda place: place[0] < place[1]), max_size=7))
def test_nested_pairs_are_those_that_share_a_character(places):
    shared = [bool({*range(*one)} & {*range(*other)}) for i, one in enumerate(places) for other in places[:i]]
    assert ner(LETTERS, *entities_at(places))["nested_pairs"] == sum(shared)


def test_entities_without_a_place_are_not_nested():
    assert ner("abc", ("person", "abc"), ("place", "b"))["nested_pairs"] == 0


def test_an_entity_in_pieces_reaches_from_its_first_to_its_last():
    pieces = ("person", "a c", ((0, 1), (2, 3)))
    assert ner("abc", pieces, ("place", "b", ((1, 2),)))["nested_pairs"] == 1


def test_every_two_of_many_entities_in_one_place_are_a_pair():
    assert ner("a", *[("person", "a", ((0, 1),))] * 100)["nested_pairs"] == 100 * 99 // 2


# -- mentions ---------------------------------------------------------------------------------


def test_every_mention_that_is_not_in_the_text_is_counted():
    relation = Relation("place", "Kevin", "Bergen")
    event = Event("person", "came", (Argument("Agent", "Kevin"), Argument("Start", "Rome")))
    text = "Kevin left Oslo."
    assert counted(example("ner", text, Entity("person", "Anna"), KEVIN))["mentions_not_in_text"] == 1
    assert counted(example("re", text, relation))["mentions_not_in_text"] == 1
    assert counted(example("ee", text, event))["mentions_not_in_text"] == 2


def test_every_mention_in_pieces_is_counted():
    pieces = ((0, 5), (11, 15))
    text = "Kevin left Oslo."
    event = Event("person", "left", (Argument("Agent", "Kevin Oslo", pieces), Argument("Start", "Oslo")), ((6, 10),))
    assert counted(example("ner", text, Entity("person", "Kevin Oslo", pieces), KEVIN))["mentions_in_pieces"] == 1
    assert counted(example("re", text, Relation("place", "Kevin Oslo", "left", pieces)))["mentions_in_pieces"] == 1
    assert counted(example("ee", text, event))["mentions_in_pieces"] == 1


# -- reading back -----------------------------------------------------------------------------

SLOTS = {
    "one entity": ("ner", "Kevin left Oslo.", [Entity("place", "Oslo")], (1, 0)),
    "two types": ("ner", "Kevin left Oslo.", [Entity("place", "Oslo"), Entity("person", "Kevin")], (2, 0)),
    "two of a type, apart": ("ner", "Oslo and Bergen", [Entity("place", "Oslo"), Entity("place", "Bergen")], (1, 0)),
    "two of a type that touch": ("ner", "Oslo Bergen", [Entity("place", "Oslo"), Entity("place", "Bergen")], (1, 1)),
    "two of two types that touch": (
        "ner",
        "Oslo Bergen",
        [Entity("place", "Oslo"), Entity("person", "Bergen")],
        (2, 0),
    ),
    "two that touch beside another slot": (
        "ner",
        "Anna Oslo Bergen",
        [Entity("place", "Oslo"), Entity("place", "Bergen"), Entity("person", "Anna")],
        (2, 1),
    ),
    "an entity twice": ("ner", "Oslo , Oslo", [Entity("place", "Oslo"), Entity("place", "Oslo")], (1, 0)),
    "nothing": ("ner", "Oslo", [], (0, 0)),
    "a relation": ("re", "Kevin left Oslo.", [OSLO], (1, 0)),
    "an event": ("ee", "Kevin left Oslo.", [LEFT], (1, 0)),
}


@pytest.mark.parametrize(("task", "text", "units", "expected"), SLOTS.values(), ids=SLOTS)
def test_a_slot_is_lost_if_its_paper_string_reads_as_other_units(task, text, units, expected):
    found = counted(example(task, text, *units))
    assert (found["slots"], found["slots_not_read_back"]) == expected


@pytest.mark.parametrize(("task", "text", "units"), [case[:3] for case in SLOTS.values()], ids=SLOTS)
def test_records_are_always_read_back(task, text, units):
    assert counted(example(task, text, *units))["records_not_read_back"] == 0


def test_counts_add_up_over_rows():
    lost = example("ner", "Oslo Bergen", Entity("place", "Oslo"), Entity("place", "Bergen"))
    found = counted(*[lost] * 3, example("ner", "Oslo", Entity("place", "Oslo")))
    assert (found["rows"], found["units"], found["slots"], found["slots_not_read_back"]) == (4, {"place": 7}, 4, 3)


# -- splits and rows --------------------------------------------------------------------------


def test_each_two_splits_share_the_texts_that_both_have():
    splits = {"train": ["a", "b", "b", "c"], "dev": ["b", "c"], "test": ["c", "d"]}
    census = {split: Census() for split in splits}
    for split, texts in splits.items():
        for text in texts:
            census[split].add(example("ner", text))
    assert shared_texts(census) == {"train dev": 2, "train test": 1, "dev test": 1}


def test_one_split_shares_nothing():
    assert shared_texts({"train": Census()}) == {}


def test_complexity_is_how_much_there_is_to_extract():
    assert complexity(Extraction()) == 0
    assert complexity(Extraction(entities=(KEVIN, KEVIN))) == 2
    assert complexity(Extraction(relations=(OSLO,))) == 1
    assert complexity(Extraction(events=(LEFT, Event("person", "came")))) == 3
