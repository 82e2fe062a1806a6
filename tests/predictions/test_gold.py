"""Gold in files of its own."""

import json

import pytest

from sfr.data.storage import example_writer
from sfr.predictions import read_gold_files


def problems(path):
    """What is wrong with a file, without the name of its folder."""
    with pytest.raises(ValueError, match=r".") as caught:
        read_gold_files([path])
    return str(caught.value).replace(f"{path.parent}/", "").splitlines()


def test_examples_are_counted(gold):
    assert len(gold) == 2


def test_examples_of_several_files_are_one_after_the_other(write, read, kevin, therese):
    index = read_gold_files([write("a.jsonl", therese), write("b.jsonl", kevin)])

    assert list(read(write("o.jsonl", {"output": "x"}, {"output": "y"}), gold=index).outputs) == ["2", "1"]


def test_examples_may_be_in_a_table(tmp_path, write, read, kevin):
    path = tmp_path / "gold.parquet"
    with example_writer(path) as add:
        add(json.dumps(kevin).encode())

    (row,) = read(write("o.jsonl", {"id": "1", "output": "x"}), gold=read_gold_files([path])).rows
    assert row.gold.entities[1].at == ((11, 15),)


def test_rows_with_gold_are_gold(write, read):
    path = write("gold.jsonl", {"id": 3, "gold": {"person": ["Kevin"]}, "output": "not looked at"})
    (row,) = read(write("o.jsonl", {"id": "3", "output": "x"}), gold=read_gold_files([path], task="ner")).rows

    assert (row.id, row.task, row.outputs) == ("3", "ner", ("x",))


def test_the_rows_of_a_trainer_are_gold(write, read):
    truth = json.dumps(
        {"task": "ner", "text": "Kevin left.", "gold": {"person": ["Kevin"]}, "schema": {"types": ["person"]}}
    )
    row = {"data_source": "mine", "extra_info": {"id": "7"}, "reward_model": {"ground_truth": truth}}
    index = read_gold_files([write("gold.jsonl", row)])

    (row,) = read(write("o.jsonl", {"id": "7", "dataset": "mine", "output": "x"}), gold=index).rows
    assert (row.text, row.gold.entities[0].text) == ("Kevin left.", "Kevin")


def test_every_line_that_is_no_example_is_named(write, kevin):
    path = write("gold.jsonl", b"{", [1], {**kevin, "id": [1]}, {**kevin, "dataset": 3}, b'{"id": "\xff"}')

    assert [problem.split(":")[1] for problem in problems(path)] == ["1", "2", "3", "4", "5"]


def test_an_example_stands_once(write, kevin):
    path = write("gold.jsonl", kevin, kevin)

    assert problems(path) == ["gold.jsonl:2: id: '1' of 'mine' stands at gold.jsonl:1 already"]


def test_an_empty_file_is_no_gold(write):
    assert problems(write("gold.jsonl")) == ["gold.jsonl: there are no examples"]


def test_gold_that_is_not_right_is_named_with_both_places(write, read, kevin):
    index = read_gold_files([write("gold.jsonl", {**kevin, "gold": {"person": [""]}, "at": None})])
    found = read(write("o.jsonl", {"id": "1", "output": "x"}), gold=index)

    assert found.rows == []
    assert found.problems == ["o.jsonl:1: gold.jsonl:1: gold: empty-mention @ person[0]: expected non-empty mentions"]


def test_gold_that_is_not_right_is_named_where_there_is_no_prediction(write, read, kevin, therese):
    index = read_gold_files([write("gold.jsonl", {**kevin, "gold": 3}, therese)])
    found = read(write("o.jsonl", {"id": "2", "output": "x"}), gold=index, missing="empty")

    assert found.problems == ["gold.jsonl:1: gold: expected a records object or JSON text, found the number 3"]
