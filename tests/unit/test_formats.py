"""One hand-made example of every format of the field, and what each must give."""

import json
from typing import NamedTuple

import pytest

import sfr
from sfr import Argument, Entity, Event, Extraction, Relation
from sfr.formats import CODES

NER_TEXT = "Best wishes to Kevin , Therese & their family in Bad Ems . JG"
RE_TEXT = "our algorithm uses a surface controlled by a small set of parameters ."
EE_TEXT = "After 5 days of IL-2 the patient developed a lesion; rebels fired on the hotel; 326000 were compromised."
TEXTS = {"ner": NER_TEXT, "re": RE_TEXT, "ee": EE_TEXT}
SCHEMAS = {
    "ner": ["person", "organization", "location"],
    "re": ["used for", "part of"],
    "ee": {
        "types": ["adverse event", "attack", "data breach"],
        "roles": [
            "Subject",
            "Effect",
            "Treatment",
            "Treatment.Drug",
            "Attacker",
            "Target",
            "victim",
            "number of victim",
        ],
    },
}

KEVIN = ("person", "Kevin")
THERESE = ("person", "Therese")
EMS = ("location", "Bad Ems")
SURFACE = ("used for", "surface", "algorithm")
SET = ("part of", "parameters", "set")
DEVELOPED = ("adverse event", "developed", ("Subject", "patient"), ("Effect", "a lesion"))
FIRED = ("attack", "fired", ("Attacker", "rebels"), ("Target", "hotel"))


def extraction(task, units):
    if task == "ner":
        return Extraction(entities=tuple(Entity(*unit) for unit in units))
    if task == "re":
        return Extraction(relations=tuple(Relation(*unit) for unit in units))
    events = (Event(kind, trigger, tuple(Argument(*a) for a in arguments)) for kind, trigger, *arguments in units)
    return Extraction(events=tuple(events))


class Case(NamedTuple):
    name: str
    task: str
    format: str
    output: str
    units: list
    schema: object = None


