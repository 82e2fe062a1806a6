"""Eq. 8: relations."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

from sfr.measures import coverage_of, f1_of, jaccard_distance_of
from sfr.rewards._reward import Reward, known_strings
from sfr.structures import Task

__all__ = ["REGold", "REReward"]


class REGold(NamedTuple):
    """Gold relations: the units, the heads and tails by type, the numbers of all three."""

    by_type: Mapping[str, AbstractSet[tuple[str, str]]]
    heads: Mapping[str, AbstractSet[str]]
    tails: Mapping[str, AbstractSet[str]]
    size: int
    n_heads: int
    n_tails: int
    known: frozenset[object]

    @classmethod
    def of(cls, by_type: Mapping[str, AbstractSet[tuple[str, str]]]) -> REGold:
        """The gold that these units make."""
        heads = {kind: {head for head, _ in pairs} for kind, pairs in by_type.items()}
        tails = {kind: {tail for _, tail in pairs} for kind, pairs in by_type.items()}
        n_heads, n_tails = sum(map(len, heads.values())), sum(map(len, tails.values()))
        known = known_strings(by_type, *by_type.values())
        return cls(by_type, heads, tails, sum(map(len, by_type.values())), n_heads, n_tails, known)


@dataclass(frozen=True, kw_only=True)
class REReward(Reward):
    """Eq. 8: type coverage, head and tail F1, stretched triple F1, Jaccard penalties.

    ``w_type cov(T) + w_head fl(H) + w_tail fl(A) + w_triple fl(R)^gamma - lambda_type D(T) -
    lambda_triple D(R)``, with the weights of A.3 and D the Jaccard distance (Eq. 6).
    """

    task: ClassVar[Task] = "re"
    equation_terms: ClassVar[tuple[str, ...]] = (
        "type_coverage",
        "head_f1",
        "tail_f1",
        "triple_f1",
        "type_penalty",
        "triple_penalty",
    )

    w_type: float = 0.05
    w_head: float = 0.10
    w_tail: float = 0.10
    w_triple: float = 0.75
    gamma: float = 1.3
    lambda_type: float = 0.15
    lambda_triple: float = 0.25

    @staticmethod
    def prepare(by_type: Mapping[str, AbstractSet[tuple[str, str]]]) -> REGold:
        """The gold that these units make."""
        return REGold.of(by_type)

    def count(self, gold: REGold, pred: Mapping[str, AbstractSet[tuple[str, str]]]) -> tuple[int, ...]:
        """Sizes of gold, prediction and what they share: of the types, triples, heads and tails."""
        known, gold_heads, gold_tails = gold.by_type, gold.heads, gold.tails
        types = shared = shared_heads = shared_tails = size = n_heads = n_tails = 0
        for kind, pairs in pred.items():
            size += len(pairs)
            wanted = known.get(kind)
            if len(pairs) == 1:  # as for most types, and that needs no sets
                (pair,) = pairs
                n_heads += 1
                n_tails += 1
                if wanted is None:
                    continue
                types += 1
                if pair in wanted:
                    shared += 1
                    shared_heads += 1
                    shared_tails += 1
                else:
                    shared_heads += pair[0] in gold_heads[kind]
                    shared_tails += pair[1] in gold_tails[kind]
                continue
            if pairs == wanted:
                heads, tails = gold_heads[kind], gold_tails[kind]
            else:
                heads, tails = {head for head, _ in pairs}, {tail for _, tail in pairs}
            n_heads += len(heads)
            n_tails += len(tails)
            if wanted is not None:
                types += 1
                shared += len(wanted & pairs)
                shared_heads += len(gold_heads[kind] & heads)
                shared_tails += len(gold_tails[kind] & tails)
        sizes = len(known), len(pred), types, gold.size, size, shared
        return (*sizes, gold.n_heads, n_heads, shared_heads, gold.n_tails, n_tails, shared_tails)

    def terms(self, sizes: tuple[int, ...]) -> tuple[float, ...]:
        """The signed terms of Eq. 8."""
        gold_types, pred_types, types, gold, pred, triples, *heads_and_tails = sizes
        gold_heads, pred_heads, heads, gold_tails, pred_tails, tails = heads_and_tails
        return (
            self.w_type * coverage_of(gold_types, pred_types, types, self.coverage_empty),
            self.w_head * f1_of(gold_heads, pred_heads, heads, self.f1_empty),
            self.w_tail * f1_of(gold_tails, pred_tails, tails, self.f1_empty),
            self.w_triple * f1_of(gold, pred, triples, self.f1_empty) ** self.gamma,
            0.0 - self.lambda_type * jaccard_distance_of(gold_types, pred_types, types, self.jaccard_empty),
            0.0 - self.lambda_triple * jaccard_distance_of(gold, pred, triples, self.jaccard_empty),
        )

    def coarse_only(self) -> REReward:
        """Types alone: no weight on heads, tails and triples."""
        return replace(self, w_head=0.0, w_tail=0.0, w_triple=0.0, lambda_triple=0.0)

    def fine_only(self) -> REReward:
        """Heads, tails and triples alone: no weight on types."""
        return replace(self, w_type=0.0, lambda_type=0.0)

    @property
    def equation_range(self) -> tuple[float, float]:
        """Lowest and highest value of Eq. 8."""
        highest = self.w_type + self.w_head + self.w_tail + self.w_triple
        return -(self.lambda_type + self.lambda_triple), highest
