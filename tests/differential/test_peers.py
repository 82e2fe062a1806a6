"""Our counts against those of seqeval, scikit-learn and scipy on random corpora."""

import random

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from seqeval.metrics import f1_score
from seqeval.metrics.v1 import precision_recall_fscore_support as seqeval_prf
from seqeval.scheme import IOB2
from sklearn.metrics import precision_recall_fscore_support
from sklearn.preprocessing import MultiLabelBinarizer

import sfr
from tests.strategies import extraction

SEEDS = range(8)
TYPES = ("person", "place", "time")
UNITS = {"ner": lambda x: sfr.ner_units(x).pairs, "re": lambda x: sfr.re_units(x).triples}


def spans(rng, length):
    """Random spans that do not overlap, each (type, first, last)."""
    found, place = [], 0
    while place < length:
        place += rng.randint(0, 3)
        last = min(place + rng.randint(0, 2), length - 1)
        if place < length:
            found.append((rng.choice(TYPES), place, last))
        place = last + 1
    return found


def damaged(rng, found):
    """Spans as a model would find them: some missed, some of another type, some cut."""
    for kind, first, last in found:
        change = rng.choice(["", "", "", "missed", "type", "cut"])
        if change == "missed":
            continue
        yield (rng.choice(TYPES) if change == "type" else kind), first, (first if change == "cut" else last)


def tags(found, length):
    """The spans in BIO."""
    line = ["O"] * length
    for kind, first, last in found:
        line[first : last + 1] = [f"B-{kind}"] + [f"I-{kind}"] * (last - first)
    return line


def entities(found):
    """The spans as entities whose text is unique to its place."""
    rows = [(kind, " ".join(f"word{i}" for i in range(first, last + 1))) for kind, first, last in found]
    return extraction("ner", rows)


def counts(task, golds, preds):
    """True positives, predicted and gold units over all texts."""
    pairs = [(UNITS[task](gold), UNITS[task](pred)) for gold, pred in zip(golds, preds, strict=True)]
    return tuple(map(sum, zip(*((len(g & p), len(p), len(g)) for g, p in pairs), strict=True)))


def micro(tp, n_pred, n_gold):
    """Precision, recall and F1."""
    return tp / n_pred, tp / n_gold, 2 * tp / (n_pred + n_gold)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_micro_f1_of_entities_is_that_of_seqeval(seed):
    rng = random.Random(seed)
    lengths = [rng.randint(1, 30) for _ in range(60)]
    gold = [spans(rng, length) for length in lengths]
    pred = [list(damaged(rng, found)) for found in gold]
    y_true, y_pred = ([tags(*line) for line in zip(side, lengths, strict=True)] for side in (gold, pred))

    precision, recall, f1 = micro(*counts("ner", map(entities, gold), map(entities, pred)))

    assert f1 == pytest.approx(f1_score(y_true, y_pred, mode="strict", scheme=IOB2), rel=1e-12)
    expected = seqeval_prf(y_true, y_pred, average="micro", scheme=IOB2)
    assert [precision, recall, f1] == pytest.approx(expected[:3], rel=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_f1_of_one_sentence_is_that_of_seqeval(seed):
    rng = random.Random(seed)
    for _ in range(20):
        gold = spans(rng, 12) or [("time", 0, 0)]
        pred = list(damaged(rng, gold)) or gold[:1]
        expected = f1_score([tags(gold, 12)], [tags(pred, 12)], mode="strict", scheme=IOB2, zero_division=0)

        found = sfr.f1(sfr.ner_units(entities(gold)).pairs, sfr.ner_units(entities(pred)).pairs)

        assert found == pytest.approx(expected, rel=1e-12)


def rows(rng, task):
    """Random rows over a small alphabet."""
    width = {"ner": 1, "re": 2}[task]
    return [(rng.choice(TYPES), *rng.choices("vwxyz", k=width)) for _ in range(rng.randint(0, 8))]


@pytest.mark.parametrize("task", ["ner", "re"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_micro_f1_is_that_of_scikit_learn_on_indicators(task, seed):
    rng = random.Random(seed)
    gold = [rows(rng, task) for _ in range(80)]
    pred = [[*rng.sample(found, len(found) // 2), *rows(rng, task)[:3]] for found in gold]
    binarizer = MultiLabelBinarizer().fit([*gold, *pred])
    expected = precision_recall_fscore_support(
        binarizer.transform(gold), binarizer.transform(pred), average="micro", zero_division=0
    )

    golds, preds = ([extraction(task, found) for found in side] for side in (gold, pred))

    assert micro(*counts(task, golds, preds)) == pytest.approx(expected[:3], rel=1e-12)


@pytest.mark.parametrize("task", ["ner", "re"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_f1_of_each_text_is_the_samples_average_of_scikit_learn(task, seed):
    rng = random.Random(seed)
    gold = [rows(rng, task) for _ in range(40)]
    pred = [[*rng.sample(found, len(found) // 2), *rows(rng, task)[:3]] for found in gold]
    binarizer = MultiLabelBinarizer().fit([*gold, *pred])
    _, _, expected, _ = precision_recall_fscore_support(
        binarizer.transform(gold), binarizer.transform(pred), average="samples", zero_division=1
    )

    units = [[UNITS[task](extraction(task, found)) for found in side] for side in (gold, pred)]
    found = [sfr.f1(g, p) for g, p in zip(*units, strict=True)]

    assert sum(found) / len(found) == pytest.approx(expected, rel=1e-12)


def groups(rng, count, name):
    """Random trigger groups, crowded so that many overlap."""
    pool = [(role, text) for role in "rst" for text in "vwxyz"]
    return {f"{name}{i}": frozenset(rng.sample(pool, rng.randint(0, 6))) for i in range(count)}


@pytest.mark.parametrize("seed", range(60))
def test_the_optimal_matching_is_that_of_scipy(seed):
    rng = random.Random(seed)
    gold, pred = groups(rng, rng.randint(1, 12), "g"), groups(rng, rng.randint(1, 30), "p")
    if seed % 2:
        gold, pred = pred, gold
    weights = np.array([[len(g & p) for p in pred.values()] for g in gold.values()])
    best = int(weights[linear_sum_assignment(weights, maximize=True)].sum())

    matches = sfr.match_trigger_groups(gold, pred)

    assert best == sum(match.shared for match in matches)
    assert best == sfr.argument_counts({"t": gold}, {"t": pred}).tp
    assert len(matches) == len({match.gold for match in matches}) == len({match.pred for match in matches})


@pytest.mark.parametrize("seed", range(20))
def test_ties_between_optimal_matchings_go_to_agreeing_triggers_as_scipy_finds_them(seed):
    rng = random.Random(seed)
    names = [f"t{i}" for i in range(12)]
    gold = dict(zip(rng.sample(names, 8), groups(rng, 8, "").values(), strict=True))
    pred = dict(zip(rng.sample(names, 10), groups(rng, 10, "").values(), strict=True))
    weights = np.array([[100 * len(g & p) + (t == u) for u, p in pred.items()] for t, g in gold.items()])
    best = int(weights[linear_sum_assignment(weights, maximize=True)].sum())

    matches = sfr.match_trigger_groups(gold, pred)

    assert best == sum(100 * match.shared + (match.gold == match.pred) for match in matches)
