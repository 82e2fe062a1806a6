import json
import re

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sfr
from sfr import Argument, Entity, Event, Extraction, Relation, Schema
from sfr.data.constraints import json_schema, regex
from sfr.data.prompts import template, template_names
from sfr.structures import TASKS

CASES = [(task, name) for task in TASKS for name in template_names()]
each_case = pytest.mark.parametrize(("task", "name"), CASES, ids=map(" ".join, CASES))


def constraints(task, name, schema):
    """The JSON Schema and the regular expression of a template's targets."""
    shape = {"format": template(name).format, "empty": template(name).empty}
    return json_schema(task, schema, **shape), regex(task, schema, **shape)


def is_valid(text, schema):
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return False
    return jsonschema.Draft202012Validator(schema).is_valid(value)


# -- laws -----------------------------------------------------------------------------------------

# Letters of JSON, of regular expressions, of no meaning, and of many bytes.
_ALPHABET = "\"\\{}[]().*+?|^$/-#&~<>=! ,:;'ax1é世😀\n\t\x01\x7f\u2028"
words = st.text(st.sampled_from(_ALPHABET), min_size=1, max_size=6).filter(str.strip)


def names(min_size):
    return st.lists(words, min_size=min_size, max_size=4, unique_by=sfr.Normalizer()).map(tuple)


@st.composite
def annotated(draw, task):
    """A schema, and gold that fits it."""
    schema = Schema(draw(names(1)), draw(names(1)) if task == "ee" else ())
    types = st.sampled_from(schema.types)
    if task == "ner":
        return schema, Extraction(entities=draw(_several(st.builds(Entity, types, words))))
    if task == "re":
        return schema, Extraction(relations=draw(_several(st.builds(Relation, types, words, words))))
    arguments = _several(st.builds(Argument, st.sampled_from(schema.roles), words))
    return schema, Extraction(events=draw(_several(st.builds(Event, types, words, arguments))))


def _several(units):
    return st.lists(units, max_size=4).map(tuple)


each_task = pytest.mark.parametrize("task", TASKS)
template_name = st.sampled_from(template_names())


@each_task
@given(name=template_name, data=st.data())
def test_every_target_is_valid_under_its_json_schema(task, name, data):
    schema, gold = data.draw(annotated(task))
    constraint, _ = constraints(task, name, schema)

    jsonschema.Draft202012Validator.check_schema(constraint)
    assert is_valid(template(name).target(gold, task, schema), constraint)


@each_task
@given(name=template_name, data=st.data())
def test_every_target_matches_its_regular_expression(task, name, data):
    schema, gold = data.draw(annotated(task))
    _, pattern = constraints(task, name, schema)

    assert re.fullmatch(pattern, template(name).target(gold, task, schema))


@each_task
@given(
    name=st.sampled_from(["cm-records", "sa-records"]), profile=st.sampled_from(["paper", "bounded"]), data=st.data()
)
def test_a_target_in_records_scores_what_the_gold_is_worth(task, name, profile, data):
    schema, gold = data.draw(annotated(task))
    reward = sfr.reward(task, profile)

    score = reward.score(gold, template(name).target(gold, task, schema), schema=schema)

    assert score.value == reward.best(gold).value


# -- what is refused ------------------------------------------------------------------------------

SCHEMA = Schema(("a", "b"), ("Agent", "Goal"))
UNIT = {
    ("ner", "records"): ["x"],
    ("re", "records"): [["x", "y"]],
    ("ee", "records"): [{"trigger": "won", "arguments": [["Agent", "x"], ["Goal", "y"]]}],
    ("ner", "slots"): "x y",
    ("re", "slots"): "x, y",
    ("ee", "slots"): "won: Agent: x",
}
WRONG_EVENTS = {
    "an unknown role": [{"trigger": "won", "arguments": [["Place", "x"]]}],
    "a role alone": [{"trigger": "won", "arguments": [["Agent"]]}],
    "three in an argument": [{"trigger": "won", "arguments": [["Agent", "x", "y"]]}],
    "arguments by role": [{"trigger": "won", "arguments": {"Agent": "x"}}],
    "no arguments": [{"trigger": "won"}],
    "no trigger": [{"arguments": []}],
    "one key too many": [{"trigger": "won", "arguments": [], "time": "now"}],
    "a trigger alone": ["won"],
}
WRONG_PAIRS = {"a head alone": [["x"]], "three in a pair": [["x", "y", "z"]], "a flat pair": ["x", "y"]}


@each_case
def test_the_form_of_a_target_is_accepted(task, name):
    constraint, pattern = constraints(task, name, SCHEMA)
    text = json.dumps(dict.fromkeys("ab", UNIT[task, template(name).format]))

    assert (is_valid(text, constraint), bool(re.fullmatch(pattern, text))) == (True, True)


@pytest.mark.parametrize("wrong", ["one more type", "another type", "a number", "nothing", "another kind", "a list"])
@each_case
def test_another_form_is_refused(task, name, wrong):
    constraint, pattern = constraints(task, name, SCHEMA)
    form = template(name).format
    unit = UNIT[task, form]
    documents = {
        "one more type": {"a": unit, "b": unit, "c": unit},
        "another type": {"a": unit, "B": unit},
        "a number": {"a": unit, "b": 7},
        "nothing": {"a": unit, "b": None},
        "another kind": {"a": unit, "b": UNIT[task, "slots" if form == "records" else "records"]},
        "a list": [unit],
    }
    text = json.dumps(documents[wrong])

    assert (is_valid(text, constraint), bool(re.fullmatch(pattern, text))) == (False, False)


