"""The rewards by example: how they are made, what they take, what they refuse."""

import copy
import json
import math
import multiprocessing
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from uuid import UUID

import pytest

import sfr
from tests.strategies import TASKS

TEXT = "Ann met Bob in Bonn at noon"
GOLD = {
    "ner": {"person": ["Ann", "Bob"], "place": ["Bonn"]},
    "re": {"meets": [["Ann", "Bob"]], "in": [["Bob", "Bonn"]]},
    "ee": {"meeting": [{"trigger": "met", "arguments": [["who", "Ann"], ["where", "Bonn"]]}]},
}
OUTPUTS = {
    "ner": ['{"person": ["Ann"]}', '{"person": ["Ann", "Cem"], "time": ["noon"]}'],
    "re": ['{"meets": [["Ann", "Bob"]]}', '{"meets": [["Bob", "Ann"]], "at": [["Bob", "noon"]]}'],
    "ee": [
        '{"meeting": [{"trigger": "met", "arguments": [["who", "Bob"]]}]}',
        '{"sale": [{"trigger": "met", "arguments": []}]}',
    ],
}
EXTRACTION = {
    "ner": sfr.Extraction(
        entities=(sfr.Entity("person", "Ann"), sfr.Entity("person", "Bob"), sfr.Entity("place", "Bonn"))
    ),
    "re": sfr.Extraction(relations=(sfr.Relation("meets", "Ann", "Bob"), sfr.Relation("in", "Bob", "Bonn"))),
    "ee": sfr.Extraction(
        events=(sfr.Event("meeting", "met", (sfr.Argument("who", "Ann"), sfr.Argument("where", "Bonn"))),)
    ),
}
SCHEMA = {
    "ner": {"types": ["person", "place"]},
    "re": {"types": ["meets", "in"]},
    "ee": {"types": ["meeting"], "roles": ["who", "where"]},
}
each_task = pytest.mark.parametrize("task", TASKS)
each_profile = pytest.mark.parametrize("profile", ["paper", "bounded"])


def perfect(task):
    return json.dumps(GOLD[task])


# -- making a reward --------------------------------------------------------------------------


def test_an_unknown_task_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"^unknown task 'kg'; known: ner, re, ee$"):
        sfr.reward("kg")


def test_an_unknown_profile_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"^unknown profile 'safe'; known: paper, bounded$"):
        sfr.reward("ner", "safe")


def test_unknown_fields_are_refused_all_in_one_message_with_the_known_ones():
    with pytest.raises(TypeError) as raised:
        sfr.reward("ner", w_types=1.0, matching="optimal", gamma=2.0)

    assert str(raised.value).startswith("unknown fields of the ner reward: matching, w_types; known: ")
    assert "w_type, w_pair, gamma" in str(raised.value)


BAD = [
    ("ner", "w_type", -0.1, "a number not below 0"),
    ("ner", "w_type", "1", "a number"),
    ("ner", "w_type", True, "a number"),
    ("ner", "w_type", math.nan, "a number"),
    ("ner", "w_type", math.inf, "a number"),
    ("ner", "w_type", None, "a number"),
    ("re", "lambda_triple", -1.0, "a number not below 0"),
    ("ner", "lambda_duplicates", -1.0, "a number not below 0"),
    ("ee", "gamma", 0.0, "a number above 0"),
    ("ee", "gamma", -1.0, "a number above 0"),
    ("ner", "invalid", "low", "a number"),
    ("ner", "mismatch", "delta", "one of symmetric_difference, jaccard_distance"),
    ("ee", "matching", "hungarian", "one of optimal, greedy, reuse, anchored"),
    ("ee", "penalty", "sum", "one of piecewise, maximum"),
    ("ner", "scale", "percent", "one of raw, unit"),
    ("ner", "unknown_types", "ignore", "one of keep, drop, reject"),
    ("ner", "ungrounded", "ignore", "one of keep, drop, reject"),
    ("ner", "casing", "lower", "one of keep, fold"),
    ("ner", "unicode_form", "NFD", "one of NFC, NFKC, none"),
    ("ner", "space", "strip", "one of fold, keep"),
    ("ner", "split", "comma", "one of source, space, atomic"),
    ("ner", "format", "xml", "one of auto, "),
    ("ner", "max_chars", 0, "a positive integer"),
    ("ner", "max_depth", 2.5, "a positive integer"),
    ("ner", "max_units", -1, "a positive integer"),
    ("ner", "max_units", True, "a positive integer"),
    ("ner", "clip", (1.0, 0.0), "two numbers, the lower one first"),
    ("ner", "clip", (0.0, 0.0), "two numbers, the lower one first"),
    ("ner", "clip", (0.0,), "two numbers, the lower one first"),
    ("ner", "clip", (0.0, math.inf), "two numbers, the lower one first"),
    ("ner", "clip", 1.0, "two numbers, the lower one first"),
]


