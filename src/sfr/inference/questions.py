"""Questions: an example as the tokens that a model reads, and the tokens that it writes as an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sfr.data.prompts import Template
from sfr.examples import Example
from sfr.generation.answers import Answer
from sfr.generation.requests import Sampling, prompt_for, schema_for, seed_for
from sfr.inference.models import Model

__all__ = ["Question", "answer_of", "problem_of", "question_of"]


@dataclass(frozen=True, slots=True)
class Question:
    """The tokens of a prompt, its seed if there is one, and the JSON Schema that its answers must fit if any."""

    tokens: tuple[int, ...]
    seed: int | None = None
    schema: dict[str, Any] | None = None


def question_of(example: Example, template: Template, sampling: Sampling, model: Model) -> Question:
    """What a model is asked about an example: the prompt as one message of the user, in the model's chat template.

    Raises ValueError when the template has no instruction for its task.
    """
    asked = model.chat(prompt_for(example, template), thinking=sampling.thinking)
    return Question(
        tuple(model.tokenizer(asked, add_special_tokens=False)["input_ids"]),
        None if sampling.seed is None else seed_for(example, sampling.seed),
        schema_for(example, template) if sampling.json_schema else None,
    )


def problem_of(question: Question, model: Model) -> str | None:
    """Why a question cannot be asked, if it cannot."""
    if model.positions is None or len(question.tokens) < model.positions:
        return None
    return f"the prompt has {len(question.tokens):,} tokens, and the model has room for {model.positions:,}"


def answer_of(written: Sequence[Sequence[int]], model: Model) -> Answer:
    """The answer that a model has written, as the tokens of each sample.

    A sample whose last token is no end token was cut off. As servers do, the end token is counted.
    """
    ended = [bool(tokens) and tokens[-1] in model.ends for tokens in written]
    texts = [
        model.tokenizer.decode(
            tokens[:-1] if is_whole else tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        for tokens, is_whole in zip(written, ended, strict=True)
    ]
    finish = tuple("stop" if is_whole else "length" for is_whole in ended)
    return Answer(tuple(texts), finish, sum(map(len, written)))
