"""Outputs read and counted, and what they add up to."""

from collections import Counter

import pytest

from sfr import Argument, Entity, Event, Extraction, Relation, Schema
from sfr.evaluation import CONVENTIONS, Sums, convention
from sfr.evaluation.corpus import Job, Part, evaluate, in_runs
from sfr.evaluation.outcomes import outcome, outcomes
from sfr.evaluation.systems import golds_of
from sfr.predictions import Prediction

DEFAULT = CONVENTIONS["sfr"]
GOLD = Extraction(entities=(Entity("a", "ox"), Entity("b", "cow")))
TEXT = "an ox, a cow"
SCHEMA = Schema(("a", "b"))


def given(*outputs, **values):
    """A prediction of entities."""
    defaults = {"id": "1", "dataset": "d", "task": "ner", "text": TEXT, "schema": SCHEMA, "gold": GOLD}
    return Prediction(**{**defaults, "outputs": outputs or ('{"a": ["ox"]}',), **values})


def many(*outputs, **values):
    """A prediction for each of the outputs, with ids from 1."""
    return [given(output, id=str(i), **values) for i, output in enumerate(outputs, 1)]


def part(predictions, named=DEFAULT, **job):
    """The part of the only run on the only data set."""
    ((found,),) = [run.values() for run in evaluate(predictions, Job(named, **job))]
    return found


def entity(output, **settings):
    """The sums of entities of one output."""
    values = {key: settings.pop(key) for key in ("text", "schema", "gold") if key in settings}
    return part([given(output, **values)], convention(**settings)).total("entity")


# -- one output ------------------------------------------------------------------------------------


def test_an_output_is_read_and_counted():
    (found,) = outcomes(given('{"a": ["ox"], "b": ["ox"]}'), DEFAULT)

    assert found.parsed.status == "ok"
    assert found.cells["entity", "a"] == (1, 1, 1)
    assert found.cells["entity", "b"] == (1, 1, 0)
    assert sorted(one.kind for one in found.findings) == ["hit", "missed", "spurious"]


def test_gold_and_output_are_compared_in_their_normal_form():
    gold = Extraction(entities=(Entity("a", "caf\u00e9  noir"),))

    assert entity('{"a": [" cafe\u0301 noir "]}', gold=gold, text=None) == (1, 1, 1)
    assert entity('{"a": ["caf\u00e9 noir"]}', gold=gold, text=None, space="keep") == (1, 1, 0)
    assert entity('{"a": ["cafe\u0301  noir"]}', gold=gold, text=None, unicode_form="none") == (1, 1, 0)


def test_units_may_come_without_an_output_that_holds_them():
    found = outcome(given(), GOLD, Extraction(entities=(Entity("a", " ox "),)), DEFAULT)

    assert (found.parsed.status, found.parsed.format) == ("ok", "units")
    assert found.cells["entity", "a"] == (1, 1, 1)


def test_units_of_every_task_are_brought_to_their_normal_form():
    rows = {
        "re": (Extraction(relations=(Relation("r", "a", "b"),)), Extraction(relations=(Relation(" r", "a ", " b"),))),
        "ee": (
            Extraction(events=(Event("e", "a", (Argument("r", "b"),)),)),
            Extraction(events=(Event(" e", "a ", (Argument(" r", "b "),)),)),
        ),
    }
    for task, (gold, pred) in rows.items():
        found = part([given(pred, task=task, gold=gold, schema=None)])

        assert {found.total(metric) for metric in DEFAULT.metrics[task] if "span" not in metric} == {Sums(1, 1, 1)}


def test_an_output_that_had_to_be_repaired_counts_unless_it_is_dropped():
    repaired = 'Sure: {"a": ["ox"], "b": ["cow"'

    assert entity(repaired) == (2, 2, 2)
    assert entity(repaired, recovered="drop") == (2, 0, 0)
    assert entity('{"a": ["ox"]}', recovered="drop") == (2, 1, 1)


def test_types_that_the_schema_has_not_count_are_dropped_or_spoil_the_output():
    output = '{"a": ["ox"], "c": ["cow"]}'

    assert entity(output) == (2, 2, 1)
    assert entity(output, unknown_types="drop") == (2, 1, 1)
    assert entity(output, unknown_types="reject") == (2, 0, 0)
    assert entity(output, unknown_types="drop", schema=None) == (2, 2, 1)


def test_mentions_that_the_text_has_not_count_are_dropped_or_spoil_the_output():
    output = '{"a": ["ox", "yak"]}'

    assert entity(output) == (2, 2, 1)
    assert entity(output, ungrounded="drop") == (2, 1, 1)
    assert entity(output, ungrounded="reject") == (2, 0, 0)
    assert entity(output, ungrounded="drop", text=None) == (2, 2, 1)


