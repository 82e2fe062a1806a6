"""slime: a dotted path is loaded, and awaited with a sample or a list of them; two functions add to its logs."""

import asyncio
import importlib
import json
import os
import shutil
import subprocess
from types import SimpleNamespace

import pytest

import sfr
from sfr.kits import kit_root
from tests.adapters.driving import broken

KIT = kit_root() / "slime"
KEVIN = '{"task": "ner", "gold": {"person": ["Kevin"]}}'
RIGHT = '{"person": ["Kevin"]}'


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    monkeypatch.delenv("SFR_REWARD", raising=False)


def load(path):
    """What slime does with a dotted path."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def sample(output, truth=KEVIN, group=0):
    return SimpleNamespace(group_index=group, prompt="?", response=output, label=truth, metadata={}, reward=None)


def rewarded(given, reward_key=None, path="sfr.adapters.slime.custom_rm"):
    return asyncio.run(load(path)(SimpleNamespace(reward_key=reward_key), given))


def test_a_sample_gets_a_number():
    assert rewarded(sample(RIGHT)) == 1.0


def test_a_group_gets_a_list_of_numbers():
    assert rewarded([sample(RIGHT), sample("?")]) == [1.0, -1.0]


def test_a_group_gets_what_its_samples_would():
    group = [sample(output) for output in (RIGHT, "{}", *broken())]

    assert [rewarded(one) for one in group] == rewarded(group)


def test_a_key_asks_for_a_dict_that_holds_it():
    one, (_, other) = rewarded(sample(RIGHT), "score"), rewarded([sample(RIGHT), sample("?")], "pair_f1")

    assert (one["score"], one["pair_f1"], one["perfect"]) == (1.0, 0.8, 1.0)
    assert one.keys() == other.keys() == {"score", *sfr.grader().names}


def test_arguments_that_slime_may_add_are_taken():
    reward = load("sfr.adapters.slime.custom_rm")

    assert asyncio.run(reward(SimpleNamespace(), sample(RIGHT), evaluation=True)) == 1.0


def test_a_label_that_is_not_there_is_bad_gold():
    with pytest.raises(sfr.BadGoldError, match="found nothing"):
        rewarded(sample(RIGHT, truth=None))


def test_samples_are_rewarded_at_once():
    reward, args = load("sfr.adapters.slime.custom_rm"), SimpleNamespace(reward_key=None)

    async def several():
        return await asyncio.gather(*(reward(args, sample(output)) for output in (RIGHT, "?", RIGHT)))

    assert asyncio.run(several()) == [1.0, -1.0, 1.0]


# -- what it logs ----------------------------------------------------------------------------------------


def logged(samples, metrics):
    """What slime logs of a rollout: a function of one's own first, then its own metrics unless that says otherwise."""
    log = load("sfr.adapters.slime.log_rollout")
    if log(3, SimpleNamespace(), samples, metrics, 1.5):
        return None
    return {**(metrics or {}), "rollout/response_len": 7}


def test_the_terms_of_a_rollout_join_what_slime_logs():
    empty = '{"task": "re", "gold": {}}'
    samples = [sample(RIGHT), sample(RIGHT), sample("?", empty, 1), sample("{}", empty, 1)]

    found = logged(samples, {"rollout/dropped": 2})

    assert (found["rollout/dropped"], found["rollout/response_len"]) == (2, 7)
    assert (found["rollout/sfr/ner/pair_f1"], found["rollout/sfr/unparsable"]) == (0.8, 0.25)
    assert tuple(found[f"rollout/sfr/groups_{name}"] for name in ("alike", "perfect", "unparsable")) == (0.5, 0.5, 0.0)


def test_the_terms_join_metrics_that_are_empty():
    assert logged([sample(RIGHT)], {})["rollout/sfr/ner/reward"] == 1.0


def test_where_slime_has_no_metrics_it_logs_its_own():
    assert logged([sample(RIGHT)], None) == {"rollout/response_len": 7}


