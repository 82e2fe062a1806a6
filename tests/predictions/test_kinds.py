"""How predictions are told apart, and what is said when there are none."""

import inspect
import os
import re
from pathlib import Path

import pytest

from sfr.predictions import KINDS, open_predictions

ROW = {"task": "ner", "gold": {}, "output": "{}"}
VERL = {"input": "x", "output": "{}", "gts": "{}", "score": 1.0, "step": 1}
LLAMAFACTORY = {"prompt": "x", "predict": "{}", "label": "{}"}


def test_a_kind_can_be_named(write, read):
    assert read(write("1.jsonl", {**VERL, "gold": {}, "task": "ner"}), kind="rows").kind == "rows"


def test_an_unknown_kind_is_refused(write, refused):
    assert refused(write("rows.jsonl", ROW), kind="csv") == f"unknown kind 'csv'; known: auto, {', '.join(KINDS)}"


def test_the_name_of_a_file_says_nothing_of_its_kind(write, read):
    assert read(write("generated_predictions.jsonl", ROW)).kind == "rows"


def test_a_bad_line_at_the_start_does_no_harm(write, read):
    found = read(write("rows.jsonl", b"{", ROW))

    assert (found.kind, len(found.rows), len(found.problems)) == ("rows", 1, 1)


def test_a_file_of_bad_lines_is_refused_with_the_first(write, refused):
    assert "rows.jsonl:1: expected one JSON object in the line" in refused(write("rows.jsonl", *[b"{"] * 200))


def test_an_empty_file_is_refused(write, refused):
    assert refused(write("rows.jsonl", b"", b" ")).endswith("rows.jsonl: there are no rows")


def test_rows_of_no_known_kind_are_refused_with_their_keys(write, refused):
    message = refused(write("rows.jsonl", {"sentence": "x", "answer": "{}"}))

    assert "expected rows with output, outputs or pred, or those of llamafactory, lm-eval, verl or batch" in message
    assert message.endswith("found sentence, answer")


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_predictions(tmp_path / "rows.jsonl")


def test_a_folder_of_no_known_kind_is_refused_with_what_is_there(write, refused):
    path = write("out/log.txt", b"")
    message = refused(path.parent)

    assert "expected generated_predictions.jsonl (llamafactory) or samples_TASK_TIME.jsonl (lm-eval)" in message
    assert "or STEP.jsonl (verl)" in message
    assert message.endswith("found log.txt")


def test_of_a_full_folder_the_first_names_are_shown(write, refused):
    for number in range(14):
        path = write(f"out/{number:02}.txt", b"")

    assert refused(path.parent).endswith("09.txt and 4 more")


def test_an_empty_folder_is_refused(tmp_path, refused):
    assert refused(tmp_path).endswith("found nothing")


def test_a_folder_of_two_kinds_needs_a_name(write, refused, read):
    write("out/generated_predictions.jsonl", LLAMAFACTORY)
    path = write("out/1.jsonl", VERL)

    assert refused(path.parent).endswith("holds predictions of several kinds, llamafactory and verl; name one (--kind)")
    assert read(path.parent, kind="verl", task="ner").kind == "verl"


def test_a_folder_without_the_kind_that_was_named_is_refused(write, refused):
    path = write("out/1.jsonl", VERL)

    assert "expected generated_predictions.jsonl (llamafactory), found 1.jsonl" in refused(
        path.parent, kind="llamafactory"
    )
    assert "expected a file, which this kind is, found 1.jsonl" in refused(path.parent, kind="batch")


def test_how_far_a_file_was_read_is_told(write):
    path = write("rows.jsonl", *[ROW] * 4)
    source = open_predictions(path)
    assert (source.size, source.place) == (path.stat().st_size, 0)

    next(source.rows)
    assert source.place == path.stat().st_size // 4


def test_rows_are_read_as_they_are_asked_for(write):
    source = open_predictions(write("rows.jsonl", ROW, b"{"))

    next(source.rows)
    assert not source.problems
    assert list(source.rows) == []
    assert source.problems.count == 1


def test_every_kind_and_option_is_documented():
    text = (Path(__file__).parents[2] / "docs/reference/predictions.md").read_text(encoding="utf-8")
    options = [name for name in inspect.signature(open_predictions).parameters if name != "path"]

    assert sorted(re.findall(r"^### `(.+)`$", text, re.MULTILINE)) == sorted(KINDS)
    assert all(f"\n| [`{kind}`](#{kind}) | " in text for kind in KINDS)
    assert (
        re.findall(r"^\| `(.+?)` \|", text.partition("\n## Options\n")[2].partition("\n## ")[0], re.MULTILINE)
        == options
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes that have names")
def test_a_pipe_is_refused_before_anything_is_read_from_it(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(ValueError, match="expected a file or a folder; predictions are read more than once"):
        open_predictions(path)
