"""rLLM: ``module:attr`` is imported, a function is wrapped and called with a task and an episode, its dict is read."""

import importlib
import inspect
import sys
from types import SimpleNamespace

import pytest

import sfr
from sfr.kits import kit_root

KEVIN = '{"task": "ner", "gold": {"person": ["Kevin"]}}'
RIGHT = '{"person": ["Kevin"]}'
ROUTE = "sfr.adapters.rllm:evaluate"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    monkeypatch.delenv("SFR_REWARD", raising=False)


def load(route):
    """What rLLM makes of a route: something that is called with the task and the episode by their names."""
    module, _, name = route.rpartition(":")
    function = getattr(importlib.import_module(module), name)
    assert callable(function)
    assert not hasattr(function, "evaluate")
    parameters = inspect.signature(function).parameters

    def evaluate(task, episode):
        known = {"task": task, "episode": episode}
        result = function(**{name: known[name] for name in parameters})
        return SimpleNamespace(
            reward=float(result.get("reward", 0.0)),
            is_correct=result["is_correct"],
            signals={name: float(value) for name, value in result.get("signals", {}).items()},
        )

    return evaluate


def task(truth=KEVIN):
    return SimpleNamespace(id="1", instruction="?", metadata={"ground_truth": truth, "dataset": "mine"})


def step(output=None, response=""):
    return SimpleNamespace(output=output, model_response=response)


def episode(output=None, steps=(), **artifacts):
    return SimpleNamespace(artifacts=artifacts, trajectories=[SimpleNamespace(output=output, steps=list(steps))])


def test_the_reward_the_terms_and_whether_it_is_right():
    right, wrong = (load(ROUTE)(task(), episode(output)) for output in (RIGHT, "{}"))

    assert (right.reward, right.is_correct) == (1.0, True)
    assert (wrong.reward, wrong.is_correct) == (-0.8, False)
    assert {*sfr.grader().names} == right.signals.keys() == wrong.signals.keys()
    assert right.signals["pair_f1"] == 0.8


@pytest.mark.parametrize(
    "found",
    [
        episode(answer=RIGHT, output="?"),
        episode(RIGHT, [step("?")]),
        episode("", [step(RIGHT)]),
        episode(None, [step("?"), step(RIGHT, "?")]),
        episode(None, [step(None, RIGHT), step(None, "")]),
        SimpleNamespace(artifacts=None, trajectories=[SimpleNamespace(output="?"), SimpleNamespace(output=RIGHT)]),
    ],
    ids=["answer", "output", "step", "last step", "last text", "last trajectory"],
)
def test_the_answer_is_what_was_said_at_last(found):
    assert load(ROUTE)(task(), found).reward == 1.0


@pytest.mark.parametrize(
    "found",
    [
        SimpleNamespace(artifacts={}, trajectories=[]),
        episode(None, []),
        episode(None, [step()]),
        episode(answer="", output=RIGHT),
    ],
    ids=["no trajectory", "no step", "no text", "an empty answer"],
)
def test_no_answer_is_an_invalid_one(found):
    assert load(ROUTE)(task(), found).reward == -1.0


def test_a_task_may_be_its_row():
    assert load(ROUTE)(task().metadata, episode(RIGHT)).reward == 1.0


def test_a_task_without_a_ground_truth_is_refused():
    with pytest.raises(sfr.BadGoldError, match="found nothing"):
        load(ROUTE)(SimpleNamespace(metadata={}), episode(RIGHT))


def test_settings_are_those_of_the_environment(monkeypatch):
    monkeypatch.setenv("SFR_REWARD", "profile=bounded invalid=-3")

    assert load(ROUTE)(task(), episode("?")).reward == -3.0


@pytest.mark.skipif(sys.version_info < (3, 11), reason="takes tomllib")
def test_the_data_set_of_the_kit_names_the_function_and_the_column():
    import tomllib

    rows = pytest.importorskip("sfr.data.trainer_rows")
    found = tomllib.loads((kit_root() / "rllm" / "dataset.toml").read_text(encoding="utf-8"))

    assert found["verifier"] == {"import_path": ROUTE}
    assert found["dataset"]["instruction_field"] in rows.TRAINERS["rllm"].keys
    assert found["dataset"]["type"] == "simple"
