"""Axolotl: a dotted path is imported, and must lead to something with two parameters or more."""

import importlib
import inspect

import pytest

from sfr.adapters import trl
from sfr.kits import kit_root
from sfr.trainers import CONVENTIONS


def get_reward_func(path):
    module, _, name = path.rpartition(".")
    found = getattr(importlib.import_module(module), name)
    if len(inspect.signature(found).parameters) < 2:
        raise ValueError("must accept at least two arguments")
    return found


@pytest.mark.parametrize("name", [name for name in trl.__all__ if name != "SFRReward"])
def test_the_ready_made_functions_are_found(name):
    assert get_reward_func(f"sfr.adapters.trl.{name}") is getattr(trl, name)


def test_the_configuration_of_the_kit_names_one():
    yaml = pytest.importorskip("yaml")
    config = yaml.safe_load((kit_root() / "axolotl" / "grpo_sfr.yaml").read_text(encoding="utf-8"))

    assert [CONVENTIONS["axolotl"].route.replace(":", ".")] == config["trl"]["reward_funcs"]
    assert get_reward_func(config["trl"]["reward_funcs"][0]) is trl.sfr_reward
    assert config["rl"] == "grpo"
