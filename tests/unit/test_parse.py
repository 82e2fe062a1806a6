"""What stands around an answer, how damaged it may be, and what is reported of it."""

import json
import time

import pytest

import sfr
from sfr import Argument, Entity, Event, Extraction, Problem, Relation
from sfr.formats import CODES
from sfr.parsing import RUNGS

TASKS = ("ner", "re", "ee")
STATUSES = {"ok", "recovered", "unparsable"}
GOOD = '{"person": ["Kevin", "Therese"]}'
BOTH = [("person", "Kevin"), ("person", "Therese")]


def entities(parsed):
    return [(e.type, e.text) for e in parsed.extraction.entities]


def units(extraction):
    """Every unit of an extraction, the group of an event apart from its arguments."""
    found = {(e.type, e.text) for e in extraction.entities}
    found |= {(r.type, r.head, r.tail) for r in extraction.relations}
    for event in extraction.events:
        found.add((event.type, event.trigger))
        found |= {(event.type, event.trigger, a.role, a.text) for a in event.arguments}
    return found


def codes(parsed):
    return [problem.code for problem in parsed.problems]


# -- around the answer ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "rungs"),
    [
        (GOOD, ()),
        (f"  \n{GOOD}\n", ()),
        (f"<think>Kevin is a person.</think>{GOOD}", ("thinking",)),
        (f"<think></think>\n\n{GOOD}", ("thinking",)),
        (f"<think>\n\n</think>\n\n{GOOD}", ("thinking",)),
        (f'<think>a draft: {{"person": ["Bob"]}}</think>{GOOD}', ("thinking",)),
        (f'so {{"person": ["Bob"]}} or so\n</think>\n{GOOD}', ("thinking",)),
        (f"<think>a<think>b</think>c</think>{GOOD}", ("thinking",)),
        (f"<THINK>a</THINK>{GOOD}", ("thinking",)),
        (f"<thinking>a</thinking>{GOOD}", ("thinking",)),
        (f"<reasoning>a</reasoning>{GOOD}", ("thinking",)),
        (f"<answer>{GOOD}</answer>", ("answer",)),
        (f"<answer>\n{GOOD}", ("answer",)),
        (f"{GOOD}</answer>", ("prose",)),
        (f'<answer>{{"person": ["Bob"]}}</answer> no: <answer>{GOOD}</answer>', ("answer",)),
        (f"<think>a</think> so <answer>{GOOD}</answer> done", ("thinking", "answer")),
        (f"<think>a</think><answer>```json\n{GOOD}\n```</answer>", ("thinking", "answer", "fence")),
        (f"```json\n{GOOD}\n```", ("fence",)),
        (f"```\n{GOOD}\n```", ("fence",)),
        (f"```JSON\n{GOOD}\n```\n", ("fence",)),
        (f"```json\n{GOOD}", ("fence",)),
        (f"{GOOD}\n```", ("fence",)),
        (f"```json{GOOD}```", ("fence",)),
        (f"Here you are:\n\n```json\n{GOOD}\n```\n\nAsk me more.", ("fence", "prose")),
        (f"```python\nx = 1\n```\nand\n```json\n{GOOD}\n```", ("fence", "prose")),
        (f"Sure! {GOOD}", ("prose",)),
        (f"{GOOD} I hope that helps.", ("prose",)),
        (f"Of [1] and {{this}} I take f(x): {GOOD} (see [2])", ("prose",)),
        (f"**Answer:** {GOOD}", ("prose",)),
    ],
)
def test_an_answer_is_found_within_what_stands_around_it(output, rungs):
    parsed = sfr.parse(output, "ner")
    assert entities(parsed) == BOTH
    assert (rungs, "recovered" if rungs else "ok") == (parsed.rungs, parsed.status)
    assert (parsed.problems, parsed.format, parsed.duplicates) == ((), "records", 0)


def test_the_rung_is_the_costliest_of_all():
    parsed = sfr.parse("<think>x</think>Sure: ```json\n{'person': ['Kevin', ", "ner")
    assert parsed.rungs[:4] == ("thinking", "fence", "prose", "quotes")
    assert parsed.rungs[-1] == parsed.rung
    assert [rung for rung in RUNGS if rung in parsed.rungs] == [*parsed.rungs]


def test_a_text_that_is_right_has_no_rung():
    assert sfr.parse(GOOD, "ner").rung == ""


