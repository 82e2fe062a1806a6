"""Losses of targets under a model of transformers, on a GPU or the CPU, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import signature
from typing import Any

from sfr.inference.conversations import Conversation
from sfr.inference.loading import enough_memory, few_cores

__all__ = ["target_losses"]

_BATCH = 16
_NO_TARGET = -100  # the label that the cross entropy passes over


def target_losses(
    loaded: Any,
    conversations: Sequence[Conversation],
    *,
    pad: int,
    batch: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[float]:
    """The loss of each target, in the order of the conversations: the mean over its tokens, the end token among them.

    A loss is the negative logarithm of a token's probability, in nats, under all tokens before it; those of
    the prompt are read and not counted. The longest conversations come first, so that too small a memory shows at
    once, and each with others of its length. What a batch is filled up with stands behind the end, where no
    token looks; so a loss depends on its batch in the last digits alone. ``pad`` is what it is filled up with,
    ``batch`` how many are read at a time, and ``progress`` is told how many are done.

    Raises InferenceError when the memory does not suffice.
    """
    size = batch or _BATCH
    order = sorted(range(len(conversations)), key=lambda place: (-len(conversations[place].tokens), place))
    losses = [0.0] * len(conversations)
    for start in range(0, len(order), size):
        part = order[start : start + size]
        for place, loss in zip(part, _of_batch(loaded, [conversations[i] for i in part], pad), strict=True):
            losses[place] = loss
        if progress:
            progress(start + len(part))
    return losses


def _of_batch(loaded: Any, batch: Sequence[Conversation], pad: int) -> list[float]:
    import torch

    width, first = max(len(one.tokens) for one in batch), min(one.start for one in batch)
    empty = [width - len(one.tokens) for one in batch]
    ids = [[*one.tokens, *[pad] * n] for one, n in zip(batch, empty, strict=True)]
    mask = [[1] * len(one.tokens) + [0] * n for one, n in zip(batch, empty, strict=True)]
    labels = [
        [_NO_TARGET] * (one.start - first) + [*one.tokens[one.start :]] + [_NO_TARGET] * n
        for one, n in zip(batch, empty, strict=True)
    ]
    with (
        enough_memory(f"{len(batch)} examples of up to {width:,} tokens"),
        few_cores(loaded),
        torch.inference_mode(),
    ):
        logits = _logits(loaded, torch.tensor(ids), torch.tensor(mask), first)
        wanted = torch.tensor(labels, device=logits.device)
        found = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1).float(), wanted.flatten(), ignore_index=_NO_TARGET, reduction="none"
        )
        sums = found.view_as(wanted).double().sum(1).tolist()
    return [total / one.target_tokens for total, one in zip(sums, batch, strict=True)]


def _logits(loaded: Any, ids: Any, mask: Any, first: int) -> Any:
    """What the model expects in the places from ``first`` on; of a large vocabulary those before it would fill a memory."""
    import torch

    keep = torch.arange(first - 1, ids.shape[1] - 1, device=loaded.device)  # a place is foretold in the one before it
    can_keep = "logits_to_keep" in signature(loaded.forward).parameters
    options = {"logits_to_keep": keep} if can_keep else {}
    logits = loaded(
        input_ids=ids.to(loaded.device), attention_mask=mask.to(loaded.device), use_cache=False, **options
    ).logits
    return logits if can_keep else logits[:, keep]
