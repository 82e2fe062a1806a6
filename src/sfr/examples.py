"""Examples: one annotated text each, and how it is written as a line of JSON.

    {"id": "train-7", "dataset": "bc5cdr", "split": "train", "task": "ner", "text": "Warfarin may cause bleeding.",
     "schema": {"types": ["Chemical", "Disease"], "roles": []},
     "gold": {"Chemical": ["Warfarin"], "Disease": ["bleeding"]},
     "at": {"Chemical": [[[0, 8]]], "Disease": [[[19, 27]]]}}

``gold`` holds records, as everywhere. ``at``, which may be missing, has the shape of ``gold`` with
character ranges in the place of mentions: a list of [start, end] for each mention, ends exclusive,
more than one for a mention in pieces, none where it is not known. A mention in pieces is written
with a space between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any

import msgspec

from sfr.files import RowError, decode_line, kind_of, shape_problem
from sfr.formats import records
from sfr.parsing import ParseError, Reading, read_gold
from sfr.schema import Schema, as_schema
from sfr.structures import Argument, Entity, Event, Extraction, Relation, Span, Task, as_task

__all__ = ["PIECE_JOINER", "Example", "check_spans", "example_line", "extraction_of", "mentions", "read_example"]

PIECE_JOINER = " "
"""What stands between the pieces of a mention that is in pieces."""

_READING = Reading()


@dataclass(frozen=True, slots=True)
class Example:
    """One annotated text of a data set; ``id`` is its own within the data set."""

    id: str
    dataset: str
    split: str
    task: Task
    text: str
    schema: Schema
    gold: Extraction


# -- from a line ------------------------------------------------------------------------------

_Mention = str
_Pair = tuple[str, str]
_Ranges = tuple[tuple[int, int], ...]


class _SchemaLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    types: tuple[str, ...]
    roles: tuple[str, ...] = ()


class _Line(msgspec.Struct):
    id: str
    dataset: str
    split: str
    task: Task
    text: str
    schema: msgspec.Raw
    gold: msgspec.Raw
    at: msgspec.Raw = msgspec.Raw(b"null")


class _EventGold(msgspec.Struct, forbid_unknown_fields=True):
    trigger: str
    arguments: tuple[_Pair, ...] = ()


class _EventAt(msgspec.Struct, forbid_unknown_fields=True):
    trigger: _Ranges = ()
    arguments: tuple[_Ranges, ...] = ()


_line = msgspec.json.Decoder(_Line)
_schema_line = msgspec.json.Decoder(_SchemaLine)
_GOLD: dict[Task, Any] = {
    "ner": dict[str, tuple[_Mention, ...]],
    "re": dict[str, tuple[_Pair, ...]],
    "ee": dict[str, tuple[_EventGold, ...]],
}
_AT: dict[Task, Any] = {
    "ner": dict[str, tuple[_Ranges, ...]] | None,
    "re": dict[str, tuple[tuple[_Ranges, _Ranges], ...]] | None,
    "ee": dict[str, tuple[_EventAt, ...]] | None,
}
_gold = {task: msgspec.json.Decoder(shape) for task, shape in _GOLD.items()}
_at = {task: msgspec.json.Decoder(shape) for task, shape in _AT.items()}


def read_example(line: bytes) -> Example:
    """The example that a line of JSON holds, with its offsets checked against its text.

    Raises RowError with everything that is wrong with the line.
    """
    try:
        found = _line.decode(line)
        schema, types, roles = _schema_of(bytes(found.schema))
        gold = _extraction(found.task, _gold[found.task].decode(found.gold), _at[found.task].decode(found.at))
    except (msgspec.DecodeError, _MisshapenError, UnicodeDecodeError, RecursionError) as error:
        raise RowError(_problems(line) or [str(error)]) from None
    example = Example(found.id, found.dataset, found.split, found.task, found.text, schema, gold)
    if not _fits(example, types, roles):
        raise RowError([*_unfit(example), *check_spans(example.text, gold)])
    return example


class _MisshapenError(ValueError):
    """``at`` has not the shape of ``gold``."""


def extraction_of(task: Task, gold: Any, at: Any = None) -> Extraction:
    """The extraction that decoded records and places stand for.

    Raises ValueError when they are not in shape.
    """
    return _extraction(task, _shaped("gold", gold, _GOLD[task]), _shaped("at", at, _AT[task]))


def _shaped(name: str, value: Any, shape: Any) -> Any:
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise _MisshapenError(f"{name}: {shape_problem(str(error))}") from None


@lru_cache(maxsize=1_000)
def _schema_of(line: bytes) -> tuple[Schema, frozenset[str], frozenset[str]]:
    """The schema of a line, its types, its roles; few are different, and most of a line may be its schema."""
    found = _schema_line.decode(line)
    if not all(name.strip() for name in (*found.types, *found.roles)):
        raise _MisshapenError("schema: expected names, found nothing")
    return Schema(found.types, found.roles), frozenset(found.types), frozenset(found.roles)


def _extraction(task: Task, gold: Mapping[str, Any], at: Mapping[str, Any] | None) -> Extraction:
    if at is not None and at.keys() - gold.keys():
        raise _MisshapenError(f"at: types that gold has not: {', '.join(sorted(at.keys() - gold.keys()))}")
    units: list[Any] = []
    unit = _UNIT[task]
    for kind, found in gold.items():
        places = repeat(None) if at is None else _as_many(kind, found, at.get(kind, ()))
        units += [unit(kind, one, where) for one, where in zip(found, places)]  # noqa: B905 - one may be endless
    if task == "ner":
        return Extraction(entities=tuple(units))
    return Extraction(relations=tuple(units)) if task == "re" else Extraction(events=tuple(units))


def _as_many(kind: str, units: tuple[Any, ...], places: tuple[Any, ...]) -> tuple[Any, ...]:
    """The places, if there is one for each unit."""
    if len(places) != len(units):
        raise _MisshapenError(f"at.{kind}: {len(places)} places for {len(units)} units")
    return places


def _entity(kind: str, text: str, at: Span | None) -> Entity:
    return Entity(kind, text, at or ())


def _relation(kind: str, pair: _Pair, at: tuple[Span, Span] | None) -> Relation:
    return Relation(kind, *pair, *(at or ()))


def _event(kind: str, event: _EventGold, at: _EventAt | None) -> Event:
    if at is None:
        return Event(kind, event.trigger, tuple(Argument(role, text) for role, text in event.arguments))
    places = _as_many(f"{kind}.arguments", event.arguments, at.arguments)
    pairs = zip(event.arguments, places, strict=True)
    return Event(kind, event.trigger, tuple(Argument(role, text, where) for (role, text), where in pairs), at.trigger)


_UNIT: dict[Task, Callable[[str, Any, Any], Entity | Relation | Event]] = {
    "ner": _entity,
    "re": _relation,
    "ee": _event,
}


def _fits(example: Example, types: frozenset[str], roles: frozenset[str]) -> bool:
    """Whether all is as it must be in an example of the right shape; ``_unfit`` and ``check_spans`` say what is not."""
    gold, text = example.gold, example.text
    return (
        all(e.type in types and _stands(text, e.text, e.at) for e in gold.entities)
        and all(
            r.type in types and _stands(text, r.head, r.head_at) and _stands(text, r.tail, r.tail_at)
            for r in gold.relations
        )
        and all(
            e.type in types
            and _stands(text, e.trigger, e.trigger_at)
            and all(a.role in roles and _stands(text, a.text, a.at) for a in e.arguments)
            for e in gold.events
        )
        and bool(example.id and example.dataset and example.split and text and not text.isspace())
    )


def _stands(text: str, mention: str, at: Span) -> bool:
    """Whether a mention is one, and stands where it is said to stand."""
    if not mention or mention.isspace():
        return False
    if len(at) == 1:  # nearly all
        ((start, end),) = at
        return text[start:end] == mention and 0 <= start < end <= len(text)
    inside = all(0 <= start < end <= len(text) for start, end in at)
    return not at or (inside and PIECE_JOINER.join(text[start:end] for start, end in at) == mention)


def _unfit(example: Example) -> list[str]:
    """What is not as it must be in an example of the right shape."""
    gold, schema = example.gold, example.schema
    problems = [
        f"{name}: expected a name, found nothing" for name in ("id", "dataset", "split") if not getattr(example, name)
    ]
    if not example.text.strip():
        problems.append("text: expected a text, found none")
    units: tuple[Entity | Relation | Event, ...] = (*gold.entities, *gold.relations, *gold.events)
    if strange := {unit.type for unit in units}.difference(schema.types):
        problems.append(f"gold: types that the schema has not: {', '.join(sorted(strange))}")
    if strange := {a.role for event in gold.events for a in event.arguments}.difference(schema.roles):
        problems.append(f"gold: roles that the schema has not: {', '.join(sorted(strange))}")
    problems += [
        f"gold: expected text, found nothing in {kind!r}" for kind, text, _ in mentions(gold) if not text.strip()
    ]
    return problems


def mentions(gold: Extraction) -> Iterable[tuple[str, str, Span]]:
    """What it is of, text and place of every mention."""
    for entity in gold.entities:
        yield entity.type, entity.text, entity.at
    for relation in gold.relations:
        yield relation.type, relation.head, relation.head_at
        yield relation.type, relation.tail, relation.tail_at
    for event in gold.events:
        yield event.type, event.trigger, event.trigger_at
        for argument in event.arguments:
            yield argument.role, argument.text, argument.at


def check_spans(text: str, gold: Extraction) -> list[str]:
    """What the offsets of ``gold`` have against ``text``; where none are known nothing is."""
    problems = []
    for kind, mention, at in mentions(gold):
        if not at:
            continue
        found = PIECE_JOINER.join(text[start:end] for start, end in at)
        inside = all(0 <= start < end <= len(text) for start, end in at)
        if found != mention or not inside:
            where = ", ".join(f"{start}-{end}" for start, end in at)
            problems.append(f"at: {kind} {mention!r} is said to be at {where}, but there stands {found!r}")
    return problems


def _problems(line: bytes) -> list[str]:
    """All that is wrong with a line that could not be read, as far as can be told."""
    value = decode_line(line)
    if not isinstance(value, dict):
        return [f"expected a JSON object, found {kind_of(value)}"]
    problems = [
        f"{name}: expected a string, found {kind_of(value.get(name))}"
        for name in ("id", "dataset", "split", "text")
        if not isinstance(value.get(name), str)
    ]
    task = None
    try:
        task = as_task(value.get("task", ""))
    except ValueError as error:
        problems.append(f"task: {error}")
    try:
        schema = value.get("schema")
        as_schema(schema or ())
        if not isinstance(schema, dict) or not {"types"} <= schema.keys() <= {"types", "roles"}:
            problems.append(f"schema: expected {{types, roles}}, found {_shown(schema)}")
    except ValueError as error:
        problems.append(f"schema: {error}")
    gold = value.get("gold")
    if not isinstance(gold, dict):
        problems.append(f"gold: expected a records object, found {kind_of(gold)}")
    elif task is not None:
        try:
            read_gold(gold, task, _READING)
        except ParseError as error:
            problems += [f"gold: {problem}" for problem in error.problems]
    if task is not None:
        try:
            _shaped("at", value.get("at"), _AT[task])
        except _MisshapenError as error:
            problems.append(str(error))
    return problems


def _shown(value: object) -> str:
    return f"an object of {', '.join(map(str, value)) or 'nothing'}" if isinstance(value, dict) else kind_of(value)


# -- to a line --------------------------------------------------------------------------------


def example_line(example: Example) -> bytes:
    """An example as a line of JSON, without the line's end."""
    gold, task = example.gold, example.task
    row: dict[str, Any] = {
        "id": example.id,
        "dataset": example.dataset,
        "split": example.split,
        "task": task,
        "text": example.text,
        "schema": {"types": example.schema.types, "roles": example.schema.roles},
        "gold": records(gold, task),
    }
    if any(at for _, _, at in mentions(gold)):
        row["at"] = _places(gold, task)
    return msgspec.json.encode(row)


def _places(gold: Extraction, task: Task) -> dict[str, list[object]]:
    """The places of an extraction's mentions, in the shape of its records."""
    found: dict[str, list[object]] = {}
    if task == "ner":
        for entity in gold.entities:
            found.setdefault(entity.type, []).append(entity.at)
    elif task == "re":
        for relation in gold.relations:
            found.setdefault(relation.type, []).append((relation.head_at, relation.tail_at))
    else:
        for event in gold.events:
            arguments = [argument.at for argument in event.arguments]
            found.setdefault(event.type, []).append({"trigger": event.trigger_at, "arguments": arguments})
    return found
