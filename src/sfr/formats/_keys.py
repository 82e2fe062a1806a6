"""The names under which the formats of the field keep the same things."""

from __future__ import annotations

from sfr.formats._nodes import Call, Node, Pairs

__all__ = [
    "ARGUMENTS",
    "ARGUMENT_ROLE",
    "ARGUMENT_TEXT",
    "ENTITY_TYPE",
    "EVENT_TYPE",
    "HEAD",
    "NAME",
    "RELATION_TYPE",
    "TAIL",
    "TRIGGER",
    "WRAPPERS",
    "mention",
    "pick",
]

NAME = ("text", "name", "span", "mention", "entity", "entity_text", "entity_name", "word", "value")
ENTITY_TYPE = ("type", "label", "entity_type", "entity_label", "entity_group", "category", "tag")
RELATION_TYPE = ("relation", "predicate", "relation_type", "rel", "type", "label")
HEAD = ("head", "subject", "em1text", "head_entity", "entity1", "arg1", "source")
TAIL = ("tail", "object", "em2text", "tail_entity", "entity2", "arg2", "target")
EVENT_TYPE = ("event_type", "type", "label")
TRIGGER = ("trigger", "event_trigger", "mention", "text")
ARGUMENTS = ("arguments", "event_argument", "event_arguments", "args")
ARGUMENT_ROLE = ("role", "argument_role", "type", "label")
ARGUMENT_TEXT = ("argument", "text", "name", "value", "span", "mention")
WRAPPERS = {
    "ner": ("entities", "entity", "entity_list", "ner", "named_entities"),
    "re": ("relations", "relation", "relation_list", "triple_list", "triples", "rel", "relationmentions", "spo_list"),
    "ee": ("events", "event", "event_list"),
}
"""Keys under which a task's units stand in a list, beside whatever else an object holds."""


def pick(node: Pairs, names: tuple[str, ...]) -> Node:
    """The value under the first of these names that the object has, in any case; else None."""
    values = {key.lower(): value for key, value in reversed(node)}
    return next((values[name] for name in names if name in values), None)


def mention(node: Node, names: tuple[str, ...]) -> str | None:
    """The string of a mention: bare, under a name, in pieces, or in a call; None if it has none."""
    if isinstance(node, Pairs):
        node = pick(node, names)
    elif isinstance(node, Call):
        node = pick(node.values, (*names, "")) if node.values else None
    if isinstance(node, list) and node:
        pieces = [mention(piece, names) for piece in node]
        return " ".join(filter(None, pieces)) if all(isinstance(piece, str) for piece in pieces) else None
    return node if isinstance(node, str) else None