@pytest.mark.parametrize(("task", "field", "value", "expected"), BAD)
def test_a_value_that_a_field_does_not_take_is_refused_with_what_it_takes(task, field, value, expected):
    with pytest.raises(ValueError, match="Reward: ") as raised:
        sfr.reward(task, **{field: value})

    assert f"{field}={value!r}, expected {expected}" in str(raised.value)


def test_all_bad_values_stand_in_one_message():
    with pytest.raises(ValueError, match="NERReward: ") as raised:
        sfr.reward("ner", w_type=-1, gamma=0, scale="percent", max_units=0, clip=(1, 0))

    assert [part.split("=")[0] for part in str(raised.value).removeprefix("NERReward: ").split("; ")] == [
        "clip",
        "scale",
        "max_units",
        "w_type",
        "gamma",
    ]


@pytest.mark.parametrize("task", ["ner", "ee"])
def test_the_unit_scale_needs_a_bounded_reward(task):
    with pytest.raises(ValueError, match="scale='unit' needs a bounded reward: profile='bounded', or a clip"):
        sfr.reward(task, scale="unit")

    assert sfr.reward(task, scale="unit", clip=(-1, 1)).range == (-1, 1)
    assert sfr.reward(task, "bounded", scale="unit").range == (-1.25, 1)


def test_the_unit_scale_suits_relations_under_either_profile():
    assert sfr.reward("re", scale="unit").score({}, "no answer").value == 0


@each_task
def test_a_field_given_overrides_the_profile(task):
    reward = sfr.reward(task, "bounded", gamma=3.0, invalid=-2.0, coverage_empty=0.5)

    assert (reward.gamma, reward.invalid, reward.coverage_empty) == (3.0, -2.0, 0.5)
    assert reward.jaccard_empty == 0.0


@each_task
def test_a_profile_is_a_set_of_overrides(task):
    reward = sfr.reward(task, "bounded")
    changed = {
        "ner": {"mismatch": "jaccard_distance"},
        "re": {},
        "ee": {"mismatch": "jaccard_distance", "penalty": "maximum", "matching": "anchored"},
    }

    assert reward == sfr.reward(task, coverage_empty=1.0, jaccard_empty=0.0, invalid=-1.25, **changed[task])
    assert reward != sfr.reward(task)


def test_the_default_profile_is_the_paper():
    assert sfr.reward("ner") == sfr.reward("ner", "paper") == sfr.NERReward()
    assert sfr.reward("re") == sfr.REReward()
    assert sfr.reward("ee") == sfr.EEReward()


@each_task
def test_a_reward_is_frozen_equal_by_value_and_hashable(task):
    reward = sfr.reward(task)
    with pytest.raises(FrozenInstanceError):
        reward.gamma = 2.0

    assert reward == sfr.reward(task)
    assert hash(reward) == hash(sfr.reward(task))
    assert replace(reward, gamma=2.0) == sfr.reward(task, gamma=2.0)
    assert len({reward, sfr.reward(task), sfr.reward(task, gamma=2.0)}) == 2


def test_a_clip_may_be_a_list_as_configuration_files_have_it():
    assert sfr.reward("ner", clip=[0, 1]) == sfr.reward("ner", clip=(0, 1))


