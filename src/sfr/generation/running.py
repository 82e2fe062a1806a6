"""Runs: every example of a file asked about, many at a time, and the answers written in their order."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from sfr.data.manifests import fingerprints, holds, manifest_of, read_manifest, write_manifest
from sfr.data.prompts import Template
from sfr.data.storage import example_lines
from sfr.examples import Example, example_line, read_example
from sfr.files import RowError, bytes_written_whole, decode_line, encode_line
from sfr.generation.answers import Answer
from sfr.generation.journals import Journal, journal_of, locked
from sfr.generation.requests import Sampling, request_of
from sfr.generation.servers import Connection, RowFailedError, Server, ServerError, connected

__all__ = ["Failure", "GenerateError", "Generated", "Job", "Tally", "generate"]

_MAX_SHOWN = 50


class GenerateError(ValueError):
    """What is asked for cannot be done; ``problems`` says why, ``count`` how many there are in all."""

    def __init__(self, problems: list[str], count: int | None = None) -> None:
        """Keep the problems."""
        super().__init__("\n".join(problems))
        self.problems = problems
        self.count = len(problems) if count is None else count


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked: the examples of a file, or the first ``limit`` of them, put by a template, of a model."""

    examples: Path
    template: Template
    sampling: Sampling
    limit: int | None = None

    def made_from(self) -> dict[str, Any]:
        """All that the answers depend on; not where the server is, nor how it is asked."""
        return {
            "examples": fingerprints({self.examples.name: self.examples}),
            "limit": self.limit,
            "template": self.template.model_dump(mode="json"),
            "sampling": asdict(self.sampling),
        }

    def lines(self) -> Iterator[tuple[int, tuple[int, bytes]]]:
        """Number from 0, number in the file, and line of each example."""
        return enumerate(islice(example_lines(self.examples), self.limit))


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a run is: examples in all, with an answer, failed; the tokens and seconds of this run alone."""

    total: int
    answered: int
    failed: int
    tokens: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """An example without an answer: its line, its id, and why."""

    line: int
    id: str
    why: str


@dataclass(frozen=True, slots=True)
class Generated:
    """What became of a run.

    ``written`` is False if there are failures that may not be left out; ``fresh`` is False if the
    predictions stood there already. ``finish`` counts why answers ended.
    """

    path: Path
    written: bool
    fresh: bool
    rows: int
    failures: tuple[Failure, ...] = ()
    finish: tuple[tuple[str, int], ...] = ()
    tokens: int = 0


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
    total = _survey(job)
    path = journal_of(target)
    with locked(path) as file:
        if again:
            file.truncate(0)
        elif not path.stat().st_size and target.exists():
            return _standing(target, made_from)
        journal = Journal(path, file, made_from, total)
        try:
            run = _Run(job, journal, total, skip_failed=skip_failed, progress=progress or (lambda _: None))
            if run.is_needed:
                asyncio.run(run.all(server, concurrency))
        finally:
            journal.sync()
            if not (journal.answered or journal.failed):
                journal.clear()
        return _finished(job, target, journal, made_from, skip_failed=skip_failed)


def _survey(job: Job) -> int:
    """How many examples there are.

    Raises GenerateError with every one that cannot be asked about, before anything is sent.
    """
    problems: list[str] = []
    total = count = 0
    for _, (number, line) in job.lines():
        total += 1
        try:
            request_of(read_example(line), job.template, job.sampling)
        except ValueError as error:
            found = error.problems if isinstance(error, RowError) else [str(error)]
            problems += [f"{job.examples}:{number}: {problem}" for problem in found[: _MAX_SHOWN - len(problems)]]
            count += len(found)
    if not total:
        raise GenerateError([f"{job.examples}: expected examples, found none"])
    if count:
        raise GenerateError(problems, count)
    return total


def _standing(target: Path, made_from: dict[str, Any]) -> Generated:
    """The predictions that stand there already, if they are those of the job."""
    manifest = manifest_of(target)
    if not holds(manifest, made_from, {target.name: target}):
        raise GenerateError([f"{target} is there already, and holds something else; name another file, or --again"])
    result = (read_manifest(manifest) or {})["result"]
    failures = tuple(Failure(**failure) for failure in result["left_out"])
    finish = tuple(result["finish"].items())
    return Generated(
        target,
        written=True,
        fresh=False,
        rows=result["rows"],
        failures=failures,
        finish=finish,
        tokens=result["tokens"],
    )


# -- asking -----------------------------------------------------------------------------------


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


# -- writing ----------------------------------------------------------------------------------


def _finished(job: Job, target: Path, journal: Journal, made_from: dict[str, Any], *, skip_failed: bool) -> Generated:
    """Write what has been found out, if all of it has, and put the journal away."""
    if job.made_from() != made_from:
        raise GenerateError([f"{job.examples} has changed since the run began; begin anew: --again"])
    failures = tuple(_failures(job, journal))
    finish: Counter[str] = Counter()
    made = Generated(target, written=False, fresh=True, rows=journal.answered, failures=failures, tokens=journal.tokens)
    if failures and not skip_failed:
        return made
    if not journal.answered:
        raise GenerateError([f"all of {len(failures):,} examples failed, so that there is nothing to write"])
    with bytes_written_whole(target) as file:
        for line in _predictions(job, journal, finish):
            file.write(line)
    made = replace(made, written=True, finish=tuple(sorted(finish.items())))
    result = {
        "rows": made.rows,
        "tokens": made.tokens,
        "finish": dict(made.finish),
        "left_out": [asdict(failure) for failure in failures],
    }
    write_manifest(manifest_of(target), made_from, {target.name: target}, result)
    journal.clear()
    return made


def _failures(job: Job, journal: Journal) -> Iterator[Failure]:
    if journal.failed:
        for row, (number, line) in job.lines():
            if row in journal.failed:
                yield Failure(number, read_example(line).id, journal.failed[row])


def _predictions(job: Job, journal: Journal, finish: Counter[str]) -> Iterator[bytes]:
    """The lines of all answers, in the order of the examples; why they ended is counted on the way."""
    lines = job.lines()
    for row, answer in journal.answers():
        line = next(line for place, (_, line) in lines if place == row)
        finish.update(reason or "unknown" for reason in answer.finish)
        yield _prediction(read_example(line), answer).encode() + b"\n"


def _prediction(example: Example, answer: Answer) -> str:
    """A row of predictions: an example with what a model made of it."""
    several = len(answer.outputs) > 1
    said: dict[str, Any] = {
        "outputs" if several else "output": answer.outputs if several else answer.outputs[0],
        "finish": answer.finish if several else answer.finish[0],
    }
    if answer.tokens is not None and not several:  # of several only the sum is known
        said["tokens"] = answer.tokens
    return encode_line({**decode_line(example_line(example)), **said})
