"""What each trainer does: how it finds a reward, what it passes, what it takes back."""

from __future__ import annotations

from sfr.trainers._convention import Convention, Outcome, Proof
from sfr.trainers.trl import AXOLOTL, TRL
from sfr.trainers.verl import VERL

__all__ = ["CONVENTIONS", "Convention", "Outcome", "Proof"]

CONVENTIONS: dict[str, Convention] = {one.name: one for one in (VERL, TRL, AXOLOTL)}
"""The trainers by name."""
