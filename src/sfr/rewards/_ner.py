"""Eq. 7: entities."""

from __future__ import annotations

import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

from sfr.measures import coverage_of, f1_of, jaccard_distance_of, symmetric_difference_of
from sfr.rewards._reward import Mismatch, Reward, known_strings
from sfr.structures import Task

__all__ = ["NERGold", "NERReward"]


class NERGold(NamedTuple):
    """Gold entities: the units, their number, and every string known to be normal."""

    by_type: Mapping[str, AbstractSet[str]]
    size: int
    known: frozenset[object]

    @classmethod
    def of(cls, by_type: Mapping[str, AbstractSet[str]]) -> NERGold:
        """The gold that these units make."""
        texts = by_type.values()
        return cls(by_type, sum(map(len, texts)), known_strings(by_type, *texts))


@dataclass(frozen=True, kw_only=True)
class NERReward(Reward):
    """Eq. 7: type coverage, stretched pair F1, mismatch penalties on types and on pairs.

    ``w_type cov(T) + w_pair fl(P)^gamma - lambda_type D(T) - lambda_pair D(P)``, with the weights
    of A.3. ``mismatch`` is D: the symmetric difference (Eq. 5) or the Jaccard distance (Eq. 6).
    """

    task: ClassVar[Task] = "ner"
    equation_terms: ClassVar[tuple[str, ...]] = ("type_coverage", "pair_f1", "type_penalty", "pair_penalty")

    w_type: float = 0.2
    w_pair: float = 0.8
    gamma: float = 1.5
    lambda_type: float = 0.6
    lambda_pair: float = 0.2
    mismatch: Mismatch = "symmetric_difference"

    @staticmethod
    def prepare(by_type: Mapping[str, AbstractSet[str]]) -> NERGold:
        """The gold that these units make."""
        return NERGold.of(by_type)

    def count(self, gold: NERGold, pred: Mapping[str, AbstractSet[str]]) -> tuple[int, ...]:
        """Sizes of gold, prediction and what they share: of the types, then of the pairs."""
        known = gold.by_type
        types = shared = size = 0
        for kind, texts in pred.items():
            size += len(texts)
            if kind in known:
                types += 1
                shared += len(known[kind] & texts)
        return len(known), len(pred), types, gold.size, size, shared

    def terms(self, sizes: tuple[int, ...]) -> tuple[float, ...]:
        """The signed terms of Eq. 7."""
        gold_types, pred_types, types, gold, pred, pairs = sizes
        return (
            self.w_type * coverage_of(gold_types, pred_types, types, self.coverage_empty),
            self.w_pair * f1_of(gold, pred, pairs, self.f1_empty) ** self.gamma,
            0.0 - self.lambda_type * self._distance(gold_types, pred_types, types),
            0.0 - self.lambda_pair * self._distance(gold, pred, pairs),
        )

    def _distance(self, gold: int, pred: int, shared: int) -> float:
        if self.mismatch == "symmetric_difference":
            return symmetric_difference_of(gold, pred, shared)
        return jaccard_distance_of(gold, pred, shared, self.jaccard_empty)

    def coarse_only(self) -> NERReward:
        """Types alone: no weight on pairs."""
        return replace(self, w_pair=0.0, lambda_pair=0.0)

    def fine_only(self) -> NERReward:
        """Pairs alone: no weight on types."""
        return replace(self, w_type=0.0, lambda_type=0.0)

    @property
    def equation_range(self) -> tuple[float, float]:
        """Lowest and highest value of Eq. 7."""
        penalties = self.lambda_type + self.lambda_pair
        bounded = self.mismatch == "jaccard_distance" or not penalties
        return (-penalties if bounded else -math.inf), self.w_type + self.w_pair
