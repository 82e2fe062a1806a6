"""What holds of every perturbation, of whatever example."""

import random
import string

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import sfr
from sfr.evaluation import evaluate_outputs
from sfr.examples import example_line, read_example
from sfr.perturbing import PERTURBATIONS, perturbation
from tests.perturbing.corpora import all_mentions, corpus, examples, offers, shape

KINDS = [(kind.name, task) for kind in PERTURBATIONS for task in kind.tasks]
every_kind = pytest.mark.parametrize(("name", "task"), KINDS, ids=[f"{task}-{name}" for name, task in KINDS])
SEEDS = st.integers(0, 2**32)
draws = settings(suppress_health_check=[HealthCheck.filter_too_much])


def perturbed(data, name, task):
    """An example, and what became of it; another is drawn where nothing did."""
    before = data.draw(examples(task))
    after = perturbation(name)(before, random.Random(data.draw(SEEDS)), offers(task))
    assume(after is not None)
    return before, after


def moved(before, after):
    """Each mention, value and place, with what became of it."""
    return zip(all_mentions(before.gold), all_mentions(after.gold), strict=True)


def folded(text):
    return " ".join(text.split())


@every_kind
@draws
@given(data=st.data())
def test_every_mention_stands_where_it_is_said_to(name, task, data):
    before, after = perturbed(data, name, task)
    for (_, was_at), (value, at) in moved(before, after):
        assert len(was_at) == len(at)
        assert all(0 <= start < end <= len(after.text) for start, end in at)
        assert not at or " ".join(after.text[start:end] for start, end in at) == value


@every_kind
@draws
@given(data=st.data())
def test_every_value_that_was_in_the_text_is_in_the_new_text(name, task, data):
    before, after = perturbed(data, name, task)
    for (old, _), (new, _) in moved(before, after):
        assert old not in before.text or folded(new) in folded(after.text)


@every_kind
@draws
@given(data=st.data())
def test_types_roles_and_all_but_text_and_gold_are_kept(name, task, data):
    before, after = perturbed(data, name, task)
    assert shape(before.gold) == shape(after.gold)
    for field in ("id", "dataset", "split", "task", "schema"):
        assert getattr(before, field) == getattr(after, field)


@every_kind
@draws
@given(data=st.data())
def test_the_text_is_another_one(name, task, data):
    before, after = perturbed(data, name, task)
    assert before.text != after.text


@every_kind
@draws
@given(data=st.data())
def test_a_value_becomes_one_value(name, task, data):
    before, after = perturbed(data, name, task)
    becomes = {}
    for (old, _), (new, _) in moved(before, after):
        assert becomes.setdefault(old, new) == new


@every_kind
@given(data=st.data())
def test_the_same_seed_gives_the_same_result(name, task, data):
    example, seed = data.draw(examples(task)), data.draw(SEEDS)
    first, second = (perturbation(name)(example, random.Random(seed), offers(task)) for _ in range(2))
    assert first == second


@every_kind
@draws
@given(data=st.data())
def test_the_line_of_a_perturbed_example_is_read_back(name, task, data):
    _, after = perturbed(data, name, task)
    in_order_of_types = read_example(example_line(after))
    assert read_example(example_line(in_order_of_types)) == in_order_of_types
    assert sorted(all_mentions(in_order_of_types.gold)) == sorted(all_mentions(after.gold))


@every_kind
@draws
@given(data=st.data())
def test_the_perfect_answer_keeps_the_highest_reward_and_f1(name, task, data):
    before, after = perturbed(data, name, task)
    for profile in ("paper", "bounded"):
        reward = sfr.reward(task, profile)
        was, now = (
            reward.score(e.gold, sfr.dump(e.gold, task), text=e.text, schema=e.schema).value for e in (before, after)
        )
        assert now == pytest.approx(was, rel=1e-12)
    assert now == pytest.approx(1, rel=1e-12)
    for number in evaluate_outputs(task, [after.gold], [sfr.dump(after.gold, task)]).values():
        assert all(sums.hit == sums.gold == sums.pred for sums in number.sums)


