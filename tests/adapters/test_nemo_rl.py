"""NeMo-RL: a dotted path gives a class of actors, whose steps give a tuple of six."""

import importlib
import json
import runpy
import sys
from types import ModuleType, SimpleNamespace

import pytest

import sfr
from sfr.adapters import nemo_rl
from sfr.kits import kit_root

KIT = kit_root() / "nemo-rl"
KEVIN = '{"task": "ner", "gold": {"person": ["Kevin"]}}'
RIGHT = '{"person": ["Kevin"]}'
PATH = "sfr.adapters.nemo_rl.SFREnvironment"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    monkeypatch.delenv("SFR_REWARD", raising=False)


@pytest.fixture
def torch(monkeypatch):
    """Lists in the place of tensors: what is put in is what is looked at."""
    lists = SimpleNamespace(
        float64="float64",
        bool="bool",
        tensor=lambda values, dtype: (dtype, list(values)),
        ones=lambda size, dtype: (dtype, [1] * size),
    )
    monkeypatch.setitem(sys.modules, "torch", lists)


def conversation(*said):
    return [{"role": "user", "content": "?"}, *({"role": "assistant", "content": one} for one in said)]


def truths(*given):
    return [{"ground_truth": truth} for truth in given]


def test_a_step_gives_six_things_of_the_length_of_the_batch(torch):
    environment = nemo_rl.Environment({"profile": "bounded"})
    metadata = truths(KEVIN, KEVIN)

    found = environment.step([conversation(RIGHT), conversation("?")], metadata)

    observations, about, stops, rewards, ended, answers = found
    assert found._fields == ("observations", "metadata", "next_stop_strings", "rewards", "terminateds", "answers")
    assert rewards == ("float64", [1.0, -1.25])
    assert ended == ("bool", [1, 1])
    assert (metadata, [None, None], None) == (about, stops, answers)
    assert [message["role"] for message in observations] == ["environment"] * 2
    assert all(message["content"] for message in observations)  # tokens of nothing are no integers


def test_an_evaluation_is_given_the_answers_too(torch):
    found = nemo_rl.Environment().step([conversation("{}")], truths(KEVIN), True)

    assert found.answers == ["{}"]


def test_the_answer_is_what_the_model_said_last(torch):
    log = [*conversation("?", RIGHT), {"role": "environment", "content": "scored"}]

    found = nemo_rl.Environment().step([log, [{"role": "user", "content": "?"}]], truths(KEVIN, KEVIN))

    assert found.rewards == ("float64", [1.0, -1.0])


def test_the_metrics_of_a_batch_are_means_of_terms_and_shares_of_groups():
    batch = {
        "message_log": [conversation(RIGHT), conversation("{}"), conversation("?"), conversation("?")],
        "extra_env_info": truths(KEVIN, KEVIN, '{"task": "re", "gold": {}}', '{"task": "re", "gold": {}}'),
    }

    same, metrics = nemo_rl.Environment({}).global_post_process_and_metrics(batch)

    assert same is batch
    assert (metrics["pair_f1"], metrics["unparsable"], metrics["perfect"]) == (0.2, 0.5, 0.25)
    assert tuple(metrics[f"groups_{name}"] for name in ("alike", "unparsable", "perfect")) == (0.5, 0.5, 0.0)
    assert {*sfr.grader().names} < metrics.keys()


def test_the_metrics_of_no_batch_are_zeros():
    _, metrics = nemo_rl.Environment().global_post_process_and_metrics({"message_log": [], "extra_env_info": []})

    assert {*metrics.values()} == {0.0}


def test_steps_are_written_to_the_journal_and_metrics_are_not(torch, tmp_path):
    environment = nemo_rl.Environment({"log": str(tmp_path)})
    environment.step([conversation(RIGHT)], truths(KEVIN))

    environment.global_post_process_and_metrics({"message_log": [conversation(RIGHT)], "extra_env_info": truths(KEVIN)})

    (journal,) = tmp_path.iterdir()
    (line,) = journal.read_text(encoding="utf-8").splitlines()
    assert tuple(json.loads(line)[name] for name in ("value", "task", "pair_f1")) == (1.0, "ner", 0.8)