@pytest.mark.parametrize(
    "output",
    ["<think>Kevin is", f"<think>maybe {GOOD} or not", f"<think>{GOOD[:-4]}", "<thinking>", "<think>person: Kevin"],
)
def test_thinking_without_an_end_is_no_answer(output):
    parsed = sfr.parse(output, "ner")
    assert ("unparsable", Extraction(), "thinking") == (parsed.status, parsed.extraction, parsed.rung)
    assert codes(parsed) == ["unclosed-thinking"]


def test_thinking_without_an_end_that_ends_with_an_answer_is_read_and_reported():
    parsed = sfr.parse(f"<think>Kevin is a person. {GOOD}", "ner")
    assert (entities(parsed), parsed.status) == (BOTH, "recovered")
    assert codes(parsed) == ["unclosed-thinking"]


@pytest.mark.parametrize(
    "output",
    [
        '{"person": ["Bob"]}\n' + GOOD,
        f'For example {{"person": ["Bob"]}} would be wrong. {GOOD}',
        f'{{"person": ["Bob"]}} {{"person": ["Eve"]}} {GOOD} done',
        f'```json\n{{"person": ["Bob"]}}\n```\nBetter:\n```json\n{GOOD}\n```',
    ],
)
def test_of_several_objects_the_last_wins_and_the_others_are_reported(output):
    parsed = sfr.parse(output, "ner")
    assert entities(parsed) == BOTH
    assert (codes(parsed), parsed.status) == (["extra-json"], "recovered")


@pytest.mark.parametrize("output", [f'{GOOD} as in ["Kevin"]', f'["Kevin"] gives {GOOD}'])
def test_a_list_beside_an_object_is_talk(output):
    assert entities(sfr.parse(output, "ner")) == BOTH


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("", "no-answer"),
        (" \n\t", "no-answer"),
        ("<think>a</think>", "no-answer"),
        ("<think>a</think>\n", "no-answer"),
        ("<answer></answer>", "no-answer"),
        ("Kevin and Therese", "no-json"),
        ("I could not find any.", "no-json"),
        ("{", "no-json"),
        ("[", "no-json"),
        ("[1] and {see}", "no-json"),
        ("42", "no-json"),
        ("true", "no-json"),
        ('"Kevin"', "no-json"),
    ],
)
@pytest.mark.parametrize("task", TASKS)
def test_a_text_without_an_answer_is_unparsable(task, output, code):
    parsed = sfr.parse(output, task)
    assert ("unparsable", Extraction(), "") == (parsed.status, parsed.extraction, parsed.format)
    assert [code] == codes(parsed)


@pytest.mark.parametrize("task", TASKS)
def test_prose_that_seems_to_call_something_is_no_answer(task):
    parsed = sfr.parse('First I would call print("Kevin") and then stop.', task, schema=["person"])
    assert parsed.status == "unparsable"


# -- damage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "rung", "values"),
    [
        ("{'person': ['Kevin', 'Therese']}", "quotes", ["Kevin", "Therese"]),
        ("{'person': [\"Kevin\", 'Therese']}", "quotes", ["Kevin", "Therese"]),
        ('{person: ["Kevin"]}', "quotes", ["Kevin"]),
        ("{'person': ['O'Brien', 'it's', 'Rock 'n' Roll']}", "quotes", ["O'Brien", "it's", "Rock 'n' Roll"]),
        (r"{'person': ['O\'Brien']}", "quotes", ["O'Brien"]),
        ("{'person': [\"O'Brien\"]}", "quotes", ["O'Brien"]),
        ("{'person': ['the \"big\" one']}", "quotes", ['the "big" one']),
        ('{"person": ["the "big" one", "x"]}', "quotes", ['the "big" one', "x"]),
        ('{"person": [""Kevin" he said"]}', "quotes", ['"Kevin" he said']),
        ("{'person': None, \"person\": ['Kevin']}", "quotes", ["Kevin"]),
        ('{"person": ["Kevin", "Therese",]}', "commas", ["Kevin", "Therese"]),
        ('{"person": ["Kevin", "Therese"],}', "commas", ["Kevin", "Therese"]),
        ('{"person": ["Kevin",, "Therese"]}', "commas", ["Kevin", "Therese"]),
        ('{"person": [,"Kevin"]}', "commas", ["Kevin"]),
        ('{"person": ["Kevin"] "person": ["Therese"]}', "commas", ["Kevin", "Therese"]),
        ('{"person": ["Kevin" "Therese"]}', "commas", ["Kevin", "Therese"]),
        ('{"person": ["Kevin"\n  "Therese"]}', "commas", ["Kevin", "Therese"]),
        ('{"person": "Kevin"\n "person": "Therese"}', "commas", ["Kevin", "Therese"]),
        ('{"person": ["Kevin", "Therese"}', "brackets", ["Kevin", "Therese"]),
        ('{"person": ("Kevin", "Therese")}', "", ["Kevin", "Therese"]),
        ('{"person": ["Kevin", "Therese")}', "brackets", ["Kevin", "Therese"]),
        ('{"person": ["Kevin"), "person": ["Therese"]}', "brackets", ["Kevin", "Therese"]),
        ('{"person": ["Kevin", "Therese"]', "truncated", ["Kevin", "Therese"]),
        ('{"person": ["Kevin", "Therese"', "truncated", ["Kevin", "Therese"]),
        ('{"person": ["Kevin", "There', "truncated", ["Kevin"]),
        ('{"person": ["Kevin", ', "truncated", ["Kevin"]),
        ('{"person": ["Kevin"], "org', "truncated", ["Kevin"]),
    ],
)
def test_a_damaged_answer_is_read_and_the_damage_named(output, rung, values):
    parsed = sfr.parse(output, "ner")
    assert [("person", value) for value in values] == entities(parsed)
    assert ((rung,) if rung else ()) == parsed.rungs
    repairs = [problem for problem in parsed.problems if problem.code != "duplicate-key"]
    assert ([rung] if rung else []) == [problem.code for problem in repairs]
    assert all(problem.where.startswith("character ") for problem in repairs)


