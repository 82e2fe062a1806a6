"""Predictions of LLaMAFactory 0.9.5: its trainer and its vllm_infer.py."""

import json

import pytest

from sfr import Entity

LINE = {
    "prompt": "<|im_start|>user\nFind every person and place:\nKevin left Oslo.<|im_end|>\n<|im_start|>assistant\n",
    "predict": '{"person": ["Kevin"]}',
    "label": '<think>\n\n</think>\n\n{"person": ["Kevin"], "place": ["Oslo"]}\n',
}
OTHER = {"prompt": "Find every person and place:\nTherese stayed.", "predict": "{}", "label": '{"person": ["Therese"]}'}


@pytest.fixture
def folder(write):
    """The output folder of a run with do_predict."""
    path = write("saves/generated_predictions.jsonl", LINE, OTHER)
    (path.parent / "predict_results.json").write_text(json.dumps({"predict_bleu-4": 1.0}))
    (path.parent / "all_results.json").write_text("{}")
    return path.parent


def test_a_folder_is_joined_with_its_gold_by_order(folder, read, gold):
    found = read(folder, gold=gold)

    assert found.kind == "llamafactory"
    assert found.outputs == {"1": ('{"person": ["Kevin"]}',), "2": ("{}",)}
    assert found.problems == []
    assert found.rows[0].gold.entities[1].at == ((11, 15),)


def test_the_file_alone_will_do(folder, read, gold):
    assert len(read(folder / "generated_predictions.jsonl", gold=gold).rows) == 2


def test_labels_are_gold_where_they_lose_nothing(folder, read):
    found = read(folder, task="ner")

    assert found.problems == []
    assert found.rows[0].gold.entities == (Entity("person", "Kevin"), Entity("place", "Oslo"))
    assert [(row.id, row.dataset, row.text, row.schema) for row in found.rows] == [
        ("1", "", None, None),
        ("2", "", None, None),
    ]


@pytest.mark.parametrize(
    ("label", "why"),
    [
        ('{"person": "Kevin Therese"}', "found 'slots'"),
        ('{"person": ["Kevin"', "truncated @ character"),
        ("", "no-answer"),
        ("None", "no-json"),
        ("[]", "found lists"),
        ('Here: {"person": ["Kevin"]}', "found records"),
    ],
)
def test_a_label_that_loses_something_is_no_gold(write, read, label, why):
    found = read(write("generated_predictions.jsonl", {**LINE, "label": label}), task="ner")

    assert found.rows == []
    assert why in found.problems[0]
    assert found.problems[0].endswith("give the gold in a file of its own (--gold)")


def test_labels_are_of_a_task(folder, refused):
    assert refused(folder).endswith(
        "to read the labels as gold, name the task (--task); or name a file of gold (--gold)"
    )


def test_there_are_as_many_predictions_as_examples(write, refused, gold):
    message = refused(write("generated_predictions.jsonl", LINE), gold=gold)

    assert "expected the 2 examples of the gold in their order, found 1 predictions" in message


def test_every_text_stands_in_its_prompt(write, read, gold):
    found = read(write("generated_predictions.jsonl", OTHER, LINE), gold=gold)

    assert found.rows == []
    assert found.problems == [
        "generated_predictions.jsonl:1: text: that of '1' does not stand there: 'Kevin left Oslo.'",
        "generated_predictions.jsonl:2: text: that of '2' does not stand there: 'Therese stayed.'",
    ]


def test_white_space_that_a_tokeniser_takes_away_does_no_harm(write, read, gold):
    line = {**LINE, "prompt": "Find: Kevin left Oslo ."}

    assert read(write("generated_predictions.jsonl", line, OTHER), gold=gold).problems == []


def test_a_prompt_that_was_cut_off_can_be_trusted(write, read, gold):
    path = write("generated_predictions.jsonl", {**LINE, "prompt": "Find: Kev"}, OTHER)

    assert len(read(path, gold=gold).problems) == 1
    assert len(read(path, gold=gold, align="trust").rows) == 2


def test_a_field_that_is_no_text_is_a_problem(write, read, gold):
    found = read(write("generated_predictions.jsonl", LINE, {**OTHER, "predict": None}), gold=gold)

    assert found.problems == ["generated_predictions.jsonl:2: predict: expected a string, found nothing"]


def test_a_task_beside_gold_reads_no_labels(write, read, gold):
    found = read(write("generated_predictions.jsonl", {**LINE, "label": "?"}, OTHER), gold=gold, task="ner")

    assert found.problems == []
