"""The stepwise fine-grained rewards of the paper (Eqs. 7-10), and their profiles."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Literal, get_type_hints

from sfr._version import __version__
from sfr.fields import read_value
from sfr.parsing import Gold
from sfr.rewards._ee import EEReward
from sfr.rewards._ner import NERReward
from sfr.rewards._re import REReward
from sfr.rewards._reward import Reward
from sfr.rewards._score import Score
from sfr.structures import Task, as_task

__all__ = [
    "PROFILES",
    "EEReward",
    "Gold",
    "NERReward",
    "Profile",
    "REReward",
    "Reward",
    "Score",
    "field_names",
    "from_signature",
    "read_field",
    "reward",
]

Profile = Literal["paper", "bounded"]

_CLASSES: dict[Task, type[Reward]] = {"ner": NERReward, "re": REReward, "ee": EEReward}

_BOUNDED: dict[str, Any] = {"coverage_empty": 1.0, "jaccard_empty": 0.0, "invalid": -1.25}

PROFILES: dict[Profile, dict[Task, dict[str, Any]]] = {
    "paper": {"ner": {}, "re": {}, "ee": {}},
    "bounded": {
        "ner": {**_BOUNDED, "mismatch": "jaccard_distance"},
        "re": _BOUNDED,
        "ee": {**_BOUNDED, "mismatch": "jaccard_distance", "penalty": "maximum", "matching": "anchored"},
    },
}
"""What each profile changes. ``paper``: the formulas to the letter. ``bounded``: the maximum at gold
only, never less for one more correct unit, and every valid output above an invalid one."""


def reward(task: str, profile: str = "paper", **overrides: Any) -> Reward:
    """The reward of a task under a profile, with any of its fields overridden.

    Raises ValueError for an unknown task, profile or value, TypeError for an unknown field.

    >>> import sfr
    >>> score = sfr.reward("re").score({"used for": [["surface", "algorithm"]]}, '{"used for": []}')
    >>> score.value, score.status
    (-0.4, 'ok')
    >>> sfr.reward("ner", profile="bounded", gamma=2.0).score({}, "{}").value
    1.0
    """
    kind = _CLASSES[as_task(task)]
    if profile not in PROFILES:
        msg = f"unknown profile {profile!r}; known: {', '.join(PROFILES)}"
        raise ValueError(msg)
    if unknown := sorted(overrides.keys() - {f.name for f in fields(kind)}):
        raise TypeError(_unknown(kind, unknown))
    return kind(**{**PROFILES[profile][kind.task], **overrides})


def from_signature(signature: str) -> Reward:
    """The reward that a signature line describes.

    Raises ValueError when the line is none, or was written by another version.
    """
    head, *parts = signature.strip().split("|")
    pairs = [part.partition(":") for part in parts]
    values = {name: value for name, colon, value in pairs if colon}
    whole = len(values) == len(parts)  # no part without a value, and no field twice
    version = values.pop("v", None)
    values.pop("given", None)
    if not head.startswith("sfr-") or version is None or not whole:
        msg = f"not a signature: {signature!r}; expected sfr-TASK|field:value|...|v:VERSION"
        raise ValueError(msg)
    if version != __version__:
        msg = f"this signature is of sfr {version}, and this is sfr {__version__}: install that version to be sure"
        raise ValueError(msg)
    task = as_task(head.removeprefix("sfr-"))
    try:
        return _CLASSES[task](**{name: read_field(task, name, text) for name, text in values.items()})
    except (TypeError, ValueError) as error:
        msg = f"not a signature: {error}"
        raise ValueError(msg) from None


def field_names(task: str) -> list[str]:
    """The names of the fields of a task's reward."""
    return [f.name for f in fields(_CLASSES[as_task(task)])]


def read_field(task: str, name: str, text: str) -> Any:
    """The value of a field as a signature or a command line writes it.

    Raises TypeError when the reward of the task has no such field, ValueError for a bad value.
    """
    kind = _CLASSES[as_task(task)]
    hint = get_type_hints(kind).get(name)
    if hint is None or name not in field_names(task):
        raise TypeError(_unknown(kind, [name]))
    return read_value(text, hint)


def _unknown(kind: type[Reward], names: list[str]) -> str:
    known = ", ".join(f.name for f in fields(kind))
    return f"unknown fields of the {kind.task} reward: {', '.join(names)}; known: {known}"
