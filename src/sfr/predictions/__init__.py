"""Predictions of many kinds, each read with its gold: files of rows, and what trainers and servers write."""

from __future__ import annotations

from sfr.predictions._gold import GoldIndex, read_gold_files
from sfr.predictions._join import Align, Missing
from sfr.predictions._kinds import KINDS
from sfr.predictions._open import Predictions, open_predictions
from sfr.predictions._prediction import Prediction, Problems

__all__ = [
    "KINDS",
    "Align",
    "GoldIndex",
    "Missing",
    "Prediction",
    "Predictions",
    "Problems",
    "open_predictions",
    "read_gold_files",
]
