import json
import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sfr import Argument, Entity, Event, Extraction, Relation, Schema
from sfr.data.prompts import (
    PLACEHOLDERS,
    TemplateError,
    joined,
    prompt_of,
    read_template,
    streamline,
    template,
    template_names,
)
from sfr.structures import TASKS
from tests import strategies

# -- the figures of the paper ---------------------------------------------------------------------

BROAD_TWITTER = Schema(("location", "person", "organization"))
SCIERC = Schema(("conjunction", "feature of", "hyponym of", "used for", "part of", "compare", "evaluate for"))
PHEE = Schema(
    ("potential therapeutic event", "adverse event"),
    (
        "Subject",
        "Effect",
        "Treatment",
        "Subject.Age",
        "Subject.Gender",
        "Subject.Race",
        "Subject.Population",
        "Subject.Disorder",
        "Treatment.Drug",
        "Treatment.Dosage",
        "Treatment.Freq",
        "Treatment.Route",
        "Treatment.Time_elapsed",
        "Treatment.Duration",
        "Treatment.Disorder",
        "Combination.Drug",
    ),
)
SCHEMAS = {"ner": BROAD_TWITTER, "re": SCIERC, "ee": PHEE}

EFFECT = "a hemorrhagic lesion that progressed to toxic epidermal necrolysis, as well as grade 4 pancytopenia"
DEVELOPED = Event(
    "adverse event",
    "developed",
    (
        Argument("Treatment.Time_elapsed", "After 5 days"),
        Argument("Effect", EFFECT),
        Argument("Treatment.Drug", "IL-2"),
        Argument("Treatment", "5 days of treatment with IL-2"),
        Argument("Subject", "patient"),
    ),
)
GOLD = {
    "ner": Extraction(entities=(Entity("person", "Kevin"), Entity("person", "Therese"))),
    "re": Extraction(relations=(Relation("used for", "surface", "algorithm"),)),
    "ee": Extraction(events=(DEVELOPED,)),
}


def figure_4(slots):
    return (
        f"You are an information extraction assistant. Strictly extract {len(slots)} slots ({', '.join(slots)}) "
        "from the user input. Slot values must be exact substrings of the input. If a slot has multiple values, "
        "join them with ' ' in the order of first appearance and remove duplicates. The user input is:"
    )


def figure_5(relation_types):
    return (
        "You are an information extraction assistant. Strictly extract relation pairs for the following relation "
        f"types ({', '.join(relation_types)}) from the user input. Values must be exact substrings of the input. "
        "If a relation has multiple pairs, join them with ' ' in the order of first appearance, and each pair "
        "must be formatted as 'word1, word2' . The user input is:"
    )


def figure_6(event_types, role_types):
    return (
        "You are an information extraction assistant. Strictly extract events for the following event types from "
        "the user input and reply with a single JSON object only. The keys MUST be exactly these event types: "
        f"[{', '.join(event_types)}]. For each event type, group arguments by trigger. Format each group as "
        f"`TRIGGER: ROLE: argument; ROLE: argument`. Valid roles include: [{', '.join(role_types)}]. "
        "The user input is:"
    )


FIGURES = {
    "ner": figure_4(BROAD_TWITTER.types),
    "re": figure_5(SCIERC.types),
    "ee": figure_6(PHEE.types, PHEE.roles),
}
COMPLETE = {
    "ner": '{ "location": "", "person": "Kevin Therese", "organization": "" }',
    "re": '{ "conjunction": "", "feature of": "", "hyponym of": "", "used for": "surface, algorithm", '
    '"part of": "", "compare": "", "evaluate for": "" }',
    "ee": f'{{ "potential therapeutic event": "", "adverse event": "developed: Subject: patient; Effect: {EFFECT}; '
    'Treatment: 5 days of treatment with IL-2; Treatment.Drug: IL-2; Treatment.Time_elapsed: After 5 days" }',
}
CONCISE = {
    "re": '{"used for": "surface, algorithm"}',
    "ee": f'{{ "adverse event": "developed: Subject: patient; Effect: {EFFECT}; '
    'Treatment: 5 days of treatment with IL-2; Treatment.Drug: IL-2; Treatment.Time_elapsed: After 5 days" }',
}


def members(text):
    """The members of a JSON object, in order."""
    return json.loads(text, object_pairs_hook=list)


@pytest.mark.parametrize("task", TASKS)
def test_the_instruction_is_that_of_the_figure(task):
    assert template("cm-slots").instruction(task, SCHEMAS[task]) == FIGURES[task]


@pytest.mark.parametrize("task", TASKS)
def test_the_target_is_that_of_the_figure(task):
    assert members(template("cm-slots").target(GOLD[task], task, SCHEMAS[task])) == members(COMPLETE[task])


