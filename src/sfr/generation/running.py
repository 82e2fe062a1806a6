"""Runs: every example of a job asked about, many at a time, and what is known noted at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from sfr.examples import Example, read_example
from sfr.generation.jobs import Generated, Job, Tally, survey
from sfr.generation.journals import Journal, journal_of, locked
from sfr.generation.requests import request_of
from sfr.generation.servers import Connection, RowFailedError, Server, ServerError, connected
from sfr.generation.writing import finished, standing

__all__ = ["generate"]

Progress = Callable[[Tally], None]


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
    made_from = job.made_from()
    total = survey(job)
    path = journal_of(target)
    with locked(path) as file:
        if not again and not path.stat().st_size and target.exists():
            return standing(target, made_from)
        journal = Journal(path, file, made_from, total, again=again)
        try:
            run = _Run(job, journal, total, skip_failed=skip_failed, progress=progress or (lambda _: None))
            if run.is_needed:
                asyncio.run(run.all(server, concurrency))
        finally:
            journal.sync()
            if not (journal.answered or journal.failed):
                journal.clear()
        return finished(job, target, journal, made_from, skip_failed=skip_failed)


class _Run:
    """The part of a job that is left to do."""

    def __init__(self, job: Job, journal: Journal, total: int, *, skip_failed: bool, progress: Progress) -> None:
        self._job = job
        self._journal = journal
        self._total = total
        self._progress = progress
        self._failed_before = frozenset(journal.failed)
        self._skip_failed = skip_failed
        self._in_a_row = 0
        self._tokens_before = journal.tokens
        self._start = time.monotonic()

    @property
    def is_needed(self) -> bool:
        """Whether there is an example to ask about."""
        skipped = len(self._failed_before) if self._skip_failed else 0
        return self._journal.answered + skipped < self._total

    async def all(self, server: Server, concurrency: int) -> None:
        """Ask about every example; when one worker ends with an error, they all end."""
        async with connected(server) as connection:
            await connection.greet()
            self._start = time.monotonic()
            self._progress(self._tally())
            examples = chain(self._untried(), self._once_more())
            workers = [
                asyncio.create_task(self._work(examples, connection, server.patience.failures))
                for _ in range(min(concurrency, self._total))
            ]
            try:
                await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
            finally:
                for worker in workers:
                    worker.cancel()
                ends = await asyncio.gather(*workers, return_exceptions=True)
            for end in ends:
                if isinstance(end, Exception):
                    raise end

    def _untried(self) -> Iterator[tuple[int, Example]]:
        """The examples of which nothing is known."""
        for row, (_, line) in self._job.lines():
            if not self._journal.has(row) and row not in self._failed_before:
                yield row, read_example(line)

    def _once_more(self) -> Iterator[tuple[int, Example]]:
        """The examples that failed in an earlier run; they come last, so that they hold up nothing."""
        if self._failed_before and not self._skip_failed:
            for row, (_, line) in self._job.lines():
                if row in self._failed_before:
                    yield row, read_example(line)

    async def _work(self, examples: Iterator[tuple[int, Example]], connection: Connection, limit: int) -> None:
        """Ask about one example after another; the workers share them."""
        for row, example in examples:
            try:
                request = request_of(example, self._job.template, self._job.sampling)
                answer = await connection.ask(request, self._job.sampling.samples)
            except RowFailedError as failure:
                self._journal.fail(row, str(failure))
                self._in_a_row += 1
                if self._in_a_row >= limit:
                    raise ServerError(f"{limit} examples failed one after another, the last for: {failure}") from None
            else:
                self._journal.add(row, answer)
                self._in_a_row = 0
            self._progress(self._tally())

    def _tally(self) -> Tally:
        journal = self._journal
        tokens, seconds = journal.tokens - self._tokens_before, time.monotonic() - self._start
        return Tally(self._total, journal.answered, len(journal.failed), tokens, seconds)