CASES = [
    # the paper's strings
    Case(
        "ProUIE CM",
        "ner",
        "slots",
        '{"location": "Bad Ems", "person": "Kevin Therese", "organization": ""}',
        [EMS, KEVIN, THERESE],
    ),
    Case("ProUIE CM, Figure 5", "re", "slots", '{"part of": "", "used for": "surface, algorithm"}', [SURFACE]),
    Case("ProUIE SA, Figure 7", "re", "slots", '{"used for": "surface, algorithm"}', [SURFACE]),
    Case(
        "ProUIE, two pairs",
        "re",
        "slots",
        '{"used for": "surface, algorithm parameters, set"}',
        [SURFACE, ("used for", "parameters", "set")],
    ),
    Case("ProUIE, pairs in a list", "re", "slots", '{"used for": ["surface, algorithm"]}', [SURFACE]),
    Case(
        "ProUIE, Figure 6",
        "ee",
        "slots",
        '{"attack": "", "adverse event": "developed: Subject: patient; Effect: a lesion"}',
        [DEVELOPED],
    ),
    Case(
        "ProUIE, two groups and our bar",
        "ee",
        "slots",
        '{"attack": "fired: Attacker: rebels; Target: hotel | compromised:"}',
        [FIRED, ("attack", "compromised")],
    ),
    Case(
        "ProUIE, two groups and a space",
        "ee",
        "slots",
        '{"attack": "fired: Attacker: rebels; Target: hotel compromised: victim: patient"}',
        [FIRED, ("attack", "compromised", ("victim", "patient"))],
    ),
    Case(
        "ProUIE, two groups and a semicolon",
        "ee",
        "slots",
        '{"attack": "fired: Attacker: rebels; Target: hotel; compromised: victim: patient"}',
        [FIRED, ("attack", "compromised", ("victim", "patient"))],
    ),
    Case(
        "ProUIE, two groups on two lines",
        "ee",
        "slots",
        '{"attack": "fired: Attacker: rebels; Target: hotel\\ncompromised: victim: patient"}',
        [FIRED, ("attack", "compromised", ("victim", "patient"))],
    ),
    Case("ProUIE, a trigger alone", "ee", "slots", '{"attack": "fired"}', [("attack", "fired")]),
    # InstructUIE, RUIE, B2NER
    Case("InstructUIE", "ner", "instructuie", "person: Kevin; person: Therese", [KEVIN, THERESE]),
    Case("InstructUIE, lines", "ner", "instructuie", "person: Kevin\nlocation: Bad Ems", [KEVIN, EMS]),
    Case(
        "InstructUIE RE", "re", "instructuie", "used for: surface, algorithm; part of: parameters, set", [SURFACE, SET]
    ),
    Case(
        "InstructUIE EET",
        "ee",
        "instructuie",
        "adverse event: developed; attack: fired",
        [("adverse event", "developed"), ("attack", "fired")],
    ),
    Case(
        "InstructUIE EEA",
        "ee",
        "instructuie",
        "rebels: Attacker; hotel: Target",
        [("attack", "", *FIRED[2:])],
        {"attack": ["Attacker", "Target"]},
    ),
    Case(
        "InstructUIE EE",
        "ee",
        "instructuie",
        "( attack: fired, Attacker: rebels, Target: hotel ) ( adverse event: developed, Subject: patient, Effect: a lesion )",
        [FIRED, DEVELOPED],
    ),
    # objects keyed by type
    Case(
        "IEPile, OneKE, YAYI-UIE",
        "ner",
        "records",
        '{"person": ["Kevin", "Therese"], "location": []}',
        [KEVIN, THERESE],
    ),
    Case("ReasoningIE", "ner", "records", '{"entities": {"person": ["Kevin", "Therese"]}}', [KEVIN, THERESE]),
    Case(
        "records RE",
        "re",
        "records",
        '{"used for": [["surface", "algorithm"]], "part of": [["parameters", "set"]]}',
        [SURFACE, SET],
    ),
    Case(
        "records EE",
        "ee",
        "records",
        '{"attack": [{"trigger": "fired", "arguments": [["Attacker", "rebels"], ["Target", "hotel"]]}]}',
        [FIRED],
    ),
    Case(
        "IEPile RE, subject",
        "re",
        "iepile",
        '{"used for": [{"subject": "surface", "object": "algorithm"}], "part of": []}',
        [SURFACE],
    ),
    Case("IEPile RE, head", "re", "iepile", '{"used for": [{"head": "surface", "tail": "algorithm"}]}', [SURFACE]),
    Case(
        "IEPile KG",
        "re",
        "iepile",
        '{"concept": {"surface": {"used for": "algorithm", "part of": ["set", "parameters"]}}}',
        [SURFACE, ("part of", "surface", "set"), ("part of", "surface", "parameters")],
    ),
    Case(
        "IEPile EE",
        "ee",
        "iepile",
        '{"adverse event": [{"trigger": "developed ", "arguments": {"Subject": "patient", "Treatment": "NAN", "Treatment.Drug": ["IL-2", "5 days"]}}], "attack": []}',
        [
            (
                "adverse event",
                "developed",
                ("Subject", "patient"),
                ("Treatment.Drug", "IL-2"),
                ("Treatment.Drug", "5 days"),
            )
        ],
    ),
    Case(
        "IEPile EET",
        "ee",
        "iepile",
        '{"attack": ["fired", "compromised"], "adverse event": []}',
        [("attack", "fired"), ("attack", "compromised")],
    ),
    Case(
        "IEPile EEA",
        "ee",
        "iepile",
        '{"attack": [{"Attacker": "rebels", "Target": "hotel"}]}',
        [("attack", "", *FIRED[2:])],
    ),
    Case(
        "YAYI-UIE EEA",
        "ee",
        "iepile",
        '{"Attacker": "rebels", "Target": "hotel"}',
        [("attack", "", *FIRED[2:])],
        {"attack": ["Attacker", "Target"]},
    ),
    # lists that name their types
    Case(
        "OneKE v2",
        "ner",
        "lists",
        '{"entity_list": [{"name": "Kevin", "type": "person"}, {"name": "Bad Ems", "type": "location"}]}',
        [KEVIN, EMS],
    ),
    Case("IEPile raw, DeepKE", "ner", "lists", '{"entity": [{"entity": "Kevin", "entity_type": "person"}]}', [KEVIN]),
    Case("generic", "ner", "lists", '[{"text": "Kevin", "label": "person"}]', [KEVIN]),
    Case("generic, wrapped", "ner", "lists", '{"entities": [{"text": "Kevin", "type": "person"}]}', [KEVIN]),
    Case("generic, other keys", "ner", "lists", '{"entities": [{"entity": "Kevin", "label": "person"}]}', [KEVIN]),
    Case("YAYI-UIE RE", "re", "lists", '[{"relation": "used for", "head": "surface", "tail": "algorithm"}]', [SURFACE]),
    Case(
        "OneKE v2 RE",
        "re",
        "lists",
        '{"relation_list": [{"relation": "used for", "head": "surface", "tail": "algorithm"}]}',
        [SURFACE],
    ),
    Case(
        "OneKE v2 triples",
        "re",
        "lists",
        '{"triple_list": [{"head": "surface", "head_type": "method", "relation": "used for", "relation_type": "use", "tail": "algorithm", "tail_type": "method"}]}',
        [SURFACE],
    ),
    Case(
        "IEPile raw RE",
        "re",
        "lists",
        '{"relation": [{"head": "surface", "relation": "used for", "tail": "algorithm", "head_type": "x", "tail_type": "y"}]}',
        [SURFACE],
    ),
    Case("SPO", "re", "lists", '[{"subject": "surface", "predicate": "used for", "object": "algorithm"}]', [SURFACE]),
    Case(
        "CopyRE",
        "re",
        "lists",
        '{"relationMentions": [{"em1Text": "surface", "em2Text": "algorithm", "label": "used for"}]}',
        [SURFACE],
    ),
    Case(
        "OneKE v2 EE",
        "ee",
        "lists",
        '{"event_list": [{"event_type": "data breach", "event_trigger": "compromised", "event_argument": {"number of victim": 326000, "victim": "patient"}}]}',
        [("data breach", "compromised", ("number of victim", "326000"), ("victim", "patient"))],
    ),
    Case(
        "IEPile raw EE",
        "ee",
        "lists",
        '{"event": [{"event_trigger": "fired", "event_type": "attack", "arguments": [{"argument": "rebels", "role": "Attacker"}, {"argument": "hotel", "role": "Target"}]}]}',
        [FIRED],
    ),
    # lists of arrays
    Case("PRGC, CasRel", "re", "triples", '{"triple_list": [["surface", "used for", "algorithm"]]}', [SURFACE]),
    Case(
        "R2GRPO rel",
        "re",
        "triples",
        '{"ner": [["surface", "method"]], "rel": [["surface", "used for", "algorithm"]]}',
        [SURFACE],
    ),
    Case(
        "R2GRPO ner",
        "ner",
        "triples",
        '{"ner": [["Kevin", "person"]], "rel": [["Kevin", "knows", "Therese"]]}',
        [KEVIN],
    ),
    Case(
        "GLiNER",
        "ner",
        "triples",
        '{"tokenized_text": ["to", "Kevin", "in", "Bad", "Ems"], "ner": [[1, 1, "person"], [3, 4, "location"]]}',
        [KEVIN, EMS],
    ),
    Case("UniversalNER", "ner", "universalner", '["Kevin", "Therese"]', [KEVIN, THERESE], ["person"]),
    # Python calls
    Case("GoLLIE", "ner", "calls", 'result = [Person(span="Kevin"), Location(span="Bad Ems")]', [KEVIN, EMS]),
    Case("KnowCoder", "ner", "calls", 'results = [Person("Kevin"), Person("Therese")]', [KEVIN, THERESE]),
    Case("GoLLIE RE", "re", "calls", '[UsedFor(arg1="surface", arg2="algorithm")]', [SURFACE]),
    Case(
        "KnowCoder RE, nested calls",
        "re",
        "calls",
        'results = [UsedFor(Entity("surface"), Entity(name="algorithm"))]',
        [SURFACE],
    ),
    Case("GoLLIE EE", "ee", "calls", '[Attack(mention="fired", attacker=[\'rebels\'], target=["hotel"])]', [FIRED]),
    Case(
        "KnowCoder EE, nested calls",
        "ee",
        "calls",
        'results = [Attack(trigger="fired", attacker=[Human("rebels")], target=[Building(span="hotel")])]',
        [FIRED],
    ),
    # UIE
    Case(
        "UIE NER",
        "ner",
        "sel",
        "<extra_id_0> <extra_id_0> person <extra_id_5> Kevin <extra_id_1> <extra_id_0> location <extra_id_5> Bad Ems <extra_id_1> <extra_id_1>",
        [KEVIN, EMS],
    ),
    Case(
        "UIE RE",
        "re",
        "sel",
        "<extra_id_0> <extra_id_0> method <extra_id_5> surface <extra_id_0> used for <extra_id_5> algorithm <extra_id_1> <extra_id_1> <extra_id_1>",
        [SURFACE],
    ),
    Case(
        "UIE EE",
        "ee",
        "sel",
        "<extra_id_0> <extra_id_0> attack <extra_id_5> fired <extra_id_0> Attacker <extra_id_5> rebels <extra_id_1> <extra_id_0> Target <extra_id_5> hotel <extra_id_1> <extra_id_1> <extra_id_1>",
        [FIRED],
    ),
]
IDS = [f"{case.task}: {case.name}" for case in CASES]


