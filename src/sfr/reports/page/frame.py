"""The frame of a page: one HTML file that needs nothing beside it and asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from sfr._version import __version__
from sfr.reports.page.palette import DARK, LIGHT, declarations
from sfr.reports.visible import visible

__all__ = ["framed"]

_HERE = files(__package__)


def framed(  # noqa: PLR0913 - the last two by name, with defaults
    template: str,
    title: str,
    scripts: Sequence[str],
    values: Mapping[str, Any],
    *,
    package: str | None = None,
    filters: Mapping[str, Callable[..., Any]] = {},
) -> str:
    """A template that extends ``frame.html``, filled with values, with our style and scripts put in.

    Scripts are those of this package; the template is of ``package``, or of this one.
    """
    from jinja2 import Environment, FunctionLoader
    from markupsafe import Markup

    folder = _HERE if package is None else files(package)

    def read(name: str) -> str:
        return (folder if name == template else _HERE).joinpath(name).read_text("utf-8")

    environment = Environment(
        loader=FunctionLoader(read), autoescape=True, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )
    environment.filters |= {"visible": visible, **filters}
    style, script = _style(), "\n".join(map(_read, scripts))
    return environment.get_template(template).render(
        title=title,
        version=__version__,
        style=Markup(style),  # noqa: S704 - our own files
        script=Markup(script),  # noqa: S704 - our own files
        hashes={"style": _hash(style), "script": _hash(script)},
        svg=Markup,
        **values,
    )


def _read(name: str) -> str:
    return _HERE.joinpath(name).read_text("utf-8")


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
