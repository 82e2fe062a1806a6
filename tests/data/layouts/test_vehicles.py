"""Sentences of FindVehicle."""

import pytest

from sfr import Entity
from sfr.data.layouts import RowSource
from sfr.data.layouts.vehicles import findvehicle


def read(row):
    source = RowSource(rows=[row])
    return list(findvehicle(source)), source.problems


def car(*labels):
    return {"id": 7, "data": "Find the red Kia Rio .", "ner_label": list(labels), "re_label": [[0, 1]]}


RED = ["vehicle_color", 9, 12, "red", 2, 3, ["red"]]
KIA = ["vehicle_brand", 13, 16, "Kia", 3, 4, ["Kia"]]
SEDAN = ["vehicle_type-sedan", 13, 20, "Kia Rio", 3, 5, ["Kia", "Rio"]]


def test_the_text_is_the_original_one():
    (found,), _ = read(car(RED))
    assert (found.text, found.id) == ("Find the red Kia Rio .", "7")


def test_labels_are_counted_in_characters_and_may_lie_within_each_other():
    (found,), _ = read(car(RED, KIA, SEDAN))
    assert found.gold.entities == (
        Entity("vehicle_color", "red", ((9, 12),)),
        Entity("vehicle_brand", "Kia", ((13, 16),)),
        Entity("vehicle_type-sedan", "Kia Rio", ((13, 20),)),
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"data": "Find it ."}, "expected a field `ner_label`, found none"),
        (car(["vehicle_color", "9", 12, "red"]), "expected `int` at ner_label[0][1], found `str`"),
        (car(["vehicle_color", 9]), "expected `array` of at least length 4 at ner_label[0], found 2"),
    ],
)
def test_a_row_that_is_not_as_it_must_be_is_noted(row, message):
    assert read(row) == ([], [(1, message)])