def test_the_ranges_are_those_of_the_profiles():
    found = {(t, p): sfr.reward(t, p).equation_range for t in TASKS for p in ("paper", "bounded")}

    assert found == {
        ("ner", "paper"): (-math.inf, 1),
        ("ner", "bounded"): (-0.8, 1),
        ("re", "paper"): (-0.4, 1),
        ("re", "bounded"): (-0.4, 1),
        ("ee", "paper"): (-math.inf, 1),
        ("ee", "bounded"): (-1, 1),
    }


def test_reuse_has_no_highest_value():
    assert sfr.reward("ee", matching="reuse").equation_range == (-math.inf, math.inf)


# -- scores -----------------------------------------------------------------------------------


@each_profile
@each_task
def test_a_perfect_answer_is_worth_one_and_the_best_there_is(task, profile):
    score = sfr.reward(task, profile).score(GOLD[task], perfect(task))

    assert score.value == 1
    assert (score.status, score.rung, score.problems, score.duplicates) == ("ok", "", (), 0)
    assert score == sfr.reward(task, profile).best(GOLD[task])


@each_task
def test_an_output_that_cannot_be_read_has_the_invalid_value_and_no_other_term(task):
    score = sfr.reward(task).score(GOLD[task], "I cannot help with that.")

    assert score.status == "unparsable"
    assert score.value == -1
    assert {name for name, part in score.terms.items() if part} == {"invalid"}
    assert sfr.reward(task, "bounded").score(GOLD[task], "").value == -1.25
    assert sfr.reward(task, invalid=-7).score(GOLD[task], "").value == -7


@each_task
def test_a_score_is_a_number_with_a_name_for_each_part(task):
    score = sfr.reward(task).score(GOLD[task], OUTPUTS[task][0])

    assert float(score) == score.value
    assert list(score.terms) == [*sfr.reward(task).equation_terms, "invalid"]
    assert repr(score).startswith(f"Score({score.value:.6g}: ")


def test_an_output_without_units_is_read_and_scored():
    for output in ("{}", '{"person": []}', '{"person": ""}', '{"person": null}'):
        score = sfr.reward("ner").score(GOLD["ner"], output)

        assert (score.status, score.value) == ("ok", -0.8)


def test_the_same_units_in_other_unicode_and_spacing_are_the_same():
    gold = {"person": ["Zo\u00eb van Dijk"]}

    assert sfr.reward("ner").score(gold, '{"person": ["Zoe\u0308  van\tDijk "]}').value == 1
    assert sfr.reward("ner", unicode_form="none").score(gold, '{"person": ["Zoe\u0308 van Dijk"]}').value == -0.2
    assert sfr.reward("ner", space="keep").score(gold, '{"person": ["Zo\u00eb  van Dijk"]}').value == -0.2


@each_task
def test_case_counts_unless_it_is_folded(task):
    loud = perfect(task).upper().replace('"TRIGGER"', '"trigger"').replace('"ARGUMENTS"', '"arguments"')

    assert sfr.reward(task).score(GOLD[task], loud).value < 0
    assert sfr.reward(task, casing="fold").score(GOLD[task], loud).value == 1


def test_case_is_folded_in_text_and_schema_too():
    reward = sfr.reward("ner", casing="fold", unknown_types="reject", ungrounded="reject")

    assert reward.score(GOLD["ner"], perfect("ner"), TEXT.upper(), ["PERSON", "PLACE"]).value == 1


def test_repeated_units_are_counted_and_cost_only_if_asked():
    output = '{"person": ["Ann", "Ann", "Ann", "Bob"], "place": ["Bonn"]}'
    free = sfr.reward("ner").score(GOLD["ner"], output)
    taxed = sfr.reward("ner", lambda_duplicates=0.5).score(GOLD["ner"], output)

    assert (free.value, free.duplicates) == (1, 2)
    assert taxed.terms["duplicate_penalty"] == pytest.approx(-0.5 * 2 / 5, rel=1e-12)
    assert taxed.value == pytest.approx(0.8, rel=1e-12)
    assert "duplicate_penalty" not in free.terms


def test_without_repeats_the_duplicate_penalty_is_nothing():
    score = sfr.reward("ner", lambda_duplicates=0.5).score(GOLD["ner"], perfect("ner"))

    assert score.terms["duplicate_penalty"] == 0
    assert math.copysign(1, score.terms["duplicate_penalty"]) == 1