def test_mentions_beyond_the_times_that_they_stand_in_the_text_count_unless_they_are_dropped():
    output = '{"b": ["ox"], "a": ["ox"]}'

    assert entity(output) == (2, 2, 1)
    assert entity(output, surplus="drop") == (2, 1, 0)
    assert entity(output, surplus="drop", text=None) == (2, 2, 1)


def test_the_text_of_spans_is_the_one_that_offsets_are_of():
    gold = Extraction(entities=(Entity("a", "ox", ((4, 6),)),))

    assert part([given('{"a": ["ox"]}', gold=gold, text="an\n\tox")]).total("entity_span") == (1, 1, 1)


# -- parts -----------------------------------------------------------------------------------------


def test_a_part_holds_three_sums_an_example_and_their_totals_by_label():
    found = part(many('{"a": ["ox"]}', "[]", '{"a": ["cow"], "b": ["cow"]}'))

    assert found.ids == ["1", "2", "3"]
    assert list(found.sums["entity"]) == [2, 1, 1, 2, 0, 0, 2, 2, 1]
    assert found.labels["entity"] == {"a": Sums(3, 2, 1), "b": Sums(3, 1, 1)}
    assert found.total("entity") == Sums(6, 3, 2)


def test_metrics_of_which_nothing_was_counted_have_sums_of_nothing():
    found = part(many("{}", "{}", gold=Extraction(), schema=None))

    assert set(found.sums) == set(DEFAULT.metrics["ner"])
    assert all(list(sums) == [0] * 6 for sums in found.sums.values())


def test_outputs_are_counted_by_how_they_were_read():
    outputs = ('{"a": ["ox"]}', 'So: {"a": ["ox", "ox"]}', "no idea", '```json\n{"c": ["ox"]}\n```')
    found = part(many(*outputs))

    assert found.statuses == Counter(ok=1, recovered=2, unparsable=1)
    assert found.rungs == Counter(prose=1, fence=1)
    assert found.problems["unknown-type"] == 1
    assert found.problems["no-json"] == 1
    assert found.duplicates == 1


def test_a_problem_counts_once_an_output():
    assert part([given('{"c": ["ox"], "d": ["ox"]}')]).problems == {"unknown-type": 1}


def test_texts_are_counted_that_have_no_units_on_one_side_or_on_both():
    outputs = ('{"a": ["ox"]}', "{}")
    found = [
        given(output, id=f"{i}{j}", gold=gold)
        for i, gold in enumerate((GOLD, Extraction()))
        for j, output in enumerate(outputs)
    ]

    assert part(found).blank == Counter(gold=2, pred=2, both=1)


def test_findings_are_counted_by_unit_and_class_and_types_by_what_they_were_taken_for():
    found = part(many('{"a": ["ox"], "b": ["cow"]}', '{"b": ["ox", "cow"]}'))

    assert found.errors == Counter({("entity", "hit"): 3, ("entity", "type"): 1})
    assert found.confusions == Counter({("entity", "a", "b"): 1})


def test_examples_with_a_place_for_each_mention_of_gold_are_counted():
    placed = Extraction(entities=(Entity("a", "ox", ((3, 5),)),))
    partly = Extraction(entities=(*placed.entities, Entity("b", "cow")))
    golds = [placed, partly, Extraction()]
    found = [given(id=str(i), gold=gold) for i, gold in enumerate(golds)]

    assert part(found).placed == 1
    assert part([given(gold=placed, text=None)]).placed == 0


def test_lengths_are_measured_in_what_the_job_says():
    predictions = many('{"a": ["ox"]}', "", "one two")

    assert list(part(predictions).lengths) == [2, 0, 2]
    assert list(part(predictions, lengths="characters").lengths) == [13, 0, 7]


def test_lengths_may_be_those_that_were_given():
    assert list(part([given(tokens=(7,))], lengths="given").lengths) == [7]
    assert list(part([given()], lengths="given").lengths) == []


def test_units_without_an_output_have_no_length():
    assert list(part([given(GOLD)]).lengths) == []


# -- runs ------------------------------------------------------------------------------------------


def test_each_output_of_a_prediction_is_of_a_run_of_its_own():
    runs = evaluate([given('{"a": ["ox"]}', "{}", id="1"), given("{}", '{"b": ["cow"]}', id="2")], Job(DEFAULT))

    assert [list(run["ner", "d"].sums["entity"]) for run in runs] == [[2, 1, 1, 2, 0, 0], [2, 0, 0, 2, 1, 1]]
    assert [run["ner", "d"].ids for run in runs] == [["1", "2"]] * 2
    assert [list(run["ner", "d"].lengths) for run in runs] == [[2, 1], [1, 2]]


