"""The environment of NeMo-RL: ``sfr.adapters.nemo_rl.SFREnvironment``, which the kit's launcher registers as ``sfr``.

Settings are the keys of ``env.sfr`` in the configuration, over the environment variable ``SFR_REWARD``.
NeMo-RL logs the reward alone, as yet; the terms go to the folder that the setting ``log`` names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import sfr

__all__ = ["Environment", "Step"]


class Step(NamedTuple):
    """What NeMo-RL takes back from a step, under the names and in the order of its own ``EnvironmentReturn``."""

    observations: list[dict[str, str]]
    metadata: list[Any]
    next_stop_strings: list[None]
    rewards: Any
    terminateds: Any
    answers: list[str] | None


class Environment:
    """An environment of one turn; ``SFREnvironment`` is the same as a class of Ray actors."""

    def __init__(self, cfg: Mapping[str, Any] | None = None) -> None:
        """Read the settings, so that a wrong one ends a run before it begins."""
        self.grader = sfr.configured(**(cfg or {}))

    def step(
        self,
        message_log_batch: Sequence[Any],
        metadata: Sequence[Mapping[str, Any]],
        return_extracted_answer: bool = False,  # noqa: FBT001, FBT002 - passed by position in its evaluations
    ) -> Step:
        """Reward the answer of each conversation; the ground truth is in the metadata."""
        import torch

        answers = [_answer(messages) for messages in message_log_batch]
        values = [grade.value for grade in self.grader.grade_batch(_truths(metadata), answers)]
        return Step(
            observations=[{"role": "environment", "content": "Environment: scored"} for _ in answers],
            metadata=list(metadata),
            next_stop_strings=[None] * len(answers),
            rewards=torch.tensor(values, dtype=torch.float64),
            terminateds=torch.ones(len(answers), dtype=torch.bool),
            answers=answers if return_extracted_answer else None,
        )

    def global_post_process_and_metrics(self, batch: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, float]]:
        """The batch as it is, with the mean of every term over all of it and shares of its groups."""
        truths = _truths(batch["extra_env_info"])
        grader = replace(self.grader, log=None)  # its steps have been written to the journal
        grades = grader.grade_batch(truths, [_answer(messages) for messages in batch["message_log"]])
        many = max(1, len(grades))
        means = {name: sum(grade.terms[name] for grade in grades) / many for name in grader.names}
        return batch, {**means, **sfr.group_shares(truths, grades)}

    def shutdown(self) -> None:
        """Nothing is held."""


def _truths(metadata: Sequence[Mapping[str, Any]]) -> list[Any]:
    return [about["ground_truth"] for about in metadata]


def _answer(messages: Sequence[Mapping[str, Any]]) -> str:
    said = [message for message in messages if message["role"] == "assistant"]
    return sfr.answer_text(said[-1] if said else None)


def __getattr__(name: str) -> Any:
    if name != "SFREnvironment":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import ray  # only where the trainer runs

    actor = globals()[name] = ray.remote(max_restarts=-1, max_task_retries=-1)(Environment)
    return actor
