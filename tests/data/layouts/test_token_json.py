"""Sentences as SpERT and UIE hold them, and what is said of rows that are not so."""

import pytest

from sfr import Argument, Entity, Event, Relation
from sfr.data.layouts import RowSource
from sfr.data.layouts._fields import LayoutError, as_shape
from sfr.data.layouts.token_json import spert, uie


def read(reader, *rows):
    """What is found, and what is noted."""
    source = RowSource(rows=rows)
    return list(reader(source)), source.problems


def only(reader, row):
    (found,), problems = read(reader, row)
    assert problems == []
    return found


def problem(reader, row):
    found, [(line, message)] = read(reader, row)
    assert (found, line) == ([], 1)
    return message


# -- SpERT ------------------------------------------------------------------------------------


def kin(**changes):
    row = {
        "tokens": ["Ada", "Byron", "lived", "in", "London", "."],
        "entities": [{"type": "Peop", "start": 0, "end": 2}, {"type": "Loc", "start": 4, "end": 5}],
        "relations": [{"type": "Live_In", "head": 0, "tail": 1}],
        "orig_id": 17,
    }
    return {**row, **changes}


def test_tokens_are_joined_by_a_space():
    assert only(spert, kin()).text == "Ada Byron lived in London ."


def test_entities_end_before_their_last_number():
    assert only(spert, kin()).gold.entities == (
        Entity("Peop", "Ada Byron", ((0, 9),)),
        Entity("Loc", "London", ((19, 25),)),
    )


def test_relations_join_the_entities_that_they_number():
    assert only(spert, kin()).gold.relations == (Relation("Live_In", "Ada Byron", "London", ((0, 9),), ((19, 25),)),)


@pytest.mark.parametrize(("orig_id", "expected"), [(17, "17"), ("a-1", "a-1")])
def test_the_id_is_the_one_of_the_source(orig_id, expected):
    assert only(spert, kin(orig_id=orig_id)).id == expected


def test_a_row_may_have_no_id():
    row = kin()
    del row["orig_id"]
    assert only(spert, row).id == ""


def test_fields_that_the_layout_does_not_name_are_passed_over():
    assert only(spert, kin(ltokens=["Before"], pos=None)) == only(spert, kin())


def test_nested_entities_are_kept():
    nested = [{"type": "Org", "start": 0, "end": 2}, {"type": "Loc", "start": 1, "end": 2}]
    entities = only(spert, kin(entities=nested, relations=[])).gold.entities
    assert [entity.text for entity in entities] == ["Ada Byron", "Byron"]


def tagged(*tags):
    row = kin(tags=list(tags))
    del row["entities"]
    return row


def test_tags_stand_in_for_entities():
    row = tagged("B-Peop", "L-Peop", "O", "O", "U-Loc", "O")
    assert only(spert, row).gold == only(spert, kin()).gold


def test_a_tag_that_continues_nothing_is_a_flaw():
    row = tagged("B-Peop", "L-Peop", "O", "O", "I-Loc", "O")
    assert [(flaw.code, flaw.message) for flaw in only(spert, row).flaws] == [
        ("stray-tag", "I-Loc at token 5 begins a mention")
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([], "expected `object`, found `array`"),
        ({}, "expected a field `tokens`, found none"),
        (kin(tokens="Ada"), "expected `array` at tokens, found `str`"),
        (kin(tokens=["Ada", 1]), "expected `str` at tokens[1], found `int`"),
        (kin(relations=[{"type": "a", "head": 0}]), "expected a field `tail` at relations[0], found none"),
        (
            kin(relations=[{"type": "a", "head": "0", "tail": 1}]),
            "expected `int` at relations[0].head, found `str`",
        ),
        (
            kin(relations=[{"type": "a", "head": 0, "tail": 2}]),
            "expected one of 2 entities at relations[0].tail, found number 2",
        ),
        (
            kin(relations=[{"type": "a", "head": -1, "tail": 1}]),
            "expected one of 2 entities at relations[0].head, found number -1",
        ),
        (
            kin(entities=[{"type": "a", "start": 5, "end": 7}]),
            "expected tokens within 0-6 at entities[0], found 5-7",
        ),
        (
            kin(entities=[{"type": "a", "start": 2, "end": 2}]),
            "expected tokens within 0-6 at entities[0], found 2-2",
        ),
        ({"tokens": ["a"]}, "expected a field `entities` or `tags`, found neither"),
        (tagged("O"), "expected 6 tags at tags, found 1"),
        (
            tagged("O", "X-Loc", "O", "O", "O", "O"),
            "tag 2: expected O, B-LABEL, I-LABEL, E-LABEL, S-LABEL, L-LABEL, U-LABEL, found 'X-Loc'",
        ),
    ],
)
def test_a_row_that_is_not_as_spert_has_it_is_noted(row, message):
    assert problem(spert, row) == message


