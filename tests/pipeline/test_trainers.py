"""What the files of the trainers say: progress and curves, of half a line and of several attempts too."""

import json
from dataclasses import replace

import pytest

from sfr.pipeline import llamafactory, revisions, verl
from sfr.pipeline.folders import StageFolder
from sfr.pipeline.revisions import revision
from sfr.pipeline.training import Progress
from tests.pipeline import fakes
from tests.pipeline.chain import a_plan


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "training").mkdir()
    return StageFolder(tmp_path)


def written(path, *lines):
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))


def step(number, **data):
    return {"step": number, "data": data}


def test_before_anything_is_written_there_is_no_progress(folder):
    for trainer in (llamafactory, verl):
        assert trainer.progress(folder) == Progress()
        assert trainer.curve(folder) == []


def test_supervised_numbers_are_read_from_a_log_that_may_end_in_half_a_line(folder):
    written(
        folder.training / "trainer_log.jsonl",
        {"current_steps": 1, "total_steps": 6, "loss": 7.25},
        {"current_steps": 3, "total_steps": 6, "eval_loss": 5.5},
        {"current_steps": 3, "total_steps": 6, "loss": 6.5},
        {"current_steps": 6, "total_steps": 6, "epoch": 1.2},
        "[]",
        '{"current_steps": 7, "lo',
    )
    assert llamafactory.curve(folder) == [(1, {"loss": 7.25}), (3, {"eval_loss": 5.5, "loss": 6.5})]
    assert llamafactory.progress(folder) == Progress(6, 6, {"loss": 6.5, "eval_loss": 5.5})


def test_numbers_of_exploration_are_read_from_all_attempts_and_the_later_ones_count(folder):
    rewards = {"val-core/a/reward/mean@1": 0.25, "val-core/b/reward/mean@1": 0.75, "val-core/a/reward/std@1": 9}
    written(
        folder.path / "steps-1.jsonl",
        step(1, **{"critic/score/mean": -1.0, "response_length/mean": 20, "timing_s/step": 30.0}),
        step(2, **{"critic/score/mean": -0.9, "timing_s/step": 3.0}),
        '{"step": 3, "da',
    )
    written(folder.path / "steps-2.jsonl", step(2, **{"critic/score/mean": -0.5, "timing_s/step": 4.0, **rewards}))
    written(folder.path / "steps-10.jsonl", step(3, **{"critic/score/mean": 0.5, "timing_s/step": 2.0}))
    assert verl.curve(folder) == [
        (1, {"reward": -1.0, "length": 20, "seconds": 30.0}),
        (2, {"reward": -0.5, "seconds": 4.0, "validation": 0.5}),
        (3, {"reward": 0.5, "seconds": 2.0}),
    ]
    assert verl.progress(folder) == Progress(3, None, {"reward": 0.5})


@pytest.mark.parametrize(("best", "expected"), [(True, "global_step_1"), (False, "global_step_3")])
def test_exploration_hands_on_the_best_checkpoint_or_the_last(tmp_path, best, expected):
    training = a_plan(tmp_path).stage("de_ner").training
    training = replace(training, profile=training.profile.model_copy(update={"best": best}))
    for number in (1, 2, 3):
        checkpoint = training.folder.training / f"global_step_{number}"
        fakes.archive(checkpoint / "data.pt")
        fakes.model(checkpoint / "actor" / "huggingface", number)
    rewards = {1: 0.5, 2: 0.4, 3: 0.1}
    lines = [step(number, **{"val-core/a/reward/mean@1": reward}) for number, reward in rewards.items()]
    written(training.folder.path / "steps-1.jsonl", *lines)
    assert verl.model(training).parts[-3:] == (expected, "actor", "huggingface")


def test_the_time_of_a_run_that_went_on_is_that_of_all_its_steps(tmp_path):
    training = a_plan(tmp_path).stage("sa").training
    training.folder.training.mkdir(parents=True)
    written(training.folder.training / "trainer_log.jsonl", {"current_steps": 6, "total_steps": 6})
    (training.folder.training / "train_results.json").write_text('{"train_runtime": 2.0}')
    assert [llamafactory.seconds(training, first) for first in (0, 3, 6)] == [2.0, 4.0, 2.0]


# -- the state of the sources ---------------------------------------------------------------------


def test_the_commit_of_a_checkout_is_known_with_a_sign_for_changes(monkeypatch):
    said = {"rev-parse": "abc", "ls-files": "revisions.py", "status": " M a"}
    monkeypatch.setattr(revisions, "_git", lambda folder, *words: said[words[0]])
    assert revision() == "abc+"
    said["status"] = ""
    assert revision() == "abc"
    said["ls-files"] = ""
    assert revision() is None


def test_without_git_there_is_no_commit(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert revision() is None