def read(case, **options):
    return sfr.parse(case.output, case.task, TEXTS[case.task], case.schema or SCHEMAS[case.task], **options)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_every_format_of_the_field_is_read_by_its_shape(case):
    parsed = read(case)
    assert extraction(case.task, case.units) == parsed.extraction
    assert (case.format, "ok", ()) == (parsed.format, parsed.status, parsed.rungs)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_format_read_by_name_gives_the_same(case):
    assert read(case) == read(case, format=case.format)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_named_format_refuses_every_other(case):
    names = {name for name in sfr.FORMATS if read(case, format=name).status != "unparsable"}
    shape_of_both = {"iepile"} if (case.task, case.format) == ("ner", "records") else set()
    assert {case.format} == names - shape_of_both


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_refusal_says_what_was_expected_and_what_was_found(case):
    other = "records" if case.format != "records" else "sel"
    refused = read(case, format=other)
    assert Extraction() == refused.extraction
    assert refused.problems[-1].code in {"wrong-format", "no-json"}
    if refused.problems[-1].code == "wrong-format":
        assert repr(case.format) == refused.problems[-1].found


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_clean_example_has_no_problem_but_a_missing_trigger(case):
    has_trigger = case.task != "ee" or all(trigger for _, trigger, *_ in case.units)
    expected = [] if has_trigger else ["no-trigger"]
    assert expected == [problem.code for problem in read(case).problems]