def test_the_place_of_a_repair_counts_from_the_start_of_the_whole_output():
    output = "<think>hm</think> {'person': ['Kevin']}"
    place = output.index("'")
    assert (Problem("quotes", f"character {place}"),) == sfr.parse(output, "ner").problems


def test_two_kinds_of_damage_are_both_named():
    parsed = sfr.parse("{'person': ['Kevin',, 'Therese'", "ner")
    assert (entities(parsed), parsed.rungs) == (BOTH, ("quotes", "commas", "truncated"))
    assert {"quotes", "commas", "truncated"} == set(codes(parsed))


@pytest.mark.parametrize("missing", ["}", "]}"])
def test_brackets_that_are_missing_at_the_end_of_a_fence_are_added(missing):
    parsed = sfr.parse(f"```json\n{GOOD.removesuffix(missing)}\n```", "ner")
    assert (entities(parsed), parsed.status, parsed.rungs[0]) == (BOTH, "recovered", "fence")
    assert {"truncated", "brackets"} & set(codes(parsed))


@pytest.mark.parametrize("output", ['{"person": [Kevin]}', '{"person" ["Kevin"]}', '{"person": }', '{"person": ]'])
def test_damage_beyond_repair_is_unparsable(output):
    assert sfr.parse(output, "ner").status == "unparsable"


FULL = {
    "ner": '{"person": ["Kevin", "O\'Brien"], "location": ["Bad \\"Ems\\"", "Köln"]}',
    "re": '{"used for": [["surface", "algorithm"], ["set", "parameters"]], "part of": [["a, b", "c"]]}',
    "ee": '{"attack": [{"trigger": "fired", "arguments": [["Target", "hotel"], ["Attacker", "rebels"]]}, '
    '{"trigger": "shot", "arguments": []}], "injury": [{"trigger": "hurt", "arguments": [["Victim", "man"]]}]}',
}


@pytest.mark.parametrize("task", TASKS)
def test_a_cut_at_any_character_never_invents_a_unit(task):
    full = FULL[task]
    whole = sfr.parse(full, task)
    assert (whole.status, whole.problems) == ("ok", ())
    sizes = []
    for end in range(len(full)):
        parsed = sfr.parse(full[:end], task)
        found = units(parsed.extraction)
        assert found <= units(whole.extraction), full[:end]
        if parsed.status == "recovered":
            assert parsed.rung == "truncated", full[:end]
            assert "truncated" in codes(parsed), full[:end]
        else:
            assert parsed.status == "unparsable", full[:end]
            assert not found, full[:end]
        sizes.append(len(found))
    assert sorted(sizes) == sizes
    assert len(units(whole.extraction)) == sizes[-1]


@pytest.mark.parametrize("task", TASKS)
def test_a_cut_before_the_first_unit_is_unparsable_like_any_answer_of_which_nothing_can_be_read(task):
    full = FULL[task]
    statuses = {
        sfr.parse(full[:end], task).status
        for end in range(len(full))
        if not units(sfr.parse(full[:end], task).extraction)
    }
    assert {"unparsable"} == statuses


