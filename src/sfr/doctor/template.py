"""Whether prompts in the chat template, the answers in tokens and the reward agree about thinking."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sfr.data.trainer_rows import TRAINERS
from sfr.doctor._finding import Finding
from sfr.grading import Grader
from sfr.tokenizers import tokenizer_of
from sfr.trainers import Convention

__all__ = ["check_template"]

_TAIL = 60
_EMPTY = "<think>\n\n</think>"


def check_template(
    convention: Convention, rows: list[dict[str, Any]], tokenizer: str, chat: Mapping[str, Any], grader: Grader
) -> Iterator[Finding]:
    """The prompt as the model gets it, under what the trainer passes to the chat template.

    Raises ValueError when the tokenizer cannot be had.
    """
    found = tokenizer_of(tokenizer)
    prompt, _, truth = TRAINERS[convention.rows].read(rows[0])
    answer = json.dumps(json.loads(truth)["gold"], ensure_ascii=False)
    if not found.chat_template:
        yield Finding("problem", "template", f"{tokenizer} has no chat template, and trainers ask with one")
        return
    asked = _asked(found, prompt, chat)
    yield Finding("ok", "template", f"the model goes on after ...{asked[-_TAIL:]!r}")
    yield from _thinking(found, prompt, asked, chat, grader)
    again = found.decode(found(answer, add_special_tokens=False)["input_ids"], skip_special_tokens=True)
    if again != answer:
        yield Finding("problem", "template", f"the tokenizer gives {again!r} back for the answer {answer!r}")
    else:
        yield Finding("ok", "template", "the tokenizer gives a perfect answer back as it was")


def _asked(tokenizer: Any, prompt: str, chat: Mapping[str, Any]) -> str:
    messages = [{"role": "user", "content": prompt}]
    try:
        text: str = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True, **chat)
    except Exception as error:  # noqa: BLE001 - a template is a program of its own
        raise ValueError(f"the chat template does not work: {error}") from None
    return text


def _thinking(tokenizer: Any, prompt: str, asked: str, chat: Mapping[str, Any], grader: Grader) -> Iterator[Finding]:
    last = asked.rpartition("<think>")[2] if "<think>" in asked else None
    opened = last is not None and "</think>" not in last
    closed = last is not None and not opened
    if opened and grader.thinking == "forbid":
        yield Finding(
            "problem",
            "thinking",
            "the template opens a block of thinking, and the reward forbids it: enable_thinking=False",
        )
    elif closed and grader.thinking == "require":
        yield Finding(
            "problem", "thinking", "the template closes the thinking before the answer, and the reward requires some"
        )
    elif opened:
        yield Finding("ok", "thinking", "the template opens a block of thinking; the reward takes it off")
    elif closed:
        yield Finding(
            "ok", "thinking", "the template closes the thinking before the answer: train with the same prompts"
        )
    elif "enable_thinking" not in chat and _asked(tokenizer, prompt, {"enable_thinking": False}) != asked:
        yield Finding(
            "note",
            "thinking",
            "the template has a switch for thinking, and it is not set: the model may think first. Supervised training and "
            "GRPO need the same setting; say --no-thinking here, and enable_thinking=False to the trainer, if there is none",
        )
    else:
        yield Finding(
            "ok", "thinking", "the template has no part in thinking; the reward takes it off where a model thinks"
        )
