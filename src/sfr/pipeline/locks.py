"""One worker to a folder: a lock that a trainer holds on to when it outlives the process that started it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["BusyError", "Lock", "held", "holder_of", "is_held"]


class BusyError(RuntimeError):
    """Somebody else works in the folder."""


class Lock:
    """A lock that is held: a handle for children to inherit, and what is written in it for others to read."""

    def __init__(self, path: Path, handle: int) -> None:
        """Keep the handle."""
        self._path = path
        self.handle = handle

    def say(self, stage: str) -> None:
        """Say what is being done."""
        said = json.dumps({"process": os.getpid(), "stage": stage}).encode()
        os.ftruncate(self.handle, 0)
        os.pwrite(self.handle, said, 0)


@contextmanager
def held(path: Path) -> Iterator[Lock]:
    """The lock of a folder.

    Raises BusyError when another process holds it, a trainer that was left behind by a killed run among them.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(_who(path)) from None
        yield Lock(path, handle)
    finally:
        os.close(handle)


def _who(path: Path) -> str:
    process, stage = holder_of(path)
    if process is not None and not _is_there(process):
        return (
            f"{path.parent}: the trainer of a run that was killed still works on {stage}; wait until it has ended, "
            "or end it (its process holds the file lock: lsof lock), and start again"
        )
    return f"{path.parent}: another run works in this folder (process {process}, {stage}); wait, or name another folder"


def holder_of(path: Path) -> tuple[int | None, str]:
    """Who wrote last into a lock, and what it was doing."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return int(said["process"]), str(said["stage"])
    except (OSError, ValueError, KeyError, TypeError):
        return None, "something"


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock of a folder."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(handle)


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