def test_every_format_has_an_example_and_a_description():
    assert set(sfr.FORMATS) == {case.format for case in CASES}
    assert all(sfr.FORMATS.values())


def test_an_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"unknown format 'xml'; known: auto, records, slots, "):
        sfr.parse("{}", "ner", format="xml")


@pytest.mark.parametrize(
    "output",
    ["{}", "[]", "None", "none", "null", "NAN", "NaN", "无", "None.", "<extra_id_0> <extra_id_1>"],
)
@pytest.mark.parametrize("task", ["ner", "re", "ee"])
def test_an_empty_answer_in_any_format_is_right_and_empty(task, output):
    parsed = sfr.parse(output, task, TEXTS[task], SCHEMAS[task])
    assert (Extraction(), "ok", ()) == (parsed.extraction, parsed.status, parsed.problems)


@pytest.mark.parametrize(
    "value",
    [
        '""',
        "[]",
        "{}",
        "null",
        '"None"',
        '"NAN"',
        '"NaN"',
        '"null"',
        '"N/A"',
        '"无"',
        '" "',
        "NaN",
        "[null]",
        '[""]',
        "[[]]",
    ],
)
@pytest.mark.parametrize("task", ["ner", "re", "ee"])
def test_a_type_with_an_empty_marker_is_not_there(task, value):
    kind = "attack" if task == "ee" else "part of"
    parsed = sfr.parse(f'{{"{kind}": {value}}}', task)
    assert (Extraction(), "ok", ()) == (parsed.extraction, parsed.status, parsed.problems)


@pytest.mark.parametrize("value", ['"NAN"', '"None"', "null", '""', "[]", '["NAN"]', "[null, null]", '"无"', "NaN"])
def test_a_role_with_an_empty_marker_is_not_there(value):
    output = f'{{"attack": [{{"trigger": "fired", "arguments": {{"Target": "hotel", "Attacker": {value}}}}}]}}'
    parsed = sfr.parse(output, "ee", EE_TEXT, SCHEMAS["ee"])
    assert extraction("ee", [("attack", "fired", ("Target", "hotel"))]) == parsed.extraction
    assert (parsed.status, parsed.problems) == ("ok", ())


@pytest.mark.parametrize("constant", ["null", "NaN"])
def test_a_constant_for_nothing_within_a_list_is_not_a_mention(constant):
    parsed = sfr.parse(f'{{"person": [{constant}, "Kevin"]}}', "ner")
    assert extraction("ner", [KEVIN]) == parsed.extraction


