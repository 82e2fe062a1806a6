"""The catalogue says of each data set what the paper, its files and its readers say, and refuses what it cannot mean."""

import inspect
import json
from collections import Counter
from pathlib import Path

import pytest

from sfr.data import catalogue
from sfr.data.catalogue import SPLITS, CatalogueError, DataSet, data_set, names, read_data_set
from sfr.data.layouts import LAYOUTS
from sfr.data.rules import RULES
from sfr.data.splits import find_files

SETS = Path(catalogue.__file__).parent / "sets"
NAMES = names()
WITH_HUB = [name for name in NAMES if data_set(name).hub is not None]

OWN = """\
name: own
task: ner
title: A data set of one's own
layout: columns
files: {train: [train.txt]}
labels: {PER: person, LOC: location, MISC: null}
empty: keep
published: {labels: 2}
licence: ours
home: here
checked: written
"""


# -- the shipped data sets --------------------------------------------------------------------


def test_table_8_has_25_data_sets_for_ner_8_for_re_and_3_for_ee():
    assert Counter(data_set(name).task for name in NAMES) == {"ner": 25, "re": 8, "ee": 3}


def test_every_file_has_its_place_in_the_order_once():
    assert sorted(NAMES) == sorted(path.stem for path in SETS.glob("*.yaml"))


def test_the_order_is_by_task():
    assert [data_set(name).task for name in NAMES] == ["ner"] * 25 + ["re"] * 8 + ["ee"] * 3


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_called_as_its_data_set(name):
    assert data_set(name).name == name


@pytest.mark.parametrize("name", NAMES)
def test_prompts_have_as_many_types_and_roles_as_table_8_says(name):
    data = data_set(name)
    schema = data.prompt_schema
    assert (len(schema.types), len(schema.roles)) == (data.published.labels, data.published.roles or 0)


@pytest.mark.parametrize(
    ("task", "split", "rows"),
    [
        ("ner", "train", 830_205),
        ("ner", "dev", 129_997),
        ("ner", "test", 130_345),
        ("re", "train", 155_493),
        ("re", "dev", 10_628),
        ("re", "test", 16_911),
        ("ee", "train", 9_991),
        ("ee", "dev", 2_076),
        ("ee", "test", 2_761),
    ],
)
def test_the_sizes_add_up_to_those_of_table_8(task, split, rows):
    published = [data_set(name).published for name in NAMES if data_set(name).task == task]
    assert sum(getattr(sizes, split) or 0 for sizes in published) == rows


@pytest.mark.parametrize("name", ["MIT_Movie", "MIT_Restaurant", *(n for n in NAMES if n.startswith("CrossNER"))])
def test_sets_for_transfer_without_training_have_no_number_for_train(name):
    assert data_set(name).published.train is None


@pytest.mark.parametrize("name", ["FindVehicle", "MIT_Movie", "MIT_Restaurant"])
def test_a_dev_split_that_is_the_test_split_is_warned_of(name):
    data = data_set(name)
    assert data.files["dev"] == data.files["test"]
    assert any(note.startswith("Dev and test are the same") for note in data.notes)


@pytest.mark.parametrize("name", NAMES)
def test_the_paper_keeps_rows_without_a_unit_in_ner_only(name):
    data = data_set(name)
    assert data.empty == ("keep" if data.task == "ner" else "drop")


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("broad_twitter_corpus", ("location", "person", "organization")),
        (
            "SciERC",
            ("conjunction", "feature of", "hyponym of", "used for", "part of", "compare", "evaluate for"),
        ),
        ("PHEE", ("potential therapeutic event", "adverse event")),
    ],
)
def test_types_are_in_the_order_of_the_papers_figures(name, types):
    assert data_set(name).prompt_schema.types == types


def test_the_arguments_of_figure_6_are_in_the_order_of_roles():
    figure = ["Subject", "Effect", "Treatment", "Treatment.Drug", "Treatment.Time_elapsed"]
    assert sorted(figure, key=data_set("PHEE").prompt_schema.roles.index) == figure


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("wikineural", "MISC"),
        ("GIDS", "NA"),
        ("multiNERD", "SUPER"),
    ],
)
def test_a_label_that_table_8_does_not_count_is_left_out(name, label):
    assert data_set(name).labels[label] is None


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("CoNLL2003", "MISC"),
        ("CrossNER_ai", "misc"),
        ("kbp37", "no_relation"),
        ("semeval_RE", "Other"),
    ],
)
def test_what_is_none_of_the_types_may_be_a_type_called_else(name, label):
    assert data_set(name).labels[label] == "else"


