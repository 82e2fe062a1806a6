"""Laws of the metrics, over small alphabets where gold and prediction meet in every way."""

from dataclasses import replace
from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sfr
from sfr import Argument, Entity, Event, Extraction, Relation
from sfr.evaluation import CONVENTIONS, Case, Sums, convention, count, scores
from sfr.evaluation.conventions import settings
from sfr.evaluation.corpus import Job, evaluate, in_runs
from sfr.evaluation.numbers import numbers
from sfr.evaluation.systems import System
from sfr.predictions import Prediction
from tests.strategies import (
    MENTIONS,
    ROLES,
    TASKS,
    TYPES,
    extraction,
    gold_and_prediction,
    one_step_up,
    rows_of,
    shuffled_with_repeats,
    written,
)

DEFAULT = CONVENTIONS["sfr"]
TEXT = "w x y z, w x"
PLACES = {"w": ((0, 1), (9, 10)), "x": ((2, 3), (11, 12)), "y": ((4, 5),), "z": ((6, 7),)}

OWN = [
    convention(duplicates="multiset", matching="greedy"),
    convention(duplicates="each", empty="unit", undefined=0.0),
    convention(caseless=("type", "entity"), equality="words", digits=2, matching="anchored"),
    convention(equality="spaceless", types="words", empty="entities", matching="reuse", locate="every"),
]
EVERY = [*CONVENTIONS.values(), *OWN]

conventions = st.sampled_from(EVERY)
bounded = st.sampled_from([each for each in EVERY if each.duplicates != "each" and each.matching != "reuse"])
of_sets = st.sampled_from([each for each in EVERY if each.duplicates == "set"])

tasks = pytest.mark.parametrize("task", TASKS)


def totals(cells):
    """The sums of each metric over its labels."""
    found = {}
    for (metric, _), sums in cells.items():
        found[metric] = Sums(*map(sum, zip(found.get(metric, (0, 0, 0)), sums, strict=True)))
    return found


def values(task, gold, pred, named=DEFAULT):
    """The scores of each metric that a convention has for the task; the text is known."""
    found = totals(count(Case(task, gold, pred, TEXT), named))
    return {metric: scores(found.get(metric, Sums(0, 0, 0)), named) for metric in named.metrics[task]}


def at(letter, number):
    """One of the places of a letter."""
    return (PLACES[letter][number % len(PLACES[letter])],)


def placed(task, rows, number):
    """The rows as an extraction with places; a number says which of them."""
    found = extraction(task, rows)
    return Extraction(
        tuple(Entity(e.type, e.text, at(e.text, number)) for e in found.entities),
        tuple(Relation(r.type, r.head, r.tail, at(r.head, number), at(r.tail, 1)) for r in found.relations),
        tuple(
            Event(
                e.type,
                e.trigger,
                tuple(Argument(a.role, a.text, at(a.text, 1)) for a in e.arguments),
                at(e.trigger, number),
            )
            for e in found.events
        ),
    )


@cache
def extractions(task):
    """Extractions with places, some units of which stand twice."""
    rows = rows_of(task, max_size=4)
    return st.builds(lambda found, more, n: placed(task, [*found, *more[:2]], n), rows, rows, st.integers(0, 1))


@cache
def pairs_of(task):
    """Gold with places, and a prediction that has none."""
    return st.builds(
        lambda pair, again, n: (placed(task, pair[0], n), extraction(task, [*pair[1], *pair[1][:again]])),
        gold_and_prediction(task, max_size=4),
        st.integers(0, 2),
        st.integers(0, 1),
    )


# -- of one text -----------------------------------------------------------------------------------


@tasks
@given(data=st.data(), named=conventions)
def test_an_extraction_against_itself_has_an_f1_of_one(task, data, named):
    gold = data.draw(extractions(task))
    found = values(task, gold, gold, replace(named, undefined=1.0))

    assert {score.f1 for score in found.values()} <= {1}


@tasks
@given(data=st.data(), named=bounded)
def test_hits_are_in_gold_and_in_the_prediction_and_scores_are_shares(task, data, named):
    gold, pred = data.draw(pairs_of(task))

    for sums in count(Case(task, gold, pred, TEXT), named).values():
        assert 0 <= sums.hit <= min(sums.gold, sums.pred)
    for found in values(task, gold, pred, named).values():
        assert all(0 <= share <= 1 for share in found)


@tasks
@given(data=st.data(), named=conventions, order=st.randoms(use_true_random=False))
def test_the_order_of_writing_changes_nothing(task, data, named, order):
    gold, pred = data.draw(st.tuples(extractions(task), extractions(task)))
    again = Case(task, reordered(gold, order), reordered(pred, order), TEXT)
    one, other = (totals(count(case, named)) for case in (Case(task, gold, pred, TEXT), again))
    by_order = {"answer_triggers"} | ({"argument_matched"} if named.matching == "greedy" else set())

    assert all(one[metric] == other[metric] for metric in one.keys() - by_order)
    assert one.keys() == other.keys()