@pytest.mark.parametrize(
    ("task", "output", "units"),
    [
        (
            "ner",
            '{"number": [326000, 6.20, -1, 1e5]}',
            [("number", "326000"), ("number", "6.20"), ("number", "-1"), ("number", "1e5")],
        ),
        ("ner", '{"number": 326000}', [("number", "326000")]),
        ("ner", '[{"text": 7, "type": "number"}]', [("number", "7")]),
        ("re", '{"age": [["Kevin", 41]]}', [("age", "Kevin", "41")]),
        (
            "ee",
            '{"breach": [{"trigger": "lost", "arguments": {"victims": [3, "12"]}}]}',
            [("breach", "lost", ("victims", "3"), ("victims", "12"))],
        ),
    ],
    ids=["entities", "an entity", "an object", "a tail", "arguments"],
)
def test_numbers_stay_as_they_are_written(task, output, units):
    parsed = sfr.parse(output, task)
    assert (extraction(task, units), "ok") == (parsed.extraction, parsed.status)


@pytest.mark.parametrize(
    ("task", "output", "units"),
    [
        ("ner", '[{"text": ["right", "lung"], "type": "organ"}]', [("organ", "right lung")]),
        ("re", '[{"relation": "in", "head": ["right", "lobe"], "tail": "lung"}]', [("in", "right lobe", "lung")]),
        ("ee", '{"attack": [{"trigger": ["opened", "fire"], "arguments": []}]}', [("attack", "opened fire")]),
        (
            "ee",
            '[{"event_type": "attack", "trigger": "fired", "arguments": [{"role": "Target", "text": ["the", "hotel"]}]}]',
            [("attack", "fired", ("Target", "the hotel"))],
        ),
    ],
    ids=["entity", "head", "trigger", "argument"],
)
def test_the_fragments_of_a_mention_are_joined_by_a_space(task, output, units):
    assert extraction(task, units) == sfr.parse(output, task).extraction


@pytest.mark.parametrize(
    "output",
    [
        '[{"relation": "used for", "head": {"name": "surface", "type": "x"}, "tail": {"text": "algorithm"}}]',
        '{"used for": [{"head": {"name": "surface"}, "tail": {"name": "algorithm"}}]}',
        '{"used for": {"surface": "algorithm"}}',
        '{"used for": {"surface": ["algorithm"]}}',
        '{"used for": {"subject": "surface", "object": "algorithm"}}',
    ],
)
def test_nested_heads_and_tails_are_read(output):
    parsed = sfr.parse(output, "re", RE_TEXT, SCHEMAS["re"])
    assert (extraction("re", [SURFACE]), "ok") == (parsed.extraction, parsed.status)


def test_a_bare_list_needs_a_schema_of_one_type():
    output = '["Kevin", "Therese"]'
    assert extraction("ner", [KEVIN, THERESE]) == sfr.parse(output, "ner", schema=["person"]).extraction
    for schema in (None, ["person", "location"]):
        parsed = sfr.parse(output, "ner", schema=schema)
        assert ("unparsable", Extraction()) == (parsed.status, parsed.extraction)
        assert [problem.code for problem in parsed.problems] == ["no-type", "no-type", "nothing-readable"]


@pytest.mark.parametrize(
    "output",
    [
        '[Person(span=__import__("os").system("touch /tmp/{0}"))]',
        '[Person(span=open("/tmp/{0}", "w"))]',
        "[Person(span=[c for c in ().__class__.__base__.__subclasses__()])]",
        'result = [Person(span=eval("1/0"))]',
        '[Person(span="Kevin" + str(1/0))]',
        '[Person(span=f"{1/0}")]',
        "[Person(span=9**9**9**9)]",
        '[Person(**{"span": "Kevin"})]',
        "results = [Person(lambda: 1/0)]",
    ],
)
def test_no_call_is_ever_evaluated(output, tmp_path):
    parsed = sfr.parse(output.replace("/tmp/{0}", f"{tmp_path}/made"), "ner", NER_TEXT, SCHEMAS["ner"])
    assert list(tmp_path.iterdir()) == []
    assert "person" not in {e.type for e in parsed.extraction.entities if e.text in NER_TEXT}


def test_python_names_take_the_spelling_of_the_schema():
    output = '[Used_For(arg1="surface", arg2="algorithm")]'
    assert extraction("re", [SURFACE]) == sfr.parse(output, "re", schema=["used for"]).extraction
    assert extraction("re", [("Used_For", *SURFACE[1:])]) == sfr.parse(output, "re").extraction


