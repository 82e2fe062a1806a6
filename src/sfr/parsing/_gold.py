"""Gold, which has to be right: anything else is refused with every problem named."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, TypeAlias

from sfr.formats import Draft, Node, Number, Pairs, is_blank, read_records
from sfr.parsing._parse import ParseError, Reading
from sfr.parsing._scan import TooDeep, find
from sfr.structures import Extraction, Task

__all__ = ["Gold", "read_gold"]

Gold: TypeAlias = Extraction | Mapping[str, Any] | str
"""An Extraction, a records object, or JSON text of one."""


def read_gold(gold: Gold, task: Task, reading: Reading) -> Extraction:
    """Gold in its normal form; the format is records, whatever ``reading`` expects of outputs.

    Raises ParseError with every problem, TypeError for what is no gold at all.
    """
    draft = Draft(task, reading.normalize, room=sys.maxsize)
    if isinstance(gold, Extraction):
        _read_extraction(gold, draft)
    elif isinstance(gold, str):
        _read_text(gold, draft, reading.max_depth)
    elif isinstance(gold, Mapping):
        read_records(_pairs(gold), draft)
    else:
        msg = f"gold must be an Extraction, a records object or JSON text, not {type(gold).__name__}"
        raise TypeError(msg)
    if draft.problems:
        raise ParseError(f"bad {task} gold", tuple(draft.problems))
    return draft.extraction()


def _read_text(text: str, draft: Draft, max_depth: int) -> None:
    try:
        found = find(text, max_depth)
    except TooDeep:
        draft.problem("too-deep", "")
        return
    if len(found) != 1 or text[: found[0].start].strip() or text[found[0].end :].strip():
        draft.problem("no-records", "", text.strip())
    elif found[0].repairs:
        for repair, place in found[0].repairs.items():
            draft.problem(repair, f"character {place}")
    elif isinstance(found[0].node, Pairs):
        read_records(found[0].node, draft)
    elif not is_blank(found[0].node):
        draft.problem("no-records", "", text.strip())


def _read_extraction(gold: Extraction, draft: Draft) -> None:
    for i, entity in enumerate(gold.entities):
        if not entity.text.strip():
            draft.problem("empty-mention", f"entities[{i}]")
        draft.add_entity(entity.type, entity.text, f"entities[{i}]")
    for i, relation in enumerate(gold.relations):
        if not (relation.head.strip() or relation.tail.strip()):
            draft.problem("empty-mention", f"relations[{i}]")
        draft.add_relation(relation.type, relation.head, relation.tail, f"relations[{i}]")
    for i, event in enumerate(gold.events):
        where = f"events[{i}]"
        arguments = [(a.role, a.text, f"{where}.arguments[{k}]") for k, a in enumerate(event.arguments)]
        for role, text, place in arguments:
            if not (role.strip() and text.strip()):
                draft.problem("not-an-argument", place, [role, text])
        if not (event.trigger.strip() or any(text.strip() for _, text, _ in arguments)):
            draft.problem("no-trigger", where)
        draft.add_event(event.type, event.trigger, arguments, where)


def _pairs(value: Mapping[str, Any]) -> Pairs:
    return Pairs((str(key), _node(item)) for key, item in value.items())


def _node(value: Any) -> Node:
    """A Python value as the scanner would have read it."""
    if isinstance(value, Mapping):
        return _pairs(value)
    if isinstance(value, (list, tuple)):
        return [_node(item) for item in value]
    if value is None or isinstance(value, (bool, str)):
        return value
    return Number(repr(value))  # refused wherever a string is expected
