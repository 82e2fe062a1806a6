"""Steps of GRPO in TRL, by its command line and in Python, and what they leave behind."""

import json
import re

import pytest

import sfr
from sfr.kits import kit_root
from tests.adapters.driving import installed

pytestmark = pytest.mark.skipif(not installed("trl"), reason="takes trl")

KIT = kit_root() / "trl"
QUIET = {"TQDM_DISABLE": "1"}


@pytest.fixture(scope="module")
def home(workshop):
    return workshop("trl")


@pytest.fixture(scope="module")
def recipe(without_a_gpu):
    """The command of the README that trains."""
    return without_a_gpu("trl")[-1]


@pytest.fixture(scope="module")
def trained(home, shell, recipe):
    """What TRL printed of its steps: a dict for each."""
    return steps_in(shell(home, recipe, timeout=600, SFR_REWARD="log=terms", **QUIET))


def steps_in(output):
    found = re.findall(r"^\{'loss'.*?\}$", output, re.MULTILINE)
    assert found, output[-3_000:]
    return [
        {name: float(value) for name, value in re.findall(r"'([^']+)': '?([-+.\dnaif]+(?:e[-+]?\d+)?)'?", line)}
        for line in found
    ]


def lines_of(folder):
    return [json.loads(line) for path in folder.glob("terms-*.jsonl") for line in path.read_bytes().splitlines()]


def test_the_steps_ran_with_our_reward(trained):
    assert len(trained) == 15
    assert all(step["reward"] == step["rewards/sfr_reward/mean"] for step in trained)


def test_the_mean_reward_rises(trained):
    rewards = [step["reward"] for step in trained]

    assert sum(rewards[-4:]) / 4 > sum(rewards[:4]) / 4 + 0.05, rewards


def test_the_terms_are_in_the_log_of_the_trainer(trained):
    grader = sfr.grader()
    expected = {f"sfr_reward/{name}" for name in ("unparsable", "perfect", "groups_alike", "groups_perfect")}
    expected |= {f"sfr_reward/{task}/{name}" for task in ("ner", "re", "ee") for name in ("reward",)}
    expected |= {f"sfr_reward/{task}/{name}" for task, one in grader.rewards.items() for name in one.term_names}

    for step in trained:
        assert expected <= step.keys()


def test_the_logged_means_are_those_of_the_journal(home, trained):
    lines = lines_of(home / "terms")

    assert len(lines) == 15 * 200
    for number, step in enumerate(trained):
        values = [line["value"] for line in lines if line["step"] == number]
        assert len(values) == 200
        assert step["reward"] == pytest.approx(sum(values) / 200, abs=1e-4)


def test_the_example_in_python_trains_with_settings(home, shell):
    script = (KIT / "train.py").read_text(encoding="utf-8")
    assert script.count("max_steps=15") == script.count("_size=200") == 1
    short = script.replace("max_steps=15", "max_steps=2").replace("_size=200", "_size=40")
    (home / "train.py").write_text(short, encoding="utf-8")

    found = steps_in(shell(home, "python train.py tiny rows/cm_3.jsonl", timeout=300, **QUIET))

    assert len(found) == 2
    assert all("sfr_reward/ner/duplicate_penalty" in step for step in found)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("profil=bounded", "unknown setting 'profil'; known: profile,"),
        ("bounded", "expected NAME=VALUE, found bounded"),
    ],
)
def test_a_wrong_setting_ends_the_run_with_what_is_known(home, shell, recipe, setting, message):
    assert message in shell(home, recipe, timeout=300, fails=True, SFR_REWARD=setting, **QUIET)


def test_rows_of_another_trainer_end_the_run(home, shell, recipe):
    text = (KIT / "recipes" / "cpu.yaml").read_text(encoding="utf-8")
    (home / "other.jsonl").write_text('{"prompt": "Find all.", "answer": "{}"}\n' * 200, encoding="utf-8")
    (home / "other.yaml").write_text(text.replace("rows/cm_3.jsonl", "other.jsonl"), encoding="utf-8")
    other = recipe.replace("kit/recipes/cpu.yaml", "other.yaml")

    assert other != recipe
    assert "sfr data export --for trl" in shell(home, other, timeout=300, fails=True, **QUIET)
