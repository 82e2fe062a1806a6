"""Systems: the runs of each, all on the same examples in the same order."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sfr.evaluation.corpus import Key, Part, Run
from sfr.structures import TASKS

__all__ = ["MEAN", "POOLED", "System", "golds_of", "systems_of"]

MEAN = "(mean)"
"""In the place of a data set: the unweighted mean over the data sets of a task."""

POOLED = "(pooled)"
"""In the place of a data set: all examples of a task together."""

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class System:
    """A system with its runs: several seeds, or several samples of one model."""

    name: str
    runs: tuple[Run, ...]

    @property
    def keys(self) -> list[Key]:
        """The tasks and data sets."""
        return list(self.runs[0])

    def parts(self, key: Key) -> list[Part]:
        """The part of each run."""
        return [run[key] for run in self.runs]


def systems_of(runs: Mapping[str, Sequence[Run]]) -> list[System]:
    """The systems of these names, with their examples in one order, so that they can be compared one by one.

    Raises ValueError with every run that is not on the examples of the first run of the first system.
    """
    first_name, first = next((name, found[0]) for name, found in runs.items())
    if reserved := sorted({dataset for _, dataset in first} & {MEAN, POOLED}):
        msg = f"a data set cannot be called {' or '.join(reserved)}; that is the name of a number over all of them"
        raise ValueError(msg)
    problems = [
        f"{name}, run {number}: {problem}"
        for name, found in runs.items()
        for number, run in enumerate(found, 1)
        for problem in _differences(first, run)
    ]
    if problems:
        msg = f"systems can be compared on the same examples only, here on those of {first_name}:\n  " + "\n  ".join(
            problems
        )
        raise ValueError(msg)
    keys = sorted(first, key=lambda key: TASKS.index(key[0]))  # data sets stay as they came
    return [
        System(name, tuple({key: _in_order(run[key], first[key]) for key in keys} for run in found))
        for name, found in runs.items()
    ]


def golds_of(run: Run) -> tuple[str, int]:
    """A fingerprint of the examples of a run, and how many they are."""
    return f"{sum(part.golds for part in run.values()) % (1 << 64):016x}", sum(len(part.ids) for part in run.values())


def _differences(first: Run, run: Run) -> list[str]:
    """In what the examples of two runs differ."""
    problems = []
    for task, dataset in dict.fromkeys((*first, *run)):
        where = f"{task} {dataset}".strip()
        mine, other = first.get((task, dataset)), run.get((task, dataset))
        if mine is None or other is None:
            problems.append(f"{where}: {'not in the first' if mine is None else 'missing'}")
            continue
        one, two = set(mine.ids), set(other.ids)
        problems += [f"{where}: without {_some(one - two)}"] if one - two else []
        problems += [f"{where}: also with {_some(two - one)}"] if two - one else []
        if one == two and mine.golds != other.golds:
            problems.append(f"{where}: the same ids, but other texts, schemas or gold")
    return problems


def _some(ids: Iterable[str]) -> str:
    found = sorted(ids)
    more = f" and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more


def _in_order(part: Part, first: Part) -> Part:
    """The part with its examples in the order of the first."""
    if part.ids == first.ids:
        return part
    place = {name: i for i, name in enumerate(part.ids)}
    order = [place[name] for name in first.ids]
    sums = {
        metric: array("q", (value for i in order for value in flat[3 * i : 3 * i + 3]))
        for metric, flat in part.sums.items()
    }
    return replace(part, ids=first.ids, sums=sums)
