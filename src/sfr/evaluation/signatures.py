"""Signatures: the line that stands with every number, and gives it again from the same files."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal, NoReturn, get_args, get_type_hints
from urllib.parse import quote, unquote

from sfr._version import __version__
from sfr.evaluation.conventions import CONVENTIONS, Convention, convention, read_setting, settings, write_setting
from sfr.evaluation.lengths import Bands
from sfr.fields import write_value
from sfr.predictions import Missing

__all__ = ["Setup", "Signature", "from_signature"]

_HEAD = "sfr-eval"

Runs = Literal["fixed", "resampled", "paired"]
"""Which of the runs a sample takes: all of them, or as many, drawn anew, for each system by itself or the same for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """All that numbers depend on but the files: the convention, and how intervals and tests are drawn.

    ``draws`` is the number of bootstrap samples (0 for none), ``level`` that of the intervals,
    ``runs`` whether the runs of a system are resampled, too; ``lengths`` what outputs are measured
    with, ``bands`` which lengths a percentile stands for; ``missing`` what becomes of gold without a
    prediction.
    """

    convention: Convention = CONVENTIONS["sfr"]
    draws: int = 1_000
    seed: int = 0
    level: float = 0.95
    runs: Runs = "fixed"
    lengths: str = "words"
    bands: Bands = "between"
    missing: Missing = "refuse"

    def __post_init__(self) -> None:
        """Refuse values out of bounds, all of them at once."""
        bad = []
        if self.draws < 0:
            bad.append(f"draws={self.draws}, expected 0 or more")
        if self.seed < 0:
            bad.append(f"seed={self.seed}, expected 0 or more")
        if not 0 < self.level < 1:
            bad.append(f"level={self.level}, expected a share above 0 and below 1")
        for name in ("runs", "bands", "missing"):
            options = get_args(get_type_hints(Setup)[name])
            if getattr(self, name) not in options:
                bad.append(f"{name}={getattr(self, name)!r}, expected one of {', '.join(options)}")
        if bad:
            raise ValueError("; ".join(bad))


@dataclass(frozen=True, slots=True)
class Signature:
    """What a number was made with; ``golds`` is a fingerprint of the examples, ``examples`` their number."""

    setup: Setup
    golds: str
    examples: int

    @property
    def short(self) -> str:
        """The line with only those settings that the name of the convention and the defaults do not tell."""
        return self._line(short=True)

    @property
    def long(self) -> str:
        """The line with every setting."""
        return self._line(short=False)

    def __str__(self) -> str:
        """The long line."""
        return self.long

    def _line(self, *, short: bool) -> str:
        used = self.setup.convention
        named, default = CONVENTIONS.get(used.name, Convention()), Setup()
        parts = [_HEAD, f"convention:{used.name}"]
        parts += [
            f"{name}:{write_setting(name, getattr(used, name))}"
            for name in settings()
            if not short or getattr(used, name) != getattr(named, name)
        ]
        parts += [
            f"{name}:{quote(write_value(getattr(self.setup, name)), safe='/:')}"  # a path may hold any sign
            for name in _DRAWN
            if not short or getattr(self.setup, name) != getattr(default, name)
        ]
        return "|".join([*parts, f"examples:{self.examples}", f"golds:{self.golds}", f"v:{__version__}"])


_DRAWN = [field.name for field in fields(Setup) if field.name != "convention"]
_TYPES = {**get_type_hints(Setup), "examples": int}


def from_signature(line: str) -> Signature:
    """What a signature line, short or long, describes.

    Raises ValueError when the line is none, or was written by another version.
    """
    head, *parts = line.strip().split("|")
    pairs = [part.partition(":") for part in parts]
    values = {name: value for name, colon, value in pairs if colon}
    missing = {"convention", "examples", "golds", "v"} - values.keys()
    if head != _HEAD or missing or len(values) != len(parts):
        _refuse(f"{line!r}; expected {_HEAD}|convention:NAME|...|v:VERSION")
    if values["v"] != __version__:
        msg = f"this signature is of sfr {values['v']}, and this is sfr {__version__}: install that version to be sure"
        raise ValueError(msg)
    known = {*settings(), *_DRAWN, "convention", "examples", "golds", "v"}
    if unknown := values.keys() - known:
        _refuse(f"unknown parts: {', '.join(sorted(unknown))}")
    try:
        drawn = {name: _read(name, unquote(values[name])) for name in _DRAWN if name in values}
        own = {name: read_setting(name, values[name]) for name in settings() if name in values}
        setup = Setup(convention=convention(values["convention"], **own), **drawn)
        return Signature(setup, values["golds"], _read("examples", values["examples"]))
    except ValueError as error:
        return _refuse(str(error))


def _refuse(problem: str) -> NoReturn:
    msg = f"not a signature of an evaluation: {problem}"
    raise ValueError(msg) from None


def _read(name: str, text: str) -> Any:
    """The value of a part that is no setting of a convention; text is judged where it is used."""
    kind = _TYPES[name]
    if kind not in {int, float}:
        return text
    try:
        return kind(text)
    except ValueError:
        msg = f"{name}: expected {'an integer' if kind is int else 'a number'}, found {text!r}"
        raise ValueError(msg) from None