@pytest.mark.parametrize("task", TASKS)
def test_a_cut_in_a_fence_after_thinking_never_invents_a_unit(task):
    output = f"<think>so</think>\n```json\n{FULL[task]}\n```"
    whole = units(sfr.parse(output, task).extraction)
    for end in range(len(output)):
        assert units(sfr.parse(output[:end], task).extraction) <= whole, output[:end]


# -- characters -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (r"a\u00e9", "aé"),
        (r"\ud83d\ude00", "😀"),
        (r"a\"b", 'a"b'),
        (r"a\\b", r"a\b"),
        (r"a\/b", "a/b"),
        (r"a\nb\tc", "a b c"),
        ("e\u0301", "é"),
        ("a\u00a0 b", "a b"),
        ("  a  ", "a"),
        ("a\nb", "a b"),
        ("a\x00b\x07", "a\x00b\x07"),
        (r"\u0000", "\x00"),
        ("\U0001f469\u200d\U0001f52c", "\U0001f469\u200d\U0001f52c"),
        ("שלום עולם", "שלום עולם"),
    ],
)
@pytest.mark.parametrize("quote", ['"', "'"])
def test_characters_are_read_in_their_normal_form_whatever_the_quotes(quote, written, value):
    if quote == "'" and r"\"" in written:
        written = written.replace(r"\"", '"')
    parsed = sfr.parse(f"{{{quote}x{quote}: [{quote}{written}{quote}]}}", "ner")
    assert [("x", value)] == entities(parsed)


@pytest.mark.parametrize(
    "output", ['{"x": ["a\\ud83d"]}', "{'x': ['a\\ud83d']}", '{"x": ["a\ud83d"]}', '{"x": ["\\udc00\\ud83d"]}']
)
def test_half_a_surrogate_pair_never_leaves_a_text_that_cannot_be_written(output):
    parsed = sfr.parse(output, "ner")
    assert parsed.status != "unparsable"
    sfr.dump(parsed.extraction, "ner").encode()
    assert [text for _, text in entities(parsed) if not text.startswith(("a", "\ufffd"))] == []


def test_a_byte_order_mark_is_no_prose():
    parsed = sfr.parse(f"\ufeff{GOOD}", "ner")
    assert (entities(parsed), parsed.status) == (BOTH, "ok")


def test_an_escape_that_json_has_not_is_read_as_its_character():
    assert entities(sfr.parse(r'{"x": ["a\qb"]}', "ner")) == [("x", "aqb")]


@pytest.mark.parametrize("number", ["9" * 5000, "-1e999", "1E400", "0.1e-999", "Infinity", "-Infinity", "NaN"])
@pytest.mark.parametrize("task", TASKS)
def test_no_number_is_too_much(task, number):
    for output in (f'{{"x": {number}}}', f'{{"x": [{number}]}}', f'{{"x": [["a", {number}]]}}', f"[{number}]"):
        assert sfr.parse(output, task).status in STATUSES


# -- repeats --------------------------------------------------------------------------------------


def test_a_key_that_comes_twice_gives_the_values_of_both_and_is_reported():
    parsed = sfr.parse('{"person": ["Kevin"], "person": ["Therese"]}', "ner")
    assert (entities(parsed), parsed.duplicates) == (BOTH, 0)
    assert (Problem("duplicate-key", "person"),) == parsed.problems


@pytest.mark.parametrize(
    ("task", "output", "duplicates"),
    [
        ("ner", '{"person": ["Kevin", "Kevin", "Kevin"]}', 2),
        ("ner", '{"person": ["Kevin", " Kevin "], "location": ["Kevin"]}', 1),
        ("re", '{"r": [["a", "b"], ["a", "b"], ["b", "a"]]}', 1),
        ("ee", '{"e": [{"trigger": "t", "arguments": [["R", "a"], ["R", "a"]]}]}', 1),
        ("ee", '{"e": [{"trigger": "t", "arguments": []}, {"trigger": "t", "arguments": []}]}', 1),
        ("ee", '{"e": [{"trigger": "t", "arguments": [["R", "a"]]}, {"trigger": "t", "arguments": [["R", "b"]]}]}', 0),
    ],
)
def test_units_written_more_than_once_are_counted(task, output, duplicates):
    parsed = sfr.parse(output, task)
    assert (duplicates, "ok") == (parsed.duplicates, parsed.status)


