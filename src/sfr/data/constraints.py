"""What a target may look like, for decoders that let a model write nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, get_args

from sfr.data.prompts import Empty, TargetFormat
from sfr.schema import Schema
from sfr.structures import Task, as_task

__all__ = ["json_schema", "regex"]


def json_schema(
    task: Task,
    schema: Schema,
    *,
    format: TargetFormat,  # noqa: A002
    empty: Empty,
) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the targets of a task.

    It leaves open how the JSON is spaced, in which order the types come, and whether a mention is
    empty. Decoders that keep to the order of ``properties`` get that of the targets.

    >>> found = json_schema("ner", Schema(("person",)), format="slots", empty="keep")
    >>> found["required"], found["$defs"]
    (['person'], {'value': {'type': 'string'}})
    """
    _check(task, format, empty)
    filled = empty == "omit"
    value = _TEXT if format == "slots" else _list_schema(_unit_schema(task, schema), filled=filled)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {kind: {"$ref": "#/$defs/value"} for kind in schema.types},
        "required": [] if filled else list(schema.types),
        "additionalProperties": False,
        "$defs": {"value": value},
    }


# No minLength: under one, xgrammar writes no escapes (its issue 800), so no mention with a quotation mark.
_TEXT: dict[str, Any] = {"type": "string"}


def _unit_schema(task: Task, schema: Schema) -> dict[str, Any]:
    if task == "ner":
        return _TEXT
    if task == "re":
        return _pair_schema(_TEXT)
    if schema.roles:
        arguments = _list_schema(_pair_schema({"enum": list(schema.roles)}), filled=False)
    else:
        arguments = {"type": "array", "maxItems": 0}
    return {
        "type": "object",
        "properties": {"trigger": _TEXT, "arguments": arguments},
        "required": ["trigger", "arguments"],
        "additionalProperties": False,
    }


def _pair_schema(first: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "prefixItems": [first, _TEXT], "items": False, "minItems": 2}


def _list_schema(item: dict[str, Any], *, filled: bool) -> dict[str, Any]:
    found = {"type": "array", "items": item}
    return {**found, "minItems": 1} if filled else found


# -- the same as a regular expression ---------------------------------------------------------

# A string as the standard library writes it with ensure_ascii=False: only quotation marks,
# backslashes and control characters are escaped.
_CHARACTER = r'([^"\\\x00-\x1f]|\\["\\bfnrt]|\\u00(0[0-7bef]|1[0-9a-f]))'
_SOME_TEXT = f'"{_CHARACTER}+"'
_ANY_TEXT = f'"{_CHARACTER}*"'


def regex(
    task: Task,
    schema: Schema,
    *,
    format: TargetFormat,  # noqa: A002
    empty: Empty,
) -> str:
    r"""A regular expression that matches a target of a task from its first to its last character.

    It allows one spacing, that of the targets, and has literals, classes, groups, ``|``, ``?``,
    ``*`` and ``+`` only, which every engine knows. Where all types are written, it asks for their
    order; where types without a value are left out, for any order and without a limit on repeats,
    since the subsets in order would make it grow with the square of the number of types.

    >>> print(regex("ner", Schema(("person", "place")), format="slots", empty="keep").replace(_ANY_TEXT, "TEXT"))
    \{"person": TEXT, "place": TEXT\}
    """
    _check(task, format, empty)
    filled = empty == "omit"
    if format == "slots":
        value = _SOME_TEXT if filled else _ANY_TEXT
    else:
        value = _list_regex(_unit_regex(task, schema), filled=filled)
    if filled:
        member = f"{_any_of(schema.types)}: {value}"
        members = f"({_several(member)})?" if schema.types else ""
    else:
        members = ", ".join(f"{_literal(kind)}: {value}" for kind in schema.types)
    return rf"\{{{members}\}}"


def _unit_regex(task: Task, schema: Schema) -> str:
    if task == "ner":
        return _SOME_TEXT
    if task == "re":
        return _pair_regex(_SOME_TEXT)
    arguments = _list_regex(_pair_regex(_any_of(schema.roles)), filled=False) if schema.roles else r"\[\]"
    return rf'\{{"trigger": {_SOME_TEXT}, "arguments": {arguments}\}}'


def _pair_regex(first: str) -> str:
    return rf"\[{first}, {_SOME_TEXT}\]"


def _list_regex(item: str, *, filled: bool) -> str:
    items = _several(item)
    return rf"\[{items}\]" if filled else rf"\[({items})?\]"


def _several(item: str) -> str:
    return f"{item}(, {item})*"


def _any_of(names: Iterable[str]) -> str:
    return f"({'|'.join(map(_literal, names))})"


# Of what ``re.escape`` would escape, only what has a meaning outside a class: not all engines know the rest.
_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}]")


def _literal(name: str) -> str:
    """A name as a JSON string, as a regular expression."""
    return _SPECIAL.sub(r"\\\g<0>", json.dumps(name, ensure_ascii=False))


def _check(task: str, format: str, empty: str) -> None:  # noqa: A002
    as_task(task)
    for what, value, known in (("format", format, get_args(TargetFormat)), ("empty", empty, get_args(Empty))):
        if value not in known:
            raise ValueError(f"{what}: expected {' or '.join(known)}, found {value!r}")
