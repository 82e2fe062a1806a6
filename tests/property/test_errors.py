"""Laws of findings, over mentions of a few words where gold and prediction meet in every way."""

from collections import Counter
from functools import cache
from itertools import cycle, pairwise, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfr import Argument, Entity, Event, Extraction, Relation, argument_counts, ee_units
from sfr.evaluation.errors import KINDS, confusions, counts, findings

TASKS = ("ner", "re", "ee")
SWAPPED = {"missed": {"spurious", "invented"}, "spurious": {"missed"}, "invented": {"missed"}}
ALONE = set(SWAPPED)

TYPES = ("A", "B")
WORDS = ("x", "X", "y", "of")
MENTIONS = [" ".join(words) for n in (1, 2, 3) for words in product(WORDS, repeat=n)]
PLACES = [((start, start + size),) for start in range(5) for size in (1, 2, 4)]
PLACES += [(*one, *other) for one, other in pairwise(PLACES)]
NOWHERE = [()]


def many(rows, size):
    """Lists of units, each drawn at once from a sample of all there are, which is many times faster."""
    found = list(rows)
    return st.lists(st.sampled_from(Random(7).sample(found, min(400, len(found)))), max_size=size).map(tuple)


@cache
def extractions(task, *, placed=False):
    """Extractions of a task, whose mentions have places or have none."""
    at = cycle(Random(7).sample(PLACES, len(PLACES)) if placed else NOWHERE)
    if task == "ner":
        entities = (Entity(kind, text, next(at)) for _ in range(3) for kind in TYPES for text in MENTIONS)
        return many(entities, 6).map(lambda found: Extraction(entities=found))
    if task == "re":
        ends = product(TYPES, MENTIONS[:30], MENTIONS[:30])
        relations = (Relation(*one, next(at), next(at)) for one in ends)
        return many(relations, 6).map(lambda found: Extraction(relations=found))
    arguments = [Argument(role, text, next(at)) for role in TYPES for text in MENTIONS[:20]]
    order = Random(7)
    events = (
        Event(kind, trigger, tuple(order.sample(arguments, order.randrange(4))), next(at))
        for kind in TYPES
        for trigger in MENTIONS[:20]
        for _ in range(10)
    )
    return many(events, 4).map(lambda found: Extraction(events=found))


@cache
def pairs_of(task):
    """Gold and a prediction, without places or with them."""
    without, placed = extractions(task), extractions(task, placed=True)
    return st.one_of(st.tuples(without, without), st.tuples(placed, placed))


def keys(extraction):
    """What the units of an extraction are known by."""
    found = {("entity", e.type, e.text) for e in extraction.entities}
    found |= {("relation", r.type, r.head, r.tail) for r in extraction.relations}
    found |= {("trigger", e.type, e.trigger) for e in extraction.events}
    return found | {("argument", e.type, e.trigger, a.role, a.text) for e in extraction.events for a in e.arguments}


def key(of, unit):
    names = {"relation": ("type", "head", "tail"), "argument": ("type", "trigger", "role", "text")}
    return (of, *(getattr(unit, name) for name in names.get(of, ("type", "text"))))


def overlap(one, other):
    """Whether two mentions could overlap in some text, by words, by trying all ways."""
    one, other = one.lower().split(), other.lower().split()
    runs = [one] if any(other[i : i + len(one)] == one for i in range(len(other))) else []
    runs += [other] if any(one[i : i + len(other)] == other for i in range(len(one))) else []
    runs += [one[-n:] for n in range(1, min(len(one), len(other))) if one[-n:] == other[:n]]
    runs += [other[-n:] for n in range(1, min(len(one), len(other))) if other[-n:] == one[:n]]
    return any(set(run) - {"of"} for run in runs)


def same_or_overlap(one, other):
    return one == other or overlap(one, other)


def entity_class(gold, pred):
    """The class in which two entities or triggers that are no hit may be paired."""
    if gold.text == pred.text:
        return "type"
    if overlap(gold.text, pred.text):
        return "boundary" if gold.type == pred.type else "type+boundary"
    return None


def relation_classes(gold, pred):
    """Those in which two relations that are no hit may be paired."""
    ends = ((gold.head, pred.head), (gold.tail, pred.tail))
    if gold.type != pred.type:
        return {"type"} if all(a == b for a, b in ends) else set()
    found = {"reversed"} if (gold.head, gold.tail) == (pred.tail, pred.head) else set()
    found |= {"boundary"} if all(a == b or overlap(a, b) for a, b in ends) else set()
    return found | {name for name, (a, b) in zip(("tail", "head"), ends, strict=True) if a == b}


def argument_classes(gold, pred):
    """Those in which two arguments may be paired, whichever events they are of."""
    same = gold.role == pred.role
    if gold.text == pred.text:
        return {"hit", "event"} if same else {"role"}
    if overlap(gold.text, pred.text):
        return {"boundary", "role+boundary"} if same else {"role+boundary"}
    return set()


