"""What is found of a recipe of LLaMAFactory; tests/trainers/test_llamafactory.py has it with LLaMAFactory itself."""

import json
import sys
from dataclasses import dataclass, field
from enum import Enum
from types import SimpleNamespace
from typing import Literal

import pytest

from sfr.doctor import check_supervised, supervised
from tests.adapters.driving import installed

WELL = {"stage": "sft", "dataset": "cm_1", "template": "qwen3", "enable_thinking": False, "cutoff_len": 3072}


class Strategy(Enum):
    NO = "no"
    STEPS = "steps"


@dataclass
class Arguments:
    """Arguments of a training with a field of every type."""

    template: str | None = None
    cutoff_len: int = 2048
    learning_rate: float = 1e-5
    bf16: bool = False
    val_size: float | None = None
    mix_strategy: Literal["concat", "interleave_under"] = "concat"
    save_strategy: Strategy | str = "steps"
    scheduler: Strategy = Strategy.STEPS
    report_to: str | list[str] | None = None
    deepspeed: dict | str | None = None
    made: int = field(init=False, default=0)


@pytest.fixture
def trainer(monkeypatch):
    """A LLaMAFactory that has these arguments and no others."""
    empty = type("Empty", (), {"__annotations__": {}})
    names = ("Model", "Data", "Training", "Finetuning", "Generating")
    classes = {f"{name}Arguments": dataclass(empty) for name in names} | {"DataArguments": Arguments}
    monkeypatch.setitem(sys.modules, "llamafactory", SimpleNamespace(hparams=SimpleNamespace(**classes)))
    monkeypatch.setattr(supervised, "version_of", lambda _: "0.9.5")


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def found(level, about=None, **values):
    """The texts of findings of a level about a recipe with some values beside those that are well; ... takes one out."""
    recipe = {key: value for key, value in {**WELL, **values}.items() if value is not ...}
    return [
        one.text.removeprefix("own.yaml: ")
        for one in check_supervised("own.yaml", recipe)
        if one.level == level and about in {None, one.about}
    ]


# -- keys ---------------------------------------------------------------------------------------------


@pytest.mark.skipif(installed("llamafactory"), reason="takes an environment without LLaMAFactory")
def test_without_llamafactory_it_is_said_that_keys_were_not_checked():
    assert found("problem", zzz="x") == []
    assert found("note", "recipe") == [
        "keys were not checked, which takes LLaMAFactory: python -m pip install llamafactory==0.9.5"
    ]


def test_a_llamafactory_that_cannot_be_loaded_is_told(trainer, monkeypatch):
    monkeypatch.setitem(sys.modules, "llamafactory", SimpleNamespace())

    assert found("note", "recipe")[0].startswith("keys were not checked: LLaMAFactory 0.9.5 cannot be loaded: ")


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({}, []),
        ({"template": None, "report_to": None, "deepspeed": {"stage": 2}}, []),
        ({"learning_rate": "1e-5", "val_size": 1, "report_to": ["none"], "deepspeed": "zero.json"}, []),
        ({"cutoff_len": "${length}", "save_strategy": "no", "scheduler": "steps", "bf16": True}, []),
        ({"cutof_len": 9}, ["LLaMAFactory has no cutof_len; it has cutoff_len"]),
        ({"zzz": 9}, ["LLaMAFactory has no zzz"]),
        ({"made": 9}, ["LLaMAFactory has no made"]),
        ({"cutoff_len": "long"}, ["cutoff_len: expected a whole number, found 'long'"]),
        ({"cutoff_len": None}, ["cutoff_len: expected a whole number, found None"]),
        ({"cutoff_len": True}, ["cutoff_len: expected a whole number, found True"]),
        ({"learning_rate": "fast"}, ["learning_rate: expected a number, found 'fast'"]),
        ({"learning_rate": False}, ["learning_rate: expected a number, found False"]),
        ({"bf16": "false"}, ["bf16: expected true or false, found 'false'"]),
        ({"template": 3}, ["template: expected a text, found 3"]),
        ({"save_strategy": "step"}, ["save_strategy: expected one of no, steps, found 'step'"]),
        ({"scheduler": 7}, ["scheduler: expected one of no, steps, found 7"]),
        ({"report_to": 7}, ["report_to: expected a text or a list, found 7"]),
        ({"deepspeed": [2]}, ["deepspeed: expected a mapping or a text, found [2]"]),
    ],
)
def test_keys_and_values_are_held_to_the_types_of_llamafactory(trainer, values, problems):
    taken_out = {key: ... for key in WELL if key not in Arguments.__annotations__}
    told = [text for text in found("problem", **taken_out, **values) if not text.startswith("no template")]

    assert problems == told
    assert bool(problems) is not bool(found("ok", "recipe", **taken_out, **values))


