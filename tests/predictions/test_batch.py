"""Output files of OpenAI's batch interface and of vLLM's run-batch (0.13)."""

import pytest

from sfr.predictions import read_gold_files


def answer(name, *contents, tokens=8):
    """A request that went well."""
    choices = [
        {"index": i, "message": {"role": "assistant", "content": content, "refusal": None}, "finish_reason": "stop"}
        for i, content in enumerate(contents)
    ]
    usage = {"prompt_tokens": 24, "completion_tokens": tokens, "total_tokens": 24 + tokens}
    body = {"id": "chatcmpl-1", "object": "chat.completion", "choices": choices, "usage": usage}
    return {
        "id": "batch_req_1",
        "custom_id": name,
        "response": {"status_code": 200, "request_id": "r", "body": body},
        "error": None,
    }


def failed(name, status, error, body=None):
    """A request that failed."""
    return {
        "id": "vllm-1",
        "custom_id": name,
        "response": {"status_code": status, "request_id": "r", "body": body},
        "error": error,
    }


def test_a_request_is_named_after_its_example(write, read, gold):
    found = read(write("batch.jsonl", answer("2", "b"), answer("mine/1", "a", tokens=5)), gold=gold)

    assert found.kind == "batch"
    assert found.outputs == {"2": ("b",), "1": ("a",)}
    assert [row.tokens for row in found.rows] == [(8,), (5,)]
    assert found.problems == []


def test_data_set_and_id_come_before_an_id_with_a_stroke(write, read, kevin, therese):
    index = read_gold_files([write("gold.jsonl", {**kevin, "id": "mine/7"}, {**therese, "id": "7"})])
    found = read(write("batch.jsonl", answer("mine/7", "b"), answer("mine/mine/7", "a")), gold=index)

    assert found.outputs == {"7": ("b",), "mine/7": ("a",)}


def test_the_choices_of_a_response_are_samples(write, read, gold):
    found = read(write("batch.jsonl", answer("1", "a", "b"), answer("2", "c", "d")), gold=gold)

    assert found.outputs == {"1": ("a", "b"), "2": ("c", "d")}
    assert found.rows[0].tokens == ()


def test_a_completion_without_a_chat_is_read(write, read, gold):
    line = answer("1")
    line["response"]["body"]["choices"] = [{"index": 0, "text": "{}", "finish_reason": "stop"}]

    assert read(write("batch.jsonl", line), gold=gold, missing="empty").outputs["1"] == ("{}",)


def test_a_message_without_content_is_an_empty_output(write, read, gold):
    found = read(write("batch.jsonl", answer("1", None), answer("2", "b")), gold=gold)

    assert found.outputs == {"1": ("",), "2": ("b",)}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (failed("1", 400, "prompt too long"), "400 prompt too long"),
        (failed("1", 429, {"message": "slow down", "code": 429}), "429 slow down"),
        (failed("1", 404, {"error": {"message": "no such model"}}), "404 no such model"),
        (failed("1", 500, None, {"error": {"message": "oops", "code": None}}), "500 oops"),
        (failed("1", 503, None), "503 no response"),
        ({"custom_id": "1", "response": None, "error": {"code": "batch_expired", "message": "too late"}}, "too late"),
        ({"custom_id": "1", "response": None, "error": {"code": "batch_expired"}}, "batch_expired"),
        ({"custom_id": "1", "response": None, "error": None}, "no response"),
    ],
)
def test_a_request_that_failed_is_a_problem(write, read, gold, line, why):
    found = read(write("batch.jsonl", answer("2", "b"), line), gold=gold)

    assert found.problems == [f"batch.jsonl:2: the request failed: {why}"]


def test_requests_that_failed_may_count_as_empty(write, read, gold):
    found = read(write("batch.jsonl", answer("2", "a", "b"), failed("1", 429, "slow down")), gold=gold, missing="empty")

    assert found.outputs == {"2": ("a", "b"), "1": ("", "")}
    assert found.notes[0] == "1 of 2 examples have no prediction and count as empty"
    assert found.notes[1].startswith("1 of these requests failed, the first at ")
    assert found.notes[1].endswith("batch.jsonl:2: 429 slow down")


def test_a_request_that_went_well_later_is_no_failure(write, read, gold):
    found = read(write("batch.jsonl", failed("1", 429, "slow down"), answer("1", "a"), answer("2", "b")), gold=gold)

    assert found.problems == []
    assert found.outputs == {"1": ("a",), "2": ("b",)}


def test_a_request_that_the_gold_has_not_is_a_problem(write, read, gold):
    found = read(write("batch.jsonl", answer("9", "a"), failed("x/1", 429, "no")), gold=gold, missing="empty")

    assert found.problems == ["batch.jsonl:1: id: the gold has no '9'", "batch.jsonl:2: id: the gold has no 'x/1'"]


def test_a_request_has_a_name_and_choices(write, read, gold):
    broken = answer("2")
    nameless = {**answer("1", "a"), "custom_id": 3}
    found = read(write("batch.jsonl", broken, nameless), gold=gold, missing="empty")

    assert found.problems == [
        "batch.jsonl:1: choices: expected a list of objects, found a list",
        "batch.jsonl:2: custom_id: expected a string, found the number 3",
        "batch.jsonl:2: id: missing; by it the gold of an answer is found",
    ]


def test_a_request_without_a_name_that_failed_is_a_problem(write, read, gold):
    found = read(write("batch.jsonl", failed(None, 429, "slow down")), gold=gold, missing="empty")

    assert found.problems == [
        "batch.jsonl:1: custom_id: expected a string, found nothing",
        "batch.jsonl:1: the request failed: 429 slow down",
    ]


def test_content_in_parts_is_a_problem(write, read, gold):
    found = read(write("batch.jsonl", answer("1", [{"type": "text", "text": "a"}])), gold=gold, missing="empty")

    assert found.problems == ["batch.jsonl:1: choices: expected a string as content, found a list"]


def test_a_batch_has_no_gold(write, refused):
    assert refused(write("batch.jsonl", answer("1", "a"))).endswith("there is no gold in it; name its file (--gold)")
