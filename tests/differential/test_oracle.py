"""The rewards against the paper's formulas written down a second time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sfr
from tests.differential.oracle import A3, Paper
from tests.strategies import TASKS, cases, extraction, gold_and_prediction, written

each_task = pytest.mark.parametrize("task", TASKS)
zero_or_one = st.sampled_from([0, 1])
conventions = {"coverage_empty": zero_or_one, "f1_empty": zero_or_one, "jaccard_empty": zero_or_one}
mismatch = st.sampled_from(["symmetric_difference", "jaccard_distance"])
choices = {
    "ner": st.fixed_dictionaries({**conventions, "mismatch": mismatch}),
    "re": st.fixed_dictionaries(conventions),
    "ee": st.fixed_dictionaries(
        {
            **conventions,
            "mismatch": mismatch,
            "penalty": st.sampled_from(["piecewise", "maximum"]),
            "matching": st.sampled_from(["optimal", "reuse", "anchored"]),
        }
    ),
}


def check(reward, paper, gold, pred):
    expected = getattr(paper, reward.task)(gold, pred)

    found = reward.score(extraction(reward.task, gold), written(reward.task, pred)).value

    assert found == pytest.approx(float(expected), rel=1e-12, abs=1e-14)


@given(cases)
def test_the_paper_profile_is_the_paper(case):
    task, (gold, pred) = case

    check(sfr.reward(task), Paper(), gold, pred)


@given(cases)
def test_the_bounded_profile_is_what_it_says(case):
    task, (gold, pred) = case
    changed = {"mismatch": "jaccard_distance", "penalty": "maximum", "matching": "anchored"}

    check(sfr.reward(task, "bounded"), Paper(coverage_empty=1, jaccard_empty=0, **changed), gold, pred)


@each_task
@given(data=st.data())
def test_every_choice_is_what_it_says(task, data):
    chosen = data.draw(choices[task])

    check(sfr.reward(task, **chosen), Paper(**chosen), *data.draw(gold_and_prediction(task)))


@given(gold_and_prediction("ee"), zero_or_one)
def test_the_greedy_matching_takes_the_best_group_that_is_left(case, f1_empty):
    check(sfr.reward("ee", matching="greedy", f1_empty=f1_empty), Paper(matching="greedy", f1_empty=f1_empty), *case)


@each_task
@given(data=st.data())
def test_each_part_alone_is_the_terms_of_its_kind(task, data):
    chosen, case = data.draw(choices[task]), data.draw(gold_and_prediction(task))
    reward = sfr.reward(task, **chosen)

    check(reward.coarse_only(), Paper(**chosen, only="coarse"), *case)
    check(reward.fine_only(), Paper(**chosen, only="fine"), *case)


@given(st.sampled_from(["ner", "re"]), st.data())
def test_the_two_parts_add_up_to_the_whole_for_entities_and_relations(task, data):
    gold, pred = data.draw(gold_and_prediction(task))
    reward = sfr.reward(task)
    whole, *parts = (
        one.score(extraction(task, gold), written(task, pred)).value
        for one in (reward, reward.coarse_only(), reward.fine_only())
    )

    assert whole == pytest.approx(sum(parts), rel=1e-12, abs=1e-14)


NAMES = {
    "ner": ("w_type", "w_pair", "gamma", "lambda_type", "lambda_pair"),
    "re": ("w_type", "w_head", "w_tail", "w_triple", "gamma", "lambda_type", "lambda_triple"),
    "ee": ("w_type", "w_trigger", "w_argument", "gamma", "lambda_type", "lambda_trigger", "lambda_argument"),
}


@pytest.mark.parametrize("profile", ["paper", "bounded"])
@each_task
def test_the_weights_are_those_of_a3(task, profile):
    reward = sfr.reward(task, profile)

    assert [float(text) for text in A3[task].values()] == [getattr(reward, name) for name in NAMES[task]]
