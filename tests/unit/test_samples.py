"""The sentences are annotated as they say, and each kind of output is what its name says."""

import ast
import json
import re
from collections import Counter

import pytest

from sfr.samples import KINDS, rows, sentences

SENTENCES = list(sentences())
ROWS = list(rows())
TASKS = ("ner", "re", "ee")
NEVER_EMPTY_GOLD = {"partial", "duplicated", "truncated", "single-quoted", "all-pairs", "wrong-types", "empty"}
GOLD = {row["id"]: row["gold"] for row in SENTENCES}


def units(task, gold):
    """Every unit as a hashable value, repeats included."""
    if task == "ee":
        return [
            (name, event["trigger"], tuple(map(tuple, event["arguments"])))
            for name, events in gold.items()
            for event in events
        ]
    return [(name, tuple(unit) if task == "re" else unit) for name, found in gold.items() for unit in found]


def values(task, gold):
    """Every string that must stand in the text."""
    for _, *parts in units(task, gold):
        if task == "ner":
            yield parts[0]
        elif task == "re":
            yield from parts[0]
        else:
            trigger, arguments = parts
            yield trigger
            yield from (text for _, text in arguments)


def of_kind(kind):
    """The rows of one kind."""
    return [row for row in ROWS if row["kind"] == kind]


def read(row):
    """The units of an output that is JSON."""
    return units(row["task"], json.loads(row["output"]))


@pytest.mark.parametrize("task", TASKS)
def test_each_task_has_at_least_thirty_sentences(task):
    assert sum(row["task"] == task for row in SENTENCES) >= 30


def test_ids_are_unique_and_begin_with_the_task():
    assert len(SENTENCES) == len({row["id"] for row in SENTENCES})
    assert len(ROWS) == len({row["id"] for row in ROWS})
    assert not [row["id"] for row in SENTENCES if not re.fullmatch(rf"{row['task']}-\d\d", row["id"])]


def test_no_sentence_is_repeated():
    assert len(SENTENCES) == len({row["text"].casefold() for row in SENTENCES})


def test_a_sentence_has_nothing_but_the_five_fields():
    assert {("id", "task", "text", "schema", "gold")} == {tuple(row) for row in SENTENCES}


@pytest.mark.parametrize("task", TASKS)
def test_a_task_has_one_schema(task):
    first, *others = (row["schema"] for row in SENTENCES if row["task"] == task)
    assert [first] * len(others) == others


def test_every_type_of_a_schema_is_used_and_no_other():
    for task in TASKS:
        found = [row for row in SENTENCES if row["task"] == task]
        assert set(found[0]["schema"]["types"]) == {name for row in found for name in row["gold"]}


def test_every_role_of_the_schema_is_used_and_no_other():
    found = [row for row in SENTENCES if row["task"] == "ee"]
    used = {role for row in found for *_, arguments in units("ee", row["gold"]) for role, _ in arguments}
    assert set(found[0]["schema"]["roles"]) == used