@pytest.mark.parametrize("task", CONCISE)
def test_the_concise_target_is_that_of_the_figure(task):
    assert members(template("sa-slots").target(GOLD[task], task, SCHEMAS[task])) == members(CONCISE[task])


@pytest.mark.parametrize("task", TASKS)
def test_the_concise_instruction_adds_the_sentence_of_the_figure(task):
    concise = template("sa-slots").instruction(task, SCHEMAS[task])

    assert concise.startswith("You are an information extraction assistant")
    assert concise.endswith("Please use concise output with no empty fields. The user input is:")
    assert concise.replace("Please use concise output with no empty fields. ", "") == FIGURES[task]


def test_a_prompt_is_an_instruction_and_the_text_on_the_next_line():
    assert prompt_of("The user input is:", "Kevin left .") == "The user input is:\nKevin left ."


# -- the order of a target ------------------------------------------------------------------------

AB = Schema(("a", "b"), ("Agent", "Goal"))


def records_of(gold, task, schema=AB):
    return json.loads(template("sa-records").target(gold, task, schema))


def test_types_stand_in_the_order_of_the_schema():
    gold = Extraction(entities=(Entity("b", "x"), Entity("a", "y")))

    assert template("sa-records").target(gold, "ner", AB) == '{"a": ["y"], "b": ["x"]}'


def test_values_stand_in_the_order_of_the_text_where_offsets_are_known():
    gold = Extraction(entities=(Entity("a", "late", ((9, 13),)), Entity("a", "early", ((0, 5),))))

    assert records_of(gold, "ner") == {"a": ["early", "late"]}


def test_values_stand_in_the_order_of_gold_where_an_offset_is_not_known():
    gold = Extraction(entities=(Entity("a", "late", ((9, 13),)), Entity("a", "early", ((0, 5),)), Entity("a", "no")))

    assert records_of(gold, "ner") == {"a": ["late", "early", "no"]}


def test_a_mention_that_begins_with_another_stands_after_it():
    gold = Extraction(entities=(Entity("a", "IL-2 gene", ((0, 9),)), Entity("a", "IL-2", ((0, 4),))))

    assert records_of(gold, "ner") == {"a": ["IL-2", "IL-2 gene"]}


def test_pairs_stand_in_the_order_in_which_their_first_mentions_appear():
    gold = Extraction(
        relations=(
            Relation("a", "x", "y", ((5, 6),), ((7, 8),)),
            Relation("a", "z", "w", ((9, 10),), ((0, 1),)),
        )
    )

    assert records_of(gold, "re") == {"a": [["z", "w"], ["x", "y"]]}


def test_pairs_stand_in_the_order_of_gold_where_a_mention_is_not_known():
    gold = Extraction(relations=(Relation("a", "x", "y", ((5, 6),), ((7, 8),)), Relation("a", "z", "w", ((0, 1),), ())))

    assert records_of(gold, "re") == {"a": [["x", "y"], ["z", "w"]]}


def test_events_stand_in_the_order_of_their_triggers():
    gold = Extraction(events=(Event("a", "left", (), ((9, 13),)), Event("a", "won", (), ((0, 3),))))

    assert [event["trigger"] for event in records_of(gold, "ee")["a"]] == ["won", "left"]


def test_arguments_of_one_role_stand_in_the_order_of_gold():
    arguments = (Argument("Goal", "z"), Argument("Agent", "y"), Argument("Goal", "x"), Argument("Agent", "w"))
    gold = Extraction(events=(Event("a", "won", arguments),))

    assert records_of(gold, "ee")["a"][0]["arguments"] == [["Agent", "y"], ["Agent", "w"], ["Goal", "z"], ["Goal", "x"]]


@pytest.mark.parametrize("name", template_names())
@pytest.mark.parametrize("task", TASKS)
def test_a_repeated_unit_is_written_once(task, name):
    agent, again = Argument("Agent", "y", ((0, 1),)), Argument("Agent", "y", ((5, 6),))
    once = Extraction(
        (Entity("a", "x", ((1, 2),)),), (Relation("a", "x", "y"),), (Event("a", "won", (agent,), ((2, 5),)),)
    )
    twice = Extraction(
        (*once.entities, Entity("a", "x", ((8, 9),))),
        once.relations * 2,
        (*once.events, Event("a", "won", (agent, again), ((20, 23),))),
    )

    assert template(name).target(twice, task, AB) == template(name).target(once, task, AB)


def test_events_with_one_trigger_and_other_arguments_stay_apart():
    gold = Extraction(
        events=(Event("a", "won", (Argument("Agent", "x"),)), Event("a", "won", (Argument("Goal", "y"),)))
    )

    assert template("sa-slots").target(gold, "ee", AB) == '{"a": "won: Agent: x | won: Goal: y"}'


