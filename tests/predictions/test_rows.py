"""Rows with gold, and rows whose gold is in a file of its own."""

import json
from dataclasses import replace

import pytest

from sfr import Argument, Entity, Event, Extraction, Relation, Schema
from sfr.data.exporting import prompted
from sfr.data.prompts import Template
from sfr.data.storage import table_writer
from sfr.data.trainer_rows import TRAINERS
from sfr.examples import read_example
from sfr.predictions import Prediction, read_gold_files

# -- rows with gold --------------------------------------------------------------------------------


def test_a_row_with_gold_and_output_is_a_prediction(write, read, kevin):
    path = write("rows.jsonl", {**kevin, "output": "{}"})
    found = read(path)

    gold = Extraction((Entity("person", "Kevin", ((0, 5),)), Entity("place", "Oslo", ((11, 15),))))
    expected = Prediction("1", "mine", "ner", "Kevin left Oslo.", Schema(("person", "place")), gold, ("{}",))
    assert found.kind == "rows"
    assert found.rows == [replace(expected, place=f"{path}:1")]
    assert found.problems == []


def test_the_offsets_of_the_gold_are_kept(write, read, kevin):
    (row,) = read(write("rows.jsonl", {**kevin, "output": "{}"})).rows

    assert [entity.at for entity in row.gold.entities] == [((0, 5),), ((11, 15),)]


def test_gold_is_not_brought_to_its_normal_form(write, read):
    (row,) = read(write("rows.jsonl", {"task": "ner", "gold": {"person": [" Ke  vin"]}, "output": ""})).rows

    assert row.gold.entities == (Entity("person", " Ke  vin"),)


def test_what_a_row_may_lack_has_a_default(write, read):
    path = write("rows.jsonl", {"gold": {}, "output": ""})

    assert read(path, task="re").rows == [Prediction("1", "", "re", None, None, Extraction(), ("",), place=f"{path}:1")]


def test_a_number_is_an_id(write, read):
    assert read(write("rows.jsonl", {"id": 7, "task": "ner", "gold": {}, "output": ""})).rows[0].id == "7"


@pytest.mark.parametrize("name", ["outputs", "responses"])
def test_several_outputs_are_the_samples_of_an_example(write, read, name):
    assert read(write("rows.jsonl", {"task": "ner", "gold": {}, name: ["a", "b"]})).rows[0].outputs == ("a", "b")


def test_the_tokens_of_the_outputs_are_kept(write, read):
    rows = read(
        write(
            "rows.jsonl",
            {"task": "ner", "gold": {}, "outputs": ["a", "b"], "tokens": [3, 0]},
            {"task": "ner", "gold": {}, "outputs": ["a", "b"]},
        )
    ).rows

    assert [row.tokens for row in rows] == [(3, 0), ()]


def test_the_tokens_of_one_output_are_a_number(write, read):
    assert read(write("rows.jsonl", {"task": "ner", "gold": {}, "output": "a", "tokens": 3})).rows[0].tokens == (3,)


def test_a_sum_of_tokens_does_not_say_how_long_each_output_is(write, read):
    found = read(write("rows.jsonl", {"task": "ner", "gold": {}, "outputs": ["a", "b"], "tokens": 3}))

    assert found.rows[0].tokens == ()
    assert found.problems == []


@pytest.mark.parametrize("tokens", ["3", -3, True, [3], [1, -1], [1, 2.5], [True, 1], {}])
def test_tokens_are_a_whole_number_for_each_output(write, read, tokens):
    found = read(write("rows.jsonl", {"task": "ner", "gold": {}, "outputs": ["a", "b"], "tokens": tokens}))

    assert len(found.problems) == 1
    assert found.problems[0].startswith("rows.jsonl:1: tokens: expected a whole number for each output, found")


def test_gold_may_be_json_text(write, read):
    (row,) = read(
        write("rows.jsonl", {"task": "ner", "gold": '{"person": ["Kevin"], "place": null}', "output": ""})
    ).rows

    assert row.gold.entities == (Entity("person", "Kevin"),)