def test_an_output_longer_than_the_bound_is_invalid():
    output = perfect("ner")

    assert sfr.reward("ner", max_chars=len(output)).score(GOLD["ner"], output).value == 1
    score = sfr.reward("ner", max_chars=len(output) - 1).score(GOLD["ner"], output)
    assert (score.value, [problem.code for problem in score.problems]) == (-1, ["too-long"])


def test_an_output_of_more_units_than_the_bound_is_invalid():
    score = sfr.reward("ner", max_units=3).score(GOLD["ner"], '{"person": ["a", "b", "c", "d"]}')

    assert (score.value, [problem.code for problem in score.problems]) == (-1, ["too-many-units"])


def test_an_output_nested_deeper_than_the_bound_is_invalid():
    score = sfr.reward("ner", max_depth=3).score(GOLD["ner"], '{"a": [[[["b"]]]]}')

    assert (score.value, [problem.code for problem in score.problems]) == (-1, ["too-deep"])


def test_another_format_than_the_one_asked_for_is_invalid():
    reward = sfr.reward("ner", format="slots")

    assert reward.score(GOLD["ner"], '{"person": "Ann Bob", "place": "Bonn"}', TEXT).value == 1
    assert reward.score(GOLD["ner"], perfect("ner"), TEXT).value == -1


@each_task
def test_coarse_and_fine_alone_have_no_terms_of_the_other_kind(task):
    gold, reward = GOLD[task], sfr.reward(task, "bounded")
    coarse = reward.coarse_only().score(gold, OUTPUTS[task][1]).terms
    fine = reward.fine_only().score(gold, OUTPUTS[task][1]).terms

    assert fine["type_coverage"] == 0
    assert [name for name in coarse if name.endswith("f1") and coarse[name]] == []
    assert reward.coarse_only().score(gold, "?").value == reward.fine_only().score(gold, "?").value == -1.25


# -- text and schema --------------------------------------------------------------------------

OUTSIDE = {
    "ner": ('{"person": ["Ann", "Eve"], "time": ["noon"]}', '{"person": ["Ann"]}'),
    "re": ('{"meets": [["Ann", "Bob"], ["Ann", "Eve"]], "at": [["Bob", "noon"]]}', '{"meets": [["Ann", "Bob"]]}'),
    "ee": (
        (
            '{"meeting": [{"trigger": "met", "arguments": [["who", "Ann"], ["who", "Eve"], ["when", "noon"]]}],'
            ' "sale": [{"trigger": "met", "arguments": []}]}'
        ),
        '{"meeting": [{"trigger": "met", "arguments": [["who", "Ann"]]}]}',
    ),
}


@each_task
def test_by_default_what_is_outside_text_and_schema_counts_and_is_listed(task):
    output, _ = OUTSIDE[task]
    score = sfr.reward(task).score(GOLD[task], output, TEXT, SCHEMA[task])

    assert score.value == sfr.reward(task).score(GOLD[task], output).value
    assert {"unknown-type", "not-in-source"} <= {problem.code for problem in score.problems}
    assert score.status == "ok"


@each_task
def test_what_is_outside_text_and_schema_can_be_left_out(task):
    output, within = OUTSIDE[task]
    reward = sfr.reward(task, unknown_types="drop", ungrounded="drop")
    score = reward.score(GOLD[task], output, TEXT, SCHEMA[task])

    assert score.terms == reward.score(GOLD[task], within, TEXT, SCHEMA[task]).terms
    assert {"unknown-type", "not-in-source"} <= {problem.code for problem in score.problems}


@each_task
@pytest.mark.parametrize("field", ["unknown_types", "ungrounded"])
def test_what_is_outside_text_or_schema_can_spoil_the_output(task, field):
    output, within = OUTSIDE[task]
    reward = sfr.reward(task, **{field: "reject"})

    assert reward.score(GOLD[task], output, TEXT, SCHEMA[task]).value == -1
    assert reward.score(GOLD[task], within, TEXT, SCHEMA[task]).status == "ok"