def test_a_value_out_of_a_choice_is_told(trainer):
    problems = found("problem", mix_strategy="concta")

    assert "mix_strategy: expected one of concat, interleave_under, found 'concta'" in problems


# -- what goes wrong in silence -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"save_strategy": False}, 'save_strategy: YAML reads no as false, and LLaMAFactory stops at it: write "no"'),
        ({"eval_strategy": False}, 'eval_strategy: YAML reads no as false, and LLaMAFactory stops at it: write "no"'),
        ({"template": ...}, "no template, so that LLaMAFactory makes one of the chat template of the tokenizer"),
        ({"dataset": "a, b", "max_samples": 5}, "max_samples: takes the first 5 of every data set"),
        ({"mix_strategy": "interleave_once"}, "mix_strategy: interleave_once takes a newer datasets"),
        ({"streaming": True, "dataloader_num_workers": 1}, "streaming: LLaMAFactory stops without max_steps"),
        ({"streaming": True, "max_steps": 9}, "streaming: files of this machine take dataloader_num_workers"),
    ],
)
def test_what_goes_wrong_is_a_problem(values, said):
    (problem,) = found("problem", **values)

    assert problem.startswith(said)


@pytest.mark.parametrize(
    ("values", "about", "said"),
    [
        ({"enable_thinking": ...}, "thinking", "enable_thinking is true where it is not set"),
        ({"cutoff_len": ...}, "lengths", "cutoff_len is 2,048 where it is not set"),
        ({"max_samples": 5}, "rows", "max_samples: the first 5 rows alone are trained on"),
        ({"mix_strategy": "interleave_under"}, "rows", "mix_strategy: under interleave_under shares are by chance"),
        ({"streaming": True, "max_steps": 9, "dataloader_num_workers": 1}, "rows", "streaming: a num_samples"),
        ({"tokenized_path": "out/rows"}, "rows", "tokenized_path: once out/rows is there, its rows are taken"),
        ({"overwrite_output_dir": True}, "resuming", "overwrite_output_dir: a run that was stopped begins anew"),
        ({"save_strategy": "no"}, "resuming", "save_strategy: a run that was stopped begins anew"),
        ({"save_only_model": True}, "resuming", "save_only_model: a run that was stopped goes on without"),
        ({"dataset": ...}, "rows", "no dataset; give it when you start"),
        ({"dataset_dir": "rows"}, "rows", "there is no rows/dataset_info.json yet: sfr data export"),
    ],
)
def test_what_may_be_meant_is_a_note(values, about, said):
    assert found("problem", **values) == []
    assert any(text.startswith(said) for text in found("note", about, **values))


def test_a_recipe_that_is_well_has_no_note_but_for_its_rows():
    assert [text.partition(" is no ")[0] for text in found("note", "rows")] == ["there"]
    assert [found("note", about) for about in ("thinking", "lengths", "resuming")] == [[], [], []]


@pytest.mark.parametrize(
    ("text", "level", "said"),
    [
        (json.dumps({"cm_1": {}}), None, None),
        (json.dumps({"cm_2": {}}), "note", "data/dataset_info.json has no cm_1 yet; it has cm_2"),
        ("{}", "note", "data/dataset_info.json has no cm_1 yet; it has nothing"),
        ("{", "problem", "data/dataset_info.json is no JSON object of data sets: "),
        ("[1]", "problem", "data/dataset_info.json is no JSON object of data sets: "),
    ],
)
def test_the_data_set_is_looked_for_where_export_enters_it(tmp_path, text, level, said):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "dataset_info.json").write_text(text)
    told = [*found("note", "rows"), *found("problem")]

    assert len(told) == (said is not None)
    assert said is None or found(level)[0].startswith(said)
