"""Readers of rows that give mentions as words, on rows of our own and on the samples of others."""

import pytest

from sfr.data.layouts import FileSource, RowSource
from sfr.data.layouts.strings import iepile, instructuie, nyt
from sfr.examples import check_spans
from sfr.structures import Argument, Entity, Event, Relation


def read(reader, *rows):
    source = RowSource(rows=rows)
    return list(reader(source)), source.problems


def read_one(reader, row):
    (found,), problems = read(reader, row)
    assert problems == []
    return found


# -- NYT ----------------------------------------------------------------------------------------

TEXT = "Ada Lind was born in Wick ."
COPYRE = {"sentText": TEXT, "relationMentions": [{"em1Text": "Ada Lind", "em2Text": "Wick", "label": "/born"}]}
PRGC = {"text": TEXT, "triple_list": [["Ada Lind", "/born", "Wick"]]}
JOINTER = {"tokens": TEXT.split(), "spo_list": [["Ada Lind", "/born", "Wick"]]}
HRL_RE = {"sentext": TEXT, "relations": [{"em1": "Ada Lind", "em2": "Wick", "rtext": "/born"}]}
ONEKE = {"sentence": TEXT, "relation_list": [{"head": "Ada Lind", "tail": "Wick", "relation": "/born"}]}


@pytest.mark.parametrize(
    "row", [COPYRE, PRGC, ONEKE, JOINTER, HRL_RE], ids=["CopyRE", "PRGC", "OneKE", "JointER", "HRL-RE"]
)
def test_the_shapes_of_nyt_are_told_apart(row):
    found = read_one(nyt, row)
    assert (found.line, found.text) == (1, TEXT)
    assert found.gold.relations == (Relation("/born", "Ada Lind", "Wick"),)


@pytest.mark.parametrize("key", ["sentText", "text", "sentence"])
def test_white_space_around_a_text_of_nyt_goes(key):
    row = next(row for row in (COPYRE, PRGC, ONEKE) if key in row)
    assert read_one(nyt, {**row, key: f" {TEXT} \r\n"}).text == TEXT


def test_the_label_none_is_no_relation():
    mention = COPYRE["relationMentions"][0]
    row = {**COPYRE, "relationMentions": [{**mention, "label": "None"}, mention]}
    assert [relation.type for relation in read_one(nyt, row).gold.relations] == ["/born"]


def test_a_row_of_nyt_may_have_no_relation():
    assert read_one(nyt, {**PRGC, "triple_list": []}).gold.relations == ()


def test_repeated_relations_are_kept():
    assert len(read_one(nyt, {**PRGC, "triple_list": PRGC["triple_list"] * 2}).gold.relations) == 2


def test_fields_that_are_not_needed_may_be_there():
    row = {
        **COPYRE,
        "articleId": "a.xml",
        "sentId": 1,
        "entityMentions": [{"start": 0, "text": "Ada Lind", "label": "P"}],
    }
    assert read_one(nyt, row).gold == read_one(nyt, COPYRE).gold


BROKEN_NYT = [
    (
        "no key",
        {"text": TEXT},
        "expected a field relationMentions or tokens or triple_list or relation_list or sentext, found text",
    ),
    (
        "nothing",
        {},
        "expected a field relationMentions or tokens or triple_list or relation_list or sentext, found none",
    ),
    ("a string", TEXT, "expected `object`, found `str`"),
    ("no text", {"triple_list": []}, "expected a field `text`, found none"),
    ("the text of another shape", {**PRGC, "relation_list": [], "triple_list": {}}, "at triple_list, found `object`"),
    ("two of three", {**PRGC, "triple_list": [["a", "b"]]}, "at triple_list[0], found 2"),
    ("four of three", {**PRGC, "triple_list": [["a", "b", "c", "d"]]}, "at triple_list[0], found 4"),
    ("a number", {**PRGC, "triple_list": [["a", 1, "c"]]}, "expected `str` at triple_list[0][1], found `int`"),
    (
        "no tail",
        {**ONEKE, "relation_list": [{"head": "a", "relation": "b"}]},
        "expected a field `tail` at relation_list[0], found none",
    ),
]


@pytest.mark.parametrize(("row", "message"), [case[1:] for case in BROKEN_NYT], ids=[case[0] for case in BROKEN_NYT])
def test_a_row_of_nyt_that_is_not_as_it_must_be_is_noted(row, message):
    found, ((line, said),) = read(nyt, row, PRGC)
    assert ([f.line for f in found], line) == ([2], 1)
    assert message in said


