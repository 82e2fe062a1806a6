"""The text of an answer, out of what trainers and servers hand over."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

__all__ = ["after_prompt", "answer_text", "without_end"]

_TAIL = 64
_ENDS = (
    "<|im_end|>",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|end_of_text|>",
    "<|end|>",
    "<|return|>",
    "<\uff5cend\u2581of\u2581sentence\uff5c>",
    "<end_of_turn>",
    "<eos>",
    "</s>",
)
"""What ends a turn in the vocabularies of Qwen, Llama, Phi, gpt-oss, DeepSeek, Gemma and Mistral."""


def answer_text(completion: Any) -> str:
    """The text of a completion: a string, messages of which the last one counts, or nothing at all.

    Raises TypeError for anything else.

    >>> answer_text([{"role": "assistant", "content": "{}"}]), answer_text(None)
    ('{}', '')
    """
    if completion is None:
        return ""
    if isinstance(completion, str):
        return str(completion)  # it may be one of numpy's
    if isinstance(completion, Mapping):
        return answer_text(completion["text"] if completion.get("type") == "text" else completion.get("content"))
    if isinstance(completion, (list, tuple)):
        if all(isinstance(part, Mapping) and "type" in part and "role" not in part for part in completion):
            return "".join(answer_text(part) for part in completion)
        return answer_text(completion[-1])
    raise TypeError(f"a completion is a string or a list of messages, not {type(completion).__name__}")


def without_end(text: str) -> str:
    """A text without the special tokens that end a turn, which some trainers leave in.

    >>> without_end("{}<|im_end|><|endoftext|>")
    '{}'
    """
    end = len(text)
    while True:
        while end and text[end - 1].isspace():
            end -= 1
        mark = next((mark for mark in _ENDS if text.endswith(mark, 0, end)), None)
        if mark is None:
            return text[:end]
        end -= len(mark)


def after_prompt(query: str, prompt: str) -> str:
    """The answer in a text that has its prompt before it, and special tokens at its end.

    Of a long prompt a trainer has cut off the beginning, and the tokens of another may spell it in
    another form of Unicode; then the answer begins after the end of the prompt.

    Raises ValueError when the prompt is not found.

    >>> after_prompt("Find every person: Kevin left. {}<|im_end|>", "Find every person: Kevin left. ")
    '{}'
    """
    rest = query[len(prompt) :]
    if not query.startswith(prompt):
        tail = unicodedata.normalize("NFC", prompt)[-_TAIL:]
        _, found, rest = query.partition(tail)
        if not found:
            raise ValueError(f"the query does not hold its prompt, which ends with {tail!r}")
    return without_end(rest)
