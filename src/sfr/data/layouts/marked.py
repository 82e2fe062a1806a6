"""Sentences in which a pair of mentions is marked, as in SemEval-2010 task 8 and KBP37.

    7<TAB>"The <e1>storm</e1> brought <e2>rain</e2>."
    Cause-Effect(e1,e2)
    Comment: none

A block holds the sentence behind its id, the relation, and perhaps a comment; blank lines part the blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

import msgspec

from sfr.data.layouts._fields import LayoutError, found_in
from sfr.data.layouts._source import Found, Source
from sfr.structures import Extraction, Relation, Span

__all__ = ["marked", "marked_rows"]

_UNDIRECTED = ("Other", "no_relation")

_TAG = re.compile(r"(</?e[12]>)")
_TAGS = ["</e1>", "</e2>", "<e1>", "<e2>"]  # in the order of sorting
_SPACES = re.compile(r"[ \t]+")
_DIRECTED = re.compile(r"(.+)\((e1,e2|e2,e1)\)")


def marked(source: Source, *, undirected: Sequence[str] = _UNDIRECTED) -> Iterator[Found]:
    """The sentences of a file of blocks, with one relation each.

    ``(e1,e2)`` behind the name of a relation makes e1 its head, ``(e2,e1)`` e2. The names in
    ``undirected`` stand alone, and e1 is their head.

    The text is the sentence without its quotation marks and tags. As some files put spaces around
    their tags, runs of spaces become one. Tags with nothing between them mark a mention without text.
    """
    for filled, lines in groupby(source.lines(), lambda numbered: bool(numbered[1].strip())):
        if not filled:
            continue
        numbers, block = zip(*lines, strict=True)
        try:
            name, sentence, label = _parts(block)
            text, relation = _read(sentence, label, undirected)
        except LayoutError as error:
            source.broken(numbers[0], str(error))
        else:
            yield Found(numbers[0], text, Extraction(relations=(relation,)), id=name)


def marked_rows(
    source: Source,
    *,
    sentence: str = "sentence",
    relation: str = "relation",
    names: Sequence[str] = (),
    undirected: Sequence[str] = _UNDIRECTED,
) -> Iterator[Found]:
    """The sentences of rows, such as a hub's: marked as in the files, with no quotation marks around them.

    ``sentence`` and ``relation`` are the fields. A relation may be a number, its place in ``names``.
    """
    renamed = {"sentence": sentence, "relation": relation}
    shape = msgspec.defstruct("Row", [("sentence", str), ("relation", int | str)], rename=renamed)

    def read(number: int, row: msgspec.Struct) -> Iterator[Found]:
        words, label = msgspec.structs.astuple(row)
        text, found = _read(words, _named(label, names), undirected)
        yield Found(number, text, Extraction(relations=(found,)))

    return found_in(source, shape, read)


# What follows raises LayoutError for what is not as the layout says.


def _parts(block: Sequence[str]) -> tuple[str, str, str]:
    """Id, sentence and label of a block."""
    name, tab, quoted = block[0].partition("\t")
    quoted = quoted.strip()
    if not (tab and len(quoted) > 1 and quoted[0] == quoted[-1] == '"'):
        raise LayoutError(f"expected an id, a tab and a sentence in quotation marks, found {block[0][:80]!r}")
    if len(block) == 1 or block[1].startswith("Comment"):
        raise LayoutError("expected a relation in the line behind the sentence, found none")
    for line in block[2:]:
        if not line.startswith("Comment"):
            raise LayoutError(f"expected a comment or a blank line behind the relation, found {line[:80]!r}")
    return name.strip(), quoted[1:-1], block[1].strip()


def _named(label: int | str, names: Sequence[str]) -> str:
    """The name of a relation that may be a number."""
    if isinstance(label, str):
        return label
    if not 0 <= label < len(names):
        raise LayoutError(f"expected a relation by its place in {len(names)} names, found {label}")
    return names[label]


def _read(sentence: str, label: str, undirected: Sequence[str]) -> tuple[str, Relation]:
    """The text of a marked sentence, and the relation that it is labelled with."""
    directed = _DIRECTED.fullmatch(label)
    if directed is None and label not in undirected:
        raise LayoutError(f"expected NAME(e1,e2), NAME(e2,e1) or {' or '.join(undirected)}, found {label!r}")
    text, e1, e2 = _unmarked(sentence)
    kind, direction = directed.groups() if directed else (label, "e1,e2")
    (head, head_at), (tail, tail_at) = (e1, e2) if direction == "e1,e2" else (e2, e1)
    return text, Relation(kind, head, tail, head_at, tail_at)


def _unmarked(sentence: str) -> tuple[str, tuple[str, Span], tuple[str, Span]]:
    """A sentence without tags and runs of spaces, and what is marked in it as e1 and as e2."""
    first, *pieces = _TAG.split(sentence)
    tags = pieces[::2]
    if sorted(tags) != _TAGS or any(tags.index(f"<{e}>") > tags.index(f"</{e}>") for e in ("e1", "e2")):
        raise LayoutError(f"expected <e1>...</e1> and <e2>...</e2>, once each, found {' '.join(tags) or 'no tags'}")
    text = _SPACES.sub(" ", first).lstrip(" ")
    places = {}
    for tag, piece in zip(tags, pieces[1::2], strict=True):
        places[tag] = len(text)
        words = _SPACES.sub(" ", piece)
        text += words.lstrip(" ") if not text or text.endswith(" ") else words
    e1, e2 = (_mention(text, places[f"<{e}>"], places[f"</{e}>"]) for e in ("e1", "e2"))
    return text.rstrip(" "), e1, e2


def _mention(text: str, start: int, end: int) -> tuple[str, Span]:
    """What stands between two tags, without the spaces around it, and where."""
    words = text[start:end].strip(" ")
    if not words:
        return "", ()
    start = text.index(words, start)
    return words, ((start, start + len(words)),)
