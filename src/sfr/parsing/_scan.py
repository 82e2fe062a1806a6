"""Finding the brackets in what a model wrote, and reading them even when damaged.

One pass, no backtracking: where a reading fails, the search goes on from the place of failure, so
the time is linear in the text. Python literals and calls are read as text by the same scanner.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from sfr.formats import Call, Node, Number, Pairs

__all__ = ["Found", "TooDeep", "find"]

# Brackets and calls that may open a value, going by what follows; prose has few of these.
_START = re.compile(
    r"\{(?=\s*[\"'}A-Za-z_])|\[(?=\s*[\"'\[\]{(\w-])|(?<!\w)[A-Za-z_]\w*\((?=\s*(?:[\"'\[)]|\w{1,60}\s*=))"
)
_STRICT = re.compile(r"\{\s*[\"}]|\[\s*[^\w'\(]")
_MAX_STARTS = 1_000
_DECODER = json.JSONDecoder(object_pairs_hook=Pairs, parse_int=Number, parse_float=Number, parse_constant=Number)


class TooDeep(Exception):  # noqa: N818 - a signal within this package
    """Brackets nested deeper than the bound."""


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


def _read(text: str, start: int, max_depth: int) -> tuple[Found | None, int]:
    """The value that starts here, if any, and where to look on."""
    if _STRICT.match(text, start):
        try:
            node, end = _DECODER.raw_decode(text, start)
        except RecursionError:
            raise TooDeep from None
        except ValueError:
            pass
        else:
            if _depth_exceeds(text[start:end], max_depth):
                raise TooDeep
            return Found(node, start, end), end
    scanner = _Scanner(text, start, max_depth)
    try:
        node = scanner.value()
    except _Fail:
        return None, max(scanner.position, start + 1)
    return Found(node, start, scanner.position, scanner.repairs), scanner.position


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
_NAME = re.compile(r"[A-Za-z_][\w .-]{0,60}(?=\s*:)")
_KEYWORD = re.compile(r"(\w{1,60})\s*=\s*")
_QUOTED = {quote: re.compile(rf"[{quote}\\]") for quote in "\"'"}
_WORD = re.compile(r"-?\d[\w.+-]*|[A-Za-z_]\w*")
_CLOSER = re.compile(r"\s*(?:[,:\]})]|\Z)")
_CONSTANTS: dict[str, bool | None] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "None": None,
}
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
        self.depth_left = max_depth

    def value(self) -> Node:
        char = self._peek()
        if char in '"\'':
            return self._string(char)
        if char in "[({":
            self.depth_left -= 1
            if self.depth_left < 0:
                raise TooDeep
            self.position += 1
            node = self._object() if char == "{" else self._list("]" if char == "[" else ")")
            self.depth_left += 1
            return node
        return self._word()

    def _peek(self) -> str:
        """The next character that is no white space, or "" at the end."""
        char = self.text[self.position : self.position + 1]
        if char.isspace():
            match = _SPACE.match(self.text, self.position)
            self.position = match.end() if match else self.position
            char = self.text[self.position : self.position + 1]
        return char

    def _repair(self, kind: str) -> None:
        self.repairs.setdefault(kind, self.position)

    def _word(self) -> Node:
        match = _WORD.match(self.text, self.position)
        if match is None:
            if self.position >= len(self.text):
                raise _Cut
            raise _Fail
        word = match[0]
        after = self.text[match.end() : match.end() + 1]
        if not after and word not in _CONSTANTS:
            self.position = match.end()
            raise _Cut
        if word in _CONSTANTS:
            self.position = match.end()
            if word[0].isupper():
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
        self.depth_left -= 1
        if self.depth_left < 0:
            raise TooDeep
        self.position += 1
        values: list[tuple[str, Node]] = []
        while self._more(")"):
            keyword = _KEYWORD.match(self.text, self.position)
            if keyword:
                self.position = keyword.end()
            try:
                values.append((keyword[1] if keyword else "", self.value()))
            except _Cut:
                self._repair("truncated")
                break
        self.depth_left += 1
        return Pairs(values)

    def _list(self, closer: str) -> list[Node]:
        items: list[Node] = []
        while self._more(closer):
            try:
                items.append(self.value())
            except _Cut:
                self._repair("truncated")
                break
        return items

    def _object(self) -> Pairs:
        members: list[tuple[str, Node]] = []
        while self._more("}"):
            try:
                key = self._key()
                members.append((key, self.value()))
            except _Cut:
                self._repair("truncated")
                break
        return Pairs(members)

    def _key(self) -> str:
        char = self._peek()
        if char in '"\'':
            key = self._string(char)
        else:
            match = _NAME.match(self.text, self.position)
            if match is None:
                raise _Fail
            self._repair("quotes")
            key, self.position = match[0].rstrip(), match.end()
        if self._peek() != ":":
            if self.position >= len(self.text):
                raise _Cut
            raise _Fail
        self.position += 1
        return key

    def _more(self, closer: str) -> bool:
        """Whether another member follows; passes commas and, at the end, the closing bracket."""
        opened = self.text[self.position - 1] in "[({"
        char, commas = self._peek(), 0
        while char == ",":
            commas += 1
            self.position += 1
            char = self._peek()
        if not char:
            self._repair("truncated")
            return False
        if char in "]})":
            if commas:
                self._repair("commas")
            if char == closer:
                self.position += 1
            else:
                self._repair("brackets")  # it closes what stands around this one
            return False
        if commas != (not opened):
            self._repair("commas")
        return True

    def _string(self, quote: str) -> str:
        """A string; a quote within it that ends nothing is taken as a part of it."""
        if quote == "'":
            self._repair("quotes")
        pieces: list[str] = []
        text, i = self.text, self.position + 1
        while mark := _QUOTED[quote].search(text, i):
            pieces.append(text[i : mark.start()])
            if mark[0] == "\\":
                piece, i = _escape(text, mark.end())
                pieces.append(piece)
            elif _CLOSER.match(text, mark.end()):
                self.position = mark.end()
                return "".join(pieces)
            else:
                self._repair("quotes")
                pieces.append(quote)
                i = mark.end()
        self.position = len(text)
        raise _Cut


def _escape(text: str, i: int) -> tuple[str, int]:
    """What the escape whose letter stands at ``i`` means, and where it ends."""
    letter = text[i : i + 1]
    if letter == "u":
        digits = text[i + 1 : i + 5]
        if re.fullmatch("[0-9a-fA-F]{4}", digits):
            return chr(int(digits, 16)), i + 5
    return _ESCAPES.get(letter, letter), i + 1
