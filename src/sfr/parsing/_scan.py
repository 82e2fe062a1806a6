"""Finding the brackets in what a model wrote, and reading them even when damaged.

One pass, no backtracking: where a reading fails, the search goes on from the place of failure, so
the time is linear in the text. Python literals and calls are read as text by the same scanner.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from sfr.formats import Call, Node, Number, Pairs

__all__ = ["Found", "TooDeep", "find", "whole"]

# Brackets that may open a value, going by what follows, and calls that begin a line or are assigned;
# prose has few of these.
_START = re.compile(
    r"\{(?=\s*[\"'}A-Za-z_])"
    r"|\[(?=\s*[\"'\[\]{(\w-])"
    r"|(?:\A|(?<=\n)|(?<==)|(?<== ))[^\W\d]\w*\((?=\s*(?:[\"'\[)]|\w{1,60}\s*=))"
)
_STRICT = re.compile(r"\{\s*[\"}]|\[\s*[^\w'\(]")
_MAX_STARTS = 1_000
_MAX_BRACKETS = 20_000  # in one damaged value; twice as many as there may be units
_DECODER = json.JSONDecoder(
    object_pairs_hook=Pairs, parse_int=Number, parse_float=Number, parse_constant=lambda _: None
)


class TooDeep(Exception):  # noqa: N818 - a signal within this package
    """Brackets nested deeper than the bound, or more of them than there may be units."""


@dataclass(slots=True)
class Found:
    """A bracketed value, where it stands, and the repairs that reading it took."""

    node: Node
    start: int
    end: int
    repairs: dict[str, int] = field(default_factory=dict)


def find(text: str, max_depth: int) -> list[Found]:
    """The bracketed values of a text in order, prose between them left out.

    Raises TooDeep when brackets nest deeper than the bound.
    """
    found: list[Found] = []
    position = 0
    for _ in range(_MAX_STARTS):
        match = _START.search(text, position)
        if match is None:
            break
        value, position = _read(text, match.start(), max_depth)
        if value is not None and _plausible(value.node):
            found.append(value)
    return found


def whole(text: str, max_depth: int) -> Found | None:
    """The value that is all of a text, if it is JSON without a flaw.

    Raises TooDeep when brackets nest deeper than the bound.
    """
    found = _strict(text, len(text) - len(text.lstrip()), max_depth)
    return found if found is not None and not text[found.end :].strip() else None


def _read(text: str, start: int, max_depth: int) -> tuple[Found | None, int]:
    """The value that starts here, if any, and where to look on."""
    found = _strict(text, start, max_depth)
    if found is not None:
        return found, found.end
    scanner = _Scanner(text, start, max_depth)
    try:
        node = scanner.value(text[start])
    except _Fail:
        return None, max(scanner.position, start + 1)
    return Found(node, start, scanner.position, scanner.repairs), scanner.position


def _strict(text: str, start: int, max_depth: int) -> Found | None:
    """The JSON value without a flaw that starts here, if any."""
    if not _STRICT.match(text, start):
        return None
    try:
        node, end = _DECODER.raw_decode(text, start)
    except RecursionError:
        raise TooDeep from None
    except ValueError:
        return None
    if _depth_exceeds(text[start:end], max_depth):
        raise TooDeep
    return Found(node, start, end)


def _depth_exceeds(text: str, bound: int) -> bool:
    """Whether brackets nest deeper than the bound; those within strings count too, so it may err high."""
    if text.count("[") + text.count("{") <= bound:
        return False
    depth = 0
    for bracket in re.findall(r'"(?:[^"\\]|\\.)*"|[\[{\]}]', text):
        if bracket in "[{":
            depth += 1
            if depth > bound:
                return True
        elif bracket in "]}":
            depth -= 1
    return False


def _plausible(node: Node) -> bool:
    """Whether a value may be an answer: ``[1]`` in prose is a reference, not an extraction."""
    if isinstance(node, list):
        return all(isinstance(item, (Pairs, list, Call, str)) and not isinstance(item, Number) for item in node)
    return isinstance(node, (Pairs, Call))


class _Fail(Exception):  # noqa: N818 - a signal within this module
    """Not a value: most likely a bracket in prose."""


class _Cut(Exception):  # noqa: N818 - a signal within this module
    """The text ends within a value."""


_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"[^\W\d][\w .-]{0,60}(?=\s*:)")
_KEYWORD = re.compile(r"(\w{1,60})\s*=\s*")
_WORD = re.compile(r"-?(?:\d[\w.+-]*|Infinity)|[^\W\d]\w*")
# A string goes on past a quote that is followed by nothing that could follow a string. Another
# string may: then a comma is missing.
_BODY = {q: re.compile(rf"(?:[^{q}\\]+|\\.|{q}(?!\s*(?:[,:\]}})]|\Z)|\s+[\"'`]))*", re.DOTALL) for q in "\"'"}
_AFTER = frozenset(",:]})")
_ESCAPED = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_CONSTANTS: dict[str, bool | None] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "NaN": None,
    "Infinity": None,
    "-Infinity": None,
    "None": None,
}
_PARTNER = {"[": "]", "{": "}", "(": ")"}
_CLOSERS = frozenset({"]", "}", ")", ""})
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class _Scanner:
    """A reader of almost-JSON and of Python literals, which notes each repair and its place.

    A text that ends too early ends every open bracket; a string that it cuts is left out, since
    nobody knows what it would have said.
    """

    def __init__(self, text: str, position: int, max_depth: int) -> None:
        self.text = text
        self.position = position
        self.repairs: dict[str, int] = {}
        self.max_depth = max_depth
        self.open: list[str] = []  # the closers that are awaited
        self.brackets = 0

    def value(self, char: str) -> Node:
        """The value that begins with ``char`` at the position."""
        if char in _BODY:
            return self._string(char)
        if char and char in "[({":
            self._enter(_PARTNER[char])
            node = self._object() if char == "{" else self._list(self.open[-1])
            self.open.pop()
            return node
        return self._word()

    def _enter(self, closer: str) -> None:
        """Step into a bracket."""
        self.open.append(closer)
        self.brackets += 1
        if len(self.open) > self.max_depth or self.brackets > _MAX_BRACKETS:
            raise TooDeep
        self.position += 1

    def _peek(self) -> str:
        """The next character that is no white space, or "" at the end, which a fence is too."""
        char = self.text[self.position : self.position + 1]
        if char.isspace():
            match = _SPACE.match(self.text, self.position)
            self.position = match.end() if match else self.position
            char = self.text[self.position : self.position + 1]
        return "" if char == "`" else char

    def _repair(self, kind: str) -> None:
        self.repairs.setdefault(kind, self.position)

    def _word(self) -> Node:
        match = _WORD.match(self.text, self.position)
        if match is None:
            if not self._peek():
                raise _Cut
            raise _Fail
        word = match[0]
        after = self.text[match.end() : match.end() + 1]
        if not after and word not in _CONSTANTS:
            self.position = match.end()
            raise _Cut
        if word in _CONSTANTS:
            self.position = match.end()
            if word in {"True", "False", "None"}:
                self._repair("quotes")
            return _CONSTANTS[word]
        if after == "(" and not word[0].isdigit():
            self.position = match.end()
            return Call(word, self._arguments())
        if word[0].isdigit() or word[0] == "-":
            self.position = match.end()
            return Number(word)
        raise _Fail

    def _arguments(self) -> Pairs:
        """The values of a call, by keyword."""
        self._enter(")")
        values: list[tuple[str, Node]] = []
        try:
            while self._more(")"):
                keyword = _KEYWORD.match(self.text, self.position)
                if keyword:
                    self.position = keyword.end()
                values.append((keyword[1] if keyword else "", self.value(self._peek())))
        except _Cut:
            self._repair("truncated")
        self.open.pop()
        return Pairs(values)

    def _list(self, closer: str) -> list[Node]:
        items: list[Node] = []
        try:
            while char := self._more(closer):
                items.append(self.value(char))
        except _Cut:
            self._repair("truncated")
        return items

    def _object(self) -> Pairs:
        members: list[tuple[str, Node]] = []
        try:
            while char := self._more("}"):
                key = self._key(char)
                members.append((key, self.value(self._peek())))
        except _Cut:
            self._repair("truncated")
        return Pairs(members)

    def _key(self, char: str) -> str:
        if char in _BODY:
            key = self._string(char)
        else:
            match = _NAME.match(self.text, self.position)
            if match is None:
                raise _Fail
            self._repair("quotes")
            key, self.position = match[0].rstrip(), match.end()
        if self._peek() != ":":
            if not self._peek():
                raise _Cut
            raise _Fail
        self.position += 1
        return key

    def _more(self, closer: str) -> str:
        """The first character of the next member, past its comma; "" once the bracket is closed."""
        first = self.text[self.position - 1] in "[({"
        char, commas = self._peek(), 0
        while char == ",":
            commas += 1
            self.position += 1
            char = self._peek()
        if char in _CLOSERS:
            if commas and char:
                self._repair("commas")
            if char != closer:
                self._repair("brackets" if char else "truncated")
            if char == closer or (char and char not in self.open):
                self.position += 1  # else it closes what stands around this one
            return ""
        if commas != (not first):
            self._repair("commas")
        return char

    def _string(self, quote: str) -> str:
        """A string; a quote within it that ends nothing is taken as a part of it."""
        start = self.position + 1
        end = self.text.find(quote, start)
        if self.text[end + 1 : end + 2] in _AFTER and "\\" not in (plain := self.text[start:end]) and end >= 0:
            if quote == "'":
                self._repair("quotes")
            self.position = end + 1
            return plain
        body = _BODY[quote].match(self.text, start)
        if body is None or self.text[body.end() : body.end() + 1] != quote:
            self.position = len(self.text)
            raise _Cut
        if quote == "'" or '"' in body[0].replace('\\"', ""):
            self._repair("quotes")
        self.position = body.end() + 1
        return _unescape(body[0]) if "\\" in body[0] else body[0]


def _unescape(body: str) -> str:
    text = _ESCAPED.sub(lambda m: chr(int(m[1][1:], 16)) if len(m[1]) > 1 else _ESCAPES.get(m[1], m[1]), body)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # joins escaped pairs