@pytest.mark.parametrize(("name", "task"), [pair for pair in KINDS if pair[0] in {"extend-sentence", "change-context"}])
@draws
@given(data=st.data())
def test_extending_and_changing_the_context_leave_every_value(name, task, data):
    before, after = perturbed(data, name, task)
    assert [value for value, _ in all_mentions(before.gold)] == [value for value, _ in all_mentions(after.gold)]


@pytest.mark.parametrize("task", ["ner", "re", "ee"])
@draws
@given(data=st.data())
def test_an_extended_text_holds_the_old_one(task, data):
    before, after = perturbed(data, "extend-sentence", task)
    added = len(after.text) - len(before.text)
    assert added > 0
    assert any(after.text[:i] + after.text[i + added :] == before.text for i in range(len(before.text) + 1))


@pytest.mark.parametrize("task", ["ner", "ee"])
@draws
@given(data=st.data())
def test_a_changed_context_keeps_its_frame_and_takes_no_word_of_gold(task, data):
    before, after = perturbed(data, "change-context", task)
    old, new = before.text.split(" "), after.text.split(" ")
    values = [value for example in (*corpus(task), before) for value, _ in all_mentions(example.gold)]
    gold = {word.lower() for value in values for word in value.split()}
    changed = [(one, other) for one, other in zip(old, new, strict=True) if one != other]
    assert changed
    for one, other in changed:
        assert "not" not in {one, other}
        assert other.strip(string.punctuation) not in gold


@draws
@given(data=st.data())
def test_an_entity_is_replaced_by_one_of_its_type_that_was_not_there(data):
    before, after = perturbed(data, "replace-entity", "ner")
    known = {(entity.type, entity.text) for example in corpus("ner") for entity in example.gold.entities}
    changed = [(o, n) for o, n in zip(before.gold.entities, after.gold.entities, strict=True) if o.text != n.text]
    assert changed
    for old, new in changed:
        assert (old.type, new.text) in known
        assert new.text not in {entity.text for entity in before.gold.entities}
        assert f" {new.text} " not in f" {before.text} "


@draws
@given(data=st.data())
def test_a_relation_is_replaced_by_a_pair_of_its_type(data):
    before, after = perturbed(data, "replace-triple", "re")
    known = {(r.type, r.head, r.tail) for example in corpus("re") for r in example.gold.relations}
    assert any(
        (new.type, new.head, new.tail) in known and (old.head, old.tail) != (new.head, new.tail)
        for old, new in zip(before.gold.relations, after.gold.relations, strict=True)
    )


@draws
@given(data=st.data())
def test_a_trigger_is_replaced_by_one_of_its_type_and_arguments_stay(data):
    before, after = perturbed(data, "replace-trigger", "ee")
    known = {(event.type, event.trigger) for example in corpus("ee") for event in example.gold.events}
    pairs = list(zip(before.gold.events, after.gold.events, strict=True))
    changed = {(old.trigger, new.trigger) for old, new in pairs if old.trigger != new.trigger}
    assert len(changed) == 1
    assert all((new.type, new.trigger) in known for old, new in pairs if old.trigger != new.trigger)
    for old, new in pairs:
        assert [argument.text for argument in old.arguments] == [argument.text for argument in new.arguments]


@pytest.mark.parametrize("task", ["ner", "re", "ee"])
@draws
@given(data=st.data())
def test_typos_leave_numbers_short_words_and_first_letters(task, data):
    before, after = perturbed(data, "typo-injection", task)
    old, new = before.text.split(" "), after.text.split(" ")
    changed = [(one, other) for one, other in zip(old, new, strict=True) if one != other]
    assert changed
    for one, other in changed:
        assert sum(map(str.isalpha, one)) >= 4
        assert [char for char in one if not char.isalpha()] == [char for char in other if not char.isalpha()]
        assert abs(len(one) - len(other)) <= 1
        assert next(filter(str.isalpha, one)) == next(filter(str.isalpha, other))


@pytest.mark.parametrize("task", ["ner", "re", "ee"])
@draws
@given(data=st.data())
def test_nothing_is_left_to_lowercase(task, data):
    before, after = perturbed(data, "lowercase", task)
    assert before.text.casefold().replace("ς", "σ") == after.text.casefold().replace("ς", "σ")
    for text in (after.text, *(value for value, _ in all_mentions(after.gold))):
        assert not any(char.isupper() for char in text)
