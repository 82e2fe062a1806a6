"""Sentences as OneIE and TextEE hold them."""

import pytest

from sfr import Argument, Entity, Event, Relation
from sfr.data.layouts import RowSource
from sfr.data.layouts.oneie import oneie


def sentence(**changes):
    row = {
        "doc_id": "D",
        "sent_id": "D-4",
        "tokens": ["He", "was", "tried", "in", "Rome", "(", "Italy", ")", "."],
        "sentence": "He was tried in\nRome (Italy).",
        "entity_mentions": [
            {"id": "e1", "text": "He", "entity_type": "PER", "mention_type": "PRO", "start": 0, "end": 1},
            {"id": "e2", "text": "Rome (Italy)", "entity_type": "GPE", "mention_type": "PRO", "start": 4, "end": 8},
        ],
        "relation_mentions": [
            {
                "id": "r1",
                "relation_type": "PHYS",
                "arguments": [
                    {"entity_id": "e2", "text": "Rome", "role": "Arg-2"},
                    {"entity_id": "e1", "text": "He", "role": "Arg-1"},
                ],
            }
        ],
        "event_mentions": [
            {
                "id": "v1",
                "event_type": "Justice:Trial",
                "trigger": {"text": "tried", "start": 2, "end": 3},
                "arguments": [{"entity_id": "e1", "text": "He", "role": "Defendant"}],
            }
        ],
    }
    return {**row, **changes}


def read(row, **options):
    source = RowSource(rows=[row])
    return list(oneie(source, **options)), source.problems


def only(row, **options):
    (found,), problems = read(row, **options)
    assert problems == []
    return found


def test_the_text_is_its_tokens():
    assert only(sentence()).text == "He was tried in Rome ( Italy ) ."


def test_sentence_and_document_are_named():
    assert (only(sentence()).id, only(sentence()).group) == ("D-4", "D")


def test_entities_end_before_their_last_token():
    assert only(sentence()).gold.entities == (
        Entity("PER", "He", ((0, 2),)),
        Entity("GPE", "Rome ( Italy )", ((16, 30),)),
    )


def test_a_relation_goes_from_the_first_argument_to_the_second_in_whatever_order_they_stand():
    assert only(sentence()).gold.relations == (Relation("PHYS", "He", "Rome ( Italy )", ((0, 2),), ((16, 30),)),)


def test_arguments_are_the_entities_that_they_refer_to():
    assert only(sentence()).gold.events == (
        Event("Justice:Trial", "tried", (Argument("Defendant", "He", ((0, 2),)),), ((7, 12),)),
    )


def test_the_original_text_has_offsets_of_its_own():
    found = only(sentence(), text="original")
    assert (found.text, found.gold.entities[1]) == (
        "He was tried in\nRome (Italy).",
        Entity("GPE", "Rome (Italy)", ((16, 28),)),
    )


def test_the_original_text_of_textee_is_read():
    row = sentence(text="He was tried in Rome (Italy).", wnd_id="D-4")
    del row["sentence"], row["sent_id"]
    found = only(row, text="original")
    assert (found.text, found.id) == ("He was tried in Rome (Italy).", "D-4")


@pytest.mark.parametrize(
    "original",
    ["He was tried at Rome (Italy).", "He was tried in Rome (Italy", "He was tried in Rome (Italy). Twice", ""],
)
def test_an_original_text_that_its_tokens_do_not_make_has_no_offsets(original):
    entity = only(sentence(sentence=original), text="original").gold.entities[1]
    assert entity == Entity("GPE", "Rome (Italy)")


def test_without_offsets_and_without_a_text_of_its_own_a_mention_is_its_tokens():
    row = sentence(sentence="He was tried.")
    del row["entity_mentions"][1]["text"]
    assert only(row, text="original").gold.entities[1] == Entity("GPE", "Rome ( Italy )")


def test_a_token_may_hold_white_space():
    row = sentence(tokens=["1", " 000"], sentence="1 000", relation_mentions=[], event_mentions=[])
    row["entity_mentions"] = [{"id": "e", "entity_type": "NUM", "start": 0, "end": 2}]
    assert only(row, text="original").gold.entities == (Entity("NUM", "1 000", ((0, 5),)),)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"event_mentions": [{"event_type": "T", "trigger": {"start": 9, "end": 10}}]},
            "expected tokens within 0-9 at event_mentions[0].trigger, found 9-10",
        ),
        (
            {"entity_mentions": [{"id": "e", "entity_type": "T", "start": 3, "end": 3}]},
            "expected tokens within 0-9 at entity_mentions[0], found 3-3",
        ),
        (
            {
                "event_mentions": [
                    {
                        "event_type": "T",
                        "trigger": {"start": 2, "end": 3},
                        "arguments": [{"entity_id": "e9", "role": "R"}],
                    }
                ]
            },
            "expected the id of an entity mention at event_mentions[0].arguments[0].entity_id, found 'e9'",
        ),
        (
            {"relation_mentions": [{"relation_type": "T", "arguments": [{"entity_id": "e1", "role": "Arg-1"}]}]},
            "expected the roles Arg-1 and Arg-2 at relation_mentions[0].arguments, found Arg-1",
        ),
        (
            {"relation_mentions": [{"relation_type": "T", "arguments": []}]},
            "expected the roles Arg-1 and Arg-2 at relation_mentions[0].arguments, found none",
        ),
        ({"tokens": None}, "expected `array` at tokens, found `null`"),
    ],
)
def test_a_row_that_is_not_as_oneie_has_it_is_noted(changes, message):
    assert read(sentence(**changes))[1] == [(1, message)]


def test_a_row_without_its_original_text_is_noted_when_that_is_asked_for():
    row = sentence()
    del row["sentence"]
    assert read(row, text="original")[1] == [(1, "expected a field `sentence` or `text`, found neither")]


def test_another_kind_of_text_is_refused():
    with pytest.raises(ValueError, match=r"^text: expected tokens or original, found 'raw'$"):
        oneie(RowSource(rows=[]), text="raw")
