"""Laws of the rewards, for any gold and any output."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sfr
from tests.strategies import (
    MENTIONS,
    PROFILES,
    ROLES,
    TASKS,
    TYPES,
    cases,
    distinct,
    extraction,
    gold_and_prediction,
    one_step_up,
    records,
    renamed,
    rows_of,
    shuffled_with_repeats,
    with_one_more_correct_unit,
    written,
)

each_profile = pytest.mark.parametrize("profile", PROFILES)
each_task = pytest.mark.parametrize("task", TASKS)

REWARDS = {(task, profile): sfr.reward(task, profile) for task in TASKS for profile in PROFILES}
UNITS = {"ner": sfr.ner_units, "re": sfr.re_units, "ee": sfr.ee_units}
BROKEN = ("", "nothing here", "{", '{"person": ["w", ', "[1, 2]", "<think>still {}", "{'person': ['w']}", '{"a": 1}')
WRAPPINGS = (
    "```json\n{}\n```",
    "```\n{}\n```\n",
    "<think>Perhaps [] or nothing.</think>\n{}",
    "Here it is: {}",
    "<answer>{}</answer>",
    "{}\n\nThat is all.",
    "<think>So?</think>\nThe answer:\n```json\n{}\n```\nDone.",
)
NAMES = {name: f"{name} {name[::-1]}." for name in (*TYPES, *MENTIONS, *ROLES)}


def wrapped(text, wrapping):
    return wrapping.replace("{}", text)


def value(task, profile, gold, pred):
    """The value of rows against rows."""
    return REWARDS[task, profile].score(extraction(task, gold), written(task, pred)).value


def both(task, gold, pred):
    """The values under the two profiles."""
    return tuple(value(task, profile, gold, pred) for profile in PROFILES)


def long_way(task, **fields):
    """A reward that reads everything value by value."""
    reward = sfr.reward(task, **fields)
    reward.__dict__["_clean"] = lambda output, known: None
    reward.__dict__["_gold_readers"] = (lambda text, known: None), (lambda gold: None)
    return reward


def units(task, rows):
    return UNITS[task](extraction(task, rows))


# -- both profiles ----------------------------------------------------------------------------


options = st.fixed_dictionaries(
    {},
    optional={
        "clip": st.sampled_from([(0.0, 1.0), (-1.0, 1.0), (-0.25, 0.5)]),
        "scale": st.just("unit"),
        "lambda_duplicates": st.sampled_from([0.25, 1.0]),
        "gamma": st.sampled_from([0.5, 2.0]),
    },
)


@given(cases, options, st.data())
def test_the_terms_sum_to_the_value(case, options, data):
    task, (gold, pred) = case
    reward = sfr.reward(task, "bounded", **options)
    output = data.draw(st.sampled_from([written(task, pred), written(task, pred + pred), "no answer"]))
    score = reward.score(extraction(task, gold), output)

    assert reward.term_names == tuple(score.terms)
    assert math.fsum(score.terms.values()) == pytest.approx(score.value, rel=1e-12, abs=1e-15)


@each_profile
@given(case=cases)
def test_without_options_the_terms_sum_to_the_value_to_the_last_bit(profile, case):
    task, (gold, pred) = case
    score = REWARDS[task, profile].score(extraction(task, gold), written(task, pred))

    assert math.fsum(score.terms.values()) == score.value


@each_profile
@given(case=cases)
def test_nothing_beats_the_gold(profile, case):
    task, (gold, pred) = case

    assert value(task, profile, gold, pred) <= value(task, profile, gold, gold)


@given(cases, st.data())
def test_order_and_repeats_in_the_output_change_nothing(case, data):
    task, (gold, pred) = case
    again = data.draw(shuffled_with_repeats(task, pred))

    assert both(task, gold, pred) == both(task, gold, again)


@given(cases, st.data())
def test_order_and_repeats_in_the_gold_change_nothing(case, data):
    task, (gold, pred) = case
    again = data.draw(shuffled_with_repeats(task, gold))

    assert both(task, gold, pred) == both(task, again, pred)


@given(cases, st.permutations(list(NAMES.values())))
def test_renaming_types_roles_and_mentions_throughout_changes_nothing(case, names):
    task, (gold, pred) = case
    new = dict(zip(NAMES, names, strict=True))

    assert both(task, gold, pred) == both(task, renamed(gold, new), renamed(pred, new))


@given(profile=st.sampled_from(PROFILES), case=cases, wrapping=st.sampled_from(WRAPPINGS))
def test_what_stands_around_the_answer_changes_nothing_but_the_status(profile, case, wrapping):
    task, (gold, pred) = case
    reward, output = REWARDS[task, profile], written(task, pred)
    bare = reward.score(extraction(task, gold), output)
    score = reward.score(extraction(task, gold), wrapped(output, wrapping))

    assert bare.terms == score.terms
    assert (bare.status, score.status) == ("ok", "recovered")


@given(cases)
def test_the_layout_of_the_json_changes_nothing(case):
    task, (gold, pred) = case
    reward = REWARDS[task, "paper"]
    pretty = json.dumps(records(task, pred), indent=2)

    assert reward.score(extraction(task, gold), written(task, pred)) == reward.score(extraction(task, gold), pretty)


@given(cases)
def test_a_type_without_values_adds_nothing(case):
    task, (gold, pred) = case
    reward = REWARDS[task, "paper"]
    full = {"other": [], **{kind: [] for kind in TYPES}, **records(task, pred)}

    assert value(task, "paper", gold, pred) == reward.score(extraction(task, gold), json.dumps(full)).value


@given(profile=st.sampled_from(PROFILES), case=cases)
def test_the_units_of_the_long_way_give_the_terms_of_the_short_one(profile, case):
    task, (gold, pred) = case
    reward = REWARDS[task, profile]
    found = reward._reading(written(task, pred), task, None, None)
    sizes = reward.count(reward.prepare(units(task, gold).by_type), UNITS[task](found.extraction).by_type)

    assert reward.terms(sizes) == reward.score(extraction(task, gold), written(task, pred)).parts[:-1]


# Strings that normalising changes, that formats give a meaning, or that JSON has to escape.
STRANGE = (
    *(
        "person",
        "w",
        "w x",
        "w  x",
        " w",
        "w\t",
        "",
        " ",
        "None",
        "NAN",
        "null",
        "w, x",
        "w | x",
        "a: b; c",
        "entities",
    ),
    *(
        "result",
        "trigger",
        "arguments",
        "type",
        "text",
        '"',
        "\\",
        "{",
        "}",
        "[1]",
        "e\u0301",
        "\u00e9",
        "\u00a0",
        "\u200b",
    ),
    *("\ufb01", "\u212b", "\U0001f600", "W", "\u00df", "<think>", "```", "\n", "\x00"),
)
strange = st.sampled_from(STRANGE)
STRANGE_ITEM = {
    "ner": strange,
    "re": st.lists(strange, min_size=2, max_size=2),
    "ee": st.fixed_dictionaries(
        {"trigger": strange, "arguments": st.lists(st.lists(strange, min_size=2, max_size=2), max_size=2)}
    ),
}
READINGS = (
    {},
    {"casing": "fold"},
    {"unicode_form": "NFKC"},
    {"unicode_form": "none"},
    {"space": "keep"},
    {"lambda_duplicates": 0.5},
    {"max_units": 3},
    {"max_chars": 60},
    {"format": "records"},
)
GIVEN = (
    {},
    {"text": "w x None e\u0301 \u00df"},
    {"schema": ["person", "w", "result"]},
    {"schema": {"types": ["person", "w x"], "roles": ["w", "None"]}},
    {"text": "w, x", "schema": ["entities", "person"]},
)


@st.composite
def strange_outputs(draw, task):
    """Records with strange strings, at times with a member twice or not quite records."""
    found = draw(st.dictionaries(strange, st.lists(STRANGE_ITEM[task], max_size=3), max_size=3))
    text = json.dumps(found, ensure_ascii=draw(st.booleans()))
    return draw(st.sampled_from([text, text.replace(": [", ':\n["w", ', 1), text[:-1] + ',"person": []}', text + " "]))


@each_task
@given(reading=st.sampled_from(READINGS), given_=st.sampled_from(GIVEN), data=st.data())
def test_the_short_way_to_a_score_is_the_long_way(task, reading, given_, data):
    short, long = sfr.reward(task, **reading), long_way(task, **reading)
    gold = extraction(task, data.draw(rows_of(task, max_size=1)))
    output = data.draw(strange_outputs(task))

    assert long.score(gold, output, **given_) == short.score(gold, output, **given_)


@pytest.mark.parametrize("tag", ["</think>", "<answer>", "</answer>"])
def test_a_tag_within_a_string_is_a_part_of_the_string_on_both_ways(tag):
    gold, output = {"person": [f"a {tag} b"]}, f'{{"person": ["a {tag} b"]}}'

    assert long_way("ner").score(gold, output) == sfr.reward("ner").score(gold, output)


@pytest.mark.parametrize("code", [0x00, 0x09, 0x0A, 0x0B, 0x1C, 0x1F, 0x7F, 0x85, 0xA0, 0x2028, 0x3000, 0xFEFF])
@pytest.mark.parametrize("string", ["a{}b", "{}a", "a {} b"])
def test_a_character_that_json_forbids_or_python_strips_is_read_alike_on_both_ways(code, string):
    gold, output = {"person": ["a b"]}, f'{{"person": ["{string.format(chr(code))}"]}}'

    assert long_way("ner").score(gold, output) == sfr.reward("ner").score(gold, output)


@each_task
@given(reading=st.sampled_from(READINGS[:5]), data=st.data())
def test_the_short_way_to_the_units_of_gold_is_the_long_way(task, reading, data):
    gold = data.draw(st.dictionaries(strange, st.lists(STRANGE_ITEM[task], max_size=3), max_size=3))
    forms = gold, json.dumps(gold), json.dumps(gold, ensure_ascii=False)
    found = []
    for reward in (sfr.reward(task, **reading), long_way(task, **reading)):
        for form in forms:
            try:
                found.append(reward.units(form))
            except sfr.ParseError as error:
                found.append(error.problems)

    assert [found[0]] * len(found) == found


@given(st.sampled_from(["drop", "reject"]), st.sampled_from(TASKS), st.data())
def test_the_short_way_obeys_the_policies_as_the_long_way_does(policy, task, data):
    reading = {"unknown_types": policy, "ungrounded": policy}
    short, long = sfr.reward(task, **reading), long_way(task, **reading)
    gold, pred = data.draw(gold_and_prediction(task, max_size=3))
    context = {
        "text": data.draw(st.sampled_from(["w x y z", "w and x", "y"])),
        "schema": {"types": TYPES[: data.draw(st.integers(1, 3))], "roles": ROLES[: data.draw(st.integers(0, 2))]},
    }
    expected = long.score(extraction(task, gold), written(task, pred), **context)

    assert expected == short.score(extraction(task, gold), written(task, pred), **context)


@given(st.sampled_from(list(REWARDS)), st.data())
def test_a_batch_is_the_map_of_score(key, data):
    task, reward = key[0], REWARDS[key]
    some_rows = data.draw(st.lists(rows_of(task, max_size=3), min_size=1, max_size=3))
    answers = [written(task, rows) for rows in some_rows]
    golds = data.draw(st.lists(st.sampled_from([records(task, rows) for rows in some_rows]), max_size=8))
    outputs = [data.draw(st.sampled_from([*answers, *BROKEN, f"```\n{answers[0]}\n```"])) for _ in golds]
    texts = [data.draw(st.sampled_from([None, "w x", "y z"])) for _ in golds]
    schemas = [data.draw(st.sampled_from([None, TYPES, TYPES[:1]])) for _ in golds]
    expected = [reward.score(*one) for one in zip(golds, outputs, texts, schemas, strict=True)]

    assert expected == reward.score_batch(golds, outputs, texts, schemas)
    assert [reward.score(*one) for one in zip(golds, outputs, strict=True)] == reward.score_batch(golds, outputs)


@each_profile
@given(case=cases)
def test_every_value_lies_within_the_range_of_the_equation(profile, case):
    task, (gold, pred) = case
    low, high = REWARDS[task, profile].equation_range

    assert low <= value(task, profile, gold, pred) <= high


@given(
    profile=st.sampled_from(PROFILES),
    task=st.sampled_from(TASKS),
    output=st.text(st.sampled_from('{}[]":,wx \n'), max_size=12),
    data=st.data(),
)
def test_no_text_is_worth_more_than_the_gold_or_raises(profile, task, output, data):
    gold = data.draw(rows_of(task, max_size=2))
    reward = REWARDS[task, profile]

    assert reward.score(extraction(task, gold), output).value <= value(task, profile, gold, gold)


@pytest.mark.parametrize(("task", "profile"), [key for key in REWARDS if key != ("ee", "paper")])
@given(data=st.data())
def test_a_correct_unit_added_never_lowers_a_coverage_or_an_f1(task, profile, data):
    gold, before, after = data.draw(with_one_more_correct_unit(task))
    reward = REWARDS[task, profile]
    names = [name for name in reward.equation_terms if name.endswith(("coverage", "f1"))]
    less, more = (reward.score(extraction(task, gold), written(task, pred)).terms for pred in (before, after))

    assert [name for name in names if less[name] > more[name]] == []


@pytest.mark.parametrize("task", ["ner", "re"])
@given(data=st.data())
def test_in_the_paper_a_correct_entity_or_relation_added_raises_the_reward(task, data):
    gold, before, after = data.draw(with_one_more_correct_unit(task))

    assert value(task, "paper", gold, before) < value(task, "paper", gold, after)


@each_profile
@given(case=gold_and_prediction("ner"), wrong=st.sampled_from(TYPES))
def test_a_wrong_entity_that_brings_no_new_correct_type_never_raises_the_reward(profile, case, wrong):
    gold, pred = case
    if wrong not in {kind for kind, _ in pred}:
        gold = [row for row in gold if row[0] != wrong]

    assert value("ner", profile, gold, [*pred, (wrong, "something")]) <= value("ner", profile, gold, pred)


# -- events -----------------------------------------------------------------------------------


def branches(reward, gold, pred):
    """The three penalties of Eq. 9, from the measures on sets."""
    gold, pred = units("ee", gold), units("ee", pred)
    distance = getattr(sfr, reward.mismatch)
    empty = {"empty": reward.jaccard_empty} if reward.mismatch == "jaccard_distance" else {}
    tp, fp, fn = sfr.argument_counts(gold.by_type, pred.by_type, reward.matching)
    argument_f1 = 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else reward.f1_empty
    return (
        reward.lambda_type * distance(gold.types, pred.types, **empty),
        reward.lambda_trigger * distance(gold.triggers, pred.triggers, **empty),
        reward.lambda_argument * (1 - argument_f1),
    )


@given(gold_and_prediction("ee"))
def test_exactly_one_branch_of_eq_9_acts(case):
    reward = REWARDS["ee", "paper"]
    penalty = -reward.score(extraction("ee", case[0]), written("ee", case[1])).terms["penalty"]
    event, trigger, fine = branches(reward, *case)
    acting = [(event > 0, event), (event == 0 < trigger, trigger), (event == trigger == 0, fine)]

    assert [penalty] == [amount for acts, amount in acting if acts]


@given(gold_and_prediction("ee"))
def test_the_bounded_penalty_is_the_largest_of_the_three_branches(case):
    reward = REWARDS["ee", "bounded"]
    penalty = -reward.score(extraction("ee", case[0]), written("ee", case[1])).terms["penalty"]

    assert max(branches(reward, *case)) == penalty


@given(gold_and_prediction("ee"))
def test_events_written_in_pieces_are_the_same_events(case):
    gold, pred = case
    pieces = [(kind, trigger, (pair,)) for kind, trigger, pairs in pred for pair in pairs]
    pieces += [(kind, trigger, ()) for kind, trigger, pairs in pred]

    for profile in PROFILES:
        assert value("ee", profile, gold, pred) == value("ee", profile, gold, pieces)


# -- the bounded profile ----------------------------------------------------------------------


@each_task
@given(data=st.data())
def test_under_bounded_the_maximum_is_reached_at_gold_only(task, data):
    gold, pred = data.draw(gold_and_prediction(task))

    assert (units(task, gold) == units(task, pred)) == (value(task, "bounded", gold, pred) == 1.0)


@each_task
@given(data=st.data())
def test_under_bounded_a_correct_unit_added_raises_the_reward(task, data):
    gold, before, after = data.draw(with_one_more_correct_unit(task))

    assert value(task, "bounded", gold, before) < value(task, "bounded", gold, after)


@given(cases, st.sampled_from(BROKEN))
def test_under_bounded_an_invalid_output_is_worth_less_than_any_valid_one(case, broken):
    task, (gold, pred) = case
    reward = REWARDS[task, "bounded"]
    invalid = reward.score(extraction(task, gold), broken)

    if invalid.status == "unparsable":
        assert invalid.value < value(task, "bounded", gold, pred)
    assert invalid.value < value(task, "bounded", gold, gold) or units(task, gold).size <= 1


@given(cases, st.lists(st.sampled_from(BROKEN), max_size=2), st.data())
def test_the_unit_scale_keeps_the_order_within_zero_and_one(case, broken, data):
    task, (gold, pred) = case
    raw, unit = REWARDS[task, "bounded"], sfr.reward(task, "bounded", scale="unit")
    outputs = [written(task, pred), written(task, data.draw(rows_of(task))), written(task, gold), *broken]
    pairs = sorted(
        (raw.score(extraction(task, gold), o).value, unit.score(extraction(task, gold), o).value) for o in outputs
    )
    scaled = [high for _, high in pairs]

    assert sorted(scaled) == scaled
    assert all(0 <= one <= 1 for one in scaled)
    assert scaled[-1] == 1
    assert len({low for low, _ in pairs}) == len(set(scaled))


@given(st.sampled_from(PROFILES), cases, st.sampled_from([(0.0, 1.0), (-1.0, 1.0), (-0.5, 0.25)]), st.booleans())
def test_a_clip_is_respected_and_changes_nothing_within(profile, case, clip, broken):
    task, (gold, pred) = case
    output = "nothing" if broken else written(task, pred)
    free = REWARDS[task, profile].score(extraction(task, gold), output)
    clipped = sfr.reward(task, profile, clip=clip).score(extraction(task, gold), output)

    assert min(max(free.value, clip[0]), clip[1]) == clipped.value
    assert {**free.terms, "clip": clipped.value - free.value} == clipped.terms


@each_task
@given(data=st.data())
def test_a_repeated_unit_costs_what_the_option_says(task, data):
    gold, pred = data.draw(gold_and_prediction(task).filter(lambda case: case[1]))
    reward = sfr.reward(task, lambda_duplicates=0.5)
    size = units(task, pred).size
    score = reward.score(extraction(task, gold), written(task, pred + pred))
    repeats = score.duplicates

    assert -0.5 * repeats / (repeats + size) == score.terms["duplicate_penalty"]
    assert repeats == (sum(len(pairs) or 1 for *_, pairs in pred) if task == "ee" else len(distinct(pred)))


def test_the_ways_to_add_a_unit_are_those_that_are_missing():
    gold = [("person", "w", (("agent", "x"), ("goal", "y")))]
    expected = [[("person", "w", (("agent", "x"),))], [("person", "w", (("goal", "y"),))]]

    assert expected == list(one_step_up("ee", gold, [("person", "w", ())]))
    assert [gold, [("person", "w", ())]] == list(one_step_up("ee", gold, []))
