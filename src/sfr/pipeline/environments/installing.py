"""Making an environment: first the trainers, then sfr, and a note of each that is done."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sfr._version import __version__
from sfr.kits import kit_root
from sfr.pipeline.environments.checking import problems_in
from sfr.pipeline.environments.descriptions import Environment, InstallError
from sfr.pipeline.environments.interpreters import interpreter_for, look_into
from sfr.pipeline.environments.places import (
    interpreter_in,
    locked,
    place_of,
    read_manifest,
    write_manifest,
)
from sfr.pipeline.environments.sources import own_requirement

__all__ = ["install"]

_GIGABYTE = 1e9
_LINES = 8
"""How much of what a failed command said is repeated."""


def install(  # noqa: PLR0913 - all but two by keyword
    environment: Environment,
    folder: Path,
    *,
    log: Path | None = None,
    python: Path | None = None,
    sfr: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Path:
    """Make an environment below a folder, or what is missing of it; the interpreter in it.

    It is made with the interpreter ``python``, or with one at hand that will do.
    ``sfr`` is what to tell pip to get sfr, if not where this one came from.
    Every step is told to ``progress`` before it is taken; what its command says is added to ``log``, if not said
    a file beside the environment. The commands have the variables of this process, so that pip's settings count.
    Raises InstallError when it cannot be made or another install is at it, OSError when nothing can be written.
    """
    place = place_of(environment, folder)
    with locked(place) as lock:
        work = _Work(environment, place, log or place.with_name(f"{place.name}.log"), lock, progress or _untold)
        manifest = read_manifest(place)
        if manifest is None:
            _clear(place)
            _check_disk(environment, folder)
            _add_trainers(work, python)
        own = {"requirement": sfr or own_requirement(), "version": __version__}
        if manifest is None or manifest.get("sfr") != own:
            _note(work, None)  # the trainers are complete, and stay if what follows fails
            _add_sfr(work, own["requirement"])
            _note(work, own)
    return interpreter_in(place)


def _untold(_: str) -> None:
    """Progress that nobody follows."""


@dataclass(frozen=True, slots=True)
class _Work:
    """An environment that is being made: where, with which log, and under which lock."""

    environment: Environment
    place: Path
    log: Path
    lock: int | None
    tell: Callable[[str], None]

    def pip(self, title: str, *arguments: str) -> None:
        """Run the environment's own pip.

        Raises InstallError when it fails.
        """
        self.run(title, interpreter_in(self.place), "-m", "pip", *arguments)

    def run(self, title: str, python: Path, *arguments: str) -> None:
        """Tell a step and take it, with an interpreter that sees nothing but what is its own.

        Raises InstallError, with the end of what it said, when it fails.
        """
        self.tell(title)
        command = [str(python), "-I", *arguments]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a+b") as log:
            log.write(f"== {title}\n{command}\n".encode())
            log.flush()
            start = log.tell()
            # The lock goes along: a command that outlives this process keeps the next install away.
            done = subprocess.run(  # noqa: S603 - an interpreter that the user chose, and arguments of ours
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=() if self.lock is None else (self.lock,),
                check=False,
            )
            log.seek(start)
            said = log.read().decode(errors="replace").splitlines()
        if done.returncode:
            raise InstallError("\n".join(self._failure(title, done.returncode, said)))

    def _failure(self, title: str, code: int, said: list[str]) -> list[str]:
        errors = [line for line in said if line.startswith(("ERROR", "Error"))] or [line for line in said if line]
        note = self.environment.note
        return [
            f"the environment {self.environment.name} could not be made: it failed with {code} at: {title}",
            *(f"  {line}" for line in errors[-_LINES:]),
            *([note] if note else []),
            f"all that was said is in {self.log}",
        ]


def _clear(place: Path) -> None:
    """Remove what an install that was stopped has left."""
    if place.is_symlink() or (place.exists() and not place.is_dir()):
        raise InstallError(
            f"{place}: expected a folder of an environment; remove what is there, or name another folder"
        )
    if place.exists():
        shutil.rmtree(place)


def _check_disk(environment: Environment, folder: Path) -> None:
    free = shutil.disk_usage(folder).free / _GIGABYTE
    if free < environment.disk:
        raise InstallError(
            f"the environment {environment.name} takes {environment.disk:g} GB of disk, and {folder} has {free:.1f}; "
            "make room, or name another folder"
        )


def _add_trainers(work: _Work, named: Path | None) -> None:
    """Make the environment, with all but sfr."""
    environment = work.environment
    python, version = interpreter_for(environment, named)
    work.run(f"an environment of Python {version}", python, "-m", "venv", str(work.place))
    count = len(environment.requirements)
    title = f"requirements ({count}) and what they ask for, {environment.disk:g} GB in all"
    work.pip(title, "install", "--no-input", *environment.requirements)
    if environment.unwanted:
        work.pip(f"without {', '.join(environment.unwanted)}", "uninstall", "--yes", *environment.unwanted)
    if environment.alone:
        title = f"{', '.join(environment.alone)}, without what they ask for"
        work.pip(title, "install", "--no-input", "--no-deps", *environment.alone)


def _add_sfr(work: _Work, requirement: str) -> None:
    """Add what comes from sfr, which changes more often than the trainers, and look at the whole."""
    site = look_into(interpreter_in(work.place)).site
    for path in work.environment.stand_ins:
        if not (kit_root() / path).is_file():
            raise InstallError(f"expected the stand-in {path} in {kit_root()}, found none; install sfr again")
        shutil.copy(kit_root() / path, site)
    editable = ["-e"] if requirement.startswith("-e ") else []
    work.pip(f"sfr: {requirement}", "install", "--no-input", *editable, requirement.removeprefix("-e "))
    _check(work)


def _check(work: _Work) -> None:
    work.tell("a look at what was installed")
    environment = work.environment
    found = look_into(interpreter_in(work.place), environment.stand_in_modules())
    if problems := problems_in(environment, found):
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise InstallError(
            f"the environment {environment.name} is not as described:\n{listed}\nall that pip said is in {work.log}"
        )


def _note(work: _Work, own: dict[str, str] | None) -> None:
    """Write what is in the environment now; ``own`` says which sfr, None that it is not complete."""
    found = look_into(interpreter_in(work.place))
    write_manifest(
        work.place,
        {
            "environment": work.environment.model_dump(),
            "python": found.python,
            "sfr": own,
            "installed": dict(sorted(found.installed.items(), key=lambda item: item[0].lower())),
        },
    )