@pytest.mark.parametrize(
    ("task", "output"),
    [
        ("ner", '{"entity": ["Kevin"], "person": ["Therese"]}'),
        ("re", '{"relation": [["surface", "set"]], "used for": [["surface", "algorithm"]]}'),
        ("ee", '{"event": [{"trigger": "fired", "arguments": []}]}'),
    ],
)
def test_a_type_may_be_named_like_a_wrapper(task, output):
    parsed = sfr.parse(output, task)
    kinds = {u.type for u in (*parsed.extraction.entities, *parsed.extraction.relations, *parsed.extraction.events)}
    assert set(json.loads(output)) == kinds


@pytest.mark.parametrize(
    ("split", "values"),
    [("source", ["Kevin", "Bad Ems"]), ("space", ["Kevin", "Bad", "Ems"]), ("atomic", ["Kevin Bad Ems"])],
)
def test_a_slot_is_split_as_asked(split, values):
    parsed = sfr.parse('{"x": "Kevin Bad Ems"}', "ner", NER_TEXT, split=split)
    assert extraction("ner", [("x", value) for value in values]) == parsed.extraction


def test_a_slot_without_a_text_is_one_value():
    assert extraction("ner", [("x", "Kevin Bad Ems")]) == sfr.parse('{"x": "Kevin Bad Ems"}', "ner").extraction


def test_bars_and_lines_part_the_values_of_a_slot_without_a_text():
    parsed = sfr.parse('{"x": "Kevin | Bad Ems\\nTherese"}', "ner")
    assert extraction("ner", [("x", "Kevin"), ("x", "Bad Ems"), ("x", "Therese")]) == parsed.extraction


@pytest.mark.parametrize(
    ("argument", "role"),
    [
        ("administration of carbamazepine (CBZ; Tegretol) used against pain", "Treatment"),
        ("5-aminosalicylic acid (Pentasa; Nisshin, Tokyo, Japan) 3.0 g/day", "Treatment"),
        ("baseline; phase 1 (days 1-6): cisapride 10 mg; and phase 3", "Treatment"),
        ("toxicity: renal impairment, anaemia", "Effect"),
        ("A 6-year-old boy (weight: 16 kg)", "Subject"),
    ],
)
def test_a_semicolon_or_colon_within_an_argument_ends_nothing(argument, role):
    slot = f"developed: Treatment.Drug: IL-2; {role}: {argument}; Effect: a lesion"
    parsed = sfr.parse(json.dumps({"adverse event": slot}), "ee", schema=SCHEMAS["ee"])
    expected = ("adverse event", "developed", ("Treatment.Drug", "IL-2"), (role, argument), ("Effect", "a lesion"))
    assert extraction("ee", [expected]) == parsed.extraction


def test_the_roles_are_guessed_when_no_schema_names_them():
    output = '{"adverse event": "developed: Subject: patient; Treatment.Drug: IL-2; Effect: a lesion"}'
    expected = (
        "adverse event",
        "developed",
        ("Subject", "patient"),
        ("Treatment.Drug", "IL-2"),
        ("Effect", "a lesion"),
    )
    assert extraction("ee", [expected]) == sfr.parse(output, "ee").extraction


