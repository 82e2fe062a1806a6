"""Models of transformers in memory, and what both that generate and that measure have to know of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sfr.inference.errors import InferenceError
from sfr.inference.models import Model

__all__ = ["enough_memory", "few_cores", "load_model"]

_SMALL = 20_000_000  # parameters; on a CPU the steps of such a model are too short for cores to share


def load_model(model: Model, settings: Mapping[str, Any]) -> Any:
    """A model in memory, to be asked and not trained: on the GPU in the numbers that it was saved in, on the CPU in float32.

    ``settings`` are arguments of ``from_pretrained``.

    Raises InferenceError when it cannot be loaded.
    """
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    quiet: Any = logging.disable_progress_bar
    quiet()  # the bar of the run is the one to look at
    device = "cuda" if torch.cuda.is_available() else "cpu"
    chosen = {"dtype": "auto" if device == "cuda" else torch.float32, **settings, "local_files_only": True}
    try:
        found: Any = AutoModelForCausalLM.from_pretrained(model.folder, **chosen)
        return found.to(device).eval()
    except Exception as error:  # noqa: BLE001 - it raises what its parts raise
        raise InferenceError(f"cannot load the model in {model.folder}: {error}") from None


@contextmanager
def few_cores(loaded: Any) -> Iterator[None]:
    """Keep torch to one core for a small model on a CPU: where others are busy, cores that wait for one another take many times as long."""
    import torch

    before = torch.get_num_threads()
    if loaded.device.type == "cpu" and loaded.num_parameters() < _SMALL:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def enough_memory(what: str) -> Iterator[None]:
    """Turn a want of memory into an InferenceError that says for what it did not suffice, and what to do."""
    try:
        yield
    except RuntimeError as error:
        if not _is_want_of_memory(error):
            raise
        raise InferenceError(f"the memory does not suffice for {what} at a time; try a smaller --batch-size") from None


def _is_want_of_memory(error: RuntimeError) -> bool:
    import torch

    return isinstance(error, torch.cuda.OutOfMemoryError) or "DefaultCPUAllocator" in str(error)
