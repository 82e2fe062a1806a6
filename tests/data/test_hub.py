"""Data sets from the hub, read by the real library from a folder that holds copies of repositories."""

import json
import sys

import pytest

from sfr.data.building import BuildError, Order, build
from sfr.data.catalogue import DataSet, data_set
from sfr.data.hub import HubError, as_on_hub, hub_rows, rows_fingerprint

datasets = pytest.importorskip("datasets")

README = """\
---
configs:
- config_name: first
  default: true
  data_files:
  - split: train
    path: train.jsonl
  - split: validation
    path: dev.jsonl
- config_name: second
  data_files:
  - split: train
    path: second.jsonl
---

A copy of a repository.
"""
ROWS = [
    {"tokens": ["Anna", "Lind", "left", "Oslo"], "tags": [1, 2, 0, 3]},
    {"tokens": ["It", "rained"], "tags": [0, 0]},
]
OTHER = [{"tokens": ["Rome"], "tags": [3]}]
HUB = {
    "id": "somebody/own_ner",
    "splits": {"train": "train", "dev": "validation"},
    "layout": "tagged_rows",
    "options": {"tokens": "tokens", "tags": "tags", "names": ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]},
}
ENTRY = {
    "name": "own",
    "task": "ner",
    "layout": "columns",
    "files": {"train": ["train.txt"]},
    "labels": {"PER": "person", "LOC": "place"},
    "home": "a page about it",
    "hub": HUB,
}


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture(autouse=True)
def offline(tmp_path, monkeypatch):
    """The library keeps what it caches to the test, and asks no server."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache" / "datasets")
    monkeypatch.setattr(datasets.config, "HF_MODULES_CACHE", tmp_path / "cache" / "modules")


@pytest.fixture
def mirror(tmp_path):
    """A folder with a copy of a repository."""
    home = tmp_path / "mirror" / HUB["id"]
    home.mkdir(parents=True)
    (home / "README.md").write_text(README, encoding="utf-8")
    for name, rows in {"train": ROWS, "dev": OTHER, "second": OTHER * 2}.items():
        (home / f"{name}.jsonl").write_text(lines(rows), encoding="utf-8")
    return tmp_path / "mirror"


@pytest.fixture
def order(tmp_path, mirror):
    """An order for the copy, with changes to what the catalogue says of the hub."""

    def ordered(**changes):
        return Order(DataSet(**{**ENTRY, "hub": {**HUB, **changes}}), None, tmp_path / "out", mirror)

    return ordered


def examples(order, split):
    return [json.loads(line) for line in (order.out / "own" / f"{split}.jsonl").read_text().splitlines()]


def refused(order):
    """What is said of a data set that cannot be had; nothing of it is written."""
    with pytest.raises(BuildError) as caught:
        build(order)
    assert not order.out.exists() or list(order.out.iterdir()) == []
    (problem,) = caught.value.problems
    return problem


# -- what is built ----------------------------------------------------------------------------


def test_a_copy_with_numbers_for_tags_is_built(order):
    made = order()
    result = build(made).result
    assert {split: found["rows"] for split, found in result["splits"].items()} == {"train": 2, "dev": 1}
    assert [(row["id"], row["text"], row["gold"], row.get("at")) for row in examples(made, "train")] == [
        (
            "train-1",
            "Anna Lind left Oslo",
            {"person": ["Anna Lind"], "place": ["Oslo"]},
            {"person": [[[0, 9]]], "place": [[[15, 19]]]},
        ),
        ("train-2", "It rained", {}, None),
    ]


NAMED = {
    "tokens": datasets.Sequence(datasets.Value("string")),
    "tags": datasets.Sequence(datasets.ClassLabel(names=HUB["options"]["names"])),
}


@pytest.mark.parametrize("features", [None, datasets.Features(NAMED)], ids=["numbers", "named tags"])
def test_a_copy_in_parquet_is_built_to_the_same_examples(order, mirror, features):
    build(order())
    before = examples(order(), "train")
    home = mirror / "somebody" / "else"
    (home / "data").mkdir(parents=True)
    datasets.Dataset.from_list(ROWS, features=features).to_parquet(home / "data" / "train-00000-of-00001.parquet")
    assert build(order(id="somebody/else", splits={"train": "train"})).fresh
    assert examples(order(), "train") == before


def test_a_configuration_other_than_the_first_is_read_on_request(order):
    made = order(config="second", splits={"train": "train"})
    build(made)
    assert [row["text"] for row in examples(made, "train")] == ["Rome", "Rome"]


def test_a_copy_without_a_header_is_read_by_the_names_of_its_files(order, mirror):
    home = mirror / HUB["id"]
    for name in ("README.md", "second.jsonl"):
        (home / name).unlink()
    made = order()
    build(made)
    assert [len(examples(made, split)) for split in ("train", "dev")] == [2, 1]


def test_the_manifest_has_a_fingerprint_of_the_rows_and_no_folder(order, tmp_path):
    made = order()
    build(made)
    text = (made.out / "own" / "manifest.json").read_text(encoding="utf-8")
    assert json.loads(text)["made_from"]["files"] == {
        "train": rows_fingerprint(ROWS),
        "dev": rows_fingerprint(OTHER),
    }
    assert str(tmp_path) not in text


def test_a_copy_that_stands_is_left_alone(order):
    assert [build(order()).fresh for _ in range(2)] == [True, False]


def test_a_copy_that_changed_is_built_anew(order, mirror):
    build(order())
    (mirror / HUB["id"] / "dev.jsonl").write_text(lines(OTHER * 3), encoding="utf-8")
    assert build(order()).fresh
    assert len(examples(order(), "dev")) == 3


def test_a_split_of_the_copy_is_carved_as_the_description_says(tmp_path, mirror):
    entry = {
        **ENTRY,
        "files": {"all": ["all.txt"]},
        "carve": {"source": "all", "sizes": {"train": 1, "test": 1}},
        "hub": {**HUB, "splits": {"all": "train"}},
    }
    result = build(Order(DataSet(**entry), None, tmp_path / "out", mirror)).result
    assert {split: found["rows"] for split, found in result["splits"].items()} == {"train": 1, "test": 1}


# -- the description of a copy ----------------------------------------------------------------


def test_on_the_hub_layout_options_and_labels_are_those_of_the_copy():
    data = DataSet(**{**ENTRY, "original": {"unescape": True}, "hub": {**HUB, "labels": {"per": "person"}}})
    found = as_on_hub(data)
    assert (found.layout, found.options, found.original, found.labels) == (
        "tagged_rows",
        HUB["options"],
        None,
        {"per": "person"},
    )


def test_a_copy_without_a_label_map_has_that_of_the_data_set():
    assert as_on_hub(DataSet(**ENTRY)).labels == ENTRY["labels"]


def test_a_copy_with_all_three_splits_is_not_carved():
    carve = {"source": "all", "sizes": {"train": 1}}
    entry = {**ENTRY, "files": {"all": ["all.txt"]}, "carve": carve}
    splits = {"train": "train", "dev": "validation", "test": "test"}
    assert as_on_hub(DataSet(**{**entry, "hub": {**HUB, "splits": splits}})).carve is None
    assert as_on_hub(DataSet(**{**entry, "hub": {**HUB, "splits": {"all": "train"}}})).carve is not None


def test_the_schema_of_a_copy_is_that_of_the_data_set(order):
    made = order(labels={"LOC": "place", "PER": "person"})
    build(made)
    assert examples(made, "train")[0]["schema"]["types"] == ["person", "place"]


def test_a_label_of_the_copy_cannot_become_one_that_the_data_set_has_not():
    with pytest.raises(ValueError, match=r"hub\.labels"):
        DataSet(**{**ENTRY, "hub": {**HUB, "labels": {"PER": "human"}}})


# -- what cannot be had -----------------------------------------------------------------------


def test_a_data_set_that_is_not_on_the_hub_is_told_with_where_to_get_it(tmp_path, mirror):
    data = DataSet(**{**ENTRY, "hub": None})
    assert refused(Order(data, None, tmp_path / "out", mirror)) == "own is not on the hub; get it from a page about it"


def test_a_missing_copy_is_told_with_its_folder(order, mirror):
    made = order(id="somebody/else")
    assert refused(made) == f"expected a copy of somebody/else in {mirror / 'somebody/else'}, found no folder"


def test_an_unknown_split_is_told(order, mirror):
    problem = refused(order(splits={"train": "trains"}))
    assert problem.startswith(f"{mirror / HUB['id']}, split trains: ")


def test_an_unknown_configuration_is_told(order, mirror):
    problem = refused(order(config="third"))
    assert problem.startswith(f"{mirror / HUB['id']}, configuration third, split train: ")


BROKEN = {
    "a line that is no JSON": ("train.jsonl", lines(ROWS) + "left\n"),
    "an empty file": ("train.jsonl", ""),
    "a header that is no YAML": ("README.md", "---\nconfigs: [\n---\n"),
    "a table that is none": ("train.parquet", "left"),
}


@pytest.mark.parametrize(("name", "content"), BROKEN.values(), ids=BROKEN)
def test_a_copy_that_cannot_be_read_is_told_with_its_folder(order, mirror, name, content):
    home = mirror / HUB["id"]
    if name == "train.parquet":
        (home / "README.md").write_text(README.replace("train.jsonl", name), encoding="utf-8")
    (home / name).write_text(content, encoding="utf-8")
    assert refused(order()).startswith(f"{home}, split ")


def test_a_copy_without_any_file_is_told_with_its_folder(order, mirror):
    (mirror / "somebody" / "else").mkdir()
    assert refused(order(id="somebody/else")).startswith(f"{mirror / 'somebody/else'}, split train: ")


def test_a_loading_script_is_never_run(order, mirror):
    home = mirror / "somebody" / "else"
    home.mkdir()
    (home / "else.py").write_text("raise SystemExit\n", encoding="utf-8")
    assert refused(order(id="somebody/else")).startswith(f"{home}, split train: ")


def test_rows_of_other_columns_are_told_with_their_numbers(order, mirror):
    home = mirror / "somebody" / "else"
    home.mkdir()
    (home / "train.jsonl").write_text(lines([{"words": ["a"]}]), encoding="utf-8")
    made = order(id="somebody/else", splits={"train": "train"})
    with pytest.raises(BuildError) as caught:
        build(made)
    assert caught.value.problems[0].startswith("somebody/else/train:1: tokens: expected ")


def test_a_tag_without_a_name_is_told_with_its_row(order, mirror):
    (mirror / HUB["id"] / "train.jsonl").write_text(lines([*ROWS, {"tokens": ["a"], "tags": [9]}]), encoding="utf-8")
    problem = refused(order())
    assert problem.startswith(f"{HUB['id']}/train:3: ")
    assert problem.endswith("found the number 9")


def test_without_a_connection_the_hub_is_told_to_be_out_of_reach(order):
    made = Order(order().data, None, order().out)
    assert refused(made).startswith(f"{HUB['id']}, split train: ")


def test_without_the_library_it_is_told_what_to_install(order, monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    assert refused(order()) == "reading from the hub takes datasets: python -m pip install 'sfr[hub]'"


def test_rows_that_cannot_be_had_are_a_hub_error(mirror):
    with pytest.raises(HubError, match="found no folder"):
        hub_rows(data_set("bc5cdr").hub, "train", mirror)


# -- fingerprints -----------------------------------------------------------------------------


def test_a_fingerprint_tells_rows_apart_by_content_and_order():
    assert rows_fingerprint(ROWS) == rows_fingerprint([dict(row) for row in ROWS])
    assert len({rows_fingerprint(rows) for rows in (ROWS, ROWS[::-1], ROWS[:1], [])}) == 4