@pytest.mark.parametrize("name", ["cm-records", "sa-records"])
@pytest.mark.parametrize(
    ("task", "units"),
    [("ner", [["x"]]), ("ner", [7])]
    + [("re", units) for units in WRONG_PAIRS.values()]
    + [("ee", units) for units in WRONG_EVENTS.values()],
    ids=["nested", "numbers", *WRONG_PAIRS, *WRONG_EVENTS],
)
def test_units_of_another_form_are_refused(task, name, units):
    constraint, pattern = constraints(task, name, SCHEMA)
    text = json.dumps({"a": UNIT[task, "records"], "b": units})

    assert (is_valid(text, constraint), bool(re.fullmatch(pattern, text))) == (False, False)


@pytest.mark.parametrize(("name", "accepted"), [("cm-slots", False), ("cm-records", False), ("sa-slots", True)])
def test_a_type_may_be_missing_where_empty_ones_are_left_out(name, accepted):
    constraint, pattern = constraints("ner", name, SCHEMA)
    text = json.dumps({"b": UNIT["ner", template(name).format]})

    assert (is_valid(text, constraint), bool(re.fullmatch(pattern, text))) == (accepted, accepted)


@pytest.mark.parametrize(("name", "accepted"), [("cm-records", True), ("sa-records", False)])
def test_a_list_may_be_empty_where_empty_types_are_kept(name, accepted):
    constraint, pattern = constraints("ner", name, SCHEMA)
    text = '{"a": ["x"], "b": []}'

    assert (is_valid(text, constraint), bool(re.fullmatch(pattern, text))) == (accepted, accepted)


def test_without_roles_there_are_no_arguments():
    constraint, pattern = constraints("ee", "sa-records", Schema(("a",)))
    bare, full = (json.dumps({"a": [{"trigger": "won", "arguments": pairs}]}) for pairs in ([], [["Agent", "x"]]))

    assert [is_valid(text, constraint) for text in (bare, full)] == [True, False]
    assert [bool(re.fullmatch(pattern, text)) for text in (bare, full)] == [True, False]


@each_case
def test_without_types_there_is_one_answer(task, name):
    constraint, pattern = constraints(task, name, Schema(()))

    assert [is_valid(text, constraint) for text in ("{}", '{"": []}')] == [True, False]
    assert [bool(re.fullmatch(pattern, text)) for text in ("{}", '{"": []}')] == [True, False]


# -- the regular expression -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "x","b": "y"}',
        '{"a":"x", "b": "y"}',
        '{ "a": "x", "b": "y" }',
        '{"a": "x", "b": "y"} ',
        '{"b": "y", "a": "x"}',
        '{"a": "x", "b": "y",}',
        '{"a": "\\u00e9", "b": ""}',
        '{"a": "\\/", "b": ""}',
        '{"a": "\t", "b": ""}',
        '{"a": """, "b": ""}',
    ],
)
def test_json_that_is_written_in_another_way_does_not_match(text):
    assert not re.fullmatch(regex("ner", SCHEMA, format="slots", empty="keep"), text)


@pytest.mark.parametrize("character", [*map(chr, range(0x80)), "é", "\u2028", "世", "😀"])
def test_any_character_is_matched_in_its_one_spelling(character):
    pattern = regex("ner", Schema((character,)), format="slots", empty="keep")

    assert re.fullmatch(pattern, json.dumps({character: character}, ensure_ascii=False))


def test_a_mention_is_not_empty():
    pattern = regex("re", SCHEMA, format="records", empty="omit")

    assert not re.fullmatch(pattern, '{"a": [["x", ""]]}')


def test_types_come_in_any_order_where_empty_ones_are_left_out():
    pattern = regex("ner", SCHEMA, format="slots", empty="omit")

    assert all(re.fullmatch(pattern, text) for text in ('{"b": "x", "a": "y"}', '{"a": "x", "b": "y"}', "{}"))


@each_case
def test_only_groups_classes_and_plain_repeats_are_used(task, name):
    _, pattern = constraints(task, name, SCHEMA)
    outside_classes = re.sub(r"\[(?!\\|\()[^\]]*\]", "", re.sub(r"\\.", "", pattern))

    assert not re.search(r"\(\?|[*+?}][*+?{]|[\^$.]|\{", outside_classes)


@each_case
def test_the_size_grows_with_the_number_of_types_and_no_faster(task, name):
    sizes = [len(constraints(task, name, Schema(tuple(map(str, range(n))), ("r",)))[1]) for n in (100, 200, 300)]

    assert sizes[2] - sizes[1] == sizes[1] - sizes[0]


def test_the_json_schema_of_many_types_and_roles_names_each_once():
    schema = Schema(tuple(f"type {i}" for i in range(33)), tuple(f"role {i}" for i in range(22)))
    text = json.dumps(json_schema("ee", schema, format="records", empty="omit"))

    assert [text.count(f'"{name}"') for name in (*schema.types, *schema.roles)] == [1] * 55


# -- arguments ------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [json_schema, regex])
@pytest.mark.parametrize(
    ("task", "form", "empty", "message"),
    [
        ("qa", "slots", "keep", "unknown task 'qa'"),
        ("ner", "lists", "keep", "format: expected slots or records, found 'lists'"),
        ("ner", "slots", "drop", "empty: expected keep or omit, found 'drop'"),
    ],
)
def test_an_unknown_choice_is_refused(make, task, form, empty, message):
    with pytest.raises(ValueError, match=message):
        make(task, SCHEMA, format=form, empty=empty)
