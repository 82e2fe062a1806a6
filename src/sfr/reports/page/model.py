"""What the page of a report shows, as plain values: numbers, distributions and examples.

Nothing here is computed from outputs. Whoever evaluates fills these in, and ``page`` turns them into one file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from sfr.measures import f1_of
from sfr.parsing import Status
from sfr.structures import Task

__all__ = [
    "FATES",
    "FATE_OF",
    "Answer",
    "Confusion",
    "Difference",
    "ErrorCounts",
    "Estimate",
    "Fate",
    "Figure",
    "Group",
    "LengthSummary",
    "Mention",
    "PageModel",
    "ReadingCounts",
    "Series",
    "ShownExample",
    "ShownUnit",
    "Side",
    "TypeCounts",
    "UnitKind",
]

Fate = Literal["hit", "type", "boundary", "missed", "spurious"]
"""What became of a unit: found; found, but called or joined otherwise; found with other words; not found; made up."""

FATES: tuple[Fate, ...] = get_args(Fate)

FATE_OF: Mapping[str, Fate] = {
    "hit": "hit",
    "type": "type",
    "role": "type",
    "reversed": "type",
    "event": "type",
    "type+boundary": "type",
    "role+boundary": "type",
    "boundary": "boundary",
    "word": "boundary",
    "head": "boundary",
    "tail": "boundary",
    "missed": "missed",
    "spurious": "spurious",
    "invented": "spurious",
}
"""The fate that each class of findings belongs to, in the order in which they are shown."""

Side = Literal["both", "gold", "pred"]
"""Where a unit stands: in gold and prediction, in gold alone, in the prediction alone."""

UnitKind = Literal["entity", "relation", "trigger", "argument"]

Ranges: TypeAlias = tuple[tuple[int, int], ...]


# -- numbers ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number in [0, 1], with the ends of its interval where it has one."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric of a system on a data set.

    ``is_over_sets`` marks a number over several data sets, ``is_mean`` their mean among these;
    ``is_main`` what is said at the top of the page.
    """

    system: str
    dataset: str
    metric: str
    f1: Estimate
    precision: float | None = None
    recall: float | None = None
    is_over_sets: bool = False
    is_mean: bool = False
    is_main: bool = True


@dataclass(frozen=True, slots=True)
class Difference:
    """How far F1 of a system is above that of another, with its interval and the probability of more by chance."""

    system: str
    other: str
    dataset: str
    metric: str
    value: float
    low: float | None = None
    high: float | None = None
    p: float | None = None


@dataclass(frozen=True, slots=True)
class TypeCounts:
    """Units of a type under a metric: in gold, in the prediction, in both."""

    system: str
    metric: str
    type: str
    gold: int
    pred: int
    hit: int

    @property
    def precision(self) -> float:
        """Share of the predicted units that are in gold; 0 where nothing was predicted."""
        return self.hit / self.pred if self.pred else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold units that were predicted; 0 where there are none."""
        return self.hit / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """F1; 0 where nothing was shared."""
        return f1_of(self.gold, self.pred, self.hit, empty=0.0)


@dataclass(frozen=True, slots=True)
class ErrorCounts:
    """How many units of a kind are in each class of findings, hits included."""

    system: str
    dataset: str
    task: Task
    of: UnitKind
    counts: Mapping[str, int]

    @property
    def gold(self) -> int:
        """How many of the units are in gold."""
        return sum(n for name, n in self.counts.items() if FATE_OF[name] != "spurious")


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often a type or role of gold was called by another name."""

    system: str
    of: str
    gold: str
    pred: str
    n: int


@dataclass(frozen=True, slots=True)
class ReadingCounts:
    """How the outputs were read: how many with each status, past what, with which problems."""

    system: str
    dataset: str
    task: Task
    statuses: Mapping[str, int]
    rungs: Mapping[str, int] = field(default_factory=dict)
    problems: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one quantity over all outputs of a system, such as a reward or one of its terms."""

    system: str
    task: Task
    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LengthSummary:
    """Least, mean and greatest length of the outputs that a percentile stands for."""

    system: str
    dataset: str
    task: Task
    percentile: int
    least: float
    mean: float
    greatest: float


# -- examples -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention within a unit: the part it plays, its text, and every place where it is to be marked."""

    part: str
    text: str
    at: Ranges = ()


@dataclass(frozen=True, slots=True)
class ShownUnit:
    """A unit and its class (see ``FATE_OF``).

    ``type`` is the role of an argument; ``group`` the place of its trigger group in the answer;
    ``note`` the unit that it was taken for.
    """

    of: UnitKind
    type: str
    error: str
    side: Side
    mentions: tuple[Mention, ...]
    group: int = -1
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A gold trigger group and the predicted one that answers it, or either alone; ``shared`` pairs."""

    type: str
    gold: str | None
    pred: str | None
    shared: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What one system wrote for an example (None if it gave units and no text), how it was read, what it is worth."""

    output: str | None
    status: Status
    units: tuple[ShownUnit, ...] = ()
    groups: tuple[Group, ...] = ()
    rungs: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    f1: float | None = None
    reward: float | None = None
    terms: tuple[tuple[str, float], ...] = ()
    length: int | None = None


@dataclass(frozen=True, slots=True)
class ShownExample:
    """An example with an answer of each system, in the order of the systems."""

    id: str
    dataset: str
    task: Task
    text: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class PageModel:
    """The whole page.

    ``total`` is the number of examples the numbers are of; the ``examples`` may be fewer, and
    ``notes`` then say how they were chosen. ``length_unit`` is what lengths are counted in.
    """

    title: str
    systems: tuple[str, ...]
    total: int
    figures: tuple[Figure, ...] = ()
    differences: tuple[Difference, ...] = ()
    types: tuple[TypeCounts, ...] = ()
    errors: tuple[ErrorCounts, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    readings: tuple[ReadingCounts, ...] = ()
    rewards: tuple[Series, ...] = ()
    terms: tuple[Series, ...] = ()
    lengths: tuple[Series, ...] = ()
    length_summaries: tuple[LengthSummary, ...] = ()
    length_unit: str = "characters"
    signatures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    examples: tuple[ShownExample, ...] = ()

    @property
    def has_tasks(self) -> bool:
        """Whether there are several tasks; one data set may have more than one."""
        return len({count.task for count in self.readings}) > 1

    def place(self, dataset: str, task: Task) -> str:
        """What the rows of a data set are called."""
        return " · ".join(filter(None, (dataset, task if self.has_tasks else ""))) or "all"
