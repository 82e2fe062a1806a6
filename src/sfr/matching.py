"""Which predicted trigger group answers which gold one.

A trigger group is a trigger with its set of (role, argument) pairs. Groups of one event type are
matched so that the pairs they share are as many as possible in total (the paper: "by maximum
overlap"); the readings of that phrase which differ are kept by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from heapq import nlargest
from typing import Literal, NamedTuple

__all__ = ["Counts", "Groups", "Match", "Matching", "argument_counts", "match_trigger_groups"]

Pair = tuple[str, str]
"""A role and its argument."""

Groups = Mapping[str, AbstractSet[Pair]]
"""The trigger groups of one event type: trigger to (role, argument) pairs."""

Matching = Literal["optimal", "greedy", "reuse", "anchored"]
"""How groups are matched.

``optimal``: one-to-one, largest total overlap. ``greedy``: one-to-one, each gold group in turn
takes the best one left. ``reuse``: each gold group takes the best one, even if taken. ``anchored``:
only a group with the same trigger.
"""


class Counts(NamedTuple):
    """True positives, false positives, false negatives; they add up over texts."""

    tp: int
    fp: int
    fn: int


class Match(NamedTuple):
    """A gold and a predicted trigger, and how many (role, argument) pairs they share."""

    gold: str
    pred: str
    shared: int


def match_trigger_groups(gold: Groups, pred: Groups, how: Matching = "optimal") -> list[Match]:
    """The matched groups of one event type, in gold order.

    Ties are broken for groups with the same trigger, then for the order in which they were
    written. Groups that share nothing are matched only when their triggers agree.
    """
    if how == "anchored":
        return [Match(t, t, len(pairs & pred[t])) for t, pairs in gold.items() if t in pred]
    known: frozenset[Pair] = frozenset().union(*gold.values())
    golds = list(gold.items())
    preds = [(t, pairs) for t, pairs in pred.items() if t in gold or not known.isdisjoint(pairs)]
    # One shared pair outweighs any number of agreeing triggers, so these only break ties.
    unit = 1 + min(len(golds), len(preds))
    weights = [[unit * len(g & p) + (t == u) for u, p in preds] for t, g in golds]
    return [
        Match(golds[i][0], preds[j][0], weights[i][j] // unit)
        for i, j in enumerate(_ASSIGN[how](weights))
        if j >= 0 and weights[i][j]
    ]


def argument_counts(gold: Mapping[str, Groups], pred: Mapping[str, Groups], how: Matching = "optimal") -> Counts:
    """(role, argument) pairs hit, spurious and missed, trigger groups of each type matched first.

    F_full of Eqs. 9 and 10 is the F1 of these counts.
    """
    tp = sum(shared_pairs(groups, pred[kind], how) for kind, groups in gold.items() if groups and pred.get(kind))
    n_gold = sum(len(pairs) for groups in gold.values() for pairs in groups.values())
    n_pred = sum(len(pairs) for groups in pred.values() for pairs in groups.values())
    return Counts(tp, n_pred - tp, n_gold - tp)


def shared_pairs(gold: Groups, pred: Groups, how: Matching = "optimal") -> int:
    """Pairs that the matched groups of one event type share, both sides having some group."""
    if how == "anchored":
        return sum(len(pairs & pred[t]) for t, pairs in gold.items() if t in pred)
    if how != "optimal":
        return sum(match.shared for match in match_trigger_groups(gold, pred, how))
    # Only the total is asked for, and nine of ten times there are at most two groups on a side.
    golds, preds = list(gold.values()), list(pred.values())
    if len(golds) == 1:
        return max([len(golds[0] & p) for p in preds])
    if len(preds) == 1:
        return max([len(g & preds[0]) for g in golds])
    if len(golds) == len(preds) == _TWO:
        (a, b), (c, d) = golds, preds
        return max(len(a & c) + len(b & d), len(a & d) + len(b & c))
    weights = [[len(g & p) for p in preds] for g in golds]
    return sum(weights[i][j] for i, j in enumerate(_optimal(weights)) if j >= 0)


_TWO = 2
_SHARED = 2  # the least weight of groups that share a pair


def _greedy(weights: Sequence[Sequence[int]]) -> list[int]:
    free = dict.fromkeys(range(len(weights[0]))) if weights else {}
    columns = [-1] * len(weights)
    for least in (_SHARED, 1):  # groups of which only the triggers agree take what the others left
        for i, row in enumerate(weights):
            best = max(free, key=row.__getitem__, default=-1)
            if columns[i] < 0 <= best and row[best] >= least:
                columns[i] = best
                del free[best]
    return columns


def _reuse(weights: Sequence[Sequence[int]]) -> list[int]:
    return [max(range(len(row)), key=row.__getitem__, default=-1) for row in weights]


def _optimal(weights: Sequence[Sequence[int]]) -> list[int]:
    """The column of each row, or -1, in a one-to-one assignment of the largest total weight."""
    best = _reuse(weights)
    if len(set(best)) == len(best) or not weights[0]:
        return best  # every row has its own favourite: nothing can beat that
    if len(weights) <= len(weights[0]):
        return _fewer_rows(weights)
    columns = [-1] * len(weights)
    for column, row in enumerate(_fewer_rows(list(zip(*weights, strict=True)))):
        columns[row] = column
    return columns


def _fewer_rows(weights: Sequence[Sequence[int]]) -> list[int]:
    """As ``_optimal``, for no more rows than columns: every row gets a column."""
    n, m = len(weights), len(weights[0])
    if m <= n * n:
        return _hungarian(weights)
    # Other rows can take at most n - 1 columns, so a row needs only its n best ones.
    near = sorted({j for row in weights for j in nlargest(n, range(m), key=row.__getitem__)})
    return [near[k] for k in _hungarian([[row[j] for j in near] for row in weights])]


def _hungarian(weights: Sequence[Sequence[int]]) -> list[int]:
    """The column of each row; no more rows than columns.

    Shortest augmenting paths with potentials, O(rows^2 x columns). Own code because the groups
    of a text are few and loading a solver library costs more than the rest of this package.
    """
    n, m = len(weights), len(weights[0])
    row_price, column_price = [0.0] * (n + 1), [0.0] * (m + 1)
    row_of = [0] * (m + 1)  # 1-based; column 0 holds the row being placed
    for i in range(1, n + 1):
        row_of[0], j = i, 0
        slack, back = [float("inf")] * (m + 1), [0] * (m + 1)
        free, path = set(range(1, m + 1)), [0]
        while row_of[j]:
            row = row_of[j]
            for k in free:
                cost = -weights[row - 1][k - 1] - row_price[row] - column_price[k]
                if cost < slack[k]:
                    slack[k], back[k] = cost, j
            j = min(free, key=slack.__getitem__)
            step = slack[j]
            for k in path:
                row_price[row_of[k]] += step
                column_price[k] -= step
            for k in free:
                slack[k] -= step
            free.discard(j)
            path.append(j)
        while j:
            row_of[j] = row_of[back[j]]
            j = back[j]
    columns = [-1] * n
    for k in range(1, m + 1):
        if row_of[k]:
            columns[row_of[k] - 1] = k - 1
    return columns


_ASSIGN = {"optimal": _optimal, "greedy": _greedy, "reuse": _reuse}