def test_a_mark_of_byte_order_and_line_ends_of_windows_and_blank_lines_do_no_harm(write, read):
    row = b'{"task": "ner", "gold": {}, "output": "{}"}\r'
    found = read(write("rows.jsonl", b"\xef\xbb\xbf" + row, b"\r", b"", row))

    assert [row.id for row in found.rows] == ["1", "4"]
    assert found.problems == []


def test_a_number_that_is_missing_does_no_harm(write, read):
    found = read(write("rows.jsonl", b'{"task": "ner", "gold": {}, "output": "{}", "score": NaN}'))

    assert len(found.rows) == 1


def test_any_text_is_an_output(write, read):
    texts = ["", "\x00", "[" * 100_000, "\ud800", "<think>", '{"person": 1}', "\u2028"]
    path = write("rows.jsonl", *(json.dumps({"task": "ner", "gold": {}, "output": text}).encode() for text in texts))

    assert [row.outputs for row in read(path).rows] == [(text,) for text in texts]


# -- units instead of text -------------------------------------------------------------------------


def test_units_with_offsets_take_the_place_of_an_output(write, read, kevin):
    (row,) = read(write("rows.jsonl", {**kevin, "pred": {"place": ["Oslo"]}, "pred_at": {"place": [[[11, 15]]]}})).rows

    assert row.outputs == (Extraction((Entity("place", "Oslo", ((11, 15),)),)),)
    assert row.outputs[0].entities[0].at == ((11, 15),)


def test_units_need_no_offsets(write, read):
    rows = read(
        write(
            "rows.jsonl",
            {"task": "re", "gold": {}, "pred": {"works for": [["Kevin", "Acme"]]}},
            {"task": "ee", "gold": {}, "pred": {"attack": [{"trigger": "fired", "arguments": [["Target", "hotel"]]}]}},
            {"task": "ner", "gold": {}, "pred": {}},
        )
    ).rows

    assert [row.outputs for row in rows] == [
        (Extraction(relations=(Relation("works for", "Kevin", "Acme"),)),),
        (Extraction(events=(Event("attack", "fired", (Argument("Target", "hotel"),)),)),),
        (Extraction(),),
    ]


@pytest.mark.parametrize(
    ("pred", "at", "problem"),
    [
        ({"place": "Oslo"}, None, "pred: not-a-list @ place: expected a list, found 'Oslo'"),
        ({"place": [""]}, None, "pred: empty-mention @ place[0]: expected non-empty mentions"),
        (["Oslo"], None, "pred: expected a records object or JSON text, found a list"),
        ("no JSON", None, "pred: no-records @ top: expected records as one JSON object"),
        (
            {"place": ["Oslo"]},
            {"place": [[[0, 4]]]},
            "pred_at: place 'Oslo' is said to be at 0-4, but there stands 'Kevi'",
        ),
        ({"place": ["Oslo"]}, {"place": []}, "pred_at.place: 0 places for 1 units"),
        ({"place": ["Oslo"]}, {"person": []}, "pred_at: types that gold has not: person"),
        ({"place": ["Oslo"]}, {"place": [3]}, "pred_at: expected `array` at [...][0], found `int`"),
    ],
)
def test_units_that_are_not_in_order_are_a_problem(write, read, pred, at, problem):
    row = {"task": "ner", "text": "Kevin left Oslo.", "gold": {}}
    found = read(write("rows.jsonl", {**row, "pred": pred, "pred_at": at}))

    assert found.rows == []
    assert len(found.problems) == 1
    assert found.problems[0].startswith(f"rows.jsonl:1: {problem}")