# -- bounds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("x" * 100_001, "too-long"),
        (GOOD + " " * 100_000, "too-long"),
        ("[" * 90_000, "too-deep"),
        ('{"a":' * 18_000, "too-deep"),
        ("(" * 5 + "[" * 90_000, "too-deep"),
        ("{'a': " * 70 + "1" + "}" * 70, "too-deep"),
        ('{"a":' * 65 + "1" + "}" * 65, "too-deep"),
        ("[A(x=" * 100, "too-deep"),
        ('{"a": [' + ", ".join(['"x"'] * 10_001) + "]}", "too-many-units"),
    ],
    ids=[
        "long",
        "blanks",
        "lists",
        "objects",
        "after brackets",
        "single quotes",
        "one too deep",
        "calls",
        "units",
    ],
)
def test_what_exceeds_a_bound_is_unparsable_and_quickly_so(output, code):
    begin = time.process_time()
    parsed = sfr.parse(output, "ner")
    assert ("unparsable", Extraction()) == (parsed.status, parsed.extraction)
    assert code in codes(parsed)
    assert time.process_time() - begin < 10  # a guard against growth faster than linear, not a measure


def test_what_just_meets_a_bound_is_read():
    assert sfr.parse(GOOD + " " * (100_000 - len(GOOD)), "ner").status == "ok"
    units_at_bound = json.dumps({"x": [str(i) for i in range(10_000)]})
    assert len(sfr.parse(units_at_bound, "ner").extraction.entities) == 10_000


@pytest.mark.parametrize(
    "output",
    [
        '{"a": ["' * 12_000,
        "{'" * 50_000,
        '{"' * 50_000,
        "['a'" * 20_000,
        '{"a": "' + "'\"" * 45_000,
        '{"a": "' + "\\" * 99_000,
        "<think>" * 14_000,
        "<think>" + '{"a": 1}' * 1_000 + "`" * 90_000,
        "</think>" * 12_000,
        "<answer>" * 12_000,
        "```" * 33_000,
        "a(" * 50_000,
        "a=" * 50_000,
        "[A(b=" + "c" * 99_000,
        '{"a": ["' + '" "' * 33_000,
        '{"e": "' + "T: " * 33_000 + '"}',
        '{"e": "' + "a; " * 33_000 + '"}',
        '{"e": "' + "A: b; " * 16_000 + '"}',
        '{"e": "' + "a, " * 33_000 + '"}',
        "person: a; " * 9_000,
        "(a: b, " * 14_000,
        "(a: b, c: d)" * 8_000,
        "<extra_id_0> " * 7_000,
        " \n" * 49_000 + "{",
    ],
    ids=lambda output: repr(output[:12]),
)
@pytest.mark.parametrize("task", TASKS)
def test_hostile_texts_take_no_time(task, output):
    begin = time.process_time()
    parsed = sfr.parse(output, task, "a b, c; d e " * 50)
    assert parsed.status in STATUSES
    assert time.process_time() - begin < 10  # a guard against growth faster than linear, not a measure


def test_no_more_than_a_hundred_problems_are_listed():
    parsed = sfr.parse(json.dumps({"x": [f"v{i}" for i in range(500)]}), "ner", "nothing of that")
    assert codes(parsed) == ["not-in-source"] * 100 + ["more-problems"]
    assert len(parsed.extraction.entities) == 500


def test_what_stood_there_is_shown_in_short():
    parsed = sfr.parse(json.dumps({"x": ["v" * 1000]}), "ner", "nothing of that")
    assert len(parsed.problems[0].found) < 80


# -- text, schema, text equality ------------------------------------------------------------------


def test_what_is_not_in_the_text_is_kept_and_reported():
    parsed = sfr.parse('{"person": ["Kevin", "Bob"]}', "ner", "I met Kevin.")
    assert entities(parsed) == [("person", "Kevin"), ("person", "Bob")]
    assert (Problem("not-in-source", "person[1]", "'Bob'"),) == parsed.problems
    assert parsed.status == "ok"


def test_white_space_and_composition_of_the_text_do_not_matter():
    parsed = sfr.parse('{"person": ["Jose\u0301 Luis"]}', "ner", "I met Jos\u00e9\n  Luis.")
    assert (parsed.problems, entities(parsed)) == ((), [("person", "José Luis")])


def test_a_normalizer_decides_what_is_the_same_text():
    folded = sfr.parse(
        '{"Person": ["KEVIN", "kevin"]}', "ner", "Kevin", ["person"], normalize=sfr.Normalizer(casing="fold")
    )
    assert (entities(folded), folded.duplicates, folded.problems) == ([("person", "kevin")] * 2, 1, ())