def test_a_role_outside_the_schema_is_treated_like_a_type():
    output = '{"meeting": [{"trigger": "met", "arguments": [["who", "Ann"], ["when", "noon"]]}]}'
    found = {
        policy: sfr.reward("ee", unknown_types=policy).score(GOLD["ee"], output, TEXT, SCHEMA["ee"])
        for policy in ("keep", "drop", "reject")
    }

    assert {policy: [p.code for p in score.problems] for policy, score in found.items()} == {
        "keep": ["unknown-role"],
        "drop": ["unknown-role"],
        "reject": ["unknown-role"],
    }
    assert found["keep"].terms["argument_f1"] == pytest.approx(0.8 * 2 / 4, rel=1e-12)
    assert found["drop"].terms["argument_f1"] == pytest.approx(0.8 * 2 / 3, rel=1e-12)
    assert found["reject"].value == -1


@pytest.mark.parametrize("policy", ["drop", "reject"])
def test_a_policy_needs_what_it_compares_with(policy):
    with pytest.raises(ValueError, match=rf"^ungrounded='{policy}' needs the text of every output$"):
        sfr.reward("ner", ungrounded=policy).score({}, "{}", schema=["person"])
    with pytest.raises(ValueError, match=rf"^unknown_types='{policy}' needs the schema of every output$"):
        sfr.reward("ner", unknown_types=policy).score({}, "{}", TEXT)
    with pytest.raises(ValueError, match="needs the schema of every output"):
        sfr.reward("ner", unknown_types=policy).score_batch([{}], ["{}"], [TEXT], [None])


def test_the_text_tells_joined_values_apart():
    output = '{"person": "Ann Bob", "place": "Bonn"}'

    assert sfr.reward("ner").score(GOLD["ner"], output, TEXT).value == 1
    assert sfr.reward("ner").score(GOLD["ner"], output).value < 1
    assert sfr.reward("ner", split="space").score(GOLD["ner"], output).value == 1


def test_a_schema_that_is_none_is_refused():
    with pytest.raises(ValueError, match="a schema is a list of types or an object, not the string 'person'"):
        sfr.reward("ner").score({}, "{}", schema="person")


# -- gold -------------------------------------------------------------------------------------


@each_profile
@each_task
def test_gold_may_be_an_extraction_an_object_or_json_text(task, profile):
    reward = sfr.reward(task, profile)
    for output in (perfect(task), *OUTPUTS[task], "{}", "nothing"):
        scores = [reward.score(gold, output) for gold in (GOLD[task], EXTRACTION[task], json.dumps(GOLD[task]))]

        assert scores == [scores[0]] * 3


@each_task
def test_gold_without_anything_is_gold(task):
    for gold in ({}, "{}", sfr.Extraction(), {"type": []}):
        assert sfr.reward(task, "bounded").score(gold, "{}").value == 1


@each_task
def test_gold_that_changes_between_calls_is_seen(task):
    reward, gold = sfr.reward(task, "bounded"), copy.deepcopy(GOLD[task])

    assert reward.score(gold, perfect(task)).value == 1
    gold.popitem()
    assert reward.score(gold, perfect(task)).value < 1
    assert reward.score(gold, json.dumps(gold)).value == 1
    assert reward.score_batch([gold, GOLD[task]], [perfect(task)] * 2)[1].value == 1


def test_a_list_that_changes_within_gold_is_seen():
    reward, gold = sfr.reward("ner"), {"person": ["Ann"]}

    assert reward.score(gold, '{"person": ["Ann"]}').value == 1
    gold["person"].append("Bob")
    assert reward.score(gold, '{"person": ["Ann", "Bob"]}').value == 1


