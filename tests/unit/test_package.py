"""The names of the package: light to import, complete, and fit to be sent to other processes."""

import dataclasses
import multiprocessing
import pickle
import subprocess
import sys

import pytest

import sfr
from sfr import Argument, Entity, Event, Extraction, Relation

HEAVY = {"click", "msgspec", "numpy", "orjson", "pandas", "pyarrow", "pydantic", "rich", "scipy", "torch"}
GOLD = {
    "ner": {"person": ["Kevin"]},
    "re": {"used for": [["a", "b"]]},
    "ee": {"attack": [{"trigger": "fired", "arguments": [["Target", "hotel"]]}]},
}


def loaded_by(code):
    """The modules that some code loads in a fresh process."""
    show = "import sys; print(*sorted(sys.modules))"
    command = [sys.executable, "-I", "-W", "error", "-c", f"{code}; {show}"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split())


def test_importing_the_package_loads_nothing_heavy():
    loaded = loaded_by("import sfr")
    assert set() == HEAVY & {name.partition(".")[0] for name in loaded}
    assert {"sfr", "sfr._version"} == {name for name in loaded if name.partition(".")[0] == "sfr"}


def test_scoring_loads_nothing_heavy_but_the_decoder():
    loaded = loaded_by("import sfr; sfr.reward('ee').score({}, '{}', 'a', ['b'])")
    assert {"msgspec"} == HEAVY & {name.partition(".")[0] for name in loaded}


def test_every_name_is_loaded_without_anything_heavy():
    loaded = loaded_by("import sfr; [getattr(sfr, name) for name in sfr.__all__]")
    assert HEAVY & {name.partition(".")[0] for name in loaded} <= {"msgspec"}
    assert "sfr.cli" not in loaded


@pytest.mark.parametrize("name", sfr.__all__)
def test_every_public_name_resolves_and_stays_the_same(name):
    assert getattr(sfr, name) is getattr(sfr, name)
    assert name in dir(sfr)


def test_public_names_are_unique_and_those_of_a_star_import():
    names = {}
    exec("from sfr import *", names)
    assert len(sfr.__all__) == len({*sfr.__all__})
    assert {*sfr.__all__} == {*names} - {"__builtins__"}


def test_the_names_are_listed_in_order():
    assert sorted(dir(sfr)) == dir(sfr)


@pytest.mark.parametrize("name", ["Rewrad", "scores", "__path"])
def test_an_unknown_name_is_an_attribute_error(name):
    with pytest.raises(AttributeError, match=f"^module 'sfr' has no attribute '{name}'$"):
        getattr(sfr, name)
    assert not hasattr(sfr, name)


def test_an_unknown_name_cannot_be_imported():
    with pytest.raises(ImportError, match="cannot import name 'Rewrad'"):
        exec("from sfr import Rewrad")


def test_submodules_are_reached_after_their_import():
    assert "sfr.rewards" in loaded_by("import sfr; import sfr.rewards; sfr.rewards.reward")


def test_the_version_of_the_command_is_that_of_the_package():
    found = subprocess.run(
        [sys.executable, "-m", "sfr", "--version"], capture_output=True, text=True, check=True, timeout=60
    )
    assert f"sfr, version {sfr.__version__}\n" == found.stdout


def public_values():
    """One of everything that the package hands out or takes."""
    events = (Event("attack", "fired", (Argument("Target", "hotel"),)),)
    extraction = Extraction((Entity("person", "Kevin"),), (Relation("knows", "a", "b"),), events)
    values = [*(getattr(sfr, name) for name in sfr.__all__), extraction, sfr.Schema(("a",), ("b",)), sfr.Normalizer()]
    values += [sfr.ner_units(extraction), sfr.re_units(extraction), sfr.ee_units(extraction)]
    groups = {"fired": {("Target", "hotel")}}
    values += [*sfr.match_trigger_groups(groups, groups), sfr.argument_counts({"a": groups}, {"a": groups})]
    values += [sfr.parse("Sure: {'a': ['b']}", "ner"), sfr.parse("no JSON", "ner")]
    values += sfr.parse("Sure: {'a': ['b']}", "ner").problems
    for task, gold in GOLD.items():
        for profile in ("paper", "bounded"):
            reward = sfr.reward(task, profile)
            values += [reward, reward.coarse_only(), reward.fine_only(), reward.units(gold), reward.best(gold)]
            values += reward.score_batch([gold] * 3, ["{}", "no JSON", "Sure: {'a': []}"], ["a"] * 3, [["a"]] * 3)
    return values


def echo(values):
    """The same values, and their looks from another process."""
    return values, [repr(value) for value in values]


def test_everything_public_survives_pickling():
    for value in public_values():
        copy = pickle.loads(pickle.dumps(value))
        assert value == copy
        assert type(value) is type(copy)


def test_everything_public_travels_to_a_spawned_process_and_back():
    values = [value for value in public_values() if not callable(value) or dataclasses.is_dataclass(value)]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        copies, looks = pool.apply(echo, (values,))
        pool.close()
        pool.join()
    assert values == copies
    plain = [(repr(value), look) for value, look in zip(values, looks, strict=True) if "frozenset(" not in repr(value)]
    assert [mine for mine, _ in plain] == [theirs for _, theirs in plain]


def test_a_reward_scores_alike_after_it_was_used_and_pickled():
    for task, gold in GOLD.items():
        reward = sfr.reward(task)
        score = reward.score(gold, "{}")
        copy = pickle.loads(pickle.dumps(reward))
        assert score == copy.score(gold, "{}")
        assert copy == reward


def test_an_error_of_gold_survives_pickling():
    with pytest.raises(sfr.ParseError) as caught:
        sfr.reward("ner").score({"person": [7]}, "{}")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(caught.value), caught.value.problems) == (str(copy), copy.problems)