def test_types_and_roles_outside_the_schema_are_kept_and_reported():
    output = '{"attack": [{"trigger": "fired", "arguments": [["Goal", "hotel"]]}], "war": [{"trigger": "fired", "arguments": []}]}'
    parsed = sfr.parse(output, "ee", schema={"attack": ["Target"]})
    assert len(parsed.extraction.events) == 2
    assert [(p.code, p.found) for p in parsed.problems] == [("unknown-role", "'Goal'"), ("unknown-type", "'war'")]


# -- strict ---------------------------------------------------------------------------------------


def test_strict_reading_gives_what_is_clean():
    assert sfr.parse(GOOD, "ner") == sfr.parse(GOOD, "ner", strict=True)


def test_strict_reading_names_every_problem():
    output = "{'person': ['Kevin', ['x']], 'pet': ['Rex'], '': ['y']}"
    lenient = sfr.parse(output, "ner", "Kevin", ["person"])
    with pytest.raises(sfr.ParseError) as caught:
        sfr.parse(output, "ner", "Kevin", ["person"], strict=True)
    assert lenient.problems == caught.value.problems
    assert {"quotes", "not-a-string", "unknown-type", "empty-type"} <= {p.code for p in caught.value.problems}
    assert [str(p) for p in lenient.problems] == [line.strip() for line in str(caught.value).splitlines()[1:]]


@pytest.mark.parametrize(
    "output", [f"Sure! {GOOD}", f"```json\n{GOOD}\n```", f"<think>x</think>{GOOD}", "", "no", '{"person": ["Kevin",]}']
)
def test_strict_reading_refuses_whatever_is_not_clean(output):
    with pytest.raises(sfr.ParseError) as caught:
        sfr.parse(output, "ner", strict=True)
    assert caught.value.problems
    assert all(problem.code in CODES for problem in caught.value.problems)


def test_a_parse_error_is_a_value_error():
    assert issubclass(sfr.ParseError, ValueError)


@pytest.mark.parametrize("output", [None, b"{}", 1, {"person": []}, ["x"], object()], ids=repr)
def test_an_output_that_is_no_string_is_a_type_error(output):
    with pytest.raises(TypeError, match=f"output must be a string, not {type(output).__name__}"):
        sfr.parse(output, "ner")


@pytest.mark.parametrize("task", ["NER", "", "relations"])
def test_an_unknown_task_is_refused_with_the_known_ones(task):
    with pytest.raises(ValueError, match="known: ner, re, ee"):
        sfr.parse("{}", task)


# -- problems -------------------------------------------------------------------------------------

DAMAGED = [
    *("", "x", "{", f"{GOOD[:20]}", f"Sure {GOOD}", "[" * 100, f"{GOOD}{GOOD}", "<think>"),
    *(
        '{"a": {"b": 1}}',
        '{"a": [["b"]]}',
        '{"a": [[1, 2, 3]]}',
        '{"a": true}',
        '{"": [1]}',
        "[[1]]",
        '[["a"]]',
        '["a"]',
    ),
    *("{'a': ['b',, ]", '{"a": "b, c"}', '{"a": [{"trigger": 1, "arguments": 2}]}', '{"a": [{"arguments": [[]]}]}'),
]


@pytest.mark.parametrize("output", DAMAGED, ids=repr)
@pytest.mark.parametrize("task", TASKS)
def test_every_problem_has_a_known_code_and_a_place(task, output):
    parsed = sfr.parse(output, task, "some text", ["t"])
    for problem in parsed.problems:
        assert problem.code in CODES
        assert f"{problem.code} @ {problem.where or 'top'}: " in str(problem)
    assert parsed.problems or parsed.status == "ok" or parsed.rungs
    assert parsed.status != "unparsable" or parsed.problems


def test_a_task_takes_its_own_units_only():
    output = '{"x": [["a", "b"]]}'
    assert Extraction(relations=(Relation("x", "a", "b"),)) == sfr.parse(output, "re").extraction
    assert Extraction() == sfr.parse(output, "ner").extraction
    output = '{"x": [{"trigger": "a", "arguments": [["r", "b"]]}]}'
    assert Extraction(events=(Event("x", "a", (Argument("r", "b"),)),)) == sfr.parse(output, "ee").extraction
    assert Extraction(entities=(Entity("x", "a"),)) == sfr.parse('{"x": ["a"]}', "ner").extraction
