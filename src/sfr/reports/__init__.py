"""What people look at: the table of a scored file, and one score explained."""

from __future__ import annotations

from sfr.reports.explanation import Explanation, explain, render
from sfr.reports.summary import summary_json, summary_table
from sfr.reports.visible import visible

__all__ = ["Explanation", "explain", "render", "summary_json", "summary_table", "visible"]
