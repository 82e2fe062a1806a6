"""Outputs made to break a reader: whatever they hold, they get a score."""

import math

import pytest

import sfr
from benchmarks.hostile import cases

SIZE = 2_000
CASES = cases(SIZE)
SMALL = cases(500)
STATUSES = {"ok", "recovered", "unparsable"}
TEXT = "Kevin and Therese left New York in May."


def check(reward, score):
    """That a score is one: a status, terms that sum to a value within the range."""
    low, high = reward.range
    assert score.status in STATUSES
    assert math.isfinite(score.value)
    assert low - 1e-9 <= score.value <= high + 1e-9
    assert pytest.approx(math.fsum(score.parts), rel=1e-12, abs=1e-12) == score.value
    assert reward.term_names == tuple(score.terms)
    assert (score.rung == "") == (not score.account.rungs)
    assert all(isinstance(str(problem), str) for problem in score.problems)


def test_the_cases_are_of_the_size_that_was_asked_for():
    assert len(CASES) > 100
    assert {"ner", "re", "ee"} == {case.task for case in CASES.values()}
    assert sum(len(case.output) <= 2 * SIZE for case in CASES.values()) > len(CASES) / 2


@pytest.mark.parametrize("profile", ["paper", "bounded"])
@pytest.mark.parametrize("name", CASES)
def test_a_hostile_output_gets_a_score_with_and_without_a_text(name, profile):
    task, gold, output, source = CASES[name]
    reward = sfr.reward(task, profile)
    for text in (None, source or TEXT):
        check(reward, reward.score(gold, output, text))


@pytest.mark.parametrize("policy", ["drop", "reject"])
def test_hostile_outputs_get_a_score_under_every_policy(policy):
    for task, gold, output, source in SMALL.values():
        reward = sfr.reward(
            task, ungrounded=policy, unknown_types=policy, lambda_duplicates=0.5, scale="unit", clip=(-3, 1)
        )
        check(reward, reward.score(gold, output, source or TEXT, ["person", "used for", "attack"]))


def test_hostile_outputs_score_alike_one_by_one_and_in_a_batch():
    for task in ("ner", "re", "ee"):
        chosen = [case for case in SMALL.values() if case.task == task]
        reward = sfr.reward(task)
        batch = reward.score_batch(*zip(*((case.gold, case.output, case.text) for case in chosen), strict=True))
        assert [reward.score(case.gold, case.output, case.text) for case in chosen] == batch


def best_or_problems(reward, gold):
    """The score of gold, or what is wrong with it."""
    try:
        return reward.best(gold), ()
    except sfr.ParseError as error:
        return None, error.problems


def test_a_hostile_output_as_gold_is_refused_or_scores_as_its_own_answer():
    for case in SMALL.values():
        reward = sfr.reward(case.task)
        best, problems = best_or_problems(reward, case.output)
        assert (best is None) == bool(problems)
        if best is not None:
            check(reward, best)
