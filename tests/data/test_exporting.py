import json
import os
import signal
import subprocess
import sys

import pytest

from sfr.data.exporting import ExportError, export
from sfr.data.prompts import read_template, template
from sfr.data.trainer_rows import TRAINERS
from sfr.examples import example_line
from sfr.structures import TASKS
from tests.training import ROOT, SENTENCES, example, many, put_lines, rows_in
from tests.training import TRAINERS as KINDS

SIZE = 600  # more than two chunks
COLUMNS = {
    "llamafactory": ["instruction", "input", "output", "ground_truth"],
    "llamafactory-messages": ["messages", "ground_truth"],
    "verl": ["data_source", "prompt", "ability", "reward_model", "extra_info"],
    "trl": ["prompt", "ground_truth", "dataset", "id"],
    "easyr1": ["problem", "answer", "dataset", "id"],
    "openrlhf": ["input", "label", "dataset", "id"],
    "ms-swift": ["messages", "solution", "dataset", "id"],
    "slime": ["prompt", "label", "metadata"],
    "rllm": ["question", "ground_truth", "dataset", "example"],
    "nemo-rl": ["problem", "expected_answer", "dataset", "id"],
    "skyrl": ["prompt", "env_class", "reward_spec", "dataset", "id"],
}
OURS = template("sa-records")


def write_examples(path, found):
    path.write_bytes(b"".join(example_line(one) + b"\n" for one in found))
    return path


