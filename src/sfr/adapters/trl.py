"""Reward functions of TRL, and of Axolotl, which calls them alike.

In Python ``GRPOTrainer(reward_funcs=SFRReward(profile="bounded"))``; by name, where TRL passes no
settings, ``--reward_funcs sfr.adapters.trl.sfr_reward`` with the environment variable ``SFR_REWARD``,
or one of the ready-made functions. The rows need the column ``ground_truth``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sfr

__all__ = ["SFRReward", "coarse_reward", "fine_reward", "sfr_bounded", "sfr_reward"]


class SFRReward:
    """A reward function under some settings; an object, since what trainers send to processes must be picklable.

    Means of the terms go to ``log_metric``, shares of groups among them; the terms of each output to ``log_extra``.
    """

    def __init__(self, name: str = "sfr_reward", **settings: Any) -> None:
        """Keep the settings; those of the environment variable hold where they say nothing."""
        self.__name__ = name
        self.settings = settings

    def __call__(
        self,
        completions: Sequence[Any],
        ground_truth: Sequence[Any] | None = None,
        *,
        log_metric: Callable[[str, float], None] | None = None,
        log_extra: Callable[[str, list[Any]], None] | None = None,
        trainer_state: Any = None,
        **_: Any,
    ) -> list[float]:
        """The reward of each completion."""
        if ground_truth is None:
            raise ValueError("the rows have no column 'ground_truth'; sfr data export --for trl writes it")
        grader = sfr.configured(**self.settings)
        outputs = [sfr.answer_text(completion) for completion in completions]
        grades = grader.grade_batch(ground_truth, outputs, step=getattr(trainer_state, "global_step", None))
        if log_metric is not None:
            for name, value in {**grader.means(grades), **sfr.group_shares(ground_truth, grades)}.items():
                log_metric(f"{self.__name__}/{name}", value)
        if log_extra is not None:
            for name in grader.names:
                log_extra(f"{self.__name__}/{name}", [grade.terms[name] for grade in grades])
        return [grade.value for grade in grades]


sfr_reward = SFRReward()
sfr_bounded = SFRReward("sfr_bounded", profile="bounded")
coarse_reward = SFRReward("coarse_reward", granularity="coarse")
fine_reward = SFRReward("fine_reward", granularity="fine")
