"""Reward functions of ms-swift: ``--external_plugins .../sfr_ms_swift.py --reward_funcs sfr``, the file of the kit.

ms-swift passes no settings; they come from the environment variable ``SFR_REWARD``. It logs of a reward
nothing but its value, so that each term is a reward of its own, which weighs nothing:
``--reward_funcs sfr sfr_pair_f1 --reward_weights 1 0``. The rows need the column ``solution``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sfr

__all__ = ["SFRReward", "term_reward", "term_rewards"]


class SFRReward:
    """The reward; ms-swift makes an object of it, and names the metric after the class."""

    def __init__(self, args: Any = None) -> None:
        """Nothing of the arguments of ms-swift is needed."""

    def __call__(
        self, completions: Sequence[Any], solution: Sequence[str] | None = None, trainer_state: Any = None, **_: Any
    ) -> list[float]:
        """The reward of each completion."""
        grades = _grades(sfr.configured(), completions, solution, step=getattr(trainer_state, "global_step", None))
        return [grade.value for grade in grades]


class _Term:
    """A term of the reward; None for rows of a task that has no such term, which ms-swift takes out of the mean."""

    term = ""

    def __init__(self, args: Any = None) -> None:
        """As for the reward."""

    def __call__(
        self, completions: Sequence[Any], solution: Sequence[str] | None = None, **_: Any
    ) -> list[float | None]:
        """The term of each completion; the journal of rewards is kept by the reward alone."""
        grader = replace(sfr.configured(), log=None)
        found = [(grade.task, grader.means([grade])) for grade in _grades(grader, completions, solution)]
        return [means.get(self.term, means.get(f"{task}/{self.term}")) for task, means in found]

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (self.term,)


def _grades(grader: sfr.Grader, completions: Sequence[Any], truths: Any, **context: Any) -> list[sfr.Grade]:
    if truths is None:
        raise ValueError("the rows have no column 'solution'; sfr data export --for ms-swift writes it")
    return grader.grade_batch(truths, [sfr.answer_text(completion) for completion in completions], **context)


def term_reward(term: str) -> type:
    """The class of a term, whose name is that of its metric."""
    return type(f"sfr_{term}", (_Term,), {"__module__": __name__, "__doc__": _Term.__doc__, "term": term})


def term_rewards() -> dict[str, type]:
    """The classes of all terms, by the names that ``--reward_funcs`` takes; wrong settings are refused here already."""
    return {f"sfr_{term}": term_reward(term) for term in sfr.configured().names}


def _made(term: str) -> Any:
    """A reward of a term, in another process: its class has no name there."""
    return term_reward(term)()