@pytest.mark.parametrize(
    ("task", "output", "code", "where"),
    [
        ("ner", '{"person": [["Kevin"], "JG"]}', "not-a-string", "person[0]"),
        ("ner", '{"person": true, "location": ["Bad Ems"]}', "not-a-list", "person"),
        ("ner", '{"": ["Kevin"], "person": ["JG"]}', "empty-type", '""[0]'),
        ("ner", '{"pet": ["Kevin"]}', "unknown-type", "pet[0]"),
        ("ner", '{"person": ["Bob"]}', "not-in-source", "person[0]"),
        ("ner", '{"person": ["Kevin"], "person": ["JG"]}', "duplicate-key", "person"),
        ("ner", '[["Kevin"], ["JG", "person"]]', "not-a-pair", "[0]"),
        ("ner", '{"entity_list": [{"name": "JG", "type": "person"}, true]}', "not-an-object", "entity_list[1]"),
        ("re", '{"used for": [["surface"], ["set", "parameters"]]}', "not-a-pair", "used for[0]"),
        ("re", '{"used for": [["surface", ""], ["set", "parameters"]]}', "empty-mention", "used for[0]"),
        ("re", '{"used for": ["surface", "algorithm"]}', "not-a-pair", "used for"),
        ("re", '{"used for": "surface", "part of": "set, parameters"}', "not-a-pair", "used for"),
        ("re", '{"triple_list": [["surface", "used for", "set"], ["a", "b"]]}', "not-a-triple", "triple_list[1]"),
        (
            "re",
            '[{"head": "surface", "tail": "set"}, {"head": "surface", "relation": "part of", "tail": "set"}]',
            "not-a-triple",
            "[0]",
        ),
        ("ee", '{"attack": [{"trigger": "fired", "arguments": [["Target"]]}]}', "not-a-pair", "attack[0].arguments[0]"),
        (
            "ee",
            '{"attack": [{"trigger": "fired", "arguments": [["", "hotel"]]}]}',
            "not-an-argument",
            "attack[0].arguments[0]",
        ),
        (
            "ee",
            '{"attack": [{"trigger": "fired", "arguments": [["Goal", "hotel"]]}]}',
            "unknown-role",
            "attack[0].arguments[0]",
        ),
        ("ee", '{"attack": [{"arguments": [["Target", "hotel"]]}]}', "no-trigger", "attack[0]"),
        ("ee", '{"attack": [["fired"], {"trigger": "fired"}]}', "not-an-event", "attack[0]"),
    ],
)
def test_every_defect_is_named_with_its_place_and_the_rest_is_read(task, output, code, where):
    parsed = sfr.parse(output, task, TEXTS[task], SCHEMAS[task])
    assert (code, where) == parsed.problems[0][:2]
    assert code in CODES
    assert Extraction() != parsed.extraction


def test_a_part_that_cannot_be_read_is_reported_as_recovered():
    parsed = sfr.parse('{"used for": [["surface"], ["set", "parameters"]]}', "re")
    assert (parsed.status, parsed.rung) == ("recovered", "malformed")


def test_an_answer_of_which_nothing_can_be_read_is_unparsable():
    parsed = sfr.parse('{"used for": [["surface"], ["set"]]}', "re")
    assert ("unparsable", Extraction()) == (parsed.status, parsed.extraction)
    assert [problem.code for problem in parsed.problems] == ["not-a-pair", "not-a-pair", "nothing-readable"]


@pytest.mark.parametrize("code", CODES)
def test_a_problem_is_one_line_that_says_what_was_expected(code):
    line = str(sfr.Problem(code, "person[0]", "'x'"))
    assert f"{code} @ person[0]: expected {CODES[code]}, found 'x'" == line
    assert "\n" not in line


def test_a_problem_without_a_place_concerns_the_top():
    assert str(sfr.Problem("no-answer", "")) == "no-answer @ top: expected an answer"


@pytest.mark.parametrize(
    ("task", "output"),
    [
        ("ner", '{"text": "Kevin met Therese", "entity": []}'),
        ("ner", '{"sentence": "Kevin met Therese", "entity_list": []}'),
        ("ner", '{"tokenized_text": ["Kevin", "met"], "ner": []}'),
        ("re", '{"text": "Kevin, met Therese", "relation": []}'),
        ("re", '{"sentence": "Kevin, met Therese", "relation_list": []}'),
        ("ee", '{"text": "Kevin met Therese", "event": []}'),
        ("ner", "result = []"),
        ("re", "results = []"),
        ("ee", "result = [ ]"),
    ],
)
def test_an_empty_list_of_units_is_an_empty_answer_whatever_stands_beside_it(task, output):
    parsed = sfr.parse(output, task, "Kevin, met Therese", SCHEMAS[task])
    assert (Extraction(), "ok", ()) == (parsed.extraction, parsed.status, parsed.problems)


@pytest.mark.parametrize(
    ("task", "output", "units"),
    [
        ("ner", "person: None; location: Bad Ems", [EMS]),
        ("re", "used for: None; part of: parameters, set", [SET]),
        ("re", "used for: None", []),
        ("ee", "adverse event: None; attack: fired", [("attack", "fired")]),
        ("ee", "(attack: fired, Attacker: None, Target: hotel)", [("attack", "fired", ("Target", "hotel"))]),
    ],
)
def test_a_label_with_none_is_nothing(task, output, units):
    parsed = sfr.parse(output, task, TEXTS[task], SCHEMAS[task])
    assert (extraction(task, units), "ok", ()) == (parsed.extraction, parsed.status, parsed.problems)


