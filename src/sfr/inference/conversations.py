"""Conversations: an example with its target, as the tokens that a model is trained on.

The text is the one of the chat template, and it becomes tokens as a whole. Where the target begins is looked up in
that text, since the target on its own may become other tokens, and another number of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from sfr.data.exporting import prompted
from sfr.data.prompts import Template
from sfr.examples import Example
from sfr.inference.errors import InferenceError
from sfr.inference.models import Model

__all__ = ["Conversation", "conversation_of"]


@dataclass(frozen=True, slots=True)
class Conversation:
    """The tokens of a prompt and its target up to the end token, of which those from ``start`` on are the target's."""

    tokens: tuple[int, ...]
    start: int

    def __post_init__(self) -> None:
        if not 0 < self.start < len(self.tokens):
            raise ValueError(f"expected a prompt and a target, found {self.start} of {len(self.tokens)} tokens before")

    @property
    def target_tokens(self) -> int:
        """How many tokens the target has, with the end token."""
        return len(self.tokens) - self.start


def conversation_of(
    example: Example, template: Template, model: Model, *, thinking: bool | None = None
) -> Conversation:
    """An example with its target, in the model's chat template; ``thinking`` is that template's switch.

    The target begins where an answer to the prompt would: what the chat template puts before every answer, such as
    an empty block of thinking, is part of it unless the prompt ends with it. It ends with the end token.

    Raises ValueError when the template has nothing for the task, when the gold does not fit the schema, when the chat
    template changes the target, or when the model has no room for it; InferenceError when the target's
    tokens cannot be told.
    """
    row = prompted(example, template)
    asked, told = model.chat(row.prompt, thinking=thinking), model.chat(row.prompt, row.target, thinking=thinking)
    text, end = _joined(asked, told, row.target, model)
    if not model.tokenizer.is_fast:
        raise InferenceError(
            f"the tokenizer in {model.folder} cannot tell where tokens stand; it takes a tokenizer.json"
        )
    found = model.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    ids, places = found["input_ids"], found["offset_mapping"]
    last = _end_token(ids, places, end, model)
    first = next(i for i, (_, stop) in enumerate(places) if stop > len(asked))
    conversation = Conversation(tuple(ids[: last + 1]), first)
    if model.positions is not None and len(conversation.tokens) > model.positions:
        length = f"{len(conversation.tokens):,} tokens, {conversation.target_tokens:,} of them the target's"
        raise ValueError(f"prompt and target have {length}, and the model has room for {model.positions:,}")
    return conversation


def _joined(asked: str, told: str, target: str, model: Model) -> tuple[str, int]:
    """The prompt as it is asked with the answer as it is told behind it, and where the target ends there.

    A template may leave out of a conversation what it ends a prompt with, such as an empty block of
    thinking: then what is told begins with the target.
    """
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(asked, told, strict=False)))
    place = told.rfind(target)
    if place < shared:
        raise ValueError(f"the chat template in {model.folder} does not leave the target as it is: {target[:60]!r}")
    text = told if shared == len(asked) else asked + told[place:]
    return text, len(text) - len(told) + place + len(target)


def _end_token(ids: Sequence[int], places: Sequence[tuple[int, int]], end: int, model: Model) -> int:
    """Which token ends the answer: the first end token behind the target."""
    for i, (token, (start, _)) in enumerate(zip(ids, places, strict=True)):
        if start >= end and token in model.ends:
            return i
    raise InferenceError(
        f"the chat template in {model.folder} ends an answer with none of the model's end tokens: "
        + ", ".join(map(repr, model.tokenizer.convert_ids_to_tokens(sorted(model.ends))))
    )
