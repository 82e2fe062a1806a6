"""Runs that are killed, disks that are full, files that are damaged: what is said, and that work goes on from there."""

import errno
import json
import os
import resource
import shutil
import signal
import time
from contextlib import contextmanager

import psutil
import pytest
from click.testing import CliRunner

from sfr import __version__
from sfr.cli import main
from sfr.pipeline import working
from sfr.pipeline.environments import environment_of, place_of
from sfr.pipeline.folders import RunFolder
from sfr.pipeline.states import state_of_run
from tests.pipeline import fakes
from tests.pipeline.chain import PROFILE, STAGES, outputs, result

SUPERVISED, EXPLORATION = STAGES[:4], STAGES[4:]
LAST = {**dict.fromkeys(SUPERVISED, 6), **dict.fromkeys(EXPLORATION, 3)}


def a_step_after_a_checkpoint(stage):
    """A step before which there is a checkpoint, and which is not the last; and the one that is gone on from."""
    return (5, 3) if stage in SUPERVISED else (3, 2)


def ended(pid):
    """Wait for the end of a process that is not a child of this one."""
    end = time.monotonic() + 30
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end, "the process goes on"
        time.sleep(0.02)


def trained_from(fake, stage):
    """The steps that the attempts of a stage began after."""
    return [call["step"] for call in fake.calls() if call["what"] == f"train {stage}"]


def state(run, stage):
    return next(one for one in state_of_run(run).stages if one.name == stage)


# -- kills ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_run_whose_trainer_goes_on_is_not_disturbed_and_goes_on_from_its_checkpoint(  # noqa: PLR0913, PLR0917 - fixtures
    stage, run, start, fake, copied, finished
):
    folder = copied(stage)
    step, checkpoint = a_step_after_a_checkpoint(stage)
    fake.fault(**{stage: {"step": step, "do": "wait"}})
    process = start("--only", stage)
    trainer = fake.waiting(stage, alive=lambda: process.poll() is None)
    process.kill()
    process.wait()

    refused = run("--only", stage)
    assert refused.exit_code == 1
    assert (
        f"the trainer of a run that was killed still works on training of {stage}; wait until it has" in refused.output
    )
    assert psutil.pid_exists(trainer)
    assert state(folder, stage).doing == "at work"

    os.kill(trainer, signal.SIGKILL)
    ended(trainer)
    assert state(folder, stage).doing == "stopped"
    fake.fault()
    found = run("--only", stage)
    assert found.exit_code == 0, found.output
    assert f"{stage} goes on from step {checkpoint}" in found.output
    assert trained_from(fake, stage) == [0, checkpoint]
    assert outputs(folder, stage) == outputs(finished.run, stage)
    spent = result(folder, stage)
    assert (spent["attempts"], spent["step_seconds"]) == (2, result(finished.run, stage)["step_seconds"])


@pytest.mark.parametrize("stage", ["cm_1", "de_re"])
def test_a_trainer_that_came_to_its_end_alone_is_not_started_again(stage, run, start, fake, copied, finished):  # noqa: PLR0913, PLR0917 - fixtures
    folder = copied(stage)
    fake.fault(**{stage: {"step": 2, "do": "wait"}})
    process = start("--only", stage)
    trainer = fake.waiting(stage, alive=lambda: process.poll() is None)
    process.kill()
    process.wait()
    fake.go()
    ended(trainer)
    found = run("--only", stage)
    assert found.exit_code == 0, found.output
    assert f"{stage} had all its steps, and is written down" in found.output
    assert trained_from(fake, stage) == [0]
    assert outputs(folder, stage) == outputs(finished.run, stage)
    spent = result(folder, stage)
    assert (spent["steps"], spent["step_seconds"]) == (LAST[stage], result(finished.run, stage)["step_seconds"])


