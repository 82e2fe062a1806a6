"""What becomes of dirty rows: a named rule for each kind of dirt, and what may be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["RULES", "Action", "Rule"]

Action = Literal["keep", "drop-unit", "drop-row", "fail"]
"""What is done with what a rule is about: kept as it is, the unit or the row left out, or nothing built at all."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a kind of dirt is, what is done about it by default, and what else can be."""

    meaning: str
    default: Action
    actions: tuple[Action, ...]


_ANY: tuple[Action, ...] = ("keep", "drop-unit", "drop-row", "fail")
_ROW: tuple[Action, ...] = ("keep", "drop-row", "fail")

RULES: dict[str, Rule] = {
    "empty-mention": Rule("a mention without text", "drop-unit", ("drop-unit", "drop-row", "fail")),
    "unknown-label": Rule("a label or a role that the label map has not", "fail", ("drop-unit", "drop-row", "fail")),
    "unmapped-label": Rule(
        "a label or a role that the label map leaves out", "drop-unit", ("drop-unit", "drop-row", "fail")
    ),
    "bad-offsets": Rule("offsets at which another text stands than the mention", "fail", _ANY),
    "shifted-offsets": Rule("offsets off by a character or two, mended by the reader", "keep", _ROW),
    "not-in-text": Rule("a mention that is no part of the text", "keep", _ANY),
    "in-pieces": Rule("a mention in pieces, joined by a space", "keep", _ANY),
    "self-relation": Rule("a relation whose head is its tail, in place where known, else in words", "keep", _ANY),
    "repeated-unit": Rule("a unit that the row holds already", "keep", _ANY),
    "stray-tag": Rule("a tag that continues a mention which is not there; it begins one", "keep", _ROW),
    "empty-token": Rule("a token without text, left out by the reader", "keep", _ROW),
    "lost-argument": Rule("an argument outside the sentence of its trigger, left out by the reader", "keep", _ROW),
    "no-unit": Rule("a row without a unit", "keep", _ROW),
    "repeated-row": Rule("a row whose text and gold an earlier row of the split has", "keep", _ROW),
    "broken-character": Rule("half of a surrogate pair, which no file can hold", "fail", ("drop-row", "fail")),
    "no-text": Rule("a row without a text", "fail", ("drop-row", "fail")),
}
"""The rules by name. A data set may change an action, a user may change it again."""
