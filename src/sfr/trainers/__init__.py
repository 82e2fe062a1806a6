"""What each trainer does: how it finds a reward, what it passes, what it takes back; or trains without one."""

from __future__ import annotations

from sfr.trainers._convention import Convention, Outcome
from sfr.trainers._trainer import Proof, Trainer
from sfr.trainers.easyr1 import EASYR1
from sfr.trainers.llamafactory import LLAMAFACTORY
from sfr.trainers.ms_swift import MS_SWIFT
from sfr.trainers.nemo_rl import NEMO_RL
from sfr.trainers.openrlhf import OPENRLHF
from sfr.trainers.rllm import RLLM
from sfr.trainers.skyrl import SKYRL
from sfr.trainers.slime import SLIME
from sfr.trainers.trl import AXOLOTL, TRL
from sfr.trainers.verifiers import VERIFIERS
from sfr.trainers.verl import VERL

__all__ = ["CONVENTIONS", "KITS", "Convention", "Outcome", "Proof", "Trainer"]

CONVENTIONS: dict[str, Convention] = {
    one.name: one for one in (VERL, TRL, AXOLOTL, OPENRLHF, MS_SWIFT, SKYRL, VERIFIERS, EASYR1, SLIME, RLLM, NEMO_RL)
}
"""The trainers that call a reward, by name."""

KITS: dict[str, Trainer] = {LLAMAFACTORY.name: LLAMAFACTORY, **CONVENTIONS}
"""The trainers that there is a kit for, by name."""