@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_trainer_is_told_of_and_goes_on_from_its_checkpoint(stage, run, fake, copied, finished):
    folder = copied(stage)
    step, checkpoint = a_step_after_a_checkpoint(stage)
    fake.fault(**{stage: {"step": step, "do": "kill"}})
    found = run("--only", stage)
    assert found.exit_code == 1
    assert f"{stage}: training failed:\nit was ended by signal 9, for want of memory perhaps" in found.output
    assert f"all that was said is in {folder.stage(stage).log}" in found.output
    assert state(folder, stage).doing == "failed"
    assert "signal 9" in state(folder, stage).failure

    fake.fault()
    assert run("--only", stage).exit_code == 0
    assert trained_from(fake, stage) == [0, checkpoint]
    assert outputs(folder, stage) == outputs(finished.run, stage)
    assert state(folder, stage).failure is None


@pytest.mark.parametrize("stage", ["cm_1", "de_ner"])
def test_a_trainer_killed_before_its_first_checkpoint_begins_anew(stage, run, fake, copied, finished):
    folder = copied(stage)
    fake.fault(**{stage: {"step": 1, "do": "kill"}})
    assert run("--only", stage).exit_code == 1
    fake.fault()
    assert run("--only", stage).exit_code == 0
    assert trained_from(fake, stage) == [0, 0]
    assert outputs(folder, stage) == outputs(finished.run, stage)


def test_a_trainer_killed_while_it_writes_its_model_writes_it_again(run, fake, copied, finished):
    folder = copied("cm_2")
    fake.fault(cm_2={"step": "end", "do": "kill"})
    assert run("--only", "cm_2").exit_code == 1
    fake.fault()
    assert run("--only", "cm_2").exit_code == 0
    assert trained_from(fake, "cm_2") == [0, 6]
    assert outputs(folder, "cm_2") == outputs(finished.run, "cm_2")


def test_a_run_killed_while_it_measures_measures_again_and_trains_nothing(run, start, fake, copied, finished):
    folder = copied("sa")
    fake.fault(sa_measured={"step": 20, "do": "wait"})
    process = start("--only", "sa")
    extractor = fake.waiting("sa_measured", alive=lambda: process.poll() is None)
    process.kill()
    process.wait()
    assert "still works on measuring of sa" in run("--only", "sa").output
    os.kill(extractor, signal.SIGKILL)
    ended(extractor)
    fake.forget()
    found = run("--only", "sa")
    assert found.exit_code == 0, found.output
    assert fake.asked() == ["measure sa"]
    assert folder.stage("sa").scores.read_bytes() == finished.run.stage("sa").scores.read_bytes()


def test_what_was_begun_with_other_settings_is_measured_from_the_beginning(run, fake, copied, tmp_path):
    folder = copied("cm_1")
    fake.fault(cm_1_measured={"step": 20, "do": "kill"})
    assert run("--only", "cm_1").exit_code == 1
    assert folder.stage("cm_1").predictions.with_name("predictions.jsonl.partial").exists()
    fake.forget()
    text = PROFILE.read_text().replace("max_tokens: 32", "max_tokens: 16")
    (tmp_path / "other.yaml").write_text(text)
    found = run("--only", "cm_1", profile=tmp_path / "other.yaml")
    assert found.exit_code == 0, found.output
    (call,) = [call for call in fake.calls() if call["what"] == "measure cm_1"]
    assert call["again"] is True


def test_a_measuring_that_was_begun_is_gone_on_with(run, fake, copied):
    copied("cm_1")
    fake.fault(cm_1_measured={"step": 20, "do": "kill"})
    assert run("--only", "cm_1").exit_code == 1
    fake.forget()
    assert run("--only", "cm_1").exit_code == 0
    (call,) = fake.calls()
    assert call == {"what": "measure cm_1", "again": False}


