"""Texts on their own: what a model extracts from each, read and checked against the text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any

from sfr.data.prompts import Template
from sfr.examples import Example
from sfr.formats import records
from sfr.generation.answers import Answer
from sfr.generation.requests import Sampling, request_of
from sfr.generation.running import ask
from sfr.generation.servers import Server
from sfr.inference.engines import Engine
from sfr.inference.models import Model
from sfr.inference.questions import Question, answer_of, problem_of, question_of
from sfr.parsing import parse
from sfr.schema import Schema
from sfr.structures import Extraction, Task

__all__ = ["Extracted", "Texts", "extract", "extract_by_server"]

_AT_A_TIME = 256  # texts that a server is asked about before the first of them is given out


@dataclass(frozen=True, slots=True)
class Texts:
    """What is asked about texts: a task, its schema, the template of the prompt, and how answers are drawn."""

    task: Task
    schema: Schema
    template: Template
    sampling: Sampling

    def example(self, number: int, text: str) -> Example:
        """A text as an example without gold."""
        return Example(str(number), "", "", self.task, text, self.schema, Extraction())


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was extracted from a text.

    ``status`` is that of the reading, ``ok``, ``recovered`` or ``unparsable``, or ``failed`` where there is
    no answer; ``problems`` say why, or what is doubtful, such as a mention that is not in the text.
    """

    text: str
    task: Task
    status: str
    extraction: Extraction = field(default_factory=Extraction)
    problems: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As it stands in a line, with the extraction as records."""
        return {
            "text": self.text,
            "task": self.task,
            "extraction": records(self.extraction, self.task),
            "status": self.status,
            "problems": list(self.problems),
        }


def extract(texts: Iterable[str], asked: Texts, model: Model, engine: Engine) -> Iterator[Extracted]:
    """What a model that is loaded here extracts from each text, in their order.

    Raises ValueError when the template has no instruction for the task, InferenceError when the memory does
    not suffice.
    """

    def answers(examples: Sequence[Example]) -> list[Answer | str]:
        questions = [question_of(example, asked.template, asked.sampling, model) for example in examples]
        problems = [problem_of(question, model) for question in questions]
        possible = [question for question, why in zip(questions, problems, strict=True) if why is None]
        written = iter(_written(engine, possible))
        return [why or answer_of(next(written), model) for why in problems]

    return _extracted(texts, asked, answers, engine.batch)


def _written(engine: Engine, questions: Sequence[Question]) -> list[list[list[int]]]:
    return engine.write(questions) if questions else []


def extract_by_server(
    texts: Iterable[str], asked: Texts, server: Server, *, concurrency: int = 16
) -> Iterator[Extracted]:
    """What the model of a server extracts from each text, in their order.

    Raises ValueError when the template has no instruction for the task, ServerError when it cannot be asked.
    """

    def answers(examples: Sequence[Example]) -> list[Answer | str]:
        requests = [request_of(example, asked.template, asked.sampling) for example in examples]
        found = ask(server, requests, concurrency=concurrency)
        return [answer if isinstance(answer, Answer) else str(answer) for answer in found]

    return _extracted(texts, asked, answers, _AT_A_TIME)


def _extracted(
    texts: Iterable[str], asked: Texts, answers: Callable[[Sequence[Example]], list[Answer | str]], size: int
) -> Iterator[Extracted]:
    """What is in the answers, which are asked for some texts at a time; the answer of a text that failed is why."""
    examples = map(asked.example, count(1), texts)
    while part := list(islice(examples, size)):
        for example, answer in zip(part, answers(part), strict=True):
            yield _read(example, answer)


def _read(example: Example, answer: Answer | str) -> Extracted:
    if isinstance(answer, str):
        return Extracted(example.text, example.task, "failed", problems=(answer,))
    parsed = parse(answer.outputs[0], example.task, example.text, example.schema)
    problems = tuple(map(str, parsed.problems))
    return Extracted(example.text, example.task, parsed.status, parsed.extraction, problems)
