"""Eqs. 3-10 and A.3 of the paper, written down once more from the text.

Plain sets of tuples and exact fractions, every matching by trying all of them, and nothing of the
package: slow, and as close to the print as Python allows.
"""

from fractions import Fraction
from itertools import permutations

A3 = {
    "ner": {"w_t": "0.2", "w_p": "0.8", "gamma": "1.5", "l_t": "0.6", "l_p": "0.2"},
    "re": {
        "w_t": "0.05",
        "w_h": "0.10",
        "w_a": "0.10",
        "w_r": "0.75",
        "gamma": "1.3",
        "l_t": "0.15",
        "l_r": "0.25",
    },
    "ee": {"w_E": "0.05", "w_T": "0.15", "w_F": "0.8", "gamma": "1", "l_E": "1.0", "l_T": "0.5", "l_F": "0.3"},
}


class Paper:
    """The formulas, with a name for each place where the paper leaves a choice."""

    def __init__(  # noqa: PLR0913
        self,
        *,
        coverage_empty=0,
        f1_empty=1,
        jaccard_empty=1,
        mismatch="symmetric_difference",
        penalty="piecewise",
        matching="optimal",
        only=None,
    ):
        self.coverage_empty, self.f1_empty, self.jaccard_empty = coverage_empty, f1_empty, jaccard_empty
        self.mismatch, self.penalty, self.matching = mismatch, penalty, matching
        self.coarse, self.fine = only != "fine", only != "coarse"

    # Eqs. 3-6.

    def cov(self, gold, pred):
        if not gold and not pred:
            return Fraction(self.coverage_empty)
        return Fraction(len(gold & pred), max(1, len(gold)))

    def fl(self, gold, pred):
        if not gold and not pred:
            return Fraction(self.f1_empty)
        return Fraction(2 * len(gold & pred), len(gold) + len(pred))

    def delta(self, gold, pred):
        return Fraction(len(gold ^ pred), max(1, len(gold)))

    def d_jac(self, gold, pred):
        if not gold and not pred:
            return Fraction(self.jaccard_empty)
        return 1 - Fraction(len(gold & pred), max(1, len(gold | pred)))

    def distance(self, gold, pred):
        return self.delta(gold, pred) if self.mismatch == "symmetric_difference" else self.d_jac(gold, pred)

    # Eqs. 7-10.

    def ner(self, gold, pred):
        a = {name: Fraction(text) for name, text in A3["ner"].items()}
        t_g, t_p = {t for t, _ in gold}, {t for t, _ in pred}
        p_g, p_p = set(gold), set(pred)
        coarse = a["w_t"] * self.cov(t_g, t_p) - a["l_t"] * self.distance(t_g, t_p)
        fine = a["w_p"] * power(self.fl(p_g, p_p), a["gamma"]) - a["l_p"] * self.distance(p_g, p_p)
        return self.coarse * coarse + self.fine * fine

    def re(self, gold, pred):
        a = {name: Fraction(text) for name, text in A3["re"].items()}
        t_g, t_p = {t for t, _, _ in gold}, {t for t, _, _ in pred}
        h_g, h_p = {(t, h) for t, h, _ in gold}, {(t, h) for t, h, _ in pred}
        a_g, a_p = {(t, a) for t, _, a in gold}, {(t, a) for t, _, a in pred}
        r_g, r_p = set(gold), set(pred)
        coarse = a["w_t"] * self.cov(t_g, t_p) - a["l_t"] * self.d_jac(t_g, t_p)
        fine = (
            a["w_h"] * self.fl(h_g, h_p)
            + a["w_a"] * self.fl(a_g, a_p)
            + a["w_r"] * power(self.fl(r_g, r_p), a["gamma"])
            - a["l_r"] * self.d_jac(r_g, r_p)
        )
        return self.coarse * coarse + self.fine * fine

    def ee(self, gold, pred):
        a = {name: Fraction(text) for name, text in A3["ee"].items()}
        e_g, e_p = {e for e, _, _ in gold}, {e for e, _, _ in pred}
        t_g, t_p = {(e, t) for e, t, _ in gold}, {(e, t) for e, t, _ in pred}
        f_full = self.f_full(gold, pred)
        delta_e, delta_t = self.distance(e_g, e_p), self.distance(t_g, t_p)
        event, trigger, fine = a["l_E"] * delta_e, a["l_T"] * delta_t, a["l_F"] * (1 - f_full)
        coverage = a["w_E"] * self.cov(e_g, e_p) + a["w_T"] * self.cov(t_g, t_p)
        correctness = a["w_F"] * power(f_full, a["gamma"])
        if not self.fine:
            fine = correctness = 0
        if not self.coarse:  # no branch but the fine one has a weight, and none is a bonus
            return correctness - max(0, fine)
        if self.penalty == "maximum":
            pen = max(event, trigger, fine)
        elif delta_e > 0:
            pen = event
        elif delta_t > 0:
            pen = trigger
        else:
            pen = fine
        return coverage + correctness - pen

    def f_full(self, gold, pred):
        """TP, FP and FN over role-argument pairs of matched groups, as one F1."""
        tp = n_gold = n_pred = 0
        for event in dict.fromkeys([e for e, _, _ in [*gold, *pred]]):
            g, p = groups(gold, event), groups(pred, event)
            tp += self.overlap(g, p)
            n_gold += sum(len(pairs) for _, pairs in g)
            n_pred += sum(len(pairs) for _, pairs in p)
        fp, fn = n_pred - tp, n_gold - tp
        if not tp and not fp and not fn:
            return Fraction(self.f1_empty)
        return Fraction(2 * tp, 2 * tp + fp + fn)

    def overlap(self, gold, pred):
        """Pairs shared by matched groups of one event type."""
        if self.matching == "anchored":
            return sum(len(g & p) for t, g in gold for u, p in pred if t == u)
        if self.matching == "reuse":
            return sum(max([len(g & p) for _, p in pred], default=0) for _, g in gold)
        if self.matching == "greedy":
            total, left = 0, list(pred)
            for t, g in gold:
                # Ties go to the same trigger, then to what was written first; who shares nothing takes nothing.
                ranked = sorted(left, key=lambda group: (-len(g & group[1]), t != group[0]))
                if ranked and g & ranked[0][1]:
                    total += len(g & ranked[0][1])
                    left.remove(ranked[0])
            return total
        few, many = (gold, pred) if len(gold) <= len(pred) else (pred, gold)
        return max(
            sum(len(a & b) for (_, a), (_, b) in zip(few, chosen, strict=True))
            for chosen in permutations(many, len(few))
        )


def groups(rows, event):
    """Trigger and role-argument pairs of one event type, in the order of writing."""
    found = {}
    for kind, trigger, pairs in rows:
        if kind == event:
            found.setdefault(trigger, set()).update(pairs)
    return list(found.items())


def power(base, exponent):
    """Exact where it can be."""
    return base**exponent.numerator if exponent.denominator == 1 else Fraction(float(base) ** float(exponent))
