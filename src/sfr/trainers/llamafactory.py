"""LLaMAFactory: trains on targets, and calls no reward."""

from __future__ import annotations

from sfr.trainers._trainer import Trainer

__all__ = ["LLAMAFACTORY"]

LLAMAFACTORY = Trainer(
    name="llamafactory",
    title="LLaMAFactory",
    library="llamafactory",
    read_from="llamafactory 0.9.5, llamafactory/hparams/parser.py and llamafactory/data/template.py",
    proof="trainer",
    rows="llamafactory",
    distribution="llamafactory",
    tested="0.9.5",
)
