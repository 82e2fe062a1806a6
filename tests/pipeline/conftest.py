"""A run of the whole chain with the fake interpreter: made once, copied for tests that go on from it."""

import os
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from sfr import __version__
from sfr.cli import main
from sfr.pipeline.environments import environment_of
from sfr.pipeline.folders import RunFolder
from tests.pipeline import fakes
from tests.pipeline.chain import PROFILE, STAGES, Chain


def an_interpreter(folder):
    """A fake one that has what the environment of the CPU has."""
    return fakes.make(folder, {**environment_of("cpu").pins(), "sfr": __version__})


@pytest.fixture
def fake(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # what the kit of verl puts down for all runs is not for tests
    return an_interpreter(tmp_path / "environment")


@pytest.fixture
def run(fake, tmp_path):
    """``sfr pipeline run`` in this process, with the smoke profile, into a folder of the test."""

    def run(*options, folder=tmp_path / "run", profile=PROFILE, python=fake.python):
        words = ["pipeline", "run", profile, "-o", folder, "--python", python, *options]
        result = CliRunner().invoke(main, [str(word) for word in words], prog_name="sfr")
        assert "Traceback" not in result.output
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


@pytest.fixture
def start(fake, tmp_path):
    """As ``run``, in a process of its own, for those that are to be killed."""
    started = []

    def start(*options, folder=tmp_path / "run"):
        words = ["pipeline", "run", PROFILE, "-o", folder, "--python", fake.python, *options]
        with (tmp_path / "said.txt").open("w") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "sfr", *map(str, words)], stdout=said, stderr=subprocess.STDOUT, env=os.environ
            )
        started.append(process)
        return process

    yield start
    fake.go()  # none that waits stays behind
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """The folder of a run that is done; not to be written to."""
    folder = tmp_path_factory.mktemp("finished")
    fake = an_interpreter(folder / "environment")
    words = ["pipeline", "run", PROFILE, "-o", folder / "run", "--python", fake.python]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        result = CliRunner().invoke(main, [str(word) for word in words], prog_name="sfr", catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return Chain(RunFolder(folder / "run"), fake, result.output)


@pytest.fixture
def copied(finished, tmp_path):
    """A copy of the finished run in which all is as it was before a stage began."""

    def copied(before=None):
        target = tmp_path / "run"
        shutil.copytree(finished.run.path, target, symlinks=True)
        for stage in STAGES[STAGES.index(before) :] if before else ():
            shutil.rmtree(target / "stages" / stage)
        return RunFolder(target)

    return copied
