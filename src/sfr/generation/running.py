"""Asking a server: about every example of a job, or about some, many at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sfr.examples import Example
from sfr.generation.answers import Answer
from sfr.generation.jobs import Generated, Job
from sfr.generation.requests import request_of
from sfr.generation.runs import Progress, Run, carry_out
from sfr.generation.servers import Connection, RowFailedError, Server, ServerError, connected

__all__ = ["ask", "generate"]


def generate(  # noqa: PLR0913 - what can be said on the command line
    job: Job,
    target: Path,
    server: Server,
    *,
    concurrency: int = 16,
    again: bool = False,
    skip_failed: bool = False,
    progress: Progress | None = None,
) -> Generated:
    """Ask a server about every example of a job, and write the predictions to ``target``.

    What is known stands in a journal beside the target, from which the same job goes on if it is
    stopped, whatever stopped it. ``again`` begins anew, also where something else stands. ``skip_failed``
    leaves out the examples that have failed.

    Raises GenerateError or JournalError when the job cannot be begun, ServerError when it cannot go on,
    OSError when a file cannot be read or written.
    """

    def work(run: Run) -> None:
        asyncio.run(_all(run, server, concurrency))

    return carry_out(job, target, work, again=again, skip_failed=skip_failed, progress=progress)


def ask(
    server: Server, requests: Iterable[dict[str, Any]], samples: int = 1, *, concurrency: int = 16
) -> list[Answer | RowFailedError]:
    """What a server answers to each request, in their order; of one that failed, why.

    Raises ServerError when it cannot be asked.
    """
    return asyncio.run(_each(server, requests, samples, concurrency))


async def _each(
    server: Server, requests: Iterable[dict[str, Any]], samples: int, concurrency: int
) -> list[Answer | RowFailedError]:
    free = asyncio.Semaphore(concurrency)

    async def answer(request: dict[str, Any]) -> Answer | RowFailedError:
        async with free:
            try:
                return await connection.ask(request, samples)
            except RowFailedError as failure:
                return failure

    async with connected(server) as connection:
        await connection.greet()
        return await asyncio.gather(*map(answer, requests))


async def _all(run: Run, server: Server, concurrency: int) -> None:
    """Ask about every example; when one worker ends with an error, they all end."""
    async with connected(server) as connection:
        await connection.greet()
        run.begin()
        work = _Work(run, connection, server.patience.failures)
        workers = [asyncio.create_task(work.go_on()) for _ in range(min(concurrency, run.total))]
        try:
            await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for worker in workers:
                worker.cancel()
            ends = await asyncio.gather(*workers, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end


class _Work:
    """What the workers share: the examples, the connection, and how many failures there were in a row."""

    def __init__(self, run: Run, connection: Connection, limit: int) -> None:
        self._run = run
        self._connection = connection
        self._limit = limit
        self._in_a_row = 0
        self._examples: Iterator[tuple[int, Example]] = run.wanted()

    async def go_on(self) -> None:
        """Ask about one example after another."""
        job = self._run.job
        for row, example in self._examples:
            try:
                request = request_of(example, job.template, job.sampling)
                answer = await self._connection.ask(request, job.sampling.samples)
            except RowFailedError as failure:
                self._run.fail(row, str(failure))
                self._in_a_row += 1
                if self._in_a_row >= self._limit:
                    many = f"{self._limit} examples failed one after another"
                    raise ServerError(f"{many}, the last for: {failure}") from None
            else:
                self._run.add(row, answer)
                self._in_a_row = 0
