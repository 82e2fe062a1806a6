"""What models write around their answer: thinking blocks, answer tags, fences."""

from __future__ import annotations

import re
from collections import deque

__all__ = ["fenced", "is_talk", "open_wrapping", "thought", "unfenced"]

_TAG = "think|thinking|thought|reasoning"
_OPEN_THINKING = re.compile(rf"\s*<({_TAG})>", re.IGNORECASE)
_CLOSE_THINKING = re.compile(rf"</(?:{_TAG})>", re.IGNORECASE)
_OPEN_ANSWER = re.compile(r"<answer>", re.IGNORECASE)
_CLOSE_ANSWER = re.compile(r"</answer>", re.IGNORECASE)
_FENCE = "```"
_FENCED = re.compile(r"```(?:[\w+-]*\n|)(.*?)(?:```)?", re.DOTALL)
_FENCE_OPENING = re.compile(r"```[\w+-]*")


def open_wrapping(text: str) -> tuple[str, int, list[str], bool]:
    """The answer part of a text, where it starts, what was taken off, and whether thinking ended.

    Thinking ends at the last closing tag, with or without an opening one (prompts may hold it).
    Of several answers the last one counts.
    """
    rungs: list[str] = []
    start, closed = 0, True
    last = _last(_CLOSE_THINKING, text, 0)
    if last is not None:
        start = last.end()
        rungs.append("thinking")
    elif opening := _OPEN_THINKING.match(text):
        start, closed = opening.end(), False
        rungs.append("thinking")
    answer = _last(_OPEN_ANSWER, text, start)
    end = len(text)
    if answer is not None:
        start = answer.end()
        closing = _CLOSE_ANSWER.search(text, start)
        end = closing.start() if closing else end
        rungs.append("answer")
    return text[start:end], start, rungs, closed


def thought(text: str) -> str:
    """What a text thinks before its answer, without its tags; "" if that is nothing, or if it has none."""
    last = _last(_CLOSE_THINKING, text, 0)
    opening = _OPEN_THINKING.match(text)
    if last is None and opening is None:
        return ""
    return text[opening.end() if opening else 0 : last.start() if last else None].strip()


def fenced(before: str, after: str) -> bool:
    """Whether an answer between these two stands in a code fence."""
    return before.count(_FENCE) % 2 == 1 or (_FENCE in after and not before.strip())


def is_talk(text: str) -> bool:
    """Whether anything but fences and a byte order mark stands in a text around an answer."""
    return bool(_FENCE_OPENING.sub("", text).strip().strip("\ufeff"))


def unfenced(text: str) -> str:
    """What stands in a fence that is all of a text, or the text as it is."""
    match = _FENCED.fullmatch(text.strip())
    return match[1] if match else text


def _last(pattern: re.Pattern[str], text: str, start: int) -> re.Match[str] | None:
    return next(iter(deque(pattern.finditer(text, start), maxlen=1)), None)
