"""Tables of relations whose mentions are given as words: GIDS and the ADE corpus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, get_args

import msgspec

from sfr.data.layouts._fields import LayoutError, as_shape
from sfr.data.layouts._source import Flaw, Found, Source
from sfr.structures import Extraction, Relation, Span

__all__ = ["ADVERSE_EFFECT", "ade", "ade_rows", "gids"]

Underscores = Literal["space", "keep"]

ADVERSE_EFFECT = "Adverse-Effect"
"""The one relation of the ADE corpus, which its files do not name; as spelled in SpERT's copy."""

_COLUMNS = ("id", "id", "name", "name", "relation", "text")
_END = "###END###"


def gids(source: Source, *, underscores: Underscores = "space") -> Iterator[Found]:
    """The lines of a GIDS file: two ids, two names, relation and text between tabs, with a mark at the end.

    The file writes a name as one word, ``Marie_Curie``, in its column and in the text alike.
    ``underscores`` says whether that becomes ``Marie Curie``, everywhere, or stays. The first name
    is the head. Where the names stand in the text is not said.

    Raises ValueError when ``underscores`` is neither.
    """
    if underscores not in get_args(Underscores):
        raise ValueError(f"underscores: expected {' or '.join(get_args(Underscores))}, found {underscores!r}")
    for number, line in source.lines():
        row = line.rstrip()
        if not row:
            continue
        columns = row.removesuffix(_END).split("\t", len(_COLUMNS) - 1)
        if len(columns) != len(_COLUMNS) or not row.endswith(_END):
            source.broken(number, f"expected {', '.join(_COLUMNS)} between tabs, then {_END}, found {line[:80]!r}")
            continue
        _, _, head, tail, label, text = columns
        if underscores == "space":
            head, tail, text = (words.replace("_", " ") for words in (head, tail, text))
        yield Found(number, text.strip(), Extraction(relations=(Relation(label, head, tail),)))


# -- the ADE corpus ---------------------------------------------------------------------------


class _Word(NamedTuple):
    """A mention, and its range in the document."""

    text: str
    begin: int
    end: int

    def within(self, start: int | None) -> Span:
        """Its place in a sentence that begins at ``start`` of the document; () if that is not known."""
        return () if start is None or not self.text else ((self.begin - start, self.end - start),)


class _Pair(NamedTuple):
    """An effect and the drug that has it, from one line."""

    line: int
    effect: _Word
    drug: _Word


def ade(source: Source) -> Iterator[Found]:
    """The sentences of DRUG-AE.rel: ``id|sentence|effect|begin|end|drug|begin|end``, a line for each pair.

    The lines of a sentence become one row, whose group is the document. The effect is the head and
    the drug the tail, as in SpERT's copy of the corpus.

    The offsets are those of the document, of which only the sentence is there. It must begin where
    the mentions of all its lines then stand at their offsets; where that could be in more than one
    place, the places of its mentions are not known.
    """
    sentences: dict[tuple[str, str], list[_Pair]] = {}
    for number, line in source.lines():
        if not line.strip():
            continue
        document, _, rest = line.partition("|")
        sentence, *fields = rest.rsplit("|", 6)
        try:
            effect, effect_begin, effect_end, drug, drug_begin, drug_end = fields
            pair = _Pair(
                number,
                _Word(effect, int(effect_begin), int(effect_end)),
                _Word(drug, int(drug_begin), int(drug_end)),
            )
        except ValueError:
            source.broken(number, f"expected id|sentence|effect|begin|end|drug|begin|end, found {line[:80]!r}")
        else:
            sentences.setdefault((document, sentence), []).append(pair)
    for (document, sentence), pairs in sentences.items():
        yield _placed(document, sentence, pairs)


def _placed(document: str, sentence: str, pairs: list[_Pair]) -> Found:
    """A sentence with its relations; with their places, where its offsets say them."""
    starts = [_starts(sentence, pair) for pair in pairs]
    flaws = tuple(
        Flaw(
            "bad-offsets", f"line {pair.line}: no part of the sentence has {_said(pair.effect)} and {_said(pair.drug)}"
        )
        for pair, possible in zip(pairs, starts, strict=True)
        if not possible
    )
    common = set.intersection(*starts)
    start = common.pop() if len(common) == 1 else None
    relations = tuple(
        Relation(ADVERSE_EFFECT, pair.effect.text, pair.drug.text, pair.effect.within(start), pair.drug.within(start))
        for pair in pairs
    )
    return Found(pairs[0].line, sentence, Extraction(relations=relations), id=document, group=document, flaws=flaws)


def _starts(sentence: str, pair: _Pair) -> set[int]:
    """Where in the document the sentence may begin, so that both mentions stand at their offsets."""
    effect, drug = pair.effect, pair.drug
    if any(word.end - word.begin != len(word.text) for word in (effect, drug)):
        return set()
    starts = set()
    place = sentence.find(effect.text)
    while place >= 0:
        start = effect.begin - place
        if drug.begin >= start and sentence.startswith(drug.text, drug.begin - start):
            starts.add(start)
        place = sentence.find(effect.text, place + 1)
    return starts


def _said(word: _Word) -> str:
    return f"{word.text!r} at {word.begin}-{word.end} of its document"


# -- the ADE corpus as a hub has it -----------------------------------------------------------


class _Ranges(msgspec.Struct):
    start_char: list[int]
    end_char: list[int]


class _Indexes(msgspec.Struct):
    effect: _Ranges
    drug: _Ranges


class _Row(msgspec.Struct):
    text: str
    effect: str
    drug: str
    indexes: _Indexes


def ade_rows(source: Source) -> Iterator[Found]:
    """The sentences of rows of text, effect, drug and ``indexes``, a row for each pair; as under ``ade``.

    The indexes are what a search for the words has found in the sentence, not what was annotated:
    one place is the place of a mention, of several the right one is not known.
    """
    sentences: dict[str, tuple[int, list[Relation]]] = {}
    for number, value in source.objects():
        try:
            row = as_shape(value, _Row)
        except LayoutError as error:
            source.broken(number, str(error))
            continue
        effect_at = _only(row.text, row.effect, row.indexes.effect)
        drug_at = _only(row.text, row.drug, row.indexes.drug)
        _, relations = sentences.setdefault(row.text, (number, []))
        relations.append(Relation(ADVERSE_EFFECT, row.effect, row.drug, effect_at, drug_at))
    for text, (number, relations) in sentences.items():
        yield Found(number, text, Extraction(relations=tuple(relations)))


def _only(text: str, mention: str, found: _Ranges) -> Span:
    """The one range at which the mention stands, () if there are none or several.

    The search took the words for a pattern, so that a range may hold others.
    """
    ranges = tuple(zip(found.start_char, found.end_char, strict=False))
    return ranges if len(ranges) == 1 and text[slice(*ranges[0])] == mention != "" else ()
