"""What an extraction is: entities, relations, events, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

__all__ = ["TASKS", "Argument", "Entity", "Event", "Extraction", "Relation", "Task", "as_task"]

Task = Literal["ner", "re", "ee"]
"""Named entity recognition, relation extraction, event extraction."""

TASKS: tuple[Task, ...] = get_args(Task)


@dataclass(frozen=True, slots=True)
class Entity:
    """A mention and its type."""

    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A directed pair of mentions and its type."""

    type: str
    head: str
    tail: str


@dataclass(frozen=True, slots=True)
class Argument:
    """A mention and the role it plays in an event."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Event:
    """A trigger, its type, and its arguments in the order they were written."""

    type: str
    trigger: str
    arguments: tuple[Argument, ...] = ()


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