def test_a_prediction_with_one_output_is_a_run_of_one():
    several = evaluate([given('{"a": ["ox"]}', '{"b": ["cow"]}')], Job(DEFAULT))
    alone = [evaluate([given(output)], Job(DEFAULT))[0] for output in ('{"a": ["ox"]}', '{"b": ["cow"]}')]

    assert several == alone


def test_predictions_with_different_numbers_of_outputs_are_refused_by_their_place():
    with pytest.raises(ValueError, match=r"^rows\.jsonl:2: expected 1 outputs .* found 2"):
        evaluate([given("{}"), given("{}", "{}", place="rows.jsonl:2")], Job(DEFAULT))


@pytest.mark.parametrize("first", [0, 1, 2])
def test_a_prediction_of_another_number_of_outputs_is_refused_however_late_it_comes(first):
    rows = [given(outputs=("{}",) * first)] * 300

    with pytest.raises(ValueError, match=f"expected {first} outputs"):
        evaluate([*rows, given(outputs=("{}",) * 3)], Job(DEFAULT))


def test_no_predictions_make_no_runs():
    assert evaluate([], Job(DEFAULT)) == []


def test_tasks_and_data_sets_are_kept_apart_and_in_their_order():
    relations = given("{}", task="re", gold=Extraction(), schema=None)
    found = evaluate([given(dataset="z"), relations, given(dataset="a"), given(dataset="z", id="2")], Job(DEFAULT))

    assert [list(run) for run in found] == [[("ner", "z"), ("re", "d"), ("ner", "a")]]
    assert found[0]["ner", "z"].ids == ["1", "2"]
    assert found[0]["re", "d"].metrics == DEFAULT.metrics["re"]


def test_a_task_that_a_convention_has_no_metrics_for_is_counted_all_the_same():
    found = part(
        [given("{}", task="re", gold=Extraction(relations=(Relation("r", "a", "b"),)))], CONVENTIONS["conlleval"]
    )

    assert (found.sums, found.statuses) == ({}, Counter(ok=1))


def test_the_whole_is_the_sum_of_its_parts_in_their_order():
    predictions = many(*['{"a": ["ox"]}', "no idea", '{"b": ["ox", "ox"]}'] * 200)
    job = Job(DEFAULT)

    assert evaluate(predictions, job) == in_runs([job(predictions[:100]), job(predictions[100:])])
    assert part(predictions).ids == [str(i) for i in range(1, 601)]


def test_parts_merge_in_place_and_leave_the_other_as_it_is():
    one, other = (part([given(id=name)]) for name in "12")
    before = part([given(id="2")])
    one.merge(other)

    assert other == before
    assert one == part([given(id="1"), given(id="2")])


def test_a_part_without_examples_changes_nothing():
    whole = part(many("{}", "no idea"))
    whole.merge(Part(DEFAULT.metrics["ner"]))

    assert whole == part(many("{}", "no idea"))


# -- fingerprints ----------------------------------------------------------------------------------


def fingerprint(predictions):
    return golds_of(evaluate(predictions, Job(DEFAULT))[0])


def test_the_fingerprint_of_examples_does_not_depend_on_their_order_or_on_outputs():
    rows = [given(id=str(i), dataset="de"[i % 2]) for i in range(6)]

    assert fingerprint(rows) == fingerprint([given("no idea", id=r.id, dataset=r.dataset) for r in rows[::-1]])
    assert fingerprint(rows)[1] == 6


PLACED = Extraction(entities=(Entity("a", "ox", ((3, 5),)), Entity("b", "cow", ((9, 12),))))
OTHERS = {
    "id": {"id": "2"},
    "data set": {"dataset": "e"},
    "text": {"text": "an ox and a cow"},
    "no text": {"text": None},
    "gold": {"gold": Extraction(entities=GOLD.entities[:1])},
    "type": {"gold": Extraction(entities=(Entity("b", "ox"), Entity("b", "cow")))},
    "no gold": {"gold": Extraction()},
    "places of gold": {"gold": PLACED},
    "types of the schema": {"schema": Schema(("a", "b", "c"))},
    "no schema": {"schema": None},
    "task": {"task": "re", "gold": Extraction()},
}


@pytest.mark.parametrize("other", OTHERS)
def test_the_fingerprint_is_another_for_another(other):
    assert fingerprint([given()]) != fingerprint([given(**OTHERS[other])])


def test_the_fingerprint_is_sixteen_digits_however_many_examples_there_are():
    digits, number = fingerprint([given(id=str(i)) for i in range(100)])

    assert len(digits) == 16
    assert int(digits, 16) >= 0
    assert number == 100


def test_an_example_that_stands_twice_has_another_fingerprint():
    assert fingerprint([given(), given()]) != fingerprint([given()])


def test_the_fingerprint_takes_any_text():
    assert fingerprint([given(text="\ud800")]) != fingerprint([given(text="\udfff")])