BAD_GOLD = {
    "ner": (
        {"person": "Ann", "place": [1, "", "Bonn"], "": ["x"], "time": [["noon"]]},
        [
            "not-a-list @ person",
            "not-a-string @ place[0]",
            "empty-mention @ place[1]",
            'empty-type @ ""',
            "not-a-string @ time[0]",
        ],
    ),
    "re": (
        {"meets": [["Ann"], ["Ann", ""], ["", ""], "Ann, Bob"]},
        ["not-a-pair @ meets[0]", "empty-mention @ meets[1]", "empty-mention @ meets[2]", "not-a-pair @ meets[3]"],
    ),
    "ee": (
        {"meeting": [{"arguments": []}, {"trigger": "", "arguments": [["who", "Ann"], ["who"]]}, "met"]},
        [
            "not-an-event @ meeting[0]",
            "not-an-argument @ meeting[1].arguments[1]",
            "no-trigger @ meeting[1]",
            "not-an-event @ meeting[2]",
        ],
    ),
}


def places(error):
    """Code and place of each problem."""
    return [str(problem).partition(":")[0] for problem in error.problems]


@each_task
def test_bad_gold_is_refused_with_every_problem(task):
    gold, expected = BAD_GOLD[task]
    for form in (gold, json.dumps(gold)):
        with pytest.raises(sfr.ParseError) as raised:
            sfr.reward(task).score(form, "{}")

        assert set(expected) <= set(places(raised.value))
        assert [line.strip().partition(":")[0] for line in str(raised.value).splitlines()[1:]] == places(raised.value)


@each_task
def test_the_bad_golds_of_a_batch_are_all_named_with_their_index(task):
    gold, expected = BAD_GOLD[task]
    with pytest.raises(sfr.ParseError) as raised:
        sfr.reward(task).score_batch([{}, gold, GOLD[task], gold], ["{}"] * 4)

    found = places(raised.value)
    for index in (1, 3):
        wanted = {line.replace("@ ", f"@ golds[{index}] ") for line in expected}
        assert wanted <= set(found)
    assert not [place for place in found if "golds[0]" in place or "golds[2]" in place]


@pytest.mark.parametrize("gold", ["", "person: Ann", '["Ann"]', '{"person": ["Ann"]', "{} {}", "{'person': ['Ann']}"])
def test_gold_text_that_is_not_one_json_object_is_refused(gold):
    with pytest.raises(sfr.ParseError, match=r"^bad ner gold:"):
        sfr.reward("ner").score(gold, "{}")


@pytest.mark.parametrize("gold", [None, 1, ["Ann"], b"{}"])
def test_what_is_no_gold_at_all_is_a_type_error(gold):
    with pytest.raises(TypeError, match="gold must be an Extraction, a records object or JSON text, not "):
        sfr.reward("ner").score(gold, "{}")


def test_bad_gold_is_a_value_error():
    with pytest.raises(ValueError, match="not-a-list @ person"):
        sfr.reward("ner").score({"person": "Ann"}, "{}")


@each_task
def test_bad_parts_of_an_extraction_are_refused(task):
    bad = sfr.Extraction(
        entities=(sfr.Entity("", "Ann"), sfr.Entity("person", " ")),
        relations=(sfr.Relation("meets", "", ""), sfr.Relation("meets", "Ann", "")),
        events=(sfr.Event("meeting", ""), sfr.Event("meeting", "met", (sfr.Argument("", "Ann"),))),
    )
    with pytest.raises(sfr.ParseError) as raised:
        sfr.reward(task).score(bad, "{}")

    kind = {"ner": "entities", "re": "relations", "ee": "events"}[task]
    assert {f"{kind}[{i}]" for i in (0, 1)} <= {problem.where.split(".")[0] for problem in raised.value.problems}


def test_bad_gold_is_refused_whatever_was_scored_before():
    reward, name = sfr.reward("ner"), UUID(int=5)

    assert reward.score({"person": [str(name)]}, "{}").status == "ok"
    with pytest.raises(sfr.ParseError, match="not-a-string"):
        reward.score({"person": [name]}, "{}")


def test_the_bounds_are_for_outputs_and_gold_has_none():
    reward = sfr.reward("ner", max_units=1, max_chars=10)
    for gold in (GOLD["ner"], EXTRACTION["ner"], json.dumps(GOLD["ner"])):
        assert reward.score(gold, "{}").value == -0.8


# -- batches, threads, processes --------------------------------------------------------------


