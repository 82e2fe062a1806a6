"""What is shown of runs of the whole method: plans, states, tables, a page."""

from sfr.reports.pipeline.plans import plan_table, profiles_table
from sfr.reports.pipeline.states import status_table

__all__ = ["plan_table", "profiles_table", "status_table"]
