"""CPU time of a piece of work beside that of a yardstick."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")

REPEATS = 5


@dataclass(frozen=True, slots=True)
class Work(Generic[T]):
    """What is timed: `run`, on what `prepare` returns, which is made anew for every repeat and not timed."""

    prepare: Callable[[], T]
    run: Callable[[T], object]


@dataclass(frozen=True, slots=True)
class Measure:
    """Best CPU seconds of `count` scores and of the yardstick on the same outputs."""

    seconds: float
    yardstick: float
    count: int

    @property
    def times(self) -> float:
        """How many times the yardstick."""
        return self.seconds / self.yardstick

    @property
    def per_second(self) -> float:
        """Scores a second."""
        return self.count / self.seconds


def measure(work: Work[Any], yardstick: Work[Any], count: int) -> Measure:
    """Both sides timed in turn, so that a busy moment of the machine hits both."""
    seconds = floor = float("inf")
    for _ in range(REPEATS):
        seconds = min(seconds, _timed(work))
        floor = min(floor, _timed(yardstick))
    return Measure(seconds, floor, count)


def best_seconds(work: Work[Any], *, patience: float = 60) -> float:
    """Best CPU time of one piece of work; no more repeats once they took longer than `patience`."""
    best, spent = float("inf"), 0.0
    for _ in range(REPEATS):
        seconds = _timed(work)
        best, spent = min(best, seconds), spent + seconds
        if spent > patience:
            break
    return best


def _timed(work: Work[T]) -> float:
    data = work.prepare()
    gc.collect()
    gc.disable()
    try:
        start = time.process_time()
        work.run(data)
        return time.process_time() - start
    finally:
        gc.enable()
