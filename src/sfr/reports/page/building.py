"""From what a page shows to the page."""

from __future__ import annotations

from importlib.util import find_spec
from urllib.parse import urlencode

from sfr.reports.page.embedding import embedded
from sfr.reports.page.encodings import look_of
from sfr.reports.page.frame import framed
from sfr.reports.page.model import FATES, PageModel
from sfr.reports.page.sections import sections
from sfr.reports.page.words import FATE_WORDS, SIGNS

__all__ = ["check_libraries", "page"]

_SCRIPTS = ("themes.js", "elements.js", "examples.js", "marks.js", "cards.js", "browser.js")


def page(model: PageModel) -> str:
    """The page of a report, as HTML.

    Raises ValueError where a library that draws it is not at hand.
    """
    check_libraries()
    values = {
        "model": model,
        "data": embedded(model),
        "looks": [(name, *look_of(place)) for place, name in enumerate(model.systems)],
        "fates": [(fate, SIGNS[fate], FATE_WORDS[fate]) for fate in FATES],
        "sections": sections(model),
        "link": _link,
    }
    return framed("page.html", model.title, _SCRIPTS, values, filters={"percent": _percent})


def check_libraries() -> None:
    """Refuse to go on where a library that a page takes is missing.

    Raises ValueError.
    """
    missing = [name for name in ("jinja2", "vl_convert") if find_spec(name) is None]
    if missing:
        msg = f"a report takes {' and '.join(missing)}: python -m pip install 'sfr[report]'"
        raise ValueError(msg)


def _percent(value: float | None, digits: int = 1) -> str:
    return "\N{EN DASH}" if value is None else f"{100 * value:.{digits}f}"


def _link(**state: str) -> str:
    """A link to the examples that a number is about."""
    return f"#{urlencode({name: value for name, value in state.items() if value})}"
