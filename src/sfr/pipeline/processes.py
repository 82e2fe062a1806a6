"""Processes of trainers: started, watched, and asked why they failed."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = ["Ended", "last_error", "last_words", "run"]

_PAUSE = 1.0
_PATIENCE = 20.0
_MEMORY_EVERY = 5.0


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that has ended: its exit status, its seconds, and the most memory it and its children took, in bytes."""

    status: int
    seconds: float
    memory: int


def run(  # noqa: PLR0913 - what a process takes
    command: Sequence[str],
    *,
    folder: Path,
    log: Path,
    variables: Mapping[str, str],
    keep_open: Iterable[int] = (),
    watch: Callable[[], None] = lambda: None,
) -> Ended:
    """Run a command in a folder until it ends; all that it says is added to ``log``.

    It writes to the file itself, so that it can go on when this process is killed; ``keep_open`` are
    handles that it then holds. ``watch`` is called about once a second. Whatever ends the wait ends the
    command too, with its children.
    """
    start = time.monotonic()
    with log.open("ab") as said:
        process = psutil.Popen(
            list(command),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**os.environ, **variables},
            pass_fds=tuple(keep_open),
            start_new_session=True,  # an interrupt on the keyboard reaches this process alone, which then ends it
        )
    memory, looked = 0, 0.0
    try:
        while True:
            with suppress(psutil.TimeoutExpired):
                status = process.wait(timeout=_PAUSE)
                break
            watch()
            if time.monotonic() - looked > _MEMORY_EVERY:
                memory, looked = max(memory, _memory(process)), time.monotonic()
    except BaseException:
        _end(process)
        raise
    watch()
    return Ended(status, time.monotonic() - start, memory)


def _memory(process: psutil.Process) -> int:
    """Of a process and its children; what several share counts once, where the system can tell."""
    total = 0
    with suppress(psutil.Error):
        for one in [process, *process.children(recursive=True)]:
            with suppress(psutil.Error):
                found = one.memory_full_info()
                total += getattr(found, "pss", 0) or found.rss
    return total


def _end(process: psutil.Process) -> None:
    """End a process and its children: politely, and after a while by force."""
    with suppress(psutil.Error):
        family = [*process.children(recursive=True), process]
        for one in family:
            with suppress(psutil.Error):
                one.terminate()
        _, alive = psutil.wait_procs(family, timeout=_PATIENCE)
        for one in alive:
            with suppress(psutil.Error):
                one.kill()
        psutil.wait_procs(alive, timeout=_PATIENCE)


# -- why it failed --------------------------------------------------------------------------------

_ERROR = re.compile(r"^(?:[A-Za-z_][\w.]*\.)?[A-Z]\w*(?:Error|Exception|Interrupt|Exit|Timeout|Expired)\b(?:: .*)?$")
_TRACEBACK = "Traceback (most recent call last)"
_NAMED = re.compile(r"^[A-Za-z_][\w.]*(?:: .*)?$")
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# What stands before what a process of many says: the name that Ray or vLLM gives it, its rank, the time.
_BEFORE = re.compile(
    r"^(?:\((?:pid=\d+|[\w.:]+ pid=\d+[^)]*)\)\s?|\[rank\d+\]:\s?|(?:ERROR|INFO|WARNING) [\d-]+ [\d:]+ \[[\w./]+:\d+\]\s?)+"
)
# Errors that only say that another process has failed, whose own error stands before.
_OF_ANOTHER = re.compile(r"ChildFailedError|CalledProcessError|See root cause above")
_TAIL = 400_000
_LINES = 6
_LONGEST = 500
# What ends a process without a traceback, as systems say it.
_WORDS = re.compile(
    r"(?i)no space left on device|out of memory|killed|signal \d+|cannot allocate memory|command not found|no such file"
)


def last_error(log: Path, start: int = 0) -> str:
    """The trainer's own last error: the end of its last traceback, or the last lines that it wrote.

    ``start`` is where in the log, in bytes, the attempt begins that is asked about.
    """
    lines = _said(log, start)
    own = [number for number in _errors(lines) if not _OF_ANOTHER.search(lines[number])]
    if own:
        return "\n".join(_with_what_follows(lines, own[-1]))
    return last_words(log, start)


def _errors(lines: Sequence[str]) -> Iterator[int]:
    """Which lines name an error: by how they look, or since they stand at the end of a traceback."""
    is_inside = False
    for number, line in enumerate(lines):
        if _TRACEBACK in line:
            is_inside = True
        elif _ERROR.match(line.strip()) or (is_inside and _NAMED.match(line)):
            is_inside = False
            yield number


def last_words(log: Path, start: int = 0) -> str:
    """The last lines that a process wrote: those that tell of its end, if there are such."""
    lines = _said(log, start)
    telling = [line for line in lines[-50:] if _WORDS.search(line)]
    return "\n".join(telling[-_LINES:] or lines[-_LINES:])


def _said(log: Path, start: int) -> list[str]:
    """The end of a log: its lines without colours and what stands before each, cut; no blank ones, no bars of progress."""
    with log.open("rb") as file:
        file.seek(max(start, log.stat().st_size - _TAIL))
        text = file.read().decode(errors="replace")
    lines = (_BEFORE.sub("", _COLOUR.sub("", line)).rstrip() for line in re.split(r"[\r\n]+", text))
    return [line[:_LONGEST] for line in lines if line.strip() and "%|" not in line]


def _with_what_follows(lines: Sequence[str], number: int) -> list[str]:
    """An error of several lines goes on without an indent or a new traceback."""
    found = [lines[number].strip()]
    for line in lines[number + 1 : number + _LINES]:
        if line.startswith((" ", "Traceback", "[", "(")):
            break
        found.append(line)
    return found
