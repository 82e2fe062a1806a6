"""The reward function of verl: ``reward.custom_reward_function.path=pkg://sfr.adapters.verl``.

verl calls it for each output, from many threads and Ray workers. Settings come from ``reward_kwargs``,
and from the environment variable ``SFR_REWARD``. Terms are shown in the metrics of validation; those
of training go to the folder that the setting ``log`` names, since verl keeps none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sfr

__all__ = ["compute_score"]


def compute_score(  # noqa: PLR0913 - what verl passes
    data_source: str,
    solution_str: str,
    ground_truth: str,
    extra_info: Mapping[str, Any] | None = None,
    *,
    reward_router_address: str | None = None,
    reward_model_tokenizer: Any = None,
    **settings: Any,
) -> dict[str, float]:
    """The reward as ``score``, and every term beside it."""
    del reward_router_address, reward_model_tokenizer  # of reward models, which this is not
    about = extra_info or {}
    context = {"data_source": str(data_source), "step": about.get("global_steps"), "split": about.get("split")}
    grade = sfr.configured(**settings).grade(ground_truth, sfr.answer_text(solution_str), **context)
    return {"score": grade.value, **grade.terms}
