"""Eqs. 9 and 10: events."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, NamedTuple

from sfr.matching import Groups, Matching, shared_pairs
from sfr.measures import coverage_of, f1_of, jaccard_distance_of, symmetric_difference_of
from sfr.rewards._reward import Mismatch, Reward, known_strings
from sfr.structures import Task

__all__ = ["EEGold", "EEReward", "Penalty"]

Penalty = Literal["piecewise", "maximum"]

_NO_GROUPS: Groups = {}


class EEGold(NamedTuple):
    """Gold events: the units, the number of trigger groups and of their arguments."""

    by_type: Mapping[str, Groups]
    n_triggers: int
    n_arguments: int
    known: frozenset[object]

    @classmethod
    def of(cls, by_type: Mapping[str, Groups]) -> EEGold:
        """The gold that these units make."""
        groups = list(by_type.values())
        pairs = [pairs for group in groups for pairs in group.values()]
        known = known_strings(by_type, *groups, *pairs)
        return cls(by_type, sum(map(len, groups)), sum(map(len, pairs)), known)


@dataclass(frozen=True, kw_only=True)
class EEReward(Reward):
    """Eq. 10: type and trigger coverage, stretched argument F1 of matched groups, one penalty.

    ``w_type cov(E) + w_trigger cov(T) + w_argument F_full^gamma - pen``, with the weights of A.3
    (which gives no gamma). ``penalty``: ``piecewise`` is Eq. 9, in which the coarsest error alone
    counts; ``maximum`` the largest of its three branches. ``mismatch``: the distance within them.
    ``matching``: how trigger groups are matched, see ``sfr.matching``.
    """

    task: ClassVar[Task] = "ee"
    equation_terms: ClassVar[tuple[str, ...]] = ("type_coverage", "trigger_coverage", "argument_f1", "penalty")

    w_type: float = 0.05
    w_trigger: float = 0.15
    w_argument: float = 0.8
    gamma: float = 1.0
    lambda_type: float = 1.0
    lambda_trigger: float = 0.5
    lambda_argument: float = 0.3
    mismatch: Mismatch = "symmetric_difference"
    penalty: Penalty = "piecewise"
    matching: Matching = "optimal"

    @staticmethod
    def prepare(by_type: Mapping[str, Groups]) -> EEGold:
        """The gold that these units make."""
        return EEGold.of(by_type)

    def count(self, gold: EEGold, pred: Mapping[str, Groups]) -> tuple[int, ...]:
        """Sizes of gold, prediction and what they share: of the types, triggers and arguments."""
        known = gold.by_type
        types = triggers = shared = n_triggers = n_arguments = 0
        for kind, groups in pred.items():
            wanted = known.get(kind, _NO_GROUPS)
            n_triggers += len(groups)
            for trigger, pairs in groups.items():
                n_arguments += len(pairs)
                triggers += trigger in wanted
            if wanted:
                types += 1
                shared += shared_pairs(wanted, groups, self.matching)
        sizes = len(known), len(pred), types, gold.n_triggers, n_triggers, triggers
        return (*sizes, gold.n_arguments, n_arguments, shared)

    def terms(self, sizes: tuple[int, ...]) -> tuple[float, ...]:
        """The signed terms of Eq. 10."""
        gold_types, pred_types, types, gold_triggers, pred_triggers, triggers, gold, pred, arguments = sizes
        argument_f1 = f1_of(gold, pred, arguments, self.f1_empty)
        return (
            self.w_type * coverage_of(gold_types, pred_types, types, self.coverage_empty),
            self.w_trigger * coverage_of(gold_triggers, pred_triggers, triggers, self.coverage_empty),
            self.w_argument * argument_f1**self.gamma,
            0.0
            - self._penalty(
                self._distance(gold_types, pred_types, types),
                self._distance(gold_triggers, pred_triggers, triggers),
                argument_f1,
            ),
        )

    def _penalty(self, types: float, triggers: float, argument_f1: float) -> float:
        """Eq. 9, or the largest of its branches."""
        fine = self.lambda_argument * (1 - argument_f1)
        if self.penalty == "maximum":
            return max(self.lambda_type * types, self.lambda_trigger * triggers, fine)
        if types > 0:
            return self.lambda_type * types
        return self.lambda_trigger * triggers if triggers > 0 else fine

    def _distance(self, gold: int, pred: int, shared: int) -> float:
        if self.mismatch == "symmetric_difference":
            return symmetric_difference_of(gold, pred, shared)
        return jaccard_distance_of(gold, pred, shared, self.jaccard_empty)

    def coarse_only(self) -> EEReward:
        """Types and triggers alone: no weight on arguments."""
        return replace(self, w_argument=0.0, lambda_argument=0.0)

    def fine_only(self) -> EEReward:
        """Arguments alone: no weight on types and triggers.

        The penalty becomes the largest branch, which is the fine one: Eq. 9 would forgive wrong
        arguments wherever a type is wrong too.
        """
        return replace(self, w_type=0.0, w_trigger=0.0, lambda_type=0.0, lambda_trigger=0.0, penalty="maximum")

    @property
    def equation_range(self) -> tuple[float, float]:
        """Lowest and highest value of Eq. 10."""
        coarse = max(self.lambda_type, self.lambda_trigger)
        bounded = self.mismatch == "jaccard_distance" or not coarse
        highest = self.w_type + self.w_trigger + self.w_argument
        if self.matching == "reuse":  # one group may answer several, so F1 has no bound
            return -math.inf, math.inf
        return (-max(coarse, self.lambda_argument) if bounded else -math.inf), highest
