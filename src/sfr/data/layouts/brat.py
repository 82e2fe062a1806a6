"""Reader of brat's standoff files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar, get_args

from sfr.data.layouts._fields import LayoutError
from sfr.data.layouts._source import FileSource, Found, Source
from sfr.examples import PIECE_JOINER
from sfr.structures import Argument, Entity, Event, Extraction, Relation

__all__ = ["brat"]

Roles = Literal["written", "type"]

T = TypeVar("T")

_SYNTAX = {
    "T": "ID, TYPE START END and text, parted by tabs",
    "R": "ID, then TYPE ROLE:ID ROLE:ID behind a tab, each role once",
    "E": "ID, then TYPE:ID ROLE:ID ... behind a tab, each role once",
}
"""The annotations that are read, by the letter with which they begin."""
_PASSED_OVER = "AMN*#"
"""Attributes (also as modifications), normalisations, equivalences, notes."""


def brat(source: Source, *, roles: Roles = "written", implied: Sequence[str] = ()) -> Iterator[Found]:
    """The document of a ``.txt`` file with the ``.ann`` file beside it: entities, relations, events.

    An event that takes part in a relation or in an event does so as its trigger; triggers are no
    entities. Attributes, notes, normalisations and equivalences are not read.

    brat counts the fillers of a role, ``Theme`` and ``Theme2``; these are one role here. For files
    whose roles say nothing there is ``roles="type"``: the role is the type of the entity. An event
    that names no arguments has all entities of the ``implied`` types; PHEE names them only where a
    text has several events.

    Raises TypeError for rows that are not in a file; ValueError when ``roles`` is neither, or when
    bioc, which knows the syntax, is not there.
    """
    if not isinstance(source, FileSource):
        raise TypeError("brat's annotations lie in a file beside the text")
    if roles not in get_args(Roles):
        raise ValueError(f"roles: expected {' or '.join(get_args(Roles))}, found {roles!r}")
    return _documents(source, roles, frozenset(implied))


def _documents(source: FileSource, roles: Roles, implied: Collection[str]) -> Iterator[Found]:
    notes = FileSource(path=source.path.with_suffix(".ann"))
    if not notes.path.is_file():
        source.broken(1, f"expected {notes.path.name} beside {source.path.name}, found none")
        return
    try:
        text = source.path.read_bytes().decode().rstrip()
    except UnicodeDecodeError as error:
        source.broken(1, f"expected UTF-8: {error.reason} at byte {error.start}")
        return
    gold = _extraction(notes, text, roles, implied)
    for line, message in notes.problems:
        source.broken(line, f"{notes.path.name}: {message}")
    yield Found(1, text, gold, id=source.path.stem, group=source.path.stem)


def _extraction(notes: FileSource, text: str, roles: Roles, implied: Collection[str]) -> Extraction:
    by_kind: dict[str, list[tuple[int, Any]]] = {kind: [] for kind in _SYNTAX}
    for kind, line, annotation in _annotations(notes):
        by_kind[kind].append((line, annotation))
    named = dict(_each(notes, by_kind["T"], lambda found: (found.id, _entity(found, text))))
    triggers = {event.trigger_id for _, event in by_kind["E"]}
    entities = [entity for name, entity in named.items() if name not in triggers]
    named |= {event.id: named[event.trigger_id] for _, event in by_kind["E"] if event.trigger_id in named}
    taken = [entity for entity in entities if entity.type in implied]
    relations = _each(notes, by_kind["R"], lambda found: _relation(found, named))
    events = _each(notes, by_kind["E"], lambda found: _event(found, named, roles, taken))
    return Extraction(tuple(entities), tuple(relations), tuple(events))


def _annotations(notes: FileSource) -> Iterator[tuple[str, int, Any]]:
    """Letter, line and value of every annotation that is read."""
    try:
        from bioc.brat import decoder
    except ImportError:
        raise ValueError("reading brat's files takes bioc: python -m pip install 'sfr[brat]'") from None
    decode = {"T": decoder.loads_brat_entity, "R": decoder.loads_brat_relation, "E": decoder.loads_brat_event}
    seen: set[str] = set()
    for line, written in notes.lines():
        kind = written[:1]
        if kind in decode:
            try:
                annotation = decode[kind](written if kind == "T" else written.rstrip())
            except (AssertionError, IndexError, ValueError):  # what bioc raises when it cannot read a line
                annotation = None
            if annotation is None or _has_lost_a_role(kind, written, annotation):
                notes.broken(line, f"expected {_SYNTAX[kind]}, found {written!r}")
            elif annotation.id in seen:
                notes.broken(line, f"expected an id of its own, found {annotation.id} again")
            else:
                seen.add(annotation.id)
                yield kind, line, annotation
        elif written.strip() and kind not in _PASSED_OVER:
            notes.broken(line, f"expected an annotation of brat's, found {written!r}")


def _has_lost_a_role(kind: str, written: str, annotation: Any) -> bool:
    """Whether a role stands twice in the line; bioc keeps the last."""
    return kind != "T" and len(written.split()) != len(annotation.arguments) + 2


def _each(notes: FileSource, found: Iterable[tuple[int, Any]], build: Callable[[Any], T]) -> Iterator[T]:
    """What is built of each annotation; where it cannot be, that is noted."""
    for line, annotation in found:
        try:
            yield build(annotation)
        except LayoutError as error:
            notes.broken(line, str(error))


def _entity(found: Any, text: str) -> Entity:
    at = tuple((piece.begin, piece.end) for piece in sorted(found.locations))
    words = PIECE_JOINER.join(text[start:end] for start, end in at)
    inside = at[0][0] >= 0 and at[-1][1] <= len(text)
    if not inside or words.split() != found.text.split():  # brat writes a space for the end of a line
        places = ";".join(f"{start} {end}" for start, end in at)
        raise LayoutError(f"expected {words!r}, which is at {places} of the text, found {found.text!r}")
    return Entity(found.type, words, at)


def _relation(found: Any, named: Mapping[str, Entity]) -> Relation:
    ends = [_named(name, named) for name in found.arguments.values()]
    if len(ends) != 2:  # noqa: PLR2004 - head and tail
        raise LayoutError(f"expected a relation of two, found {len(ends)} in {found.id}")
    head, tail = ends
    return Relation(found.type, head.text, tail.text, head.at, tail.at)


def _event(found: Any, named: Mapping[str, Entity], roles: Roles, implied: Iterable[Entity]) -> Event:
    trigger = _named(found.trigger_id, named)
    fillers = [(role, _named(name, named)) for role, name in found.arguments.items()]
    if fillers:
        arguments = [
            Argument(entity.type if roles == "type" else _role(role, found.arguments), entity.text, entity.at)
            for role, entity in fillers
        ]
    else:
        arguments = [Argument(entity.type, entity.text, entity.at) for entity in implied]
    return Event(found.type, trigger.text, tuple(arguments), trigger.at)


def _role(role: str, others: Collection[str]) -> str:
    """The role without its number, if the event has it without a number as well."""
    bare = role.rstrip("0123456789")
    return bare if bare in others else role


def _named(name: str, named: Mapping[str, Entity]) -> Entity:
    if name not in named:
        raise LayoutError(f"expected the id of an entity or an event, found {name!r}")
    return named[name]
