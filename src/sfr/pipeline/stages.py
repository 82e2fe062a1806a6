"""The stages of the method as values, and the ways through them: the paper's own and its ablations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from sfr.data.mixes import Mix, MixError, Part, mix_of
from sfr.data.shares import shares
from sfr.structures import TASKS, Task

__all__ = [
    "COMPLETE_MODELING",
    "REWARDS",
    "STAGES",
    "Kind",
    "Node",
    "Order",
    "Remedy",
    "RewardName",
    "Stage",
    "Way",
    "left_out",
    "mixture",
    "sized",
    "stage_named",
]

Kind = Literal["supervised", "exploration"]
RewardName = Literal["sfr", "coarse", "fine", "f1", "bounded"]
Order = Literal["chain", "apart", "mixed"]
"""``chain``: each phase of DE goes on where the one before ended (Eq. 1). ``apart``: every phase begins at
the stage before DE, as in Table 7. ``mixed``: one phase with all tasks."""
Remedy = Literal["kl", "replay"]
"""Against forgetting the tasks of earlier phases: ``kl`` holds a phase near the policy that it began with,
``replay`` gives rows of those tasks to it."""

REPLAYED = 0.25  # of the rows of a phase; ours

_ZERO: dict[str, float] = {"w_type": 0, "lambda_type": 0}
REWARDS: dict[RewardName, dict[str, Any]] = {
    "sfr": {"profile": "paper"},
    "coarse": {"profile": "paper", "granularity": "coarse"},
    "fine": {"profile": "paper", "granularity": "fine"},
    "f1": {
        "profile": "paper",
        "ner": {**_ZERO, "w_pair": 1, "gamma": 1, "lambda_pair": 0},
        "re": {**_ZERO, "w_head": 0, "w_tail": 0, "w_triple": 1, "gamma": 1, "lambda_triple": 0},
        "ee": {**_ZERO, "w_trigger": 0, "w_argument": 1, "gamma": 1, "lambda_trigger": 0, "lambda_argument": 0},
    },
    "bounded": {"profile": "bounded"},
}
"""The rewards to explore with, as settings of ``sfr.grader``: SFR, its two halves (Table 7), the F1 of
pairs, triples and arguments alone, and SFR as the profile ``bounded`` has it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage: what it learns from, and how.

    ``concise`` are the tasks that its rows ask for without empty types: SA streamlines relations and
    events, and the paper has no such prompt for entities (Figures 7 and 8).
    """

    name: str
    title: str
    kind: Kind
    tasks: tuple[Task, ...]
    mixture: str


STAGES: tuple[Stage, ...] = (
    Stage("cm_1", "Complete Modeling 1", "supervised", ("ner",), "cm_1"),
    Stage("cm_2", "Complete Modeling 2", "supervised", ("ner", "re"), "cm_2"),
    Stage("cm_3", "Complete Modeling 3", "supervised", TASKS, "cm_3"),
    Stage("sa", "Streamlined Alignment", "supervised", ("re", "ee"), "sa"),
    Stage("de_ner", "Deep Exploration, NER", "exploration", ("ner",), "de_ner"),
    Stage("de_re", "Deep Exploration, RE", "exploration", ("re",), "de_re"),
    Stage("de_ee", "Deep Exploration, EE", "exploration", ("ee",), "de_ee"),
)
"""The seven stages of Algorithm 1, in their order."""

COMPLETE_MODELING = STAGES[:3]

_MIXED = Stage("de_mixed", "Deep Exploration, mixed", "exploration", TASKS, "de_mixed")
_CONTROL = Stage("control", "More supervised steps", "supervised", TASKS, "control")


def stage_named(name: str) -> Stage:
    """The stage of that name.

    Raises ValueError when there is none.
    """
    for stage in (*STAGES, _MIXED, _CONTROL):
        if stage.name == name:
            return stage
    raise ValueError(f"unknown stage {name!r}; known: {', '.join(stage.name for stage in (*STAGES, _MIXED, _CONTROL))}")


@dataclass(frozen=True, slots=True)
class Node:
    """A stage on a way: the model that it begins with (None: the base model), and what is special about it.

    ``id`` names its folder; ways that share a stage and all before it share the node. ``concise`` are
    the tasks asked for without empty types: those that SA has been through.
    """

    id: str
    stage: Stage
    parent: str | None
    concise: tuple[Task, ...] = ()
    reward: RewardName = "sfr"
    remedy: Remedy | None = None

    @property
    def replayed(self) -> tuple[Task, ...]:
        """The tasks of earlier phases whose rows are given again."""
        if self.remedy != "replay" or len(self.stage.tasks) > 1:
            return ()
        return TASKS[: TASKS.index(self.stage.tasks[0])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way through the stages; the default is that of the paper."""

    without: frozenset[Literal["sa", "de"]] = frozenset()
    reward: RewardName = "sfr"
    order: Order = "chain"
    remedy: Remedy | None = None
    control: bool = False
    """In the place of DE, supervised steps on the same rows for as long as DE took."""

    def __post_init__(self) -> None:
        explores = {
            "--reward": self.reward != "sfr",
            "--order": self.order != "chain",
            "--remedy": self.remedy is not None,
        }
        if ("de" in self.without or self.control) and (said := [name for name, is_said in explores.items() if is_said]):
            raise ValueError(f"{' and '.join(said)}: there is no DE on this way")
        if self.control and "de" in self.without:
            raise ValueError("--control takes as long as DE, so it needs a way with DE")

    @property
    def name(self) -> str:
        """What sets the way apart from the paper's, in a few words; "" of that one."""
        special = [f"without-{name}" for name in sorted(self.without)]
        special += [self.reward] if self.reward != "sfr" else []
        special += [self.order] if self.order != "chain" else []
        special += [self.remedy] if self.remedy else []
        special += ["control"] if self.control else []
        return "-".join(special)

    def nodes(self) -> tuple[Node, ...]:
        """The stages on this way, each after the one that it begins with."""
        return tuple(self._nodes())

    def _nodes(self) -> Iterator[Node]:
        parent: str | None = None
        concise: tuple[Task, ...] = ()
        for stage in STAGES:
            if stage.kind == "exploration" or stage.name in self.without:
                continue
            concise = stage.tasks if stage.name == "sa" else concise
            yield Node(stage.name, stage, parent, concise)
            parent = stage.name
        if self.control:
            yield Node(_id(_CONTROL, self._suffix), _CONTROL, parent, concise)
        elif "de" not in self.without:
            yield from self._exploration(parent, concise)

    def _exploration(self, start: str | None, concise: tuple[Task, ...]) -> Iterator[Node]:
        phases = [_MIXED] if self.order == "mixed" else [stage for stage in STAGES if stage.kind == "exploration"]
        parent = start
        for phase in phases:
            # The first phase is the same whether the others go on from it or not, and nothing can be replayed in it.
            special = [self._suffix] if self._suffix else []
            special += [self.reward] if self.reward != "sfr" else []
            special += ["apart"] if self.order == "apart" and phase is not phases[0] else []
            special += [self.remedy] if self.remedy and not (self.remedy == "replay" and phase is phases[0]) else []
            node = Node(_id(phase, "-".join(special)), phase, parent, concise, self.reward, self.remedy)
            yield node
            parent = start if self.order == "apart" else node.id

    @property
    def _suffix(self) -> str:
        return "without-sa" if "sa" in self.without else ""


