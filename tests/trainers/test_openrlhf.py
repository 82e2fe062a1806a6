"""OpenRLHF's own executor loads the file of the kit and calls it; the engine is a fake, since that takes a GPU."""

import asyncio
import copy
import json
import logging
import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import sfr
from sfr import samples
from sfr.kits import kit_root
from sfr.structures import TASKS
from tests.adapters.driving import broken, installed, truth_of

if not installed("openrlhf"):
    pytest.skip("takes openrlhf", allow_module_level=True)

import openrlhf
import torch
from openrlhf.datasets.prompts_dataset import preprocess_data
from openrlhf.utils.agent import SingleTurnAgentExecutor
from transformers import AutoTokenizer

from sfr.tiny import make_tiny

SHIM = str(kit_root() / "openrlhf" / "sfr_openrlhf.py")
SAMPLE = list(samples.rows())
GOOD = '{"task": "ner", "gold": {"person": ["Kevin"]}}'
RIGHT = '{"person": ["Kevin"]}'


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    monkeypatch.delenv("SFR_REWARD", raising=False)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    return AutoTokenizer.from_pretrained(
        make_tiny(tmp_path_factory.mktemp("tiny"), (row["text"] for row in SAMPLE), hidden=64)
    )


class Engine:
    """Says what it is told to, with the token that ends a turn."""

    def __init__(self, tokenizer, output):
        self.ids = tokenizer(text=f"{output}<|im_end|>", add_special_tokens=False)["input_ids"]

    async def generate(self, prompt, params, multi_modal_data=None):
        return SimpleNamespace(outputs=[SimpleNamespace(token_ids=self.ids, finish_reason="stop", logprobs=None)])


def respond(tokenizer, truth, output, *, question="Find every person:\nKevin left.", longest=4_096):
    """What the executor makes of a row and an output."""
    row = {"input": [{"role": "user", "content": question}], "label": truth}
    prompt, label = preprocess_data(
        row, input_key="input", label_key="label", apply_chat_template=tokenizer.apply_chat_template
    )
    executor = SingleTurnAgentExecutor(remote_rm_url=[SHIM])
    params = SimpleNamespace(max_tokens=64, logprobs=None)
    engine = Engine(tokenizer, output)
    return asyncio.run(executor.execute(prompt, label, copy.copy(params), longest, tokenizer, engine))


def experience_of(response, monkeypatch):
    """The response as OpenRLHF trains on it; that module names Ray and vLLM, whose part here is nothing."""
    for name, attributes in (
        ("ray", {}),
        ("vllm", {"SamplingParams": None}),
        ("openrlhf.trainer.ray", {"__path__": []}),
        ("openrlhf.trainer.ray.vllm_engine", {"batch_vllm_engine_call": None}),
    ):
        module = ModuleType(name)
        vars(module).update(attributes)
        monkeypatch.setitem(sys.modules, name, module)
    from openrlhf.trainer.ppo_utils.samples_generator import SamplesGenerator

    return SamplesGenerator._process_response_into_experience(None, response)


def test_the_executor_gets_the_reward_and_the_terms_of_the_core_for_every_kind_of_output(tokenizer):
    for row in SAMPLE[::9]:
        if "\ud800" in row["output"]:
            continue
        response = respond(tokenizer, truth_of(row), row["output"])
        expected = sfr.grader().grade(truth_of(row), row["output"])

        assert expected.value == response["reward"]
        assert {f"sfr/{name}": value for name, value in expected.terms.items()} == response["extra_logs"]
        assert min(max(expected.value, 0.0), 1.0) == response["scores"]


@pytest.mark.parametrize("task", TASKS)
def test_a_right_answer_has_the_best_reward_although_special_tokens_are_in_it(tokenizer, task):
    row = next(row for row in SAMPLE if row["task"] == task and row["kind"] == "perfect")
    response = respond(tokenizer, truth_of(row), row["output"])

    assert sfr.grader().best(truth_of(row)) == response["reward"]
    assert (response["extra_logs"]["sfr/perfect"], response["extra_logs"]["sfr/recovered"]) == (1.0, 0.0)


def test_what_it_trains_on_has_one_dimension(tokenizer, monkeypatch):
    response = respond(tokenizer, GOOD, RIGHT)
    found = experience_of(response, monkeypatch)

    assert (1,) == tuple(found.rewards.shape) == tuple(found.scores.shape)
    assert torch.float32 == found.rewards.dtype
    assert response["reward"] == found.rewards.item()
    assert {f"sfr/{name}" for name in sfr.grader().names} <= found.info.keys()
    for name in sfr.grader().names:
        assert tuple(found.info[f"sfr/{name}"].shape) == (1,)
        assert torch.float32 == found.info[f"sfr/{name}"].dtype


def test_a_prompt_that_was_cut_at_its_beginning_is_told_from_the_answer(tokenizer):
    response = respond(tokenizer, GOOD, RIGHT, question="Find every person: " * 200, longest=300)

    assert response["extra_logs"]["sfr/perfect"] == 1.0


def test_settings_come_from_the_environment(tokenizer, monkeypatch):
    monkeypatch.setenv("SFR_REWARD", "profile=bounded scale=unit")
    response = respond(tokenizer, GOOD, "no JSON at all")
    expected = sfr.grader(profile="bounded", scale="unit").grade(GOOD, "no JSON at all").value

    assert expected == response["reward"] == response["scores"]


def test_no_text_of_a_model_leaves_an_output_without_a_reward(tokenizer):
    for output in broken():
        if len(output) > 10_000 or "\ud800" in output:
            continue
        assert type(respond(tokenizer, GOOD, output)["reward"]) is float


def test_openrlhf_has_every_option_of_the_recipe():
    source = Path(openrlhf.__path__[0], "cli", "train_ppo_ray.py").read_text(encoding="utf-8")
    known = {*re.findall(r'"--([\w.]+)"', source)}
    known |= {f"actor.{name}" for name in re.findall(r'"--\{prefix\}\.([\w.]+)"', source)}
    recipe = (kit_root() / "openrlhf" / "run_qwen3_4b.sh").read_text(encoding="utf-8")
    used = {*re.findall(r"^  --([\w.]+)", recipe, re.MULTILINE)}

    assert len(used) > 25
    assert set() == used - known


# -- what goes wrong: OpenRLHF goes on without a reward, so that it must be said -----------------------------


def test_bad_gold_is_said_as_an_error(tokenizer, caplog):
    with caplog.at_level(logging.ERROR, "sfr"):
        response = respond(tokenizer, json.dumps({"task": "ner", "gold": {"person": [7]}}), RIGHT)

    assert response["reward"] is None
    assert "an output gets no reward: bad ground truth:" in caplog.text
    assert "not-a-string @ person[0]" in caplog.text


def test_a_forgotten_label_key_is_named(tokenizer, caplog):
    with caplog.at_level(logging.ERROR, "sfr"):
        response = respond(tokenizer, "", RIGHT)

    assert response["reward"] is None
    assert "--data.label_key label" in caplog.text


def test_a_wrong_setting_ends_it_when_the_file_is_loaded(monkeypatch):
    monkeypatch.setenv("SFR_REWARD", "gama=2")

    with pytest.raises(ValueError, match="unknown setting 'gama'; known: profile"):
        SingleTurnAgentExecutor(remote_rm_url=[SHIM])
