"""What every adapter guarantees, whatever its trainer: one suite for all, through the trainer's own way to call."""

import asyncio
import importlib.util
import json
import math
import multiprocessing
import pickle
import random
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from pkgutil import resolve_name

import pytest

import sfr
from sfr import samples
from sfr.kits import kit_root
from sfr.structures import TASKS
from sfr.trainers import CONVENTIONS, KITS
from tests.adapters.driving import broken, installed, needs, truth_of

ADAPTERS = [pytest.param(one, id=name, marks=needs(one)) for name, one in CONVENTIONS.items()]
every_adapter = pytest.mark.parametrize("convention", ADAPTERS)

SAMPLE = list(samples.rows())


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    monkeypatch.delenv("SFR_REWARD", raising=False)


@pytest.fixture
def call(monkeypatch):
    """Calls the reward of a trainer as it would, with settings on its own route."""

    def call(convention, truths, outputs, reward=None, **settings):
        passed = settings if convention.settings == "keywords" else {}
        if convention.settings == "environment" and settings:
            monkeypatch.setenv("SFR_REWARD", " ".join(f"{name}={value}" for name, value in settings.items()))
        return convention.call(reward or resolve_name(convention.route), truths, outputs, passed)

    return call


def truths_and_outputs(rows):
    return [truth_of(row) for row in rows], [row["output"] for row in rows]


@every_adapter
@pytest.mark.parametrize("profile", ["paper", "bounded"])
def test_the_value_is_that_of_the_core_to_the_last_bit(convention, profile, call):
    rows = SAMPLE[::5]
    truths, outputs = truths_and_outputs(rows)
    expected = [
        sfr.reward(row["task"], profile).score(row["gold"], row["output"], row["text"], row["schema"]).value
        for row in rows
    ]

    found = call(convention, truths, outputs, profile=profile)

    assert len(rows) == len(found)
    assert expected == [outcome.value for outcome in found]


@every_adapter
def test_the_terms_of_the_core_are_among_those_that_are_logged(convention, call):
    row = next(row for row in SAMPLE if row["task"] == "re" and row["kind"] == "partial")
    score = sfr.reward("re").score(row["gold"], row["output"], row["text"], row["schema"])

    (found,) = call(convention, [truth_of(row)], [row["output"]])

    logged = {name.rpartition("/")[2]: value for name, value in found.terms.items()}
    assert score.terms == {name: logged[name] for name in score.terms}


@every_adapter
def test_every_output_of_every_task_has_the_same_finite_terms(convention, call):
    truths, outputs = truths_and_outputs(SAMPLE[::7])
    truths += [truth_of(SAMPLE[0])] * len(broken())
    outputs += broken()

    found = call(convention, truths, outputs)

    names = {tuple(outcome.terms) for outcome in found}
    assert len(names) == 1
    assert len(next(iter(names))) > 15
    for outcome in found:
        for value in (outcome.value, *outcome.terms.values()):
            assert type(value) is float
            assert math.isfinite(value)


@every_adapter
@pytest.mark.parametrize("task", TASKS)
def test_no_text_of_a_model_raises(convention, task, call):
    truth = truth_of(next(row for row in SAMPLE if row["task"] == task))
    rng = random.Random(7)
    garbage = ["".join(rng.choices('{}[]":,\\ \n\t\x00\ud800é<think>/', k=rng.randrange(200))) for _ in range(200)]
    outputs = [*broken(), *garbage]

    found = call(convention, [truth] * len(outputs), outputs)

    assert len(outputs) == len(found)
    assert all(type(outcome.value) is float for outcome in found)


@every_adapter
def test_bad_gold_raises_and_says_what_is_wrong(convention, call):
    with pytest.raises(ValueError, match=r"gold: not-a-string @ person\[0\]"):
        call(convention, ['{"task": "ner", "gold": {"person": [7]}}'], ["{}"])
    with pytest.raises(ValueError, match="unknown task 'kg'"):
        call(convention, ['{"task": "kg", "gold": {}}'], ["{}"])


@every_adapter
def test_bad_gold_can_be_skipped_and_is_marked(convention, call):
    good = '{"task": "ner", "gold": {"person": ["Kevin"]}}'
    truths = [good, '{"task": "ner", "gold": {"person": [7]}}', "no JSON"]

    found = call(convention, truths, ['{"person": ["Kevin"]}'] * 3, bad_gold="skip")

    assert [outcome.value for outcome in found] == [1.0, 0.0, 0.0]
    assert [value for outcome in found for name, value in outcome.terms.items() if name.endswith("bad_gold")] == [
        0.0,
        1.0,
        1.0,
    ]