@pytest.mark.parametrize("seconds", [0.2, 0.6])
def test_a_run_killed_while_it_makes_data_makes_the_same(seconds, run, start, fake, finished, tmp_path):  # noqa: PLR0913, PLR0917 - fixtures
    process = start("--only", "cm_1")
    end = time.monotonic() + 30
    while not (tmp_path / "run" / "run.json").exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    time.sleep(seconds)
    process.kill()
    process.wait()
    fake.forget()
    found = run("--only", "cm_1")
    while "still works" in found.output:  # on the base model, say
        time.sleep(0.2)
        found = run("--only", "cm_1")
    assert found.exit_code == 0, found.output
    for name in ("evaluation.jsonl", "mixed/cm_1.jsonl", "rows/full/cm_1.jsonl", "rows/concise/de_ee.parquet"):
        made, expected = (folder / "data" / name for folder in (tmp_path / "run", finished.run.path))
        assert made.read_bytes() == expected.read_bytes(), name


def test_a_killed_making_of_the_model_is_made_again(run, fake, copied, finished):
    folder = copied("cm_1")
    shutil.rmtree(folder.base)
    fake.fault(base={"step": "end", "do": "kill"})
    assert "the model: making failed:\nit was ended by signal 9" in run("--only", "cm_1").output
    fake.fault()
    assert run("--only", "cm_1").exit_code == 0
    assert outputs(folder, "cm_1") == outputs(finished.run, "cm_1")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["interrupted", "told to end"])
def test_a_run_that_is_stopped_ends_its_trainer_and_says_how_to_go_on(how, start, fake, copied, tmp_path, run):  # noqa: PLR0913, PLR0917 - fixtures
    copied("cm_1")
    fake.fault(cm_1={"step": 5, "do": "wait"})
    process = start("--only", "cm_1")
    trainer = fake.waiting("cm_1", alive=lambda: process.poll() is None)
    process.send_signal(how)
    assert process.wait(30) == 130
    ended(trainer)
    said = (tmp_path / "said.txt").read_text()
    assert "stopped; what was done stays, and the same command goes on from there" in said
    assert "Traceback" not in said
    fake.fault()
    assert "cm_1 goes on from step 3" in run("--only", "cm_1").output


def test_a_run_killed_before_it_wrote_down_a_model_does_so_then(run, fake, copied, monkeypatch, finished):
    folder = copied("de_ee")

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(working, "write_manifest", killed)
        assert run("--only", "de_ee").exit_code == 130
    assert state(folder, "de_ee").doing == "stopped"
    assert run("--only", "de_ee").exit_code == 0
    assert trained_from(fake, "de_ee") == [0]
    assert outputs(folder, "de_ee") == outputs(finished.run, "de_ee")


# -- errors of trainers ---------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["cm_1", "de_ner"])
def test_an_error_of_a_trainer_is_told_in_its_own_words(stage, run, fake, copied):
    folder = copied(stage)
    fake.fault(**{stage: {"step": 2, "do": "fail"}})
    found = run("--only", stage)
    assert found.exit_code == 1
    error = "RuntimeError: The size of tensor a (3) must match the size of tensor b (4)"
    assert found.output.endswith(
        f"Error: {stage}: training failed:\n{error}\nall that was said is in {folder.stage(stage).log}\n"
    )
    assert state(folder, stage).failure == error


def test_an_error_of_an_earlier_attempt_is_not_told_again(run, fake, copied):
    copied("cm_1")
    fake.fault(cm_1={"step": 2, "do": "fail"})
    assert "The size of tensor a" in run("--only", "cm_1").output
    fake.fault(cm_1={"step": 2, "do": "kill"})
    found = run("--only", "cm_1")
    assert "it was ended by signal 9" in found.output
    assert "The size of tensor a" not in found.output


def test_rows_that_are_not_as_they_must_be_stop_a_stage_before_it_trains(run, fake, copied):
    folder = copied("de_ner")
    fake.fault(de_ner_checked={"step": "end", "do": "fail"})
    found = run("--only", "de_ner")
    assert "de_ner: checking its rows failed:\nRuntimeError" in found.output
    assert state(folder, "de_ner").doing == "failed"
    assert trained_from(fake, "de_ner") == []


