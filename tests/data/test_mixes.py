from importlib import resources

import pytest
import yaml

from sfr.data.catalogue import data_set, names
from sfr.data.mixes import MIXES, MixError, mix_of, read_mix
from sfr.data.prompts import template
from tests.training import RELATION_SETS, RESAMPLED

# Tables 8 and 9 and appendix A.3 of the paper.
ROWS = {
    "cm_1": {"ner": 845_646},
    "cm_2": {"ner": 44_951, "re": 179_794},
    "cm_3": {"ner": 7_494, "re": 7_494, "ee": 9_991},
    "sa": {"re": 9_000, "ee": 9_000},
    "de_ner": {"ner": 80_000},
    "de_re": {"re": 50_000},
    "de_ee": {"ee": 9_991},
}
TOTALS = {"cm_1": 845_646, "cm_2": 224_745, "cm_3": 24_979, "sa": 18_000}
RATIOS = {"cm_2": (2, 8), "cm_3": (3, 3, 4), "sa": (1, 1)}

PARTS = [(name, part) for name in MIXES for part in mix_of(name).parts]
IDS = [f"{name} {part.task}" for name, part in PARTS]

OWN = """\
name: own
title: of our own
seed: 7
template: sa-records
parts:
  - task: ner
    rows: 10
"""