@pytest.fixture(scope="module")
def given():
    """Examples of all tasks."""
    return [example(found, f"set_{task}") for task in TASKS for found in many(task, SIZE // 3)]


@pytest.fixture(scope="module")
def examples(tmp_path_factory, given):
    """A file of them."""
    return write_examples(tmp_path_factory.mktemp("examples") / "mixed.jsonl", given)


@pytest.fixture(scope="module")
def exported(tmp_path_factory, examples):
    """The file of rows of each trainer."""
    folder = tmp_path_factory.mktemp("rows")
    return {name: export(examples, folder / name, name, OURS).path for name in KINDS if not (folder / name).mkdir()}


@pytest.fixture
def few(tmp_path):
    """A small file of examples."""
    found = [example(found) for found in SENTENCES["ner"][:5]]
    return write_examples(tmp_path / "few.jsonl", found)


@pytest.fixture
def out(tmp_path):
    """The folder for the rows."""
    folder = tmp_path / "rows"
    folder.mkdir()
    return folder


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


# -- files that others can open --------------------------------------------------------------------------


@pytest.mark.parametrize("name", KINDS)
def test_there_is_a_row_for_every_example_in_its_order(exported, given, name):
    kind = TRAINERS[name]
    found = [json.loads(kind.read(row)[2]) for row in rows_in(exported[name])]
    assert [(truth["task"], truth["text"]) for truth in found] == [(one.task, one.text) for one in given]


@pytest.mark.parametrize("name", KINDS)
def test_the_file_has_the_name_of_the_examples(exported, name):
    assert exported[name].name == ("mixed.parquet" if name == "verl" else "mixed.jsonl")


@pytest.mark.parametrize("name", KINDS)
def test_the_datasets_library_opens_the_rows(exported, tmp_path, name):
    datasets = pytest.importorskip("datasets")
    path = exported[name]
    form = {".jsonl": "json", ".parquet": "parquet"}[path.suffix]
    found = datasets.load_dataset(form, data_files=str(path), split="train", cache_dir=str(tmp_path))
    assert (found.num_rows, found.column_names) == (SIZE, COLUMNS[name])


@pytest.mark.parametrize("name", KINDS)
def test_the_datasets_library_changes_nothing_in_a_row(exported, tmp_path, name):
    datasets = pytest.importorskip("datasets")
    path = exported[name]
    form = {".jsonl": "json", ".parquet": "parquet"}[path.suffix]
    found = datasets.load_dataset(form, data_files=str(path), split="train", cache_dir=str(tmp_path))
    assert found.to_list() == rows_in(path)


@pytest.mark.parametrize("name", KINDS)
def test_pandas_opens_the_rows(exported, name):
    pandas = pytest.importorskip("pandas")
    path = exported[name]
    found = pandas.read_parquet(path) if path.suffix == ".parquet" else pandas.read_json(path, lines=True)
    assert (len(found), list(found.columns)) == (SIZE, COLUMNS[name])


@pytest.mark.parametrize("name", KINDS)
def test_the_ground_truth_is_a_string_for_pandas_too(exported, name):
    pandas = pytest.importorskip("pandas")
    path = exported[name]
    found = pandas.read_parquet(path) if path.suffix == ".parquet" else pandas.read_json(path, lines=True)
    truths = [TRAINERS[name].read(row)[2] for row in found.to_dict("records")]
    assert {type(truth) for truth in truths} == {str}


def test_every_row_of_verl_has_its_number_and_the_same_shape(exported):
    rows = rows_in(exported["verl"])
    assert [row["extra_info"]["index"] for row in rows] == list(range(SIZE))
    assert {tuple(message) for row in rows for message in row["prompt"]} == {("role", "content")}
    assert {row["reward_model"]["style"] for row in rows} == {"rule"}
    assert {type(row["reward_model"]["ground_truth"]) for row in rows} == {str}


def test_the_output_for_llamafactory_is_a_string_and_never_nothing(exported):
    outputs = [row["output"] for row in rows_in(exported["llamafactory"])]
    assert {type(output) for output in outputs} == {str}
    assert all(outputs)
    assert "{}" in outputs  # of a text without a unit


@pytest.mark.parametrize("name", ["llamafactory", "verl", "trl"])
def test_two_processes_write_the_same_bytes_as_one(exported, examples, out, name):
    assert export(examples, out, name, OURS, jobs=2).path.read_bytes() == exported[name].read_bytes()


@pytest.mark.parametrize("name", ["llamafactory", "verl"])
def test_examples_built_as_parquet_give_the_same_rows(exported, given, out, tmp_path, name):
    path = put_lines(tmp_path, "tables", "ner", map(example_line, given), "mixed.parquet")
    assert rows_in(export(path, out, name, OURS).path) == rows_in(exported[name])


def test_empty_lines_are_no_rows_and_not_counted(few, out):
    few.write_bytes(b"\n" + few.read_bytes().replace(b"\n", b"\r\n\r\n"))
    made = export(few, out, "verl", OURS)
    assert made.rows == 5
    assert [row["extra_info"]["index"] for row in rows_in(made.path)] == list(range(5))


def test_progress_is_told_for_every_line(examples, out):
    told = []
    export(examples, out, "trl", OURS, progress=told.append)
    assert sum(told) == SIZE
    assert len(told) > 1


# -- templates -------------------------------------------------------------------------------------------

OWN = """\
name: own
description: of our own
format: slots
empty: keep
instructions:
  ner: "Find $types in:"
"""


@pytest.fixture
def own(tmp_path):
    """A template of one's own."""
    path = tmp_path / "own.yaml"
    path.write_text(OWN)
    return read_template(path)


def test_rows_are_asked_with_a_template_of_ones_own(few, out, own):
    rows = rows_in(export(few, out, "llamafactory", own).path)
    types = ", ".join(SENTENCES["ner"][0]["schema"]["types"])
    assert {row["instruction"] for row in rows} == {f"Find {types} in:"}
    assert {tuple(json.loads(row["output"])) for row in rows} == {tuple(SENTENCES["ner"][0]["schema"]["types"])}


def test_a_template_without_the_task_of_an_example_is_a_problem_of_its_line(tmp_path, out, own):
    path = write_examples(tmp_path / "x.jsonl", [example(SENTENCES[task][0]) for task in ("ner", "re", "ee")])
    with pytest.raises(ExportError) as error:
        export(path, out, "llamafactory", own)
    assert error.value.problems == [
        f"{path}:2: template own has no instruction for re; it has: ner",
        f"{path}:3: template own has no instruction for ee; it has: ner",
    ]
    assert names_in(out) == []


# -- dataset_info.json -----------------------------------------------------------------------------------


def info_in(folder):
    return json.loads((folder / "dataset_info.json").read_text(encoding="utf-8"))


def test_alpaca_rows_are_entered_with_their_columns(few, out):
    export(few, out, "llamafactory", OURS)
    assert info_in(out) == {
        "few": {
            "file_name": "few.jsonl",
            "columns": {"prompt": "instruction", "query": "input", "response": "output"},
        }
    }


def test_messages_are_entered_with_their_columns_and_tags(few, out):
    export(few, out, "llamafactory-messages", OURS)
    assert info_in(out) == {
        "few": {
            "file_name": "few.jsonl",
            "formatting": "sharegpt",
            "columns": {"messages": "messages"},
            "tags": {
                "role_tag": "role",
                "content_tag": "content",
                "user_tag": "user",
                "assistant_tag": "assistant",
                "system_tag": "system",
            },
        }
    }


@pytest.mark.parametrize("name", ["llamafactory", "llamafactory-messages"])
def test_the_columns_that_are_entered_are_in_every_row(few, out, name):
    rows = rows_in(export(few, out, name, OURS).path)
    (entry,) = info_in(out).values()
    assert all(set(entry["columns"].values()) <= row.keys() for row in rows)


@pytest.mark.parametrize("name", [name for name in KINDS if not name.startswith("llamafactory")])
def test_for_other_trainers_nothing_is_entered(exported, name):
    assert "dataset_info.json" not in names_in(exported[name].parent)


def test_entries_of_others_are_kept(few, out):
    theirs = {"alpaca_en": {"hf_hub_url": "a/b"}, "zz": {"file_name": "é.json", "num_samples": 20}}
    (out / "dataset_info.json").write_text(json.dumps(theirs), encoding="utf-8")
    export(few, out, "llamafactory", OURS)
    found = info_in(out)
    assert found.keys() == {"alpaca_en", "few", "zz"}
    assert {name: found[name] for name in theirs} == theirs


def test_files_are_entered_one_beside_the_other(few, out, tmp_path):
    other = write_examples(tmp_path / "other.jsonl", [example(SENTENCES["re"][0])])
    for path in (few, other):
        export(path, out, "llamafactory", OURS)
    assert {name: entry["file_name"] for name, entry in info_in(out).items()} == {
        "few": "few.jsonl",
        "other": "other.jsonl",
    }


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'"a"', b"\xff{}"])
def test_a_dataset_info_that_holds_something_else_is_refused_before_anything_is_written(few, out, text):
    (out / "dataset_info.json").write_bytes(text)
    with pytest.raises(ExportError) as error:
        export(few, out, "llamafactory", OURS)
    assert error.value.problems[0].startswith(f"{out / 'dataset_info.json'}: expected a JSON object of data sets")
    assert names_in(out) == ["dataset_info.json"]
    assert (out / "dataset_info.json").read_bytes() == text


