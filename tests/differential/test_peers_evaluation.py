"""The numbers of the default convention against those of seqeval, scikit-learn and nervaluate on drawn corpora."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from nervaluate import Evaluator
from seqeval.metrics import f1_score
from seqeval.metrics.v1 import precision_recall_fscore_support as seqeval_prf
from seqeval.scheme import IOB2
from sklearn.metrics import accuracy_score, precision_recall_fscore_support
from sklearn.preprocessing import MultiLabelBinarizer

from sfr import Entity, Extraction, Schema
from sfr.evaluation import CONVENTIONS, Case, Sums, count, macro_f1, scores
from tests.strategies import TYPES, extraction, rows_of

DEFAULT = CONVENTIONS["sfr"]

few = settings(max_examples=30)
"""The peers take milliseconds a corpus."""

marks = st.sampled_from(["O", "I", "person", "place"])
"""What stands at a word: nothing, the mention before it going on, or the beginning of one."""

sentences = st.lists(st.tuples(marks, marks), min_size=1, max_size=8)
"""Words, each with its mark in gold and in the prediction."""

corpora = st.lists(sentences, min_size=1, max_size=4)


def spans(line):
    """The (type, first, last) that a line of marks stands for."""
    found = []
    for i, mark in enumerate(line):
        if mark == "I" and found and found[-1][2] == i - 1:
            found[-1] = (*found[-1][:2], i)
        elif mark not in "IO":
            found.append((mark, i, i))
    return found


def tags(found, length):
    """The spans in BIO."""
    line = ["O"] * length
    for kind, first, last in found:
        line[first : last + 1] = [f"B-{kind}"] + [f"I-{kind}"] * (last - first)
    return line


def entities(found, words, *, placed):
    """The spans as entities of the text that the words make, with their places or without."""
    starts = [sum(map(len, words[:i])) + i for i in range(len(words))]
    return Extraction(
        entities=tuple(
            Entity(
                kind,
                " ".join(words[first : last + 1]),
                ((starts[first], starts[last] + len(words[last])),) if placed else (),
            )
            for kind, first, last in found
        )
    )


def both_sides(corpus):
    """The spans of gold and those of the prediction, sentence by sentence."""
    return [tuple(map(spans, zip(*sentence, strict=True))) for sentence in corpus]


def in_bio(corpus):
    """Gold and prediction as seqeval takes them."""
    lines = [
        [tags(side, len(sentence)) for side in sides]
        for sentence, sides in zip(corpus, both_sides(corpus), strict=True)
    ]
    return map(list, zip(*lines, strict=True))


def tagged_cases(corpus, *, word="x", placed=True):
    """Gold and prediction as cases; words are all alike, or numbered if ``word`` has a place for a number."""
    for sentence, (gold, pred) in zip(corpus, both_sides(corpus), strict=True):
        words = [word.format(i) for i in range(len(sentence))]
        sides = entities(gold, words, placed=True), entities(pred, words, placed=placed)
        yield Case("ner", *sides, text=" ".join(words))


def totals(cases, metric):
    """The sums of a metric over all cases, by label."""
    found = {}
    for case in cases:
        for (name, label), sums in count(case, DEFAULT).items():
            if name == metric:
                found[label] = Sums(*map(sum, zip(found.get(label, (0, 0, 0)), sums, strict=True)))
    return found


def micro(cases, metric):
    """Precision, recall and F1 of all labels together."""
    return tuple(scores(Sums(*map(sum, zip((0, 0, 0), *totals(cases, metric).values(), strict=True))), DEFAULT))


@few
@given(corpora)
def test_the_span_f1_is_that_of_seqeval_by_default(corpus):
    gold, pred = in_bio(corpus)
    assume(any(map(any, both_sides(corpus))))

    expected = f1_score(gold, pred, zero_division=0)

    assert expected == pytest.approx(micro(tagged_cases(corpus), "entity_span")[2], rel=1e-12)


@few
@given(corpora)
def test_span_precision_recall_and_f1_are_those_of_seqeval_in_strict_mode(corpus):
    gold, pred = in_bio(corpus)
    assume(any(map(any, both_sides(corpus))))

    expected = seqeval_prf(gold, pred, average="micro", scheme=IOB2, zero_division=0)[:3]

    assert expected == pytest.approx(micro(tagged_cases(corpus), "entity_span"), rel=1e-12)


@few
@given(corpora)
def test_the_f1_of_each_type_and_their_mean_are_those_of_seqeval(corpus):
    gold, pred = in_bio(corpus)
    assume(any(map(any, both_sides(corpus))))
    found = totals(tagged_cases(corpus), "entity_span")

    *_, by_type, _ = seqeval_prf(gold, pred, average=None, scheme=IOB2, zero_division=0)
    mean = f1_score(gold, pred, average="macro", mode="strict", scheme=IOB2, zero_division=0)

    assert list(by_type) == pytest.approx([scores(found[kind], DEFAULT).f1 for kind in sorted(found)], rel=1e-12)
    assert mean == pytest.approx(macro_f1(found.values(), DEFAULT), rel=1e-12)


@few
@given(corpora)
def test_where_every_word_is_its_own_the_text_f1_is_that_of_seqeval_too(corpus):
    gold, pred = in_bio(corpus)
    assume(any(map(any, both_sides(corpus))))

    expected = f1_score(gold, pred, zero_division=0)

    assert expected == pytest.approx(micro(tagged_cases(corpus, word="w{}"), "entity")[2], rel=1e-12)


@few
@given(corpora)
def test_where_every_word_is_its_own_places_are_found_as_they_would_be_given(corpus):
    gold, pred = in_bio(corpus)
    assume(any(map(any, both_sides(corpus))))

    expected = f1_score(gold, pred, zero_division=0)

    assert expected == pytest.approx(micro(tagged_cases(corpus, word="w{}", placed=False), "entity_span")[2], rel=1e-12)


@few
@given(corpora)
def test_the_span_sums_are_those_of_nervaluate_in_strict_mode(corpus):
    sides = [
        [[dict(zip(("label", "start", "end"), s, strict=True)) for s in side] for side in pair]
        for pair in both_sides(corpus)
    ]
    assume(any(map(any, sides)))
    gold, pred = map(list, zip(*sides, strict=True))

    found = Evaluator(gold, pred, tags=["person", "place"], loader="dict").evaluate()["overall"]["strict"]

    assert (found.precision, found.recall, found.f1) == pytest.approx(
        micro(tagged_cases(corpus), "entity_span"), rel=1e-12
    )


ONE_MORE = {("",)}
"""A unit that no text has, since scikit-learn takes a matrix of one column for two classes."""


def units(task, metric, row):
    """The units of one row, written down apart from the package."""
    if task != "ee":
        return {row}
    kind, trigger, pairs = row
    return {
        "trigger_id": {(trigger,)},
        "trigger": {(kind, trigger)},
        "argument_id": {(kind, text) for _, text in pairs},
        "argument": {(kind, *pair) for pair in pairs},
        "argument_attached": {(kind, trigger, *pair) for pair in pairs},
    }[metric]


def indicators(task, metric, side):
    """For each text the units of its rows."""
    return [set().union(*(units(task, metric, row) for row in found)) for found in side]


@pytest.mark.parametrize(
    ("task", "metric"),
    [
        ("ner", "entity"),
        ("re", "relation"),
        ("ee", "trigger_id"),
        ("ee", "trigger"),
        ("ee", "argument"),
        ("ee", "argument_attached"),
    ],
)
@few
@given(data=st.data())
def test_precision_recall_and_f1_on_texts_are_those_of_scikit_learn_on_indicators(task, metric, data):
    corpus = data.draw(st.lists(st.tuples(rows_of(task), rows_of(task)), min_size=1, max_size=4))
    gold, pred = (indicators(task, metric, side) for side in zip(*corpus, strict=True))
    assume(any(gold) or any(pred))
    binarizer = MultiLabelBinarizer().fit([*gold, *pred, ONE_MORE])
    matrices = binarizer.transform(gold), binarizer.transform(pred)

    expected = precision_recall_fscore_support(*matrices, average="micro", zero_division=0)[:3]

    cases = (Case(task, extraction(task, gold), extraction(task, pred)) for gold, pred in corpus)
    assert expected == pytest.approx(micro(cases, metric), rel=1e-12)


@pytest.mark.parametrize("task", ["ner", "re"])
@few
@given(data=st.data())
def test_the_accuracy_of_slots_is_the_subset_accuracy_of_scikit_learn_within_each_type(task, data):
    corpus = data.draw(st.lists(st.tuples(rows_of(task), rows_of(task)), min_size=1, max_size=4))
    accuracies = []
    for kind in TYPES:
        sides = [[{row for row in found if row[0] == kind} for found in side] for side in zip(*corpus, strict=True)]
        binarizer = MultiLabelBinarizer().fit([*sides[0], *sides[1], ONE_MORE])
        accuracies.append(accuracy_score(*map(binarizer.transform, sides)))

    expected = sum(accuracies) / len(TYPES)

    schema = Schema(TYPES)
    cases = (Case(task, extraction(task, gold), extraction(task, pred), schema=schema) for gold, pred in corpus)
    assert [expected] * 3 == pytest.approx(micro(cases, "slot"), rel=1e-12)