@each_task
def test_a_batch_equals_its_parts(task):
    reward = sfr.reward(task)
    outputs = [perfect(task), *OUTPUTS[task], OUTPUTS[task][0], "?", ""]
    golds = [GOLD[task]] * len(outputs)

    assert reward.score_batch(golds, outputs) == [reward.score(GOLD[task], output) for output in outputs]
    assert reward.score_batch(iter(golds), iter(outputs)) == reward.score_batch(golds, outputs)
    assert reward.score_batch([], []) == []


def test_a_batch_of_unequal_lengths_is_refused():
    with pytest.raises(ValueError, match="2 golds, 1 outputs, 1 texts and 1 schemas"):
        sfr.reward("ner").score_batch([{}, {}], ["{}"])
    with pytest.raises(ValueError, match="1 golds, 1 outputs, 2 texts and 1 schemas"):
        sfr.reward("ner").score_batch([{}], ["{}"], ["a", "b"])
    with pytest.raises(ValueError, match="1 golds, 1 outputs, 1 texts and 0 schemas"):
        sfr.reward("ner").score_batch([{}], ["{}"], schemas=[])


def test_texts_and_schemas_of_a_batch_belong_to_their_outputs():
    reward = sfr.reward("ner", ungrounded="drop", unknown_types="drop")
    output = '{"person": ["Ann", "Eve"], "time": ["noon"]}'
    texts, schemas = [TEXT, "Eve", TEXT], [["person"], ["person"], ["time"]]
    gold = {"person": ["Ann"]}
    expected = [reward.score(gold, output, text, schema) for text, schema in zip(texts, schemas, strict=True)]

    assert reward.score_batch([gold] * 3, [output] * 3, texts, schemas) == expected
    assert [score.value for score in expected] == [1, -0.2, -1.6]


@each_task
def test_a_used_reward_survives_copying_and_pickling(task):
    reward = sfr.reward(task, "bounded", gamma=2.0, clip=(-1, 1))
    score = reward.score(GOLD[task], OUTPUTS[task][0], TEXT, SCHEMA[task])
    for other in (pickle.loads(pickle.dumps(reward)), copy.copy(reward), copy.deepcopy(reward)):
        assert other == reward
        assert other.score(GOLD[task], OUTPUTS[task][0], TEXT, SCHEMA[task]) == score
    assert pickle.loads(pickle.dumps(score)) == score


def test_rewards_work_in_other_processes():
    jobs = [(task, gold, output) for task in TASKS for gold in (GOLD[task], {}) for output in OUTPUTS[task]]
    rewards = {task: sfr.reward(task, "bounded") for task in TASKS}
    expected = [rewards[task].score(gold, output) for task, gold, output in jobs]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = [pool.apply_async(rewards[task].score, (gold, output)) for task, gold, output in jobs]
        results = [job.get(timeout=60) for job in found]

    assert results == expected


@each_task
def test_threads_that_share_a_reward_get_what_one_thread_gets(task):
    golds = [GOLD[task], {}, json.dumps(GOLD[task]), EXTRACTION[task]]
    outputs = [perfect(task), *OUTPUTS[task], "{}", "?", f"```json\n{perfect(task)}\n```"]
    jobs = [(gold, output, text) for gold in golds for output in outputs for text in (None, TEXT)] * 5
    expected = [sfr.reward(task).score(*job) for job in jobs]
    shared = sfr.reward(task)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda job: shared.score(*job), jobs))

    assert found == expected


# -- signatures -------------------------------------------------------------------------------

VARIANTS = [
    {},
    {"gamma": 2.5, "w_type": 0.1},
    {"clip": (-1, 1)},
    {"clip": (-0.25, 1e-05)},
    {"scale": "unit", "clip": (0.0, 1.0)},
    {"lambda_duplicates": 0.5, "casing": "fold", "unicode_form": "NFKC", "space": "keep"},
    {"unknown_types": "drop", "ungrounded": "reject"},
    {"format": "slots", "split": "atomic"},
    {"max_chars": 10, "max_depth": 3, "max_units": 7},
    {"coverage_empty": 1, "f1_empty": 0.0, "jaccard_empty": 0.5, "invalid": -3},
]


