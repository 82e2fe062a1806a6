"""What the tests of trainers share: rows of the sample, and a tiny model for them, made as a newcomer would."""

import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent


@pytest.fixture(scope="session")
def command():
    """Runs a command of this environment in a folder, up to a good or a bad end; what it printed."""

    def command(folder, *words, timeout=120, environment=None, fails=False):
        done = subprocess.run(
            [BIN / words[0], *map(str, words[1:])],
            cwd=folder,
            env=environment,
            timeout=timeout,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) is fails, f"{words}\n{done.stdout[-6_000:]}"
        return done.stdout

    return command


@pytest.fixture(scope="session")
def workshop(tmp_path_factory, command):
    """Makes a folder with rows for a trainer and a model that knows them a little."""

    def workshop(trainer, suffix="jsonl"):
        folder = tmp_path_factory.mktemp(trainer)
        command(folder, "sfr", "samples", "--raw", "raw")
        command(folder, "sfr", "data", "build", "raw", "-o", "built")
        command(folder, "sfr", "data", "mix", "cm_3", "--from", "built", "-o", "mixed", "--scale", "0.001")
        export = ("sfr", "data", "export", "mixed/cm_3.jsonl", "--for", trainer, "-o", "rows")
        command(folder, *export, "--template", "short-records")
        command(folder, "python", "-m", "sfr.tiny", f"rows/cm_3.{suffix}", "-o", "tiny", timeout=300)
        return folder

    return workshop
