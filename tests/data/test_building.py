"""A data set is built whole or not at all, the same bytes everywhere, and left alone while it stands."""

import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import time
from functools import cache

import pytest

from sfr.data import building, manifests
from sfr.data.building import BuildError, Order, build
from sfr.data.catalogue import DataSet
from sfr.data.storage import example_lines
from sfr.examples import read_example

TRAIN = "Anna\tB-PER\nLind\tI-PER\nleft\tO\nOslo\tB-LOC\n\nIt\tO\nrained\tO\n\nOslo\tB-LOC\nand\tO\nOslo\tB-LOC\n"
DEV = "In\tO\nRome\tB-LOC\n"
FILES = {"train.txt": TRAIN, "dev.txt": DEV}
COLUMNS = {
    "name": "own",
    "task": "ner",
    "layout": "columns",
    "files": {"train": ["train.txt"], "dev": ["dev.txt"]},
    "labels": {"PER": "person", "LOC": "place", "MISC": None},
}
RECORDS = {
    **COLUMNS,
    "layout": "records",
    "options": {"task": "ner"},
    "files": {"train": ["train.jsonl"], "dev": ["dev.jsonl"]},
}
ROW = {"text": "Kevin left Oslo.", "gold": {"PER": ["Kevin"]}}


def rows(*values):
    return "".join(json.dumps(value) + "\n" for value in values)


@pytest.fixture
def order(tmp_path):
    """An order for files of these contents; the folders are ``raw`` and ``out``."""

    def ordered(files, entry, **options):
        folder = tmp_path / "raw"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return Order(DataSet(**entry), folder, tmp_path / "out", **options)

    return ordered


@pytest.fixture
def records(order):
    """Builds rows of records as train, and gives the examples."""

    def built(*values, entry=RECORDS, **options):
        made = order({"train.jsonl": rows(*values)}, entry, **options)
        build(made)
        return examples(made)

    return built


