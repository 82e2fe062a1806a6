"""Commands that are loaded when they are asked for."""

import subprocess
import sys

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


def test_scoring_loads_no_other_command():
    program = "import sys; from sfr.cli import main; main(['score', '--help'], 'sfr', standalone_mode=False); print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    loaded = result.stdout.split()
    assert "sfr.cli._score" in loaded
    assert not {"sfr.cli._evaluate", "sfr.evaluation", "sfr.cli._report", "sfr.generation", "numpy"} & {*loaded}