def test_a_dataset_info_that_holds_something_else_does_not_stop_other_trainers(few, out):
    (out / "dataset_info.json").write_text("[]")
    assert export(few, out, "trl", OURS).rows == 5


def test_rows_whose_entry_is_gone_are_entered_again(few, out):
    export(few, out, "llamafactory", OURS)
    (out / "dataset_info.json").unlink()
    assert export(few, out, "llamafactory", OURS).fresh
    assert info_in(out).keys() == {"few"}


# -- written once, and written anew ----------------------------------------------------------------------


@pytest.mark.parametrize("name", KINDS)
def test_rows_that_stand_there_are_left_as_they_are(few, out, name):
    first = export(few, out, name, OURS)
    before = first.path.stat().st_mtime_ns
    second = export(few, out, name, OURS)
    assert (first.fresh, second.fresh, first.rows, second.rows) == (True, False, 5, 5)
    assert second.path.stat().st_mtime_ns == before


def test_rows_that_stand_there_can_be_written_again(few, out):
    export(few, out, "trl", OURS)
    assert export(few, out, "trl", OURS, again=True).fresh


def test_rows_with_another_template_are_written_anew(few, out):
    export(few, out, "trl", OURS)
    assert export(few, out, "trl", template("cm-slots")).fresh


def test_rows_of_another_trainer_are_replaced_only_if_it_is_asked_for(few, out):
    before = export(few, out, "trl", OURS).path.read_bytes()
    with pytest.raises(ExportError, match=r"few\.jsonl holds rows of few\.jsonl for trl; name another folder"):
        export(few, out, "easyr1", OURS)
    assert (out / "few.jsonl").read_bytes() == before
    assert export(few, out, "easyr1", OURS, again=True).fresh


