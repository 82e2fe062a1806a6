"""The reward function of EasyR1, which loads files alone: the kit's ``sfr_easyr1.py`` hands this on.

EasyR1 calls it with all outputs of a step, in a Ray worker. Settings come from
``reward_function_kwargs``, and from the environment variable ``SFR_REWARD``. Every key of the dicts is
averaged into the metrics: ``reward/NAME`` in training, ``val/NAME_reward`` in validation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sfr

__all__ = ["REWARD_NAME", "REWARD_TYPE", "compute_score"]

REWARD_NAME = "sfr"
REWARD_TYPE = "batch"


def compute_score(reward_inputs: Sequence[Mapping[str, Any]], **settings: Any) -> list[dict[str, float]]:
    """The reward of each output as ``overall``, and every term beside it.

    Shares of groups are the same in all dicts of a batch: their mean, which is what EasyR1 logs, is themselves.
    """
    truths = [given["ground_truth"] for given in reward_inputs]
    grades = sfr.configured(**settings).grade_batch(
        truths, [sfr.answer_text(given["response"]) for given in reward_inputs]
    )
    shares = sfr.group_shares(truths, grades)
    return [{"overall": grade.value, **grade.terms, **shares} for grade in grades]
