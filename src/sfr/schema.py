"""What may be extracted: the types of a task, and the roles of its events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["Schema", "SchemaLike", "as_schema"]


@dataclass(frozen=True, slots=True)
class Schema:
    """The types that may occur, and for events the roles; in the order of the prompt."""

    types: tuple[str, ...]
    roles: tuple[str, ...] = ()


SchemaLike = Schema | Mapping[str, object] | Iterable[str]
"""A Schema, ``{"types": [...], "roles": [...]}``, ``{type: [roles]}``, or a list of types."""


def as_schema(value: SchemaLike) -> Schema:
    """The schema that ``value`` describes.

    Raises ValueError when it describes none.
    """
    if isinstance(value, Schema):
        return value
    if isinstance(value, str):
        msg = f"a schema is a list of types or an object, not the string {value!r}"
        raise ValueError(msg)
    if not isinstance(value, Mapping):
        return Schema(_strings(value, "types"))
    if "types" in value and value.keys() <= {"types", "roles"}:
        return Schema(_strings(value["types"], "types"), _strings(value.get("roles") or (), "roles"))
    roles = (role for name, roles in value.items() for role in _strings(roles or (), f"roles of {name!r}"))
    return Schema(_strings(value, "types"), tuple(dict.fromkeys(roles)))


def _strings(values: object, what: str) -> tuple[str, ...]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        msg = f"{what} must be a list of strings, found {values!r}"
        raise ValueError(msg)
    found = tuple(values)
    for value in found:
        if not isinstance(value, str) or not value.strip():
            msg = f"{what} must be non-empty strings, found {value!r}"
            raise ValueError(msg)
    return found
