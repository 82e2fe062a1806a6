"""One reward for all tasks, as trainers need it: a ground truth and an output in, finite numbers out.

A row of training says itself which task it is of, so that entities, relations and events can be
trained in one run. Every output gets the same names, whatever its task and whatever became of it,
because trainers make columns of them.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from sfr.files import RowError
from sfr.parsing import ParseError, thought
from sfr.rewards import PROFILES, Reward, Score, field_names, read_field, reward
from sfr.rows import GroundTruth, read_ground_truth
from sfr.structures import TASKS, Task
from sfr.termlog import TermLog

__all__ = [
    "ENVIRONMENT",
    "BadGoldError",
    "Grade",
    "Grader",
    "configured",
    "grader",
    "group_shares",
]

ENVIRONMENT = "SFR_REWARD"
"""The environment variable with settings, for trainers that pass none: ``"profile=bounded ner.gamma=2"``."""

Granularity = Literal["both", "coarse", "fine"]
Thinking = Literal["allow", "forbid", "require"]
BadGold = Literal["raise", "skip"]

_READING = ("unparsable", "recovered", "truncated", "thinking", "duplicates", "perfect", "bad_gold")


class BadGoldError(ValueError):
    """A ground truth that nothing can be scored with; ``problems`` says all that is wrong with it."""

    def __init__(self, problems: list[str], index: int | None = None) -> None:
        """Keep the problems, and which of several ground truths has them."""
        super().__init__(problems, index)
        self.problems = problems
        self.index = index

    def __str__(self) -> str:
        """One line a problem."""
        where = "ground truth" if self.index is None else f"ground truth [{self.index}]"
        return "\n  ".join([f"bad {where}:", *self.problems])


class Grade(NamedTuple):
    """What an output has earned.

    ``value`` is the reward; ``terms`` the numbers to log, finite and under the names of ``Grader.names``;
    ``task`` is None of a bad ground truth.
    """

    value: float
    terms: dict[str, float]
    task: Task | None


@dataclass(frozen=True)
class Grader:
    """The rewards of the three tasks as one, by the task that a ground truth names.

    ``thinking``: ``allow`` takes thinking off, ``forbid`` makes an output that thinks an invalid one,
    ``require`` one that does not, or does not come to an end; an empty block is no thinking.
    ``bad_gold``: ``raise`` refuses a ground truth that nothing can be scored with, ``skip`` gives all its
    outputs 0, which moves no gradient in a group, and marks them. ``log`` is a folder for all grades.
    """

    rewards: Mapping[Task, Reward]
    thinking: Thinking = "allow"
    bad_gold: BadGold = "raise"
    log: TermLog | None = None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the terms of every grade: those of the three rewards, then how an output was read."""
        terms = dict.fromkeys(name for task in TASKS for name in self.rewards[task].term_names)
        return (*terms, *_READING)

    def grade(self, truth: str | Mapping[str, Any], output: str, **context: Any) -> Grade:
        """The grade of one output; ``context`` goes to the log.

        Raises BadGoldError for a bad ground truth, unless they are skipped; never for any ``output`` text.

        >>> import sfr
        >>> truth = '{"task": "ner", "text": "Kevin left.", "gold": {"person": ["Kevin"]}}'
        >>> grade = sfr.grader(profile="bounded").grade(truth, '{"person": ["Kevin"]}')
        >>> grade.value, grade.terms["pair_f1"], grade.terms["argument_f1"], grade.terms["perfect"]
        (1.0, 0.8, 0.0, 1.0)
        """
        (found,) = self._grade_group(truth, [output], None)
        self._note([found], context)
        return found

    def grade_batch(
        self, truths: Sequence[str | Mapping[str, Any]], outputs: Sequence[str], **context: Any
    ) -> list[Grade]:
        """The grade of each output, in order; equal to ``grade`` one by one.

        Let the outputs of a group stand together: the work on a ground truth is done once then.

        Raises ValueError when the lengths differ, BadGoldError as ``grade`` does.
        """
        if len(truths) != len(outputs):
            raise ValueError(f"{len(truths)} ground truths and {len(outputs)} outputs")
        grades: list[Grade] = []
        for _, pairs in groupby(zip(truths, outputs, strict=True), key=lambda pair: _group_of(pair[0])):
            group = list(pairs)
            grades += self._grade_group(group[0][0], [output for _, output in group], len(grades))
        self._note(grades, context)
        return grades

    def best(self, truth: str | Mapping[str, Any]) -> float:
        """The highest value that an output can have.

        Raises BadGoldError.
        """
        try:
            known = _read(truth)
            return self.rewards[known.task].best(known.gold).value
        except (RowError, ParseError) as error:
            raise _bad(error, None) from None

    def means(self, grades: Sequence[Grade]) -> dict[str, float]:
        """The means of a batch: how outputs were read over all of them, reward and terms over those of each task.

        >>> import sfr
        >>> grader, truth = sfr.grader(), '{"task": "ner", "gold": {}}'
        >>> found = grader.means(grader.grade_batch([truth] * 2, ["{}", "?"]))
        >>> found["perfect"], found["ner/pair_f1"], found["ner/invalid"]
        (0.5, 0.4, -0.5)
        """
        found = {name: _mean(grade.terms[name] for grade in grades) for name in _READING} if grades else {}
        for task in TASKS:
            if of := [grade for grade in grades if grade.task == task]:
                found[f"{task}/reward"] = _mean(grade.value for grade in of)
                for name in self.rewards[task].term_names:
                    found[f"{task}/{name}"] = _mean(grade.terms[name] for grade in of)
        return found

    def _grade_group(self, truth: str | Mapping[str, Any], outputs: list[str], index: int | None) -> list[Grade]:
        many = len(outputs)
        try:
            known = _read(truth)
            one = self.rewards[known.task]
            best = one.best(known.gold).value
        except (RowError, ParseError) as error:
            if self.bad_gold == "skip":
                return [self._skipped] * many
            raise _bad(error, index) from None
        scores = one.score_batch([known.gold] * many, outputs, [known.text] * many, [known.schema] * many)
        return [self._grade(known, score, output, best) for score, output in zip(scores, outputs, strict=True)]

    def _grade(self, known: GroundTruth, score: Score, output: str, best: float) -> Grade:
        thinks = "thinking" in score.account.rungs and bool(thought(output))
        if self._refuses(score, thinks=thinks):
            score = self.rewards[known.task].score(known.gold, "", known.text, known.schema)
        terms = dict.fromkeys(self.names, 0.0)
        terms.update(score.terms)
        terms["unparsable"] = float(score.status == "unparsable")
        terms["recovered"] = float(score.status == "recovered")
        terms["truncated"] = float("truncated" in score.account.rungs)
        terms["thinking"] = float(thinks)
        terms["duplicates"] = float(score.duplicates)
        terms["perfect"] = float(score.value == best)
        return Grade(score.value, terms, known.task)

    def _refuses(self, score: Score, *, thinks: bool) -> bool:
        """Whether an output counts as an invalid one for its thinking or the lack of it."""
        if self.thinking == "require":
            return not thinks or any(problem.code == "unclosed-thinking" for problem in score.problems)
        return thinks and self.thinking == "forbid"

    @cached_property
    def _skipped(self) -> Grade:
        return Grade(0.0, {**dict.fromkeys(self.names, 0.0), "bad_gold": 1.0}, None)

    def _note(self, grades: list[Grade], context: Mapping[str, Any]) -> None:
        if self.log is not None:
            self.log.write({**context, "task": found.task, "value": found.value, **found.terms} for found in grades)

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone."""
        return {name: self.__dict__[name] for name in ("rewards", "thinking", "bad_gold", "log")}


def _group_of(truth: Any) -> str:
    """What the ground truths of a group have in common; objects may hold arrays, which cannot be compared."""
    return truth if isinstance(truth, str) else repr(truth)


@lru_cache(maxsize=1_024)
def _read_text(truth: str) -> GroundTruth:
    return read_ground_truth(truth)


def _read(truth: str | Mapping[str, Any]) -> GroundTruth:
    """The ground truth, remembered: the outputs of a group come one after another.

    Text may be a string of numpy's, which decoders take for something else.
    """
    return _read_text(str(truth)) if isinstance(truth, str) else read_ground_truth(truth)


def _bad(error: RowError | ParseError, index: int | None) -> BadGoldError:
    problems = error.problems if isinstance(error, RowError) else [f"gold: {problem}" for problem in error.problems]
    return BadGoldError(list(problems), index)


# -- settings -----------------------------------------------------------------------------------------


def grader(
    *,
    profile: str = "paper",
    granularity: Granularity = "both",
    thinking: Thinking = "allow",
    bad_gold: BadGold = "raise",
    log: str | None = None,
    **fields: Any,
) -> Grader:
    """The grader of some settings; those that are not named here are fields of rewards.

    A field goes to every task that has it, ``ner``, ``re`` and ``ee`` take fields of one task as a
    mapping, and so does a name with a dot in one. ``granularity`` leaves out fine or coarse terms.

    Raises ValueError with everything that is wrong.

    >>> import sfr
    >>> grader = sfr.grader(profile="bounded", scale="unit", ner={"gamma": 2.0}, **{"ee.gamma": 1.5})
    >>> [grader.rewards[task].gamma for task in ("ner", "re", "ee")]
    [2.0, 1.3, 1.5]
    """
    problems: list[str] = []
    for name, value, hint in (
        ("granularity", granularity, Granularity),
        ("thinking", thinking, Thinking),
        ("bad_gold", bad_gold, BadGold),
    ):
        if value not in get_args(hint):
            problems.append(f"{name}={value!r}, expected one of {', '.join(get_args(hint))}")
    if log is not None and not isinstance(log, (str, os.PathLike)):
        problems.append(f"log={log!r}, expected a folder")
    if profile not in PROFILES:
        problems.append(f"profile={profile!r}, expected one of {', '.join(PROFILES)}")
    overrides = _by_task(fields, problems)
    rewards: dict[Task, Reward] = {}
    for task in TASKS if profile in PROFILES else ():
        try:
            rewards[task] = _part(reward(task, profile, **overrides[task]), granularity)
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise ValueError("\n  ".join(["bad settings of the reward:", *problems]))
    return Grader(rewards, thinking, bad_gold, None if log is None else TermLog(Path(log)))


def _by_task(fields: Mapping[str, Any], problems: list[str]) -> dict[Task, dict[str, Any]]:
    """The fields of each task; one that is named for the task alone goes before one for all."""
    general: dict[Task, dict[str, Any]] = {task: {} for task in TASKS}
    own: dict[Task, dict[str, Any]] = {task: {} for task in TASKS}
    for name, value in fields.items():
        task, dot, field = name.partition(".")
        if task in TASKS and (dot or isinstance(value, Mapping)):
            for one, of in ({field: value} if dot else value).items():
                _put(own, [task], str(one), of, problems)
        else:
            _put(general, TASKS, name, value, problems)
    return {task: {**general[task], **own[task]} for task in TASKS}


def _put(into: dict[Task, dict[str, Any]], tasks: Sequence[Task], name: str, value: Any, problems: list[str]) -> None:
    fitting = [task for task in tasks if name in field_names(task)]
    if not fitting:
        known = dict.fromkeys(field for task in tasks for field in field_names(task))
        problems.append(f"unknown setting {name!r}; known: {', '.join((*_SETTINGS, *TASKS, *known))}")
    for task in fitting:
        try:
            into[task][name] = read_field(task, name, value) if isinstance(value, str) else value
        except ValueError as error:
            problems.append(f"{name}={value!r}: {error}")


_SETTINGS = ("profile", "granularity", "thinking", "bad_gold", "log")


def _part(whole: Reward, granularity: Granularity) -> Reward:
    return {"coarse": whole.coarse_only, "fine": whole.fine_only}.get(granularity, lambda: whole)()


def configured(**settings: Any) -> Grader:
    """The grader of these settings over those of the environment variable ``SFR_REWARD``.

    The variable holds ``NAME=VALUE`` with spaces between them, quoted as in a shell. The same settings
    give the same object, so that this may be called for every output.

    Raises ValueError as ``grader`` does.
    """
    return _configured(os.environ.get(ENVIRONMENT, ""), json.dumps(settings, sort_keys=True, default=_plain))


@lru_cache(maxsize=64)
def _configured(environment: str, settings: str) -> Grader:
    try:
        pairs = [part.partition("=") for part in shlex.split(environment)]
    except ValueError as error:
        raise ValueError(f"{ENVIRONMENT}={environment!r}: {error}") from None
    if wrong := [name for name, equals, _ in pairs if not (name and equals)]:
        raise ValueError(f"{ENVIRONMENT}={environment!r}: expected NAME=VALUE, found {', '.join(wrong)}")
    return grader(**{**{name: value for name, _, value in pairs}, **json.loads(settings)})


def _plain(value: Any) -> Any:
    """Settings as configuration libraries hand them over, as plain values."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Iterable):
        return list(value)
    raise ValueError(f"a setting must be a number, a text, a list or a mapping, not {type(value).__name__}")


# -- what trainers log --------------------------------------------------------------------------------


def group_shares(truths: Sequence[Any], grades: Sequence[Grade]) -> dict[str, float]:
    """Of the groups of a batch, the shares that teach nothing: all alike, all unparsable, all perfect.

    A group is what shares a ground truth; there are shares of 0 where there are no groups.

    >>> import sfr
    >>> truth = '{"task": "ner", "gold": {}}'
    >>> group_shares([truth] * 2, sfr.grader().grade_batch([truth] * 2, ["{}", "{}"]))
    {'groups_alike': 1.0, 'groups_unparsable': 0.0, 'groups_perfect': 1.0}
    """
    groups: dict[str, list[Grade]] = {}
    for truth, found in zip(truths, grades, strict=True):
        groups.setdefault(_group_of(truth), []).append(found)
    many = max(1, len(groups))
    return {
        "groups_alike": sum(len({g.value for g in group}) == 1 for group in groups.values()) / many,
        "groups_unparsable": sum(all(g.terms["unparsable"] for g in group) for group in groups.values()) / many,
        "groups_perfect": sum(all(g.terms["perfect"] for g in group) for group in groups.values()) / many,
    }


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
