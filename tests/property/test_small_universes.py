"""The laws without chance: every gold with every prediction of small universes.

An extraction is a set of units; of events a unit is a trigger, ``(type, trigger)``, or an argument
of one, ``(type, trigger, role, text)``.
"""

from functools import cache
from itertools import combinations, product

import pytest

import sfr
from tests.strategies import extraction, written

UNIVERSES = {
    "entities": ("ner", list(product("ab", "xy"))),
    "relations of one type": ("re", list(product("a", "xy", "xy"))),
    "relations of two types": ("re", list(product("ab", "xy", "xz"))),
    "events of two types": ("ee", [*product("ab", "tu"), *product("ab", "tu", "r", "x")]),
    "events of one type": ("ee", [*product("a", "tu"), *product("a", "tu", "r", "xy")]),
    "events of three triggers": ("ee", [*product("a", "tuv"), *product("a", "tuv", "r", "x")]),
}
each_universe = pytest.mark.parametrize("name", UNIVERSES)
entities_and_relations = pytest.mark.parametrize("name", [n for n, (task, _) in UNIVERSES.items() if task != "ee"])
events = pytest.mark.parametrize("name", [n for n, (task, _) in UNIVERSES.items() if task == "ee"])


def rows(task, found):
    """The units as rows."""
    if task != "ee":
        return sorted(found)
    groups = {unit: [] for unit in sorted(found) if len(unit) == 2}
    for kind, trigger, role, text in sorted(unit for unit in found if len(unit) == 4):
        groups[kind, trigger].append((role, text))
    return [(*group, tuple(pairs)) for group, pairs in groups.items()]


def everything(units):
    """All sets of units in which an argument has its trigger."""
    sets = (frozenset(found) for n in range(len(units) + 1) for found in combinations(units, n))
    return [found for found in sets if all(unit[:2] in found for unit in found if len(unit) == 4)]


@cache
def values(name, profile):
    """The value of each prediction for each gold."""
    task, units = UNIVERSES[name]
    reward = sfr.reward(task, profile)
    universe = {found: rows(task, found) for found in everything(units)}
    outputs = {found: written(task, lines) for found, lines in universe.items()}
    return {
        gold: dict(
            zip(
                outputs,
                [s.value for s in reward.score_batch([extraction(task, lines)] * len(outputs), outputs.values())],
                strict=True,
            )
        )
        for gold, lines in universe.items()
    }


def lowered(name, profile):
    """Each gold and prediction to which a correct unit can be added without a gain."""
    return [
        (gold, pred, unit)
        for gold, row in values(name, profile).items()
        for pred, value in row.items()
        for unit in gold - pred
        if row.get(pred | {unit}, 2) <= value
    ]


def rivals(name, profile):
    """Each gold and other prediction that is worth as much."""
    return [
        (gold, pred)
        for gold, row in values(name, profile).items()
        for pred, value in row.items()
        if gold != pred and value >= row[gold]
    ]


@each_universe
def test_under_bounded_the_maximum_is_at_gold_only(name):
    assert rivals(name, "bounded") == []


@each_universe
def test_under_bounded_the_gold_is_worth_one(name):
    assert {row[gold] for gold, row in values(name, "bounded").items()} == {1}


@each_universe
def test_under_bounded_adding_a_correct_unit_always_raises_the_reward(name):
    assert lowered(name, "bounded") == []


@each_universe
def test_under_bounded_every_value_lies_within_the_range_and_above_the_invalid_one(name):
    reward = sfr.reward(UNIVERSES[name][0], "bounded")
    found = {value for row in values(name, "bounded").values() for value in row.values()}
    low, high = reward.equation_range

    assert low == min(found)
    assert high == max(found)
    assert reward.invalid < low


@entities_and_relations
def test_in_the_paper_the_maximum_of_entities_and_relations_is_at_gold_only(name):
    assert rivals(name, "paper") == []


@entities_and_relations
def test_in_the_paper_a_correct_entity_or_relation_always_raises_the_reward(name):
    assert lowered(name, "paper") == []


@each_universe
def test_in_the_paper_nothing_beats_the_gold(name):
    found = values(name, "paper")

    assert {gold: row[gold] for gold, row in found.items()} == {gold: max(row.values()) for gold, row in found.items()}


@events
def test_in_the_paper_other_events_can_be_worth_as_much_as_the_gold(name):
    assert rivals(name, "paper")


def test_in_the_paper_a_correct_trigger_can_lower_the_reward():
    assert lowered("events of three triggers", "paper")


def test_the_universes_are_complete():
    expected = {
        "entities": 2**4,
        "relations of one type": 2**4,
        "relations of two types": 2**8,
        "events of two types": 3**4,
        "events of one type": 5**2,
        "events of three triggers": 3**3,
    }

    assert expected == {name: len(everything(units)) for name, (_, units) in UNIVERSES.items()}
