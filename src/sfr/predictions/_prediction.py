"""What reading predictions gives, and what it has to say about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sfr.schema import Schema
from sfr.structures import Extraction, Task

__all__ = ["Prediction", "Problems"]

_MAX_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Prediction:
    """One example with what a system wrote for it.

    ``gold`` is as it was given, with offsets where they are known: it was checked, but is not in its
    normal form. ``outputs`` has one item for each sample: text, or an Extraction where the system
    gave units and not text. ``tokens`` holds their lengths in tokens, if the file has them.
    """

    id: str
    dataset: str
    task: Task
    text: str | None
    schema: Schema | None
    gold: Extraction
    outputs: tuple[str | Extraction, ...]
    tokens: tuple[int, ...] = ()
    place: str = ""


@dataclass(slots=True)
class Problems:
    """What is wrong with a file of predictions, the first hundred in words."""

    shown: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, place: str, problems: Iterable[str]) -> None:
        """Note the problems of a place."""
        for problem in problems:
            self.count += 1
            if len(self.shown) < _MAX_SHOWN:
                self.shown.append(f"{place}: {problem}")

    def __bool__(self) -> bool:
        return self.count > 0

    def __str__(self) -> str:
        """One line a problem, and how many more there are."""
        more = self.count - len(self.shown)
        return "\n".join([*self.shown, f"and {more:,} more"] if more else self.shown)