def reordered(found, order):
    """The extraction with its units, and the arguments of events, in another order."""
    entities, relations, events = (
        tuple(order.sample(units, len(units))) for units in (found.entities, found.relations, found.events)
    )
    return Extraction(
        entities,
        relations,
        tuple(replace(e, arguments=tuple(order.sample(e.arguments, len(e.arguments)))) for e in events),
    )


@tasks
@given(data=st.data())
def test_repeats_change_nothing_where_units_are_sets(task, data):
    gold, pred = data.draw(gold_and_prediction(task, max_size=4))
    again = data.draw(st.tuples(*(shuffled_with_repeats(task, rows) for rows in (gold, pred))))
    one, other = (Case(task, *(extraction(task, rows) for rows in pair)) for pair in ((gold, pred), again))

    assert totals(count(one, DEFAULT)) == totals(count(other, DEFAULT))


WRONG = {
    "ner": [(TYPES[0], "q"), ("strange", MENTIONS[0])],
    "re": [(TYPES[0], "q", MENTIONS[0]), ("strange", MENTIONS[0], MENTIONS[1])],
    "ee": [(TYPES[0], "q", ()), ("strange", "q", ((ROLES[0], MENTIONS[0]),))],
}


@tasks
@given(data=st.data(), named=conventions)
def test_a_wrong_unit_added_never_raises_precision(task, data, named):
    gold, pred = data.draw(gold_and_prediction(task, max_size=4))
    more = [*pred, data.draw(st.sampled_from(WRONG[task]))]
    before, after = (values(task, extraction(task, gold), extraction(task, rows), named) for rows in (pred, more))

    assert all(after[metric].precision <= before[metric].precision for metric in before)


@given(gold_and_prediction("ee"), st.integers(0, 3), st.sampled_from([*ROLES, "strange"]), conventions)
def test_a_wrong_argument_added_never_raises_precision(pair, place, role, named):
    gold, pred = pair
    more = [
        (kind, trigger, (*arguments, (role, "q")) if i == place else arguments)
        for i, (kind, trigger, arguments) in enumerate(pred)
    ]
    before, after = (values("ee", extraction("ee", gold), extraction("ee", rows), named) for rows in (pred, more))

    assert all(after[metric].precision <= before[metric].precision for metric in before)


@tasks
@given(data=st.data(), named=of_sets)
def test_a_right_unit_added_never_lowers_f1_but_for_arguments_of_matched_groups(task, data, named):
    gold, pred = data.draw(gold_and_prediction(task, max_size=4))
    steps = list(one_step_up(task, gold, pred))
    more = data.draw(st.sampled_from(steps)) if steps else pred
    before, after = (values(task, extraction(task, gold), extraction(task, rows), named) for rows in (pred, more))

    assert all(after[metric].f1 >= before[metric].f1 for metric in before.keys() - {"argument_matched"})


def test_a_right_argument_added_may_lower_the_f1_of_matched_groups():
    gold = extraction("ee", [("attack", "hit", (("agent", "Ann"),)), ("attack", "shot", (("agent", "Bob"),))])
    one, two = (("agent", "Ann"),), (("agent", "Ann"), ("agent", "Bob"))
    found = [values("ee", gold, extraction("ee", [("attack", "shot", some)])) for some in (one, two)]

    assert [each["argument_matched"].f1 for each in found] == [2 / 3, 1 / 2]  # one group answers one group
    assert [each["argument_attached"].f1 for each in found] == [0, 1 / 2]


def test_a_right_trigger_added_may_lower_f1_where_a_wrong_type_had_taken_its_place_among_repeats():
    gold, wrong = (extraction("ee", [(kind, "hit", ())]) for kind in ("attack", "meet"))
    both = Extraction(events=(*wrong.events, *gold.events))
    named = convention(duplicates="multiset")

    assert [values("ee", gold, pred, named)["trigger_id"].f1 for pred in (wrong, both)] == [1, 2 / 3]
    assert [values("ee", gold, pred)["trigger_id"].f1 for pred in (wrong, both)] == [1, 1]


def test_f1_may_exceed_one_where_a_hit_counts_twice():
    gold = extraction("ee", [("attack", "hit", (("agent", "Ann"),)), ("attack", "shot", (("agent", "Ann"),))])
    pred = extraction("ee", [("attack", "blow", (("agent", "Ann"),))])
    twice = extraction("ee", [("attack", "hit", ())] * 2)
    once = extraction("ee", [("attack", "hit", ())])

    assert values("ee", gold, pred, convention(matching="reuse"))["argument_matched"].f1 == 4 / 3
    assert values("ee", once, twice, convention(duplicates="each"))["trigger"].f1 == 4 / 3


