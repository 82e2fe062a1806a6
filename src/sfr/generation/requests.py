"""Requests: what a server is asked about an example."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sfr.data.constraints import json_schema
from sfr.data.prompts import Template, prompt_of
from sfr.examples import Example

__all__ = ["Sampling", "prompt_for", "request_of", "schema_for", "seed_for"]

_OWN = {
    "n": "samples",
    "temperature": "temperature",
    "top_p": "top_p",
    "max_tokens": "max_tokens",
    "seed": "seed",
    "response_format": "json_schema",
    "chat_template_kwargs": "thinking",
}
"""The fields of a request that have a setting of their own."""

_NEVER = ("model", "messages", "stream", "stream_options")


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which model answers, and how its answers are drawn; None leaves it to the server.

    ``seed`` is that of the whole run. ``json_schema`` asks the server to let the model write nothing
    but the JSON of the prompt. ``thinking`` is the switch that templates such as that of Qwen3 have.
    ``others`` are fields of a request that have no setting here; one that is None leaves out the
    field of a setting, for servers that do not have it.

    Raises ValueError when the settings do not go together.
    """

    model: str
    samples: int = 1
    temperature: float = 0.0
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    json_schema: bool = False
    thinking: bool | None = None
    others: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = [f"{name}: say it with {_OWN[name]}" for name in _OWN if self._says_twice(name)]
        problems += [f"{name}: cannot be set" for name in _NEVER if name in self.others]
        if self.samples > 1 and self.temperature == 0:
            problems.append(f"{self.samples} samples at temperature 0 would all be the same; name a higher temperature")
        try:
            json.dumps(asdict(self), ensure_ascii=False, allow_nan=False).encode()
        except ValueError:
            problems.append("the settings hold what JSON has not, such as NaN or half of a surrogate pair")
        if problems:
            raise ValueError("; ".join(problems))

    def _says_twice(self, name: str) -> bool:
        """Whether a field is said in two places; the thinking may be said as its template wants it."""
        return self.others.get(name) is not None and (name != "chat_template_kwargs" or self.thinking is not None)


def request_of(example: Example, template: Template, sampling: Sampling) -> dict[str, Any]:
    """The body of a request for the answers to an example.

    Raises ValueError when the template has no instruction for its task.
    """
    body: dict[str, Any] = {
        "model": sampling.model,
        "messages": [{"role": "user", "content": prompt_for(example, template)}],
        "temperature": sampling.temperature,
        "n": sampling.samples,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
    }
    if sampling.seed is not None:
        body["seed"] = seed_for(example, sampling.seed)
    if sampling.json_schema:
        form = {"name": "answer", "strict": True, "schema": schema_for(example, template)}
        body["response_format"] = {"type": "json_schema", "json_schema": form}  # vLLM, SGLang, llama.cpp know it too
    if sampling.thinking is not None:
        body["chat_template_kwargs"] = {"enable_thinking": sampling.thinking}
    return {name: value for name, value in {**body, **sampling.others}.items() if value is not None}


def prompt_for(example: Example, template: Template) -> str:
    """The prompt of an example.

    Raises ValueError when the template has no instruction for its task.
    """
    return prompt_of(template.instruction(example.task, example.schema), example.text)


def seed_for(example: Example, seed: int) -> int:
    """A seed of the example's own, so that neither the order of the requests nor their number at a time matters."""
    name = json.dumps([seed, example.dataset, example.split, example.id]).encode()
    return int.from_bytes(hashlib.blake2b(name, digest_size=4).digest(), "big") >> 1  # 31 bits: every server takes them


def schema_for(example: Example, template: Template) -> dict[str, Any]:
    """The JSON Schema of the answers to an example."""
    return json_schema(example.task, example.schema, format=template.format, empty=template.empty_of(example.task))
