"""The fast engine: vLLM, which has its own way to run many questions at a time and can hold answers to a schema."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from sfr.generation.requests import Sampling
from sfr.inference.errors import InferenceError
from sfr.inference.models import Model
from sfr.inference.questions import Question

__all__ = ["load"]

_BATCH = 1_024  # what is lost at most when a run is killed; vLLM itself decides how many it runs together


def load(model: Model, sampling: Sampling, batch: int | None, settings: Mapping[str, Any]) -> _Engine:
    """A model in the memory of vLLM; ``settings`` are arguments of its ``LLM``.

    Raises InferenceError when it cannot be loaded.
    """
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
    from vllm import LLM

    chosen: dict[str, Any] = {"generation_config": "vllm"}  # what is not asked for is not done
    if sampling.json_schema:  # with one spacing, as in the targets that models are trained on
        chosen["structured_outputs_config"] = {"backend": "xgrammar", "disable_any_whitespace": True}
    try:
        loaded = LLM(str(model.folder), **{**chosen, **settings})
    except Exception as error:  # noqa: BLE001 - it raises what its parts raise
        raise InferenceError(f"vLLM cannot load the model in {model.folder}: {error}") from None
    return _Engine(loaded, model, sampling, batch or _BATCH)


class _Engine:
    """A model of vLLM."""

    def __init__(self, loaded: Any, model: Model, sampling: Sampling, batch: int) -> None:
        self.batch = batch
        self._llm = loaded
        self._ends = sorted(model.ends)
        self._sampling = sampling

    def write(self, questions: Sequence[Question]) -> list[list[list[int]]]:
        """For each question the tokens of each sample."""
        prompts = [{"prompt_token_ids": list(question.tokens)} for question in questions]
        found = self._llm.generate(prompts, [self._settings(question) for question in questions], use_tqdm=False)
        return [[list(sample.token_ids) for sample in request.outputs] for request in found]

    def _settings(self, question: Question) -> Any:
        from vllm import SamplingParams
        from vllm.sampling_params import StructuredOutputsParams

        sampling = self._sampling
        return SamplingParams(
            n=sampling.samples,
            temperature=sampling.temperature,
            top_p=1.0 if sampling.top_p is None else sampling.top_p,
            max_tokens=sampling.max_tokens,
            seed=question.seed,
            stop_token_ids=self._ends,
            detokenize=False,
            structured_outputs=None if question.schema is None else StructuredOutputsParams(json=question.schema),
        )
