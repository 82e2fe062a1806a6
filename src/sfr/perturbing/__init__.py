"""Perturbed examples in the manner of RUIE-Bench: another text, and gold that is right for it.

An inventory is made once of a corpus, mostly of the data set that the examples are of; a perturbation then
takes an example, a source of chance and the inventory, and gives an example or None.
"""

from __future__ import annotations

from sfr.perturbing.inventories import Inventory, inventory
from sfr.perturbing.kinds import PERTURBATIONS, Perturbation, perturbation, perturbations

__all__ = ["PERTURBATIONS", "Inventory", "Perturbation", "inventory", "perturbation", "perturbations"]