@pytest.fixture
def write(tmp_path):
    """Writes the file of a mixture."""

    def write(text, name="own.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def problems(path):
    with pytest.raises(MixError) as error:
        read_mix(path)
    return str(error.value).splitlines()


# -- the shipped mixtures --------------------------------------------------------------------------------


def test_the_mixtures_are_those_of_the_pipeline_in_its_order():
    assert tuple(ROWS) == MIXES


def test_every_mixture_that_is_shipped_can_be_asked_for():
    files = {file.name for file in resources.files("sfr.data").joinpath("mixtures").iterdir()}
    assert {name for name in files if name.endswith(".yaml")} == {f"{name}.yaml" for name in MIXES}


@pytest.mark.parametrize("name", MIXES)
def test_a_mixture_has_the_name_of_its_file(name):
    assert mix_of(name).name == name


@pytest.mark.parametrize(("name", "rows"), ROWS.items())
def test_a_mixture_has_the_counts_of_the_paper(name, rows):
    assert {part.task: part.rows for part in mix_of(name).parts} == rows


@pytest.mark.parametrize(("name", "total"), TOTALS.items())
def test_a_mixture_has_the_total_of_table_9(name, total):
    assert sum(part.rows for part in mix_of(name).parts) == total


@pytest.mark.parametrize(("name", "ratio"), RATIOS.items())
def test_a_mixture_has_the_ratio_of_the_paper(name, ratio):
    rows = [part.rows for part in mix_of(name).parts]
    exact = [sum(rows) * part / sum(ratio) for part in ratio]
    assert all(abs(found - wanted) < 3 for found, wanted in zip(rows, exact, strict=True))


def test_every_phase_has_a_seed_of_its_own():
    assert len({mix_of(name).seed for name in MIXES}) == len(MIXES)


@pytest.mark.parametrize("name", MIXES)
def test_the_template_of_a_mixture_is_shipped_and_has_an_instruction_for_its_tasks(name):
    mix = mix_of(name)
    assert {part.task for part in mix.parts} <= template(mix.template).instructions.keys()


@pytest.mark.parametrize("name", MIXES)
def test_complete_modeling_writes_all_types_and_what_follows_does_not(name):
    assert template(mix_of(name).template).empty == ("keep" if name.startswith("cm") else "omit")


@pytest.mark.parametrize(("name", "part"), PARTS, ids=IDS)
def test_the_sets_that_a_mixture_names_are_in_the_catalogue_with_its_task(name, part):
    named = [*(part.sets or ()), *part.oversample_to]
    assert {data_set(found).task for found in named} <= {part.task}
    assert set(named) <= set(names())


@pytest.mark.parametrize(("name", "part"), PARTS, ids=IDS)
def test_the_sets_that_a_mixture_names_have_rows_to_train_on(name, part):
    assert part.split == "train"
    assert all(data_set(found).published.train for found in part.oversample_to)


@pytest.mark.parametrize(
    ("name", "part"), [(name, part) for name, part in PARTS if part.task == "ner" and name.startswith("cm")]
)
def test_entity_sets_that_were_resampled_have_the_size_of_table_8(name, part):
    sizes = {"ACE2005_NER": 15_000, "CoNLL2003": 15_000, "tweetNER7": 15_000, "Ontonotes": 30_000}
    assert part.oversample_to == sizes
    assert {found: data_set(found).published.train for found in sizes} == sizes


@pytest.mark.parametrize(
    ("name", "part"), [(name, part) for name, part in PARTS if part.task == "re" and name.startswith("cm")]
)
def test_relation_sets_are_resampled_so_that_all_of_them_add_up_to_the_paper(name, part):
    assert part.oversample_to == RESAMPLED
    assert sum({**RELATION_SETS, **part.oversample_to}.values()) == 179_794


def test_an_unknown_mixture_is_refused_with_those_that_there_are():
    with pytest.raises(MixError) as error:
        mix_of("cm_4")
    assert str(error.value) == (
        "unknown mixture 'cm_4'; known: cm_1, cm_2, cm_3, sa, de_ner, de_re, de_ee, or a .yaml file of yours"
    )


# -- mixtures of one's own -------------------------------------------------------------------------------


def test_a_mixture_of_ones_own_is_a_file_of_the_same_shape(write):
    (part,) = read_mix(write(OWN)).parts
    assert (part.task, part.rows, part.split) == ("ner", 10, "train")
    assert (part.sets, part.oversample_to, part.stratify) == (None, {}, None)


@pytest.mark.parametrize("name", MIXES)
def test_a_shipped_mixture_can_be_copied_and_changed(write, name):
    text = resources.files("sfr.data").joinpath("mixtures", f"{name}.yaml").read_text(encoding="utf-8")
    assert read_mix(write(text)) == mix_of(name)


def test_all_that_is_wrong_with_a_mixture_is_told_at_once(write):
    broken = {
        "name": "a b",
        "seed": "x",
        "color": "red",
        "parts": [
            {"task": "pos", "rows": 0, "split": "", "stratify": "evenly", "oversample_to": {"wikiann": -1}},
            {"rows": 1.5, "set": ["wikiann"]},
        ],
    }
    path = write(yaml.safe_dump(broken))
    places = [found.removeprefix(f"{path}: ").partition(":")[0] for found in problems(path)]
    assert sorted(places) == [
        "color",
        "name",
        "parts.0.oversample_to.wikiann",
        "parts.0.rows",
        "parts.0.split",
        "parts.0.stratify",
        "parts.0.task",
        "parts.1.rows",
        "parts.1.set",
        "parts.1.task",
        "seed",
        "template",
        "title",
    ]


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        (b"", "expected fields and their values, found "),
        (b"- a\n", "expected fields and their values, found "),
        (b"name: [a\n", "not YAML: "),
        (b"name: \xff\n", "expected UTF-8: invalid start byte at byte 6"),
        (b"name: ../elsewhere\n", "name: String should match pattern"),
    ],
    ids=["empty", "a list", "no YAML", "no UTF-8", "a name that leads elsewhere"],
)
def test_a_file_that_holds_no_mixture_is_named(write, text, begins):
    path = write(text)
    assert problems(path)[0].startswith(f"{path}: {begins}")


def test_a_mixture_without_parts_is_none(write):
    path = write(OWN.partition("parts")[0] + "parts: []\n")
    (problem,) = problems(path)
    assert problem.startswith(f"{path}: parts: List should have at least 1 item")


def test_a_mixture_that_is_not_there_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_mix(tmp_path / "none.yaml")
