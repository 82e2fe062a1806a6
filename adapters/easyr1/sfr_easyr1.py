"""The reward of sfr as a file, which is what EasyR1 loads: worker.reward.reward_function=sfr_easyr1.py:compute_score."""

from sfr.adapters.easyr1 import REWARD_NAME, REWARD_TYPE, compute_score

__all__ = ["REWARD_NAME", "REWARD_TYPE", "compute_score"]
