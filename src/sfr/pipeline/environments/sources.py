"""Where this sfr came from, so that the trainers get the same."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from sfr._version import __version__

__all__ = ["own_requirement"]

_EXTRA = "[data]"


def own_requirement() -> str:
    """What to tell pip to get this very sfr: a checkout, an address, or a version."""
    try:
        origin = distribution("sfr").read_text("direct_url.json")
    except PackageNotFoundError:
        origin = None
    if origin is None:
        return f"sfr{_EXTRA}=={__version__}"
    found = json.loads(origin)
    url = found["url"]
    if found.get("dir_info", {}).get("editable"):
        return f"-e {Path(url2pathname(urlsplit(url).path))}{_EXTRA}"
    if vcs := found.get("vcs_info"):
        url = f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    return f"sfr{_EXTRA} @ {url}"
