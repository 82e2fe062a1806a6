"""What each trainer does: how it finds a reward, what it passes, what it takes back."""

from __future__ import annotations

from sfr.trainers._convention import Convention, Outcome, Proof
from sfr.trainers.easyr1 import EASYR1
from sfr.trainers.ms_swift import MS_SWIFT
from sfr.trainers.nemo_rl import NEMO_RL
from sfr.trainers.openrlhf import OPENRLHF
from sfr.trainers.rllm import RLLM
from sfr.trainers.skyrl import SKYRL
from sfr.trainers.slime import SLIME
from sfr.trainers.trl import AXOLOTL, TRL
from sfr.trainers.verifiers import VERIFIERS
from sfr.trainers.verl import VERL

__all__ = ["CONVENTIONS", "Convention", "Outcome", "Proof"]

CONVENTIONS: dict[str, Convention] = {
    one.name: one for one in (VERL, TRL, AXOLOTL, OPENRLHF, MS_SWIFT, SKYRL, VERIFIERS, EASYR1, SLIME, RLLM, NEMO_RL)
}
"""The trainers by name."""
