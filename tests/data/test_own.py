"""Data of one's own: records in lines or in an array, and the sample as folders of it."""

import json

import pytest
import yaml

from sfr import Argument, Entity, Event, Relation
from sfr.data.building import Order, build
from sfr.data.catalogue import read_data_set
from sfr.data.layouts import FileSource, RowSource
from sfr.data.layouts.own import records
from sfr.samples import raw_files, sentences
from tests.strategies import TASKS

ROW = {"text": "Kevin left Oslo.", "gold": {"person": ["Kevin"]}}


@pytest.fixture
def read(tmp_path):
    """Reads rows, or a text, as a file; gives what was found and what was noted."""

    def reading(content, task="ner"):
        path = tmp_path / "file"
        if not isinstance(content, (str, bytes)):
            content = "".join(json.dumps(row) + "\n" for row in content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        source = FileSource(path=path)
        return list(records(source, task=task)), source.problems

    return reading


# -- what is found ----------------------------------------------------------------------------


def test_a_row_is_a_text_with_gold(read):
    (found,), problems = read([ROW])
    assert (found.line, found.text, found.id, found.group, found.flaws) == (1, ROW["text"], "", "", ())
    assert (found.gold.entities, problems) == ((Entity("person", "Kevin"),), [])


def test_a_row_may_say_where_its_mentions_are_what_it_is_called_and_where_it_belongs(read):
    (found,), _ = read([{**ROW, "at": {"person": [[[0, 5]]]}, "id": "7", "group": "news"}])
    assert (found.gold.entities[0].at, found.id, found.group) == (((0, 5),), "7", "news")


def test_relations_are_pairs(read):
    (found,), _ = read([{**ROW, "gold": {"from": [["Kevin", "Oslo"]]}}], "re")
    assert found.gold.relations == (Relation("from", "Kevin", "Oslo"),)


def test_events_have_triggers_and_arguments(read):
    (found,), _ = read([{**ROW, "gold": {"travel": [{"trigger": "left", "arguments": [["Agent", "Kevin"]]}]}}], "ee")
    assert found.gold.events == (Event("travel", "left", (Argument("Agent", "Kevin"),)),)


def test_gold_may_be_empty(read):
    (found,), problems = read([{**ROW, "gold": {}}])
    assert (found.gold.entities, problems) == ((), [])


def test_rows_may_be_the_items_of_one_array(read):
    found, problems = read(json.dumps([ROW, {**ROW, "id": "b"}], indent=1))
    assert ([(row.line, row.id) for row in found], problems) == ([(1, ""), (2, "b")], [])


def test_rows_may_come_from_elsewhere():
    assert [row.line for row in records(RowSource(rows=[ROW, ROW]), task="ner")] == [1, 2]


def test_other_fields_are_left_alone(read):
    found, problems = read([{**ROW, "source": 7}])
    assert (len(found), problems) == (1, [])


# -- what is not as it must be ----------------------------------------------------------------

BAD = {
    "no gold": ({"text": "x"}, "expected the fields text and gold, found text"),
    "no text": ({"gold": {}}, "expected the fields text and gold, found gold"),
    "nothing": ({}, "expected the fields text and gold, found none"),
    "a text that is a number": ({**ROW, "text": 5}, "expected a string at text, found 5"),
    "an id that is a number": ({**ROW, "id": 7}, "expected a string at id, found 7"),
    "a group that is a list": ({**ROW, "group": []}, "expected a string at group, found []"),
}


@pytest.mark.parametrize(("row", "message"), BAD.values(), ids=BAD)
def test_a_row_that_is_not_as_it_must_be_is_noted_and_the_others_are_read(read, row, message):
    found, problems = read([ROW, row, ROW])
    assert ([one.line for one in found], problems) == ([1, 3], [(2, message)])


SHAPES = {
    "gold that is null": ("ner", {**ROW, "gold": None}),
    "gold that is a list": ("ner", {**ROW, "gold": []}),
    "a mention without a list": ("ner", {**ROW, "gold": {"person": "Kevin"}}),
    "a mention that is a number": ("ner", {**ROW, "gold": {"person": [7]}}),
    "a relation of one end": ("re", {**ROW, "gold": {"from": [["Kevin"]]}}),
    "an event that is a string": ("ee", {**ROW, "gold": {"travel": ["left"]}}),
    "an event with a field more": ("ee", {**ROW, "gold": {"travel": [{"trigger": "left", "args": []}]}}),
    "a place that is a number": ("ner", {**ROW, "at": {"person": [5]}}),
    "a place too few": ("ner", {**ROW, "at": {"person": []}}),
    "places of a type that gold has not": ("ner", {**ROW, "at": {"place": [[]]}}),
}


@pytest.mark.parametrize("name", SHAPES)
def test_gold_of_another_shape_is_noted_by_name(read, name):
    task, row = SHAPES[name]
    found, ((line, message),) = read([row], task)
    assert (found, line) == ([], 1)
    assert message.startswith(("expected", "gold", "at"))
    assert "$" not in message  # no path of a library


def test_a_row_that_is_no_object_is_noted(read):
    found, ((line, message),) = read([ROW, [ROW]])
    assert (len(found), line, message.startswith("expected ")) == (1, 2, True)


def test_a_line_that_is_no_json_is_noted_and_the_others_are_read(read):
    found, problems = read(f"{json.dumps(ROW)}\n{{\n{json.dumps(ROW)}\n")
    assert [one.line for one in found] == [1, 3]
    assert [line for line, _ in problems] == [2]


def test_a_line_that_is_not_utf_8_is_noted(read):
    found, problems = read(b'{"text": "\xff", "gold": {}}\n' + json.dumps(ROW).encode())
    assert [one.line for one in found] == [2]
    assert problems == [(1, "expected UTF-8: invalid start byte at byte 10")]


# -- the sample -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The sample as folders of raw files."""
    folder = tmp_path_factory.mktemp("sample")
    for name, text in raw_files(sentences()).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_the_sample_has_a_folder_for_each_task(sample):
    expected = {f"sample_{task}/{name}" for task in TASKS for name in ("data_set.yaml", "sentences.jsonl")}
    assert {path.relative_to(sample).as_posix() for path in sample.glob("*/*")} == expected


@pytest.mark.parametrize("task", TASKS)
def test_the_sample_describes_the_schema_of_its_sentences(sample, task):
    said = yaml.safe_load((sample / f"sample_{task}" / "data_set.yaml").read_text(encoding="utf-8"))
    schemas = [sentence["schema"] for sentence in sentences() if sentence["task"] == task]
    assert [(list(said["labels"]), list(said["roles"]))] * len(schemas) == [
        (schema["types"], schema.get("roles", [])) for schema in schemas
    ]


@pytest.mark.parametrize("task", TASKS)
def test_the_sample_is_built_without_dirt_other_than_empty_rows(sample, tmp_path, task):
    folder = sample / f"sample_{task}"
    data = read_data_set(folder / "data_set.yaml")
    result = build(Order(data, folder, tmp_path)).result
    mine = [sentence for sentence in sentences() if sentence["task"] == task]
    assert sum(split["rows"] for split in result["splits"].values()) == len(mine)
    assert {rule for split in result["splits"].values() for rule in split["dirt"]} <= {"no-unit"}
    assert [split["rows"] for split in result["splits"].values()][1:] == [6, 6]


@pytest.mark.parametrize("task", TASKS)
def test_the_built_sample_holds_the_gold_of_its_sentences(sample, tmp_path, task):
    folder = sample / f"sample_{task}"
    build(Order(read_data_set(folder / "data_set.yaml"), folder, tmp_path))
    lines = [
        line
        for split in ("train", "dev", "test")
        for line in (tmp_path / f"sample_{task}" / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    built = {row["id"]: (row["text"], sorted_units(row["gold"])) for row in map(json.loads, lines)}
    assert built == {one["id"]: (one["text"], sorted_units(one["gold"])) for one in sentences() if one["task"] == task}


def sorted_units(gold):
    """Gold with the arguments of its events in one order."""
    return {
        kind: [{**unit, "arguments": sorted(unit["arguments"])} if isinstance(unit, dict) else unit for unit in units]
        for kind, units in gold.items()
    }
