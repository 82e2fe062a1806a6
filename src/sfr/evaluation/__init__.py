"""Numbers one can cite: metrics of extractions, each with the line that gives it again."""

from __future__ import annotations

from sfr.evaluation.conventions import CONVENTIONS, Convention, convention, read_setting
from sfr.evaluation.counting import Case, Sums, count
from sfr.evaluation.metrics import METRICS, Metric, Scores, macro_f1, metric_named, scores
from sfr.evaluation.outputs import evaluate_outputs

__all__ = [
    "CONVENTIONS",
    "METRICS",
    "Case",
    "Convention",
    "Metric",
    "Scores",
    "Sums",
    "convention",
    "count",
    "evaluate_outputs",
    "macro_f1",
    "metric_named",
    "read_setting",
    "scores",
]
