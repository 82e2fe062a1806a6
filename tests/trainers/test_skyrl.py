"""The environment in skyrl-gym itself: registered, made and stepped through as SkyRL's generator does it."""

import json
import pickle

import pytest

import sfr
from sfr import samples
from sfr.data.exporting import export
from sfr.data.prompts import template
from sfr.kits import kit_root
from tests.adapters.driving import installed, truth_of
from tests.data.test_exporting import write_examples
from tests.training import SENTENCES, example, rows_in

if not installed("skyrl-gym"):
    pytest.skip("takes skyrl-gym", allow_module_level=True)

import skyrl_gym
from skyrl_gym.envs.base_text_env import BaseTextEnv
from skyrl_gym.envs.registration import deregister
from skyrl_gym.metrics import aggregate_for_environment

SAMPLE = list(samples.rows())


@pytest.fixture
def registered(monkeypatch):
    """The environment as the kit registers it, under some settings."""
    monkeypatch.delenv("SFR_REWARD", raising=False)
    kit = {}
    exec((kit_root() / "skyrl" / "sfr_skyrl.py").read_text(encoding="utf-8"), kit)
    yield kit["register_sfr"]
    deregister("sfr")


def play(row, output):
    """One episode, and the environment after it."""
    columns = {name: value for name, value in row.items() if name not in {"prompt", "env_class"}}
    env = skyrl_gym.make(row["env_class"], env_config={}, extras={**columns, "max_turns": 1})
    prompt, _ = env.init(row["prompt"])
    assert row["prompt"] == prompt
    step = env.step(output)
    env.close()
    return step, env


def row_of(given):
    spec = {"method": "rule", "ground_truth": truth_of(given)}
    return {"prompt": [{"role": "user", "content": "?"}], "env_class": "sfr", "reward_spec": spec}


def test_an_environment_is_made_of_rows_that_were_exported_and_gives_the_reward_of_the_core(registered, tmp_path):
    registered(profile="bounded")
    given = [SENTENCES[task][0] for task in SENTENCES]
    examples = write_examples(tmp_path / "three.jsonl", [example(one) for one in given])
    folder = tmp_path / "rows"
    folder.mkdir()
    rows = rows_in(export(examples, folder, "skyrl", template("sa-records")).path)

    for sentence, row in zip(given, rows, strict=True):
        output = json.dumps(sentence["gold"])
        step, env = play(row, output)
        reward = sfr.reward(sentence["task"], "bounded")
        expected = reward.score(sentence["gold"], output, sentence["text"], sentence["schema"])

        assert isinstance(env, BaseTextEnv)
        assert (expected.value, True, []) == (step["reward"], step["done"], step["observations"])
        assert expected.value == reward.best(sentence["gold"]).value


def test_every_output_of_the_sample_gets_the_reward_and_the_terms_of_the_core(registered):
    registered()
    for given in SAMPLE[::11]:
        step, _ = play(row_of(given), given["output"])
        expected = sfr.grader().grade(truth_of(given), given["output"])

        assert (expected.value, expected.terms) == (step["reward"], step["metadata"])


def test_the_means_that_skyrl_makes_of_its_episodes_are_those_of_the_grader(registered):
    registered()
    chosen = SAMPLE[::29]
    episodes = [play(row_of(given), given["output"])[1].get_metrics() for given in chosen]
    grader = sfr.grader()
    grades = grader.grade_batch([truth_of(given) for given in chosen], [given["output"] for given in chosen])

    assert grader.means(grades) == pytest.approx(aggregate_for_environment("sfr", episodes), rel=1e-12)


def test_a_class_of_environments_travels_by_its_name(registered):
    registered()
    _, env = play(row_of(SAMPLE[0]), "{}")

    assert type(env) is pickle.loads(pickle.dumps(type(env)))


def test_a_row_without_ground_truth_says_what_it_has_and_what_to_do(registered):
    registered()

    with pytest.raises(ValueError, match=r"reward_spec\.ground_truth; found data_source \(sfr data export --for skyrl"):
        skyrl_gym.make("sfr", env_config={}, extras={"data_source": "mine"})


def test_a_wrong_setting_of_the_registration_is_refused_when_an_environment_is_made(registered):
    registered(gama=2)

    with pytest.raises(ValueError, match="unknown setting 'gama'"):
        play(row_of(SAMPLE[0]), "{}")