def test_a_wrong_setting_ends_it_before_the_first_step():
    with pytest.raises(ValueError, match="unknown setting 'gama'"):
        nemo_rl.Environment({"gama": 2})


def test_it_can_be_shut_down():
    assert nemo_rl.Environment().shutdown() is None


# -- how it is found -------------------------------------------------------------------------------------


@pytest.fixture
def ray(monkeypatch):
    """A ray that marks what it is given."""
    found = SimpleNamespace(remote=lambda **options: lambda cls: ("actor", cls, options))
    monkeypatch.setitem(sys.modules, "ray", found)
    monkeypatch.delitem(nemo_rl.__dict__, "SFREnvironment", raising=False)
    yield
    nemo_rl.__dict__.pop("SFREnvironment", None)


def get_object(path):
    """As hydra looks a dotted path up: attributes, and modules where there are none."""
    first, *rest = path.split(".")
    found, name = importlib.import_module(first), first
    for part in rest:
        name = f"{name}.{part}"
        try:
            found = getattr(found, part)
        except AttributeError:
            found = importlib.import_module(name)
    return found


def test_the_class_of_actors_is_made_when_it_is_asked_for(ray):
    assert "SFREnvironment" not in vars(nemo_rl)

    kind, cls, options = get_object(PATH)

    assert ("actor", nemo_rl.Environment) == (kind, cls)
    assert options == {"max_restarts": -1, "max_task_retries": -1}
    assert get_object(PATH) is get_object(PATH)


def test_other_names_are_not_there():
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        nemo_rl.Nothing  # noqa: B018


# -- the kit ---------------------------------------------------------------------------------------------


def test_the_launcher_enters_the_class_and_runs_the_script_with_its_arguments(monkeypatch, tmp_path):
    environments, pythons = {}, {}
    modules = {
        "nemo_rl": {},
        "nemo_rl.distributed": {},
        "nemo_rl.distributed.ray_actor_environment_registry": {"ACTOR_ENVIRONMENT_REGISTRY": pythons},
        "nemo_rl.distributed.virtual_cluster": {"PY_EXECUTABLES": SimpleNamespace(SYSTEM="python")},
        "nemo_rl.environments": {},
        "nemo_rl.environments.utils": {"register_env": environments.__setitem__},
    }
    for name, contents in modules.items():
        module = ModuleType(name)
        vars(module).update(contents)
        monkeypatch.setitem(sys.modules, name, module)
    script = tmp_path / "run_grpo.py"
    told = tmp_path / "told"
    script.write_text(f"import pathlib, sys; pathlib.Path({str(told)!r}).write_text(repr((__name__, sys.argv)))")
    monkeypatch.setattr(sys, "argv", ["sfr_nemo_rl.py", str(script), "--config", "c.yaml"])

    runpy.run_path(str(KIT / "sfr_nemo_rl.py"), run_name="__main__")

    assert (environments, pythons) == ({"sfr": PATH}, {PATH: "python"})
    assert repr(("__main__", [str(script), "--config", "c.yaml"])) == told.read_text()


def test_the_configuration_names_the_environment_its_settings_and_the_columns():
    yaml, rows = pytest.importorskip("yaml"), pytest.importorskip("sfr.data.trainer_rows")
    config = yaml.safe_load((KIT / "grpo_sfr.yaml").read_text(encoding="utf-8"))
    data, policy, grpo = config["data"], config["policy"], config["grpo"]

    assert (data["default"]["env_name"], data["default"]["prompt_file"]) == ("sfr", None)
    assert rows.TRAINERS["nemo-rl"].keys == {data["default"]["input_key"], data["default"]["output_key"]}
    assert {"ResponseDataset"} == {data[split]["dataset_name"] for split in ("train", "validation")}
    assert sfr.grader(**config["env"]["sfr"]).rewards == sfr.grader().rewards
    assert policy["train_global_batch_size"] == grpo["num_prompts_per_step"] * grpo["num_generations_per_prompt"]
    assert config["defaults"] == "grpo_math_1B.yaml"
