"""What verl dumps: 0.6 to 0.9, with the samples of a prompt side by side or not, and with names for them."""

import json

import pytest

from sfr import Entity, Schema

TRUTH = {
    "task": "ner",
    "text": "Kevin left Oslo.",
    "gold": {"person": ["Kevin"], "place": ["Oslo"]},
    "schema": {"types": ["person", "place"], "roles": []},
}
OTHER = {
    "task": "ner",
    "text": "Therese stayed.",
    "gold": {"person": ["Therese"]},
    "schema": {"types": ["person", "place"], "roles": []},
}


def line(truth, output, step=30, **extra):
    """A sample, as verl writes it, with what a reward may add."""
    gts = truth if isinstance(truth, (str, type(None))) else json.dumps(truth, separators=(",", ":"))
    text = json.loads(gts).get("text", "") if gts else ""
    return {
        "input": f"user\nFind:\n{text}\nassistant\n",
        "output": output,
        "gts": gts,
        "score": 0.5,
        "step": step,
        **extra,
    }


def test_the_ground_truth_of_a_line_is_its_gold(write, read):
    found = read(write("30.jsonl", line(TRUTH, "{}", reward=0.5, f1=0.25)))

    assert found.kind == "verl"
    (row,) = found.rows
    assert (row.task, row.text, row.schema, row.outputs) == ("ner", TRUTH["text"], Schema(("person", "place")), ("{}",))
    assert row.gold.entities == (Entity("person", "Kevin"), Entity("place", "Oslo"))


def test_the_samples_of_a_prompt_side_by_side_are_one_prediction(write, read):
    lines = [line(TRUTH, "a"), line(TRUTH, "b"), line(OTHER, "c"), line(OTHER, "d")]

    assert [row.outputs for row in read(write("30.jsonl", *lines)).rows] == [("a", "b"), ("c", "d")]


def test_the_samples_of_a_prompt_among_others_are_one_prediction(write, read):
    lines = [line(TRUTH, "a"), line(OTHER, "c"), line(TRUTH, "b"), line(OTHER, "d")]

    assert [row.outputs for row in read(write("30.jsonl", *lines)).rows] == [("a", "b"), ("c", "d")]


def test_the_names_of_samples_tell_whose_they_are(write, read):
    lines = [
        line(TRUTH, "a", uid="x_0_0"),
        line(TRUTH, "b", uid="x_1_0"),
        line(TRUTH, "c", uid="y_0_0"),
        line(TRUTH, "d", uid="y_1_0"),
    ]

    assert [row.outputs for row in read(write("30.jsonl", *lines)).rows] == [("a", "b"), ("c", "d")]


def test_of_a_sample_in_parts_the_last_counts(write, read):
    lines = [line(TRUTH, "a", uid="x_0_0"), line(TRUTH, "b", uid="x_0_1")]

    assert [row.outputs for row in read(write("30.jsonl", *lines)).rows] == [("b",)]


def test_a_row_that_the_data_has_twice_is_two_predictions(write, read):
    lines = [*[line(TRUTH, "a")] * 4, *[line(OTHER, "c")] * 2, *[line({**OTHER, "text": "x"}, "d")] * 2]
    found = read(write("30.jsonl", *lines))

    assert [row.outputs for row in found.rows] == [("a", "a"), ("a", "a"), ("c", "c"), ("d", "d")]
    assert found.problems == []


def test_a_sample_too_few_is_a_problem(write, read):
    lines = [*[line(OTHER, "c")] * 2, *[line({**OTHER, "text": "x"}, "d")] * 2, line(TRUTH, "a")]
    found = read(write("30.jsonl", *lines))

    assert found.problems == ["30.jsonl:5: outputs: expected 2 as in the first row, found 1"]


def test_an_example_has_the_same_id_in_every_dump(write, read):
    one = read(write("a/30.jsonl", line(TRUTH, "a"), line(OTHER, "b")))
    two = read(write("b/40.jsonl", line(OTHER, "c"), line(TRUTH, "d")))

    assert [row.id for row in one.rows] == [row.id for row in two.rows][::-1]
    assert len({row.id for row in one.rows}) == 2


def test_gold_files_give_ids_and_offsets(write, read, gold):
    found = read(write("30.jsonl", line(OTHER, "b"), line(TRUTH, "a")), gold=gold)

    assert found.problems == []
    assert [(row.id, row.dataset, row.outputs) for row in found.rows] == [("2", "mine", ("b",)), ("1", "mine", ("a",))]
    assert found.rows[1].gold.entities[0].at == ((0, 5),)


def test_examples_that_are_the_same_are_taken_one_after_the_other(write, read, kevin):
    from sfr.predictions import read_gold_files

    index = read_gold_files([write("gold.jsonl", kevin, {**kevin, "dataset": "other"})])
    found = read(write("30.jsonl", line(TRUTH, "a", uid="x_0_0"), line(TRUTH, "b", uid="y_0_0")), gold=index)

    assert [(row.dataset, row.outputs) for row in found.rows] == [("mine", ("a",)), ("other", ("b",))]
    assert found.problems == []


def test_a_ground_truth_that_the_gold_has_not_is_a_problem(write, read, gold):
    found = read(write("30.jsonl", line({**TRUTH, "gold": {}}, "a")), gold=gold, missing="empty")

    assert found.problems == ["30.jsonl:1: the gold has no example with this task, text and gold: 'Kevin left Oslo.'"]


def test_records_alone_are_a_ground_truth_with_a_task(write, read):
    found = read(write("30.jsonl", line('{"person": ["Kevin"]}', "{}")), task="ner")

    assert found.rows[0].gold.entities == (Entity("person", "Kevin"),)


@pytest.mark.parametrize("lacking", [{"gts": None}, {}])
def test_a_dump_of_an_older_version_has_no_gold(write, read, lacking):
    row = {**line(TRUTH, "{}"), **lacking}
    if not lacking:
        del row["gts"]
    found = read(write("30.jsonl", row), task="ner")

    assert found.rows == []
    assert found.problems == ["30.jsonl:1: gts: expected the ground truth, found nothing; verl writes it since 0.6"]


def test_a_score_that_is_no_number_does_no_harm(write, read):
    text = json.dumps(line(TRUTH, "{}", step=1)).replace("0.5", "NaN")

    assert len(read(write("1.jsonl", text.encode())).rows) == 1


def test_an_output_that_is_no_text_is_a_problem(write, read):
    found = read(write("30.jsonl", line(TRUTH, None)))

    assert "output: expected a string, found nothing" in found.source.problems.shown[0]


def test_the_last_step_of_a_folder_counts(write, read):
    for step in (5, 10, 30):
        path = write(f"dump/{step}.jsonl", line(TRUTH, str(step), step))
    found = read(path.parent)

    assert found.rows[0].outputs == ("30",)
    assert found.notes == ["step 30 of 5, 10, 30"]


def test_a_step_can_be_named(write, read):
    for step in (5, 10, 30):
        path = write(f"dump/{step}.jsonl", line(TRUTH, str(step), step))
    found = read(path.parent, step=10)

    assert found.rows[0].outputs == ("10",)
    assert found.notes == []


def test_a_step_that_is_not_there_is_refused(write, refused):
    path = write("dump/5.jsonl", line(TRUTH, "a", 5))

    assert refused(path.parent, step=7).endswith("there is no step 7; there are 5")


def test_a_file_has_no_steps(write, refused):
    assert refused(write("5.jsonl", line(TRUTH, "a", 5)), step=5).endswith(
        "a step is one of the files in a folder of verl's"
    )
