"""Writing an extraction in each of the formats."""

import json

import pytest

import sfr
from sfr import Argument, Entity, Event, Extraction, Relation

NER = Extraction(entities=(Entity("person", "Kevin"), Entity("location", "Köln"), Entity("person", 'the "Boss"')))
RE = Extraction(
    relations=(Relation("used for", "a, b", "c"), Relation("part of", "d", "e"), Relation("used for", "f", "g"))
)
EE = Extraction(
    events=(
        Event("attack", "fired", (Argument("Target", "hotel"), Argument("Attacker", "x"), Argument("Target", "car"))),
        Event("attack", "shot"),
    )
)
X = {"ner": NER, "re": RE, "ee": EE}
SCHEMAS = {"ner": ["person", "location"], "re": ["used for", "part of"], "ee": {"attack": ["Target", "Attacker"]}}

WRITTEN = {
    ("ner", "records"): '{"person": ["Kevin", "the \\"Boss\\""], "location": ["Köln"]}',
    ("re", "records"): '{"used for": [["a, b", "c"], ["f", "g"]], "part of": [["d", "e"]]}',
    (
        "ee",
        "records",
    ): '{"attack": [{"trigger": "fired", "arguments": [["Target", "hotel"], ["Attacker", "x"], ["Target", "car"]]}, '
    '{"trigger": "shot", "arguments": []}]}',
    ("ner", "slots"): '{"person": "Kevin the \\"Boss\\"", "location": "Köln"}',
    ("re", "slots"): '{"used for": "a, b, c f, g", "part of": "d, e"}',
    ("ee", "slots"): '{"attack": "fired: Target: hotel; Attacker: x; Target: car | shot:"}',
    ("ner", "iepile"): '{"person": ["Kevin", "the \\"Boss\\""], "location": ["Köln"]}',
    ("re", "iepile"): '{"used for": [{"subject": "a, b", "object": "c"}, {"subject": "f", "object": "g"}], '
    '"part of": [{"subject": "d", "object": "e"}]}',
    ("ee", "iepile"): '{"attack": [{"trigger": "fired", "arguments": {"Target": ["hotel", "car"], "Attacker": "x"}}, '
    '{"trigger": "shot", "arguments": {}}]}',
    ("ner", "lists"): '{"entity_list": [{"name": "Kevin", "type": "person"}, {"name": "Köln", "type": "location"}, '
    '{"name": "the \\"Boss\\"", "type": "person"}]}',
    ("re", "lists"): '{"relation_list": [{"relation": "used for", "head": "a, b", "tail": "c"}, '
    '{"relation": "part of", "head": "d", "tail": "e"}, {"relation": "used for", "head": "f", "tail": "g"}]}',
    ("ee", "lists"): '{"event_list": [{"event_type": "attack", "event_trigger": "fired", '
    '"event_argument": {"Target": ["hotel", "car"], "Attacker": "x"}}, '
    '{"event_type": "attack", "event_trigger": "shot", "event_argument": {}}]}',
    ("ner", "triples"): '{"ner": [["Kevin", "person"], ["Köln", "location"], ["the \\"Boss\\"", "person"]]}',
    ("re", "triples"): '{"triple_list": [["a, b", "used for", "c"], ["d", "part of", "e"], ["f", "used for", "g"]]}',
    ("ner", "calls"): 'result = [Person(span="Kevin"), Location(span="Köln"), Person(span="the \\"Boss\\"")]',
    (
        "re",
        "calls",
    ): 'result = [UsedFor(arg1="a, b", arg2="c"), PartOf(arg1="d", arg2="e"), UsedFor(arg1="f", arg2="g")]',
    (
        "ee",
        "calls",
    ): 'result = [Attack(mention="fired", target=["hotel", "car"], attacker=["x"]), Attack(mention="shot")]',
    ("ner", "instructuie"): 'person: Kevin; location: Köln; person: the "Boss"',
    ("re", "instructuie"): "used for: a, b, c; part of: d, e; used for: f, g",
    ("ee", "instructuie"): "(attack: fired, Target: hotel, Attacker: x, Target: car) (attack: shot)",
}
LOSSLESS = [key for key in WRITTEN if key not in {("ner", "slots"), ("re", "slots"), ("re", "instructuie")}]


@pytest.mark.parametrize(("task", "fmt"), WRITTEN, ids=map(" ".join, WRITTEN))
def test_an_extraction_is_written_as_the_format_has_it(task, fmt):
    assert WRITTEN[task, fmt] == sfr.dump(X[task], task, format=fmt)


