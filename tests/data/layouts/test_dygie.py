"""Documents as DyGIE and DyGIE++ hold them."""

import pytest

from sfr import Argument, Entity, Event, Relation
from sfr.data.layouts import RowSource
from sfr.data.layouts.dygie import dygie


def document(**changes):
    row = {
        "doc_key": "D1",
        "sentences": [["It", "rains", "."], ["Mary", "Ann", "leads", "Oslo", "."]],
        "ner": [[], [[3, 4, "Person"], [6, 6, "City"]]],
        "relations": [[], [[3, 4, 6, 6, "Mayor"]]],
        "events": [[], [[[5, "Leads"], [3, 4, "Who"], [6, 6, "What"]]]],
        "clusters": [],
    }
    return {**row, **changes}


def read(row):
    source = RowSource(rows=[row])
    return list(dygie(source)), source.problems


def sentences(row):
    found, problems = read(row)
    assert problems == []
    return found


def test_every_sentence_is_a_text_of_its_own():
    assert [found.text for found in sentences(document())] == ["It rains .", "Mary Ann leads Oslo ."]


def test_sentences_are_numbered_within_their_document():
    assert [(found.id, found.group) for found in sentences(document())] == [("D1-1", "D1"), ("D1-2", "D1")]


def test_tokens_are_counted_through_the_document_and_ends_are_inclusive():
    assert sentences(document())[1].gold.entities == (
        Entity("Person", "Mary Ann", ((0, 8),)),
        Entity("City", "Oslo", ((15, 19),)),
    )


def test_a_relation_goes_from_its_first_mention_to_its_second():
    assert sentences(document())[1].gold.relations == (Relation("Mayor", "Mary Ann", "Oslo", ((0, 8),), ((15, 19),)),)


def test_an_event_is_a_trigger_and_its_arguments():
    arguments = (Argument("Who", "Mary Ann", ((0, 8),)), Argument("What", "Oslo", ((15, 19),)))
    assert sentences(document())[1].gold.events == (Event("Leads", "leads", arguments, ((9, 14),)),)


@pytest.mark.parametrize("missing", ["ner", "relations", "events"])
def test_what_is_not_annotated_may_be_missing(missing):
    row = document()
    del row[missing]
    assert len(sentences(row)) == 2


def test_scores_behind_an_annotation_are_passed_over():
    scored = document(
        ner=[[], [[3, 4, "Person", 9.1, 0.8], [6, 6, "City", 7.2, 0.9]]],
        events=[[], [[[5, "Leads", 4.0, 0.5], [3, 4, "Who", 1.0, 0.5], [6, 6, "What", 1.0, 0.5]]]],
    )
    assert sentences(scored) == sentences(document())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ner": [[]]}, "expected 2 lists at ner, one for each sentence, found 1"),
        ({"ner": [[[3, 3, "City"]], []]}, "expected tokens within 0-2 at ner[0][0], found 3-3"),
        ({"ner": [[], [[2, 3, "City"]]]}, "expected tokens within 3-7 at ner[1][0], found 2-3"),
        ({"ner": [[], [[3, "City"]]]}, "expected `array` of at least length 3 at ner[1][0], found 2"),
        ({"relations": [[], [[3, 4, 7, 8, "Mayor"]]]}, "expected tokens within 3-7 at relations[1][0], found 7-8"),
        ({"events": [[], [[]]]}, "expected a trigger at events[1][0], found an empty list"),
        ({"events": [[], [[["leads", "Leads"]]]]}, "expected `int` at events[1][0][0][0], found `str`"),
        (
            {"events": [[], [[[5, "Leads"], [3, "Who"]]]]},
            "expected `array` of at least length 3 at events[1][0][1], found 2",
        ),
        ({"events": [[], [[[8, "Leads"]]]]}, "expected tokens within 3-7 at events[1][0][0], found 8-8"),
        ({"doc_key": None}, "expected `str` at doc_key, found `null`"),
    ],
)
def test_a_document_that_is_not_as_dygie_has_it_is_noted(changes, message):
    assert read(document(**changes))[1] == [(1, message)]