def classes(of, gold, pred):
    """The classes in which two units may be paired by what they are."""
    if of == "relation":
        return relation_classes(gold, pred)
    return argument_classes(gold, pred) if of == "argument" else {entity_class(gold, pred)} - {None}


def shuffled(extraction, order):
    """The extraction with its units, and the arguments of events, written in another order and some twice."""

    def again(units):
        units = list(units)
        more = [*units, *units[:1]]
        order.shuffle(more)
        return tuple(more)

    return Extraction(
        again(extraction.entities),
        again(extraction.relations),
        again(Event(e.type, e.trigger, again(e.arguments), e.trigger_at) for e in extraction.events),
    )


@pytest.mark.parametrize("task", TASKS)
@given(data=st.data())
def test_an_extraction_against_itself_is_all_hits(task, data):
    gold, _ = data.draw(pairs_of(task))

    assert {found.kind for found in findings(task, gold, gold, "")} <= {"hit"}


@pytest.mark.parametrize("task", TASKS)
@given(data=st.data())
def test_every_unit_of_both_sides_stands_in_exactly_one_finding(task, data):
    gold, pred = data.draw(pairs_of(task))
    found = findings(task, gold, pred, "x y")

    for side, given_side in (("gold", gold), ("pred", pred)):
        units = [(one.of, getattr(one, side)) for one in found]
        seen = Counter(key(of, unit) for of, unit in units if unit is not None)
        assert seen == dict.fromkeys(keys(given_side), 1)


@pytest.mark.parametrize("task", TASKS)
@given(data=st.data())
def test_the_hits_are_the_units_that_both_sides_have(task, data):
    gold, pred = data.draw(pairs_of(task))
    hits = {key(one.of, one.gold) for one in findings(task, gold, pred) if one.kind == "hit" and one.of != "argument"}

    assert hits == {one for one in keys(gold) & keys(pred) if one[0] != "argument"}


@given(pairs_of("ee"))
def test_the_hits_of_arguments_are_those_of_the_optimal_matching(pair):
    gold, pred = pair
    hits = counts(findings("ee", gold, pred))["argument", "hit"]

    assert hits == argument_counts(ee_units(gold).by_type, ee_units(pred).by_type).tp


@pytest.mark.parametrize("task", TASKS)
@given(data=st.data(), order=st.randoms(use_true_random=False))
def test_the_order_of_writing_and_repeats_change_nothing(task, data, order):
    gold, pred = data.draw(pairs_of(task))

    assert findings(task, shuffled(gold, order), shuffled(pred, order), "x") == findings(task, gold, pred, "x")


@pytest.mark.parametrize("task", TASKS)
@given(data=st.data())
def test_gold_and_prediction_swapped_give_the_same_pairs_and_missed_for_spurious(task, data):
    gold, pred = data.draw(pairs_of(task))
    here, there = findings(task, gold, pred, "x y"), findings(task, pred, gold, "x y")

    def in_pairs(found):
        return {(one.of, one.kind, one.gold, one.pred) for one in found if one.kind not in ALONE}

    assert in_pairs(here) == {(of, kind, b, a) for of, kind, a, b in in_pairs(there)}
    for one in here:
        if one.kind in ALONE:
            (other,) = [o for o in there if o.of == one.of and (o.gold, o.pred) == (one.pred, one.gold)]
            assert other.kind in SWAPPED[one.kind]


@pytest.mark.parametrize("task", TASKS)
@given(data=st.data())
def test_a_pair_is_what_its_class_says(task, data):
    gold, pred = data.draw(st.tuples(extractions(task), extractions(task)))

    for one in findings(task, gold, pred):
        assert one.kind in KINDS[one.of]
        if one.kind == "word":
            assert one.gold.type == one.pred.type
        elif one.kind not in {*ALONE, "hit"}:
            assert one.kind in classes(one.of, one.gold, one.pred)


@pytest.mark.parametrize("task", ["ner", "re"])
@given(data=st.data())
def test_nothing_is_left_that_could_be_paired(task, data):
    gold, pred = data.draw(st.tuples(extractions(task), extractions(task)))
    found = findings(task, gold, pred)
    missed = [one.gold for one in found if one.kind == "missed"]
    spurious = [one.pred for one in found if one.kind == "spurious"]

    assert not [(a, b) for a in missed for b in spurious if classes(found[0].of, a, b)]


@given(extractions("ner"), st.sampled_from(MENTIONS))
def test_a_predicted_mention_alone_is_invented_if_the_text_does_not_hold_it(pred, text):
    found = findings("ner", Extraction(), pred, text)

    assert all((one.kind == "invented") == (one.pred.text not in text) for one in found)


@pytest.mark.parametrize("task", TASKS)
@given(data=st.data())
def test_counts_of_a_whole_are_the_sums_over_its_parts(task, data):
    first, second = (findings(task, *data.draw(pairs_of(task))) for _ in range(2))

    assert counts((*first, *second)) == counts(first) + counts(second)
    assert confusions((*first, *second)) == confusions(first) + confusions(second)
