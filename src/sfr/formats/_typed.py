"""Objects keyed by type: records, the paper's strings, and the dialects of IEPile and OneKE.

Records are the lossless form and the default for new data: ``{"person": ["Kevin"]}``,
``{"used for": [["surface", "algorithm"]]}``,
``{"attack": [{"trigger": "fired", "arguments": [["Target", "hotel"]]}]}``.
"""

from __future__ import annotations

from sfr.formats._draft import Draft
from sfr.formats._keys import (
    ARGUMENT_ROLE,
    ARGUMENT_TEXT,
    ARGUMENTS,
    HEAD,
    NAME,
    TAIL,
    TRIGGER,
    mention,
    pick,
)
from sfr.formats._nodes import Node, Number, Pairs, is_blank, is_void, members, plain, strings
from sfr.formats._slots import read_slot

__all__ = ["read_arguments", "read_records", "read_typed"]


def read_records(node: Pairs, draft: Draft) -> None:
    """Take the units of records and of nothing else: the form of gold."""
    seen = set()
    for kind, where, value in members(node, ""):
        if draft.normalize(kind) in seen:
            draft.problem("duplicate-key", where)
        seen.add(draft.normalize(kind))
        if not kind.strip():
            draft.problem("empty-type", where)
        elif value is None:
            continue
        elif not isinstance(value, list):
            draft.problem("not-a-list", where, plain(value))
        else:
            for _, place, item in members(value, where):
                _read_record(kind, item, draft, place)


def _read_record(kind: str, item: Node, draft: Draft, where: str) -> None:
    if draft.task == "ner":
        if isinstance(item, str) and not isinstance(item, Number):
            if not item.strip():
                draft.problem("empty-mention", where)
            draft.add_entity(kind, item, where)
        else:
            draft.problem("not-a-string", where, plain(item))
    elif draft.task == "re":
        pair = strings(item)
        if pair is None:
            draft.problem("not-a-pair", where, plain(item))
        else:
            if not any(map(str.strip, pair)):
                draft.problem("empty-mention", where, list(pair))
            draft.add_relation(kind, *pair, where)
    else:
        _read_event_record(kind, item, draft, where)


def _read_event_record(kind: str, item: Node, draft: Draft, where: str) -> None:
    fields = dict(item) if isinstance(item, Pairs) else {}
    trigger, pairs = fields.get("trigger"), fields.get("arguments", [])
    strange = fields.keys() - {"trigger", "arguments"}
    if not isinstance(trigger, str) or not isinstance(pairs, list) or strange:
        draft.problem("not-an-event", where, plain(item))
        return
    arguments = []
    for _, place, argument in members(pairs, f"{where}.arguments"):
        pair = strings(argument)
        if pair is None or not all(map(str.strip, pair)):
            draft.problem("not-an-argument", place, plain(argument))
        else:
            arguments.append((*pair, place))
    if not (trigger.strip() or arguments):
        draft.problem("no-trigger", where)
    draft.add_event(kind, trigger, arguments, where)


def read_typed(node: Pairs, draft: Draft, where: str = "") -> str:
    """Take the units of an object keyed by type, whatever its values look like; the format's name."""
    if draft.task == "ee" and (kind := _only_type_of_roles(node, draft)):
        draft.add_event(kind, "", _by_role(node, draft, where), where)
        return "iepile"
    seen: set[str] = set()
    found: set[str] = set()
    for kind, place, value in members(node, where):
        if draft.normalize(kind) in seen:
            draft.problem("duplicate-key", place)
        seen.add(draft.normalize(kind))
        if is_blank(value):
            continue
        found.add(_READ[draft.task](kind, value, draft, place))
    for name in ("slots", "iepile"):
        if name in found:
            return name
    return "records"


def _only_type_of_roles(node: Pairs, draft: Draft) -> str:
    """The type of the event whose arguments an object holds by role (YAYI-UIE), or ""."""
    types, roles = (draft.schema.types, draft.schema.roles) if draft.schema else ((), ())
    keys = {key for key, _ in node}
    return types[0] if len(types) == 1 and keys and keys <= {*roles} - {*types} else ""


def _read_entities(kind: str, value: Node, draft: Draft, where: str) -> str:
    if isinstance(value, str):
        if not isinstance(value, Number):
            read_slot(kind, value, draft, where)
            return "slots"
        value = [value]
    if not isinstance(value, list):
        draft.problem("not-a-list", where, plain(value))
        return "records"
    for _, place, item in members(value, where):
        text = None if isinstance(item, list) else mention(item, NAME)
        if text is not None:
            draft.add_entity(kind, text, place)
        elif not is_void(item):
            draft.problem("not-a-string", place, plain(item))
    return "records"


def _read_relations(kind: str, value: Node, draft: Draft, where: str) -> str:
    if isinstance(value, str):
        read_slot(kind, value, draft, where)
        return "slots"
    if isinstance(value, Pairs):
        if pick(value, HEAD) is None:
            return _read_heads(kind, value, draft, where)
        value = [value]
    if not isinstance(value, list):
        draft.problem("not-a-list", where, plain(value))
        return "records"
    pair = strings(value)
    if pair and not any(", " in text for text in pair):
        draft.problem("not-a-pair", where, list(pair))
        draft.add_relation(kind, *pair, where)
        return "records"
    names = {_read_relation(kind, item, draft, place) for _, place, item in members(value, where)}
    return next((name for name in ("iepile", "slots") if name in names), "records")


