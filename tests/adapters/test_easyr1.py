"""EasyR1: a file is executed, its constants are asked for, keywords are bound, lists are averaged."""

import importlib.util
import sys
from collections import defaultdict
from functools import partial

import pytest

import sfr
from sfr import samples
from sfr.adapters import easyr1
from sfr.kits import kit_root
from tests.adapters.driving import truth_of

SHIM = kit_root() / "easyr1" / "sfr_easyr1.py"
KEVIN = '{"task": "ner", "gold": {"person": ["Kevin"]}}'
OSLO = '{"task": "ner", "gold": {"location": ["Oslo"]}}'


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    monkeypatch.delenv("SFR_REWARD", raising=False)


@pytest.fixture
def load(monkeypatch):
    """Loads ``FILE:NAME`` as EasyR1 does, and gives the function with its keywords and the kind of calls."""

    def load(where, **keywords):
        path, _, name = where.rpartition(":")
        spec = importlib.util.spec_from_file_location("custom_reward_fn", path)
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "custom_reward_fn", module)
        spec.loader.exec_module(module)
        return partial(getattr(module, name), **keywords), getattr(module, "REWARD_TYPE", "batch")

    return load


def inputs(*pairs):
    return [{"response": output, "response_length": len(output), "ground_truth": truth} for truth, output in pairs]


def logged(scores):
    """The metrics that EasyR1 makes of them: a list for each key, and its mean."""
    metrics = defaultdict(list)
    for score in scores:
        for name, value in score.items():
            metrics[name].append(value)
    assert {len(scores)} == {len(values) for values in metrics.values()}
    return {name: sum(values) / len(values) for name, values in metrics.items()}


def test_the_file_hands_over_the_function_of_the_package_and_its_constants(load):
    reward, kind = load(f"{SHIM}:compute_score")

    assert reward.func is easyr1.compute_score
    assert kind == easyr1.REWARD_TYPE == "batch"
    assert easyr1.REWARD_NAME == "sfr"


def test_keywords_of_the_configuration_are_settings(load):
    reward, _ = load(f"{SHIM}:compute_score", profile="bounded", ner={"gamma": 2.0}, thinking="forbid")

    forbidden, right = reward(inputs((KEVIN, "<think>?</think>{}"), (KEVIN, '{"person": ["Kevin"]}')))

    assert (forbidden["overall"], right["overall"]) == (-1.25, 1.0)


def test_keywords_go_before_the_environment(load, monkeypatch):
    monkeypatch.setenv("SFR_REWARD", "invalid=-5 thinking=require")
    reward, _ = load(f"{SHIM}:compute_score", invalid=-2.0)

    (found,) = reward(inputs((KEVIN, '{"person": ["Kevin"]}')))

    assert found["overall"] == -2.0


def test_the_shares_of_groups_come_out_of_the_means(load):
    reward, _ = load(f"{SHIM}:compute_score")
    batch = inputs((KEVIN, '{"person": ["Kevin"]}'), (OSLO, "?"), (KEVIN, '{"person": ["Kevin"]}'), (OSLO, "{}"))

    found = logged(reward(batch))

    assert (found["groups_alike"], found["groups_perfect"], found["groups_unparsable"]) == (0.5, 0.5, 0.0)
    assert found["unparsable"] == 0.25


def test_all_tasks_share_their_keys_so_that_no_list_is_shorter(load):
    reward, _ = load(f"{SHIM}:compute_score")
    rows = list(samples.rows())[::40]

    found = logged(reward(inputs(*((truth_of(row), row["output"]) for row in rows), (KEVIN, "?"))))

    assert {"overall", "pair_f1", "argument_f1", "bad_gold", "groups_alike"} <= found.keys()


def test_an_empty_batch_is_no_error(load):
    reward, _ = load(f"{SHIM}:compute_score")

    assert reward([]) == []


@pytest.mark.parametrize(
    ("outputs", "kept"),
    [
        (['{"person": ["Kevin"]}'] * 2, False),
        (["?"] * 2, False),
        (['{"person": ["Kevin"]}', "?"], True),
        (['{"place": ["Kevin"]}', "?"], True),
        (['{"place": ["Kevin"]}', "{}"], True),
    ],
    ids=["all perfect", "all invalid", "half", "low", "valid and wrong"],
)
def test_the_filter_that_the_kit_advises_drops_what_teaches_nothing(load, outputs, kept):
    reward, _ = load(f"{SHIM}:compute_score", profile="bounded", scale="unit")

    mean = logged(reward(inputs(*((KEVIN, output) for output in outputs))))["overall"]

    assert kept == (0.01 < mean < 0.99)


def test_the_filter_as_easyr1_has_it_would_drop_groups_of_the_paper_that_differ(load):
    reward, _ = load(f"{SHIM}:compute_score")

    scores = reward(inputs((KEVIN, '{"person": ["Kevin"]}'), (KEVIN, '{"place": ["Oslo"]}')))

    assert scores[0]["overall"] != scores[1]["overall"]
    assert logged(scores)["overall"] < 0.01


def test_the_template_of_the_kit_ends_in_an_empty_block_of_thinking():
    jinja2 = pytest.importorskip("jinja2")
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)  # as transformers does
    template = environment.from_string((SHIM.parent / "no_thinking.jinja").read_text(encoding="utf-8"))
    messages = [{"role": "user", "content": "Find\nall."}]

    asked = template.render(messages=messages, add_generation_prompt=True)
    told = template.render(messages=[*messages, {"role": "assistant", "content": "{}"}])

    user = "<|im_start|>user\nFind\nall.<|im_end|>\n"
    assert f"{user}<|im_start|>assistant\n<think>\n\n</think>\n\n" == asked
    assert f"{user}<|im_start|>assistant\n{{}}<|im_end|>\n" == told


def test_what_was_decoded_with_thinking_is_read_without_it(load):
    reward, _ = load(f"{SHIM}:compute_score")

    (plain, thought) = reward(inputs((KEVIN, "{}"), (KEVIN, "<think>\n\n</think>\n\n{}")))

    assert plain["overall"] == thought["overall"]
    assert thought["thinking"] == 0.0
    assert sfr.reward("ner").score({"person": ["Kevin"]}, "{}").value == plain["overall"]
