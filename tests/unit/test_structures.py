"""Entities, relations and events as frozen values."""

import pickle

import pytest

from sfr import Argument, Entity, Event, Extraction, Relation
from sfr.structures import TASKS, as_task

VALUES = [
    Entity("person", "Kevin"),
    Relation("knows", "Kevin", "Therese"),
    Argument("Target", "hotel"),
    Event("attack", "fired", (Argument("Target", "hotel"),)),
    Extraction((Entity("person", "Kevin"),), (Relation("knows", "a", "b"),), (Event("attack", "fired"),)),
]
IDS = [type(value).__name__ for value in VALUES]


@pytest.mark.parametrize("value", VALUES, ids=IDS)
def test_a_structure_survives_pickling(value):
    assert value == pickle.loads(pickle.dumps(value))
    assert {value} == {pickle.loads(pickle.dumps(value))}


@pytest.mark.parametrize("value", VALUES, ids=IDS)
def test_a_structure_cannot_be_changed(value):
    name = value.__slots__[0]
    with pytest.raises(AttributeError):
        setattr(value, name, "other")


def test_an_extraction_is_empty_unless_told_otherwise():
    assert Extraction((), (), ()) == Extraction()
    assert Event("attack", "fired").arguments == ()


def test_there_are_three_tasks():
    assert TASKS == ("ner", "re", "ee")
    assert [*TASKS] == [as_task(name) for name in TASKS]


@pytest.mark.parametrize("name", ["NER", "", "event", None, 1])
def test_any_other_task_is_refused_with_the_known_ones(name):
    with pytest.raises(ValueError, match=r"unknown task .*; known: ner, re, ee"):
        as_task(name)
