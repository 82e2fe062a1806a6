"""Answers: what a server says to a request. All of it is the word of others, and taken as text alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from sfr.files import RowError, decode_line, kind_of, shape_problem

__all__ = ["Answer", "UnusableAnswerError", "read_answer"]

_BROKEN_OFF = {"abort", "error"}
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said: a text for each sample, why each ended, and how many tokens all of them took."""

    outputs: tuple[str, ...]
    finish: tuple[str | None, ...]
    tokens: int | None = None


class UnusableAnswerError(ValueError):
    """A response that holds no answer."""


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None
    index: int | None = None


class _Body(msgspec.Struct):
    choices: list[_Choice]
    usage: Any = None


def read_answer(body: bytes, samples: int = 1) -> Answer:
    """The answer that the body of a response holds.

    A message without content is an empty text, or the refusal if there is one: the model has been
    asked and that is what it said. How it ended tells what became of it.

    Raises UnusableAnswerError when the body is not whole, holds no choices or too few of them, or when the
    server broke off.
    """
    value = _decoded(body)
    if not value.get("choices"):
        said = f"the error {str(value['error'])[:_SHOWN]}" if value.get("error") else "none"
        raise UnusableAnswerError(f"expected choices, found {said}")
    try:
        found = msgspec.convert(value, _Body)
    except msgspec.ValidationError as error:
        raise UnusableAnswerError(shape_problem(str(error))) from None
    choices = sorted(found.choices, key=lambda choice: choice.index or 0)
    if len(choices) != samples:
        raise UnusableAnswerError(f"expected {samples} choices, found {len(choices)}")
    if broken := _BROKEN_OFF.intersection(choice.finish_reason or "" for choice in choices):
        raise UnusableAnswerError(f"the server broke off: {', '.join(sorted(broken))}")
    outputs = tuple(choice.message.content or choice.message.refusal or "" for choice in choices)
    return Answer(outputs, tuple(choice.finish_reason for choice in choices), _tokens(found.usage))


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        value = decode_line(body)
    except RowError as error:
        raise UnusableAnswerError(f"the body is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise UnusableAnswerError(f"expected a JSON object, found {kind_of(value)}")
    return value


def _tokens(usage: object) -> int | None:
    """How many tokens were written, if the server says so."""
    tokens = usage.get("completion_tokens") if isinstance(usage, dict) else None
    return tokens if type(tokens) is int and tokens >= 0 else None
