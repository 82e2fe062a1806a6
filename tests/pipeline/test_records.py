"""What is written down of a stage, and how it stands by that."""

import json
import shutil

import pytest

from sfr.pipeline.folders import RunFolder, StageFolder
from sfr.pipeline.plans import plan_of
from sfr.pipeline.processes import Ended
from sfr.pipeline.profiles import profile_of
from sfr.pipeline.records import (
    begin_attempt,
    changes,
    clear_failure,
    end_attempt,
    last_attempt,
    made_from,
    model_files,
    put_away,
    read_begun,
    read_failure,
    signatures,
    spent,
    spent_by,
    state_of,
    write_begun,
    write_failure,
)
from sfr.pipeline.stages import Way
from tests.pipeline import fakes
from tests.pipeline.chain import PROFILE, a_plan

WANTED = {"recipe": {"seed": 0, "rate": 0.1}, "rows": {"a": "1"}}


@pytest.fixture
def folder(tmp_path):
    found = StageFolder(tmp_path / "stages" / "cm_1")
    found.path.mkdir(parents=True)
    return found


def test_a_stage_is_new_then_begun_then_done(finished, copied):
    stage = copied().stage("cm_1")
    wanted = read_begun(stage)
    assert state_of(stage, wanted) == "done"
    stage.manifest.unlink()
    assert state_of(stage, wanted) == "begun"
    stage.begun.unlink()
    assert state_of(stage, wanted) == "new"
    assert read_begun(stage) is None


def test_a_stage_made_from_something_else_is_another(folder):
    write_begun(folder, WANTED)
    assert state_of(folder, WANTED) == "begun"
    assert state_of(folder, {**WANTED, "rows": {"a": "2"}}) == "other"


def test_a_done_stage_made_from_something_else_is_another(copied):
    stage = copied().stage("cm_1")
    assert state_of(stage, {**read_begun(stage), "versions": {}}) == "other"


@pytest.mark.parametrize("harm", ["cut", "gone", "changed"])
def test_a_model_that_is_not_the_one_written_is_damaged(copied, harm):
    stage = copied().stage("cm_1")
    path = stage.model / "model.safetensors"
    whole = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(whole[:-5] if harm == "cut" else whole[:-1] + b"x")
    assert state_of(stage, read_begun(stage)) == "damaged"


def test_what_another_version_made_holds(copied, monkeypatch):
    stage = copied().stage("cm_1")
    wanted = read_begun(stage)
    monkeypatch.setattr("sfr.data.manifests.__version__", "99")
    assert state_of(stage, wanted) == "done"


def test_changes_are_told_value_by_value():
    now = {"recipe": {"seed": 1, "new": [1, (2, 3)]}, "rows": {"a": "x" * 100}}
    assert list(changes(WANTED, now)) == [
        "recipe.new: nothing, now [1, [2, 3]]",
        "recipe.rate: 0.1, now nothing",
        "recipe.seed: 0, now 1",
        f"rows.a: 1, now ...{'x' * 60}",
    ]
    assert list(changes(WANTED, WANTED)) == []


def test_what_a_stage_is_made_from_names_no_place(tmp_path):
    for where in ("here", "there"):
        (tmp_path / where / "rows").mkdir(parents=True)
    found = []
    for where in ("here", "there"):
        planned = a_plan(tmp_path / where).stage("de_re")
        planned.rows.train.parent.mkdir(parents=True)
        planned.rows.train.touch()
        planned.rows.validation.touch()
        found.append(made_from(RunFolder(tmp_path / where), planned, {}, {}))
    assert found[0] == found[1]
    assert str(tmp_path) not in json.dumps(found[0])
    assert found[0]["recipe"]["data"]["train_files"] == "RUN/data/rows/concise/de_re.parquet"
    assert found[0]["recipe"]["trainer"]["default_local_dir"] == "RUN/stages/de_re/training"


def test_a_model_of_one_s_own_can_be_moved(finished, tmp_path):
    values = profile_of(str(PROFILE)).model_dump(mode="json")
    found = []
    for where in ("here", "there"):
        fakes.model(tmp_path / where, "base")
        profile = type(profile_of(str(PROFILE))).model_validate({**values, "model": {"path": str(tmp_path / where)}})
        planned = plan_of(finished.run, profile, Way()).stages[0]
        found.append(made_from(finished.run, planned, {}, {}))
    assert found[0] == found[1]
    assert found[0]["recipe"]["model_name_or_path"] == "MODEL"


def test_only_exploration_has_rewards(tmp_path):
    plan = a_plan(tmp_path)
    assert signatures(plan.stage("sa")) == {}
    assert list(signatures(plan.stage("de_re"))) == ["re"]


def test_the_files_of_a_model_are_those_that_make_it_up(tmp_path):
    fakes.model(tmp_path, "a")
    for name in ("trainer_state.json", "all_results.json", "train_results.json", "training_args.bin", "README.md"):
        (tmp_path / name).touch()
    assert list(model_files(tmp_path)) == [
        "chat_template.jinja",
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    ]


def test_attempts_are_counted_and_the_last_one_tells_what_it_took(folder):
    assert begin_attempt(folder, 0) == 1
    assert begin_attempt(folder, 3) == 2
    assert last_attempt(folder) == (2, 3)
    end_attempt(folder, 2, Ended(0, 12.5, 1_000))
    assert spent(folder) == {"attempts": 2, "seconds": 12.5, "memory": 1_000}


def test_what_came_of_a_stage_is_known_when_it_is_done(finished, folder):
    assert spent_by(folder) is None
    assert spent_by(finished.run.stage("sa"))["steps"] == 6


def test_a_failure_is_kept_until_it_is_forgotten(folder):
    assert read_failure(folder) is None
    write_failure(folder, "ValueError: no")
    assert read_failure(folder) == "ValueError: no"
    clear_failure(folder)
    clear_failure(folder)
    assert read_failure(folder) is None


def test_a_stage_is_put_away_beside_those_put_away_before(folder):
    for number in (1, 2):
        folder.path.mkdir(exist_ok=True)
        put_away(folder)
        assert folder.path.with_name(f"cm_1~{number}").is_dir()
    assert not folder.path.exists()
    put_away(folder)
    shutil.rmtree(folder.path.parent)
