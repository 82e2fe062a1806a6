"""Samples of lm-evaluation-harness 0.4.12."""

import json

import pytest


def sample(number, doc, *responses, name="none", prompt=""):
    """An example under a filter, as the harness writes it."""
    prompt = prompt or f"Find:\n{doc.get('text', '')}\n"
    return {
        "doc_id": number,
        "doc": doc,
        "target": "",
        "arguments": {"gen_args_0": {"arg_0": prompt, "arg_1": {"until": ["\n\n"], "do_sample": False}}},
        "resps": [["raw"]],
        "filtered_resps": list(responses),
        "filter": name,
        "metrics": ["f1"],
        "doc_hash": "0",
        "prompt_hash": "1",
        "target_hash": "2",
        "f1": 0.5,
    }


NAME = "samples_my_ner_2025-01-31T10-20-30.123456.jsonl"


def test_the_gold_is_in_the_document(write, read, kevin):
    found = read(write(NAME, sample(0, kevin, "{}")))

    assert found.kind == "lm-eval"
    assert [(row.id, row.dataset, row.outputs) for row in found.rows] == [("1", "mine", ("{}",))]
    assert found.rows[0].gold.entities[0].at == ((0, 5),)


def test_a_document_may_hold_the_keys_of_all_others(write, read, kevin):
    kevin["gold"]["event"] = None
    kevin["at"]["event"] = None

    assert read(write(NAME, sample(0, kevin, "{}"))).problems == []


def test_a_document_may_hold_the_ground_truth_of_a_trainer(write, read, kevin):
    truth = json.dumps({name: kevin[name] for name in ("task", "text", "gold", "schema")})
    found = read(write(NAME, sample(4, {"prompt": "...", "ground_truth": truth}, "{}")))

    assert [(row.id, row.dataset, row.text) for row in found.rows] == [("4", "my_ner", kevin["text"])]


def test_gold_is_found_by_the_id_of_the_document(write, read, gold):
    found = read(write(NAME, sample(0, {"id": "2"}, "b"), sample(1, {"id": "1"}, "a")), gold=gold, align="trust")

    assert found.outputs == {"2": ("b",), "1": ("a",)}


def test_gold_is_found_by_the_number_of_the_document(write, read, gold, kevin, therese):
    lines = [sample(1, {"text": therese["text"]}, "b"), sample(0, {"text": kevin["text"]}, "a")]
    found = read(write(NAME, *lines), gold=gold)

    assert found.outputs == {"2": ("b",), "1": ("a",)}
    assert found.problems == []


@pytest.mark.parametrize(
    "prompt",
    ["Find:\nTherese stayed.", [json.dumps([{"role": "user", "content": 'Find "all":\nTherese stayed.'}])]],
)
def test_the_text_stands_in_the_prompt(write, read, gold, prompt):
    lines = [sample(0, {"words": "..."}, "a", prompt=prompt), sample(1, {"words": "..."}, "b", prompt=prompt)]
    found = read(write(NAME, *lines), gold=gold)

    assert found.problems == [f"{NAME}:1: text: that of '1' does not stand there: 'Kevin left Oslo.'"]


@pytest.mark.parametrize(
    "arguments", [{}, None, {"gen_args_0": {"arg_0": ["no JSON"]}}, {"gen_args_0": {"arg_0": [3]}}]
)
def test_a_prompt_of_another_form_is_not_looked_at(write, read, gold, arguments):
    lines = [{**sample(number, {}, "a"), "arguments": arguments} for number in (0, 1)]

    assert read(write(NAME, *lines), gold=gold).problems == []


def test_a_line_has_a_number(write, read, kevin):
    found = read(write(NAME, {**sample(0, kevin, "a"), "doc_id": "x"}))

    assert found.problems == [f"{NAME}:1: doc_id: expected a number, found a string"]


def test_a_number_beyond_the_gold_is_a_problem(write, read, gold):
    found = read(write(NAME, sample(7, {}, "a"), sample(-1, {}, "b")), gold=gold, missing="empty")

    assert found.problems == [
        f"{NAME}:1: expected one of the 2 examples of the gold, found number 8",
        f"{NAME}:2: expected one of the 2 examples of the gold, found number 0",
    ]


