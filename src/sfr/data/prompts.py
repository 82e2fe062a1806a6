"""Prompts and targets: what a model is asked, and what it is trained to answer.

A template is one YAML file. The shipped ones lie in ``templates/``; one's own is a file of the same shape.
"""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from pydantic import AfterValidator, Field, StringConstraints

from sfr.data.configs import Config, parse_config, read_config
from sfr.formats import records, slots
from sfr.schema import Schema
from sfr.structures import Argument, Entity, Event, Extraction, Relation, Span, Task

__all__ = [
    "PLACEHOLDERS",
    "Empty",
    "TargetFormat",
    "Template",
    "TemplateError",
    "joined",
    "prompt_of",
    "read_template",
    "streamline",
    "template",
    "template_names",
]

_TEMPLATES = resources.files("sfr.data").joinpath("templates")

PLACEHOLDERS = {
    "types": "the types of the schema, joined by a comma and a space",
    "count": "how many types there are",
    "roles": "the roles of the schema, joined likewise",
}
"""What may stand in an instruction, each after a dollar sign; ``$$`` is a dollar sign itself."""

TargetFormat = Literal["slots", "records"]
"""How a target is written: the paper's strings, or records."""

Empty = Literal["keep", "omit"]
"""Whether a target holds types without a value."""


class TemplateError(ValueError):
    """There is no such template, or its file is not as it must be."""


def _only_known_placeholders(instruction: str) -> str:
    """The instruction, if every dollar sign in it has a meaning."""
    wrong = []
    for found in string.Template.pattern.finditer(instruction):
        name = found["named"] or found["braced"]
        if found["invalid"] is not None:
            wrong.append("a lone '$' (write '$$')")
        elif name is not None and name not in PLACEHOLDERS:
            wrong.append(repr(f"${name}"))
    if wrong:
        known = ", ".join(f"${name}" for name in PLACEHOLDERS)
        raise ValueError(f"unknown placeholders: {', '.join(wrong)}; known: {known}")
    return instruction


Name = Annotated[str, Field(min_length=1)]
Instruction = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_only_known_placeholders)
]


class Template(Config):
    """What is asked for each task, and how the answer is written."""

    name: Name
    description: Name
    format: TargetFormat
    empty: Empty
    empty_by_task: dict[Task, Empty] = {}
    """Of the tasks for which it is another."""
    instructions: Annotated[dict[Task, Instruction], Field(min_length=1)]
    """For each task that the template is for, the instruction with its placeholders."""

    def empty_of(self, task: Task) -> Empty:
        """Whether the targets of a task hold types without a value."""
        return self.empty_by_task.get(task, self.empty)

    def instruction(self, task: Task, schema: Schema) -> str:
        """The instruction of a task, with the names of a schema put in.

        Raises ValueError when the template has none for the task.
        """
        text = self.instructions.get(task)
        if text is None:
            raise ValueError(
                f"template {self.name} has no instruction for {task}; it has: {', '.join(self.instructions)}"
            )
        return _filled(text, schema)

    def target(self, gold: Extraction, task: Task, schema: Schema) -> str:
        """The answer to train on.

        Types stand in the order of the schema, their units in the order of the text where all
        offsets are known and else in that of gold, the arguments of an event in the order of the
        roles. What would be written twice is written once.

        Raises ValueError when gold has a type or a role that the schema has not.

        >>> gold = Extraction(entities=(Entity("person", "Kevin"), Entity("person", "Therese")))
        >>> schema = Schema(("location", "person"))
        >>> template("cm-slots").target(gold, "ner", schema)
        '{"location": "", "person": "Kevin Therese"}'
        >>> template("sa-records").target(gold, "ner", schema)
        '{"person": ["Kevin", "Therese"]}'
        """
        write = records if self.format == "records" else slots
        found = write(_ordered(gold, task, schema.roles), task, types=schema.types)
        if strange := found.keys() - schema.types:
            raise _unknown("types", strange, schema.types)
        return _json(found if self.empty_of(task) == "keep" else _without_empty(found))


def joined(name: str, parts: Mapping[Task, Template]) -> Template:
    """One template that puts each task as the template of its own does: entities as in one, relations as in another.

    Raises TemplateError when they write targets in different formats, or one has nothing for its task.

    >>> joined("paper", {"ner": template("cm-slots"), "re": template("sa-slots")}).empty_by_task
    {'ner': 'keep', 're': 'omit'}
    """
    formats = {part.format for part in parts.values()}
    missing = [
        f"{part.name} has no instruction for {task}" for task, part in parts.items() if task not in part.instructions
    ]
    if len(formats) > 1 or missing:
        names = ", ".join(f"{part.name} ({part.format})" for part in parts.values())
        raise TemplateError("; ".join(missing) or f"expected templates of one format, found {names}")
    return Template(
        name=name,
        description=", ".join(f"{task} as in {part.name}" for task, part in parts.items()),
        format=formats.pop(),
        empty="omit",
        empty_by_task={task: part.empty_of(task) for task, part in parts.items()},
        instructions={task: part.instructions[task] for task, part in parts.items()},
    )


@lru_cache(maxsize=1_024)
def _filled(instruction: str, schema: Schema) -> str:
    """An instruction for a schema; rows are many, schemas are few."""
    return string.Template(instruction).substitute(
        types=", ".join(schema.types), count=len(schema.types), roles=", ".join(schema.roles)
    )


