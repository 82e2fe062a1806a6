"""Formats that are no brackets at all: InstructUIE's lines and UIE's structured language."""

from __future__ import annotations

import re

from sfr.formats._draft import Draft
from sfr.formats._nodes import is_blank
from sfr.grounding import split_pair

__all__ = ["read_instructuie", "read_sel"]

# A type is a few words without a full stop; prose before a colon seldom is.
_LABEL = r"[^\s:;.,!?(){}\[\]<>\"`][^:;,!?(){}\[\]<>\"`\n]{0,60}"
_FIELD = re.compile(rf"\s*({_LABEL}):\s*(\S.*)", re.DOTALL)
_GROUP = re.compile(r"\(([^()]*)\)")
_MAX_WORDS = 6


def read_instructuie(text: str, draft: Draft) -> str:
    """Take the units of InstructUIE's text; the format's name, or "" if the text is not all of that kind.

    ``None``, entities ``type: mention``, relations ``type: head, tail``, triggers ``type: trigger``,
    arguments ``mention: role`` (the value first), events ``(type: trigger, role: mention, ...)``.
    With a schema at least one label must be one of its names, else prose with a colon would do.
    """
    if is_blank(text.strip().rstrip(".")):
        return "instructuie" if text.strip() else ""
    if draft.task == "ee" and text.lstrip().startswith("("):
        return _read_events(text, draft)
    fields: list[tuple[str, str]] = []
    for part in filter(str.strip, re.split(r"[;\n]", text)):
        match = _FIELD.fullmatch(part)
        if match is None or (draft.schema is None and match[1].count(" ") >= _MAX_WORDS):
            return ""
        fields.append((match[1].strip(), match[2].strip()))
    types, roles = (draft.schema.types, draft.schema.roles) if draft.schema else ((), ())
    if draft.schema and {name for field in fields for name in field}.isdisjoint({*types, *roles}):
        return ""
    if draft.task == "ee" and roles and all(role in roles for _, role in fields):
        kind = types[0] if len(types) == 1 else ""
        draft.add_event(kind, "", [(role, text, f"[{i}]") for i, (text, role) in enumerate(fields)], "")
    else:
        for i, (kind, value) in enumerate(fields):
            _read_field(kind, value, draft, f"[{i}]")
    return "instructuie"


def _read_events(text: str, draft: Draft) -> str:
    groups = _GROUP.findall(text)
    if not groups or _GROUP.sub("", text).strip(" ,;\n"):
        return ""
    for i, group in enumerate(groups):
        if draft.room < 0:
            break
        _read_event(group, draft, f"[{i}]")
    return "instructuie"


def _read_field(kind: str, value: str, draft: Draft, where: str) -> None:
    if is_blank(value):
        return
    if draft.task == "ner":
        draft.add_entity(kind, value, where)
    elif draft.task == "ee":
        draft.add_event(kind, value, [], where)
    elif pair := split_pair(value):
        draft.add_relation(kind, *pair, where)
    else:
        draft.problem("not-a-pair", where, value)


def _read_event(group: str, draft: Draft, where: str) -> None:
    """``type: trigger, role: mention, ...``; a comma within a mention opens no role."""
    first, *rest = re.split(rf",\s*(?={_LABEL}:)", group)
    kind, _, trigger = first.partition(":")
    arguments = []
    for part in rest:
        role, _, text = part.partition(":")
        if not is_blank(text):
            arguments.append((role, text, where))
    draft.add_event(kind, "" if is_blank(trigger) else trigger, arguments, where)


_OPEN, _IS, _CLOSE = "<extra_id_0>", "<extra_id_5>", "<extra_id_1>"
_MARK = re.compile(f"({_OPEN}|{_IS}|{_CLOSE})")


def read_sel(text: str, draft: Draft) -> str:
    """Take the units of UIE's language; the format's name, or "" if the text is not in it.

    ``<open> <open> type <is> mention <open> role <is> mention <close> <close> <close>``: a spot
    with what is associated to it. For relations the spot is the head and the role the relation.
    """
    if not text.lstrip().startswith(_OPEN):
        return ""
    for i, (kind, head, associated) in enumerate(_spots(text)):
        where = f"[{i}]"
        if draft.task == "ner":
            draft.add_entity(kind, head, where)
        elif draft.task == "re":
            for role, mention in associated:
                draft.add_relation(role, head, mention, where)
        else:
            draft.add_event(kind, head, [(role, mention, where) for role, mention in associated], where)
    return "sel"


def _spots(text: str) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(type, mention, [(role, mention)]) of each spot; depth 1 is the frame, 2 a spot, 3 a role."""
    spots: list[tuple[str, str, list[tuple[str, str]]]] = []
    depth, label, value = 0, "", False
    for piece in filter(str.strip, _MARK.split(text)):
        if piece == _OPEN:
            depth, value = depth + 1, False
        elif piece == _CLOSE:
            depth, value = depth - 1, False
        elif piece == _IS:
            value = True
        elif not value:
            label = piece.strip()
        elif depth == _SPOT:
            spots.append((label, piece.strip(), []))
        elif depth == _SPOT + 1 and spots:
            spots[-1][2].append((label, piece.strip()))
    return spots


_SPOT = 2