def test_a_file_that_we_did_not_write_is_replaced_only_if_it_is_asked_for(few, out):
    (out / "few.jsonl").write_text("mine\n", encoding="utf-8")
    with pytest.raises(ExportError, match=r"few\.jsonl holds something else; name another folder"):
        export(few, out, "trl", OURS)
    assert export(few, out, "trl", OURS, again=True).fresh


def test_the_rows_of_a_split_are_named_after_its_data_set(few, out):
    (few.parent / "manifest.json").write_text("{}", encoding="utf-8")
    assert export(few, out, "trl", OURS).path.name == f"{few.parent.name}_few.jsonl"


def test_rows_of_examples_that_have_changed_are_written_anew(few, out):
    export(few, out, "trl", OURS)
    write_examples(few, [example(found) for found in SENTENCES["ner"][:4]])
    made = export(few, out, "trl", OURS)
    assert (made.fresh, made.rows, len(rows_in(made.path))) == (True, 4, 4)


def test_rows_that_were_changed_are_written_anew(few, out):
    path = export(few, out, "trl", OURS).path
    before = path.read_bytes()
    path.write_bytes(b"")
    assert export(few, out, "trl", OURS).fresh
    assert path.read_bytes() == before


def test_the_manifest_says_from_what_the_rows_were_made_and_names_no_folder(few, out):
    path = export(few, out, "trl", OURS).path
    text = path.with_name(f"{path.name}.manifest.json").read_text(encoding="utf-8")
    found = json.loads(text)
    assert found["made_from"].keys() == {"examples", "trainer", "template"}
    assert (found["made_from"]["trainer"], found["result"]) == ("trl", {"rows": 5})
    assert str(out) not in text
    assert str(few.parent) not in text


# -- what goes wrong -------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("name", ["llamafactory", "verl"])
def test_all_bad_lines_are_told_and_nothing_is_written(tmp_path, out, name, jobs):
    lines = [example_line(example(found)) for found in many("ner", SIZE)]
    bad = json.loads(lines[0])
    lines[3] = b"{"
    lines[300] = json.dumps({**bad, "gold": {"planet": ["Mars"]}}).encode()
    lines[599] = json.dumps({**bad, "text": 5, "task": "pos"}).encode()
    path = tmp_path / "bad.jsonl"
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(ExportError) as error:
        export(path, out, name, OURS, jobs=jobs)
    first, *others = error.value.problems
    assert first.startswith(f"{path}:4: expected one JSON object in the line: ")
    assert others == [
        f"{path}:301: gold: types that the schema has not: planet",
        f"{path}:600: text: expected a string, found the number 5",
        f"{path}:600: task: unknown task 'pos'; known: ner, re, ee",
    ]
    assert error.value.count == 4
    assert names_in(out) == []


