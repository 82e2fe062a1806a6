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
_LONGEST = 200


def check_template(
    convention: Convention, rows: Mapping[int, dict[str, Any]], tokenizer: str, chat: Mapping[str, Any], grader: Grader
) -> Iterator[Finding]:
    """The prompt as the model gets it, under what the trainer passes to the chat template; answers there and back.

    The rows are those that can be scored.

    Raises ValueError when the tokenizer cannot be had.
    """
    found = tokenizer_of(tokenizer)
    if not found.chat_template:
        yield Finding("problem", "template", f"{tokenizer} has no chat template, and trainers ask with one")
        return
    read = TRAINERS[convention.rows].read
    texts = {number: read(row) for number, row in rows.items()}
    prompt = next((prompt for prompt, _, _ in texts.values()), "?")
    try:
        asked = _asked(found, prompt, chat)
        switched = _asked(found, prompt, {**chat, "enable_thinking": False})
    except Exception as error:  # noqa: BLE001 - a template is a program of its own
        text = f"the chat template of {tokenizer} does not work: {type(error).__name__}: {error}"
        yield Finding("problem", "template", text)
        return
    yield Finding("ok", "template", f"the model goes on after ...{asked[-_TAIL:]!r}")
    if "enable_thinking" not in chat and switched != asked:
        yield _unset(convention)
    yield _thinking(asked, grader)
    yield from _there_and_back(found, {number: truth for number, (_, _, truth) in texts.items()})


def _asked(tokenizer: Any, prompt: str, chat: Mapping[str, Any]) -> str:
    messages = [{"role": "user", "content": prompt}]
    text: str = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True, **chat)
    return text


def _unset(convention: Convention) -> Finding:
    how = convention.no_thinking
    return Finding(
        "note",
        "thinking",
        "the template has a switch for thinking, and it is not set: the model may think first. Supervised training "
        "and GRPO need the same setting; if there is no thinking, say --no-thinking here"
        + (f", and to {convention.title} {how}" if how else ""),
    )


def _thinking(asked: str, grader: Grader) -> Finding:
    """What the end of a prompt has to do with thinking, and whether the reward agrees."""
    _, tag, last = asked.rpartition("<think>")
    if tag and "</think>" not in last:
        if grader.thinking == "forbid":
            text = "the template opens a block of thinking, and the reward forbids it; --no-thinking, or thinking=allow"
            return Finding("problem", "thinking", text)
        return Finding("ok", "thinking", "the template opens a block of thinking; the reward takes it off")
    if tag:
        if grader.thinking == "require":
            text = "the template closes the thinking before the answer, and the reward requires some"
            return Finding("problem", "thinking", text)
        text = "the template closes the thinking before the answer: train with the same prompts"
        return Finding("ok", "thinking", text)
    where = {
        "allow": "the reward takes it off where a model thinks",
        "forbid": "an answer that thinks is an invalid one",
        "require": "an answer that does not think is an invalid one",
    }[grader.thinking]
    return Finding("ok", "thinking", f"the prompt ends without thinking; {where}")


def _there_and_back(tokenizer: Any, truths: Mapping[int, str]) -> Iterator[Finding]:
    """Answers as tokens and as text again, as a trainer reads what a model wrote."""
    for number, truth in truths.items():
        answer = json.dumps(json.loads(truth)["gold"], ensure_ascii=False)
        again = _again(tokenizer, answer)
        if again != answer:
            yield Finding(
                "problem",
                "template",
                f"line {number}: the tokenizer gives {_cut(again)} back for the answer {_cut(answer)}",
            )
            return
    if truths:
        yield Finding(
            "ok", "template", f"the tokenizer gives perfect answers to the first {len(truths)} back unchanged"
        )
    thoughts = "<think>\nwhy\n</think>"
    if "</think>" in _again(tokenizer, thoughts, skip=False) and "</think>" not in _again(tokenizer, thoughts):
        yield Finding(
            "note",
            "thinking",
            "the tags of thinking are special tokens, which trainers leave out of a text: thoughts then stand before "
            "the answer, and nothing tells the reward where they end",
        )


def _again(tokenizer: Any, text: str, *, skip: bool = True) -> str:
    again: str = tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"], skip_special_tokens=skip)
    return again


def _cut(text: str) -> str:
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")
