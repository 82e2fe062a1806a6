"""What went wrong, unit by unit: every unit of gold and of a prediction in one finding. Never the score."""

from __future__ import annotations

from sfr.evaluation.errors._findings import KINDS, Finding, confusions, counts, findings
from sfr.evaluation.errors._units import EventArgument, Trigger, Unit

__all__ = ["KINDS", "EventArgument", "Finding", "Trigger", "Unit", "confusions", "counts", "findings"]
