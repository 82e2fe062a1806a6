"""Jobs: which examples a model is asked about, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sfr.data.manifests import fingerprints
from sfr.data.prompts import Template
from sfr.data.storage import example_lines
from sfr.examples import read_example
from sfr.files import RowError
from sfr.generation.requests import Sampling, request_of

__all__ = ["Failure", "GenerateError", "Generated", "Job", "Tally", "survey"]

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


def survey(job: Job) -> int:
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
