"""The reader of questions about texts, on rows of our own."""

import pytest

from sfr.data.layouts import FileSource, RowSource
from sfr.data.layouts.mrc import mrc
from sfr.examples import check_spans

CONTEXT = "The mayor of Old Wick sings ."


def row(label, *positions, context=CONTEXT, qas_id="0.0"):
    return {
        "context": context,
        "entity_label": label,
        "span_position": list(positions),
        "start_position": [],
        "end_position": [],
        "impossible": not positions,
        "qas_id": qas_id,
        "query": "what is asked",
    }


def read(*rows):
    source = RowSource(rows=rows)
    return list(mrc(source)), source.problems


def entities(found):
    return [(entity.type, entity.text) for entity in found.gold.entities]


def test_positions_are_the_first_and_the_last_token():
    (found,), problems = read(row("PER", "0;4"))
    assert (entities(found), problems) == ([("PER", "The mayor of Old Wick")], [])


def test_offsets_are_those_of_the_text():
    (found,), _ = read(row("GPE", "3;4", "5;5"))
    assert [entity.at for entity in found.gold.entities] == [((13, 21),), ((22, 27),)]


def test_the_rows_of_a_sentence_are_one():
    (found,), _ = read(row("PER", "0;4", qas_id="3.0"), row("ORG", qas_id="3.1"), row("GPE", "3;4", qas_id="3.2"))
    assert (found.line, found.id, entities(found)) == (1, "3", [("PER", "The mayor of Old Wick"), ("GPE", "Old Wick")])


def test_the_rows_of_a_sentence_need_not_be_together():
    found, _ = read(
        row("PER", "0;4", qas_id="3.0"), row("PER", context="Yes .", qas_id="4.0"), row("GPE", "3;4", qas_id="3.1")
    )
    assert [(f.line, f.id, len(f.gold.entities)) for f in found] == [(1, "3", 2), (2, "4", 0)]


def test_a_sentence_that_is_there_twice_stays_twice():
    found, _ = read(row("PER", "0;4", qas_id="3.0"), row("PER", "0;4", qas_id="4.0"))
    assert [(f.id, len(f.gold.entities)) for f in found] == [("3", 1), ("4", 1)]


def test_without_ids_the_context_alone_says_what_belongs_together():
    rows = [{key: value for key, value in row(label, "3;4").items() if key != "qas_id"} for label in ("GPE", "LOC")]
    (found,), _ = read(*rows)
    assert (found.id, entities(found)) == ("", [("GPE", "Old Wick"), ("LOC", "Old Wick")])


def test_nested_mentions_are_kept():
    (found,), _ = read(row("PER", "0;4", "4;4", "3;4"))
    assert [text for _, text in entities(found)] == ["The mayor of Old Wick", "Wick", "Old Wick"]
    assert check_spans(found.text, found.gold) == []


def test_the_text_is_the_tokens_with_a_space_between_them():
    (found,), _ = read(row("GPE", "3;4", context=" The  mayor of Old\tWick sings . "))
    assert (found.text, entities(found)) == (CONTEXT, [("GPE", "Old Wick")])


def test_a_file_is_a_list_of_rows(tmp_path):
    path = tmp_path / "mrc-ner.train"
    path.write_text(
        '[{"context": "Wick .", "entity_label": "GPE", "span_position": ["0;0"], "qas_id": "0.1"}]', encoding="utf-8"
    )
    (found,) = mrc(FileSource(path=path))
    assert (found.text, entities(found)) == ("Wick .", [("GPE", "Wick")])


BROKEN = [
    ("beyond the end", row("GPE", "6;7"), "span_position 6;7: expected tokens within 0-7, found 6-8"),
    ("the wrong way", row("GPE", "4;3"), "span_position 4;3: expected tokens within 0-7, found 4-4"),
    ("no last", row("GPE", "4"), "expected a span_position FIRST;LAST, found '4'"),
    ("words", row("GPE", "four;five"), "expected a span_position FIRST;LAST, found 'four;five'"),
    ("below zero", row("GPE", "-1;2"), "expected a span_position FIRST;LAST, found '-1;2'"),
    ("numbers", {**row("GPE"), "span_position": [4]}, "expected `str` at span_position[0], found `int`"),
    ("no label", {"context": "Wick .", "span_position": []}, "expected a field `entity_label`, found none"),
    ("a string", "Wick", "expected `object`, found `str`"),
]


@pytest.mark.parametrize(("value", "message"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_row_that_is_not_as_it_must_be_is_noted(value, message):
    found, problems = read(value, row("PER", "0;4", context=f"{CONTEXT} Yes ."))
    assert problems == [(1, message)]
    assert [("PER", "The mayor of Old Wick")] in [entities(f) for f in found]