@each_profile
@each_task
@pytest.mark.parametrize("options", VARIANTS, ids=str)
def test_a_signature_gives_the_reward_back(task, profile, options):
    reward = sfr.reward(task, profile, **options)

    assert sfr.from_signature(reward.signature) == reward
    assert sfr.from_signature(f" {reward.signature}\n") == reward


@pytest.mark.parametrize("options", [{"matching": "reuse"}, {"penalty": "maximum"}, {"mismatch": "jaccard_distance"}])
def test_the_choices_for_events_stand_in_the_signature(options):
    reward = sfr.reward("ee", **options)
    ((name, value),) = options.items()

    assert f"|{name}:{value}|" in reward.signature
    assert sfr.from_signature(reward.signature) == reward


@each_task
def test_the_signature_of_a_score_says_what_it_was_given(task):
    reward = sfr.reward(task)
    given = {
        "none": (),
        "text": (TEXT,),
        "schema": (None, SCHEMA[task]),
        "text+schema": (TEXT, SCHEMA[task]),
    }
    for name, context in given.items():
        score = reward.score(GOLD[task], perfect(task), *context)

        assert score.signature == f"{reward.signature}|given:{name}"
        assert sfr.from_signature(score.signature) == reward


@each_task
def test_a_signature_ends_with_the_version_and_shows_every_field_of_the_equation(task):
    reward = sfr.reward(task)

    assert reward.signature.startswith(f"sfr-{task}|w_type:")
    assert reward.signature.endswith(f"|v:{sfr.__version__}")
    assert "|coverage_empty:0.0|f1_empty:1.0|jaccard_empty:1.0|" in reward.signature
    assert "max_chars" not in reward.signature


def test_different_rewards_have_different_signatures():
    rewards = [sfr.reward(t, p, **o) for t in TASKS for p in ("paper", "bounded") for o in VARIANTS]

    assert len(set(rewards)) == len({reward.signature for reward in rewards})


NO_SIGNATURES = [
    "",
    "sfr-ner",
    "ner|gamma:1.5",
    f"bleu|v:{sfr.__version__}",
    f"sfr-ner|gamma:1.5|gamma:1.5|v:{sfr.__version__}",
    f"sfr-ner|gamma:1.5|gamma:2.5|v:{sfr.__version__}",
    f"sfr-ner|gamma|v:{sfr.__version__}",
    f"sfr-ner|colour:red|v:{sfr.__version__}",
]


@pytest.mark.parametrize("line", NO_SIGNATURES)
def test_a_line_that_is_no_signature_is_refused(line):
    with pytest.raises(ValueError, match="not a signature"):
        sfr.from_signature(line)


def test_a_signature_of_another_version_is_refused():
    with pytest.raises(ValueError, match=r"of sfr 0\.0\.1, and this is sfr "):
        sfr.from_signature("sfr-ner|gamma:1.5|v:0.0.1")


def test_a_signature_of_an_unknown_task_is_refused():
    with pytest.raises(ValueError, match="unknown task 'kg'"):
        sfr.from_signature(f"sfr-kg|v:{sfr.__version__}")


@pytest.mark.parametrize("part", ["gamma:fast", "gamma:-1", "clip:1.0", "matching:best", "max_units:1.5"])
def test_a_signature_with_a_bad_value_is_refused(part):
    with pytest.raises(ValueError, match=r"."):
        sfr.from_signature(f"sfr-ee|{part}|v:{sfr.__version__}")


def test_a_batch_without_gold_is_refused_like_a_single_score():
    for call in (lambda: sfr.reward("ner").score(None, "{}"), lambda: sfr.reward("ner").score_batch([None], ["{}"])):
        with pytest.raises(TypeError, match="gold must be"):
            call()


def test_a_schema_in_a_batch_may_be_any_iterable_of_types():
    reward, n = sfr.reward("ner"), 2
    expected = [reward.score({}, '{"x": ["y"]}', schema=["person"])] * n
    for schemas in ([iter(["person"]) for _ in range(n)], [dict.fromkeys(["person"]).keys()] * n):
        assert expected == reward.score_batch([{}] * n, ['{"x": ["y"]}'] * n, schemas=schemas)