def test_logging_does_not_write_to_the_journal_again(tmp_path, monkeypatch):
    monkeypatch.setenv("SFR_REWARD", f"log={tmp_path}")
    rewarded([sample(RIGHT), sample("?")])

    logged([sample(RIGHT), sample("?")], {})

    (journal,) = tmp_path.iterdir()
    assert len(journal.read_text(encoding="utf-8").splitlines()) == 2


def test_the_terms_of_an_evaluation_stand_beside_its_rewards():
    samples = [sample(RIGHT), sample("?")]
    data = {"dev": {"rewards": [1.0, -1.0], "samples": samples}, "bare": {"rewards": [0.5]}}

    assert load("sfr.adapters.slime.log_eval")(3, SimpleNamespace(), data, None) is False

    means = {f"eval/{name}": sum(found["rewards"]) / len(found["rewards"]) for name, found in data.items()}
    assert {"eval/dev": 0.0, "eval/bare": 0.5, "eval/dev/sfr/pair_f1": 0.4, "eval/dev/sfr/unparsable": 0.5}.items() <= (
        means.items()
    )
    assert {"dev", "bare", *(f"dev/sfr/{name}" for name in sfr.grader().names)} == data.keys()


# -- the script of the kit -------------------------------------------------------------------------------


@pytest.fixture
def launched(tmp_path):
    """Runs the script with a ray that only says what it was told, and gives the job's environment and arguments."""
    if shutil.which("bash") is None:
        pytest.skip("takes bash")
    slime, tools = tmp_path / "slime", tmp_path / "bin"
    shapes = slime / "scripts" / "models" / "qwen3-4B.sh"
    shapes.parent.mkdir(parents=True)
    shapes.write_text("MODEL_ARGS=(--num-layers 36)\n")
    tools.mkdir()
    ray = tools / "ray"
    ray.write_text('#!/bin/sh\nfor one in "$@"; do printf "%s\\0" "$one"; done\n')
    ray.chmod(0o755)

    def launched(*added, **environment):
        paths = {
            "SLIME": slime,
            "MEGATRON": tmp_path / "Megatron-LM",
            "MODEL": tmp_path / "Qwen3-4B",
            "ROWS": tmp_path / "rows.jsonl",
        }
        given = {"PATH": f"{tools}:{os.environ['PATH']}", **{name: str(path) for name, path in paths.items()}}
        script = ["bash", str(KIT / "run_qwen3_4b.sh"), *added]
        found = subprocess.run(script, env=given | environment, capture_output=True, check=True, timeout=60)
        told = found.stdout.decode().split("\0")[:-1]
        (variables,) = (json.loads(one.partition("=")[2]) for one in told if one.startswith("--runtime-env-json="))
        return variables["env_vars"], told

    return launched


def test_the_script_names_functions_that_are_there(launched):
    _, told = launched()
    named = [told[i + 1] for i, one in enumerate(told) if one.startswith("--custom-")]

    assert [load(path).__name__ for path in named] == ["custom_rm", "log_rollout", "log_eval"]


def test_the_script_reads_the_rows_that_are_exported(launched):
    rows = pytest.importorskip("sfr.data.trainer_rows")
    _, told = launched()

    named = {told[told.index(f"--{part}-key") + 1] for part in ("input", "label", "metadata")}
    assert rows.TRAINERS["slime"].keys == named


def test_the_script_hands_the_settings_to_the_job(launched):
    variables, told = launched("--lr", "2e-6", SFR_REWARD="profile=bounded ner.gamma=2", OUTPUTS="8")

    assert variables["SFR_REWARD"] == "profile=bounded ner.gamma=2"
    assert told[-2:] == ["--lr", "2e-6"]
    assert (told[told.index("--n-samples-per-prompt") + 1], told[told.index("--global-batch-size") + 1]) == (
        "8",
        "1024",
    )
