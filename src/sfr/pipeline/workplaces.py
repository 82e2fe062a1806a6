"""What the steps of a run share: the plan, the interpreters of the trainers, the lock, who is told."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sfr.pipeline import processes
from sfr.pipeline.locks import Lock
from sfr.pipeline.plans import Plan
from sfr.pipeline.processes import Ended, last_error, last_words
from sfr.pipeline.stages import Kind
from sfr.pipeline.training import Progress

__all__ = ["RunError", "StageError", "Tell", "Workplace"]

_KILLED = 9


class RunError(ValueError):
    """A run that cannot begin or go on, and what to do about it."""


class StageError(RunError):
    """A step that failed: the program's own last error, and where all is that it said."""

    def __init__(self, stage: str, doing: str, why: str, log: Path) -> None:
        """Keep what a message is made of."""
        super().__init__(f"{stage}: {doing} failed:\n{why}\nall that was said is in {log}")
        self.why = why


class Tell(Protocol):
    """Who is told what happens."""

    def say(self, text: str) -> None:
        """Something is done now, or was."""

    def begin(self, stage: str, doing: str, of: int | None) -> None:
        """A step begins; its trainer has so many steps to do, if it has."""

    def progress(self, found: Progress) -> None:
        """How far it is."""

    def end(self, stage: str, doing: str, seconds: float) -> None:
        """It is done."""

    def measured(self, stage: str, scores: Mapping[str, Any]) -> None:
        """What a stage is worth."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a plan is carried out."""

    plan: Plan
    pythons: Mapping[Kind, Path]
    tell: Tell
    lock: Lock

    def call(  # noqa: PLR0913 - what a process takes
        self,
        stage: str,
        doing: str,
        kind: Kind,
        command: Sequence[str],
        *,
        log: Path,
        folder: Path | None = None,
        variables: Mapping[str, str] | None = None,
        watch: Callable[[], None] = lambda: None,
    ) -> Ended:
        """Run a command for a stage, with the programs of its trainer's environment before others.

        Raises StageError when it fails.
        """
        self.lock.say(f"{doing} of {stage}")
        start = log.stat().st_size if log.exists() else 0  # what earlier attempts said is no reason for this one
        ended = processes.run(
            command,
            folder=folder or self.plan.run.path,
            log=log,
            variables={**(variables or {}), **_entered(self.pythons[kind]), **self.plan.profile.variables},
            keep_open=[self.lock.handle],
            watch=watch,
        )
        if ended.status:
            raise StageError(stage, doing, _why(ended.status, log, start), log)
        return ended


def _entered(python: Path) -> dict[str, str]:
    """What entering the environment of an interpreter sets.

    Ray waits for ever where the environment of another stands in VIRTUAL_ENV and its folder for temporary files
    lies in there.
    """
    programs = os.pathsep.join([str(python.parent), os.environ.get("PATH", os.defpath)])
    home = python.parent.parent
    return {"PATH": programs, "VIRTUAL_ENV": str(home) if (home / "pyvenv.cfg").is_file() else ""}


def _why(status: int, log: Path, start: int) -> str:
    """Why a process failed: its own words, after the signal that ended it if there was one."""
    if status >= 0:
        return last_error(log, start) or f"it ended with status {status} and said nothing"
    memory = ", for want of memory perhaps" if status == -_KILLED else ""
    return f"it was ended by signal {-status}{memory}; its last words:\n{last_words(log, start) or 'none'}"
