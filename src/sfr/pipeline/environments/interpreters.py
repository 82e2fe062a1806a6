"""Interpreters of Python: which one an environment is made with, and what is installed for one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sfr.pipeline.environments.descriptions import Environment, InstallError

__all__ = ["Installed", "interpreter_for", "look_into", "versions"]

_LOOK = """
import importlib.metadata, importlib.util, json, platform, sys, sysconfig
installed = {}
for found in importlib.metadata.distributions():
    installed.setdefault(found.metadata["Name"], found.version)
print(json.dumps({
    "python": platform.python_version(),
    "site": sysconfig.get_path("purelib"),
    "installed": installed,
    "modules": [name for name in sys.argv[1:] if importlib.util.find_spec(name)],
}))
"""
_SECONDS = 120
"""How long an interpreter may take to answer; a cold disk of a network takes its time."""


@dataclass(frozen=True, slots=True)
class Installed:
    """What is installed for an interpreter."""

    python: str
    """The interpreter's own version, such as ``3.11.7``."""
    site: Path
    """The folder that modules are imported from."""
    installed: dict[str, str]
    """The version of every library, by the name that it gives itself."""
    modules: list[str]
    """Those of the modules asked for that can be found."""

    def version_of(self, name: str) -> str | None:
        """The version of a library, however its name is written; None if it is not there."""
        return {_plain(known): version for known, version in self.installed.items()}.get(_plain(name))


def _plain(name: str) -> str:
    """The one spelling of a library's name: ``Hydra_Core`` is ``hydra-core``."""
    return re.sub(r"[-_.]+", "-", name).lower()


def look_into(python: Path, modules: Iterable[str] = ()) -> Installed:
    """What is installed for an interpreter, and which of these modules it would find.

    It sees what belongs to the interpreter alone: no ``PYTHONPATH``, no packages of the user.
    Raises InstallError when it cannot be asked.
    """
    try:
        answer = subprocess.run(  # noqa: S603 - an interpreter that the user chose, and a program of ours
            [str(python), "-I", "-c", _LOOK, *modules], capture_output=True, text=True, check=True, timeout=_SECONDS
        )
        found = json.loads(answer.stdout)
        return Installed(found["python"], Path(found["site"]), found["installed"], found["modules"])
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or [f"it ended with {error.returncode}"])[-1]
        raise InstallError(f"{python}: expected a Python interpreter: {last}") from None
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as error:
        raise InstallError(f"{python}: expected a Python interpreter: {error}") from None


def versions(python: Path, names: Iterable[str]) -> dict[str, str | None]:
    """The versions of these libraries for an interpreter, None for each that is not there.

    Raises InstallError when it cannot be asked.
    """
    found = look_into(python)
    return {name: found.version_of(name) for name in names}


def minor_of(version: str) -> str:
    """The part of Python's version that libraries are built for: ``3.11`` of ``3.11.7``."""
    return ".".join(version.split(".")[:2])


def interpreter_for(environment: Environment, named: Path | None = None) -> tuple[Path, str]:
    """The interpreter to make an environment with, and its version.

    That is the named one, or else this one, or else the first on the path that will do.
    Raises InstallError when none will, or the named one will not.
    """
    expected = " or ".join(environment.python)
    if named is not None:
        version = look_into(named).python
        if minor_of(version) not in environment.python:
            raise InstallError(f"{named} is Python {version}; the environment {environment.name} takes {expected}")
        return named, version
    for python in _at_hand(environment):
        try:
            version = look_into(python).python
        except InstallError:
            continue  # a name on the path that leads nowhere
        if minor_of(version) in environment.python:
            return python, version
    this = ".".join(map(str, sys.version_info[:3]))
    raise InstallError(
        f"the environment {environment.name} takes Python {expected}; this is {this}, and the path has no other: "
        "name one with --python PATH"
    )


def _at_hand(environment: Environment) -> Iterator[Path]:
    """The interpreter that runs now, and those on the path that are called as the environment wants."""
    yield Path(sys.executable)
    for version in environment.python:
        if found := shutil.which(f"python{version}"):
            yield Path(found)