# -- bad rows --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"task": None}, "task: missing; put it in the row or name one for the whole file (--task)"),
        ({"task": "x"}, "task: unknown task 'x'; known: ner, re, ee"),
        ({"id": [1]}, "id: expected a string, found a list"),
        ({"id": True}, "id: expected a string, found a truth value"),
        ({"dataset": {}}, "dataset: expected a string, found an object"),
        ({"text": 1}, "text: expected a string, found the number 1"),
        ({"schema": 3}, "schema: "),
        ({"gold": [1]}, "gold: expected a records object or JSON text, found a list"),
        ({"gold": {"person": ["Kevin", ""]}}, "gold: empty-mention @ person[1]: expected non-empty mentions"),
        ({"gold": {" ": []}}, "gold: empty-type @  : expected a non-empty type"),
        ({"at": {"person": [[[0, 4]]]}}, "at: person 'Kevin' is said to be at 0-4, but there stands 'Kevi'"),
        ({"at": {"person": []}}, "at.person: 0 places for 1 units"),
        ({"at": "nowhere"}, "at: expected `object | null`, found `str`"),
        ({"output": None}, "output: expected one of output, outputs, responses, pred, found none of them"),
        ({"outputs": []}, "output: expected one of output, outputs, responses, pred, found output and outputs"),
        ({"output": 3}, "output: expected a string, found the number 3"),
        ({"output": {"person": []}}, "output: expected a string, found an object; records go into pred"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_with_its_place(write, read, kevin, change, problem):
    kevin["gold"] = {"person": ["Kevin"]}
    kevin["at"] = None
    found = read(write("rows.jsonl", {"task": "ner", "gold": {}, "output": ""}, {**kevin, "output": "", **change}))

    assert len(found.rows) == 1
    assert len(found.problems) == 1
    assert found.problems[0].startswith(f"rows.jsonl:2: {problem}")


@pytest.mark.parametrize(
    ("outputs", "problem"),
    [
        ("{}", "outputs: expected a list of strings, found a string"),
        ([], "outputs: expected at least one string, found an empty list"),
        (["", None], "outputs[1]: expected a string, found nothing"),
    ],
)
def test_outputs_are_a_list_of_strings(write, read, outputs, problem):
    found = read(write("rows.jsonl", {"task": "ner", "gold": {}, "outputs": outputs}))

    assert found.problems == [f"rows.jsonl:1: {problem}"]


def test_everything_that_is_wrong_with_a_row_is_said(write, read):
    found = read(write("rows.jsonl", {"task": "x", "text": 1, "gold": 2, "output": 3}))

    assert len(found.problems) == 4


def test_lines_that_hold_no_object_are_problems(write, read):
    row = {"task": "ner", "gold": {}, "output": "{}"}
    found = read(write("rows.jsonl", row, b"{", b"[]", b'"\xff"', row))

    assert [row.id for row in found.rows] == ["1", "5"]
    assert [problem.split(":")[1] for problem in found.problems] == ["2", "3", "4"]


def test_rows_have_the_same_number_of_outputs(write, read):
    row = {"task": "ner", "gold": {}}
    found = read(write("rows.jsonl", {**row, "outputs": ["a", "b"]}, {**row, "output": "a"}))

    assert found.problems == ["rows.jsonl:2: outputs: expected 2 as in the first row, found 1"]


def test_an_id_stands_once_in_a_data_set(write, read):
    row = {"id": "7", "task": "ner", "gold": {}, "output": "{}"}
    path = write("rows.jsonl", row, {**row, "dataset": "other"}, row)

    assert read(path).problems == [
        "rows.jsonl:3: id: '7' stands at rows.jsonl:1 already; samples of one example go into outputs"
    ]


def test_many_problems_are_counted_and_the_first_hundred_are_shown(write, read):
    found = read(write("rows.jsonl", *[{"task": "ner", "gold": {}, "output": 1}] * 220))

    assert found.count == 220
    assert len(str(found.source.problems).splitlines()) == 101
    assert str(found.source.problems).endswith("\nand 120 more")


# -- what trainers were given ----------------------------------------------------------------------

TEMPLATE = Template(
    name="short", description="a few words", format="records", empty="omit", instructions={"ner": "Find every $types:"}
)


def trainer_row(trainer, example):
    return TRAINERS[trainer].write(prompted(read_example(json.dumps(example).encode()), TEMPLATE))


@pytest.mark.parametrize("trainer", TRAINERS)
def test_the_rows_of_a_trainer_have_their_gold_in_the_ground_truth(write, read, kevin, trainer):
    kevin["id"] = "k-7"  # which is no number of a row
    path = write("rows.jsonl", {**trainer_row(trainer, kevin), "outputs": ["{}"]})
    found = read(path)
    named = not trainer.startswith("llamafactory")

    assert found.kind == "rows"
    assert found.problems == []
    (row,) = found.rows
    assert (row.id, row.dataset) == (("k-7", "mine") if named else ("1", ""))
    assert (row.task, row.text, row.schema) == ("ner", kevin["text"], Schema(("person", "place")))
    assert row.gold == Extraction((Entity("person", "Kevin"), Entity("place", "Oslo")))


def test_what_verl_generates_into_a_table_is_read(tmp_path, read, kevin):
    path = tmp_path / "generated.parquet"
    columns = TRAINERS["verl"].columns
    with table_writer(path, lambda pa: {**columns(pa), "responses": pa.list_(pa.string())}) as add:
        add({**trainer_row("verl", kevin), "responses": ["{}", "[]"]})

    (row,) = read(path).rows
    assert (row.id, row.dataset, row.outputs) == ("1", "mine", ("{}", "[]"))


def test_the_target_of_a_row_for_llamafactory_is_no_prediction(write, read, kevin):
    found = read(write("rows.jsonl", trainer_row("llamafactory", kevin)))

    assert found.rows == []
    assert "output is the target here, put what the system wrote in outputs" in found.problems[0]


# -- tables ----------------------------------------------------------------------------------------


def test_tables_hold_what_is_nested_as_text_or_as_it_is(tmp_path, read, kevin):
    path = tmp_path / "rows.parquet"
    text = {**kevin, **{name: json.dumps(kevin[name]) for name in ("schema", "gold", "at")}}
    with table_writer(path, lambda pa: dict.fromkeys([*text, "output"], pa.string())) as add:
        add({**text, "output": "{}"})

    found = read(path)
    assert found.problems == []
    assert found.rows[0].gold.entities[1].at == ((11, 15),)
    assert found.rows[0].schema == Schema(("person", "place"))


def test_a_type_that_other_rows_of_a_table_have_is_none_of_this_one(tmp_path, read):
    path = tmp_path / "rows.parquet"
    with table_writer(
        path,
        lambda pa: {
            "task": pa.string(),
            "gold": pa.struct([(name, pa.list_(pa.string())) for name in ("person", "place")]),
            "output": pa.string(),
        },
    ) as add:
        add({"task": "ner", "gold": {"person": ["Kevin"]}, "output": "{}"})

    assert read(path).rows[0].gold.entities == (Entity("person", "Kevin"),)


# -- answers ---------------------------------------------------------------------------------------


def test_answers_find_their_gold_by_id(write, read, gold):
    found = read(write("answers.jsonl", {"id": "2", "output": "b"}, {"id": "1", "output": "a"}), gold=gold)

    assert found.kind == "answers"
    assert found.problems == []
    assert [(row.id, row.dataset, row.outputs) for row in found.rows] == [("2", "mine", ("b",)), ("1", "mine", ("a",))]
    assert found.rows[1].gold.entities[0].at == ((0, 5),)


def test_units_are_answers(write, read, gold):
    path = write("a.jsonl", {"id": "1", "pred": {"place": ["Oslo"]}}, {"id": "2", "pred": {}})

    assert read(path, gold=gold).outputs == {"1": (Extraction((Entity("place", "Oslo"),)),), "2": (Extraction(),)}


def test_the_data_set_tells_equal_ids_apart(write, read, kevin, therese):
    index = read_gold_files([write("gold.jsonl", kevin, {**therese, "id": "1", "dataset": "other"})])
    rows = [{"id": "1", "dataset": "other", "output": "b"}, {"id": "1", "dataset": "mine", "output": "a"}]
    found = read(write("answers.jsonl", *rows), gold=index)

    assert [(row.dataset, row.text) for row in found.rows] == [("other", therese["text"]), ("mine", kevin["text"])]


def test_an_id_of_several_data_sets_needs_the_data_set(write, read, kevin, therese):
    index = read_gold_files([write("gold.jsonl", kevin, {**therese, "id": "1", "dataset": "other"})])
    found = read(write("answers.jsonl", {"id": "1", "output": ""}), gold=index)

    assert "id: several data sets of the gold have '1'; name the data set in the row" in found.problems[0]


def test_answers_without_ids_are_in_the_order_of_the_gold(write, read, gold):
    assert read(write("a.jsonl", {"output": "a"}, {"output": "b"}), gold=gold).outputs == {"1": ("a",), "2": ("b",)}


def test_a_line_that_cannot_be_read_moves_no_answer(write, read, gold, therese):
    found = read(
        write("a.jsonl", {"output": "a"}, b"{", {"output": "c"}),
        gold=read_gold_files(
            [write("three.jsonl", {**therese, "id": "1"}, {**therese, "id": "2"}, {**therese, "id": "3"})]
        ),
    )

    assert found.outputs == {"1": ("a",), "3": ("c",)}


def test_answers_in_order_are_as_many_as_the_gold(write, refused, gold):
    message = refused(write("a.jsonl", {"output": "a"}), gold=gold)

    assert "expected the 2 examples of the gold in their order, found 1 predictions" in message


def test_of_answers_in_order_none_has_an_id(write, read, gold):
    found = read(write("a.jsonl", {"output": "a"}, {"id": "2", "output": "b"}), gold=gold)

    assert "id: expected none as in the first row" in found.problems[0]


def test_of_answers_with_ids_every_one_has_one(write, read, gold):
    found = read(write("a.jsonl", {"id": "1", "output": "a"}, {"output": "b"}), gold=gold)

    assert found.problems[0] == "a.jsonl:2: id: missing; by it the gold of an answer is found"


def test_an_unknown_id_is_a_problem(write, read, gold):
    found = read(write("a.jsonl", {"id": "9", "output": ""}, {"id": "1", "dataset": "x", "output": ""}), gold=gold)

    assert found.problems[:2] == ["a.jsonl:1: id: the gold has no '9'", "a.jsonl:2: id: the gold has no '1' of 'x'"]


def test_an_answer_stands_once(write, read, gold):
    found = read(write("a.jsonl", *[{"id": "1", "output": "a"}] * 2, {"id": "2", "output": "b"}), gold=gold)

    assert len(found.rows) == 2
    assert found.problems[0].startswith("a.jsonl:2: id: '1' stands at a.jsonl:1 already")


def test_the_text_of_an_answer_is_that_of_its_gold(write, read, gold):
    rows = [
        {"id": "1", "text": "Kevin left Bergen.", "output": ""},
        {"id": "2", "text": "Therese stayed.", "output": ""},
    ]
    found = read(write("a.jsonl", *rows), gold=gold)

    assert found.problems == ["a.jsonl:1: text: that of '1' does not stand there: 'Kevin left Oslo.'"]


def test_the_check_of_texts_can_be_left_out(write, read, gold):
    rows = [{"id": "1", "text": "Kevin", "output": ""}, {"id": "2", "output": ""}]

    assert read(write("a.jsonl", *rows), gold=gold, align="trust").problems == []


def test_gold_without_a_prediction_is_a_problem(write, read, gold):
    found = read(write("a.jsonl", {"id": "1", "output": "a"}), gold=gold)

    assert found.problems == ["gold.jsonl:2: there is no prediction for this example"]


def test_gold_without_a_prediction_may_count_as_empty(write, read, gold):
    found = read(write("a.jsonl", {"id": "2", "outputs": ["a", "b"]}), gold=gold, missing="empty")

    assert found.outputs == {"2": ("a", "b"), "1": ("", "")}
    assert found.problems == []
    assert found.notes == ["1 of 2 examples have no prediction and count as empty"]


def test_a_row_that_is_not_in_order_is_not_missing_as_well(write, read, gold):
    found = read(write("a.jsonl", {"id": "1", "output": 1}, {"id": "2", "output": ""}), gold=gold, missing="empty")

    assert found.problems == ["a.jsonl:1: output: expected a string, found the number 1"]
    assert list(found.outputs) == ["2"]


def test_the_gold_of_a_file_takes_the_place_of_that_in_the_rows(write, read, gold, kevin):
    found = read(write("a.jsonl", {**kevin, "gold": {}, "output": "a"}), gold=gold, missing="empty")

    assert found.kind == "answers"
    assert found.rows[0].gold.entities[0].text == "Kevin"


def test_answers_alone_have_no_gold(write, refused):
    assert refused(write("a.jsonl", {"id": "1", "output": ""})).endswith(
        "there is no gold in it; name its file (--gold)"
    )