def examples(order, split="train"):
    """The examples of a split that was built, as values."""
    lines = (order.out / order.data.name / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def contents(folder):
    """Every file below a folder, hidden ones too, with its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(order):
    """The problems of a data set that cannot be built, of which nothing is left."""
    before = contents(order.out) if order.out.exists() else {}
    with pytest.raises(BuildError) as caught:
        build(order)
    assert (contents(order.out) if order.out.exists() else {}) == before
    return caught.value.problems


# -- what is built ----------------------------------------------------------------------------


def test_a_data_set_has_a_file_for_each_split_one_for_dirt_and_a_manifest(order):
    made = order(FILES, COLUMNS)
    assert build(made).fresh
    assert sorted(contents(made.out)) == [
        f"own/{name}" for name in ("dev.jsonl", "dirt.jsonl", "manifest.json", "train.jsonl")
    ]


def test_the_examples_of_a_split_are_complete(order):
    made = order(FILES, COLUMNS)
    build(made)
    common = {"dataset": "own", "split": "train", "task": "ner", "schema": {"types": ["person", "place"], "roles": []}}
    assert examples(made) == [
        {
            "id": "train-1",
            "text": "Anna Lind left Oslo",
            "gold": {"person": ["Anna Lind"], "place": ["Oslo"]},
            "at": {"person": [[[0, 9]]], "place": [[[15, 19]]]},
            **common,
        },
        {"id": "train-2", "text": "It rained", "gold": {}, **common},
        {
            "id": "train-3",
            "text": "Oslo and Oslo",
            "gold": {"place": ["Oslo", "Oslo"]},
            "at": {"place": [[[0, 4]], [[9, 13]]]},
            **common,
        },
    ]


def test_every_line_is_an_example_that_can_be_read(order):
    made = order(FILES, COLUMNS)
    build(made)
    found = [
        read_example(line) for split in ("train", "dev") for _, line in example_lines(made.out / f"own/{split}.jsonl")
    ]
    assert [example.id for example in found] == ["train-1", "train-2", "train-3", "dev-1"]


def test_the_result_counts_each_split_in_the_usual_order(order):
    files = {"dev": ["dev.txt"], "train": ["train.txt"]}
    result = build(order(FILES, {**COLUMNS, "files": files, "published": {"train": 4}})).result
    assert list(result["splits"]) == ["train", "dev"]
    found = result["splits"]["train"]
    assert {key: found[key] for key in ("published_rows", "rows", "empty", "units", "rows_dropped")} == {
        "published_rows": 4,
        "rows": 3,
        "empty": 1,
        "units": {"person": 1, "place": 3},
        "rows_dropped": 0,
    }
    assert found["dirt"] == {
        "no-unit": {"action": "keep", "count": 1},
        "repeated-unit": {"action": "keep", "count": 1},
    }
    assert (result["shared_texts"], result["rows_in_no_split"]) == ({"train dev": 0}, 0)


def test_dirt_is_listed_with_file_line_rule_and_action(order):
    made = order(FILES, COLUMNS)
    build(made)
    assert examples(made, "dirt") == [
        {"split": "train", "file": "train.txt", "line": 6, "rule": "no-unit", "action": "keep", "message": "no entity"},
        {
            "split": "train",
            "file": "train.txt",
            "line": 9,
            "rule": "repeated-unit",
            "action": "keep",
            "message": "place | Oslo again",
        },
    ]


def test_relations_of_ones_own_are_built(records):
    entry = {**RECORDS, "task": "re", "options": {"task": "re"}, "labels": {"FROM": "from"}}
    row = {**ROW, "gold": {"FROM": [["Kevin", "Oslo"]]}, "at": {"FROM": [[[[0, 5]], [[11, 15]]]]}, "id": "a"}
    (found,) = records(row, entry=entry)
    assert (found["id"], found["gold"], found["at"]) == (
        "a",
        {"from": [["Kevin", "Oslo"]]},
        {"from": [[[[0, 5]], [[11, 15]]]]},
    )


def test_events_of_ones_own_are_built_with_their_arguments_in_the_order_of_the_roles(records):
    entry = {
        **RECORDS,
        "task": "ee",
        "options": {"task": "ee"},
        "labels": {"GO": "go"},
        "roles": {"Who": "Agent", "To": "Goal"},
    }
    row = {**ROW, "gold": {"GO": [{"trigger": "left", "arguments": [["To", "Oslo"], ["Who", "Kevin"]]}]}}
    (found,) = records(row, entry=entry)
    assert found["schema"] == {"types": ["go"], "roles": ["Agent", "Goal"]}
    assert found["gold"] == {"go": [{"trigger": "left", "arguments": [["Agent", "Kevin"], ["Goal", "Oslo"]]}]}


def test_several_files_of_a_split_are_numbered_on(order):
    made = order({"a.txt": TRAIN, "b.txt": DEV}, {**COLUMNS, "files": {"train": ["?.txt"]}})
    build(made)
    assert [row["id"] for row in examples(made)] == ["train-1", "train-2", "train-3", "train-4"]


def test_the_text_before_tokenisation_is_built_on_request_where_there_is_one(order):
    entry = {**COLUMNS, "files": {"train": ["train.txt"]}, "original": {"unescape": True}}
    made = order({"train.txt": "R\tO\n&amp;\tO\nD\tO\n"}, entry, text="original")
    assert build(made).result["text"] == "original"
    assert [row["text"] for row in examples(made)] == ["R & D"]


def test_a_source_without_another_text_gives_the_one_it_has_and_says_so(order):
    assert build(order(FILES, COLUMNS, text="original")).result["text"] == "tokens"


def test_a_table_holds_the_lines(order, tmp_path):
    lines, table = order(FILES, COLUMNS), order(FILES, COLUMNS, form="parquet")
    build(lines)
    written = [line.rstrip(b"\n") for _, line in example_lines(lines.out / "own/train.jsonl")]
    counted = build(table).result
    assert [line for _, line in example_lines(table.out / "own/train.parquet")] == written
    assert counted["splits"]["train"]["rows"] == 3
    assert sorted(contents(table.out / "own")) == ["dev.parquet", "dirt.jsonl", "manifest.json", "train.parquet"]


# -- ids --------------------------------------------------------------------------------------


def test_ids_of_the_source_are_kept(records):
    assert [row["id"] for row in records({**ROW, "id": "x"}, {**ROW, "id": "y"})] == ["x", "y"]


@pytest.mark.parametrize(
    "ids",
    [["a", "a", "a"], ["a", "a", "a-2"], ["a-2", "a", "a"], ["train-2", ""], ["a", "a-2", "a", "a-2", "a-2-2"]],
)
def test_ids_are_unique_though_the_source_repeats_them(records, ids):
    found = [row["id"] for row in records(*({**ROW, "id": name} for name in ids))]
    assert (len(set(found)), found[0]) == (len(ids), ids[0])


def test_ids_are_unique_over_the_splits(order):
    made = order({"train.jsonl": rows({**ROW, "id": "1"}), "dev.jsonl": rows({**ROW, "id": "1"})}, RECORDS)
    build(made)
    assert [examples(made, split)[0]["id"] for split in ("train", "dev")] == ["1", "1-2"]


# -- the same everywhere ----------------------------------------------------------------------


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_another_machine_builds_the_same_bytes(order, tmp_path, form):
    here = order(FILES, COLUMNS, form=form)
    build(here)
    elsewhere = tmp_path / "another" / "place"
    shutil.copytree(here.folder, elsewhere / "files")
    for path in (elsewhere / "files").iterdir():
        os.utime(path, (0, 0))
    build(Order(here.data, elsewhere / "files", elsewhere / "made", form=form))
    assert contents(elsewhere / "made") == contents(here.out)


def test_no_file_names_a_folder_of_the_machine_or_a_date(order, tmp_path):
    made = order(FILES, COLUMNS)
    build(made)
    year = time.strftime("%Y")
    written = b"".join(contents(made.out).values()).decode()
    assert str(tmp_path) not in written
    assert not re.search(rf"\b{year}-\d\d", written)


def test_the_manifest_holds_what_it_was_made_from(order):
    made = order(FILES, COLUMNS, rules={"no-unit": "drop-row"})
    result = build(made).result
    found = json.loads((made.out / "own" / "manifest.json").read_text(encoding="utf-8"))
    assert found["result"] == result
    assert (found["made_from"]["data_set"]["labels"], found["made_from"]["text"]) == (COLUMNS["labels"], "tokens")
    assert found["made_from"]["actions"]["no-unit"] == "drop-row"
    assert sorted(found["made_from"]["files"]) == ["dev.txt", "train.txt"]
    assert sorted(found["outputs"]) == ["dev.jsonl", "dirt.jsonl", "train.jsonl"]


# -- again ------------------------------------------------------------------------------------


def times(order):
    """When each file was made."""
    return {path.name: path.stat().st_mtime_ns for path in (order.out / "own").iterdir()}


def test_a_data_set_that_stands_is_left_alone(order):
    made = order(FILES, COLUMNS)
    first = build(made)
    before = times(made)
    again = build(made)
    assert (again.fresh, again.result, times(made)) == (False, first.result, before)


CHANGES = {
    "a file": ({**FILES, "dev.txt": "In\tO\nBari\tB-LOC\n"}, COLUMNS, {}),
    "a label": (FILES, {**COLUMNS, "labels": {**COLUMNS["labels"], "LOC": "location"}}, {}),
    "a rule": (FILES, COLUMNS, {"rules": {"no-unit": "drop-row"}}),
    "the form": (FILES, COLUMNS, {"form": "parquet"}),
    "the request": (FILES, COLUMNS, {"again": True}),
}


@pytest.mark.parametrize(("files", "entry", "options"), CHANGES.values(), ids=CHANGES)
def test_a_change_builds_it_anew_and_leaves_nothing_of_the_old(order, tmp_path, files, entry, options):
    build(order(FILES, COLUMNS))
    made = order(files, entry, **options)
    assert build(made).fresh
    fresh = Order(made.data, made.folder, tmp_path / "fresh", form=made.form, rules=made.rules)
    build(fresh)
    assert contents(made.out) == contents(fresh.out)


def test_a_split_that_is_gone_from_the_source_is_gone_from_the_results(order):
    build(order(FILES, COLUMNS))
    made = order(FILES, COLUMNS)
    (made.folder / "dev.txt").unlink()
    build(made)
    assert sorted(contents(made.out / "own")) == ["dirt.jsonl", "manifest.json", "train.jsonl"]


def test_another_version_builds_it_anew(order, monkeypatch):
    made = order(FILES, COLUMNS)
    build(made)
    monkeypatch.setattr(manifests, "__version__", "99")
    assert build(made).fresh


@pytest.mark.parametrize("name", ["train.jsonl", "dirt.jsonl"])
def test_a_damaged_data_set_is_built_anew(order, name):
    made = order(FILES, COLUMNS)
    build(made)
    before = contents(made.out)
    (made.out / "own" / name).write_bytes(b"{}\n")
    assert build(made).fresh
    assert contents(made.out) == before


def test_a_data_set_that_lost_a_file_is_built_anew(order):
    made = order(FILES, COLUMNS)
    build(made)
    (made.out / "own" / "train.jsonl").unlink()
    assert build(made).fresh


# -- whole or not at all ----------------------------------------------------------------------

UNKNOWN = rows(ROW, {**ROW, "gold": {"ORG": ["Kevin"]}})


def test_a_build_that_fails_writes_nothing(order):
    made = order({"train.jsonl": UNKNOWN}, RECORDS)
    refused(made)
    assert not made.out.exists() or contents(made.out) == {}


def test_a_build_that_fails_leaves_an_earlier_one_alone(order):
    made = order({"train.jsonl": rows(ROW)}, RECORDS)
    build(made)
    before = contents(made.out)
    refused(order({"train.jsonl": UNKNOWN}, RECORDS))
    assert contents(made.out) == before


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, OSError])
def test_an_error_of_any_kind_leaves_an_earlier_build_alone(order, monkeypatch, error):
    made = order(FILES, COLUMNS)
    build(made)
    before = contents(made.out)

    def fails(*_):
        raise error

    monkeypatch.setattr(building, "example_line", fails)
    with pytest.raises(error):
        build(order({**FILES, "dev.txt": TRAIN}, COLUMNS))
    assert contents(made.out) == before


def test_data_of_somebody_else_is_never_replaced(order):
    made = order({"train.jsonl": rows(ROW)}, {**RECORDS, "name": "raw"})
    before = contents(made.folder)
    into_itself = Order(made.data, made.folder, made.folder.parent)
    assert refused(into_itself) == [
        f"{made.folder} is there and was not built by sfr; name another folder for the results"
    ]
    assert contents(made.folder) == before


@pytest.mark.parametrize("manifest", ["{}", '{"name": "a data set"}', "not JSON"])
def test_a_manifest_of_somebody_else_does_not_make_a_folder_ours(order, manifest):
    made = order({"train.jsonl": rows(ROW), "manifest.json": manifest}, {**RECORDS, "name": "raw"})
    before = contents(made.folder)
    refused(Order(made.data, made.folder, made.folder.parent))
    assert contents(made.folder) == before


def test_a_file_in_the_place_of_the_results_is_never_replaced(order):
    made = order(FILES, COLUMNS)
    made.out.mkdir()
    (made.out / "own").write_text("mine")
    assert refused(made) == [
        f"{made.out / 'own'} is there and was not built by sfr; name another folder for the results"
    ]


# -- killed -----------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
from sfr.data import building
from sfr.data.catalogue import read_data_set

where = sys.argv[1]


def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)


if where == "while it writes":
    building.example_line = kill
elif where == "before the manifest":
    building.write_manifest = kill
else:  # between the two renamings: of the old folder, and of the new one
    rename = Path.rename
    Path.rename = lambda path, target: kill() if path.name.endswith(".part") else rename(path, target)

raw, out = Path(sys.argv[2]), Path(sys.argv[3])
building.build(building.Order(read_data_set(raw / "data_set.yaml"), raw, out, again=True))
"""
PLACES = ["while it writes", "before the manifest", "between the renamings"]
needs_signals = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals are those of POSIX")


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """Folders as a build that was killed leaves them, at first or when an earlier build stood; to be copied."""

    @cache
    def left(where, *, stood):
        home = tmp_path_factory.mktemp("killed")
        (home / "raw").mkdir()
        for name, content in {**FILES, "data_set.yaml": json.dumps(COLUMNS)}.items():
            (home / "raw" / name).write_text(content, encoding="utf-8")
        if stood:
            build(Order(DataSet(**COLUMNS), home / "raw", home / "out"))
        command = [sys.executable, "-c", KILLED, where, str(home / "raw"), str(home / "out")]
        found = subprocess.run(command, capture_output=True, timeout=60, check=False)
        assert found.returncode == -signal.SIGKILL, found.stderr.decode()
        return home

    return left


@needs_signals
@pytest.mark.parametrize("where", PLACES)
def test_a_build_that_is_killed_leaves_nothing_under_the_name_of_the_data_set(killed, where):
    out = killed(where, stood=False) / "out"
    assert [path.name for path in out.iterdir() if not path.name.startswith(".")] == []


@needs_signals
@pytest.mark.parametrize("where", PLACES[:2])
def test_a_build_that_is_killed_leaves_an_earlier_one_alone(order, killed, where):
    made = order(FILES, COLUMNS)
    build(made)
    assert contents(killed(where, stood=True) / "out" / "own") == contents(made.out / "own")


@needs_signals
@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("stood", [False, True], ids=["at first", "when one stood"])
def test_the_next_build_works_and_clears_away_what_was_left(order, tmp_path, killed, where, stood):
    fresh, made = order(FILES, COLUMNS), tmp_path / "killed"
    build(fresh)
    shutil.copytree(killed(where, stood=stood), made)
    build(Order(fresh.data, made / "raw", made / "out"))
    assert [path.name for path in (made / "out").iterdir()] == ["own"]
    assert contents(made / "out") == contents(fresh.out)


@needs_signals
def test_a_failing_build_behind_one_that_was_killed_brings_the_earlier_one_back(order, tmp_path, killed):
    shutil.copytree(killed("between the renamings", stood=True), tmp_path, dirs_exist_ok=True)
    with pytest.raises(BuildError):
        build(order({"train.txt": "Anna\tB-ORG\n"}, COLUMNS))
    assert examples(order(FILES, COLUMNS))[0]["text"] == "Anna Lind left Oslo"


# -- what cannot be built ---------------------------------------------------------------------


def bare(problems):
    """Problems without what else their rules could do."""
    return [problem.partition(" (the rule ")[0] for problem in problems]


def test_what_a_rule_that_fails_could_do_instead_is_told(order):
    (problem,) = refused(order(FILES, COLUMNS, rules={"no-unit": "fail"}))
    assert problem.endswith("(the rule no-unit can be keep or drop-row)")


def test_missing_files_are_told_with_the_folder_and_the_patterns(order):
    made = order({"other.txt": ""}, COLUMNS)
    assert refused(made) == [f"{made.folder}: expected files of own: train.txt, dev.txt; found none"]


def test_a_missing_folder_is_told_as_missing_files(order, tmp_path):
    made = Order(DataSet(**COLUMNS), tmp_path / "nowhere", tmp_path / "out")
    assert refused(made) == [f"{tmp_path / 'nowhere'}: expected files of own: train.txt, dev.txt; found none"]


def test_an_unknown_label_is_told_once_with_its_first_place_and_how_many_there_are(order):
    strange = {**ROW, "gold": {"ORG": ["Kevin"]}}
    made = order({"train.jsonl": rows(ROW, strange, ROW, strange, strange)}, RECORDS)
    (problem,) = refused(made)
    assert problem.startswith(
        f"{made.folder / 'train.jsonl'}:2: unknown-label: unknown label 'ORG'; known: PER, LOC, MISC"
    )
    assert problem.endswith("(and in 2 places more)")


def test_the_places_are_counted(order):
    strange = {**ROW, "gold": {"ORG": ["Kevin", "Oslo"]}}
    with pytest.raises(BuildError) as caught:
        build(order({"train.jsonl": rows(strange, strange)}, RECORDS))
    assert (len(caught.value.problems), caught.value.count) == (1, 4)


def test_of_very_many_problems_the_first_are_told_and_all_are_counted(order):
    strange = ({**ROW, "gold": {f"X{number}": ["Kevin"]}} for number in range(70))
    with pytest.raises(BuildError) as caught:
        build(order({"train.jsonl": rows(*strange)}, RECORDS))
    assert (len(caught.value.problems), caught.value.problems[-1], caught.value.count) == (51, "... and others", 70)


def test_broken_encoding_is_told_with_file_and_line(order):
    made = order({"train.txt": TRAIN.encode() + b"\nMalm\xf6\tB-LOC\n", "dev.txt": DEV}, COLUMNS)
    assert refused(made) == [f"{made.folder / 'train.txt'}:13: expected UTF-8: invalid start byte at byte 4"]


def test_every_file_with_something_wrong_is_told(order):
    made = order({"train.jsonl": rows(ROW) + "left\n", "dev.jsonl": rows({"text": "x"}, ROW)}, RECORDS)
    assert [problem.partition(": ")[0] for problem in refused(made)] == [
        f"{made.folder / 'train.jsonl'}:2",
        f"{made.folder / 'dev.jsonl'}:1",
    ]


def test_a_file_of_another_layout_is_told_with_its_lines(order):
    made = order({"train.txt": rows(ROW)}, {**COLUMNS, "files": {"train": ["train.txt"]}})
    assert refused(made)[0].startswith(f"{made.folder / 'train.txt'}:1: expected ")


def test_offsets_that_do_not_match_are_told_with_what_stands_there(order):
    made = order({"train.jsonl": rows({**ROW, "at": {"PER": [[[1, 6]]]}})}, RECORDS)
    assert bare(refused(made)) == [
        f"{made.folder / 'train.jsonl'}:1: bad-offsets: 'Kevin' is said to be at 1-6, where 'evin ' is"
    ]


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
@pytest.mark.parametrize("entry", [COLUMNS, RECORDS], ids=["columns", "records"])
def test_a_data_set_without_a_row_is_told(order, content, entry):
    (name,) = entry["files"]["train"]
    assert all(problem.endswith("found none") for problem in refused(order({name: content}, entry)))


@pytest.mark.parametrize("entry", [COLUMNS, RECORDS], ids=["columns", "records"])
def test_an_empty_file_is_told_by_name_though_the_others_have_rows(order, entry):
    (full,), (empty,) = entry["files"]["train"], entry["files"]["dev"]
    made = order({full: TRAIN if entry is COLUMNS else rows(ROW), empty: ""}, entry)
    (problem,) = refused(made)
    assert problem.startswith(f"{made.folder / empty}:")
    assert problem.endswith("found none")


def test_a_rule_that_fails_is_told_with_the_place(order):
    made = order(FILES, COLUMNS, rules={"no-unit": "fail"})
    assert bare(refused(made)) == [f"{made.folder / 'train.txt'}:6: no-unit: no entity"]


def test_an_unknown_rule_is_told(order):
    assert refused(order(FILES, COLUMNS, rules={"nothing": "keep"}))[0].startswith("unknown rule 'nothing'; known: ")


@pytest.mark.parametrize(
    ("layout", "options"),
    [
        ("columns", {"scheme": "bies"}),
        ("columns", {"tag": "last"}),
        ("columns", {"colour": "red"}),
        ("records", {}),
        ("records", {"task": "nerd"}),
    ],
)
def test_an_option_that_the_layout_cannot_have_is_told_when_it_is_described_or_built(order, layout, options):
    files = {"train": TRAIN if layout == "columns" else rows(ROW)}
    entry = {**COLUMNS, "layout": layout, "files": {"train": ["train"]}, "options": options}
    with pytest.raises(ValueError, match=layout):
        build(order(files, entry))


@pytest.mark.parametrize("entry", [{**COLUMNS, "task": "re"}, {**RECORDS, "task": "re"}], ids=["columns", "records"])
def test_a_layout_that_finds_no_units_of_the_task_is_told_when_it_is_described_or_built(order, entry):
    with pytest.raises(ValueError, match=r"\bre\b"):
        build(order({**FILES, "train.jsonl": rows(ROW)}, entry))


@pytest.mark.parametrize("name", ["../escaped", "a/b", ".", "..", "/escaped", ".hidden", "a\nb", ""])
def test_a_data_set_cannot_be_named_out_of_its_folder(name):
    with pytest.raises(ValueError, match=r"\bname\b"):
        DataSet(**{**COLUMNS, "name": name})


@pytest.mark.parametrize("pattern", ["/etc/hosts", "**x"])
def test_a_pattern_that_is_none_is_told_when_it_is_described_or_built(order, pattern):
    with pytest.raises(ValueError, match=r"\bpattern\b"):
        build(order(FILES, {**COLUMNS, "files": {"train": [pattern]}}))


def test_a_description_is_read_without_a_look_at_the_folder_one_is_in(monkeypatch):
    def look(*_):
        pytest.fail("a folder was listed")

    monkeypatch.setattr(os, "scandir", look)
    monkeypatch.setattr(os, "listdir", look)
    assert DataSet(**{**COLUMNS, "files": {"train": ["**/train.txt"]}}).files == {"train": ["**/train.txt"]}


def test_a_label_cannot_become_nothing():
    with pytest.raises(ValueError, match="labels"):
        DataSet(**{**COLUMNS, "labels": {"PER": ""}})


@pytest.mark.parametrize("field", ["id", "text"])
def test_half_of_a_surrogate_pair_is_told_with_its_line(order, field):
    made = order({"train.jsonl": rows(ROW, {**ROW, field: "Kevin \ud800"})}, RECORDS)
    (problem,) = refused(made)
    assert problem.startswith(f"{made.folder / 'train.jsonl'}:2: broken-character: ")


# -- rows that go -----------------------------------------------------------------------------


def test_rows_that_are_dropped_are_counted_and_listed(order):
    made = order(FILES, {**COLUMNS, "empty": "drop"})
    found = build(made).result["splits"]["train"]
    assert (found["rows"], found["rows_dropped"], found["empty"]) == (2, 1, 0)
    assert found["dirt"]["no-unit"] == {"action": "drop-row", "count": 1}
    assert [row["id"] for row in examples(made)] == ["train-1", "train-3"]
    assert {"rule": "no-unit", "action": "drop-row", "line": 6}.items() <= examples(made, "dirt")[0].items()


@pytest.mark.parametrize(("action", "expected"), [("keep", 3), ("drop-row", 2)])
def test_a_row_that_the_split_has_already_is_noted_and_dropped_on_request(order, action, expected):
    made = order({"train.jsonl": rows(ROW, {**ROW, "id": "b"}, {**ROW, "text": "Kevin came."})}, RECORDS)
    found = build(Order(made.data, made.folder, made.out, rules={"repeated-row": action})).result["splits"]["train"]
    assert (found["rows"], found["dirt"]) == (expected, {"repeated-row": {"action": action, "count": 1}})


def test_repeated_rows_may_be_refused(order):
    made = order({"train.jsonl": rows(ROW, ROW)}, RECORDS, rules={"repeated-row": "fail"})
    assert bare(refused(made)) == [
        f"{made.folder / 'train.jsonl'}:2: repeated-row: an earlier row has the same text and gold"
    ]


def test_a_row_of_another_split_is_no_repeat_but_a_shared_text(order):
    made = order({"train.jsonl": rows(ROW), "dev.jsonl": rows(ROW)}, RECORDS)
    result = build(made).result
    assert (result["shared_texts"], result["splits"]["dev"]["dirt"]) == ({"train dev": 1}, {})


def test_the_same_text_with_other_gold_is_no_repeat(order):
    result = build(order({"train.jsonl": rows(ROW, {**ROW, "gold": {"LOC": ["Oslo"]}})}, RECORDS)).result
    assert result["splits"]["train"]["dirt"] == {}


# -- carved -----------------------------------------------------------------------------------

NUMBERED = [{**ROW, "text": f"Kevin left {number}.", "id": str(number)} for number in range(1, 11)]
CARVED = {
    **RECORDS,
    "files": {"all": ["all.jsonl"]},
    "carve": {"source": "all", "sizes": {"train": 6, "dev": 2, "test": 2}},
}


def carved(order, values, carve=CARVED["carve"], **changes):
    """The ids of each split."""
    made = order({"all.jsonl": rows(*values)}, {**CARVED, "carve": carve, **changes})
    result = build(made).result
    return {split: [row["id"] for row in examples(made, split)] for split in result["splits"]}, result


def test_splits_are_carved_the_same_on_every_machine(order):
    """By BLAKE2b of 128 bits, as b2sum tells it, the numbers 1 to 10 follow as 2 5 10 8 7 4 3 9 1 6."""
    assert carved(order, NUMBERED)[0] == {
        "train": ["2", "4", "5", "7", "8", "10"],
        "dev": ["3", "9"],
        "test": ["1", "6"],
    }


def test_carved_splits_have_their_exact_sizes_and_the_rest_is_counted(order):
    found, result = carved(order, NUMBERED, {"source": "all", "sizes": {"train": 3, "test": 1}})
    assert ({split: len(ids) for split, ids in found.items()}, result["rows_in_no_split"]) == (
        {"train": 3, "test": 1},
        6,
    )


def test_of_a_small_source_every_carved_split_gets_less(order):
    found, result = carved(order, NUMBERED, {"source": "all", "sizes": {"train": 600, "dev": 200, "test": 200}})
    assert ({split: len(ids) for split, ids in found.items()}, result["rows_in_no_split"]) == (
        {"train": 6, "dev": 2, "test": 2},
        0,
    )


GROUPED = [{**row, "group": f"doc {index // 2}"} for index, row in enumerate(NUMBERED)]


def test_groups_are_not_torn(order):
    found, _ = carved(order, GROUPED, {"source": "all", "unit": "group", "sizes": {"train": 3, "dev": 1, "test": 1}})
    group = {row["id"]: row["group"] for row in GROUPED}
    groups = {split: {group[name] for name in ids} for split, ids in found.items()}
    assert {split: (len(ids), len(groups[split])) for split, ids in found.items()} == {
        "train": (6, 3),
        "dev": (2, 1),
        "test": (2, 1),
    }
    assert len(set.union(*groups.values())) == 5


def test_dropped_groups_are_in_no_split(order):
    carve = {
        "source": "all",
        "unit": "group",
        "order": "numbers",
        "sizes": {"train": 3, "test": 1},
        "drop_groups": ["doc 4"],
    }
    found, result = carved(order, GROUPED, carve)
    assert (found, result["rows_in_no_split"]) == ({"train": ["1", "2", "3", "4", "5", "6"], "test": ["7", "8"]}, 2)


def test_rows_without_a_group_cannot_be_carved_by_group(order):
    made = order(
        {"all.jsonl": rows(*NUMBERED)},
        {**CARVED, "carve": {"source": "all", "unit": "group", "sizes": {"train": 8, "test": 2}}},
    )
    assert re.search(r"\bgroups?\b", refused(made)[0])


def test_what_is_wrong_with_a_carved_file_is_told_once(order):
    made = order({"all.jsonl": rows(*NUMBERED) + "left\n"}, CARVED)
    with pytest.raises(BuildError) as caught:
        build(made)
    assert (len(caught.value.problems), caught.value.count) == (1, 1)


@pytest.mark.parametrize("wrong", ["left", json.dumps({**ROW, "gold": {"ORG": ["Kevin"]}})])
def test_what_is_wrong_with_a_file_before_the_carved_one_is_told(order, wrong):
    files = {"test.jsonl": rows(ROW) + wrong + "\n", "all.jsonl": rows(*NUMBERED)}
    made = order(files, {**CARVED, "files": {"test": ["test.jsonl"], "all": ["all.jsonl"]}})
    (problem,) = refused(made)
    assert problem.startswith(f"{made.folder / 'test.jsonl'}:2: ")


def test_ids_of_carved_rows_without_one_are_their_numbers_in_the_source(order):
    values = [{key: value for key, value in row.items() if key != "id"} for row in NUMBERED]
    assert carved(order, values)[0]["dev"] == ["dev-3", "dev-9"]


# -- errors between processes -----------------------------------------------------------------


def test_a_build_error_survives_the_way_between_processes():
    error = pickle.loads(pickle.dumps(BuildError(["a", "b"], 7)))
    assert (error.problems, error.count, str(error)) == (["a", "b"], 7, "a\nb")


# -- two at a time, and places that are not what they seem -------------------------------------


def test_a_place_that_another_build_is_writing_is_left_to_it(order):
    fcntl = pytest.importorskip("fcntl")
    made = order(FILES, COLUMNS)
    build(made)
    with (made.out / ".own.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BuildError, match=r"another build is writing .*own; wait"):
            build(made)
    assert not build(made).fresh
    assert not (made.out / ".own.lock").exists()


def test_a_symbolic_link_in_the_place_of_the_results_is_refused(order, tmp_path):
    made = order(FILES, COLUMNS)
    build(made)
    (made.out / "own").rename(tmp_path / "elsewhere")
    (made.out / "own").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BuildError, match="is a symbolic link"):
        build(made)


def test_lines_that_end_with_carriage_returns_alone_are_told(order):
    (problem,) = refused(order({"train.txt": b"Kevin\tB-PER\rleft\tO\r", "dev.txt": DEV}, COLUMNS))
    assert problem.endswith(":1: expected lines that end with a line feed, found carriage returns alone")


@pytest.mark.parametrize("change", [{"labels": {"PER": " "}}, {"labels": {}}, {"files": {"train": ["."]}}])
def test_blank_names_no_labels_and_no_pattern_are_refused(change):
    with pytest.raises(ValueError, match="|".join(change)):
        DataSet(**{**COLUMNS, **change})


def test_the_task_of_the_records_is_that_of_the_data_set():
    with pytest.raises(ValueError, match="the task of the layout is re, that of the data set ner"):
        DataSet(**{**RECORDS, "options": {"task": "re"}})
