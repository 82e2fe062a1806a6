"""PHEE's slices, read from JSON and from brat's files, against the expected units and counts."""

import importlib.util
import json
from collections import Counter

import pytest

from sfr.data.layouts import FileSource
from sfr.data.layouts.brat import brat
from sfr.data.layouts.phee import phee
from sfr.data.layouts.token_json import uie
from sfr.examples import check_spans

MAIN = {"Subject", "Treatment", "Effect"}
"""The roles that brat's files say to be arguments."""


def found(shared_data, split):
    source = FileSource(path=shared_data / "PHEE" / f"{split}.json")
    rows = list(phee(source))
    assert source.problems == []
    return rows


def pieces(text, at):
    """The fragments of a mention, as they stand in the text."""
    return [text[start:end] for start, end in at]


def in_documents(shared_data):
    """What brat's files hold, by id."""
    for path in sorted((shared_data / "PHEE" / "brat_dev").glob("*.txt")):
        source = FileSource(path=path)
        (row,) = brat(source, roles="type", implied=sorted(MAIN))
        assert source.problems == []
        yield row


needs_bioc = pytest.mark.skipif(importlib.util.find_spec("bioc") is None, reason="the brat extra is not installed")


@pytest.mark.parametrize("split", ["train", "dev"])
def test_every_expected_unit_is_met(shared_data, split):
    rows = found(shared_data, split)
    lines = (shared_data / "expected" / "phee_units.jsonl").read_text(encoding="utf-8").splitlines()
    expected = [row for row in map(json.loads, lines) if row["split"] == split]
    read = [
        {
            "id": rows[row["index"]].id,
            "text": rows[row["index"]].text,
            "events": [
                {
                    "type": event.type,
                    "trigger": pieces(row["text"], event.trigger_at),
                    "args": [[a.role, pieces(row["text"], a.at)] for a in event.arguments],
                }
                for event in rows[row["index"]].gold.events
            ],
        }
        for row in expected
    ]
    assert read == [{key: row[key] for key in ("id", "text", "events")} for row in expected]


@pytest.mark.parametrize("split", ["train", "dev"])
def test_every_mention_stands_where_it_is_said_to(shared_data, split):
    assert [problem for row in found(shared_data, split) for problem in check_spans(row.text, row.gold)] == []


@pytest.mark.parametrize("split", ["train", "dev"])
def test_no_more_is_found_in_the_slice_than_in_the_whole_split(shared_data, split):
    counts = json.loads((shared_data / "expected" / "counts.json").read_text(encoding="utf-8"))["PHEE"][split]
    rows = found(shared_data, split)
    events = Counter(event.type for row in rows for event in row.gold.events)
    roles = Counter(a.role for row in rows for event in row.gold.events for a in event.arguments)
    assert len(rows) <= counts["items"]
    assert events <= Counter(counts["events"])
    assert roles <= Counter(counts["roles"])


@pytest.mark.parametrize("split", ["train", "dev"])
def test_as_many_arguments_are_found_as_the_file_holds(shared_data, split):
    """Counted in the text of the file: one for each list of fragments, one for each attribute."""
    lines = (shared_data / "PHEE" / f"{split}.json").read_text(encoding="utf-8").splitlines()
    expected = [sum(count for _, count in fillers(json.loads(line))) for line in lines]
    assert [sum(len(e.arguments) + 1 for e in row.gold.events) for row in found(shared_data, split)] == expected


def fillers(value, name=""):
    """Name and number of fillers of everything in a row that has fillers, triggers included."""
    if isinstance(value, list):
        yield from (pair for item in value for pair in fillers(item, name))
    if isinstance(value, dict):
        if "start" in value:
            yield name, 1 if "value" in value else len(value["start"])
        yield from (pair for key, item in value.items() for pair in fillers(item, key))


@needs_bioc
def test_every_mention_of_brats_files_stands_where_it_is_said_to(shared_data):
    assert [problem for row in in_documents(shared_data) for problem in check_spans(row.text, row.gold)] == []


@needs_bioc
def test_brats_files_hold_the_events_of_the_json(shared_data):
    def events(row):
        return {
            (event.type, event.trigger, event.trigger_at, frozenset(a for a in event.arguments if a.role in MAIN))
            for event in row.gold.events
            if event.type != "Combination"
        }

    by_id = {row.id: row for row in found(shared_data, "dev")}
    both = [(row, by_id[row.id]) for row in in_documents(shared_data) if row.id in by_id]
    assert len(both) == 9
    assert [(row.text, events(row)) for row, _ in both] == [(row.text, events(row)) for _, row in both]


def test_uies_copy_has_its_mentions_where_it_says(shared_data):
    source = FileSource(path=shared_data / "formats" / "uie_text2spotasoc_phee2.jsonl")
    rows = list(uie(source))
    assert (len(rows), source.problems) == (20, [])
    assert [problem for row in rows for problem in check_spans(row.text, row.gold)] == []


def test_uies_copy_holds_the_triggers_of_the_json(shared_data):
    by_id = {row.id: row for row in found(shared_data, "dev")}
    source = FileSource(path=shared_data / "formats" / "uie_text2spotasoc_phee2.jsonl")
    both = [(row, by_id[row.id]) for row in uie(source) if row.id in by_id]
    assert both
    assert [sorted(words(row)) for row, _ in both] == [sorted(words(row)) for _, row in both]


def words(row):
    """The triggers without white space, for UIE's copy is tokenised."""
    return ["".join(event.trigger.split()) for event in row.gold.events]
