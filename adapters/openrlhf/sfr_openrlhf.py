"""The reward function of OpenRLHF, under the name that it looks for: ``--reward.remote_url sfr_openrlhf.py``."""

import sfr
from sfr.adapters.openrlhf import reward_func

__all__ = ["reward_func"]

sfr.configured()  # wrong settings end the run here; what the function raises later, OpenRLHF passes over
