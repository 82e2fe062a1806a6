"""A text changed, and its gold with it."""

from sfr.examples import Example
from sfr.perturbing.edits import Edit, edited, gold_places, occurrences
from sfr.schema import Schema
from sfr.structures import Argument, Entity, Event, Extraction, Relation


def entities(text, *found):
    return Example("e", "set", "train", "ner", text, Schema(("place", "org")), Extraction(entities=found))


def values(example):
    return [(entity.text, entity.at) for entity in example.gold.entities]


BANK = entities(
    "The Bank of England in England .",
    Entity("org", "Bank of England", ((4, 19),)),
    Entity("place", "England", ((23, 30),)),
)


def test_what_comes_after_an_edit_moves():
    after = edited(BANK, [Edit(0, 3, "A")])
    assert after.text == "A Bank of England in England ."
    assert values(after) == [("Bank of England", ((2, 17),)), ("England", ((21, 28),))]


def test_a_mention_follows_an_edit_inside_it():
    after = edited(BANK, [Edit(4, 8, "House")])
    assert values(after) == [("House of England", ((4, 20),)), ("England", ((24, 31),))]


def test_a_mention_becomes_what_is_put_in_its_place():
    after = edited(BANK, [Edit(23, 30, "Wales")])
    assert after.text == "The Bank of England in Wales ."
    assert values(after) == [("Bank of England", ((4, 19),)), ("Wales", ((23, 28),))]


def test_what_is_put_in_beside_a_mention_stays_outside_of_it():
    after = edited(BANK, [Edit(4, 4, "old "), Edit(19, 19, ","), Edit(30, 30, "!")])
    assert after.text == "The old Bank of England, in England! ."
    assert values(after) == [("Bank of England", ((8, 23),)), ("England", ((28, 35),))]


def test_a_mention_in_pieces_keeps_its_pieces():
    text = "upper and lower arm"
    example = entities(text, Entity("org", "upper arm", ((0, 5), (16, 19))))
    after = edited(example, [Edit(10, 15, "left"), Edit(16, 19, "limb")])
    assert after.text == "upper and left limb"
    assert values(after) == [("upper limb", ((0, 5), (15, 19)))]


def test_pieces_that_can_also_be_read_in_one_stretch_are_not_parted_from_it():
    example = entities("storms storms a storm", Entity("org", "storms storm", ((7, 13), (16, 21))))
    assert edited(example, [Edit(16, 21, "stofm")]) is None
    assert edited(example, [Edit(14, 15, "the")]) is not None


def test_an_edit_over_the_bounds_of_a_mention_is_refused():
    assert edited(BANK, [Edit(0, 6, "x")]) is None
    assert edited(BANK, [Edit(17, 25, "x")]) is None
    assert edited(BANK, [Edit(20, 31, "x")]) is None


def test_edits_that_overlap_are_refused_and_one_given_twice_is_one():
    assert edited(BANK, [Edit(0, 3, "A"), Edit(1, 2, "B")]) is None
    assert edited(BANK, [Edit(0, 3, "A"), Edit(0, 3, "A")]) == edited(BANK, [Edit(0, 3, "A")])


def test_nothing_is_left_of_a_mention_that_is_deleted():
    assert edited(BANK, [Edit(23, 30, "")]) is None


def test_a_value_without_a_place_changes_where_it_stands():
    example = entities("Kevin saw Kevin .", Entity("org", "Kevin"))
    assert edited(example, [Edit(0, 5, "Inga")]) is None
    after = edited(example, [Edit(0, 5, "Inga"), Edit(10, 15, "Inga")])
    assert values(after) == [("Inga", ())]


def test_a_value_that_is_gold_twice_changes_alike():
    example = entities("York or York", Entity("org", "York", ((0, 4),)), Entity("place", "York", ((8, 12),)))
    assert edited(example, [Edit(0, 4, "Hull")]) is None


def test_a_value_that_is_not_in_the_text_stays():
    example = entities("Kevin left .", Entity("org", "nobody"))
    assert values(edited(example, [Edit(0, 5, "Inga")])) == [("nobody", ())]


def test_relations_and_events_move_as_well():
    schema = Schema(("t",), ("r",))
    text = "He fired tanks"
    relation = Example(
        "e", "s", "train", "re", text, schema, Extraction(relations=(Relation("t", "He", "tanks", (), ((9, 14),)),))
    )
    event = Event("t", "fired", (Argument("r", "tanks", ((9, 14),)),), ((3, 8),))
    events = Example("e", "s", "train", "ee", text, schema, Extraction(events=(event,)))
    edits = [Edit(0, 2, "She"), Edit(9, 14, "guns")]
    assert edited(relation, edits).gold.relations == (Relation("t", "She", "guns", (), ((10, 14),)),)
    assert edited(events, edits).gold.events == (Event("t", "fired", (Argument("r", "guns", ((10, 14),)),), ((4, 9),)),)


def test_occurrences_are_whole_words_where_there_are_some():
    assert occurrences("art in Cartagena, art", "art") == [(0, 3), (18, 21)]
    assert occurrences("Cartagena", "art") == [(1, 4)]
    assert occurrences("New\n York and New York", "New York") == [(0, 9), (14, 22)]
    assert occurrences("a+b a+b", "+") == [(1, 2), (5, 6)]
    assert occurrences("text", " ") == []


def test_gold_stands_wherever_it_is_written_but_a_trigger_in_its_place():
    events = (Event("t", "in", (Argument("r", "rain", ((7, 11),)),), ((4, 6),)),)
    example = Example("e", "s", "train", "ee", "Out in rain in rain", Schema(("t",), ("r",)), Extraction(events=events))
    assert gold_places(example) == {"in": ((4, 6),), "rain": ((7, 11), (15, 19))}