def test_of_many_problems_the_first_are_told_and_all_are_counted(tmp_path, out):
    path = tmp_path / "bad.jsonl"
    path.write_bytes(b"{\n" * 700)
    with pytest.raises(ExportError) as error:
        export(path, out, "trl", OURS)
    *told, last = error.value.problems
    assert [problem.split(": ")[0] for problem in told] == [f"{path}:{n}" for n in range(1, 51)]
    assert last == "... and 650 more"
    assert error.value.count == 700


NESTED = (
    b'{"id": "a", "dataset": "b", "split": "c", "task": "ner", "text": "x", "gold": {}, "schema": '
    + b"[" * 100_000
    + b"]" * 100_000
    + b"}"
)


@pytest.mark.parametrize(
    "line",
    [b"[" * 100_000, NESTED, b"1" * 5_000, b"\xff"],
    ids=["nested", "a schema that is nested", "a long number", "no UTF-8"],
)
def test_a_hostile_line_is_a_bad_line(tmp_path, out, line):
    path = tmp_path / "bad.jsonl"
    path.write_bytes(line)
    with pytest.raises(ExportError) as error:
        export(path, out, "trl", OURS)
    assert all(problem.startswith(f"{path}:1: ") for problem in error.value.problems)
    assert names_in(out) == []


@pytest.mark.parametrize("text", [b"", b"\n \n"], ids=["empty", "blank"])
@pytest.mark.parametrize("name", ["llamafactory", "verl"])
def test_a_file_without_examples_is_refused(tmp_path, out, name, text):
    path = tmp_path / "none.jsonl"
    path.write_bytes(text)
    with pytest.raises(ExportError) as error:
        export(path, out, name, OURS)
    assert error.value.problems == [f"{path}: expected examples, found none"]
    assert names_in(out) == []


def test_the_rows_never_take_the_place_of_the_examples(few):
    before = few.read_bytes()
    with pytest.raises(ExportError) as error:
        export(few, few.parent, "trl", OURS)
    assert error.value.problems == [f"{few} holds the examples; name another folder for the rows"]
    assert few.read_bytes() == before


def test_rows_in_another_format_may_lie_beside_the_examples(few):
    assert export(few, few.parent, "verl", OURS).path.name == "few.parquet"
    assert few.exists()


def test_a_file_that_is_no_parquet_is_named(tmp_path, out):
    path = tmp_path / "bad.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(ValueError, match="is not a Parquet file"):
        export(path, out, "trl", OURS)
    assert names_in(out) == []


def test_a_parquet_file_of_other_columns_is_named_with_the_row(tmp_path, out):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "other.parquet"
    parquet.write_table(pa.Table.from_pylist([{"id": "a", "gold": 1}]), path)
    with pytest.raises(ValueError, match=r"other\.parquet:1: expected JSON text in the columns schema, gold, at"):
        export(path, out, "trl", OURS)
    assert names_in(out) == []


def test_rows_that_stand_there_survive_an_export_that_fails(few, out):
    path = export(few, out, "trl", OURS).path
    before = path.read_bytes()
    few.write_bytes(b"{\n")
    with pytest.raises(ExportError):
        export(few, out, "trl", OURS)
    assert path.read_bytes() == before


def test_without_pyarrow_parquet_rows_are_refused_with_what_to_install(few, out, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ValueError, match=r"pip install 'sfr\[data\]'"):
        export(few, out, "verl", OURS)
    assert names_in(out) == []


KILLED = """\
import os, signal, sys
from pathlib import Path
from sfr.data.exporting import export
from sfr.data.prompts import template

def second_step(lines):
    if lines != 256:
        os.kill(os.getpid(), signal.SIGKILL)

export(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], template("sa-records"), progress=second_step)
"""


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="files without a name are those of Linux")
@pytest.mark.parametrize("name", ["llamafactory", "verl"])
def test_a_run_that_is_killed_leaves_nothing_behind(examples, out, name):
    command = [sys.executable, "-c", KILLED, examples, out, name]
    assert subprocess.run(command, cwd=ROOT, timeout=60, check=False).returncode == -signal.SIGKILL
    assert names_in(out) == []
