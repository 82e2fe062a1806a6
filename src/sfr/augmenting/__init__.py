"""Loss-guided data augmentation: which augmented examples are trained on, and when it is over."""

from sfr.augmenting.rounds import DELTA, FIRST_SHARE, is_over, next_share
from sfr.augmenting.selecting import Candidate, select, select_all, select_at_random, sizes

__all__ = [
    "DELTA",
    "FIRST_SHARE",
    "Candidate",
    "is_over",
    "next_share",
    "select",
    "select_all",
    "select_at_random",
    "sizes",
]