def test_a_trainer_that_ends_well_without_a_model_is_told_of(run, fake, copied, monkeypatch):
    folder = copied("cm_1")
    monkeypatch.setattr("sfr.pipeline.llamafactory.damage_of", lambda *_: "there is no config.json")
    found = run("--only", "cm_1")
    assert "LLaMAFactory ended without a whole model in" in found.output
    assert "there is no config.json" in found.output
    assert state(folder, "cm_1").doing == "failed"


def test_exploration_that_ends_without_a_checkpoint_is_told_of(run, copied, monkeypatch):
    copied("de_ner")
    monkeypatch.setattr("sfr.pipeline.verl.damage_of", lambda *_: "there is no config.json")
    found = run("--only", "de_ner")
    assert "verl ended without a whole checkpoint in" in found.output


# -- disks ----------------------------------------------------------------------------------------


def test_a_disk_that_is_full_for_the_trainer_is_told_of_and_gone_on_from(run, fake, copied, finished):
    folder = copied("cm_1")
    fake.fault(cm_1={"step": 5, "do": "full"})
    found = run("--only", "cm_1")
    assert "OSError: [Errno 28] No space left on device" in found.output
    fake.fault()
    assert run("--only", "cm_1").exit_code == 0
    assert trained_from(fake, "cm_1") == [0, 3]
    assert outputs(folder, "cm_1") == outputs(finished.run, "cm_1")


