"""What text is made of once its brackets and quotes are read, before anyone asks what it means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Call", "Node", "Number", "Pairs", "is_blank", "is_void", "members", "plain", "strings"]


class Pairs(tuple["tuple[str, Node]", ...]):
    """A JSON object with its keys in order, repeated ones included."""

    __slots__ = ()


class Number(str):
    """A number as it was written: ``326000`` stays what the text says."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A Python call such as ``Person(span="Kevin")``, read as text and never evaluated.

    Values without a keyword have the keyword ``""``.
    """

    name: str
    values: Pairs


Node: TypeAlias = "Pairs | list[Node] | Call | str | bool | None"

_SHOWN = 60  # characters of a key in a place

# How the formats of the field write that there is nothing.
_NOTHING = frozenset({"", "None", "none", "NONE", "NAN", "NaN", "nan", "null", "NULL", "N/A", "n/a", "无"})


def is_blank(node: Node) -> bool:
    """Whether the node stands for nothing, where a single value is expected."""
    if isinstance(node, str):
        return node.strip() in _NOTHING
    return node is None or (isinstance(node, (list, Pairs)) and not node)


def is_void(node: Node) -> bool:
    """Whether there is no value in the node, however deep; any string but the empty one is a value."""
    if isinstance(node, Pairs):
        return all(is_void(value) for _, value in node)
    if isinstance(node, list):
        return all(map(is_void, node))
    return node is None or (isinstance(node, str) and not node.strip())


def members(node: Pairs | list[Node], where: str) -> Iterator[tuple[str, str, Node]]:
    """Key, place and value of each member of an object or a list (whose keys are empty)."""
    if isinstance(node, Pairs):
        for key, value in node:
            name = (key if len(key) <= _SHOWN else f"{key[:_SHOWN]}...") or '""'
            yield key, f"{where}.{name}" if where else name, value
    else:
        for i, value in enumerate(node):
            yield "", f"{where}[{i}]", value


def strings(node: Node) -> tuple[str, str] | None:
    """The two strings of a pair."""
    match node:
        case [str(first), str(second)]:
            return first, second
    return None


def plain(node: Node) -> object:
    """The node as it would be written, for messages."""
    if isinstance(node, Pairs):
        return {key: plain(value) for key, value in node}
    if isinstance(node, list):
        return [plain(value) for value in node]
    if isinstance(node, Call):
        return f"{node.name}(...)"
    return str(node) if isinstance(node, str) else node
