"""Reader of sentences as OneIE holds them; the layout in which ACE 2005 is mostly passed on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Protocol, get_args

import msgspec

from sfr.data.layouts._fields import LayoutError, found_in
from sfr.data.layouts._source import Found, Source
from sfr.data.layouts._tokens import Sentence
from sfr.structures import Argument, Entity, Event, Extraction, Relation, Span

__all__ = ["oneie"]

Text = Literal["tokens", "original"]


class _Mention(msgspec.Struct):
    id: str
    entity_type: str
    start: int
    end: int
    text: str = ""


class _Filler(msgspec.Struct):
    entity_id: str
    role: str


class _RelationMention(msgspec.Struct):
    relation_type: str
    arguments: list[_Filler]


class _Trigger(msgspec.Struct):
    start: int
    end: int
    text: str = ""


class _EventMention(msgspec.Struct):
    event_type: str
    trigger: _Trigger
    arguments: list[_Filler] = []


class _Row(msgspec.Struct):
    tokens: list[str]
    entity_mentions: list[_Mention] = []
    relation_mentions: list[_RelationMention] = []
    event_mentions: list[_EventMention] = []
    sentence: str | None = None
    text: str | None = None
    sent_id: str = ""
    wnd_id: str = ""
    doc_id: str = ""


def oneie(source: Source, *, text: Text = "tokens") -> Iterator[Found]:
    """Sentences as OneIE and TextEE hold them.

    ``{doc_id, sent_id, tokens, sentence, entity_mentions, relation_mentions, event_mentions}``; TextEE
    calls the sentence ``text`` and its id ``wnd_id``. Mentions are counted in tokens, ends exclusive;
    relations (from ``Arg-1`` to ``Arg-2``) and events refer to entities by their ids.

    With ``text="original"`` the text is the sentence before it was tokenised. Where its tokens, with
    nothing but white space between them, do not make that text, its mentions have no offsets.

    Raises ValueError when ``text`` is neither.
    """
    if text not in get_args(Text):
        raise ValueError(f"text: expected {' or '.join(get_args(Text))}, found {text!r}")
    return found_in(source, _Row, lambda line, row: _found(line, row, text))


class _Words(Protocol):
    """A text with tokens."""

    @property
    def text(self) -> str: ...

    def mention(self, start: int, end: int) -> tuple[str, Span]: ...


class _Original:
    """A text before it was tokenised, and where its tokens stand in it if that can be told."""

    def __init__(self, text: str, tokens: list[str]) -> None:
        self.text = text
        self._tokens = Sentence(tokens)
        self._places = _places(tokens, text)

    def mention(self, start: int, end: int) -> tuple[str, Span]:
        """Text and place of the tokens from ``start`` to before ``end``; without a place, of the tokens joined.

        Raises IndexError when there are no such tokens.
        """
        joined, _ = self._tokens.mention(start, end)
        if not self._places:
            return joined, ()
        first, last = self._places[start][0], self._places[end - 1][1]
        return self.text[first:last], ((first, last),)


def _places(tokens: list[str], text: str) -> list[tuple[int, int]]:
    """Where each token stands in a text; nothing if the text is more than the tokens and white space."""
    places = []
    end = 0
    for token in tokens:
        start = end
        while text[start : start + 1].isspace() and not text.startswith(token, start):
            start += 1
        if not text.startswith(token, start):
            return []
        end = start + len(token)
        places.append((start, end))
    return places if not text[end:].strip() else []


def _found(line: int, row: _Row, text: Text) -> Iterator[Found]:
    words = _words(row, text)
    entities: dict[str, Entity] = {}
    for n, mention in enumerate(row.entity_mentions):
        said, at = _mention(words, mention, len(row.tokens), f"entity_mentions[{n}]")
        entities[mention.id] = Entity(mention.entity_type, said, at)
    relations = [
        _relation(relation, entities, f"relation_mentions[{n}].arguments")
        for n, relation in enumerate(row.relation_mentions)
    ]
    events = []
    for n, event in enumerate(row.event_mentions):
        path = f"event_mentions[{n}]"
        said, at = _mention(words, event.trigger, len(row.tokens), f"{path}.trigger")
        arguments = []
        for i, filler in enumerate(event.arguments):
            entity = _entity(filler, entities, f"{path}.arguments[{i}]")
            arguments.append(Argument(filler.role, entity.text, entity.at))
        events.append(Event(event.event_type, said, tuple(arguments), at))
    gold = Extraction(tuple(entities.values()), tuple(relations), tuple(events))
    yield Found(line, words.text, gold, id=row.sent_id or row.wnd_id, group=row.doc_id)


def _words(row: _Row, text: Text) -> _Words:
    if text == "tokens":
        return Sentence(row.tokens)
    original = row.sentence if row.sentence is not None else row.text
    if original is None:
        raise LayoutError("expected a field `sentence` or `text`, found neither")
    return _Original(original, row.tokens)


def _mention(words: _Words, mention: _Mention | _Trigger, count: int, path: str) -> tuple[str, Span]:
    """Text and place of a mention; without a place, the text that the source gives it."""
    try:
        text, at = words.mention(mention.start, mention.end)
    except IndexError:
        raise LayoutError(f"expected tokens within 0-{count} at {path}, found {mention.start}-{mention.end}") from None
    return (text, at) if at else (mention.text or text, ())


def _relation(relation: _RelationMention, entities: dict[str, Entity], path: str) -> Relation:
    ends = {filler.role: _entity(filler, entities, f"{path}[{n}]") for n, filler in enumerate(relation.arguments)}
    if ends.keys() != {"Arg-1", "Arg-2"}:
        raise LayoutError(f"expected the roles Arg-1 and Arg-2 at {path}, found {', '.join(ends) or 'none'}")
    head, tail = ends["Arg-1"], ends["Arg-2"]
    return Relation(relation.relation_type, head.text, tail.text, head.at, tail.at)


def _entity(filler: _Filler, entities: dict[str, Entity], path: str) -> Entity:
    if filler.entity_id not in entities:
        raise LayoutError(f"expected the id of an entity mention at {path}.entity_id, found {filler.entity_id!r}")
    return entities[filler.entity_id]
