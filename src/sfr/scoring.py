"""Scoring a file of rows: streamed, in order, on as many processes as wanted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sfr.files import RowError, decode_line, encode_line
from sfr.parsing import ParseError
from sfr.rewards import Reward, Score
from sfr.rows import Row, as_row
from sfr.structures import Task
from sfr.workers import in_order

__all__ = ["Chunk", "Job", "Tally", "result", "score_rows"]


@dataclass(slots=True)
class Tally:
    """Sums over scores, which add up over parts of a file."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0
    low: float = math.inf
    high: float = -math.inf
    perfect: int = 0
    recovered: int = 0
    unparsable: int = 0
    duplicates: int = 0
    terms: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)

    def add(self, score: Score, best: float) -> None:
        """Count a score in; ``best`` is the value of its gold."""
        self.n += 1
        self.total += score.value
        self.squares += score.value**2
        self.low = min(self.low, score.value)
        self.high = max(self.high, score.value)
        self.perfect += score.value == best
        self.recovered += score.status == "recovered"
        self.unparsable += score.status == "unparsable"
        self.duplicates += score.duplicates
        self.terms.update(score.terms)
        self.problems.update(problem.code for problem in score.problems)

    def merge(self, other: Tally) -> None:
        """Count another tally in."""
        for name in ("n", "total", "squares", "perfect", "recovered", "unparsable", "duplicates"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        self.terms.update(other.terms)
        self.problems.update(other.problems)

    @property
    def mean(self) -> float:
        """Mean of the values."""
        return self.total / self.n

    @property
    def deviation(self) -> float:
        """Standard deviation of the values."""
        return math.sqrt(max(0.0, self.squares / self.n - self.mean**2))


@dataclass(slots=True)
class Chunk:
    """What scoring some rows gave: result lines, bad rows by number, tallies by (task, group)."""

    lines: list[str] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)
    tallies: dict[tuple[Task, str], Tally] = field(default_factory=dict)
    place: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """How the rows of a file are scored, the same in every process."""

    rewards: Mapping[Task, Reward]
    task: Task | None = None
    by: str | None = None

    def __call__(self, rows: list[tuple[int, Any, int]]) -> Chunk:
        """The results of some rows; those that are bad are listed and left out."""
        chunk = Chunk(place=rows[-1][2])
        for number, value, _ in rows:
            try:
                decoded = decode_line(value) if isinstance(value, bytes) else value
                self._score(number, decoded, chunk)
            except RowError as error:
                chunk.bad += [(number, problem) for problem in error.problems]
            except ParseError as error:
                chunk.bad += [(number, f"gold: {problem}") for problem in error.problems]
            except ValueError as error:  # a policy of the reward asks for a text or a schema
                chunk.bad.append((number, str(error)))
        return chunk

    def _score(self, number: int, value: Any, chunk: Chunk) -> None:
        row = as_row(value, self.task)
        reward = self.rewards[row.task]
        best = reward.best(row.gold).value  # first, so that bad gold is named by itself and not as one of many
        many = len(row.outputs)
        scores = reward.score_batch([row.gold] * many, row.outputs, [row.text] * many, [row.schema] * many)
        group = "" if self.by is None else str(value.get(self.by, ""))
        tally = chunk.tallies.setdefault((row.task, group), Tally())
        for index, score in enumerate(scores):
            tally.add(score, best)
            chunk.lines.append(encode_line(result(row, number, index, score)))


def result(row: Row, line: int, index: int, score: Score) -> dict[str, Any]:
    """What is written for an output: where it stands, its score, and how it was read."""
    return {
        "id": row.id,
        "line": line,
        "index": index,
        "task": row.task,
        "value": score.value,
        "terms": score.terms,
        "status": score.status,
        "rung": score.rung,
        "duplicates": score.duplicates,
        "problems": [str(problem) for problem in score.problems],
    }


def score_rows(rows: Iterable[tuple[int, Any, int]], job: Job, processes: int = 1) -> Iterator[Chunk]:
    """The results of all rows, chunk by chunk and in order, whatever the number of processes."""
    return in_order(job, rows, processes)
