"""Every perturbation on slices of public corpora."""

import random

import pytest

import sfr
from sfr.data.building import Order, build
from sfr.data.catalogue import data_set
from sfr.evaluation import evaluate_outputs
from sfr.examples import read_example
from sfr.perturbing import PERTURBATIONS, inventory, perturbations
from tests.perturbing.corpora import all_mentions, shape

# Of the examples with gold, the share that each perturbation can be applied to is at least this.
SHARES = {
    "CrossNER_politics": {"replace-entity": 0.95, "change-context": 0.8, "typo-injection": 0.95, "lowercase": 0.95},
    "bc5cdr": {"replace-entity": 0.95, "change-context": 0.8, "typo-injection": 0.9, "lowercase": 0.95},
    "semeval_RE": {"replace-triple": 0.85, "typo-injection": 0.95, "lowercase": 0.95},
    "PHEE": {"replace-trigger": 0.75, "change-context": 0.35, "typo-injection": 0.85, "lowercase": 0.95},
}
LOST = 0.005  # of the perturbed examples, at most, whose slots are no longer read back where they were before
KINDS = [
    (name, kind.name) for name in SHARES for kind in PERTURBATIONS if kind.name in {*SHARES[name], "extend-sentence"}
]


@pytest.fixture(scope="module")
def perturbed(shared_data, tmp_path_factory):
    """By data set and perturbation, the examples, each with what became of it."""
    folder = tmp_path_factory.mktemp("built")
    found = {}
    for name in SHARES:
        build(Order(data_set(name), shared_data / name, folder))
        with (folder / name / "train.jsonl").open("rb") as train, (folder / name / "dev.jsonl").open("rb") as dev:
            examples = [read_example(line) for lines in (train, dev) for line in lines]
        offers = inventory(examples)
        for kind in perturbations(examples[0].task):
            rng = random.Random(1)
            found[name, kind.name] = [(example, kind(example, rng, offers)) for example in examples]
    return found


def both(perturbed, name, kind):
    return [(before, after) for before, after in perturbed[name, kind] if after is not None]


def is_perfect(example, form):
    answer = sfr.dump(example.gold, example.task, format=form)
    reward = sfr.reward(example.task, "bounded", format=form)
    score = reward.score(example.gold, answer, text=example.text, schema=example.schema)
    return score.value == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_most_examples_can_be_perturbed(name, kind, perturbed):
    with_gold = [after for before, after in perturbed[name, kind] if all_mentions(before.gold)]
    share = sum(after is not None for after in with_gold) / len(with_gold)
    assert share >= SHARES[name].get(kind, 1)


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_gold_stands_in_the_new_text(name, kind, perturbed):
    for before, after in both(perturbed, name, kind):
        assert shape(before.gold) == shape(after.gold)
        assert before.text != after.text
        for value, at in all_mentions(after.gold):
            assert " ".join(after.text[start:end] for start, end in at) == value


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_a_perfect_answer_in_records_has_the_highest_reward(name, kind, perturbed):
    assert all(is_perfect(after, "records") for _, after in both(perturbed, name, kind))


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_perfect_answers_in_records_have_an_f1_of_one(name, kind, perturbed):
    examples = [after for _, after in both(perturbed, name, kind)]
    task = examples[0].task
    answers = [sfr.dump(example.gold, task) for example in examples]
    for number in evaluate_outputs(task, [example.gold for example in examples], answers).values():
        assert all(sums.hit == sums.gold == sums.pred for sums in number.sums)


@pytest.mark.parametrize(("name", "kind"), KINDS)
def test_slots_that_could_be_read_back_still_can(name, kind, perturbed):
    pairs = both(perturbed, name, kind)
    lost = [after for before, after in pairs if is_perfect(before, "slots") and not is_perfect(after, "slots")]
    assert len(lost) <= LOST * len(pairs)
