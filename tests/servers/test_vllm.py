"""``sfr generate`` against a real server: SFR_TEST_SERVER is its address, SFR_TEST_MODEL the model's name there.

vllm serve MODEL --served-model-name tiny
SFR_TEST_SERVER=http://127.0.0.1:8000/v1 SFR_TEST_MODEL=tiny pytest tests/servers
"""

import json
import os

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from sfr import samples
from sfr.cli import main
from sfr.data.constraints import json_schema
from sfr.data.prompts import template
from sfr.examples import example_line
from sfr.schema import as_schema
from tests.training import example

URL = os.environ.get("SFR_TEST_SERVER", "")
MODEL = os.environ.get("SFR_TEST_MODEL", "")

pytestmark = pytest.mark.skipif(not (URL and MODEL), reason="no server: set SFR_TEST_SERVER and SFR_TEST_MODEL")


@pytest.fixture
def asks(tmp_path):
    """Asks the server about sentences of the sample; the result and the predictions."""
    examples, out = tmp_path / "examples.jsonl", tmp_path / "predictions.jsonl"
    examples.write_bytes(b"".join(example_line(example(found)) + b"\n" for found in list(samples.sentences())[::3]))

    def asks(*options, model=MODEL):
        command = ["generate", examples, "-o", out, "--url", URL, "--model", model, "--max-tokens", 256, *options]
        result = CliRunner().invoke(main, [str(part) for part in command], prog_name="sfr")
        return result, [json.loads(line) for line in out.read_bytes().splitlines()] if out.exists() else []

    return asks


def valid(row, output):
    shape = template("sa-records")
    schema = json_schema(row["task"], as_schema(row["schema"]), format=shape.format, empty=shape.empty)
    return Draft202012Validator(schema).is_valid(json.loads(output))


def test_the_server_answers_every_example(asks):
    result, rows = asks()

    assert result.exit_code == 0, result.output
    assert {row["finish"] for row in rows} <= {"stop", "length"}
    assert all(0 < row["tokens"] <= 256 for row in rows)


def test_answers_that_end_by_themselves_are_valid_under_the_schema(asks):
    result, rows = asks("--json-schema", "-n", 2, "--temperature", 0.8, "--seed", 1)

    assert result.exit_code == 0, result.output
    whole = [
        valid(row, output)
        for row in rows
        for output, finish in zip(row["outputs"], row["finish"], strict=True)
        if finish == "stop"
    ]
    assert whole
    assert all(whole)


def test_the_samples_of_an_example_are_drawn_one_by_one(asks):
    _, rows = asks("-n", 4, "--temperature", 1.5, "--seed", 1)

    assert any(len(set(row["outputs"])) > 1 for row in rows)


def test_a_prompt_that_is_too_long_is_one_failed_example(asks):
    result, rows = asks("--limit", 1, "--set", "max_tokens=null", "--set", "max_completion_tokens=10000000")

    assert (result.exit_code, rows) == (2, [])
    assert "400: " in result.stderr


def test_an_unknown_model_is_told_with_those_that_there_are(asks):
    result, _ = asks(model="no-such-model")

    assert result.exit_code == 1
    assert "it has: " in result.stderr
    assert MODEL in result.stderr
