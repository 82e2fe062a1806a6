"""Worked values of the metrics of events: units counted by hand, precision and recall as the fractions they make."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from sfr import Schema
from sfr.evaluation import CONVENTIONS, Case, Sums, convention, count, scores
from sfr.examples import extraction_of

ROWS = json.loads(Path(__file__).with_name("evaluation_ee.json").read_text(encoding="utf-8"))
METRICS = CONVENTIONS["sfr"].metrics["ee"]


def settings(row):
    """The convention of a row, by the values of its settings."""
    found = row.get("convention", {})
    return convention(**{name: tuple(value) if isinstance(value, list) else value for name, value in found.items()})


def summed(row):
    """The sums of each metric."""
    schema = Schema(tuple(row["schema"]["types"]), tuple(row["schema"]["roles"])) if "schema" in row else None
    gold, pred = extraction_of("ee", row["gold"]), extraction_of("ee", row["pred"])
    found = dict.fromkeys(METRICS, Sums(0, 0, 0))
    for (metric, _), sums in count(Case("ee", gold, pred, schema=schema), settings(row)).items():
        found[metric] = Sums(*map(sum, zip(found[metric], sums, strict=True)))
    return found


def parts(fraction):
    """The numerator and the denominator, as they are written."""
    return tuple(map(int, fraction.split("/")))


CASES = [
    pytest.param(row, metric, id=f"{row['case']}: {metric}") for row in ROWS for metric in METRICS if metric in row
]


@pytest.mark.parametrize(("row", "metric"), CASES)
def test_the_sums_and_scores_are_those_computed_by_hand(row, metric):
    precision, recall, f1 = row[metric]
    found = summed(row)[metric]

    assert ((found.hit, found.pred), (found.hit, found.gold)) == (parts(precision), parts(recall))
    assert scores(found, settings(row)).f1 == float(Fraction(f1))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["case"])
def test_the_worked_f1_is_that_of_the_worked_sums(row):
    for metric in METRICS:
        if metric in row:
            (hit, pred), (_, gold) = map(parts, row[metric][:2])

            assert Fraction(row[metric][2]) == (Fraction(2 * hit, gold + pred) if gold + pred else 1)


def test_every_case_says_how_its_values_come_about():
    assert all(row["working"] for row in ROWS)
    assert len({row["case"] for row in ROWS}) == len(ROWS)
