"""Commands that are loaded when they are asked for."""

import subprocess
import sys
from pathlib import Path

import pytest


def without(modules, *arguments):
    """Run a command in a process in which some libraries are not installed."""
    missing = "".join(f"sys.modules[{module!r}] = None; " for module in modules)
    program = f"import sys; {missing}from sfr.cli import main; main({list(arguments)!r}, 'sfr')"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)


def test_the_list_of_commands_does_without_any_extra():
    result = without(["pydantic", "yaml", "numpy", "jinja2", "vl_convert", "openai", "tabulate"], "--help")
    assert result.returncode == 0
    assert result.stderr == ""
    assert "generate  (takes pydantic: python -m pip install 'sfr[generate]')" in result.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["-x", "--url", "y"], []])
def test_a_command_without_its_library_says_what_to_install_whatever_it_is_asked(arguments):
    result = without(["pydantic"], "generate", *arguments)
    assert result.returncode == 1
    assert result.stderr == "Error: sfr generate takes pydantic: python -m pip install 'sfr[generate]'\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is full")
@pytest.mark.parametrize("options", [["--format", "json"], ["--show", "scores"]])
def test_a_full_disk_under_what_is_shown_ends_with_one_line(options, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": "a", "task": "ner", "gold": {"x": ["y"]}, "output": "{}"}\n')
    command = [sys.executable, "-m", "sfr", "evaluate", str(rows), "--draws", "0", *options]
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert result.returncode == 1
    assert result.stderr == "Error: [Errno 28] No space left on device\n"


def test_scoring_loads_no_other_command():
    program = "import sys; from sfr.cli import main; main(['score', '--help'], 'sfr', standalone_mode=False); print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    loaded = result.stdout.split()
    assert "sfr.cli._score" in loaded
    assert not {"sfr.cli._evaluate", "sfr.evaluation", "sfr.cli._report", "sfr.generation", "numpy"} & {*loaded}
