"""JSON rows that give mentions as words: NYT, and the collections of InstructUIE and IEPile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from sfr.data.layouts._fields import LayoutError, as_shape, found_in
from sfr.data.layouts._source import Found, Source
from sfr.structures import Argument, Entity, Event, Extraction, Relation, Span

__all__ = ["iepile", "instructuie", "nyt"]

Shape = TypeVar("Shape")

_Row = dict[str, Any]


def _by_key(row: _Row, shapes: Mapping[str, type[Shape]], path: str = "") -> Shape:
    """A row, or the part of one at ``path``, as the shape that goes with the first of these keys that it has.

    Raises LayoutError when it has none of them, or is not of that shape.
    """
    for key, shape in shapes.items():
        if key in row:
            return as_shape(row, shape, path)
    at = f" at {path}" if path else ""
    raise LayoutError(f"expected a field {' or '.join(shapes)}{at}, found {', '.join(row) or 'none'}")


# -- NYT --------------------------------------------------------------------------------------


class _Mentioned(msgspec.Struct, rename={"head": "em1Text", "tail": "em2Text", "type": "label"}):
    head: str
    tail: str
    type: str


class _Triple(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    head: str
    type: str
    tail: str


class _Listed(msgspec.Struct, rename={"type": "relation"}):
    head: str
    tail: str
    type: str


class _CopyRe(msgspec.Struct, rename={"text": "sentText", "relations": "relationMentions"}):
    text: str
    relations: list[_Mentioned]


class _Prgc(msgspec.Struct, rename={"relations": "triple_list"}):
    text: str
    relations: list[_Triple]


class _Oneke(msgspec.Struct, rename={"text": "sentence", "relations": "relation_list"}):
    text: str
    relations: list[_Listed]


class _Numbered(msgspec.Struct, rename={"head": "em1", "tail": "em2", "type": "rtext"}):
    head: str
    tail: str
    type: str


class _HrlRe(msgspec.Struct, rename={"text": "sentext"}):
    text: str
    relations: list[_Numbered]


class _JointEr(msgspec.Struct):
    tokens: list[str]
    spo_list: list[_Triple] = []
    triple_list: list[_Triple] = []

    @property
    def text(self) -> str:
        """The tokens joined by a space."""
        return " ".join(self.tokens)

    @property
    def relations(self) -> list[_Triple]:
        """The triples, whatever the copy calls them."""
        return self.spo_list or self.triple_list


_NYT: dict[str, type[_CopyRe | _JointEr | _Prgc | _Oneke | _HrlRe]] = {
    "relationMentions": _CopyRe,
    "tokens": _JointEr,
    "triple_list": _Prgc,
    "relation_list": _Oneke,
    "sentext": _HrlRe,
}
_NO_RELATION = "None"


def nyt(source: Source) -> Iterator[Found]:
    """The rows of NYT in the shapes in which it is passed on, told apart by their keys.

    CopyRE has ``{sentText, relationMentions: [{em1Text, em2Text, label}]}``, PRGC ``{text,
    triple_list: [[head, relation, tail]]}``, OneKE ``{sentence, relation_list: [{head, tail,
    relation}]}``, JointER ``{tokens, spo_list: [[head, relation, tail]]}``, HRL-RE ``{sentext,
    relations: [{em1, em2, rtext}]}``. The label None is no relation. Where the mentions stand is
    not taken from any of them.
    """

    def read(line: int, row: _Row) -> Iterator[Found]:
        found = _by_key(row, _NYT)
        relations = (Relation(r.type, r.head, r.tail) for r in found.relations if r.type != _NO_RELATION)
        yield Found(line, found.text.strip(), Extraction(relations=tuple(relations)))

    return found_in(source, _Row, read)


# -- InstructUIE ------------------------------------------------------------------------------


class _Placed(msgspec.Struct, kw_only=True):
    pos: list[int] | None = None


class _Named(_Placed, kw_only=True):
    name: str


class _NamedEntity(_Named, kw_only=True):
    type: str


class _NamedRelation(msgspec.Struct):
    head: _Named
    type: str
    tail: _Named


class _NamedArgument(_Named, kw_only=True):
    role: str


class _NamedEvent(_Placed, kw_only=True):
    trigger: str
    type: str
    arguments: list[_NamedArgument] = []


class _InstructUie(msgspec.Struct):
    sentence: str
    entities: list[_NamedEntity] = []
    relations: list[_NamedRelation] = []
    events: list[_NamedEvent] = []


_INSTRUCTUIE = dict.fromkeys(("entities", "relations", "events"), _InstructUie)


def instructuie(source: Source) -> Iterator[Found]:
    """The rows of InstructUIE's collection: a ``sentence`` with ``entities``, ``relations`` or ``events``.

    An entity is ``{name, type, pos}``, a relation ``{head, type, tail}`` between two such, an event
    ``{trigger, type, pos, arguments: [{name, role, pos}]}``. ``pos``, which may be missing or empty, is
    a range of characters, end exclusive.
    """

    def read(line: int, row: _Row) -> Iterator[Found]:
        found = _by_key(row, _INSTRUCTUIE)
        gold = Extraction(
            entities=tuple(Entity(e.type, e.name, _at(e)) for e in found.entities),
            relations=tuple(
                Relation(r.type, r.head.name, r.tail.name, _at(r.head), _at(r.tail)) for r in found.relations
            ),
            events=tuple(
                Event(e.type, e.trigger, tuple(Argument(a.role, a.name, _at(a)) for a in e.arguments), _at(e))
                for e in found.events
            ),
        )
        yield Found(line, found.sentence, gold)

    return found_in(source, _Row, read)


def _at(mention: _Placed) -> Span:
    """Where a mention is said to stand.

    Raises LayoutError when what is said is no range.
    """
    match mention.pos:
        case None | []:
            return ()
        case [start, end]:
            return ((start, end),)
        case other:
            raise LayoutError(f"expected a pos of two numbers, found {other}")


# -- IEPile -----------------------------------------------------------------------------------


class _TypedEntity(msgspec.Struct):
    entity: str
    entity_type: str


class _Spo(msgspec.Struct, rename={"head": "subject", "type": "predicate", "tail": "object"}):
    head: str
    type: str
    tail: str


class _TypedArgument(msgspec.Struct):
    argument: str
    role: str


class _TypedEvent(msgspec.Struct):
    event_trigger: str
    event_type: str
    arguments: list[_TypedArgument] = []


class _Iepile(msgspec.Struct):
    text: str
    id: int | str = ""
    entity: list[_TypedEntity] = []
    relation: list[_Row] = []
    event: list[_TypedEvent] = []


_IEPILE = dict.fromkeys(("entity", "relation", "event"), _Iepile)
_TRIPLE: dict[str, type[_Listed | _Spo]] = {"relation": _Listed, "predicate": _Spo}


def iepile(source: Source) -> Iterator[Found]:
    """The rows of IEPile before they were made instructions: a ``text`` with ``entity``, ``relation`` or ``event``.

    An entity is ``{entity, entity_type}``, a relation ``{head, relation, tail}`` or ``{subject,
    predicate, object}``, an event ``{event_trigger, event_type, arguments: [{argument, role}]}``.
    Where mentions stand is not said.
    """

    def read(line: int, row: _Row) -> Iterator[Found]:
        found = _by_key(row, _IEPILE)
        triples = (_by_key(triple, _TRIPLE, f"relation[{i}]") for i, triple in enumerate(found.relation))
        gold = Extraction(
            entities=tuple(Entity(e.entity_type, e.entity) for e in found.entity),
            relations=tuple(Relation(t.type, t.head, t.tail) for t in triples),
            events=tuple(
                Event(e.event_type, e.event_trigger, tuple(Argument(a.role, a.argument) for a in e.arguments))
                for e in found.event
            ),
        )
        yield Found(line, found.text, gold, id=str(found.id))

    return found_in(source, _Row, read)
