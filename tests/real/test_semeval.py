"""SemEval-2010 task 8: the reader meets what others have counted and extracted."""

import json
import re
from collections import Counter

import pytest

from sfr.data.layouts import FileSource
from sfr.data.layouts.marked import marked
from sfr.examples import check_spans

ITEMS = 300  # in the slice


@pytest.fixture(scope="module")
def path(shared_data):
    return shared_data / "semeval_RE" / "TRAIN_FILE.TXT"


@pytest.fixture(scope="module")
def rows(path):
    source = FileSource(path=path)
    found = list(marked(source))
    assert source.problems == []
    return found


def labels(path):
    """The lines with the labels, without their directions."""
    lines = re.findall(r"^([A-Z][A-Za-z-]+)(?:\(e\d,e\d\))?\r?$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return Counter(lines)


def test_every_item_is_found(rows):
    assert [row.id for row in rows] == [str(number) for number in range(1, ITEMS + 1)]


def test_every_relation_is_found(path, rows):
    found = Counter(relation.type for row in rows for relation in row.gold.relations)
    assert found == labels(path)
    assert found.total() == ITEMS


def test_the_relations_are_among_those_of_the_whole_set(shared_data, rows):
    counts = json.loads((shared_data / "expected" / "counts.json").read_text(encoding="utf-8"))
    whole = Counter(counts["semeval_RE"]["train"]["relations"])
    assert Counter(relation.type for row in rows for relation in row.gold.relations) <= whole


def test_every_unit_is_as_expected(shared_data, rows):
    lines = (shared_data / "expected" / "semeval_units.jsonl").read_text(encoding="utf-8").splitlines()
    expected = [json.loads(line) for line in lines]
    assert expected
    for item in expected:
        row = rows[item["index"]]
        relations = [[relation.type, relation.head, relation.tail] for relation in row.gold.relations]
        assert (row.text, relations) == (item["text"], item["relations"])


def test_every_mention_stands_at_its_offsets(rows):
    assert all(relation.head_at and relation.tail_at for row in rows for relation in row.gold.relations)
    assert [problem for row in rows for problem in check_spans(row.text, row.gold)] == []
