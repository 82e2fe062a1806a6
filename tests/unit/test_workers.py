"""Work in chunks gives the same results in the same order on any number of processes."""

import os
import time
from itertools import count, islice

import pytest

from sfr.workers import in_order


def doubled(items):
    return [2 * item for item in items]


def slow_at_first(items):
    """The later a chunk, the sooner it is done."""
    time.sleep(0.2 if 0 in items else 0)
    return items


def numbered(items):
    return os.getpid(), items


def refusing(items):
    if 5 in items:
        msg = "five"
        raise ValueError(msg)
    return items


class Counting:
    """A job that remembers how often it was called."""

    def __init__(self):
        self.calls = 0

    def __call__(self, items):
        self.calls += 1
        return self.calls


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_chunk_by_chunk_in_the_order_of_the_items(processes):
    assert list(in_order(doubled, range(7), processes, chunk=3)) == [[0, 2, 4], [6, 8, 10], [12]]


def test_a_chunk_that_takes_long_is_waited_for():
    assert list(in_order(slow_at_first, range(4), 2, chunk=1)) == [[0], [1], [2], [3]]


@pytest.mark.parametrize("processes", [1, 2])
def test_without_items_there_are_no_results(processes):
    assert list(in_order(doubled, [], processes)) == []


@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_in_the_work_is_an_error_here(processes):
    results = in_order(refusing, range(8), processes, chunk=2)
    assert list(islice(results, 2)) == [[0, 1], [2, 3]]
    with pytest.raises(ValueError, match="five"):
        next(results)


def test_one_process_is_this_one():
    assert {pid for pid, _ in in_order(numbered, range(4), 1, chunk=1)} == {os.getpid()}


def test_two_processes_are_others():
    assert os.getpid() not in {pid for pid, _ in in_order(numbered, range(4), 2, chunk=1)}


def test_a_job_is_kept_from_chunk_to_chunk():
    assert sorted(in_order(Counting(), range(3), 1, chunk=1)) == [1, 2, 3]
    assert max(in_order(Counting(), range(12), 2, chunk=1)) > 1


@pytest.mark.parametrize("processes", [1, 2])
def test_items_are_taken_as_they_are_needed_and_not_all_at_once(processes):
    taken = count()
    items = (next(taken) for _ in range(1_000))
    results = in_order(doubled, items, processes, chunk=2)
    assert next(results) == [0, 2]
    results.close()
    assert next(taken) < 100
