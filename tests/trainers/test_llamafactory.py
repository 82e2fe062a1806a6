"""Supervised steps in LLaMAFactory, what they leave behind, and whether its prompts are those of the chat template."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sfr.doctor import RecipeFile, asking, check_supervised, read_recipe_file
from sfr.kits import kit_root
from tests.adapters.driving import installed

pytestmark = pytest.mark.skipif(not installed("llamafactory"), reason="takes llamafactory")

KIT = kit_root() / "llamafactory"
RECIPES = sorted((KIT / "recipes").iterdir())
every_recipe = pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
QUIET = {"OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def home(workshop):
    return workshop("llamafactory")


@pytest.fixture(scope="module")
def recipe(without_a_gpu):
    """The command of the README that trains."""
    return without_a_gpu("llamafactory")[-1]


@pytest.fixture(scope="module")
def trained(home, shell, recipe):
    """The folder of what was trained."""
    shell(home, recipe, timeout=600, **QUIET)
    return home / "out" / "cpu"


@pytest.fixture
def on_the_path(monkeypatch):
    """What the README puts on the path of Python: the stand-in for sound."""
    monkeypatch.syspath_prepend(str(KIT / "cpu"))


def log_of(folder):
    return [json.loads(line) for line in (folder / "trainer_log.jsonl").read_bytes().splitlines()]


def values(path):
    return dict(read_recipe_file(path).values)


# -- recipes ------------------------------------------------------------------------------------------


@every_recipe
def test_a_recipe_is_taken_by_the_classes_of_llamafactory(path, tmp_path):
    """But for what a machine without GPUs refuses."""
    from llamafactory.hparams.parser import _parse_train_args

    own = {"use_cpu": True, "bf16": False, "deepspeed": None, "output_dir": str(tmp_path)}
    model, data, training, finetuning, _ = _parse_train_args({**values(path), **own})

    assert model.model_name_or_path == values(path)["model_name_or_path"]
    assert data.dataset == [values(path)["dataset"]]
    assert (data.template, data.enable_thinking) == ("qwen3", False)
    assert (training.save_strategy, training.save_only_model, training.report_to) == ("steps", False, [])
    assert (finetuning.stage, finetuning.finetuning_type) == ("sft", "full")


@every_recipe
def test_a_recipe_is_well_by_the_names_and_types_of_llamafactory(path):
    findings = list(check_supervised(path, values(path)))

    assert [one.text for one in findings if one.level == "problem"] == []
    assert "all keys are those of LLaMAFactory 0.9.5, and values of their types" in [one.text for one in findings]


@every_recipe
def test_a_slip_in_any_key_or_value_is_found(path):
    whole = values(path)
    for key, value in whole.items():
        slipped = {f"{name}x" if name == key else name: one for name, one in whole.items()}
        problems = [one.text for one in check_supervised(path, slipped) if one.level == "problem"]
        assert any(f"LLaMAFactory has no {key}x" in problem for problem in problems), key
        if not isinstance(value, str):
            problems = [one.text for one in check_supervised(path, {**whole, key: [value]}) if one.level == "problem"]
            assert any(f": {key}: expected " in problem for problem in problems), key


# -- prompts ------------------------------------------------------------------------------------------

TABLE = [
    # template, enable_thinking, what goes to the chat template in GRPO, what the model learns to write first
    ("qwen3", False, {"enable_thinking": False}, ""),
    ("qwen3", None, {"enable_thinking": False}, ""),
    ("qwen3", True, {}, "<think>\n\n</think>\n\n"),
    ("qwen3_nothink", True, {}, ""),
    ("qwen3_nothink", False, {}, ""),
]


@pytest.fixture(scope="module")
def row(home):
    return json.loads((home / "rows" / "cm_3.jsonl").read_bytes().splitlines()[0])


@pytest.mark.parametrize(("template", "thinking", "chat", "first"), TABLE)
def test_prompts_are_those_of_the_chat_template_token_by_token(  # noqa: PLR0913, PLR0917 - a row of the table
    home, row, on_the_path, template, thinking, chat, first
):
    from llamafactory.data.template import get_template_and_fix_tokenizer
    from llamafactory.hparams import DataArguments
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(home / "tiny")
    prompt = "\n".join(part for part in (row["instruction"], row["input"]) if part)
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": row["output"]}]
    expected = tokenizer.apply_chat_template(messages[:1], tokenize=False, add_generation_prompt=True, **chat)
    found = get_template_and_fix_tokenizer(
        AutoTokenizer.from_pretrained(home / "tiny"), DataArguments(template=template, enable_thinking=thinking)
    )
    asked, answered = found.encode_oneturn(tokenizer, messages)

    assert tokenizer(expected, add_special_tokens=False)["input_ids"] == asked
    assert tokenizer(f"{first}{row['output']}<|im_end|>\n", add_special_tokens=False)["input_ids"] == answered
    assert expected.endswith("</think>\n\n") is (chat != {})


@pytest.mark.parametrize(("template", "thinking", "chat", "first"), TABLE)
def test_what_is_said_of_the_agreement_of_recipes_is_this_table(template, thinking, chat, first):
    supervised = asking(RecipeFile(KIT, "llamafactory", {"template": template, "enable_thinking": thinking}))
    grpo = asking(RecipeFile(KIT, "verl", {"data": {"apply_chat_template_kwargs": chat}}))

    assert supervised.ending == grpo.ending is not None


# -- training -----------------------------------------------------------------------------------------


def test_the_loss_falls(trained):
    losses = [line["loss"] for line in log_of(trained) if "loss" in line]

    assert len(losses) == values(KIT / "recipes" / "cpu.yaml")["max_steps"]
    assert losses[0] > 7
    assert sum(losses[-3:]) / 3 < 1.5, losses


def test_the_folder_is_a_model_with_its_chat_template(home, trained):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(trained)
    messages = [{"role": "user", "content": "Find all."}]
    texts = [
        AutoTokenizer.from_pretrained(folder).apply_chat_template(messages, tokenize=False, enable_thinking=False)
        for folder in (home / "tiny", trained)
    ]

    assert model.config.model_type == "qwen3"
    assert texts[0] == texts[1]
    assert (trained / "training_loss.png").stat().st_size > 0


def test_the_next_stage_begins_from_it(home, shell, recipe, trained):
    shell(home, f"{recipe} model_name_or_path=out/cpu output_dir=out/next max_steps=2", timeout=300, **QUIET)

    assert log_of(home / "out" / "next")[0]["loss"] < 3


def test_a_run_that_was_killed_goes_on(home, recipe, shell):
    """Killed behind its first checkpoint, and started again with the same line."""
    line = f"{recipe} output_dir=out/killed save_steps=5"
    running = subprocess.Popen(
        ["bash", "-c", line],
        cwd=home,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", **QUIET},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + 300
    while not list(home.glob("out/killed/checkpoint-*/trainer_state.json")) and time.monotonic() < end:
        time.sleep(0.2)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert not (home / "out" / "killed" / "model.safetensors").exists()

    said = shell(home, line, timeout=600, **QUIET)
    (began,) = {int(step) for step in re.findall(r"Resuming training from out/killed/checkpoint-(\d+)", said)}

    assert 5 <= began < 30
    assert [line["current_steps"] for line in log_of(home / "out" / "killed")][-1] == 30
    assert (home / "out" / "killed" / "model.safetensors").is_file()
