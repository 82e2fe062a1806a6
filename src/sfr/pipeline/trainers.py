"""Which trainer a kind of stage is for."""

from __future__ import annotations

from collections.abc import Mapping

from sfr.pipeline import llamafactory, verl
from sfr.pipeline.stages import Kind
from sfr.pipeline.training import Trainer

__all__ = ["TRAINER_OF"]

TRAINER_OF: Mapping[Kind, Trainer] = {"supervised": llamafactory, "exploration": verl}