def test_reading_goes_on_behind_a_broken_row():
    found, problems = read(spert, kin(), {}, kin())
    assert ([row.line for row in found], [line for line, _ in problems]) == ([1, 3], [2])


# -- UIE --------------------------------------------------------------------------------------


def mention(kind, text, *offset, **more):
    return {"type": kind, "text": text, "offset": list(offset), **more}


def fever(**changes):
    row = {
        "text_id": "9_1",
        "text": "Fever and a severe rash after aspirin",
        "tokens": ["Fever", "and", "a", "severe", "rash", "after", "aspirin"],
        "entity": [mention("drug", "aspirin", 6), mention("effect", "severe rash", 3, 4)],
        "relation": [{"type": "causes", "args": [mention("drug", "aspirin", 6), mention("effect", "Fever", 0)]}],
        "event": [
            mention("adverse event", "after", 5, args=[mention("effect", "Fever rash", 0, 4)]),
        ],
    }
    return {**row, **changes}


def test_offsets_are_lists_of_tokens():
    assert only(uie, fever()).gold.entities == (
        Entity("drug", "aspirin", ((30, 37),)),
        Entity("effect", "severe rash", ((12, 23),)),
    )


def test_a_relation_goes_from_the_first_of_its_arguments_to_the_second():
    assert only(uie, fever()).gold.relations == (Relation("causes", "aspirin", "Fever", ((30, 37),), ((0, 5),)),)


def test_tokens_that_do_not_follow_each_other_are_pieces():
    assert only(uie, fever()).gold.events == (
        Event("adverse event", "after", (Argument("effect", "Fever rash", ((0, 5), (19, 23))),), ((24, 29),)),
    )


def test_pieces_stay_in_the_order_of_the_source():
    row = fever(entity=[mention("effect", "rash Fever", 4, 0)], relation=[], event=[])
    assert only(uie, row).gold.entities[0].at == ((19, 23), (0, 5))


def test_a_mention_without_tokens_has_no_place():
    row = fever(entity=[mention("effect", "illness")], relation=[], event=[])
    assert only(uie, row).gold.entities == (Entity("effect", "illness"),)


def test_a_row_may_have_neither_entities_nor_relations_nor_events():
    found = only(uie, {"tokens": ["Nothing", "."]})
    assert (found.text, found.gold.entities, found.gold.events, found.id) == ("Nothing .", (), (), "")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (fever(entity=[mention("a", "b", 7)]), "expected tokens within 0-7 at entity[0].offset, found 7-8"),
        (fever(entity=[mention("a", "b", -1)]), "expected tokens within 0-7 at entity[0].offset, found -1-0"),
        (fever(entity=[{"type": "a", "text": "b"}]), "expected a field `offset` at entity[0], found none"),
        (
            fever(relation=[{"type": "a", "args": [mention("b", "c", 0)]}]),
            "expected `array` of length 2 at relation[0].args, found 1",
        ),
        (
            fever(event=[mention("a", "after", 5, args=[mention("b", "c", 9)])]),
            "expected tokens within 0-7 at event[0].args[0].offset, found 9-10",
        ),
    ],
)
def test_a_row_that_is_not_as_uie_has_it_is_noted(row, message):
    assert problem(uie, row) == message


# -- shapes -----------------------------------------------------------------------------------


def test_a_part_of_a_row_is_named_by_its_path():
    with pytest.raises(LayoutError, match=r"^expected `int` at events\[3\]\.at\[1\], found `str`$"):
        as_shape([1, "2"], list[int], "events[3].at")


def test_a_part_of_a_row_that_is_no_object_at_all_is_named_by_its_path():
    with pytest.raises(LayoutError, match=r"^expected `array` at events\[3\], found `null`$"):
        as_shape(None, list[int], "events[3]")


@pytest.mark.parametrize("reader", [spert, uie])
def test_a_field_named_by_half_of_a_surrogate_pair_is_noted(reader):
    message = "expected fields named in whole characters, found half of a surrogate pair"
    assert problem(reader, {"tokens": [], "\ud800": 1}) == message
