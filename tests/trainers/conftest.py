"""What the tests of trainers share: the commands of a kit's README, in a folder of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sfr.kits import kit_root

PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture(scope="session")
def shell():
    """Runs a line of a shell in a folder, up to a good or a bad end; what it printed."""

    def shell(folder, line, *, timeout=120, fails=False, **environment):
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=folder,
            env={**os.environ, "PATH": PATH, "HF_HUB_OFFLINE": "1", **environment},
            timeout=timeout,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) is fails, f"{line}\n{done.stdout[-6_000:]}"
        return done.stdout

    return shell


@pytest.fixture(scope="session")
def without_a_gpu():
    """The commands with which the README of a kit tries it without a GPU, but for the installation."""

    def without_a_gpu(trainer):
        text = (kit_root() / trainer / "README.md").read_text(encoding="utf-8")
        _, _, section = text.partition("\n## Try it without a GPU\n")
        block = re.search(r"```console\n(.*?)```", section, re.DOTALL)[1]
        lines = [line.removeprefix("$ ") for line in block.splitlines()]
        return [line for line in lines if "venv" not in line and not line.startswith("pip ")]

    return without_a_gpu


@pytest.fixture(scope="session")
def workshop(tmp_path_factory, shell, without_a_gpu):
    """A folder in which all of these commands were given, but for the last, which trains."""

    def workshop(trainer):
        folder = tmp_path_factory.mktemp(trainer)
        for line in without_a_gpu(trainer)[:-1]:
            shell(folder, line, timeout=300)
        return folder

    return workshop
