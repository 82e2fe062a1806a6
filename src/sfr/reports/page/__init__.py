"""The report as one page of HTML: numbers with their charts, and a browser of examples."""

from __future__ import annotations

from sfr.reports.page.building import check_libraries, page
from sfr.reports.page.collecting import Collected, Collector, ExampleKey, chosen
from sfr.reports.page.filling import page_model
from sfr.reports.page.model import PageModel

__all__ = ["Collected", "Collector", "ExampleKey", "PageModel", "check_libraries", "chosen", "page", "page_model"]
