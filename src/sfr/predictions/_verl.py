"""What verl dumps: ``validation_data_dir`` and ``rollout_data_dir``, a file for each step.

Every line is {"input", "output", "gts", "score", "step", ...} for one sample. ``gts`` is the ground
truth of the row that verl was given. The samples of a prompt stand together, or not, by version
and folder, so that all of them have to be read before the first is known to be complete.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from sfr.files import kind_of
from sfr.predictions._feed import Feed, Line
from sfr.predictions._fields import from_text
from sfr.predictions._join import Answer

__all__ = ["answers"]

_UID_PARTS = 3  # the prompt, the sample, the part of the sample


@dataclass(slots=True)
class _Group:
    """The samples of one prompt; of a sample in parts the last part counts."""

    place: str
    number: int
    prompt: Any
    truth: Any
    exact: bool
    outputs: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def answers(feed: Feed) -> Iterator[Answer]:
    """What the lines hold, the samples of a prompt together."""
    groups: dict[Any, _Group] = {}
    for line in feed:
        key, sample = _whose(line)
        group = groups.get(key)
        if group is None:
            group = groups[key] = _Group(
                line.place, line.number, line.value.get("input"), line.value.get("gts"), exact=bool(sample)
            )
        output = line.value.get("output")
        if not isinstance(output, str):
            group.problems.append(f"output: expected a string, found {kind_of(output)} at {line.place}")
            output = ""
        group.outputs[sample or str(len(group.outputs))] = output
    sizes = Counter(len(group.outputs) for group in groups.values())
    names: Counter[str] = Counter()
    for group in groups.values():
        for part in _parts(group, sizes.most_common(1)[0][0]):
            yield _answer(group, part, names)


def _whose(line: Line) -> tuple[Any, str]:
    """By what a line's prompt is known, and the name of its sample if it has one."""
    row = line.value
    parts = str(row.get("uid", "")).rsplit("_", _UID_PARTS - 1)
    if len(parts) == _UID_PARTS:
        return parts[0], parts[1]
    return hash((str(row.get("input")), str(row.get("gts")))), ""


def _parts(group: _Group, samples: int) -> list[tuple[str, ...]]:
    """The outputs of a group, ``samples`` together where the data has the same row again."""
    outputs = tuple(group.outputs.values())
    size = len(outputs) if group.exact or len(outputs) % samples else samples
    return [outputs[start : start + size] for start in range(0, len(outputs), size)]


def _answer(group: _Group, outputs: tuple[str, ...], names: Counter[str]) -> Answer:
    """An answer; its id, for want of one, is made from what was asked, for dumps have no order in common."""
    problems = list(group.problems)
    own = _own(group.truth, problems)
    asked = [own.get("task"), own.get("text", group.prompt), from_text(own["gold"])]
    name = blake2b(json.dumps(asked).encode(), digest_size=6).hexdigest()
    names[name] += 1
    again = f"-{names[name]}" if names[name] > 1 else ""
    return Answer(group.place, group.number, outputs, problems=tuple(problems), own={"id": f"{name}{again}", **own})


def _own(truth: Any, problems: list[str]) -> Mapping[str, Any]:
    """The object with gold that a ground truth is: our own, or records alone."""
    if truth is None:
        problems.append("gts: expected the ground truth, found nothing; verl writes it since 0.6")
        return {"gold": {}}
    value = from_text(truth)
    return value if isinstance(value, dict) and {"task", "gold"} <= value.keys() else {"gold": truth}
