"""What an output is read with: the source text and the schema of its row."""

from __future__ import annotations

from typing import Any

from sfr.decoding import mentions
from sfr.grounding import Source
from sfr.rewards._score import Origin, Score
from sfr.schema import Schema
from sfr.structures import Task

__all__ = ["Context"]


_SIZES = 16_384  # scores remembered by their sizes


class Context:
    """The text and the schema, and the scores of flawless outputs by what was counted in them.

    Such a score depends on these sizes alone, and the outputs of a run share few of them.
    """

    __slots__ = ("free", "origin", "roles", "schema", "scores", "source", "types")

    def __init__(
        self,
        source: Source | None,
        schema: Schema | None,
        origin: Origin,
        types: frozenset[str] = frozenset(),
        roles: frozenset[str] = frozenset(),
    ) -> None:
        """Keep them; ``types`` and ``roles`` are those of the schema in their normal form."""
        self.source = source
        self.schema = schema
        self.origin = origin
        self.types = types
        self.roles = roles
        self.free = source is None and schema is None
        self.scores: dict[tuple[int, ...], Score] = {}

    def remember(self, sizes: tuple[int, ...], score: Score) -> None:
        """Keep the score of these sizes."""
        if len(self.scores) >= _SIZES:
            self.scores.clear()
        self.scores[sizes] = score

    def holds(self, task: Task, pred: Any) -> bool:
        """Whether every unit is of the schema and in the text."""
        if self.types and not self.types.issuperset(pred):
            return False
        names, values = mentions(task, pred)
        if self.roles and not self.roles.issuperset(names):
            return False
        source = self.source
        return source is None or all(value in source for value in values)
