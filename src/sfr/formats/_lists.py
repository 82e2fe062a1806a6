"""Lists of units that name their own type: objects, arrays of strings, bare mentions.

``{"entity_list": [{"name": "ELRA", "type": "organization"}]}`` (OneKE v2),
``{"relation": [{"head": ..., "relation": ..., "tail": ...}]}`` (IEPile, YAYI-UIE),
``{"triple_list": [["head", "relation", "tail"]]}``, ``{"ner": [["span", "Type"]]}``,
``["Kevin", "Therese"]`` for the one type that was asked for (UniversalNER).
"""

from __future__ import annotations

from sfr.formats._draft import Draft
from sfr.formats._keys import (
    ARGUMENTS,
    ENTITY_TYPE,
    EVENT_TYPE,
    HEAD,
    NAME,
    RELATION_TYPE,
    TAIL,
    TRIGGER,
    WRAPPERS,
    mention,
    pick,
)
from sfr.formats._nodes import Node, Number, Pairs, is_blank, is_void, members, plain
from sfr.formats._typed import read_arguments, read_typed

__all__ = ["read_list", "unwrap"]

_TYPE = {"ner": ENTITY_TYPE, "re": RELATION_TYPE, "ee": EVENT_TYPE}
_ROW = frozenset({"text", "sentence", "senttext", "input", "id", "text_id", "tokens", "tokenized_text"})
_OUTER = ("output", "result", "results", "answer", "extraction", "response")


def unwrap(node: Pairs, draft: Draft) -> tuple[Node, str, list[str]] | None:
    """The list or object in which an object keeps the task's units, its key, and the tokens beside it.

    None if the object is itself keyed by type. A key that the schema has as a type is no wrapper.
    """
    types = draft.schema.types if draft.schema else ()
    beside = {key.lower() for key, _ in node} & _ROW
    for key, value in node:
        if key in types or not isinstance(value, (list, Pairs)):
            continue
        if (len(node) == 1 and key.lower() in _OUTER and not _is_typed(value, draft)) or (
            key.lower() in WRAPPERS[draft.task] and (_holds_units(value, draft) or (beside and not value))
        ):
            return value, key, _tokens(pick(node, ("tokenized_text", "tokens")))
    return None


def _is_typed(value: Node, draft: Draft) -> bool:
    """Whether a list stands under its type: nothing in it names a type of its own."""
    return isinstance(value, list) and not _holds_units(value, draft)


def _holds_units(value: Node, draft: Draft) -> bool:
    if isinstance(value, Pairs):
        return True
    if not isinstance(value, list) or not value:
        return False
    first = value[0]
    if isinstance(first, Pairs):
        return pick(first, _TYPE[draft.task]) is not None
    if isinstance(first, str):
        return draft.task == "ner" and draft.schema is not None and len(draft.schema.types) == 1
    lengths = {"ner": (2, 3), "re": (3,), "ee": ()}[draft.task]
    return isinstance(first, list) and len(first) in lengths


def read_list(node: list[Node], draft: Draft, where: str = "", tokens: list[str] | None = None) -> str:
    """Take the units of a list; the format's name."""
    name = "lists"
    for _, place, item in members(node, where):
        if is_void(item):
            continue
        if isinstance(item, Pairs):
            name = _READ[draft.task](item, draft, place) or name
        elif isinstance(item, list):
            _read_array(item, draft, place, tokens or [])
            name = "triples"
        elif isinstance(item, str) and draft.task == "ner":
            _read_bare(item, draft, place)
            name = "universalner"
        else:
            draft.problem("not-an-object", place, plain(item))
    return name


def _read_entity(item: Pairs, draft: Draft, where: str) -> str:
    kind, text = mention(pick(item, ENTITY_TYPE), NAME), mention(item, NAME)
    if kind is not None and text is not None:
        draft.add_entity(kind, text, where)
    elif kind is not None:
        if not is_void(pick(item, NAME)) or len(item) == 1:
            draft.problem("not-a-string", where, plain(item))
    elif text is not None:
        _read_bare(text, draft, where)
    else:
        return read_typed(item, draft, where)
    return ""


def _read_relation(item: Pairs, draft: Draft, where: str) -> str:
    kind = mention(pick(item, RELATION_TYPE), NAME)
    head, tail = mention(pick(item, HEAD), NAME), mention(pick(item, TAIL), NAME)
    if kind is None and head is None and tail is None:
        return read_typed(item, draft, where)
    if kind is not None and head is not None and tail is not None:
        draft.add_relation(kind, head, tail, where)
    elif not (is_void(pick(item, HEAD)) and is_void(pick(item, TAIL))):
        draft.problem("not-a-triple", where, plain(item))
    return ""


def _read_event(item: Pairs, draft: Draft, where: str) -> str:
    kind = mention(pick(item, EVENT_TYPE), NAME)
    if kind is None:
        return read_typed(item, draft, where)
    trigger = mention(pick(item, TRIGGER), NAME) or ""
    arguments = read_arguments(pick(item, ARGUMENTS), draft, f"{where}.arguments")
    draft.add_event(kind, trigger, arguments, where)
    return ""


def _read_array(item: list[Node], draft: Draft, where: str, tokens: list[str]) -> None:
    """``[head, relation, tail]``, ``[span, type]``, or ``[first, last, type]`` of tokens."""
    match item:
        case [Number() as first, Number() as last, str(kind)] if draft.task == "ner" and tokens:
            if first.isdecimal() and last.isdecimal():
                draft.add_entity(kind, " ".join(tokens[int(first[:9]) : int(last[:9]) + 1]), where)
                return
        case [str(text), str(kind)] if draft.task == "ner":
            draft.add_entity(kind, text, where)
            return
        case [str(head), str(relation), str(tail)] if draft.task == "re":
            types = draft.schema.types if draft.schema else ()
            if head in types and relation not in types:
                head, relation = relation, head
            draft.add_relation(relation, head, tail, where)
            return
    draft.problem("not-a-triple" if draft.task == "re" else "not-a-pair", where, plain(item))


def _read_bare(text: str, draft: Draft, where: str) -> None:
    types = draft.schema.types if draft.schema else ()
    if len(types) == 1:
        draft.add_entity(types[0], text, where)
    elif not is_blank(text):
        draft.problem("no-type", where, text)


def _tokens(node: Node) -> list[str]:
    return [token for token in node if isinstance(token, str)] if isinstance(node, list) else []


_READ = {"ner": _read_entity, "re": _read_relation, "ee": _read_event}
