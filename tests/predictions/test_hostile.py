"""Whatever a field of a line holds, the line is read or is a problem."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfr.predictions import KINDS, open_predictions, read_gold_files

GOLD = {
    "id": "1",
    "dataset": "d",
    "split": "test",
    "task": "ner",
    "text": "Kevin left.",
    "schema": {"types": ["person"]},
    "gold": {"person": ["Kevin"]},
}
TRUTH = json.dumps({name: GOLD[name] for name in ("task", "text", "gold", "schema")})
LINES = {
    "rows": {
        **GOLD,
        "at": {"person": [[[0, 5]]]},
        "pred": {"person": ["Kevin"]},
        "pred_at": {"person": [[[0, 5]]]},
        "tokens": 3,
    },
    "answers": {"id": "1", "dataset": "d", "outputs": ["{}"], "text": "Kevin left.", "ground_truth": TRUTH},
    "llamafactory": {"prompt": "Kevin left.", "predict": "{}", "label": "{}"},
    "verl": {"input": "Kevin left.", "output": "{}", "gts": TRUTH, "score": 1.0, "step": 3, "uid": "x_0_0"},
    "lm-eval": {
        "doc_id": 0,
        "doc": GOLD,
        "filtered_resps": ["{}"],
        "filter": "none",
        "arguments": {"gen_args_0": {"arg_0": "x"}},
    },
    "batch": {
        "custom_id": "1",
        "response": {
            "status_code": 200,
            "body": {"choices": [{"message": {"content": "{}"}}], "usage": {"completion_tokens": 1}},
        },
        "error": None,
    },
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["1", "ner", "{}", TRUTH]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["person", "gold", "task", "text", "types", "id", "choices", "message"]) | st.text(), inner
        )
    ),
    max_leaves=8,
)


def changed(line, data):
    """A line with another value in a place of it, at any depth."""
    line = json.loads(json.dumps(line))
    inner = line
    while True:
        key = data.draw(st.sampled_from(sorted(inner)) if isinstance(inner, dict) else st.integers(0, len(inner) - 1))
        if not isinstance(inner[key], (dict, list)) or not inner[key] or data.draw(st.booleans()):
            inner[key] = data.draw(VALUES)
            return line
        inner = inner[key]


@settings(max_examples=50)  # each takes a file or two
@pytest.mark.parametrize("with_gold", [True, False])
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_line_is_read_or_is_a_problem(tmp_path_factory, kind, with_gold, data):
    folder = tmp_path_factory.mktemp("lines")
    path = folder / "lines.jsonl"
    path.write_text(json.dumps(changed(LINES[kind], data)), encoding="utf-8")
    (folder / "gold.jsonl").write_text(json.dumps(GOLD), encoding="utf-8")
    gold = read_gold_files([folder / "gold.jsonl"]) if with_gold else None
    try:
        source = open_predictions(path, kind=kind, gold=gold, task="ner", missing="empty")
    except ValueError as error:
        assert str(path) in str(error)  # noqa: PT017 - either may happen
        return

    rows = list(source.rows)
    assert rows or source.problems or source.notes


@settings(max_examples=50)
@given(value=VALUES)
def test_a_line_of_gold_is_read_or_is_a_problem(tmp_path_factory, value):
    folder = tmp_path_factory.mktemp("gold")
    path = folder / "gold.jsonl"
    path.write_text(json.dumps(value), encoding="utf-8")
    answer = folder / "answers.jsonl"
    answer.write_text(json.dumps({"output": ""}), encoding="utf-8")
    try:
        gold = read_gold_files([path], task="ner")
    except ValueError as error:
        assert str(path) in str(error)  # noqa: PT017 - either may happen
        return

    source = open_predictions(answer, gold=gold)
    assert len(list(source.rows)) + bool(source.problems) == 1
