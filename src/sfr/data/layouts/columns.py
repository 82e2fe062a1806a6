"""Readers of tokens with tags: in columns of text, one token a line, and as lists in rows.

Lines are split by hand. The conllu library takes a line that begins with # as a comment, so that
tokens such as hashtags vanish without a word, and it knows nothing of mentions; the csv module knows
one separator but no runs of white space, fails on a carriage return inside a token, and limits how
long a token may be. Here only tabs and spaces part columns and only a line feed ends a line, so a
token may be # or a quotation mark, or hold any other character. What looks like white space but is
neither, such as a no-break space, is a token like any other, even on its own. Tabs, spaces and ends
of lines around a token are no part of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Literal

from sfr.data.layouts._source import Found, Source
from sfr.data.layouts._tagged import check_tags, sentence_of, text_and_gold
from sfr.data.layouts._tokens import SCHEMES, WHITE, Scheme, Tagged
from sfr.files import kind_of

__all__ = ["columns", "conll2012", "tagged_rows"]

_Row = tuple[int, list[str]]
"""Number and columns of a line."""


# -- columns ----------------------------------------------------------------------------------


def columns(  # noqa: PLR0913 - the options of the layout, by keyword
    source: Source,
    *,
    token: int = 0,
    tag: int = -1,
    scheme: Scheme = "bio",
    nested: bool = False,
    separator: Literal["any", "tab", "space"] = "any",
    skip: Sequence[str] = (),
    unescape: bool = False,
    join: Sequence[str] = (),
) -> Iterator[Found]:
    """The sentences of a file with one token a line, its tag in another column, and blank lines between sentences.

    ``token`` and ``tag`` are the places of the columns, from 0; those of tags may be counted from the
    end, from -1. ``nested``: every column behind the token holds tags of its own. ``separator``: ``any``
    is a run of tabs and spaces; where each ``tab`` or each ``space`` parts two columns, a token may hold
    the other. ``skip``: lines whose first column is one of these stand between sentences, as
    ``-DOCSTART-`` does. ``unescape``: HTML escapes are resolved, also those torn into several tokens,
    unless a mention begins or ends inside. ``join``: a mention that is one of these signs and no more is
    made one with the mention of its label right behind it, as with ``@`` and a handle in tweets.
    """
    _check_choice("scheme", scheme, SCHEMES)
    _check_choice("separator", separator, tuple(_SPLITTERS))
    split, skipped = _SPLITTERS[separator], frozenset(skip)

    def row_of(line: str) -> list[str]:
        row = split(line)
        return [] if row and row[0] in skipped else row

    def sentences() -> Iterator[Found]:
        parts = _Parts(token, tag, nested, scheme)
        for block in _blocks(source, row_of):
            if known := _each(source, block, parts):
                levels = list(zip(*(tags for _, tags in known), strict=True))
                where = partial(_line, block)
                words = [word for word, _ in known]
                yield sentence_of(block[0][0], words, levels, scheme, where, unescape=unescape, join=join)

    yield from _at_least_one(source, sentences())


def _check_choice(option: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise ValueError(f"{option}: expected {', '.join(choices)}, found {value!r}")


@dataclass(slots=True)
class _Parts:
    """The token and the tags in the columns of a line."""

    token: int
    tag: int
    nested: bool
    scheme: Scheme
    width: int = 0
    """How many columns there are, as the first line has it; 0 before it."""

    def __call__(self, row: list[str]) -> tuple[str, list[str]]:
        if not self.width:
            self._check_places(len(row))
            self.width = len(row)
        if len(row) != self.width:
            raise ValueError(f"expected {self.width} columns, found {len(row)}")
        tags = row[self.token + 1 :] if self.nested else [row[self.tag]]
        check_tags(row[self.token], tags, self.scheme)
        return row[self.token], tags

    def _check_places(self, width: int) -> None:
        tag = self.token + 1 if self.nested else self.tag
        places = range(width)
        if not (self.token in places and -width <= tag < width and places[tag] != self.token):
            raise ValueError(f"expected columns {self.token} (token) and {tag} (tag), found {width} in all")


def _each(source: Source, block: list[_Row], parts: _Parts) -> list[tuple[str, list[str]]]:
    """Token and tags of each row; none at all if a row is not as it must be, which is noted."""
    found = []
    for number, row in block:
        try:
            found.append(parts(row))
        except ValueError as error:
            source.broken(number, str(error))
    return found if len(found) == len(block) else []


def _line(block: list[_Row], place: int) -> str:
    return f"line {block[place][0]}"


# -- lines ------------------------------------------------------------------------------------

_WORDS = re.compile(r"[^ \t]+")


def _split_any(line: str) -> list[str]:
    return _WORDS.findall(line)


def _split_tab(line: str) -> list[str]:
    return [column.strip(WHITE) for column in line.split("\t")] if line.strip(WHITE) else []


def _split_space(line: str) -> list[str]:
    return [column.strip(WHITE) for column in line.split(" ")] if line.strip(WHITE) else []


_SPLITTERS = {"any": _split_any, "tab": _split_tab, "space": _split_space}


def _blocks(source: Source, row_of: Callable[[str], list[str]]) -> Iterator[list[_Row]]:
    """The rows of each sentence; lines of which ``row_of`` makes nothing stand between sentences.

    A sentence of which a line could not be read is left out.
    """
    block: list[_Row] = []
    known = len(source.problems)
    for number, line in chain(source.lines(), [(0, "")]):
        row = row_of(line)
        if row:
            block.append((number, row))
            continue
        if block and len(source.problems) == known:
            yield block
        block, known = [], len(source.problems)


def _at_least_one(source: Source, sentences: Iterator[Found]) -> Iterator[Found]:
    known, some = len(source.problems), False
    for found in sentences:
        some = True
        yield found
    if not some and len(source.problems) == known:
        source.broken(1, "expected a sentence, found none")


# -- OntoNotes --------------------------------------------------------------------------------

_DOCUMENT, _WORD, _NAMES = 0, 3, 10
_BRACKETS = re.compile(r"((?:\([^()*]+)*)\*?(\)*)")


def conll2012(source: Source) -> Iterator[Found]:
    """The sentences of an OntoNotes ``*_gold_conll`` file, with the names between the brackets of column 10, from 0.

    The group of a sentence is its document, as the first column has it.
    """

    def row_of(line: str) -> list[str]:
        return [] if line.startswith(("#begin document", "#end document")) else _WORDS.findall(line)

    def sentences() -> Iterator[Found]:
        for block in _blocks(source, row_of):
            known = len(source.problems)
            mentions = _bracketed(source, block)
            if len(source.problems) == known:
                line, row = block[0]
                text, gold = text_and_gold([row[_WORD] for _, row in block], mentions)
                yield Found(line, text, gold, group=row[_DOCUMENT])

    yield from _at_least_one(source, sentences())


def _bracketed(source: Source, block: list[_Row]) -> list[Tagged]:
    """The mentions between brackets such as ``(ORG*``, ``*)`` and ``(GPE)``; notes what is wrong with them."""
    mentions: list[Tagged] = []
    still_open: list[tuple[str, int]] = []
    width = max(len(block[0][1]), _NAMES + 1)
    for i, (number, row) in enumerate(block):
        if len(row) != width:  # differs between sentences only, with the number of their predicates
            source.broken(number, f"expected {width} columns, found {len(row)}")
            continue
        brackets = _BRACKETS.fullmatch(row[_NAMES])
        if brackets is None:
            source.broken(number, f"expected (NAME*, *, *) or (NAME), found {row[_NAMES]!r}")
            continue
        still_open += [(label, i) for label in brackets[1].split("(")[1:]]
        for _ in brackets[2]:
            if not still_open:
                source.broken(number, f"expected a mention that {row[_NAMES]!r} ends, found none")
                break
            label, start = still_open.pop()
            mentions.append(Tagged(label, start, i + 1))
    for label, start in still_open:
        source.broken(block[start][0], f"expected an end of ({label} in the sentence, found none")
    return mentions


# -- rows -------------------------------------------------------------------------------------


def tagged_rows(  # noqa: PLR0913 - the options of the layout, by keyword
    source: Source,
    *,
    tokens: str = "tokens",
    tags: str = "ner_tags",
    names: Sequence[str] | None = None,
    scheme: Scheme = "bio",
    id: str = "id",  # noqa: A002 - what rows call it
) -> Iterator[Found]:
    """The sentences of rows that hold a list of tokens and a list of tags.

    ``tokens``, ``tags`` and ``id`` are keys; the id may be missing. ``names`` are the tags by their
    numbers, for rows that hold numbers.
    """
    _check_choice("scheme", scheme, SCHEMES)

    def found(number: int, row: Any) -> Found:
        if not isinstance(row, dict):
            raise ValueError(f"expected an object, found {kind_of(row)}")
        words = [word.strip(WHITE) for word in _strings(row, tokens, None)]
        marks = _strings(row, tags, names)
        if len(words) != len(marks):
            raise ValueError(f"{tags}: expected {len(words)}, as many as {tokens}, found {len(marks)}")
        for i, (word, mark) in enumerate(zip(words, marks, strict=True)):
            try:
                check_tags(word, [mark], scheme)
            except ValueError as error:
                raise ValueError(f"{tags}[{i}]: {error}") from None
        return sentence_of(number, words, [marks], scheme, lambda i: f"{tags}[{i}]", name=_name(row, id))

    def sentences() -> Iterator[Found]:
        for number, row in source.objects():
            try:
                sentence = found(number, row)
            except ValueError as error:
                source.broken(number, str(error))
            else:
                yield sentence

    yield from _at_least_one(source, sentences())


def _strings(row: dict[str, Any], key: str, names: Sequence[str] | None) -> list[str]:
    """The strings of a list, or the names of its numbers.

    Raises ValueError for anything else.
    """
    values = row.get(key)
    if not isinstance(values, list):
        raise ValueError(f"{key}: expected a list, found {kind_of(values)}")
    return [value if isinstance(value, str) else _named(value, f"{key}[{i}]", names) for i, value in enumerate(values)]


def _named(value: object, where: str, names: Sequence[str] | None) -> str:
    if names is None:
        raise ValueError(f"{where}: expected a string, found {kind_of(value)}")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < len(names):
        raise ValueError(f"{where}: expected a string or a number below {len(names)}, found {kind_of(value)}")
    return names[value]


def _name(row: dict[str, Any], key: str) -> str:
    value = row.get(key, "")
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError(f"{key}: expected a string or a whole number, found {kind_of(value)}")
    return str(value)