def test_a_file_of_nyt_may_be_lines_or_a_list(tmp_path):
    line = '{"text": "Ada .", "triple_list": []}'
    texts = {}
    for name, content in [("lines", f"{line}\n{line}\n"), ("list", f"[{line},\n{line}]")]:
        (tmp_path / name).write_text(content, encoding="utf-8")
        texts[name] = [found.text for found in nyt(FileSource(path=tmp_path / name))]
    assert texts == {"lines": ["Ada ."] * 2, "list": ["Ada ."] * 2}


# -- InstructUIE --------------------------------------------------------------------------------

BORN = {
    "sentence": TEXT,
    "relations": [
        {
            "head": {"name": "Ada Lind", "type": "person", "pos": [0, 8]},
            "type": "born in",
            "tail": {"name": "Wick", "type": "place", "pos": [21, 25]},
        }
    ],
}
BIRTH = {
    "sentence": TEXT,
    "events": [
        {
            "trigger": "born",
            "type": "birth",
            "pos": [13, 17],
            "arguments": [
                {"name": "Wick", "role": "place", "pos": [21, 25]},
                {"name": "Ada Lind", "role": "person", "pos": [0, 8]},
            ],
        }
    ],
}


def test_instructuie_has_entities():
    row = {"sentence": TEXT, "entities": [{"name": "Wick", "type": "place", "pos": [21, 25]}]}
    found = read_one(instructuie, row)
    assert (found.text, found.gold.entities) == (TEXT, (Entity("place", "Wick", ((21, 25),)),))


def test_instructuie_has_relations():
    found = read_one(instructuie, BORN)
    assert found.gold.relations == (Relation("born in", "Ada Lind", "Wick", ((0, 8),), ((21, 25),)),)


def test_instructuie_has_events():
    arguments = (Argument("place", "Wick", ((21, 25),)), Argument("person", "Ada Lind", ((0, 8),)))
    assert read_one(instructuie, BIRTH).gold.events == (Event("birth", "born", arguments, ((13, 17),)),)


@pytest.mark.parametrize("row", [BORN, BIRTH], ids=["relations", "events"])
def test_the_offsets_of_instructuie_are_the_characters_of_its_text(row):
    found = read_one(instructuie, row)
    assert check_spans(found.text, found.gold) == []


@pytest.mark.parametrize("pos", [{}, {"pos": None}, {"pos": []}], ids=["missing", "null", "empty"])
def test_a_mention_of_instructuie_may_have_no_offsets(pos):
    row = {"sentence": TEXT, "entities": [{"name": "Wick", "type": "place", **pos}]}
    assert [entity.at for entity in read_one(instructuie, row).gold.entities] == [()]


def test_offsets_where_other_words_stand_are_passed_on_to_be_checked():
    row = {"sentence": TEXT, "entities": [{"name": "Wick", "type": "place", "pos": [20, 24]}]}
    assert [entity.at for entity in read_one(instructuie, row).gold.entities] == [((20, 24),)]


def test_the_text_of_instructuie_stays_as_it_is():
    assert read_one(instructuie, {"sentence": f" {TEXT} ", "entities": []}).text == f" {TEXT} "


def test_an_event_may_have_no_argument():
    row = {"sentence": TEXT, "events": [{"trigger": "born", "type": "birth"}]}
    assert read_one(instructuie, row).gold.events == (Event("birth", "born"),)


BROKEN_INSTRUCTUIE = [
    ("no gold", {"sentence": TEXT}, "expected a field entities or relations or events, found sentence"),
    ("no sentence", {"entities": []}, "expected a field `sentence`, found none"),
    (
        "no type",
        {"sentence": TEXT, "entities": [{"name": "Wick"}]},
        "expected a field `type` at entities[0], found none",
    ),
    (
        "a number for a name",
        {"sentence": TEXT, "entities": [{"name": 1, "type": "place"}]},
        "expected `str` at entities[0].name, found `int`",
    ),
    (
        "one number for a range",
        {"sentence": TEXT, "entities": [{"name": "Wick", "type": "place", "pos": [1]}]},
        "expected a pos of two numbers, found [1]",
    ),
    (
        "words for a range",
        {"sentence": TEXT, "entities": [{"name": "Wick", "type": "place", "pos": ["a", "b"]}]},
        "expected `int` at entities[0].pos[0], found `str`",
    ),
    (
        "no tail",
        {"sentence": TEXT, "relations": [{"head": {"name": "Ada"}, "type": "born in"}]},
        "expected a field `tail` at relations[0], found none",
    ),
    (
        "no role",
        {"sentence": TEXT, "events": [{"trigger": "born", "type": "birth", "arguments": [{"name": "Wick"}]}]},
        "expected a field `role` at events[0].arguments[0], found none",
    ),
]


