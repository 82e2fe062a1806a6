"""From the real slices to training files: built, mixed, exported, checked, and opened by others."""

import json
from collections import Counter

import pytest

import sfr
from sfr.data.building import Order, build
from sfr.data.catalogue import data_set, names
from sfr.data.exporting import export
from sfr.data.mixes import mix_of
from sfr.data.mixing import write_mix
from sfr.data.preflight import Limits, check_rows
from sfr.data.prompts import template, template_names
from sfr.data.trainer_rows import TRAINERS
from sfr.examples import read_example
from sfr.structures import TASKS
from tests.training import rows_in

REWARDS = {task: sfr.reward(task) for task in TASKS}
RECORDS = [name for name in template_names() if template(name).format == "records"]
SLOTS = [name for name in template_names() if template(name).format == "slots"]

TRAINED_ON = {"broad_twitter_corpus", "wikiann", "AnatEM", "bc2gm", "bc5cdr", "ncbi-disease"}
SETS = {
    "cm_1": TRAINED_ON,
    "cm_2": TRAINED_ON | {"semeval_RE"},
    "cm_3": TRAINED_ON | {"semeval_RE", "PHEE"},
    "sa": {"semeval_RE", "PHEE"},
    "de_ner": TRAINED_ON,
    "de_re": {"semeval_RE"},
}
SCALES = {"cm_1": 0.002, "cm_2": 0.002, "cm_3": 0.04, "sa": 0.03, "de_ner": 0.01, "de_re": 0.01}
COUNTS = {
    "cm_1": {"ner": 1_691},
    "cm_2": {"ner": 90, "re": 359},
    "cm_3": {"ner": 300, "re": 300, "ee": 399},
    "sa": {"re": 270, "ee": 270},
    "de_ner": {"ner": 800},
    "de_re": {"re": 500},
}


@pytest.fixture(scope="module")
def built(shared_data, tmp_path_factory):
    """The data sets at hand, built."""
    folder = tmp_path_factory.mktemp("built")
    for name in names():
        if (shared_data / name).is_dir():
            build(Order(data_set(name), shared_data / name, folder))
    return folder


@pytest.fixture(scope="module")
def mixed(built, tmp_path_factory):
    """The file of every mixture that can be made of them, small."""
    folder = tmp_path_factory.mktemp("mixed")
    return {
        name: write_mix(mix_of(name), built, folder / f"{name}.jsonl", scale=scale).path
        for name, scale in SCALES.items()
    }


@pytest.fixture(scope="module")
def exported(mixed, tmp_path_factory):
    """The rows of the third phase for every trainer."""
    folder = tmp_path_factory.mktemp("rows")
    for name in TRAINERS:
        (folder / name).mkdir()
    return {name: export(mixed["cm_3"], folder / name, name, template("cm-records")).path for name in TRAINERS}


def check(path, chosen):
    return check_rows(path, REWARDS, template(chosen), Limits())


def test_the_fifteen_sets_at_hand_are_built(built):
    assert len(list(built.glob("*/manifest.json"))) == 15


@pytest.mark.parametrize("name", SCALES)
def test_a_mixture_of_real_sets_has_its_counts(mixed, name):
    assert Counter(row["task"] for row in rows_in(mixed[name])) == COUNTS[name]


@pytest.mark.parametrize("name", SCALES)
def test_a_mixture_of_real_sets_holds_those_that_are_trained_on(mixed, name):
    assert {row["dataset"] for row in rows_in(mixed[name])} == SETS[name]


@pytest.mark.parametrize("name", SCALES)
def test_all_rows_of_a_mixture_are_of_the_split_to_train_on(mixed, name):
    assert {row["split"] for row in rows_in(mixed[name])} == {"train"}


@pytest.mark.parametrize("chosen", RECORDS)
@pytest.mark.parametrize("name", SCALES)
def test_every_real_target_of_records_earns_the_best_reward(mixed, name, chosen):
    found = check(mixed[name], chosen)
    assert (found.problems, found.rows) == ([], COUNTS[name])


@pytest.mark.parametrize("chosen", SLOTS)
@pytest.mark.parametrize("name", SCALES)
def test_few_real_targets_of_paper_strings_are_below_the_best(mixed, name, chosen):
    found = check(mixed[name], chosen)
    assert found.rows == COUNTS[name]
    assert found.below.total() == found.count < found.rows.total() / 10


@pytest.mark.parametrize("chosen", SLOTS)
def test_the_paper_strings_that_lose_something_are_reported_with_their_lines(mixed, chosen):
    found = check(mixed["cm_1"], chosen)
    examples = [read_example(line) for line in mixed["cm_1"].read_bytes().splitlines()]
    assert found.count > 0
    for number, problem in found.problems:
        example = examples[number - 1]
        target = template(chosen).target(example.gold, example.task, example.schema)
        read = sfr.parse(target, example.task, text=example.text, schema=example.schema).extraction
        kinds = [Counter((entity.type, entity.text) for entity in side.entities) for side in (example.gold, read)]
        assert set(kinds[0]) != set(kinds[1])
        assert problem.startswith("target: scores ")


@pytest.mark.parametrize("name", TRAINERS)
def test_the_real_rows_of_every_trainer_are_well(exported, name):
    found = check(exported[name], "cm-records")
    assert (found.problems, found.rows) == ([], COUNTS["cm_3"])


@pytest.mark.parametrize("name", TRAINERS)
def test_the_ground_truths_of_real_rows_are_those_of_the_mixture(mixed, exported, name):
    truths = [json.loads(TRAINERS[name].read(row)[2]) for row in rows_in(exported[name])]
    assert truths == [
        {"task": row["task"], "text": row["text"], "gold": row["gold"], "schema": row["schema"]}
        for row in rows_in(mixed["cm_3"])
    ]


@pytest.mark.parametrize("name", TRAINERS)
def test_the_datasets_library_opens_real_rows(exported, tmp_path, name):
    datasets = pytest.importorskip("datasets")
    form = "parquet" if name == "verl" else "json"
    found = datasets.load_dataset(form, data_files=str(exported[name]), split="train", cache_dir=str(tmp_path))
    assert found.to_list() == rows_in(exported[name])


@pytest.mark.parametrize("name", TRAINERS)
def test_pandas_opens_real_rows(exported, name):
    pandas = pytest.importorskip("pandas")
    path = exported[name]
    found = pandas.read_parquet(path) if name == "verl" else pandas.read_json(path, lines=True)
    assert len(found) == 999
    assert list(found.columns) == list(rows_in(path)[0])