@pytest.mark.parametrize(("task", "fmt"), LOSSLESS, ids=map(" ".join, LOSSLESS))
def test_what_is_written_is_read_again_by_shape_and_by_name(task, fmt):
    for name in ("auto", fmt):
        parsed = sfr.parse(sfr.dump(X[task], task, format=fmt), task, schema=SCHEMAS[task], format=name)
        assert (parsed.status, parsed.problems) == ("ok", ())
        assert sfr.ee_units(X[task]) == sfr.ee_units(parsed.extraction)
        assert sfr.ner_units(X[task]) == sfr.ner_units(parsed.extraction)
        assert sfr.re_units(X[task]) == sfr.re_units(parsed.extraction)


@pytest.mark.parametrize(("task", "fmt"), WRITTEN, ids=map(" ".join, WRITTEN))
def test_nothing_is_written_as_nothing_and_read_again_by_shape_and_by_name(task, fmt):
    output = sfr.dump(Extraction(), task, format=fmt)
    for name in ("auto", fmt):
        parsed = sfr.parse(output, task, format=name)
        assert (Extraction(), "ok", ()) == (parsed.extraction, parsed.status, parsed.problems)


def test_records_are_the_default():
    assert sfr.dump(NER, "ner", format="records") == sfr.dump(NER, "ner")


def test_one_type_is_written_as_a_bare_list():
    kevin = Extraction(entities=(Entity("person", "Kevin"), Entity("person", "Therese")))
    assert sfr.dump(kevin, "ner", format="universalner") == '["Kevin", "Therese"]'
    with pytest.raises(ValueError, match=r"universalner holds one type, not \['location', 'person'\]"):
        sfr.dump(NER, "ner", format="universalner")


@pytest.mark.parametrize(
    ("task", "fmt"),
    [
        ("ner", "sel"),
        ("re", "sel"),
        ("ee", "sel"),
        ("ee", "triples"),
        ("re", "universalner"),
        ("ee", "universalner"),
        ("ner", "xml"),
    ],
    ids=str,
)
def test_a_format_that_cannot_hold_a_task_is_refused_with_those_that_can(task, fmt):
    with pytest.raises(ValueError, match=f"cannot write {task} as '{fmt}'; possible: .*records.*slots") as caught:
        sfr.dump(X[task], task, format=fmt)
    possible = str(caught.value).partition("possible: ")[2].split(", ")
    assert [name for name in possible if name not in sfr.FORMATS] == []


def test_an_unknown_task_is_refused():
    with pytest.raises(ValueError, match="unknown task 'xx'"):
        sfr.dump(NER, "xx")


def test_the_units_of_other_tasks_are_left_out():
    mixed = Extraction(NER.entities, RE.relations, EE.events)
    for task, extraction in X.items():
        assert sfr.dump(extraction, task) == sfr.dump(mixed, task)


@pytest.mark.parametrize(
    ("joiner", "expected"), [(" ", "Kevin Therese"), (" | ", "Kevin | Therese"), ("\n", "Kevin\nTherese")]
)
def test_the_values_of_a_slot_are_joined_as_asked_and_repeats_left_out(joiner, expected):
    people = Extraction(entities=tuple(Entity("person", name) for name in ("Kevin", "Therese", "Kevin")))
    assert {"person": expected} == json.loads(sfr.dump(people, "ner", format="slots", joiner=joiner))


def test_an_event_without_a_trigger_is_written_with_its_arguments():
    event = Extraction(events=(Event("attack", "", (Argument("Target", "hotel"),)),))
    for name in ("records", "iepile", "lists"):
        assert event == sfr.parse(sfr.dump(event, "ee", format=name), "ee").extraction


@pytest.mark.parametrize("fmt", ["records", "slots", "iepile", "lists", "triples"])
def test_a_paper_figure_is_written_as_printed(fmt):
    figure = Extraction(relations=(Relation("used for", "surface", "algorithm"),))
    output = sfr.dump(figure, "re", format=fmt)
    assert (output == '{"used for": "surface, algorithm"}') == (fmt == "slots")
    assert figure == sfr.parse(output, "re").extraction


@pytest.mark.parametrize("name", ["人物", "组织关系-裁员", "Ängste", "été"])
def test_a_type_in_any_script_comes_back_from_a_call(name):
    person = Extraction(entities=(Entity(name, "胡老"),))
    event = Extraction(events=(Event(name, "裁员", (Argument("时间", "5月份"),)),))
    assert person == sfr.parse(sfr.dump(person, "ner", format="calls"), "ner", schema=[name]).extraction
    assert event == sfr.parse(sfr.dump(event, "ee", format="calls"), "ee", schema={name: ["时间"]}).extraction