@pytest.mark.parametrize("row", SENTENCES, ids=lambda row: row["id"])
def test_every_value_stands_in_its_text_between_word_boundaries(row):
    found = list(values(row["task"], row["gold"]))
    assert found == [value for value in found if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", row["text"])]


def test_no_value_begins_or_ends_with_white_space():
    found = [value for row in SENTENCES for value in values(row["task"], row["gold"])]
    assert found == [value.strip() for value in found]


def test_no_gold_holds_a_unit_or_an_argument_twice():
    for row in SENTENCES:
        found = units(row["task"], row["gold"])
        assert len(found) == len(set(found))
        arguments = [unit[-1] for unit in found if row["task"] == "ee"]
        assert arguments == [tuple(dict.fromkeys(one)) for one in arguments]


def test_no_type_of_a_gold_is_empty():
    assert not [row["id"] for row in SENTENCES if not all(row["gold"].values())]


@pytest.mark.parametrize("task", TASKS)
def test_some_sentences_of_each_task_have_nothing_to_find(task):
    empty = [row for row in SENTENCES if row["task"] == task and not row["gold"]]
    assert 2 <= len(empty) <= 8


def test_some_texts_have_two_types_at_once():
    entities = [Counter(values("ner", row["gold"])) for row in SENTENCES if row["task"] == "ner"]
    assert any(max(count.values(), default=0) > 1 for count in entities)


def test_some_events_have_no_arguments_and_some_share_a_type():
    events = [event for row in SENTENCES if row["task"] == "ee" for event in units("ee", row["gold"])]
    assert any(not arguments for *_, arguments in events)
    assert any(len(found) > 1 for row in SENTENCES if row["task"] == "ee" for found in row["gold"].values())


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_every_kind_but_all_pairs_of_entities(task):
    expected = set(KINDS) - ({"all-pairs"} if task == "ner" else set())
    assert expected == {row["kind"] for row in ROWS if row["task"] == task}


def test_every_sentence_has_the_kinds_that_make_sense_without_gold():
    expected = set(KINDS) - NEVER_EMPTY_GOLD
    for name, gold in GOLD.items():
        found = {row["kind"] for row in ROWS if row["id"].startswith(f"{name}/")}
        assert expected <= found
        assert gold or expected == found


def test_the_outputs_of_a_sentence_come_in_the_order_of_the_kinds():
    kinds = list(KINDS)
    order = [(list(GOLD).index(row["id"].split("/")[0]), kinds.index(row["kind"])) for row in ROWS]
    assert sorted(order) == order


def test_the_rows_are_the_same_every_time():
    assert list(rows()) == list(rows())


def test_a_row_keeps_what_its_sentence_says():
    by_id = {row["id"]: row for row in SENTENCES}
    for row in ROWS:
        name, kind = row["id"].split("/")
        expected = {**by_id[name], "id": row["id"], "kind": kind, "output": row["output"]}
        assert expected == row


def test_a_perfect_output_is_the_gold():
    assert [row["gold"] for row in SENTENCES] == [json.loads(row["output"]) for row in of_kind("perfect")]


def test_a_partial_output_is_less_than_the_gold():
    for row in of_kind("partial"):
        gold, found = units(row["task"], row["gold"]), read(row)
        if len(gold) > 1:
            assert set(found) < set(gold)
        else:
            ((name, trigger, arguments),) = gold
            ((*head, fewer),) = found
            assert [name, trigger] == head
            assert set(fewer) < set(arguments)


def test_an_over_generated_output_is_the_gold_and_words_of_the_text():
    for row in of_kind("over-generated"):
        gold, found = units(row["task"], row["gold"]), read(row)
        assert set(gold) < set(found)
        assert not [text for text in values(row["task"], json.loads(row["output"])) if text not in row["text"]]
        assert {name for name, *_ in found} <= set(row["schema"]["types"])


def test_a_duplicated_output_repeats_each_unit_of_the_gold():
    for row in of_kind("duplicated"):
        found = Counter(read(row))
        assert set(units(row["task"], row["gold"])) == set(found)
        assert {2, 3} >= set(found.values())


def test_a_truncated_output_is_the_beginning_of_the_perfect_one_and_no_json():
    perfect = {row["id"].split("/")[0]: row["output"] for row in of_kind("perfect")}
    for row in of_kind("truncated"):
        whole = perfect[row["id"].split("/")[0]]
        assert whole.startswith(row["output"])
        assert 0 < len(row["output"]) < len(whole)
        with pytest.raises(json.JSONDecodeError):
            json.loads(row["output"])


def test_a_fenced_output_holds_the_gold_between_two_sentences():
    for row in of_kind("fenced"):
        before, body, after = re.fullmatch(r"(.+)\n\n```json\n(.*)\n```\n\n(.+)", row["output"], re.DOTALL).groups()
        assert row["gold"] == json.loads(body)
        assert "{" not in before + after


def test_a_thinking_output_is_a_draft_in_a_block_then_the_gold():
    for row in of_kind("thinking"):
        thoughts, answer = re.fullmatch(r"<think>\n(.*)\n</think>\n(.*)", row["output"], re.DOTALL).groups()
        assert row["gold"] == json.loads(answer)
        assert "{" in thoughts


def test_a_single_quoted_output_is_the_gold_for_python_alone():
    for row in of_kind("single-quoted"):
        assert row["gold"] == ast.literal_eval(row["output"])
        assert row["output"].endswith(",}")
        with pytest.raises(json.JSONDecodeError):
            json.loads(row["output"])


def test_an_invalid_output_has_no_bracket():
    assert not [row["output"] for row in of_kind("invalid") if set("{}[]") & set(row["output"])]


def test_a_whole_sentence_output_has_the_text_as_its_only_value():
    for row in of_kind("whole-sentence"):
        assert {row["text"]} == set(values(row["task"], json.loads(row["output"])))


def test_an_all_labels_output_has_every_unit_under_every_type():
    for row in of_kind("all-labels"):
        output = json.loads(row["output"])
        assert row["schema"]["types"] == list(output)
        assert all(output.values())
        assert set(units(row["task"], row["gold"])) < set(read(row))


def test_an_all_pairs_output_relates_every_mention_to_every_other_one():
    for row in of_kind("all-pairs"):
        if row["task"] == "re":
            mentions = set(values("re", row["gold"]))
            expected = {(name, (a, b)) for name in row["gold"] for a in mentions for b in mentions - {a}}
            assert expected == set(read(row))
            assert set(units("re", row["gold"])) < expected


def test_an_all_pairs_output_gives_every_trigger_the_arguments_of_all():
    for row in of_kind("all-pairs"):
        if row["task"] == "ee":
            gold, found = units("ee", row["gold"]), read(row)
            pooled = {argument for *_, arguments in gold for argument in arguments}
            assert [unit[:2] for unit in gold] == [unit[:2] for unit in found]
            assert [pooled] * len(gold) == [set(arguments) for *_, arguments in found]
            assert gold != found


def test_a_wrong_types_output_has_the_values_of_the_gold_and_none_of_its_units():
    for row in of_kind("wrong-types"):
        gold, found = units(row["task"], row["gold"]), read(row)
        assert Counter(unit[1:] for unit in gold) == Counter(unit[1:] for unit in found)
        assert not set(gold) & set(found)
        assert {name for name, *_ in found} <= set(row["schema"]["types"])


def test_an_empty_output_stands_only_where_there_is_gold():
    assert {"{}"} == {row["output"] for row in of_kind("empty")}
    assert [row["id"] for row in SENTENCES if row["gold"]] == [row["id"].split("/")[0] for row in of_kind("empty")]
