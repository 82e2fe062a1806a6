"""Questions about texts, one for each label, as made for entity recognition by reading comprehension (MRC-NER)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from sfr.data.layouts._fields import LayoutError, as_shape
from sfr.data.layouts._source import Found, Source
from sfr.data.layouts._tokens import Sentence
from sfr.structures import Entity, Extraction

__all__ = ["mrc"]


class _Row(msgspec.Struct):
    context: str
    entity_label: str
    span_position: list[str]
    qas_id: str = ""


def mrc(source: Source) -> Iterator[Found]:
    """The sentences of an MRC-NER file; nested mentions and all.

    A row ``{context, entity_label, span_position: ["first;last"], qas_id}`` holds the mentions of one
    label, each by its first and last token. The rows of one context whose ``qas_id`` is the same up to
    its last dot (``12.0``, ``12.1``) are of one sentence.
    """
    sentences: dict[tuple[str, str], tuple[int, Sentence, list[Entity]]] = {}
    for number, value in source.objects():
        try:
            row = as_shape(value, _Row)
            key = row.qas_id.rpartition(".")[0], row.context
            if key not in sentences:
                sentences[key] = number, Sentence(row.context.split()), []
            _, sentence, entities = sentences[key]
            entities += [_entity(row.entity_label, position, sentence) for position in row.span_position]
        except LayoutError as error:
            source.broken(number, str(error))
    for (name, _), (number, sentence, entities) in sentences.items():
        yield Found(number, sentence.text, Extraction(entities=tuple(entities)), id=name)


def _entity(label: str, position: str, sentence: Sentence) -> Entity:
    """The entity at ``first;last``.

    Raises LayoutError when there is none.
    """
    first, _, last = position.partition(";")
    if not (first.isdecimal() and last.isdecimal()):
        raise LayoutError(f"expected a span_position FIRST;LAST, found {position!r}")
    try:
        return Entity(label, *sentence.mention(int(first), int(last) + 1))
    except IndexError as error:
        raise LayoutError(f"span_position {position}: {error}") from None