@contextmanager
def files_no_larger_than(size):
    """What a full disk is for what this process writes, without one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("size", [1, 20_000])
def test_a_disk_that_is_full_for_this_program_is_told_of_and_gone_on_from(size, run, tmp_path, finished):
    with files_no_larger_than(size):
        found = run("--only", "cm_1")
    assert found.exit_code == 1
    assert "File too large; what was done stays, and the same command goes on from there" in found.output
    assert not list(tmp_path.rglob("*.part"))
    found = run("--only", "cm_1")
    assert found.exit_code == 0, found.output
    assert outputs(RunFolder(tmp_path / "run"), "cm_1") == outputs(finished.run, "cm_1")


def test_a_failure_that_cannot_be_written_down_is_told_all_the_same(run, fake, copied, monkeypatch):
    copied("cm_1")
    fake.fault(cm_1={"step": 5, "do": "full"})

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(working, "write_failure", full)
    assert "cm_1: training failed:\nOSError: [Errno 28] No space left on device" in run("--only", "cm_1").output


def test_a_folder_that_cannot_be_written_to_is_told_of(run, tmp_path):
    (tmp_path / "run").symlink_to("/proc/self/nothing")
    found = run()
    assert found.exit_code in {1, 2}
    assert "run" in found.output


# -- damage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["cm_1", "de_ner"])
def test_half_a_checkpoint_is_put_aside_and_the_one_before_is_gone_on_from(stage, run, fake, copied, finished):
    folder = copied(stage)
    before, last = (3, 6) if stage == "cm_1" else (1, 2)
    fake.fault(**{stage: {"step": f"checkpoint {last}", "do": "half"}})
    assert run("--only", stage).exit_code == 1
    fake.fault()
    found = run("--only", stage)
    assert found.exit_code == 0, found.output
    name = f"checkpoint-{last}" if stage == "cm_1" else f"global_step_{last}"
    assert f"{stage}: {name} is damaged and kept as damaged-1-{name}: model.safetensors: expected" in found.output
    assert (folder.stage(stage).path / f"damaged-1-{name}" / "WHY.txt").is_file()
    assert trained_from(fake, stage) == [0, before]
    assert outputs(folder, stage) == outputs(finished.run, stage)


@pytest.mark.parametrize(
    ("stage", "name"),
    [("cm_1", "checkpoint-3/optimizer.pt"), ("de_ner", "global_step_1/actor/optim_world_size_1_rank_0.pt")],
)
def test_a_checkpoint_that_is_the_only_one_and_damaged_is_kept_while_training_begins_anew(
    stage, name, run, fake, copied
):
    folder = copied(stage)
    fake.fault(**{stage: {"step": 4 if stage == "cm_1" else 2, "do": "kill"}})
    assert run("--only", stage).exit_code == 1
    path = folder.stage(stage).training / name
    path.write_bytes(path.read_bytes()[:-20])
    fake.fault()
    assert run("--only", stage).exit_code == 0
    assert trained_from(fake, stage) == [0, 0]
    assert (folder.stage(stage).path / f"damaged-1-{name.partition('/')[0]}").is_dir()


@pytest.mark.parametrize("stage", ["cm_1", "de_re"])
def test_a_damaged_model_of_a_stage_that_is_done_is_told_of(stage, run, fake, copied, finished):
    folder = copied()
    path = folder.stage(stage).model / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-3])
    found = run()
    assert found.exit_code == 1
    assert (
        f"{stage}: the model in {folder.stage(stage).model} is not the one that was written; --again {stage} "
        in found.output
    )
    assert fake.asked() == []
    assert run("--again", stage).exit_code == 0
    assert outputs(folder, stage) == outputs(finished.run, stage)


def test_a_damaged_base_model_is_made_again(run, fake, copied):
    folder = copied()
    (folder.base / "model.safetensors").write_bytes(b"")
    assert run().exit_code == 0
    assert fake.asked() == ["make base"]


# -- environments ---------------------------------------------------------------------------------


def called(*words):
    result = CliRunner().invoke(main, ["pipeline", "run", *map(str, words)], prog_name="sfr")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


@pytest.mark.parametrize("more", [[], ["--environments", "elsewhere"]])
def test_a_missing_environment_says_how_it_is_made(tmp_path, monkeypatch, more):
    monkeypatch.chdir(tmp_path)
    found = called(PROFILE, "-o", "run", *more)
    place = "elsewhere" if more else "environments"
    assert found.exit_code == 1
    assert f"there is no environment cpu in {place}" in found.output
    assert f"sfr pipeline install {' '.join([str(PROFILE), *more])} makes what is wanted" in found.output
    assert not (tmp_path / "run").exists()


def test_an_environment_that_was_made_is_used(tmp_path, fake, copied):
    copied("cm_1")
    place = place_of(environment_of("cpu"), tmp_path / "made")
    place.mkdir(parents=True)
    (place / "bin").symlink_to(fake.python.parent)
    (place / "environment.json").write_text(json.dumps({"sfr": {"version": __version__}}))
    found = called(PROFILE, "-o", tmp_path / "run", "--environments", tmp_path / "made", "--only", "cm_1")
    assert found.exit_code == 0, found.output
    assert fake.asked()[-1] == "measure cm_1"


def test_an_interpreter_that_lacks_libraries_is_told_which(tmp_path):
    other = fakes.make(tmp_path / "bare", {"torch": "2.0.0"})
    found = called(PROFILE, "-o", tmp_path / "run", "--python", other.python)
    assert f"{other.python}: expected torch 2.13.0, found 2.0.0" in found.output
    assert f"{other.python}: expected llamafactory 0.9.5, found none" in found.output
    assert f"sfr pipeline install {PROFILE} makes what is wanted" in found.output
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["none", "text"])
def test_what_is_no_interpreter_is_told_of(tmp_path, name):
    (tmp_path / "text").write_text("no program")
    found = called(PROFILE, "-o", tmp_path / "run", "--python", tmp_path / name)
    assert f"{tmp_path / name}: expected a Python interpreter" in found.output


def test_an_interpreter_of_an_unknown_kind_is_refused(tmp_path):
    found = called(PROFILE, "-o", tmp_path / "run", "--python", "tuning=/usr/bin/python")
    assert found.exit_code == 2
    assert "'tuning=/usr/bin/python' is not PATH, supervised=PATH or exploration=PATH" in found.output


def test_each_kind_of_stage_may_have_its_own_interpreter(tmp_path, fake, copied):
    copied("sa")
    other = fakes.make(tmp_path / "other", json.loads((fake.folder / "installed.json").read_text())["installed"])
    words = ["--python", f"supervised={fake.python}", "--python", f"exploration={other.python}"]
    found = called(PROFILE, "-o", tmp_path / "run", *words, "--from", "sa")
    assert found.exit_code == 0, found.output
    assert [fake.asked()[1], other.asked()[1]] == ["train sa", "train de_ner"]


# -- folders --------------------------------------------------------------------------------------


def test_a_folder_without_data_sets_says_how_they_are_made(run, tmp_path, fake):
    (tmp_path / "data").mkdir()
    found = run("--data", tmp_path / "data")
    assert found.exit_code == 1
    assert f"{tmp_path / 'data'} holds no train rows of ner; build some first: sfr data build RAW" in found.output
    assert fake.asked() == []


def test_data_that_lack_a_task_are_told_of(run, tmp_path, finished, fake):
    shutil.copytree(finished.run.built, tmp_path / "data")
    shutil.rmtree(tmp_path / "data" / "newswire_ee")
    assert "holds no train rows of ee" in run("--data", tmp_path / "data").output
    found = run("--data", tmp_path / "data", "--without", "sa", "--without", "de", folder=tmp_path / "other")
    assert "holds no train rows of ee" in found.output
    assert fake.asked() == []


def test_a_folder_that_holds_something_else_is_left_alone(run, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").touch()
    found = run()
    assert found.exit_code == 1
    assert f"{tmp_path / 'run'} holds thesis.txt and is no run; name another folder" in found.output
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["lock", "thesis.txt"]


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "\xff"])
def test_a_run_that_cannot_be_read_is_told_of(run, copied, text):
    folder = copied()
    folder.about.write_bytes(text.encode("latin-1"))
    found = run()
    assert found.exit_code == 1
    assert f"{folder.about}: expected" in found.output
    assert "name another folder" in found.output
    assert folder.about.read_bytes() == text.encode("latin-1")


def test_another_seed_profile_or_data_is_another_run(run, copied, tmp_path, finished):
    folder = copied()
    before = folder.about.read_bytes()
    (tmp_path / "other.yaml").write_text(PROFILE.read_text().replace("name: smoke", "name: other"))
    for found, said in (
        (run("--seed", "3"), "seed: 0, now 3"),
        (run(profile=tmp_path / "other.yaml"), "profile: smoke, now other"),
        (run("--data", finished.run.built), "data: nothing, now "),
    ):
        assert found.exit_code == 1
        assert f"is another run: {said}" in found.output
        assert "name another folder" in found.output
    assert folder.about.read_bytes() == before


def test_two_runs_in_one_folder_do_not_meet(run, start, fake, copied):
    folder = copied("cm_1")
    fake.fault(cm_1={"step": 2, "do": "wait"})
    process = start("--only", "cm_1")
    fake.waiting("cm_1", alive=lambda: process.poll() is None)
    found = run("--only", "cm_1")
    assert found.exit_code == 1
    assert (
        f"another run works in this folder (process {process.pid}, training of cm_1); wait, or name another"
        in found.output
    )
    assert state_of_run(folder).at_work == "training of cm_1"
    fake.go()
    assert process.wait(60) == 0
    assert trained_from(fake, "cm_1") == [0]
    assert run("--only", "cm_1").exit_code == 0


def test_rows_that_cannot_be_written_are_told_of(run, copied):
    folder = copied("cm_1")
    (folder.rows / "full" / "cm_1.jsonl.manifest.json").unlink()
    found = run("--only", "cm_1")
    assert found.exit_code == 1
    assert "Error: cm_1: " in found.output
    assert "cm_1.jsonl holds something else" in found.output


def test_data_that_cannot_be_read_are_told_of(run, tmp_path, finished):
    shutil.copytree(finished.run.built, tmp_path / "data")
    (tmp_path / "data" / "newswire_ner" / "train.jsonl").write_text("no row\n")
    found = run("--data", tmp_path / "data")
    assert found.exit_code == 1
    assert "train.jsonl" in found.output