def prompt_of(instruction: str, text: str) -> str:
    """An instruction and the text that it is about, as one prompt: on lines of their own."""
    return f"{instruction}\n{text}"


# -- the order of a target --------------------------------------------------------------------

_Unit = TypeVar("_Unit", Entity, Relation, Event)


def _ordered(gold: Extraction, task: Task, roles: tuple[str, ...]) -> Extraction:
    """The units of a task in the order of a target, each once."""
    if task == "ner":
        return Extraction(entities=_arranged(gold.entities, _entity_at, _entity_words))
    if task == "re":
        return Extraction(relations=_arranged(gold.relations, _pair_at, _pair_words))
    events = [_with_arguments_ordered(event, roles) for event in gold.events]
    return Extraction(events=_arranged(events, _event_at, _event_words))


_entity_at = attrgetter("at")
_entity_words = attrgetter("type", "text")
_pair_words = attrgetter("type", "head", "tail")
_event_at = attrgetter("trigger_at")
_argument_words = attrgetter("role", "text")
_role = attrgetter("role")


def _arranged(
    units: Sequence[_Unit], place: Callable[[_Unit], Any], words: Callable[[_Unit], object]
) -> tuple[_Unit, ...]:
    """Units in the order of their places if all are known; of those with the same words the first."""
    if len(units) == 1:  # most rows of relations and events
        return tuple(units)
    if all(map(place, units)):
        units = sorted(units, key=place)
    first: dict[object, _Unit] = {}
    for unit in units:
        first.setdefault(words(unit), unit)
    return tuple(first.values())


def _with_arguments_ordered(event: Event, roles: tuple[str, ...]) -> Event:
    if _in_order(tuple(map(_role, event.arguments)), roles):
        return event
    ranks = _ranks(roles)
    if strange := {argument.role for argument in event.arguments} - ranks.keys():
        raise _unknown("roles", strange, roles)
    first: dict[tuple[str, str], Argument] = {}
    for argument in sorted(event.arguments, key=lambda argument: ranks[argument.role]):
        first.setdefault((argument.role, argument.text), argument)
    return Event(event.type, event.trigger, tuple(first.values()), event.trigger_at)


@lru_cache(maxsize=10_000)
def _in_order(found: tuple[str, ...], roles: tuple[str, ...]) -> bool:
    """Whether roles stand in order, each once, so that nothing is left to do; events are many, these are few."""
    ranks = _ranks(roles)
    places = [ranks.get(role, -1) for role in found]
    return -1 not in places and all(one < other for one, other in pairwise(places))


@lru_cache(maxsize=1_024)
def _ranks(names: tuple[str, ...]) -> dict[str, int]:
    """The position of each name."""
    return {name: i for i, name in enumerate(names)}


def _unknown(what: str, strange: Iterable[str], known: Iterable[str]) -> ValueError:
    names = ", ".join(map(repr, sorted(strange)))
    return ValueError(f"gold has {what} that the schema has not: {names}; known: {', '.join(known) or 'none'}")


def _pair_at(relation: Relation) -> Sequence[Span]:
    """Where a pair begins, and where its other mention is; nothing if either is not known."""
    places = sorted((relation.head_at, relation.tail_at))
    return places if all(places) else ()


def _event_words(event: Event) -> object:
    return event.type, event.trigger, tuple(map(_argument_words, event.arguments))


def _json(value: object) -> str:
    """JSON text with a space after each comma and colon, as the standard library writes it."""
    return msgspec.json.format(msgspec.json.encode(value), indent=0).decode()


# -- from full to concise ---------------------------------------------------------------------


def streamline(target: str) -> str:
    """A target without the keys that have no value, in either format.

    Raises ValueError when it is no JSON object.

    >>> streamline('{"location": "", "person": "Kevin Therese"}')
    '{"person": "Kevin Therese"}'
    """
    try:
        found = json.loads(target)
    except json.JSONDecodeError as error:
        raise ValueError(f"expected a JSON object: {error.msg} at character {error.pos}, in {target[:60]!r}") from None
    if not isinstance(found, dict):
        raise ValueError(f"expected a JSON object, found {target[:60]!r}")
    return json.dumps(_without_empty(found), ensure_ascii=False)


def _without_empty(found: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if value not in _EMPTY}


_EMPTY: tuple[object, ...] = (None, "", [], {})


# -- templates --------------------------------------------------------------------------------


@cache
def template_names() -> tuple[str, ...]:
    """The names of the shipped templates, in the order of the alphabet."""
    files = (file.name for file in _TEMPLATES.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml")))


@cache
def _shipped(name: str) -> Template:
    file = f"{name}.yaml"
    return parse_config(Template, _TEMPLATES.joinpath(file).read_text(encoding="utf-8"), file, TemplateError)


def template(name: str) -> Template:
    """The shipped template of that name, whatever the case of its letters.

    Raises TemplateError when there is none.
    """
    if name.casefold() not in template_names():
        raise TemplateError(
            f"unknown template {name!r}; known: {', '.join(template_names())}, or a .yaml file of yours"
        )
    return _shipped(name.casefold())


def read_template(path: Path) -> Template:
    """The template in a YAML file.

    Raises OSError when it cannot be read, TemplateError with everything that is wrong with it.
    """
    return read_config(Template, path, TemplateError)
