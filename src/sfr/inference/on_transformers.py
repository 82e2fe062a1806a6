"""The engine that is there wherever models are trained: transformers, on a GPU or the CPU, batch by batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sfr.generation.requests import Sampling
from sfr.inference.loading import enough_memory, few_cores, load_model
from sfr.inference.models import Model
from sfr.inference.questions import Question

__all__ = ["load"]

_BATCH = 64
_MOST = 2_048  # new tokens, where neither the settings nor the model have a limit


def load(model: Model, sampling: Sampling, batch: int | None, settings: Mapping[str, Any]) -> _Engine:
    """A model in memory: on the GPU in the numbers that it was saved in, on the CPU in float32.

    ``settings`` are arguments of ``from_pretrained``.

    Raises InferenceError when it cannot be loaded.
    """
    return _Engine(load_model(model, settings), model, sampling, batch or _BATCH)


class _Engine:
    """A model of transformers."""

    def __init__(self, loaded: Any, model: Model, sampling: Sampling, batch: int) -> None:
        import transformers

        self.batch = batch
        self._model = loaded
        self._ends = model.ends
        self._positions = model.positions
        self._sampling = sampling
        self._pad = model.pad
        # In the place of what the model recommends: what is not asked for is not done.
        settings: Any = transformers.GenerationConfig
        loaded.generation_config = settings(eos_token_id=sorted(model.ends), pad_token_id=self._pad)

    def write(self, questions: Sequence[Question]) -> list[list[list[int]]]:
        """For each question the tokens of each sample.

        What is drawn with a seed depends on which questions come together.
        """
        import torch

        if questions[0].seed is not None:
            torch.manual_seed(questions[0].seed)
        ids, mask = self._padded(questions)
        with enough_memory(f"{len(questions)} prompts of up to {ids.shape[1]:,} tokens"), few_cores(self._model):
            written = self._model.generate(
                input_ids=ids, attention_mask=mask, max_new_tokens=self._room(ids.shape[1]), **self._drawing()
            )
        samples = [self._up_to_end(tokens) for tokens in written[:, ids.shape[1] :].tolist()]
        each = self._sampling.samples
        return [samples[start : start + each] for start in range(0, len(samples), each)]

    def _padded(self, questions: Sequence[Question]) -> tuple[Any, Any]:
        """Prompts of one length, filled on the left, so that all go on at the same place; and what is no filling."""
        import torch

        width = max(len(question.tokens) for question in questions)
        empty = [width - len(question.tokens) for question in questions]
        ids = [[self._pad] * n + list(question.tokens) for n, question in zip(empty, questions, strict=True)]
        mask = [[0] * n + [1] * (width - n) for n in empty]
        return torch.tensor(ids, device=self._model.device), torch.tensor(mask, device=self._model.device)

    def _room(self, width: int) -> int:
        """How many tokens may be written after prompts of up to this many."""
        asked = self._sampling.max_tokens
        if self._positions is None:
            return asked or _MOST
        return min(asked or _MOST, self._positions - width)

    def _drawing(self) -> dict[str, Any]:
        sampling = self._sampling
        if sampling.temperature == 0:
            return {"do_sample": False}
        return {
            "do_sample": True,
            "temperature": sampling.temperature,
            "top_p": 1.0 if sampling.top_p is None else sampling.top_p,
            "top_k": 0,  # all of them; its default is 50
            "num_return_sequences": sampling.samples,
        }

    def _up_to_end(self, tokens: list[int]) -> list[int]:
        """The tokens up to the end of the answer, without the filling of a batch whose other answers went on."""
        end = next((place for place, token in enumerate(tokens) if token in self._ends), len(tokens))
        return tokens[: end + 1]