def _read_relation(kind: str, item: Node, draft: Draft, where: str) -> str:
    if isinstance(item, str):
        read_slot(kind, item, draft, where)
        return "slots"
    if isinstance(item, Pairs):
        head, tail = mention(pick(item, HEAD), NAME), mention(pick(item, TAIL), NAME)
        if head is not None and tail is not None:
            draft.add_relation(kind, head, tail, where)
        elif not is_void(item):
            draft.problem("not-a-pair", where, plain(item))
        return "iepile"
    if ends := strings(item):
        draft.add_relation(kind, *ends, where)
    elif not is_void(item):
        draft.problem("not-a-pair", where, plain(item))
    return "records"


def _read_heads(kind: str, value: Pairs, draft: Draft, where: str) -> str:
    """``{relation: {head: tail}}``, or with one level more ``{type: {head: {relation: tail}}}``."""
    for head, place, inner in members(value, where):
        if isinstance(inner, Pairs):
            for relation, deeper, tails in members(inner, place):
                _read_tails(relation, head, tails, draft, deeper)
        else:
            _read_tails(kind, head, inner, draft, place)
    return "iepile"


def _read_tails(relation: str, head: str, tails: Node, draft: Draft, where: str) -> None:
    for _, place, tail in members(tails if isinstance(tails, list) else [tails], where):
        text = mention(tail, NAME)
        if text is None and not is_void(tail):
            draft.problem("not-a-string", place, plain(tail))
        elif text is not None and not is_blank(text):
            draft.add_relation(relation, head, text, place)


def _read_events(kind: str, value: Node, draft: Draft, where: str) -> str:
    if isinstance(value, str):
        read_slot(kind, value, draft, where)
        return "slots"
    if isinstance(value, Pairs):
        value = [value]
    if not isinstance(value, list):
        draft.problem("not-a-list", where, plain(value))
        return "records"
    name = "records"
    for _, place, item in members(value, where):
        if isinstance(item, str):
            draft.add_event(kind, item, [], place)
            name = "iepile"
        elif not isinstance(item, Pairs):
            if not is_void(item):
                draft.problem("not-an-event", place, plain(item))
        elif _read_event(kind, item, draft, place) == "iepile":
            name = "iepile"
    return name


def _read_event(kind: str, item: Pairs, draft: Draft, where: str) -> str:
    trigger = mention(pick(item, TRIGGER), NAME) or ""
    arguments = pick(item, ARGUMENTS)
    place = f"{where}.arguments"
    if arguments is None:  # the roles stand beside the trigger
        beside = Pairs((key, value) for key, value in item if key.lower() not in {*TRIGGER, *ARGUMENTS})
        arguments, place = beside or [], where
    name = "iepile" if isinstance(arguments, Pairs) else "records"
    if name == "iepile" and is_blank(trigger):
        trigger = ""
    draft.add_event(kind, trigger, read_arguments(arguments, draft, place), where)
    return name


def read_arguments(node: Node, draft: Draft, where: str) -> list[tuple[str, str, str]]:
    """The (role, text, place) arguments of one event, written as a list or keyed by role."""
    if is_blank(node):
        return []
    if isinstance(node, Pairs):
        return _by_role(node, draft, where)
    if not isinstance(node, list):
        draft.problem("not-a-list", where, plain(node))
        return []
    return [argument for _, place, item in members(node, where) for argument in _read_argument(item, draft, place)]


def _read_argument(item: Node, draft: Draft, where: str) -> list[tuple[str, str, str]]:
    """``[role, text]``, ``{"role": ..., "text": ...}``, or one or several ``{role: text}``."""
    if pair := strings(item):
        return [(*pair, where)]
    if not isinstance(item, Pairs):
        if not is_void(item):
            draft.problem("not-a-pair", where, plain(item))
        return []
    role, text = mention(pick(item, ARGUMENT_ROLE), NAME), mention(pick(item, ARGUMENT_TEXT), NAME)
    if role is not None and text is not None:
        return [(role, text, where)]
    names = {key.lower() for key, _ in item}
    if names.isdisjoint({*ARGUMENT_ROLE, *ARGUMENT_TEXT}):
        return _by_role(item, draft, where)
    if role is None or names.isdisjoint(ARGUMENT_TEXT) or not is_void(pick(item, ARGUMENT_TEXT)):
        draft.problem("not-an-argument", where, plain(item))
    return []


def _by_role(node: Pairs, draft: Draft, where: str) -> list[tuple[str, str, str]]:
    found = []
    for role, place, values in members(node, where):
        for _, deeper, value in members(values if isinstance(values, list) else [values], place):
            text = mention(value, NAME)
            if text is None and not is_void(value):
                draft.problem("not-a-string", deeper, plain(value))
            elif text is not None and not is_blank(text):
                found.append((role, text, deeper))
    return found


_READ = {"ner": _read_entities, "re": _read_relations, "ee": _read_events}