@given(gold_and_prediction("ee"))
def test_the_sums_of_events_are_those_of_sets_and_of_the_matching(pair):
    gold, pred = (extraction("ee", rows) for rows in pair)
    found = totals(count(Case("ee", gold, pred), DEFAULT))
    units = [sfr.ee_units(side) for side in (gold, pred)]
    loose = [{(e.type, a.role, a.text) for e in side.events for a in e.arguments} for side in (gold, pred)]
    matched = sfr.argument_counts(*(side.by_type for side in units))

    def of(one, other):
        return Sums(len(one), len(other), len(one & other))

    assert found.get("trigger", Sums(0, 0, 0)) == of(*(side.triggers for side in units))
    assert found.get("argument", Sums(0, 0, 0)) == of(*loose)
    assert found.get("argument_attached", Sums(0, 0, 0)) == of(*(side.arguments for side in units))
    assert found.get("argument_matched", Sums(0, 0, 0)) == (
        matched.tp + matched.fn,
        matched.tp + matched.fp,
        matched.tp,
    )


@tasks
@given(data=st.data())
def test_the_default_is_every_default_by_name(task, data):
    gold, pred = data.draw(pairs_of(task))
    named = convention("sfr", **{name: getattr(DEFAULT, name) for name in settings()})

    assert named == DEFAULT
    assert values(task, gold, pred, named) == values(task, gold, pred)


# -- of a corpus -----------------------------------------------------------------------------------


def drawn(number, task, order):
    """A prediction with three outputs, of which now and then one cannot be read."""
    rows = [order.sample(KINDS_OF_ROWS[task], order.randrange(4)) for _ in range(3)]
    texts = ["no idea", "{}", *(written(task, some) for some in rows)]
    gold = placed(task, rows[0], number)
    return Prediction(str(number), order.choice("de"), task, TEXT, None, gold, tuple(order.choices(texts, k=3)))


KINDS_OF_ROWS = {
    "ner": [(kind, mention) for kind in TYPES[:2] for mention in MENTIONS],
    "re": [(kind, head, tail) for kind in TYPES[:2] for head in MENTIONS[:2] for tail in MENTIONS],
    "ee": [
        (kind, trigger, tuple(zip(roles, mentions, strict=False)))
        for kind in TYPES[:2]
        for trigger in MENTIONS[:2]
        for roles in ((), ROLES[:1], ROLES)
        for mentions in (MENTIONS[:2], MENTIONS[1:3])
    ],
}
POOL = [drawn(i, TASKS[i % 3], Random(i)) for i in range(120)]
corpora = st.lists(st.sampled_from(POOL), min_size=1, max_size=6, unique_by=lambda one: one.id)
"""Corpora of several tasks and data sets, with three runs."""


def summed(run):
    """What of a run does not depend on the order of examples."""
    return {
        key: (part.labels, part.golds, part.errors, part.confusions, part.statuses, part.blank, sorted(part.lengths))
        for key, part in run.items()
    }


@given(corpora, conventions, st.randoms(use_true_random=False))
def test_the_order_of_examples_changes_no_sum(found, named, order):
    one, other = (evaluate(rows, Job(named)) for rows in (found, order.sample(found, len(found))))

    assert [summed(run) for run in one] == [summed(run) for run in other]


@given(corpora, conventions, st.integers(0, 6))
def test_a_corpus_is_the_sum_of_its_parts_and_of_its_examples_one_by_one(found, named, cut):
    job = Job(named)
    whole = evaluate(found, job)

    assert whole == in_runs([job(some) for some in (found[:cut], found[cut:]) if some])
    assert whole == in_runs(evaluate([each], job) for each in found)


@given(corpora)
def test_a_list_of_outputs_is_as_many_runs_of_one(found):
    alone = [
        evaluate([replace(each, outputs=each.outputs[i : i + 1]) for each in found], Job(DEFAULT))[0] for i in range(3)
    ]

    assert evaluate(found, Job(DEFAULT)) == alone


@given(corpora, conventions)
def test_the_sums_of_a_metric_are_those_of_its_labels_and_scores_are_made_of_them(found, named):
    runs = evaluate(found, Job(named))
    for run in runs:
        for part in run.values():
            for metric in part.metrics:
                by_label = part.labels[metric].values()
                assert part.total(metric) == tuple(map(sum, zip((0, 0, 0), *by_label, strict=True)))
                assert len(part.sums[metric]) == 3 * len(part.ids)
    for each in numbers(System("one", tuple(runs)), named):
        if each.sums:
            assert each.runs == tuple(scores(sums, named) for sums in each.sums)


@tasks
@given(data=st.data())
def test_the_order_of_keys_in_an_answer_changes_nothing(task, data):
    gold, pred = data.draw(gold_and_prediction(task, max_size=4))
    outputs = (written(task, pred), written(task, sorted(pred, reverse=True)))
    example = Prediction("1", "d", task, TEXT, None, placed(task, gold, 0), outputs)
    one, other = (next(iter(run.values())) for run in evaluate([example], Job(DEFAULT)))

    assert {metric: one.total(metric) for metric in one.metrics} == {
        metric: other.total(metric) for metric in other.metrics
    }
