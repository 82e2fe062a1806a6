"""Chunks, tallies and results, on one process and on several."""

import json
import math
import pickle
import statistics
from itertools import count, islice

import pytest

import sfr
from sfr.rows import as_row
from sfr.samples import rows
from sfr.scoring import Chunk, Job, Tally, result, score_rows
from sfr.structures import TASKS

SAMPLES = list(rows())
REWARDS = {task: sfr.reward(task) for task in TASKS}
ROW = {"task": "ner", "gold": {"person": ["Kevin"]}, "output": '{"person": ["Kevin"]}'}


def lines(values):
    """Rows as they come from a file."""
    return [(number, json.dumps(value).encode(), number) for number, value in enumerate(values, 1)]


def tally(scores, best):
    """The tally of some scores."""
    found = Tally()
    for score in scores:
        found.add(score, best)
    return found


SCORES = [
    REWARDS["ner"].score({"person": ["Kevin"]}, output)
    for output in ('{"person": ["Kevin"]}', '{"person": ["Rome", "Rome"]}', "no JSON", "Sure: {}", '{"place": "a"}')
]


# -- tallies -----------------------------------------------------------------------------------------


def test_a_tally_agrees_with_the_statistics_of_its_values():
    found = tally(SCORES, 1.0)
    values = [score.value for score in SCORES]
    assert pytest.approx(statistics.fmean(values)) == found.mean
    assert pytest.approx(statistics.pstdev(values)) == found.deviation
    assert (len(values), min(values), max(values)) == (found.n, found.low, found.high)


def test_a_tally_counts_what_became_of_the_outputs():
    found = tally(SCORES, 1.0)
    assert (found.perfect, found.recovered, found.unparsable, found.duplicates) == (1, 1, 1, 1)
    assert {problem.code for score in SCORES for problem in score.problems} == set(found.problems)
    assert pytest.approx(sum(score.parts[0] for score in SCORES)) == found.terms["type_coverage"]


@pytest.mark.parametrize("cut", range(len(SCORES) + 1))
def test_tallies_of_parts_add_up_to_the_tally_of_the_whole(cut):
    whole, found = tally(SCORES, 1.0), tally(SCORES[:cut], 1.0)
    found.merge(tally(SCORES[cut:], 1.0))
    for name in ("n", "low", "high", "perfect", "recovered", "unparsable", "duplicates", "problems"):
        assert getattr(whole, name) == getattr(found, name)
    assert pytest.approx((whole.mean, whole.deviation)) == (found.mean, found.deviation)
    assert pytest.approx(dict(whole.terms)) == dict(found.terms)


def test_equal_values_have_no_deviation():
    found = tally([SCORES[1]] * 1_000, 1.0)
    assert pytest.approx(0.0, abs=1e-6) == found.deviation
    assert not math.isnan(found.deviation)


def test_an_empty_tally_merged_changes_nothing():
    found = tally(SCORES, 1.0)
    found.merge(Tally())
    assert tally(SCORES, 1.0) == found


# -- chunks ------------------------------------------------------------------------------------------


def test_a_chunk_has_a_line_for_each_output_and_a_tally_for_each_task_and_group():
    values = [{**ROW, "kind": "a"}, {**ROW, "output": None, "outputs": ["{}", ""], "kind": "b"}]
    chunk = Job(REWARDS, by="kind")(lines(values))
    assert [(row["line"], row["index"]) for row in map(json.loads, chunk.lines)] == [(1, 0), (2, 0), (2, 1)]
    assert {key: found.n for key, found in chunk.tallies.items()} == {("ner", "a"): 1, ("ner", "b"): 2}
    assert (chunk.bad, chunk.place) == ([], 2)


def test_bad_rows_of_a_chunk_are_listed_and_left_out():
    values = [ROW, 7, {**ROW, "gold": {"person": [1], "place": 2}}, {"task": "x"}, ROW]
    chunk = Job(REWARDS)(lines(values))
    assert [number for number, _ in chunk.bad] == [2, 3, 3, 4, 4, 4]
    assert [json.loads(line)["line"] for line in chunk.lines] == [1, 5]
    assert chunk.tallies["ner", ""].n == 2


def test_rows_that_are_decoded_already_are_scored_alike():
    values = SAMPLES[:50]
    decoded = [(number, value, number) for number, value in enumerate(values, 1)]
    assert Job(REWARDS)(lines(values)) == Job(REWARDS)(decoded)


def test_being_at_best_is_told_by_the_gold_of_each_row():
    empty = {**ROW, "gold": {}, "output": "{}"}  # worth 0.8 under the letter of the paper
    assert Job(REWARDS)(lines([ROW, empty])).tallies["ner", ""].perfect == 2


def test_a_result_says_where_it_stands_and_how_it_was_read():
    row = as_row({**ROW, "id": "a", "output": "Sure: {'person': ['Kevin', 'Kevin']}"})
    score = REWARDS["ner"].score(row.gold, row.outputs[0])
    found = result(row, 7, 0, score)
    assert list(found) == ["id", "line", "index", "task", "value", "terms", "status", "rung", "duplicates", "problems"]
    assert tuple(list(found.values())[:5]) == ("a", 7, 0, "ner", 1.0)
    assert (found["status"], found["rung"], found["duplicates"]) == ("recovered", "quotes", 1)
    assert [str(problem) for problem in score.problems] == found["problems"]
    assert found["value"] == math.fsum(found["terms"].values())


# -- all rows ----------------------------------------------------------------------------------------


def test_the_chunks_of_a_file_are_those_of_its_rows_in_order():
    numbered = lines([ROW] * 1_000)
    chunks = list(score_rows(numbered, Job(REWARDS)))
    assert list(range(1, 1_001)) == [json.loads(line)["line"] for chunk in chunks for line in chunk.lines]
    assert chunks[-1].place == 1_000
    assert len(chunks) > 1


def test_several_processes_give_the_same_chunks_as_one():
    numbered = lines([*SAMPLES, 7, *SAMPLES[:100]])
    job = Job(REWARDS, by="kind")
    assert list(score_rows(numbered, job)) == list(score_rows(numbered, job, 2))


@pytest.mark.parametrize(("processes", "most"), [(1, 256), (2, 5_000)])
def test_rows_are_streamed(processes, most):
    taken = 0

    def endless():
        nonlocal taken
        line = json.dumps(ROW).encode()
        for number in count(1):
            taken = number
            yield number, line, number

    chunks = score_rows(endless(), Job(REWARDS), processes)
    first = list(islice(chunks, 1))
    assert len(first[0].lines) == 256
    assert taken <= most
    chunks.close()


def test_no_rows_make_no_chunks():
    assert list(score_rows([], Job(REWARDS))) == []


def test_a_job_and_what_it_gives_survive_pickling():
    job = Job(REWARDS, "ner", "kind")
    assert job == pickle.loads(pickle.dumps(job))
    chunk = job(lines([*SAMPLES[:5], 7]))
    assert chunk == pickle.loads(pickle.dumps(chunk))
    assert isinstance(chunk, Chunk)
