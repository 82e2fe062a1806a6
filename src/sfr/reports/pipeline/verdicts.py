"""What the numbers of runs say, in words: nothing without an interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from sfr.evaluation.numbers import Ends
from sfr.paper import table
from sfr.pipeline.comparisons import ABLATION, REMEDIES, REWARDED, Compared, Row
from sfr.pipeline.rises import LEAST_STEPS
from sfr.reports.pipeline.contents import Contents
from sfr.structures import TASKS, Task

__all__ = ["Finding", "findings"]

Answer = Literal["yes", "no", "not sure", "not known"]
"""``yes``: the interval is above 0; ``no``: it is below; ``not sure``: it holds 0; ``not known``: there is none."""

_PHASES: Mapping[str, tuple[Task, str]] = {
    "de_ner": ("ner", "sa"),
    "de_re": ("re", "de_ner"),
    "de_ee": ("ee", "de_re"),
}
"""The phases of DE, each with its task and the stage before."""

_LAST = "de_ee"
_CONTROL = REMEDIES[0].stages["ner"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A question, its answer, and the numbers that it follows from."""

    question: str
    answer: Answer
    numbers: str


def findings(contents: Contents) -> list[Finding]:
    """What can be asked of the runs as far as they are."""
    return [
        *_rewards_rise(contents),
        *_tasks_gain(contents),
        *_tasks_are_kept(contents),
        *_beats_control(contents),
        *_order(5, ABLATION, contents.ablation_order),
        *_order(7, [row for row in REWARDED if row.paper], contents.rewarded_order),
    ]


def _answer(ends: Ends | None) -> Answer:
    if ends is None or ends[0] != ends[0]:  # nan: nothing was drawn that has a value
        return "not known"
    return "yes" if ends[0] > 0 else "no" if ends[1] < 0 else "not sure"


def _rewards_rise(contents: Contents) -> Iterator[Finding]:
    for rise in contents.rises:
        if rise.stage not in _PHASES:
            continue
        words = f"{rise.first:+.3f} in the first fifth of its steps, {rise.last:+.3f} in the last: "
        words += f"{rise.difference:+.3f}{_reward_ends(rise.interval)}"
        if contents.setup.draws and rise.interval is None:
            words += f"; an interval takes {LEAST_STEPS} steps in a fifth, and there are {rise.steps}"
        yield Finding(f"Does the mean reward rise while {rise.stage} trains?", _answer(rise.interval), words)


def _reward_ends(ends: Ends | None) -> str:
    return "" if ends is None else f" [{ends[0]:+.3f}, {ends[1]:+.3f}]"


def _tasks_gain(contents: Contents) -> Iterator[Finding]:
    for phase, (task, before) in _PHASES.items():
        yield from _difference(f"Does {_F1[task]} rise from {before} to {phase}?", contents.chain[task], before, phase)


_F1: Mapping[Task, str] = {"ner": "F1 of NER", "re": "F1 of RE", "ee": "F1 of EE (arguments)"}


def _tasks_are_kept(contents: Contents) -> Iterator[Finding]:
    for phase, (task, _) in _PHASES.items():
        if phase != _LAST:
            asked = f"Does {_F1[task]} hold or rise in the phases after {phase}?"
            yield from _difference(asked, contents.chain[task], phase, _LAST)


def _beats_control(contents: Contents) -> Iterator[Finding]:
    for task in TASKS:
        asked = f"Is {_F1[task]} higher after DE than after supervised steps for as long?"
        yield from _difference(asked, contents.remedies[task], _CONTROL, _LAST)


def _difference(asked: str, compared: Compared, first: str, second: str) -> Iterator[Finding]:
    """What sets two stages apart, if both are there."""
    one, other = compared.estimates.get(first), compared.estimates.get(second)
    if one is None or other is None:
        return
    contrast = compared.contrasts.get((first, second))
    ends = None if contrast is None else contrast.interval
    words = f"{100 * one.f1:.2f} and {100 * other.f1:.2f}: {100 * (other.f1 - one.f1):+.2f}{_ends(ends)}"
    yield Finding(asked, _answer(ends), words)


def _ends(ends: Ends | None) -> str:
    return "" if ends is None else f" [{100 * ends[0]:+.2f}, {100 * ends[1]:+.2f}]"


def _order(number: int, rows: Sequence[Row], by_task: Mapping[Task, Compared]) -> Iterator[Finding]:
    """Whether the rows of a table stand in the order of the paper, pair by pair."""
    printed = table(number)
    for task in TASKS:
        figures = printed.column(task.upper())
        there = [row for row in rows if row.stages[task] in by_task[task].estimates]
        ranked = sorted(there, key=lambda row: -figures[row.paper])
        pairs = list(combinations(ranked, 2))
        if not pairs:
            continue
        answers = [_above(by_task[task], better.stages[task], worse.stages[task]) for better, worse in pairs]
        yield Finding(
            f"Do the rows of Table {number} stand in the paper's order, {task.upper()}?",
            _of_all(answers),
            _counted(answers, [row.title for row in ranked]),
        )


def _above(compared: Compared, better: str, worse: str) -> Answer:
    """Whether one stage is above another."""
    if found := compared.contrasts.get((worse, better)):
        return _answer(found.interval)
    if found := compared.contrasts.get((better, worse)):
        return _answer((-found.interval[1], -found.interval[0]))
    return "not known"


def _of_all(answers: Sequence[Answer]) -> Answer:
    """Yes if each is, no if some is not; else it is not sure, or not known."""
    if "no" in answers:
        return "no"
    return next((one for one in ("not known", "not sure") if one in answers), "yes")


def _counted(answers: Sequence[Answer], ranked: Sequence[str]) -> str:
    counts = [
        (answers.count("yes"), "as in the paper"),
        (answers.count("no"), "the other way around"),
        (answers.count("not sure"), "not to be told apart"),
        (answers.count("not known"), "without an interval"),
    ]
    found = ", ".join(f"{n} {words}" for n, words in counts if n)
    pairs = "1 pair" if len(answers) == 1 else f"{len(answers)} pairs"
    return f"of {pairs}: {found}; in the paper {' > '.join(ranked)}"