def test_an_event_without_arguments_is_its_trigger_and_a_colon():
    gold = Extraction(events=(Event("a", "won"),))

    assert template("sa-slots").target(gold, "ee", AB) == '{"a": "won:"}'


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cm-slots", '{"a": "", "b": ""}'),
        ("cm-records", '{"a": [], "b": []}'),
        ("sa-slots", "{}"),
        ("sa-records", "{}"),
    ],
)
@pytest.mark.parametrize("task", TASKS)
def test_a_text_without_units_has_a_target_too(task, name, expected):
    assert template(name).target(Extraction(), task, AB) == expected


def test_the_units_of_other_tasks_are_left_out():
    gold = Extraction((Entity("a", "x"),), (Relation("c", "x", "y"),), (Event("d", "won"),))

    assert records_of(gold, "ner") == {"a": ["x"]}


@pytest.mark.parametrize("name", template_names())
@pytest.mark.parametrize(
    ("task", "gold", "message"),
    [
        ("ner", Extraction(entities=(Entity("c", "x"),)), "types that the schema has not: 'c'; known: a, b"),
        ("re", Extraction(relations=(Relation("c", "x", "y"),)), "types that the schema has not: 'c'; known: a, b"),
        ("ee", Extraction(events=(Event("c", "won"),)), "types that the schema has not: 'c'; known: a, b"),
        (
            "ee",
            Extraction(events=(Event("a", "won", (Argument("Agent", "x"), Argument("Place", "y"))),)),
            "roles that the schema has not: 'Place'; known: Agent, Goal",
        ),
    ],
)
def test_what_the_schema_has_not_is_refused(task, gold, message, name):
    with pytest.raises(ValueError, match=message):
        template(name).target(gold, task, AB)


@given(st.dictionaries(st.text(), st.text(), max_size=3))
def test_a_target_is_written_as_the_standard_library_writes_json(values):
    gold = Extraction(entities=tuple(Entity(kind, text) for kind, text in values.items()))

    written = template("cm-slots").target(gold, "ner", Schema(tuple(values)))

    assert written == json.dumps(values, ensure_ascii=False)


# -- from full to concise -------------------------------------------------------------------------

OF_STRATEGIES = Schema(strategies.TYPES, strategies.ROLES)


@pytest.mark.parametrize("form", ["slots", "records"])
@given(data=st.data())
def test_a_full_target_made_concise_is_the_concise_target(form, data):
    task = data.draw(st.sampled_from(TASKS))
    gold = strategies.extraction(task, data.draw(strategies.rows_of(task)))
    full = template(f"cm-{form}").target(gold, task, OF_STRATEGIES)

    assert streamline(full) == template(f"sa-{form}").target(gold, task, OF_STRATEGIES)


@pytest.mark.parametrize("form", ["slots", "records"])
@given(data=st.data())
def test_a_concise_target_stays_as_it_is(form, data):
    task = data.draw(st.sampled_from(TASKS))
    gold = strategies.extraction(task, data.draw(strategies.rows_of(task)))
    concise = template(f"sa-{form}").target(gold, task, OF_STRATEGIES)

    assert streamline(concise) == concise


def test_every_kind_of_nothing_is_left_out_and_all_else_is_kept():
    full = '{ "z": "", "y": [], "x": {}, "w": null, "v": 0, "é": ["\\u00e9", ""], "u": " " }'

    assert streamline(full) == '{"v": 0, "é": ["é", ""], "u": " "}'


@pytest.mark.parametrize("target", ["", "person: Kevin", '{"person": "Kevin"', '["Kevin"]', "null", '"Kevin"'])
def test_what_is_no_json_object_cannot_be_made_concise(target):
    with pytest.raises(ValueError, match="expected a JSON object.*" + re.escape(repr(target))):
        streamline(target)


# -- templates ------------------------------------------------------------------------------------


def test_the_shipped_templates_are_known_by_name():
    assert template_names() == ("cm-records", "cm-slots", "sa-records", "sa-slots", "short-cm", "short-records")


@pytest.mark.parametrize("name", template_names())
def test_a_shipped_template_is_for_every_task_and_named_as_its_file(name):
    found = template(name)

    assert (found.name, tuple(found.instructions)) == (name, TASKS)


@pytest.mark.parametrize("name", template_names())
@pytest.mark.parametrize("task", TASKS)
def test_a_shipped_instruction_names_every_type_and_role(task, name):
    instruction = template(name).instruction(task, SCHEMAS[task])

    assert ", ".join(SCHEMAS[task].types) in instruction
    assert ", ".join(SCHEMAS[task].roles) in instruction
    assert "$" not in instruction