@pytest.mark.parametrize(
    ("row", "message"), [case[1:] for case in BROKEN_INSTRUCTUIE], ids=[case[0] for case in BROKEN_INSTRUCTUIE]
)
def test_a_row_of_instructuie_that_is_not_as_it_must_be_is_noted(row, message):
    found, problems = read(instructuie, row, BORN)
    assert [f.line for f in found] == [2]
    assert problems == [(1, message)]


# -- IEPile -------------------------------------------------------------------------------------


def test_iepile_has_entities():
    found = read_one(iepile, {"text": TEXT, "entity": [{"entity": "Wick", "entity_type": "place"}]})
    assert (found.text, found.gold.entities) == (TEXT, (Entity("place", "Wick"),))


@pytest.mark.parametrize(
    "triple",
    [
        {"head": "Ada Lind", "relation": "born in", "tail": "Wick"},
        {"head": "Ada Lind", "head_type": "person", "relation": "born in", "tail": "Wick", "tail_type": "place"},
        {"subject": "Ada Lind", "predicate": "born in", "object": "Wick"},
    ],
    ids=["relation", "with types", "predicate"],
)
def test_iepile_has_relations_in_two_spellings(triple):
    found = read_one(iepile, {"text": TEXT, "relation": [triple]})
    assert found.gold.relations == (Relation("born in", "Ada Lind", "Wick"),)


def test_iepile_has_events():
    arguments = [{"argument": "Wick", "role": "place"}]
    event = {"event_trigger": "born", "event_type": "birth", "arguments": arguments}
    found = read_one(iepile, {"text": TEXT, "event": [event]})
    assert found.gold.events == (Event("birth", "born", (Argument("place", "Wick"),)),)


@pytest.mark.parametrize(("row", "name"), [({}, ""), ({"id": 7}, "7"), ({"id": "a7"}, "a7")])
def test_a_row_of_iepile_may_have_an_id(row, name):
    assert read_one(iepile, {"text": TEXT, "entity": [], **row}).id == name


BROKEN_IEPILE = [
    (
        "an instruction",
        {"task": "NER", "instruction": "{}", "output": "{}"},
        "expected a field entity or relation or event, found task, instruction, output",
    ),
    ("no text", {"entity": []}, "expected a field `text`, found none"),
    (
        "no relation",
        {"text": TEXT, "relation": [{"head": "a", "relation": "b", "tail": "c"}, {"head": "a", "tail": "c"}]},
        "expected a field relation or predicate at relation[1], found head, tail",
    ),
    (
        "no object",
        {"text": TEXT, "relation": [{"subject": "a", "predicate": "b"}]},
        "expected a field `object` at relation[0], found none",
    ),
    (
        "no trigger",
        {"text": TEXT, "event": [{"event_type": "birth"}]},
        "expected a field `event_trigger` at event[0], found none",
    ),
    (
        "no string",
        {"text": TEXT, "entity": [{"entity": None, "entity_type": "place"}]},
        "expected `str` at entity[0].entity, found `null`",
    ),
]


@pytest.mark.parametrize(
    ("row", "message"), [case[1:] for case in BROKEN_IEPILE], ids=[case[0] for case in BROKEN_IEPILE]
)
def test_a_row_of_iepile_that_is_not_as_it_must_be_is_noted(row, message):
    found, problems = read(iepile, row, {"text": TEXT, "entity": []})
    assert [f.line for f in found] == [2]
    assert problems == [(1, message)]


@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [
        ("NER", "entities", 3),
        ("RE", "relations", 9),
        ("SPO", "relations", 6),
        ("KG", "relations", 32),
        ("EE", "events", 9),
        ("EET", "events", 9),
        ("EEA", "events", 9),
    ],
)
def test_the_samples_of_iepile_are_read(shared_data, name, kind, count):
    source = FileSource(path=shared_data / "formats" / f"iepile_{name}_sample.jsonl")
    found = list(iepile(source))
    assert source.problems == []
    assert sum(len(getattr(f.gold, kind)) for f in found) == count
