"""The colours of the page, in light and in dark: text and marks on their grounds with a contrast of 4.5 or more.

No meaning hangs on a colour alone: every mark has a sign and a kind of line as well, every system a shape.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DARK", "LIGHT", "SYSTEMS", "declarations"]

SYSTEMS = 4
"""How many colours there are for systems."""

LIGHT: Mapping[str, str] = {
    "paper": "#fbfaf7",
    "card": "#ffffff",
    "ink": "#1d1f22",
    "quiet": "#5a5f66",
    "line": "#d9d5cb",
    "grid": "#e9e6de",
    "accent": "#1d5a9e",
    "accent-soft": "#e3edf7",
    "hit": "#127060",
    "hit-soft": "#dcf0ea",
    "missed": "#855d0b",
    "missed-soft": "#fbeed2",
    "spurious": "#8a0a34",
    "spurious-soft": "#fbe2ec",
    "type": "#173a78",
    "type-soft": "#e1eafb",
    "boundary": "#6a33a8",
    "boundary-soft": "#eee6f9",
    "system-1": "#0b62b8",
    "system-2": "#a84f0b",
    "system-3": "#2a4a26",
    "system-4": "#6f2166",
}

DARK: Mapping[str, str] = {
    "paper": "#16181b",
    "card": "#1e2125",
    "ink": "#e8e6e1",
    "quiet": "#a6abb3",
    "line": "#3a3f46",
    "grid": "#2b2f35",
    "accent": "#8fc0f5",
    "accent-soft": "#22344a",
    "hit": "#8ff0d0",
    "hit-soft": "#17382f",
    "missed": "#f2b737",
    "missed-soft": "#3d2e14",
    "spurious": "#f07a9f",
    "spurious-soft": "#44202f",
    "type": "#62a5f7",
    "type-soft": "#1f3050",
    "boundary": "#cdc3f2",
    "boundary-soft": "#33284a",
    "system-1": "#62a8fb",
    "system-2": "#ee8b45",
    "system-3": "#c0efae",
    "system-4": "#e1a5c7",
}


def declarations(colours: Mapping[str, str]) -> str:
    """The colours as declarations of CSS variables."""
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())
