"""Losses for a file of examples: what the targets cost a model that is loaded here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Any

from sfr.data.manifests import fingerprints, holds, manifest_of, read_manifest, write_manifest
from sfr.data.prompts import Template
from sfr.data.storage import example_lines
from sfr.examples import Example, read_example
from sfr.files import RowError, encode_line, written_whole
from sfr.inference.conversations import Conversation, conversation_of
from sfr.inference.engines import installed
from sfr.inference.loading import load_model
from sfr.inference.losses import target_losses
from sfr.inference.models import Model

__all__ = ["LossError", "Measured", "Measuring", "measure"]

_MAX_SHOWN = 50


class LossError(ValueError):
    """Losses that cannot be had; ``problems`` says why, ``count`` how many there are in all."""

    def __init__(self, problems: list[str], count: int | None = None) -> None:
        """Keep the problems."""
        super().__init__("\n".join(problems))
        self.problems = problems
        self.count = len(problems) if count is None else count


@dataclass(frozen=True, slots=True)
class Measuring:
    """What is measured: the examples of a file, or the first ``limit`` of them, put by a template, under a model.

    ``thinking`` is the switch of the model's chat template, ``settings`` are arguments with which it is loaded.
    """

    examples: Path
    template: Template
    model: Model
    thinking: bool | None = None
    limit: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    def made_from(self) -> dict[str, Any]:
        """All that the losses depend on, but for the batches, which change their last digits."""
        return {
            "examples": fingerprints({self.examples.name: self.examples}),
            "limit": self.limit,
            "template": self.template.model_dump(mode="json"),
            "model": self.model.fingerprint(),
            "thinking": self.thinking,
            "settings": dict(self.settings),
        }


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of it: where the losses are, whether they were measured now, how many, and their mean."""

    path: Path
    fresh: bool
    rows: int
    mean: float


def measure(
    asked: Measuring,
    target: Path,
    *,
    batch: int | None = None,
    again: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Measured:
    """Write the loss of every example's target to ``target``, in their order, all or none.

    A line says which example it is, its loss (see ``target_losses``), and over how many tokens that is the
    mean. ``batch`` is how many examples are read at a time, and ``progress`` is told how many are done.
    What stands there already and was made from the same is left as it is; ``again`` measures anew, also where
    something else stands.

    Raises LossError with every example that has no loss, InferenceError when the model cannot be loaded or
    the memory does not suffice, OSError when a file cannot be read or written.
    """
    made_from, manifest = asked.made_from(), manifest_of(target)
    if target.exists() and not again:
        return _standing(target, manifest, made_from)
    installed("transformers")
    examples, conversations = _conversations(asked)
    loaded = load_model(asked.model, asked.settings)
    losses = target_losses(loaded, conversations, pad=asked.model.pad, batch=batch, progress=progress)
    _check_finite(examples, losses)
    with written_whole(target) as file:
        file.writelines(f"{line}\n" for line in _lines(examples, conversations, losses))
    made = Measured(target, fresh=True, rows=len(losses), mean=sum(losses) / len(losses))
    write_manifest(manifest, made_from, {target.name: target}, {"rows": made.rows, "mean": made.mean})
    return made


def _standing(target: Path, manifest: Path, made_from: Mapping[str, Any]) -> Measured:
    """The losses that stand there already, if they are those that are asked for."""
    if not holds(manifest, made_from, {target.name: target}):
        raise LossError([f"{target} is there already, and holds something else; name another file, or --again"])
    result = (read_manifest(manifest) or {})["result"]
    return Measured(target, fresh=False, rows=result["rows"], mean=result["mean"])


def _conversations(asked: Measuring) -> tuple[list[Example], list[Conversation]]:
    """The examples with their tokens.

    Raises LossError with every example that has none.
    """
    examples, conversations = [], []
    problems: list[str] = []
    for number, line in islice(example_lines(asked.examples), asked.limit):
        try:
            example = read_example(line)
        except RowError as error:
            problems += [f"{asked.examples}:{number}: {problem}" for problem in error.problems]
            continue
        try:
            conversations.append(conversation_of(example, asked.template, asked.model, thinking=asked.thinking))
        except ValueError as error:
            problems.append(f"{asked.examples}:{number}: {example.id}: {error}")
        examples.append(example)
    if problems:
        raise LossError(problems[:_MAX_SHOWN], len(problems))
    if not examples:
        raise LossError([f"{asked.examples}: expected examples, found none"])
    return examples, conversations


def _check_finite(examples: Sequence[Example], losses: Sequence[float]) -> None:
    """Refuse losses that are no numbers, as of a model whose training went astray."""
    wrong = [
        f"{example.id} of {example.dataset}: the loss is {loss}, so that the model is broken, or its numbers too short"
        for example, loss in zip(examples, losses, strict=True)
        if not isfinite(loss)
    ]
    if wrong:
        raise LossError(wrong[:_MAX_SHOWN], len(wrong))


def _lines(
    examples: Sequence[Example], conversations: Sequence[Conversation], losses: Sequence[float]
) -> Iterator[str]:
    for example, conversation, loss in zip(examples, conversations, losses, strict=True):
        names = {"id": example.id, "dataset": example.dataset, "split": example.split}
        yield encode_line({**names, "loss": loss, "tokens": conversation.target_tokens})
