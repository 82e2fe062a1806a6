"""Reader of the lines in which tokens point at each other; a copy of CoNLL04 is published so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sfr.data.layouts._fields import LayoutError
from sfr.data.layouts._source import Flaw, Found, Source
from sfr.data.layouts._tokens import WHITE, Sentence, mentions_of
from sfr.structures import Entity, Extraction, Relation

__all__ = ["multihead"]

_NONE = "N"
"""The relation of a token that has none; it points at itself."""


@dataclass(slots=True)
class _Block:
    """The lines of one sentence."""

    id: str
    line: int
    tokens: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    links: list[tuple[int, str, int, int]] = field(default_factory=list)
    """Line, relation, token that points and token that is pointed at."""


def multihead(source: Source) -> Iterator[Found]:
    """Sentences whose tokens point at each other, a line for each: ``number token tag ['Relation'] [token]``.

    Columns are parted by tabs, sentences begin with a line ``#doc ID``, tags are BIO. A relation stands
    at the last token of its head and points at the last token of its tail; ``N`` is none.
    """
    for block in _blocks(source):
        try:
            yield _found(block)
        except LayoutError as error:
            source.broken(block.line, str(error))


def _blocks(source: Source) -> Iterator[_Block]:
    block: _Block | None = None
    for line, text in source.lines():
        if text.startswith("#doc"):
            if block is not None:
                yield block
            block = _Block(text.removeprefix("#doc").strip(), line)
        elif text.strip():
            if block is None:
                source.broken(line, f"expected a line #doc ID, found {text!r}")
                return
            try:
                _add(block, line, text)
            except LayoutError as error:
                source.broken(line, str(error))
    if block is not None:
        yield block


def _add(block: _Block, line: int, text: str) -> None:
    columns = [column for column in (field.strip(WHITE) for field in text.split("\t")) if column]
    place = len(block.tokens)
    if len(columns) != 5:  # noqa: PLR2004 - as in the layout
        block.tokens.append("")  # so that the number of the next is as expected
        block.tags.append("O")
        raise LayoutError(f"expected 5 columns parted by tabs, found {len(columns)}")
    number, token, tag, labels, targets = columns
    block.tokens.append(token)
    block.tags.append(tag)
    if number != str(place):
        raise LayoutError(f"expected token number {place}, found {number!r}")
    names, places = _items(labels), _items(targets)
    if len(names) != len(places) or not all(target.isdecimal() for target in places):
        raise LayoutError(f"expected a token number for each of {labels}, found {targets}")
    for name, target in zip(names, places, strict=True):
        if name != _NONE:
            block.links.append((line, name, place, int(target)))


def _items(column: str) -> list[str]:
    """The items of a list as Python writes it."""
    return [item.strip().strip("'\"") for item in column.removeprefix("[").removesuffix("]").split(",")]


def _found(block: _Block) -> Found:
    sentence = Sentence(block.tokens)
    try:
        tagged, strays = mentions_of(block.tags, "bio")
    except ValueError as error:
        raise LayoutError(str(error)) from None
    by_last = {found.end - 1: Entity(found.label, *sentence.mention(found.start, found.end)) for found in tagged}
    relations = []
    for line, name, source, target in block.links:
        head, tail = by_last.get(source), by_last.get(target)
        if head is None or tail is None:
            place = source if head is None else target
            raise LayoutError(f"line {line}: expected the last token of an entity, found token {place}")
        relations.append(Relation(name, head.text, tail.text, head.at, tail.at))
    flaws = tuple(Flaw("stray-tag", f"{block.tags[place]} at token {place + 1} begins a mention") for place in strays)
    gold = Extraction(tuple(by_last.values()), tuple(relations))
    return Found(block.line, sentence.text, gold, id=block.id, flaws=flaws)
