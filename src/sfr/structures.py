"""What an extraction is: entities, relations, events, as frozen values.

Where a mention stands in its text is known of annotated gold only; models write no offsets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

__all__ = ["TASKS", "Argument", "Entity", "Event", "Extraction", "Relation", "Span", "Task", "as_task"]

Task = Literal["ner", "re", "ee"]
"""Named entity recognition, relation extraction, event extraction."""

TASKS: tuple[Task, ...] = get_args(Task)

Span: TypeAlias = tuple[tuple[int, int], ...]
"""Where a mention stands: character ranges, ends exclusive. More than one if it is in pieces, none if not known."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A mention and its type."""

    type: str
    text: str
    at: Span = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Relation:
    """A directed pair of mentions and its type."""

    type: str
    head: str
    tail: str
    head_at: Span = field(default=(), repr=False)
    tail_at: Span = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Argument:
    """A mention and the role it plays in an event."""

    role: str
    text: str
    at: Span = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Event:
    """A trigger, its type, and its arguments in the order they were written."""

    type: str
    trigger: str
    arguments: tuple[Argument, ...] = ()
    trigger_at: Span = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was extracted from one text, in the order it was written, repeats included."""

    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    events: tuple[Event, ...] = ()


def as_task(name: str) -> Task:
    """The task of that name.

    Raises ValueError for any other name.
    """
    for task in TASKS:
        if task == name:
            return task
    msg = f"unknown task {name!r}; known: {', '.join(TASKS)}"
    raise ValueError(msg)