def test_documents_without_gold_need_a_file(write, refused):
    assert refused(write(NAME, sample(0, {"text": "x"}, "a"))).endswith(
        "the documents hold no gold; name its file (--gold)"
    )


def test_several_responses_are_samples(write, read, kevin):
    assert read(write(NAME, sample(0, kevin, ["a", "b"]))).rows[0].outputs == ("a", "b")


@pytest.mark.parametrize("responses", [[], ["a", "b"], [["-1.5", 2]], [3]])
def test_the_responses_are_those_to_one_request(write, read, kevin, responses):
    found = read(write(NAME, sample(0, kevin, *responses)))

    assert "filtered_resps: expected the response to one request, of a task that generates text" in found.problems[0]


def test_the_first_filter_counts(write, read, kevin, therese):
    lines = [
        sample(0, kevin, "a", name="strict"),
        sample(1, therese, "b", name="strict"),
        sample(0, kevin, "c", name="loose"),
    ]
    found = read(write(NAME, *lines))

    assert found.outputs == {"1": ("a",), "2": ("b",)}
    assert found.notes == [f"{NAME}: the responses of the filter strict; there are also loose"]


def test_every_task_has_a_first_filter(write, read, kevin, therese):
    write("out/samples_a_2025-01-31T10-20-30.5.jsonl", sample(0, kevin, "x", name="strict"))
    path = write("out/samples_b_2025-01-31T10-20-30.5.jsonl", sample(0, therese, "y", name="loose"))

    assert read(path.parent).outputs == {"1": ("x",), "2": ("y",)}


def test_a_filter_can_be_named(write, read, kevin):
    lines = [sample(0, kevin, "a", name="strict"), sample(0, kevin, "c", name="loose")]

    assert read(write(NAME, *lines), response_filter="loose").outputs == {"1": ("c",)}


def test_a_filter_that_is_not_there_is_a_problem(write, read, kevin):
    found = read(write(NAME, sample(0, kevin, "a", name="strict")), response_filter="loose")

    assert found.rows == []
    assert found.problems == [f"{NAME}: there are no responses of the filter loose; there are strict"]


def test_the_samples_of_a_folder_are_those_of_all_tasks(write, read, kevin, therese):
    write("out/model/samples_a_2025-01-31T10-20-30.5.jsonl", sample(0, {**kevin, "dataset": None}, "x"))
    write("out/model/samples_b_2025-01-31T10-20-30.5.jsonl", sample(0, {**therese, "dataset": None}, "y"))
    path = write("out/model/results_2025-01-31T10-20-30.5.json", {})

    for folder in (path.parent, path.parent.parent):
        assert sorted((row.dataset, row.id) for row in read(folder).rows) == [("a", "1"), ("b", "2")]


def test_the_last_samples_of_a_task_count(write, read, kevin):
    write("model/samples_a_2025-01-31T10-20-30.5.jsonl", sample(0, kevin, "old"))
    path = write("model/samples_a_2025-02-01T10-20-30.5.jsonl", sample(0, kevin, "new"))
    found = read(path.parent)

    assert found.outputs == {"1": ("new",)}
    assert found.notes == ["the last samples of each task; 1 older files are left alone"]


def test_of_several_models_one_is_named(write, refused, kevin):
    for model in ("one", "two"):
        path = write(f"out/{model}/samples_a_2025-01-31T10-20-30.5.jsonl", sample(0, kevin, "x"))

    assert "holds samples of several models, name one" in refused(path.parent.parent)


def test_in_several_tasks_the_number_finds_no_gold(write, read, gold, kevin):
    for task in ("a", "b"):
        path = write(f"model/samples_{task}_2025-01-31T10-20-30.5.jsonl", sample(0, {"text": kevin["text"]}, "x"))
    found = read(path.parent, gold=gold, missing="empty")

    assert [problem.partition(": ")[2] for problem in found.problems] == [
        "id: missing; by it the gold of an answer is found"
    ] * 2
