"""What the module of a peer offers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from benchmarks.make_outputs import Records, Task

Ready: TypeAlias = Callable[[Task, tuple[str, ...], Records], Any]
Pairs: TypeAlias = Sequence[tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """One way to score pairs with a peer."""

    name: str
    pairs: Mapping[Task, int]  # the tasks it can do, each with the most pairs it gets: fewer for the slow
    ready: Ready  # one side, from the words of the sentence and the records, into what the peer takes
    score: Callable[[Task, Pairs], object]  # all pairs, gold first; only this is timed


def spans(words: tuple[str, ...], records: Records) -> list[tuple[str, int, int]]:
    """Type, first and last word of each entity; no word occurs twice in a sentence."""
    found = []
    for type_, values in records.items():
        for value in values:
            parts = value.split()
            start = words.index(parts[0])
            found.append((type_, start, start + len(parts) - 1))
    return found
