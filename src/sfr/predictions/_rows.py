"""Rows of this package: with gold, or with ids by which it is found in gold files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sfr.predictions._feed import Feed, Line
from sfr.predictions._fields import embedded, name_of, outputs_of
from sfr.predictions._join import Answer

__all__ = ["answers", "has_gold", "has_id", "is_answer"]


def has_gold(row: Mapping[str, Any]) -> bool:
    """Whether a row has its gold within it."""
    return embedded(row) is not None


def has_id(row: Mapping[str, Any]) -> bool:
    """Whether a row says which example it is."""
    return (embedded(row) or row).get("id") is not None


def is_answer(row: Mapping[str, Any]) -> bool:
    """Whether a row has what a system wrote."""
    return not row.keys().isdisjoint({"output", "outputs", "responses", "pred"})


def answers(feed: Feed, *, joined: bool) -> Iterator[Answer]:
    """What the rows hold; ``joined`` if their gold is in gold files.

    Rows without ids are in the order of the gold, and then none of them has one.
    """
    ordered: bool | None = None
    for line in feed:
        if not joined:
            problems: list[str] = []
            outputs, tokens = outputs_of(line.value, problems)
            yield Answer(line.place, line.number, outputs, tokens, tuple(problems), own=embedded(line.value))
            continue
        if ordered is None:
            ordered = not has_id(line.value)
        yield _answer(line, ordered=ordered)


def _answer(line: Line, *, ordered: bool) -> Answer:
    problems: list[str] = []
    outputs, tokens = outputs_of(line.value, problems)
    own = embedded(line.value) or line.value
    name, dataset, text = name_of(own, "id", problems), name_of(own, "dataset", problems), own.get("text")
    if ordered and name is not None:
        problems.append(
            f"id: expected none as in the first row, so that rows are in the order of the gold, found {name!r}"
        )
    return Answer(
        line.place,
        line.number,
        outputs,
        tokens,
        tuple(problems),
        id=name,
        dataset=dataset,
        position=line.position if ordered else None,
        prompt=text if isinstance(text, str) else None,
    )
