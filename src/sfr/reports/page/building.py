"""From what a page shows to the page: one HTML file that needs nothing beside it and asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from importlib.util import find_spec
from urllib.parse import urlencode

from sfr._version import __version__
from sfr.reports.page.embedding import embedded
from sfr.reports.page.encodings import look_of
from sfr.reports.page.model import FATES, PageModel
from sfr.reports.page.palette import DARK, LIGHT, declarations
from sfr.reports.page.sections import sections
from sfr.reports.page.words import FATE_WORDS, SIGNS
from sfr.reports.visible import visible

__all__ = ["check_libraries", "page"]

_HERE = files(__package__)
_SCRIPTS = ("elements.js", "examples.js", "marks.js", "cards.js", "browser.js")


def page(model: PageModel) -> str:
    """The page of a report, as HTML.

    Raises ValueError where a library that draws it is not at hand.
    """
    check_libraries()
    from jinja2 import Environment, FunctionLoader
    from markupsafe import Markup

    environment = Environment(
        loader=FunctionLoader(_read), autoescape=True, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )
    environment.filters |= {"visible": visible, "percent": _percent}
    style, script = _style(), "\n".join(map(_read, _SCRIPTS))
    return environment.get_template("page.html").render(
        model=model,
        version=__version__,
        style=Markup(style),  # noqa: S704 - our own files
        script=Markup(script),  # noqa: S704 - our own files
        hashes={"style": _hash(style), "script": _hash(script)},
        data=embedded(model),
        looks=[(name, *look_of(place)) for place, name in enumerate(model.systems)],
        fates=[(fate, SIGNS[fate], FATE_WORDS[fate]) for fate in FATES],
        sections=sections(model),
        svg=Markup,
        link=_link,
    )


def check_libraries() -> None:
    """Refuse to go on where a library that a page takes is missing.

    Raises ValueError.
    """
    missing = [name for name in ("jinja2", "vl_convert") if find_spec(name) is None]
    if missing:
        msg = f"a report takes {' and '.join(missing)}: python -m pip install 'sfr[report]'"
        raise ValueError(msg)


def _read(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def _style() -> str:
    light, dark = declarations(LIGHT), declarations(DARK)
    return (
        f":root {{ color-scheme: light; {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root:not([data-theme=light]) {{ color-scheme: dark; {dark} }} }}\n"
        f"@media screen {{ :root[data-theme=dark] {{ color-scheme: dark; {dark} }} }}\n"
        f"{_read('page.css')}"
    )


def _hash(text: str) -> str:
    """What the policy of the page calls a piece of it by, so that no other script or style can run."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _percent(value: float | None, digits: int = 1) -> str:
    return "\N{EN DASH}" if value is None else f"{100 * value:.{digits}f}"


def _link(**state: str) -> str:
    """A link to the examples that a number is about."""
    return f"#{urlencode({name: value for name, value in state.items() if value})}"
