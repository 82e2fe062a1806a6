"""Output files of the batch interface of OpenAI, which vLLM's ``run-batch`` writes as well.

A line is {"custom_id", "response": {"status_code", "body"}, "error"}, in any order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sfr.files import kind_of
from sfr.predictions._feed import Feed, Line
from sfr.predictions._join import Answer

__all__ = ["answers"]

_OK = 200


def answers(feed: Feed) -> Iterator[Answer]:
    """What the lines hold: all choices of a response, or why there is none."""
    for line in feed:
        yield _answer(line)


def _answer(line: Line) -> Answer:
    problems: list[str] = []
    name = line.value.get("custom_id")
    if not isinstance(name, str):
        problems.append(f"custom_id: expected a string, found {kind_of(name)}")
    failure = _failure(line.value)
    body = {} if failure else line.value["response"]["body"]
    outputs = () if failure else _choices(body, problems)
    return Answer(
        line.place,
        line.number,
        outputs,
        _tokens(body, len(outputs)),
        tuple(problems),
        request=name if isinstance(name, str) else None,
        failure=failure,
    )


def _failure(row: Mapping[str, Any]) -> str:
    """Why a request has no response, or "" if it has one."""
    response = row.get("response")
    response = response if isinstance(response, dict) else {}
    status, body = response.get("status_code", _OK), response.get("body")
    if status == _OK and isinstance(body, dict) and row.get("error") is None:
        return ""
    return f"{status} {_message(row.get('error')) or _message(body) or 'no response'}".removeprefix(f"{_OK} ")


def _message(error: Any) -> str:
    """What an error says: a text, an object with a message, or an object with such an error."""
    if isinstance(error, dict):
        return _message(error.get("error")) or _message(error.get("message")) or _message(error.get("code"))
    return error if isinstance(error, str) else ""


def _choices(body: Mapping[str, Any], problems: list[str]) -> tuple[str, ...]:
    """The texts of a response's choices, in order; nothing in the place of one is an empty text."""
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not all(isinstance(choice, dict) for choice in choices):
        problems.append(f"choices: expected a list of objects, found {kind_of(choices)}")
        return ()
    texts = []
    for choice in choices:
        message = choice.get("message")
        text = message.get("content") if isinstance(message, dict) else choice.get("text")
        if text is None or isinstance(text, str):
            texts.append(text or "")
        else:
            problems.append(f"choices: expected a string as content, found {kind_of(text)}")
    return tuple(texts)


def _tokens(body: Mapping[str, Any], choices: int) -> tuple[int, ...]:
    """The length of a response in tokens; of several choices only the sum is known."""
    usage = body.get("usage")
    count = usage.get("completion_tokens") if isinstance(usage, dict) else None
    return (count,) if choices == 1 and isinstance(count, int) else ()
