"""Python calls, as GoLLIE and KnowCoder write them: ``[Person(span="Kevin")]``.

The name is the type. A relation has two values, an event its trigger under ``mention`` and its
arguments under their roles. Everything is read as text; nothing is ever evaluated.
"""

from __future__ import annotations

from sfr.formats._draft import Draft
from sfr.formats._keys import NAME, TRIGGER, mention
from sfr.formats._nodes import Call, Node, Pairs, is_void, members, plain

__all__ = ["read_calls"]

_TWO = 2


def read_calls(node: list[Node], draft: Draft) -> str:
    """Take the units of a list of calls; the format's name."""
    for _, where, item in members(node, ""):
        if not isinstance(item, Call):
            draft.problem("not-an-object", where, plain(item))
            continue
        kind = _type(item.name, draft)
        if draft.task == "ner":
            _read_entity(kind, item, draft, where)
        elif draft.task == "re":
            _read_relation(kind, item, draft, where)
        else:
            _read_event(kind, item.values, draft, where)
    return "calls"


def _read_entity(kind: str, call: Call, draft: Draft, where: str) -> None:
    text = mention(call, NAME)
    if text is None:
        draft.problem("not-a-string", where, plain(call))
    else:
        draft.add_entity(kind, text, where)


def _read_relation(kind: str, call: Call, draft: Draft, where: str) -> None:
    ends = [mention(value, NAME) for _, value in call.values]
    if len(ends) == _TWO and ends[0] is not None and ends[1] is not None:
        draft.add_relation(kind, ends[0], ends[1], where)
    else:
        draft.problem("not-a-pair", where, plain(call))


def _read_event(kind: str, values: Pairs, draft: Draft, where: str) -> None:
    trigger, arguments = "", []
    for key, place, value in members(values, where):
        texts = value if isinstance(value, list) else [value]
        for text in (mention(item, NAME) for item in texts if not is_void(item)):
            if text is None:
                draft.problem("not-a-string", place, plain(value))
            elif not trigger and (not key or key.lower() in TRIGGER):
                trigger = text
            else:
                arguments.append((_role(key, draft), text, place))
    draft.add_event(kind, trigger, arguments, where)


def _type(name: str, draft: Draft) -> str:
    return _as_in(draft.schema.types if draft.schema else (), name)


def _role(name: str, draft: Draft) -> str:
    return _as_in(draft.schema.roles if draft.schema else (), name)


def _as_in(names: tuple[str, ...], name: str) -> str:
    """The schema's spelling of a Python name: ``UsedFor`` and ``used_for`` are ``used for``."""
    return next((known for known in names if _squash(known) == _squash(name)), name)


def _squash(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()