@every_adapter
def test_settings_come_by_the_route_of_the_trainer(convention, call):
    truth = '{"task": "ner", "gold": {"person": ["Kevin"]}}'

    (found,) = call(convention, [truth], ["<think>Kevin?</think>{}"], thinking="forbid", invalid=-3.0)

    assert found.value == -3.0


@every_adapter
def test_a_wrong_setting_is_refused(convention, call):
    with pytest.raises(ValueError, match="unknown setting 'gama'"):
        call(convention, ['{"task": "ner", "gold": {}}'], ["{}"], gama=2)


@every_adapter
def test_threads_get_what_one_would(convention, call):
    truths, outputs = truths_and_outputs(SAMPLE[::23])
    expected = call(convention, truths, outputs)
    start = threading.Barrier(4)

    def work(_):
        start.wait()
        return call(convention, truths, outputs)

    with ThreadPoolExecutor(4) as pool:
        assert [expected] * 4 == list(pool.map(work, range(4)))


@every_adapter
def test_an_event_loop_hands_it_to_threads(convention, call):
    truths, outputs = truths_and_outputs(SAMPLE[::61])
    expected = call(convention, truths, outputs)

    async def several():
        return await asyncio.gather(*(asyncio.to_thread(call, convention, truths, outputs) for _ in range(4)))

    assert [expected] * 4 == asyncio.run(several())


@every_adapter
def test_it_travels_to_a_spawned_process(convention, call):
    truths, outputs = truths_and_outputs(SAMPLE[::61])
    reward = resolve_name(convention.route)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.apply(convention.call, (reward, truths, outputs, {}))
        pool.close()
        pool.join()

    assert call(convention, truths, outputs) == found
    assert pickle.loads(pickle.dumps(reward)) is not None


@pytest.fixture(scope="module")
def ray():
    """Ray on this machine, where it is installed; it is in the environment of verl."""
    if not installed("ray"):
        pytest.skip("takes ray")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ray

        ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False)
        yield ray
        ray.shutdown()


@every_adapter
@pytest.mark.filterwarnings("ignore")  # of Ray
def test_a_worker_of_ray_gets_what_we_do(convention, call, ray):
    truths, outputs = truths_and_outputs(SAMPLE[::61])
    reward = resolve_name(convention.route)

    @ray.remote
    def work(*arguments):  # it takes functions, and no methods
        return convention.call(*arguments)

    found = ray.get(work.remote(reward, truths, outputs, {}))

    assert call(convention, truths, outputs) == found


@every_adapter
def test_the_module_can_be_loaded_by_path(convention, call):
    """As trainers do that take a file: without a name among the modules."""
    module = resolve_name(convention.route.partition(":")[0])
    spec = importlib.util.spec_from_file_location("custom_module", convention.shim_path or module.__file__)
    loaded = importlib.util.module_from_spec(spec)
    if convention.shim and "import swift" in convention.shim_path.read_text() and not installed("ms-swift"):
        pytest.skip("the shim registers the reward with ms-swift, which is not here")
    spec.loader.exec_module(loaded)
    reward = getattr(loaded, convention.route.partition(":")[2])
    truths, outputs = truths_and_outputs(SAMPLE[:3])

    assert call(convention, truths, outputs) == call(convention, truths, outputs, reward=reward)


@pytest.mark.parametrize("name", CONVENTIONS)
def test_importing_an_adapter_loads_nothing_heavy(name):
    convention = CONVENTIONS[name]
    module = convention.route.partition(":")[0]
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert set() == {"torch", "numpy", "ray", "transformers", "click", "rich"} & {*found.stdout.split()}


@pytest.mark.parametrize("name", CONVENTIONS)
def test_an_adapter_is_short(name):
    module = resolve_name(CONVENTIONS[name].route.partition(":")[0])
    lines = [line for line in Path(module.__file__).read_text(encoding="utf-8").splitlines() if line.strip()]

    assert len(lines) <= 70


@pytest.mark.parametrize("name", CONVENTIONS)
def test_the_kit_holds_a_readme_and_the_shim(name):
    kit = kit_root() / name
    assert (kit / "README.md").is_file()
    if CONVENTIONS[name].shim:
        assert CONVENTIONS[name].shim_path.is_file()


def test_the_kits_are_those_of_the_trainers():
    assert {*KITS} == {path.name for path in kit_root().iterdir() if path.is_dir()}


def test_a_truth_that_came_as_columns_is_read_without_its_empty_keys():
    row = SAMPLE[0]
    truth = json.loads(truth_of(row))
    filled = {**truth, "gold": {**truth["gold"], "elsewhere": None}, "at": None}

    assert sfr.grader().grade(truth_of(row), row["output"]) == sfr.grader().grade(filled, row["output"])