@pytest.mark.parametrize("nothing", ["null", '""'])
@pytest.mark.parametrize(
    ("task", "output"),
    [
        ("ner", '[{"text": NOTHING, "type": "person"}]'),
        ("re", '{"used for": [{"head": NOTHING, "tail": NOTHING}]}'),
        ("re", '[{"relation": "used for", "head": NOTHING, "tail": NOTHING}]'),
        ("ee", '{"attack": [{"trigger": NOTHING, "arguments": {"Target": NOTHING}}]}'),
        ("ee", '[{"event_type": "attack", "trigger": NOTHING, "arguments": []}]'),
    ],
    ids=["entity", "pair", "triple", "iepile event", "event"],
)
def test_an_object_whose_values_say_that_there_is_nothing_is_nothing(task, output, nothing):
    parsed = sfr.parse(output.replace("NOTHING", nothing), task, TEXTS[task], SCHEMAS[task])
    assert (Extraction(), "ok") == (parsed.extraction, parsed.status)


def test_an_event_of_which_every_value_is_nan_is_nothing():
    output = '{"attack": [{"trigger": "NAN", "arguments": {"Target": "NAN"}}]}'
    parsed = sfr.parse(output, "ee", EE_TEXT, SCHEMAS["ee"])
    assert (Extraction(), "ok") == (parsed.extraction, parsed.status)


@pytest.mark.parametrize("nothing", ["null", "[]", "{}", '"NAN"'])
def test_arguments_that_are_nothing_are_no_defect(nothing):
    for output in (
        f'{{"attack": [{{"trigger": "fired", "arguments": {nothing}}}]}}',
        f'{{"event_list": [{{"event_type": "attack", "event_trigger": "fired", "event_argument": {nothing}}}]}}',
    ):
        parsed = sfr.parse(output, "ee", EE_TEXT, SCHEMAS["ee"])
        assert extraction("ee", [("attack", "fired")]) == parsed.extraction
        assert (parsed.status, parsed.problems) == ("ok", ())


@pytest.mark.parametrize(
    ("task", "output"),
    [
        ("ner", '[{"type": "person"}, {"text": "Kevin", "type": "person"}]'),
        ("ner", '[{"text": true, "type": "person"}, {"text": "Kevin", "type": "person"}]'),
        ("ee", '{"attack": [{"trigger": "fired", "arguments": [{"role": "Target", "argument": null}]}]}'),
        ("ee", '{"attack": [{"trigger": "fired", "arguments": [{"role": "Target"}]}]}'),
    ],
)
def test_an_object_without_its_value_does_not_turn_its_keys_into_types_or_roles(task, output):
    found = sfr.parse(output, task, TEXTS[task], SCHEMAS[task]).extraction
    expected = [KEVIN] if task == "ner" else [("attack", "fired")]
    assert extraction(task, expected) == found


@pytest.mark.parametrize("opening", ["```\n", "```text\n", "```plaintext\n"])
def test_lines_in_a_fence_are_read_and_the_fence_reported(opening):
    parsed = sfr.parse(f"{opening}person: Kevin; location: Bad Ems\n```", "ner", NER_TEXT, SCHEMAS["ner"])
    assert extraction("ner", [KEVIN, EMS]) == parsed.extraction
    assert (parsed.status, parsed.rungs, parsed.format) == ("recovered", ("fence",), "instructuie")


@pytest.mark.parametrize("wrapping", ["<think>x</think>{}", "<answer>{}</answer>", "```\n{}\n```"])
def test_the_language_of_uie_is_read_within_what_stands_around_it(wrapping):
    case = next(case for case in CASES if case.name == "UIE EE")
    parsed = sfr.parse(wrapping.replace("{}", case.output), "ee", EE_TEXT, SCHEMAS["ee"])
    assert (extraction("ee", case.units), "sel") == (parsed.extraction, parsed.format)


@pytest.mark.parametrize(
    "output", ["I'm sorry, there are no entities.", "There are: none at all", "Kevin: a name; that is all"]
)
def test_prose_with_a_colon_is_no_answer_when_the_schema_is_known(output):
    assert sfr.parse(output, "ner", NER_TEXT, SCHEMAS["ner"]).status == "unparsable"


def test_a_trigger_that_looks_like_a_role_is_a_trigger_when_the_roles_are_not_known():
    parsed = sfr.parse('{"therapy": "Treatment of: Treatment: metoprolol; Effect: rest"}', "ee")
    expected = extraction("ee", [("therapy", "Treatment of", ("Treatment", "metoprolol"), ("Effect", "rest"))])
    assert expected == parsed.extraction
