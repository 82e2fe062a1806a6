"""Runs: a job begun or gone on with, what is known noted at once, and the predictions written when all of it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from sfr.examples import Example, read_example
from sfr.generation.answers import Answer
from sfr.generation.jobs import Generated, Job, Tally, survey
from sfr.generation.journals import Journal, journal_of, locked
from sfr.generation.writing import finished, standing

__all__ = ["Progress", "Run", "carry_out"]

Progress = Callable[[Tally], None]
"""What is told how far a run is."""


class Run:
    """The part of a job that is left to do."""

    def __init__(self, job: Job, journal: Journal, total: int, *, skip_failed: bool, progress: Progress) -> None:
        self.job = job
        self.total = total
        self._journal = journal
        self._progress = progress
        self._failed_before = frozenset(journal.failed)
        self._skip_failed = skip_failed
        self._tokens_before = journal.tokens
        self._start = time.monotonic()

    @property
    def is_needed(self) -> bool:
        """Whether there is an example to ask about."""
        skipped = len(self._failed_before) if self._skip_failed else 0
        return self._journal.answered + skipped < self.total

    def wants(self, row: int) -> bool:
        """Whether an example is to be asked about: it has no answer, and may not be left out."""
        return not self._journal.has(row) and not (self._skip_failed and row in self._failed_before)

    def begin(self) -> None:
        """Count the seconds from now, when whoever answers is ready, and tell how far the run is."""
        self._start = time.monotonic()
        self._tell()

    def examples(self) -> Iterator[tuple[int, Example]]:
        """All examples of the job, whether they are left to do or not."""
        for row, (_, line) in self.job.lines():
            yield row, read_example(line)

    def wanted(self) -> Iterator[tuple[int, Example]]:
        """The examples that are left to do; those that failed in an earlier run come last, so as to hold up nothing."""
        return chain(self._wanted(failed=False), self._wanted(failed=True) if self._failed_before else ())

    def _wanted(self, *, failed: bool) -> Iterator[tuple[int, Example]]:
        for row, (_, line) in self.job.lines():
            if self.wants(row) and (row in self._failed_before) is failed:
                yield row, read_example(line)

    def add(self, row: int, answer: Answer) -> None:
        """Note the answer to an example."""
        self._journal.add(row, answer)
        self._tell()

    def fail(self, row: int, why: str) -> None:
        """Note that an example has no answer."""
        self._journal.fail(row, why)
        self._tell()

    def _tell(self) -> None:
        journal = self._journal
        tokens, seconds = journal.tokens - self._tokens_before, time.monotonic() - self._start
        self._progress(Tally(self.total, journal.answered, len(journal.failed), tokens, seconds))


def carry_out(  # noqa: PLR0913 - what can be said on the command line
    job: Job,
    target: Path,
    work: Callable[[Run], None],
    *,
    again: bool = False,
    skip_failed: bool = False,
    progress: Progress | None = None,
) -> Generated:
    """Have every example of a job answered by ``work``, and write the predictions to ``target``.

    What is known stands in a journal beside the target, from which the same job goes on if it is
    stopped, whatever stopped it. ``again`` begins anew, also where something else stands. ``skip_failed``
    leaves out the examples that have failed. ``work`` is not called if nothing is left to do.

    Raises GenerateError or JournalError when the job cannot be begun, OSError when a file cannot be read or
    written, and what ``work`` raises when it cannot go on.
    """
    made_from = job.made_from()
    total = survey(job)
    path = journal_of(target)
    with locked(path) as file:
        if not again and not path.stat().st_size and target.exists():
            return standing(target, made_from)
        journal = Journal(path, file, made_from, total, again=again)
        try:
            run = Run(job, journal, total, skip_failed=skip_failed, progress=progress or (lambda _: None))
            if run.is_needed:
                work(run)
        finally:
            journal.sync()
            if not (journal.answered or journal.failed):
                journal.clear()
        return finished(job, target, journal, made_from, skip_failed=skip_failed)
