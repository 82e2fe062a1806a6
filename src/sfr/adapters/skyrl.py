"""The environment of SkyRL: ``skyrl_gym.register("sfr", "sfr.adapters.skyrl:SFREnv")``, with rows whose ``env_class`` is ``sfr``.

Settings are the ``kwargs`` of ``register``; those of the environment variable ``SFR_REWARD`` hold where
they say nothing. The terms of an output are the metadata of its step; the metrics of an episode hold
those of its own task alone, so that the means that SkyRL logs are means of a task.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import sfr

__all__ = ["SFREnv"]  # noqa: F822 - made when it is asked for


class _Episode:
    """One prompt and one answer to it."""

    def __init__(self, env_config: Any = None, extras: Mapping[str, Any] | None = None, **settings: Any) -> None:
        """Take the ground truth of a row."""
        super().__init__()
        del env_config  # what SkyRL has for environments of its own alone
        try:
            self.truth = (extras or {})["reward_spec"]["ground_truth"]
        except (KeyError, TypeError):
            found = ", ".join(extras or ()) or "nothing"
            raise ValueError(
                f"a row needs reward_spec.ground_truth; found {found} (sfr data export --for skyrl)"
            ) from None
        self.grader = sfr.configured(**settings)
        self.metrics: dict[str, float] = {}

    def init(self, prompt: Any) -> tuple[Any, dict[str, Any]]:
        """The prompt as it is."""
        return prompt, {}

    def step(self, action: str) -> dict[str, Any]:
        """The reward of an answer, which ends the episode."""
        grade = self.grader.grade(self.truth, sfr.answer_text(action))
        self.metrics = self.grader.means([grade])
        return {"observations": [], "reward": grade.value, "done": True, "metadata": grade.terms}

    def get_metrics(self) -> dict[str, float]:
        """How the answer was read, and the reward and the terms under the name of the task."""
        return self.metrics

    def close(self) -> None:
        """Nothing is open."""


def __getattr__(name: str) -> Any:
    """``SFREnv``: SkyRL takes only what has its own class for a base, which loads pandas and is not always here."""
    if name != "SFREnv":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    bases: tuple[type, ...] = (_Episode,)
    if find_spec("skyrl_gym"):
        bases += (import_module("skyrl_gym.envs.base_text_env").BaseTextEnv,)
    return globals().setdefault(name, type(name, bases, {"__module__": __name__, "__doc__": _Episode.__doc__}))
