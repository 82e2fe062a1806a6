"""Worked values: every term computed by hand from Eqs. 7-10 with the weights of A.3.

A term is a fraction, or ``weight * base ^ exponent`` where the exponent leaves none.
"""

import json
import re
from fractions import Fraction
from math import fsum
from pathlib import Path

import pytest

import sfr
from tests.strategies import TASKS

FOLDER = Path(__file__).parent


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


ROWS = [{"task": task, **row} for task in TASKS for row in load(task)]
FIGURES = load("figures")
CASES = [
    pytest.param(row, profile, id=f"{row['task']}: {row['case']} ({profile})")
    for row in ROWS
    for profile in ("paper", "bounded")
    if profile in row
]


def exact(term):
    """A term as a fraction, or as a float if it has none."""
    if found := re.fullmatch(r"(\S+) \* (\S+) \^ (\S+)", term):
        weight, base, exponent = (Fraction(part) for part in found.groups())
        return float(weight) * float(base) ** float(exponent)
    return Fraction(term)


def total(terms):
    """The exact sum where there is one."""
    found = [exact(term) for term in terms]
    return float(sum(found)) if all(isinstance(one, Fraction) for one in found) else fsum(map(float, found))


def near(expected):
    """Equal but for rounding; a sum that is nothing may leave the last bit of its terms."""
    return pytest.approx(expected, rel=1e-12) if expected else pytest.approx(0, abs=1e-15)


def check(score, terms):
    names = score.origin.reward.equation_terms
    expected = {**dict(zip(names, map(float, map(exact, terms)), strict=True)), "invalid": 0}

    assert {name: near(part) for name, part in expected.items()} == score.terms
    assert score.value == near(total(terms))


@pytest.mark.parametrize(("row", "profile"), CASES)
def test_the_worked_values_are_those_computed_by_hand(row, profile):
    reward = sfr.reward(row["task"], profile, **row.get("options", {}))

    check(reward.score(row["gold"], json.dumps(row["output"])), row[profile])


@pytest.mark.parametrize("profile", ["paper", "bounded"])
@pytest.mark.parametrize("row", FIGURES, ids=lambda row: row["case"])
def test_the_figures_of_the_paper_are_read_and_scored_as_printed(row, profile):
    score = sfr.reward(row["task"], profile).score(row["gold"], row["output"], row["text"], row["schema"])

    assert (score.status, score.account.format) == ("ok", "slots")
    check(score, row[profile])


@pytest.mark.parametrize("row", FIGURES, ids=lambda row: row["case"])
def test_gold_in_the_strings_of_the_figures_is_refused(row):
    with pytest.raises(sfr.ParseError, match="not-a-list"):
        sfr.reward(row["task"]).score(row["output"], row["output"])


def test_no_case_stands_twice_in_a_file():
    for rows in (*map(load, TASKS), FIGURES):
        names = [row["case"] for row in rows]

        assert sorted(set(names)) == sorted(names)


def test_every_file_of_golden_values_is_read():
    assert {f"{name}.json" for name in (*TASKS, "figures", "evaluation_ee")} == {
        path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.json")
    }
