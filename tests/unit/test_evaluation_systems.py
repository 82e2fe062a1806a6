"""Systems on the same examples: their numbers, intervals, and what sets them apart."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from random import Random
from statistics import fmean, stdev

import numpy as np
import pytest

from sfr import Entity, Extraction
from sfr.evaluation import CONVENTIONS, Scores, Sums, convention, scores
from sfr.evaluation.corpus import Job, Part, evaluate
from sfr.evaluation.drawing import draw, f1_of_sums
from sfr.evaluation.numbers import by_task, metrics_of, numbers
from sfr.evaluation.outputs import evaluate_outputs
from sfr.evaluation.signatures import Setup
from sfr.evaluation.systems import MEAN, POOLED, System, golds_of, systems_of
from sfr.parsing import Reading, read_gold
from sfr.predictions import Prediction
from tests.strategies import extraction

DEFAULT = CONVENTIONS["sfr"]
TEXT = "w x y z"
AT = {"w": (0, 1), "x": (2, 3), "y": (4, 5), "z": (6, 7)}


def placed(*rows):
    """Entities at the places of their letters."""
    return Extraction(entities=tuple(Entity(kind, letter, (AT[letter],)) for kind, letter in rows))


def prediction(gold, *outputs, **values):
    """A prediction of entities, given as rows or as an extraction."""
    given = [each if isinstance(each, Extraction) else extraction("ner", each) for each in (gold, *outputs)]
    values = {"id": "1", "dataset": "d", "task": "ner", "text": TEXT, "schema": None, "outputs": given[1:], **values}
    return Prediction(gold=given[0], **{**values, "outputs": tuple(values["outputs"])})


def runs(predictions, named=DEFAULT):
    return evaluate(predictions, Job(named))


def system(predictions, name="one", named=DEFAULT):
    (found,) = systems_of({name: runs(predictions, named)})
    return found


def number(found, metric="entity", dataset="d", named=DEFAULT):
    (only,) = [n for n in numbers(found, named) if (n.metric, n.dataset) == (metric, dataset)]
    return only


RIGHT, WRONG, NOTHING = [("a", "x")], [("a", "y")], []


# -- systems ---------------------------------------------------------------------------------------


def rows_of(*outputs, gold=RIGHT, **values):
    """A prediction for each of the outputs; gold of each is the same."""
    return [prediction(gold, output, id=str(i), **values) for i, output in enumerate(outputs)]


def test_examples_in_another_order_are_put_into_that_of_the_first():
    rows = rows_of(RIGHT, WRONG, NOTHING, RIGHT)
    one, other = systems_of({"one": runs(rows), "other": runs(rows[::-1])})

    assert one.runs == tuple(runs(rows))
    assert other.runs == one.runs


def test_runs_of_one_system_are_put_into_one_order():
    rows = rows_of(RIGHT, WRONG, NOTHING)
    (found,) = systems_of({"one": [*runs(rows), *runs(rows[1:] + rows[:1])]})

    assert [part.ids for part in found.parts(("ner", "d"))] == [["0", "1", "2"]] * 2
    assert found.runs[0] == found.runs[1]


def test_data_sets_stay_in_the_order_of_the_first_by_task():
    first = rows_of(RIGHT, dataset="z") + rows_of(NOTHING, dataset="r", task="re", gold=NOTHING)
    rows = first + rows_of(RIGHT, dataset="a")
    found = systems_of({"one": runs(rows), "other": runs(rows[::-1])})

    assert [one.keys for one in found] == [[("ner", "z"), ("ner", "a"), ("re", "r")]] * 2


def test_other_examples_another_gold_and_missing_data_sets_are_refused_all_at_once():
    same = rows_of(RIGHT, RIGHT, RIGHT)
    fewer = [*same[:2], replace(same[2], id="9")]
    other_gold = [*same[:2], replace(same[2], gold=extraction("ner", WRONG))]
    other_sets = [replace(row, dataset="e") for row in same]

    with pytest.raises(ValueError, match="on the same examples only, here on those of one:") as caught:
        systems_of({"one": [*runs(same), *runs(fewer)], "two": runs(other_gold), "three": runs(other_sets)})

    assert str(caught.value).splitlines()[1:] == [
        "  one, run 2: ner d: without 2",
        "  one, run 2: ner d: also with 9",
        "  two, run 1: ner d: the same ids, but other texts, schemas or gold",
        "  three, run 1: ner d: missing",
        "  three, run 1: ner e: not in the first",
    ]


def test_of_many_missing_examples_a_few_are_named():
    rows = rows_of(*[RIGHT] * 1_200)

    with pytest.raises(ValueError, match="without 1, 10, 100, 1000, 1001 and 1,194 more"):
        systems_of({"one": runs(rows), "two": runs(rows[:1])})


def test_a_gold_with_places_is_not_that_without():
    with_places, without = (rows_of(RIGHT, gold=gold) for gold in (placed(*RIGHT), extraction("ner", RIGHT)))

    with pytest.raises(ValueError, match="other texts, schemas or gold"):
        systems_of({"one": runs(with_places), "two": runs(without)})


def test_the_fingerprint_of_a_run_is_that_of_all_its_examples():
    rows = rows_of(RIGHT, WRONG) + rows_of(RIGHT, dataset="e")
    whole, number_of = golds_of(runs(rows)[0])

    assert number_of == 3
    assert whole == golds_of(runs(rows[::-1])[0])[0]
    assert whole != golds_of(runs(rows[:2])[0])[0]


# -- numbers ---------------------------------------------------------------------------------------


def test_a_number_has_the_sums_and_scores_of_its_metric():
    found = number(system(rows_of(RIGHT, WRONG, NOTHING)))

    assert found.sums == (Sums(gold=3, pred=2, hit=1),)
    assert found.runs == (found.scores,) == (Scores(1 / 2, 1 / 3, 2 / 5),)
    assert (found.examples, found.covered, found.deviation) == (3, 3, None)


def test_the_numbers_of_one_data_set_are_not_averaged():
    assert {found.dataset for found in numbers(system(rows_of(RIGHT)), DEFAULT)} == {"d"}


def test_data_sets_are_averaged_with_equal_weight_and_pooled_by_their_examples():
    found = system([*rows_of(RIGHT), *rows_of(RIGHT, WRONG, WRONG, dataset="e")])
    mean, pooled = (number(found, dataset=name) for name in (MEAN, POOLED))

    assert mean.scores == (fmean([1, 1 / 3]), fmean([1, 1 / 3]), fmean([1, 1 / 3]))
    assert pooled.scores == (2 / 4, 2 / 4, 4 / 8)
    assert (mean.sums, pooled.sums) == ((), (Sums(4, 4, 2),))
    assert (mean.examples, pooled.examples, pooled.covered) == (4, 4, 4)


def test_tasks_are_not_averaged_together():
    relations = [replace(row, task="re", gold=Extraction()) for row in rows_of(NOTHING)]

    assert {found.dataset for found in numbers(system([*rows_of(RIGHT), *relations]), DEFAULT)} == {"d"}


def test_runs_are_averaged_after_their_scores_and_have_a_deviation():
    found = number(system([prediction(RIGHT, RIGHT, WRONG, [*RIGHT, *WRONG])]))
    f1s = [1, 0, 2 / 3]

    assert [run.f1 for run in found.runs] == f1s
    assert found.scores.f1 == fmean(f1s)
    assert found.deviation == stdev(f1s)


def test_the_deviation_over_data_sets_is_that_of_the_runs_and_not_of_the_sets():
    found = system([prediction(RIGHT, RIGHT, WRONG), prediction(RIGHT, WRONG, RIGHT, dataset="e")])

    assert [run.f1 for run in number(found, dataset=MEAN).runs] == [0.5, 0.5]
    assert number(found, dataset=MEAN).deviation == 0
    assert number(found, dataset="d").deviation == stdev([1, 0])


def test_numbers_come_by_task_and_data_set_and_then_over_all():
    found = list(numbers(system([*rows_of(RIGHT), *rows_of(RIGHT, dataset="e")]), DEFAULT))
    metrics = ["entity", "slot", "slot_filled"]  # no gold has places

    assert [(one.dataset, one.metric) for one in found] == [
        (dataset, metric) for dataset in ("d", "e", MEAN, POOLED) for metric in metrics
    ]


def test_metrics_on_spans_cover_examples_with_places_and_those_without_units():
    golds = [placed(*RIGHT), extraction("ner", RIGHT), Extraction()]
    found = system([prediction(gold, RIGHT, id=str(i)) for i, gold in enumerate(golds)])

    assert number(found, "entity_span").sums == (Sums(gold=1, pred=2, hit=1),)
    assert (number(found, "entity_span").covered, number(found).covered) == (2, 3)


def partly_placed():
    """A system on a data set with places, and on one without but for a text without units."""
    rows = [prediction(placed(*RIGHT), RIGHT, id="1"), prediction(placed(*RIGHT), WRONG, id="2")]
    others = [prediction(gold, RIGHT, id=str(i), dataset="e") for i, gold in enumerate((RIGHT, NOTHING))]
    return system([*rows, *others])


def test_data_sets_without_places_take_no_part_in_metrics_on_spans():
    found = partly_placed()

    assert number(found, "entity_span", "e").covered == 0
    assert number(found, "entity_span", MEAN).scores == number(found, "entity_span", "d").scores
    assert number(found, "entity_span", POOLED).sums == number(found, "entity_span", "d").sums
    assert number(found, "entity_span", POOLED).covered == 2


def test_metrics_on_spans_are_left_out_where_no_gold_has_places():
    found = by_task(system(rows_of(RIGHT, NOTHING)))["ner"]

    assert metrics_of(found) == ["entity", "slot", "slot_filled"]


def test_the_numbers_of_outputs_are_those_of_their_file():
    golds, outputs = [{"a": ["x"]}, {}], ['{"a": ["x", "y"]}', "{}"]
    found = evaluate_outputs("ner", golds, outputs)
    rows = [prediction(extraction("ner", gold), id=str(i), outputs=(output,), text=None) for i, (gold, output) in enumerate(zip((RIGHT, NOTHING), outputs, strict=True))]  # fmt: skip

    assert {metric: each.sums for metric, each in found.items()} == {
        each.metric: each.sums for each in numbers(system(rows), DEFAULT)
    }


def test_one_output_for_each_gold_is_a_list_of_one():
    golds, outputs = [{"a": ["x"]}, {}], ['{"a": ["x", "y"]}', "{}"]

    assert evaluate_outputs("ner", golds, outputs) == evaluate_outputs("ner", golds, [[output] for output in outputs])


@pytest.mark.parametrize("outputs", [[[], ["{}"]], [["{}"], []], ["{}", ["{}", "{}"]]])
def test_golds_with_different_numbers_of_outputs_are_refused(outputs):
    with pytest.raises(ValueError, match=r"outputs\[1\]: expected"):
        evaluate_outputs("ner", [{}, {}], outputs)


# -- drawing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CONVENTIONS)
def test_f1_of_sums_is_that_of_scores(name):
    named, random = CONVENTIONS[name], Random(7)
    sums = [(0, 0, 0), (0, 3, 0), (3, 0, 0), (160, 160, 1), (4_000, 32, 1)]
    for size in (3, 30, 300, 30_000):
        sums += [(random.randrange(size), random.randrange(size), random.randrange(size)) for _ in range(500)]
    sums = [(gold, pred, min(gold, pred, hit)) for gold, pred, hit in sums]
    drawn = f1_of_sums(named)(np.array(sums, np.float64).reshape(5, -1, 3)).ravel()

    assert [one for one, f1 in zip(sums, drawn, strict=True) if scores(Sums(*one), named).f1 != f1] == []


def corpus(seed, share, dataset="d", size=120, *, places=True):
    """Predictions of which about a share of the entities is right, and gold that is the same for any seed."""
    golds, random = Random(f"{dataset} gold"), Random(f"{dataset} {seed}")
    found = []
    for i in range(size):
        rows = golds.sample([("a", "w"), ("a", "x"), ("b", "y"), ("b", "z")], golds.randrange(4))
        output = [row if random.random() < share else ("c", row[1]) for row in rows]
        gold = placed(*rows) if places else extraction("ner", rows)
        found.append(prediction(gold, output, id=str(i), dataset=dataset))
    return found


SETUP = Setup(draws=200, seed=3)


def test_intervals_of_every_number_hold_it():
    rows = [*corpus(1, 0.7), *corpus(1, 0.4, "e")]
    found = system(rows)
    intervals = draw([found], SETUP).intervals

    assert intervals.keys() == {(n.system, n.task, n.dataset, n.metric) for n in numbers(found, DEFAULT)}
    for each in numbers(found, DEFAULT):
        low, high = intervals[each.system, each.task, each.dataset, each.metric]
        assert 0 <= low < each.scores.f1 < high <= 1
        assert high - low < 0.4


def test_a_system_that_is_always_right_has_an_interval_of_one_point():
    found = draw([system(corpus(1, 1.0))], SETUP)

    assert set(found.intervals.values()) == {(1.0, 1.0)}
    assert found.contrasts == []


def test_more_examples_give_narrower_intervals():
    wide, narrow = (draw([system(corpus(1, 0.6, size=size))], SETUP).intervals for size in (40, 640))
    place = ("one", "ner", "d", "entity")

    assert narrow[place][1] - narrow[place][0] < wide[place][1] - wide[place][0]


def test_the_same_system_twice_does_not_differ_from_itself():
    rows = [*corpus(1, 0.6), *corpus(1, 0.6, "e")]
    contrasts = draw(systems_of({"one": runs(rows), "two": runs(rows[::-1])}), SETUP).contrasts

    assert {one.dataset for one in contrasts} == {"d", "e", MEAN, POOLED}
    for one in contrasts:
        assert (one.first, one.second) == ("one", "two")
        assert (one.difference, one.interval) == (0, (0, 0))
        assert {one.bootstrap, one.bootstrap_adjusted, one.randomisation, one.randomisation_adjusted} == {1}


def test_the_difference_is_that_of_the_numbers_of_the_second_less_the_first():
    found = systems_of({"one": runs(corpus(1, 0.5)), "two": runs(corpus(2, 0.8))})
    (contrast,) = [one for one in draw(found, SETUP).contrasts if one.metric == "entity"]
    first, second = (number(each).scores.f1 for each in found)

    assert contrast.difference == pytest.approx(second - first, abs=1e-15)
    assert contrast.interval[0] < contrast.difference < contrast.interval[1]
    assert contrast.bootstrap < 0.05
    assert contrast.randomisation < 0.05


def test_systems_are_compared_with_the_first_or_each_with_each():
    found = systems_of({name: runs(corpus(seed, 0.5, size=20)) for seed, name in enumerate(("one", "two", "three"))})
    pairs = {
        which: [(c.first, c.second) for c in draw(found, SETUP, which).contrasts if c.metric == "entity"]
        for which in ("first", "all")
    }

    assert pairs["first"] == [("one", "two"), ("one", "three")]
    assert pairs["all"] == [*pairs["first"], ("two", "three")]


def test_systems_with_different_numbers_of_runs_are_compared():
    three = [replace(row, outputs=row.outputs * 3) for row in corpus(1, 0.5)]
    found = systems_of({"one": runs(corpus(1, 0.5)), "two": runs(three)})

    assert {one.difference for one in draw(found, SETUP).contrasts} == {0}


def test_runs_that_are_all_the_same_have_the_interval_of_one():
    three = [replace(row, outputs=row.outputs * 3) for row in corpus(1, 0.5)]
    one, several = (draw([system(rows)], SETUP).intervals for rows in (corpus(1, 0.5), three))

    assert {place: pytest.approx(ends, abs=1e-15) for place, ends in one.items()} == several


def test_metrics_on_spans_are_drawn_from_the_data_sets_that_they_cover():
    rows = [*corpus(1, 0.6), *corpus(1, 0.6, "e"), *corpus(1, 0.6, "f", places=False)]
    intervals = draw([system(rows)], SETUP).intervals
    covered = [*corpus(1, 0.6), *corpus(1, 0.6, "e")]
    without = draw([system(covered)], SETUP).intervals

    assert ("one", "ner", "f", "entity_span") not in intervals
    assert {place for place in intervals if place[2] == "f"} == {
        ("one", "ner", "f", metric) for metric in ("entity", "slot", "slot_filled")
    }
    for dataset in ("d", "e", MEAN, POOLED):
        assert intervals["one", "ner", dataset, "entity_span"] == without["one", "ner", dataset, "entity_span"]


def test_a_number_over_data_sets_has_an_interval_wherever_it_has_a_value():
    found = partly_placed()
    shown = {(n.dataset, n.metric) for n in numbers(found, DEFAULT) if n.covered}

    assert {(dataset, metric) for _, _, dataset, metric in draw([found], SETUP).intervals} == shown


def test_every_convention_with_metrics_of_entities_can_be_drawn():
    for name, named in CONVENTIONS.items():
        found = system(corpus(1, 0.5, size=30), named=named)
        intervals = draw([found], Setup(convention=named, draws=50)).intervals

        assert {metric for *_, metric in intervals} == set(named.metrics["ner"]), name


def test_the_values_of_a_convention_are_drawn():
    nothing = [prediction(NOTHING, NOTHING, id=str(i)) for i in range(5)]
    for undefined in (0.0, 1.0):
        named = convention(undefined=undefined)
        setup = Setup(convention=named, draws=20)

        assert set(draw([system(nothing, named=named)], setup).intervals.values()) == {(undefined, undefined)}


def test_a_seed_gives_the_same_draws_again_and_another_seed_others():
    found = [system(corpus(1, 0.5))]

    assert draw(found, SETUP) == draw(found, SETUP)
    assert draw(found, SETUP) != draw(found, replace(SETUP, seed=4))


def test_a_higher_level_gives_wider_intervals():
    found = [system(corpus(1, 0.5))]
    narrow, wide = (draw(found, replace(SETUP, level=level)).intervals for level in (0.5, 0.99))

    assert all(wide[at][0] < low < high < wide[at][1] for at, (low, high) in narrow.items())


SCRIPT = """
from sfr.evaluation.signatures import Setup, Signature
from sfr.evaluation.systems import golds_of, systems_of
from sfr.evaluation.corpus import Job, evaluate
from sfr.evaluation.conventions import CONVENTIONS
from sfr.parsing import Reading, read_gold
from sfr.predictions import Prediction
from sfr.reports.evaluation import contents_of, results_json
from sfr.examples import extraction_of
from sfr import Schema
import json
golds = [{"e": [{"trigger": t, "arguments": [[r, m] for r in "pqr" for m in "uvw"]} for t in "hij"]}, {}]
schema = Schema(("e",), ("p", "q", "r"))
bad = ['{"e": [{"trigger": "h", "arguments": [["p", "v"], ["q", "u"], ["s", "k"]]}], "f": ["x"], "g": 1}', "no", "[]"]
rows = [
    Prediction(str(i), name, "ee", "h i j u v w", schema, extraction_of("ee", golds[i % 2]), (bad[i % 3], bad[i % 2]))
    for name in "de" for i in range(7)
]
setup = Setup(draws=20)
systems = systems_of({name: evaluate(rows[::step], Job(setup.convention)) for name, step in (("a", 1), ("b", -1))})
signature = Signature(setup, *golds_of(systems[0].runs[0]))
print(json.dumps(results_json(contents_of(systems, setup), signature)))
"""


def test_results_are_the_same_under_every_hash_seed():
    one, two = (
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in "12"
    )

    found = json.loads(one)
    assert one == two
    assert found["contrasts"]
    assert max(Counter(row["n"] for row in found["problems"]).values()) > 2  # whose order nothing but chance would tell


def test_a_system_knows_its_runs_by_task_and_data_set():
    part = Part(("entity",))
    found = System("one", ({("ner", "d"): part}, {("ner", "d"): part}))

    assert found.keys == [("ner", "d")]
    assert found.parts(("ner", "d")) == [part, part]


def test_what_is_drawn_does_not_depend_on_the_order_of_rows_or_of_types():
    golds = [{"a": [f"x{i}"], "b": ["y"]} for i in range(30)]
    outputs = [f'{{"a": ["x{i}"], "b": ["{"y" if i % 3 else "z"}"]}}' for i in range(30)]
    turned = [dict(reversed(gold.items())) for gold in golds]

    def intervals(order, golds):
        predictions = [
            Prediction(f"{i:02}", "d", "ner", None, None, read_gold(golds[i], "ner", Reading()), (outputs[i],))
            for i in order
        ]
        (system,) = systems_of({"one": evaluate(predictions, Job(CONVENTIONS["sfr"]))})
        return draw([system], Setup(draws=50)).intervals, golds_of(system.runs[0])

    assert intervals(range(30), golds) == intervals(reversed(range(30)), turned)


def test_a_data_set_cannot_have_the_name_of_a_number_over_all():
    predictions = [Prediction("1", "(mean)", "ner", None, None, Extraction(), ("{}",))]
    with pytest.raises(ValueError, match=r"cannot be called \(mean\)"):
        systems_of({"one": evaluate(predictions, Job(CONVENTIONS["sfr"]))})