def test_two_labels_may_have_one_name():
    labels = data_set("kbp37").labels
    assert labels["per:alternate_names"] == labels["org:alternate_names"] == "alternate names"


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_takes_the_options_of_its_data_sets(name):
    data = data_set(name)
    uses = [(data.layout, data.options | (data.original or {}))]
    if data.hub is not None:
        uses.append((data.hub.layout, data.hub.options))
    for layout, options in uses:
        inspect.signature(LAYOUTS[layout]).bind(None, **options)
        assert all(value is not None for value in options.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_file_states_no_rule_that_is_the_default(name):
    assert [rule for rule, action in data_set(name).rules.items() if action == RULES[rule].default] == []


@pytest.mark.parametrize("name", [name for name in NAMES if data_set(name).carve is not None])
def test_carved_splits_have_the_sizes_of_table_8(name):
    data = data_set(name)
    published = {split: getattr(data.published, split) for split in data.carve.sizes}
    if data.carve.unit == "row":
        assert data.carve.sizes == published
    else:  # 1,000 articles but three
        assert sum(data.carve.sizes.values()) == 1_000 - len(data.carve.drop_groups)


@pytest.mark.parametrize("name", NAMES)
def test_every_split_of_table_8_has_files_or_is_carved(name):
    data = data_set(name)
    carved = set(data.carve.sizes) if data.carve else set()
    assert carved | set(data.files) >= set(SPLITS)


@pytest.mark.parametrize("name", WITH_HUB)
def test_a_hub_copy_has_the_splits_that_the_files_have(name):
    data = data_set(name)
    assert set(data.hub.splits) == set(data.files)


@pytest.mark.parametrize("name", [name for name in WITH_HUB if "names" in data_set(name).hub.options])
def test_the_numbers_of_a_hub_copy_stand_for_the_labels(name):
    data = data_set(name)
    tags = set(data.hub.options["names"])
    if data.hub.layout == "marked_rows":
        found = {tag.removesuffix("(e1,e2)").removesuffix("(e2,e1)") for tag in tags}
    else:
        found = {tag.partition("-")[2] for tag in tags - {"O"}}
    wanted = {label for label, prompt in data.labels.items() if prompt is not None}
    assert wanted <= found


# -- against the corpora ----------------------------------------------------------------------

LEFT_OUT = {
    "wikineural": {"MISC"},  # marked in the data, and not counted in Table 8
    "multiNERD": {"SUPER", "MISC"},  # listed by the hub copy, with no counterpart among the sixteen names
    "PHEE": {"Combination.Trigger", "@Negated", "@Severity", "@Speculated"},  # read, and not counted in Table 8
}
"""Labels and roles that the shared map has not, since they have no name in prompts."""

IN_WORDS = "(other vehicle_type-*)"
"""What the shared map says of twelve labels of FindVehicle that the catalogue spells out."""


@pytest.fixture(scope="session")
def label_maps(shared_data):
    return json.loads((shared_data / "label_maps.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_those_of_the_shared_map(label_maps, name):
    labels = data_set(name).labels
    wanted = label_maps.get(name, label_maps.get(f"{name}_events"))["map"]
    if name == "FindVehicle":
        others = set(wanted.pop(IN_WORDS).split(", "))
        assert {labels[label] for label in labels.keys() - wanted.keys()} == others
        labels = {label: labels[label] for label in wanted}
    if name == "NYT11_HRL":  # one copy has the names as labels
        labels = {label: prompt for label, prompt in labels.items() if label != prompt}
    kept = {label: prompt for label, prompt in labels.items() if label not in LEFT_OUT.get(name, ())}
    assert kept == wanted


@pytest.mark.parametrize("name", ["CASIE", "PHEE"])
def test_roles_are_those_of_the_shared_map(label_maps, name):
    roles = data_set(name).roles
    kept = {role: prompt for role, prompt in roles.items() if role not in LEFT_OUT.get(name, ())}
    assert kept == label_maps[f"{name}_roles"]["map"]


@pytest.mark.parametrize("name", NAMES)
def test_a_data_set_is_checked_on_real_files_where_there_are_some(shared_data, name):
    assert (data_set(name).checked == "real") == (shared_data / name).is_dir()


@pytest.mark.parametrize("name", [name for name in NAMES if data_set(name).checked == "real"])
def test_the_files_at_hand_are_found(shared_data, name):
    folder = shared_data / name
    found = find_files(data_set(name).files, folder)
    at_hand = [path for path in folder.iterdir() if path.is_file() and path.name != "README.txt"]
    assert sorted(path for paths in found.values() for path in paths) == sorted(at_hand)


# -- asking for one ---------------------------------------------------------------------------


def test_the_case_of_letters_in_a_name_does_not_matter():
    assert data_set("conll2003") == data_set("CoNLL2003")


def test_an_unknown_name_is_refused():
    with pytest.raises(CatalogueError, match=r"^unknown data set 'CoNLL2002'; see: sfr data list$"):
        data_set("CoNLL2002")


# -- a file of one's own ----------------------------------------------------------------------


def write(folder: Path, text: str) -> Path:
    path = folder / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(folder: Path, text: str) -> str:
    """What is said against a file, which begins every line with its name."""
    path = write(folder, text)
    with pytest.raises(CatalogueError) as caught:
        read_data_set(path)
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(f"{path}: ")
    return str(caught.value).replace(f"{path}: ", "")


def test_a_file_of_ones_own_describes_a_data_set(tmp_path):
    data = read_data_set(write(tmp_path, OWN))
    assert isinstance(data, DataSet)
    assert data.prompt_schema.types == ("person", "location")


def test_what_is_not_yaml_is_refused(tmp_path):
    assert problems_of(tmp_path, "name: [own\ntask: ner\n").startswith("not YAML: ")


def test_a_file_that_is_no_mapping_is_refused(tmp_path):
    assert problems_of(tmp_path, "- own\n").startswith("expected fields and their values, found ")


def test_bytes_that_are_not_utf_8_are_refused(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_bytes(b"name: Fran\xe7ais\n")
    with pytest.raises(CatalogueError, match=r"own\.yaml: expected UTF-8: .* at byte 10$"):
        read_data_set(path)


def test_a_file_that_is_not_there_is_no_matter_of_the_catalogue(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_data_set(tmp_path / "none.yaml")


def test_all_fields_that_are_not_as_they_must_be_are_told_at_once(tmp_path):
    text = OWN.replace("task: ner", "task: nre").replace("layout: columns\n", "") + "colour: blue\n"
    found = problems_of(tmp_path, text).splitlines()
    assert [line.partition(": ")[0] for line in found] == ["task", "layout", "colour"]


def test_all_that_does_not_fit_together_is_told_at_once(tmp_path):
    text = OWN.replace("layout: columns", "layout: rows") + (
        "carve: {source: all, sizes: {train: 1}}\n"
        "hub: {id: someone/own, splits: {train: train}, layout: lines}\n"
        "rules: {empty: keep, stray-tag: drop-unit}\n"
    )
    found = problems_of(tmp_path, text)
    for problem in (
        "layout: unknown 'rows'; known: records, columns, ",
        "hub.layout: unknown 'lines'; known: records, columns, ",
        "rules: unknown 'empty'; known: empty-mention, ",
        "rules: stray-tag can be keep, drop-row, fail, not drop-unit",
        "carve: there is no split 'all' in files",
    ):
        assert problem in found


def test_an_unknown_action_is_refused(tmp_path):
    assert problems_of(tmp_path, OWN + "rules: {stray-tag: ignore}\n").startswith("rules.stray-tag: Input should be ")


def test_a_data_set_of_events_needs_roles(tmp_path):
    found = problems_of(tmp_path, OWN.replace("task: ner", "task: ee"))
    assert "roles: expected the roles of the arguments" in found


def test_a_number_that_stands_for_a_label_is_refused(tmp_path):
    assert "labels.PER" in problems_of(tmp_path, OWN.replace("PER: person", "PER: 1"))
