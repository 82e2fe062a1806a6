"""One worker to a folder."""

import json
import os
import subprocess
import sys

import pytest

from sfr.pipeline import locks
from sfr.pipeline.locks import BusyError, held, holder_of, is_held


@pytest.fixture
def orphan(tmp_path):
    """A process that has inherited the lock of a folder, which nobody else holds any more."""
    with held(tmp_path / "lock") as lock:
        lock.say("training of cm_1")
        process = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE, pass_fds=[lock.handle]
        )
    yield process
    process.communicate()


def gone():
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_lock_is_free_again_when_it_is_let_go(tmp_path):
    path = tmp_path / "lock"
    assert not is_held(path)
    for _ in range(2):
        with held(path):
            assert is_held(path)
    assert not is_held(path)


def test_a_lock_says_who_does_what(tmp_path):
    with held(tmp_path / "lock") as lock:
        lock.say("training of a stage with a long name")
        lock.say("measuring of cm_1")
    assert holder_of(tmp_path / "lock") == (os.getpid(), "measuring of cm_1")


def test_a_second_run_is_refused_and_told_of_the_first(tmp_path):
    with held(tmp_path / "lock") as lock:
        lock.say("training of cm_1")
        expected = (
            rf"another run works in this folder \(process {os.getpid()}, training of cm_1\); wait, or name another"
        )
        with pytest.raises(BusyError, match=expected), held(tmp_path / "lock"):
            pytest.fail("two have it")


def test_a_trainer_that_was_left_behind_is_told_of_with_what_to_do(tmp_path, orphan):
    said = {"process": gone(), "stage": "training of cm_1"}
    (tmp_path / "lock").write_text(json.dumps(said))
    assert is_held(tmp_path / "lock")
    expected = (
        "the trainer of a run that was killed still works on training of cm_1; wait until it has ended, or end it"
    )
    with pytest.raises(BusyError, match=expected), held(tmp_path / "lock"):
        pytest.fail("two have it")
    orphan.communicate()
    with held(tmp_path / "lock"):
        assert is_held(tmp_path / "lock")


@pytest.mark.parametrize("said", ["", "{", "[]", '{"process": 1}', '{"process": "x", "stage": "y"}'])
def test_a_lock_that_says_nothing_is_still_one(tmp_path, said):
    (tmp_path / "lock").write_text(said)
    assert holder_of(tmp_path / "lock") == (None, "something")
    with (
        held(tmp_path / "lock"),
        pytest.raises(BusyError, match="another run works in this folder"),
        held(tmp_path / "lock"),
    ):
        pytest.fail("two have it")


def test_a_process_of_somebody_else_is_there(monkeypatch):
    def refuse(process, signal):
        raise PermissionError

    monkeypatch.setattr(locks.os, "kill", refuse)
    assert locks._is_there(1)
