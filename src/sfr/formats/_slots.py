"""The paper's strings (Figures 4-8): one string a type, its values joined.

``{"person": "Kevin Therese"}``, ``{"used for": "surface, algorithm"}``,
``{"attack": "fired: Target: hotel; Instrument: tank"}``. Lossy: the values of a slot are joined
by a space, so reading them back takes the source text. A bar, ``" | "``, or a new line between
values is read as well, and is what we write between trigger groups, for which the paper names no
separator.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sfr.formats._draft import Draft
from sfr.grounding import Source, segment_pairs, segment_values, split_pair

__all__ = ["read_slot"]

_Argument = tuple[str, str]
_Group = tuple[str, list[_Argument]]


def read_slot(kind: str, slot: str, draft: Draft, where: str) -> None:
    """Take the units of one slot."""
    for part in _parts(slot, draft):
        if draft.room < 0:
            return
        if draft.task == "ner":
            for value in _values(part, draft):
                draft.add_entity(kind, value, where)
        elif draft.task == "re":
            _read_pairs(kind, part, draft, where)
        else:
            roles = draft.schema.roles if draft.schema else ()
            for trigger, arguments in _groups(part, roles, draft.source):
                draft.add_event(kind, trigger, [(role, text, f"{where}.{role}") for role, text in arguments], where)


def _parts(slot: str, draft: Draft) -> list[str]:
    """What stands between bars and line breaks, in its normal form."""
    return [part for line in slot.splitlines() for part in draft.normalize(line).split(" | ")]


def _values(part: str, draft: Draft) -> list[str]:
    if draft.split == "space":
        return part.split()
    if draft.split == "source" and draft.source is not None:
        return segment_values(part, draft.source, draft.budget)
    return [part]


def _read_pairs(kind: str, part: str, draft: Draft, where: str) -> None:
    if draft.split == "source" and draft.source is not None:
        pairs = segment_pairs(part, draft.source, draft.budget)
    else:
        pair = split_pair(part)
        pairs = [pair] if pair else []
    if not pairs and part.strip():
        draft.problem("not-a-pair", where, part)
    for head, tail in pairs:
        draft.add_relation(kind, head, tail, where)


# With the roles known, a role in its place opens an argument, and a bare "; " never does. A role
# right after "words:" opens a group, and the words are its trigger. Without them, a role is
# taken to be one to four words, the first of them with a capital.
_MAX_TRIGGER, _MAX_TRIGGER_WORDS = 200, 8
_ANY_ROLE = r"[A-Z][\w.\-/]*(?: [\w.\-/]+){0,3}"


@lru_cache(maxsize=64)
def _anchor(roles: tuple[str, ...]) -> re.Pattern[str]:
    """A role where one may stand, and what comes before it: the start, a semicolon, or a trigger's colon."""
    if not roles:  # the first words are a trigger, whatever they look like
        return re.compile(rf"(;\s*|:\s*)({_ANY_ROLE}):(?:\s+|$)")
    role = "|".join(map(re.escape, sorted(roles, key=len, reverse=True)))
    return re.compile(rf"(^|;\s*|:\s*)({role}):(?:\s+|$)")


def _groups(part: str, roles: tuple[str, ...], source: Source | None) -> list[_Group]:
    """The trigger groups of a slot, with (role, text) arguments."""
    anchors = list(_anchor(roles).finditer(part))
    if not roles:
        anchors = [a for a in anchors if not a[1].startswith(":") or _opens_group(part, a, anchors)]
    groups: list[_Group] = []
    before = part[: anchors[0].start()] if anchors else part
    *bare, trigger = before.split("; ") if before.strip() else [""]
    groups += [(_trigger(words), []) for words in bare]
    groups.append((_trigger(trigger), []))
    for i, anchor in enumerate(anchors):
        last = i + 1 == len(anchors)
        text = part[anchor.end() : len(part) if last else anchors[i + 1].start()]
        opens = not last and anchors[i + 1][1].startswith(":")
        trigger = ""
        if opens or (last and text.rstrip().endswith(":") and "; " in text):
            text, trigger = _part_trigger(text, source)
        groups[-1][1].append((anchor[2], text.strip().rstrip(";")))
        if trigger:
            groups.append((_trigger(trigger), []))
    return groups


def _opens_group(part: str, anchor: re.Match[str], anchors: list[re.Match[str]]) -> bool:
    """Whether ``words: Role:`` is a trigger and its first role, when the roles are not known."""
    if anchor is anchors[0]:
        return True
    start = anchor.start()
    near = max(0, start - _MAX_TRIGGER)
    cut = max(part.rfind("; ", near, start), part.rfind(": ", near, start))
    return cut >= 0 and part[cut] == ";" and part[cut + 2].islower()


def _part_trigger(text: str, source: Source | None) -> tuple[str, str]:
    """An argument and the trigger written after it, of the next group."""
    if "; " in text:
        argument, _, trigger = text.rpartition("; ")
        return argument, trigger
    words = text.split()
    shortest = max(0, len(words) - _MAX_TRIGGER_WORDS - 1)
    for cut in range(len(words) - 1, shortest, -1):  # the longest argument that leaves a trigger
        argument, trigger = " ".join(words[:cut]), " ".join(words[cut:])
        if source is None or (argument in source and trigger in source):
            return argument, trigger
    return text, ""


def _trigger(words: str) -> str:
    return words.strip().removesuffix(":").rstrip()
