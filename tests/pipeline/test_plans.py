"""Plans: what would be done, before anything is."""

import pytest

from sfr.data.mixes import MixError
from sfr.pipeline import llamafactory, verl
from sfr.pipeline.folders import RunFolder
from sfr.pipeline.plans import plan_of
from sfr.pipeline.profiles import profile_of
from sfr.pipeline.recipes import RecipeError, value_at
from sfr.pipeline.stages import Way
from tests.pipeline.chain import PROFILE, STAGES, a_plan


def changed(**changes):
    """The smoke profile with other values."""
    values = profile_of(str(PROFILE)).model_dump(mode="json")
    return type(profile_of(str(PROFILE))).model_validate({**values, **changes})


def plan(folder, **changes):
    return plan_of(RunFolder(folder), changed(**changes), Way())


@pytest.mark.parametrize(
    ("recipe", "rows", "devices", "expected"),
    [
        ({"max_steps": 6, "num_train_epochs": 3}, 1_000, 1, 6),
        ({"per_device_train_batch_size": 8, "num_train_epochs": 1}, 1_000, 1, 125),
        ({"per_device_train_batch_size": 8, "num_train_epochs": 2.5}, 1_001, 1, 315),
        ({"per_device_train_batch_size": 4, "gradient_accumulation_steps": 4, "num_train_epochs": 1}, 1_281, 8, 11),
        ({"max_steps": -1}, 80, 1, 30),
    ],
)
def test_supervised_steps_count_begun_batches_of_all_devices(recipe, rows, devices, expected):
    assert llamafactory.steps(recipe, rows, devices) == expected


@pytest.mark.parametrize(
    ("trainer", "expected"),
    [({"total_training_steps": 30, "total_epochs": 9}, 30), ({"total_epochs": 3}, 27), ({"total_epochs": 1}, 9)],
)
def test_exploration_counts_whole_batches_alone(trainer, expected):
    assert verl.steps({"data": {"train_batch_size": 10}, "trainer": trainer}, 99, 8) == expected


def test_every_stage_begins_with_the_model_of_the_one_before(tmp_path):
    found = a_plan(tmp_path)
    assert [one.node.id for one in found.stages] == list(STAGES)
    models = [one.training.model for one in found.stages]
    assert models == [str(tmp_path / "base"), *(str(tmp_path / "stages" / name / "model") for name in STAGES[:-1])]
    assert [value_at(one.recipe, "model_name_or_path") for one in found.stages[:4]] == models[:4]
    assert [value_at(one.recipe, "actor_rollout_ref.model.path") for one in found.stages[4:]] == models[4:]


def test_the_seed_goes_to_all_trainers(tmp_path):
    found = a_plan(tmp_path, seed=7)
    assert {value_at(one.recipe, "seed") or value_at(one.recipe, "data.seed") for one in found.stages} == {7}


def test_nothing_is_written_by_a_plan(tmp_path):
    a_plan(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_the_steps_of_the_control_are_set_when_they_are_known(tmp_path):
    control = a_plan(tmp_path, way=Way(control=True)).stage("control")
    assert control.steps is None
    known = control.with_steps(42)
    assert (known.steps, known.recipe["max_steps"]) == (42, 42)
    assert "num_train_epochs" not in known.recipe


def test_a_stage_that_is_not_there_is_named_with_those_that_are(tmp_path):
    with pytest.raises(ValueError, match=r"no stage 'de_mixed' on this way; it has cm_1, .*, de_ee"):
        a_plan(tmp_path).stage("de_mixed")


def test_a_relative_folder_of_a_model_is_found_from_all_folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    assert plan(tmp_path, model={"path": "mine"}).stages[0].training.model == str(tmp_path / "mine")
    assert plan(tmp_path, model={"path": "Qwen/Qwen3-4B"}).stages[0].training.model == "Qwen/Qwen3-4B"


@pytest.mark.parametrize(
    "settings",
    [
        {"max_steps": "many"},
        {"max_steps": -1, "num_train_epochs": "two"},
        {"max_steps": -1, "per_device_train_batch_size": 0},
    ],
)
def test_steps_that_cannot_be_counted_are_refused_with_the_stage(tmp_path, settings):
    with pytest.raises(RecipeError, match="cm_1: expected numbers above 0 for its steps"):
        plan(tmp_path, stages={"cm_1": {"settings": settings}})


def test_rows_too_few_for_a_mixture_are_refused(tmp_path):
    with pytest.raises(MixError, match="cm_3: 2 rows are too few for its 3 parts"):
        plan(tmp_path, stages={"cm_3": {"rows": 2}})
    with pytest.raises(MixError, match="cm_2_dev: 1 rows are too few for its 2 parts"):
        plan(tmp_path, validation_rows=1)


def test_the_trainers_of_several_devices_are_started_for_all(tmp_path):
    found = a_plan(tmp_path, "qwen3-4b-8gpu", data=tmp_path)
    (tmp_path / "python").touch()
    supervised, exploration = found.stage("cm_1"), found.stage("de_ner")
    assert supervised.trainer.variables(supervised.training, tmp_path / "python", 1) == {"FORCE_TORCHRUN": "1"}
    command = exploration.trainer.command(exploration.training, tmp_path / "python")
    folder = exploration.folder.path
    expected = ["-m", "verl.trainer.main_ppo", "--config-dir", str(folder), "--config-name", "recipe"]
    assert command == [str(tmp_path / "python"), *expected]


def test_ray_gets_a_token_of_its_own_unless_there_is_one(tmp_path, monkeypatch):
    monkeypatch.delenv("RAY_AUTH_TOKEN", raising=False)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    one = a_plan(tmp_path).stage("de_ner")
    first, second = (one.trainer.variables(one.training, tmp_path, number) for number in (1, 2))
    assert first["VERL_FILE_LOGGER_PATH"] == str(one.folder.path / "steps-1.jsonl")
    assert first["RAY_AUTH_MODE"] == "token"
    assert first["RAY_AUTH_TOKEN"] != second["RAY_AUTH_TOKEN"]
    monkeypatch.setenv("RAY_AUTH_TOKEN", "mine")
    assert list(one.trainer.variables(one.training, tmp_path, 1)) == ["VERL_FILE_LOGGER_PATH"]
