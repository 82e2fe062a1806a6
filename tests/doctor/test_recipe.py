"""What is found of a recipe without the trainer; tests/trainers/test_verl.py has the rest."""

import pytest

from sfr.data.preflight import Limits
from sfr.doctor import Recipe, read_recipe
from sfr.doctor.recipe import _at, _exists, _of_another_kind, _reward, _uneven, _unknown, _why
from tests.adapters.driving import installed

DEFAULTS = {
    "data": {"seed": None, "size": 8, "shuffle": True, "files": "a.parquet"},
    "free": {},
    "reward": {"custom_reward_function": {"path": None}},
}


def recipe(tmp_path, **whole):
    return Recipe(tmp_path / "own.yaml", whole, DEFAULTS, None, {}, {})


def test_a_value_is_found_by_its_path():
    assert _at(DEFAULTS, "data.size") == 8
    assert _at(DEFAULTS, "data.size.more") is None
    assert _at(DEFAULTS, "no.such") is None


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        (DEFAULTS, []),
        ({"data": {"seed": 1}, "free": {"anything": {"at": "all"}}}, []),
        ({"data": {"sized": 9}}, [("data.sized", "data.size")]),
        ({"date": {"size": 9}}, [("date", "data")]),
        ({"data": {"zzz": {"size": 9}}}, [("data.zzz", "")]),
        ({"reward": {"custom_reward_function": {"reward_kwargs": {"gamma": 2}}}}, []),
    ],
)
def test_keys_that_are_unknown_are_told_with_the_nearest(whole, expected):
    assert expected == list(_unknown(whole, DEFAULTS))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"size": 9, "shuffle": False, "files": ["a", "b"], "seed": "x"}, []),
        ({"size": 9.5, "shuffle": None}, []),
        ({"size": "${data.seed}", "shuffle": "${oc.env:SHUFFLE}"}, []),
        ({"size": "nine"}, [("data.size", "a number", "nine")]),
        ({"size": [9]}, [("data.size", "a number", [9])]),
        ({"shuffle": "yes"}, [("data.shuffle", "true or false", "yes")]),
    ],
)
def test_numbers_and_truth_values_are_expected_where_the_default_is_one(data, expected):
    assert expected == list(_of_another_kind({"data": data}, DEFAULTS))


@pytest.mark.parametrize(
    ("batch", "part", "expected"),
    [
        (512, 256, ""),
        (25, 25, ""),
        (100, 256, "data.train_batch_size=100 is no multiple of actor_rollout_ref.actor.ppo_mini_batch_size=256"),
        (300, 256, "data.train_batch_size=300 is no multiple of actor_rollout_ref.actor.ppo_mini_batch_size=256"),
        ("${x}", 256, ""),
        (512, 0, ""),
        (512, None, ""),
    ],
)
def test_batches_that_cannot_be_parted_evenly_are_told(batch, part, expected):
    whole = {"data": {"train_batch_size": batch}, "actor_rollout_ref": {"actor": {"ppo_mini_batch_size": part}}}

    assert expected == _uneven(whole)


def test_limits_are_those_of_the_recipe(tmp_path):
    assert recipe(tmp_path, data={"max_prompt_length": 9, "max_response_length": "${x}"}).limits == Limits(prompt=9)


@pytest.mark.parametrize(
    ("data", "stops"),
    [
        ({"truncation": "error"}, True),
        ({"truncation": "error", "filter_overlong_prompts": False}, True),
        ({"truncation": "error", "filter_overlong_prompts": True}, False),
        ({"truncation": "left"}, False),
    ],
)
def test_a_prompt_beyond_the_limit_ends_the_training_or_not(tmp_path, data, stops):
    assert stops is recipe(tmp_path, data=data).stops_at_long_prompts


@pytest.mark.parametrize(
    ("path", "name", "level", "text"),
    [
        ("pkg://sfr.adapters.verl", "compute_score", "ok", "the reward is pkg://sfr.adapters.verl, compute_score"),
        ("pkg://sfr.adapters.verl", "compute", "problem", "the reward cannot be loaded: "),
        (
            "pkg://sfr.adapters.none",
            "compute_score",
            "problem",
            "cannot be loaded: No module named 'sfr.adapters.none'",
        ),
        ("mine.py", "compute_score", "note", "the reward is the file mine.py; every node needs it"),
        (None, "compute_score", "problem", "no reward.custom_reward_function.path, so that verl takes"),
    ],
)
def test_the_reward_of_a_recipe_is_looked_for(tmp_path, path, name, level, text):
    function = {"custom_reward_function": {"path": path, "name": name}}
    (found,) = _reward(recipe(tmp_path, reward=function))

    assert level == found.level
    assert text in found.text


def test_files_are_there_or_not(tmp_path):
    there, not_there = tmp_path / "a", tmp_path / "b"
    there.touch()

    assert _exists(str(there))
    assert _exists([str(there)])
    assert not _exists([str(there), str(not_there)])
    assert not _exists("???")


def test_of_an_error_the_lines_that_say_it_are_kept():
    error = ValueError("wrapped")
    error.__cause__ = ValueError("Key 'a' is not in struct\n    full_key: data.a\n    object_type=dict")

    assert _why(error) == "Key 'a' is not in struct"
    assert _why(ValueError("while parsing\n  line 3")) == "while parsing line 3"


@pytest.mark.skipif(installed("verl"), reason="says what to do without verl")
def test_without_verl_it_is_said_what_to_install(tmp_path):
    with pytest.raises(ValueError, match="python -m pip install verl=="):
        read_recipe(tmp_path / "own.yaml", [])
