"""Grading aside from the event loop: the whole way from the bytes of a request to those of its answer."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from multiprocessing import get_context
from typing import Any

from sfr.files import kind_of
from sfr.grading import BadGoldError, Grader
from sfr.serving.conventions import CONVENTIONS, Asked
from sfr.serving.refusals import Refused, as_json, problem_body
from sfr.workers import end_with_parent

__all__ = ["Answer", "Job", "Workers"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back, and what there is to count: outputs by task, and how many could not be read."""

    status: int
    body: bytes
    outputs: Mapping[str, int] = field(default_factory=dict)
    unparsable: int = 0


@dataclass(frozen=True)
class Job:
    """A grader, and how many outputs a request may have; it is sent to processes."""

    grader: Grader
    max_batch: int

    def __call__(self, path: str, body: bytes) -> Answer:
        """The answer to a request; one that cannot be graded is refused with all that is wrong with it."""
        try:
            return self._graded(path, body)
        except Refused as refused:
            return Answer(refused.status, problem_body(refused.error, refused.problems))

    def _graded(self, path: str, body: bytes) -> Answer:
        convention = CONVENTIONS[path]
        asked = convention.read(_object(body))
        if len(asked.outputs) > self.max_batch:
            problem = f"expected at most {self.max_batch:,} outputs, found {len(asked.outputs):,}; ask in parts"
            raise Refused(413, "too many outputs", [problem])
        try:
            grades = self.grader.grade_batch(asked.truths, asked.outputs, via=path)
        except BadGoldError:
            raise Refused(422, "bad ground truth", self._every_problem(asked, convention.field)) from None
        tasks: Counter[str] = Counter(grade.task or "none" for grade in grades)
        unparsable = sum(grade.terms["unparsable"] > 0 for grade in grades)
        return Answer(200, as_json(convention.write(asked, grades)), tasks, unparsable)

    def _every_problem(self, asked: Asked, name: str) -> list[str]:
        """What is wrong with any ground truth; those of a group stand together and are spoken of once."""
        problems = []
        for truth, group in groupby(enumerate(asked.truths), key=lambda pair: pair[1]):
            at = name if asked.names is None else f"{name}[{next(group)[0]}]"
            try:
                self.grader.best(truth)
            except BadGoldError as error:
                problems += [f"{at}: {problem}" for problem in error.problems]
        return problems


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object of a request.

    Halves of surrogate pairs pass, as escapes and as bytes: models write them.
    """
    try:
        text = body.decode("utf-8", "surrogatepass")
        value = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_twice)
    except UnicodeDecodeError as error:
        raise Refused(400, "bad JSON", [f"expected UTF-8: {error.reason} at byte {error.start}"]) from None
    except json.JSONDecodeError as error:
        raise Refused(400, "bad JSON", [f"expected one JSON object: {error}"]) from None
    except RecursionError:
        raise Refused(400, "bad JSON", ["expected one JSON object: too many brackets within brackets"]) from None
    except ValueError as error:
        raise Refused(400, "bad JSON", [f"expected one JSON object: {error}"]) from None
    if not isinstance(value, dict):
        raise Refused(422, "bad request", [f"expected a JSON object, found {kind_of(value)}"])
    return value


def _no_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, of which no part is lost in silence because its key stands twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        raise ValueError(f"the key {twice!r} stands twice in an object")
    return found


class Workers:
    """A thread that grades, or so many processes; to be closed when all is done."""

    def __init__(self, grader: Grader, *, processes: int = 1, max_batch: int) -> None:
        """Keep what is to be done, and start whoever does it."""
        self._job = Job(grader, max_batch)
        self._processes = processes
        self._pool = self._started()

    async def answer(self, path: str, body: bytes) -> Answer:
        """The answer to a request.

        Raises Refused when the process at work has died, of a full memory say. Others take its place.
        """
        pool = self._pool
        call = self._job if self._processes == 1 else _work
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, call, path, body)
        except BrokenExecutor:
            if pool is self._pool:  # of all requests that were with it, the first to know
                self._pool = self._started()
                pool.shutdown(wait=False)
            raise Refused(503, "a worker process died", ["ask again"], {"Retry-After": "1"}) from None

    def _started(self) -> Executor:
        if self._processes == 1:
            return ThreadPoolExecutor(1, "grading")
        return ProcessPoolExecutor(self._processes, get_context("spawn"), _adopt, (self._job,))

    def warm(self) -> None:
        """Wait until there is someone at work."""
        self._pool.submit(os.getpid).result()

    def close(self) -> None:
        """Let go of those at work; what has not begun is dropped."""
        self._pool.shutdown(cancel_futures=True)


_job: Job | None = None  # of a worker process: it keeps its caches from request to request


def _adopt(job: Job) -> None:
    global _job  # noqa: PLW0603
    _job = job
    for stop in (signal.SIGINT, signal.SIGTERM):
        # Ctrl-C goes to all processes of a terminal; requests that are under way are to be finished.
        signal.signal(stop, signal.SIG_IGN)
    end_with_parent()


def _work(path: str, body: bytes) -> Answer:
    if _job is None:
        raise RuntimeError("a worker was started without its job")
    return _job(path, body)
