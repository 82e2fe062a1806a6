"""How the tests of the command line call it, and the files that they hand to it."""

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from sfr.cli import main

# What makes a terminal of a pipe, or takes the colour from a terminal.
TERMINAL_VARIABLES = (
    "COLORTERM",
    "COLUMNS",
    "FORCE_COLOR",
    "LINES",
    "NO_COLOR",
    "TTY_COMPATIBLE",
    "TTY_INTERACTIVE",
)


@pytest.fixture
def sfr(monkeypatch):
    """Runs a command in this process; the result has exit_code, stdout, stderr and exception."""
    for name in TERMINAL_VARIABLES:
        monkeypatch.delenv(name, raising=False)

    def run(*arguments):
        return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="sfr")

    return run


@pytest.fixture
def environment():
    """Variables for a process of its own, with nothing said about terminals."""
    kept = {name: value for name, value in os.environ.items() if name not in TERMINAL_VARIABLES}
    return kept | {"TERM": "xterm-256color", "PYTHONWARNINGS": "error", "PYTHONUTF8": "1"}


@pytest.fixture
def sfr_process(environment):
    """Runs a command in a process of its own; its output is bytes."""

    def run(*arguments, stdin=subprocess.DEVNULL, text=None):
        command = [sys.executable, "-m", "sfr", *(str(argument) for argument in arguments)]
        given = {"input": text} if text is not None else {"stdin": stdin}
        return subprocess.run(command, **given, capture_output=True, env=environment, timeout=60, check=False)

    return run


@pytest.fixture
def write(tmp_path):
    """Writes a file of rows: objects, or lines as they are."""

    def write(*rows, name="rows.jsonl"):
        path = tmp_path / name
        lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        return path

    return write


@pytest.fixture
def read():
    """The objects in the lines of a file; a constant that JSON does not know is an error."""

    def refuse(constant):
        pytest.fail(f"not JSON: {constant}")

    def read(path):
        return [json.loads(line, parse_constant=refuse) for line in path.read_bytes().splitlines()]

    return read
