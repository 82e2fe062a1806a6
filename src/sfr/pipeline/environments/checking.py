"""Whether an interpreter has what an environment asks for."""

from __future__ import annotations

from pathlib import Path

from sfr._version import __version__
from sfr.pipeline.environments.descriptions import Environment
from sfr.pipeline.environments.interpreters import Installed, look_into, minor_of

__all__ = ["problems_in", "problems_of"]


def problems_of(environment: Environment, python: Path) -> list[str]:
    """What an interpreter lacks or has in another version than the environment, this sfr included.

    Raises InstallError when it cannot be asked.
    """
    return problems_in(environment, look_into(python, environment.stand_in_modules()))


def problems_in(environment: Environment, found: Installed) -> list[str]:
    """As ``problems_of``, of what was found."""
    problems = []
    if minor_of(found.python) not in environment.python:
        problems.append(f"expected Python {' or '.join(environment.python)}, found {found.python}")
    for name, expected in {**environment.pins(), "sfr": __version__}.items():
        version = found.version_of(name)
        if version is None:
            problems.append(f"expected {name} {expected}, found none")
        elif expected not in (version, version.partition("+")[0]):  # 2.13.0+cpu is a build of 2.13.0
            problems.append(f"expected {name} {expected}, found {version}")
    for path, module in zip(environment.stand_ins, environment.stand_in_modules(), strict=True):
        if module not in found.modules:
            problems.append(f"expected a module {module}, found none: the kits have a stand-in, {path}")
    return problems