def _id(stage: Stage, special: str) -> str:
    return f"{stage.name}.{special}" if special else stage.name


# -- what a stage learns from ---------------------------------------------------------------------


def mixture(node: Node, replay: float = 0.0, rows: Mapping[str, int] = MappingProxyType({})) -> Mix:
    """The mixture of a stage: that of Table 9, or one made of several of them.

    ``replay`` is a share of rows of the tasks that were learnt before a supervised stage and that it has none of.
    ``rows`` are those of stages, by name, that are not at full size.

    Raises MixError when rows are too few for the parts of a mixture.
    """
    if node.stage in {_MIXED, _CONTROL}:
        phases = [mix_of(stage.mixture) for stage in STAGES if stage.kind == "exploration"]
        mix = _united(node.stage.mixture, node.stage.title, [sized(phase, rows.get(phase.name)) for phase in phases])
    else:
        mix = mix_of(node.stage.mixture)
    if node.replayed:
        mix = _with_replay(mix, node.replayed, REPLAYED)
    elif replay:
        mix = _with_replay(mix, left_out(node.stage), replay)
    return sized(mix, rows.get(node.stage.name))


def left_out(stage: Stage) -> tuple[Task, ...]:
    """The tasks that were learnt before a supervised stage, and that it has no rows of: those of SA alone."""
    return tuple(task for task in TASKS if task not in stage.tasks) if stage.name == "sa" else ()


def sized(mix: Mix, rows: int | None) -> Mix:
    """A mixture with so many rows, in its proportions; None leaves it as it is.

    Raises MixError when they are too few for its parts.
    """
    if rows is None:
        return mix
    total = sum(part.rows for part in mix.parts)
    sizes = [max(1, rows * part.rows // total) for part in mix.parts]
    sizes[-1] += rows - sum(sizes)
    if sizes[-1] < 1:
        raise MixError(f"{mix.name}: {rows} rows are too few for its {len(sizes)} parts")
    parts = [part.model_copy(update={"rows": size}) for part, size in zip(mix.parts, sizes, strict=True)]
    return mix.model_copy(update={"parts": parts})


def _united(name: str, title: str, mixes: list[Mix]) -> Mix:
    return mixes[0].model_copy(
        update={"name": name, "title": title, "parts": [part for mix in mixes for part in mix.parts]}
    )


def _with_replay(mix: Mix, tasks: tuple[Task, ...], share: float) -> Mix:
    """A mixture of as many rows, of which a share is of other tasks in equal numbers."""
    total = sum(part.rows for part in mix.parts)
    again = round(total * share / len(tasks))
    own = shares(total - again * len(tasks), {number: part.rows for number, part in enumerate(mix.parts)})
    parts: list[Part] = [part.model_copy(update={"rows": own[number]}) for number, part in enumerate(mix.parts)]
    parts += [part.model_copy(update={"rows": again}) for task in tasks for part in mix_of(f"de_{task}").parts]
    return mix.model_copy(update={"name": f"{mix.name}_replay", "title": f"{mix.title}, with replay", "parts": parts})