def test_a_name_is_known_whatever_the_case_of_its_letters():
    assert template("SA-Records") is template("sa-records")


def test_an_unknown_name_is_refused_with_those_that_are_known():
    with pytest.raises(TemplateError, match="unknown template 'sa'; known: cm-records, cm-slots, sa-records, sa-slots"):
        template("sa")


def test_an_instruction_is_made_once_for_a_schema():
    first = template("cm-slots").instruction("ner", Schema(("a", "b")))

    assert template("cm-slots").instruction("ner", Schema(("a", "b"))) is first


OWN = """\
name: mine
description: asks for entities in a few words
format: records
empty: omit
instructions:
  ner: |
    $count types for $$5: ${types}. Roles: $roles.
"""


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "mine.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_a_template_of_ones_own_is_one_file(write):
    own = read_template(write(OWN))

    assert own.instruction("ner", Schema(("a", "b"), ("r",))) == "2 types for $5: a, b. Roles: r."
    assert own.target(Extraction(entities=(Entity("b", "x"),)), "ner", AB) == '{"b": ["x"]}'


def test_a_task_that_a_template_is_not_for_is_refused(write):
    with pytest.raises(ValueError, match="template mine has no instruction for ee; it has: ner"):
        read_template(write(OWN)).instruction("ee", AB)


def test_everything_that_is_wrong_with_a_template_is_named(write):
    path = write(
        "name: 7\nformat: xml\nempty: drop\nlanguage: en\n"
        "instructions: {ner: 'Find $types and ${count}', re: 'Find $relations for $ 5', ee: ' ', qa: Answer}\n"
    )

    with pytest.raises(TemplateError) as caught:
        read_template(path)

    known = ", ".join(f"${name}" for name in PLACEHOLDERS)
    placeholders = f"unknown placeholders: '$relations', a lone '$' (write '$$'); known: {known}"
    assert sorted(str(caught.value).splitlines()) == [
        f"{path}: description: Field required",
        f"{path}: empty: Input should be 'keep' or 'omit', found 'drop'",
        f"{path}: format: Input should be 'slots' or 'records', found 'xml'",
        f"{path}: instructions.ee: String should have at least 1 character, found ' '",
        f"{path}: instructions.qa.[key]: Input should be 'ner', 're' or 'ee', found 'qa'",
        f"{path}: instructions.re: {placeholders}, found 'Find $relations for $ 5'",
        f"{path}: language: Extra inputs are not permitted, found 'en'",
        f"{path}: name: Input should be a valid string, found 7; put it in quotes",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected fields and their values, found "),
        ("- ner", "expected fields and their values, found "),
        ("name: [", "not YAML"),
        (b"name: \xff", "expected UTF-8: invalid start byte at byte 6"),
        (OWN.partition("  ner")[0] + "  {}", "instructions: Dictionary should have at least 1 item"),
    ],
    ids=["empty", "list", "no-yaml", "no-utf-8", "no-task"],
)
def test_a_file_that_is_no_template_is_refused(write, text, message):
    path = write(text)

    with pytest.raises(TemplateError, match=re.escape(f"{path}: {message}")):
        read_template(path)


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_template(tmp_path / "none.yaml")


# -- templates of several -------------------------------------------------------------------------


def test_a_joined_template_puts_each_task_as_its_own_does():
    entities, relations = template("cm-records"), template("sa-records")
    found = joined("both", {"ner": entities, "re": relations})
    gold = Extraction(entities=(Entity("person", "Kevin"),), relations=(Relation("compare", "a", "b"),))

    assert found.instructions == {"ner": entities.instructions["ner"], "re": relations.instructions["re"]}
    assert found.target(gold, "ner", BROAD_TWITTER) == entities.target(gold, "ner", BROAD_TWITTER)
    assert found.target(gold, "re", SCIERC) == relations.target(gold, "re", SCIERC)


def test_a_joined_template_is_the_same_from_a_file(tmp_path):
    found = joined("both", {"ner": template("cm-slots"), "re": template("sa-slots")})
    path = tmp_path / "both.yaml"
    path.write_text(yaml.safe_dump(found.model_dump(mode="json")))

    assert read_template(path) == found


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        (
            {"ner": template("cm-slots"), "re": template("sa-records")},
            "templates of one format, found cm-slots (slots)",
        ),
        ({"ner": template("cm-slots").model_copy(update={"instructions": {}})}, "cm-slots has no instruction for ner"),
    ],
)
def test_what_cannot_be_joined_is_told(parts, problem):
    with pytest.raises(TemplateError, match=re.escape(problem)):
        joined("both", parts)
