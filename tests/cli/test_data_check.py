"""``sfr data check``."""

import json
import sys

import pytest

from sfr.structures import TASKS
from tests.training import SENTENCES, TRAINERS, line, put_tokenizer, row, rows_in

ESCAPE = "\x1b]0;owned\x07"


@pytest.fixture
def examples(tmp_path):
    """Writes a file of examples: those of the sample, and lines as they are."""

    def examples(*lines, tasks=("ner",)):
        path = tmp_path / "examples.jsonl"
        given = [line(row(found)) for task in tasks for found in SENTENCES[task]]
        path.write_bytes(b"".join(found + b"\n" for found in (*given, *lines)))
        return path

    return examples


@pytest.fixture
def exported(sfr, examples, tmp_path):
    """Writes the rows of a trainer."""

    def exported(name, *options, tasks=("ner",)):
        sfr("data", "export", examples(tasks=tasks), "--for", name, "-o", tmp_path / "rows", *options)
        return tmp_path / "rows" / ("examples.parquet" if name == "verl" else "examples.jsonl")

    return exported


@pytest.fixture
def tokenizer(tmp_path):
    """The folder of a tokenizer of words and signs; its model is a short one."""
    pytest.importorskip("transformers")
    return put_tokenizer(tmp_path / "tokenizer", longest=8)


def table(result):
    """The words of each line."""
    return [found.split() for found in result.stdout.splitlines()]


def sizes(tasks):
    return [[task, str(len(SENTENCES[task])), "0"] for task in tasks]


# -- what is well ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TRAINERS)
def test_exported_rows_are_well(sfr, exported, name):
    result = sfr("data", "check", exported(name, tasks=TASKS))
    head = ["rows", "targets", "below", "the", "best"]
    assert table(result) == [head, *sizes(TASKS), ["all", "is", "well"]]
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("chosen", ["cm-records", "sa-records"])
def test_examples_are_checked_as_a_template_puts_them(sfr, examples, chosen):
    result = sfr("data", "check", examples(tasks=TASKS), "--template", chosen)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "all is well")


def test_two_processes_say_the_same(sfr, exported):
    path = exported("llamafactory", tasks=TASKS)
    assert sfr("data", "check", path).stdout == sfr("data", "check", path, "-j", "2").stdout


# -- what is not -----------------------------------------------------------------------------------------


def test_a_target_below_the_best_is_reported_with_its_line(sfr, exported):
    path = exported("llamafactory")
    rows = rows_in(path)
    rows[1]["output"] = rows[1]["output"][:-4]
    path.write_text("".join(f"{json.dumps(found)}\n" for found in rows))
    result = sfr("data", "check", path)
    assert table(result)[1:] == [["ner", str(len(rows)), "1"]]
    first, last = result.stderr.splitlines()
    assert first.startswith(f"{path}:2: target: scores ")
    assert (result.exit_code, last) == (2, "1 problem, see above")


def test_what_is_wrong_with_the_whole_file_has_no_line(sfr, exported):
    path = exported("llamafactory")
    rows = rows_in(path)
    rows[1]["instruction"] = f"Please! {rows[1]['instruction']}"
    path.write_text("".join(f"{json.dumps(found)}\n" for found in rows))
    result = sfr("data", "check", path)
    assert result.stderr.splitlines()[0] == (f"{path}: ner: 2 different instructions for the same schema; expected one")


def test_an_empty_file_is_not_well(sfr, tmp_path):
    path = tmp_path / "none.jsonl"
    path.touch()
    result = sfr("data", "check", path)
    assert (result.exit_code, result.stderr.splitlines()[0]) == (2, f"{path}: expected rows, found none")


def test_of_many_problems_the_first_are_reported(sfr, examples):
    result = sfr("data", "check", examples(*[b"{"] * 60))
    assert len(result.stderr.splitlines()) == 52
    assert result.stderr.splitlines()[-2:] == ["... and 10 more", "60 problems, see above"]


def test_the_rules_of_the_reward_can_be_set(sfr, exported):
    path = exported("llamafactory")
    rows = rows_in(path)
    rows[1]["output"] = rows[1]["output"].upper()
    path.write_text("".join(f"{json.dumps(found)}\n" for found in rows))
    assert sfr("data", "check", path).exit_code == 2
    assert sfr("data", "check", path, "--set", "casing=fold").exit_code == 0
    assert sfr("data", "check", path, "--set", "casing=fold", "--profile", "bounded").exit_code == 0


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--set", "colour=red"), "unknown field 'colour'"),
        (("--profile", "none"), "Invalid value for '--profile'"),
        (("--template", "none"), "unknown template 'none'"),
        (("--cutoff", "0", "--tokenizer", "."), "Invalid value for '--cutoff'"),
        (("-j", "0"), "Invalid value for '-j'"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(sfr, examples, options, problem):
    result = sfr("data", "check", examples(), *options)
    assert result.exit_code == 2
    assert problem in result.stderr


def test_a_file_that_is_not_there_is_named(sfr, tmp_path):
    result = sfr("data", "check", tmp_path / "none.jsonl")
    assert result.exit_code == 2
    assert f"File '{tmp_path / 'none.jsonl'}' does not exist" in result.stderr


def test_a_file_that_is_no_parquet_is_named(sfr, tmp_path):
    path = tmp_path / "bad.parquet"
    path.write_bytes(b"PAR1")
    result = sfr("data", "check", path)
    assert result.exit_code in {1, 2}
    assert result.stderr.startswith(f"Error: {path} is not a Parquet file: ")


# -- lengths ---------------------------------------------------------------------------------------------

LIMITS = {"--cutoff": "prompt and target", "--max-prompt": "prompt", "--max-target": "target"}


@pytest.mark.parametrize("option", LIMITS)
def test_a_limit_takes_a_tokenizer(sfr, examples, option):
    result = sfr("data", "check", examples(), option, "100")
    assert result.exit_code == 2
    assert "lengths in tokens take a --tokenizer to count with" in result.stderr


def test_lengths_are_shown(sfr, exported, tokenizer):
    result = sfr("data", "check", exported("llamafactory"), "--tokenizer", tokenizer)
    prompt, target, last = table(result)[2:]
    assert prompt[:4] == ["tokens", "of", "a", "prompt"]
    assert target[:4] == ["tokens", "of", "a", "target"]
    assert prompt[4::2] == target[4::2] == ["P50", "P99", "max"]
    assert last == ["all", "is", "well"]


@pytest.mark.parametrize("name", ["llamafactory", "verl"])
@pytest.mark.parametrize("limit", LIMITS)
def test_rows_that_are_too_long_are_reported_with_their_lines(sfr, exported, tokenizer, name, limit):
    path = exported(name)
    result = sfr("data", "check", path, "--tokenizer", tokenizer, limit, "2")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{path}:1: {LIMITS[limit]}: ")
    assert " tokens, the limit is 2\n" in result.stderr


@pytest.mark.parametrize("chosen", ["cm-records", "sa-records"])
def test_rows_without_targets_are_counted_with_those_that_their_template_asks_for(sfr, exported, tokenizer, chosen):
    counted = [
        sfr("data", "check", exported(name, "--template", chosen), "--tokenizer", tokenizer).stdout
        for name in ("llamafactory", "verl")
    ]
    assert counted[0] == counted[1]


def test_counting_says_nothing_of_its_own(sfr_process, exported, tokenizer):
    result = sfr_process("data", "check", exported("llamafactory"), "--tokenizer", tokenizer)
    assert (result.returncode, result.stderr) == (0, b"")


def test_a_folder_without_a_tokenizer_is_named(sfr, examples, tmp_path, monkeypatch):
    pytest.importorskip("transformers")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    result = sfr("data", "check", examples(), "--tokenizer", tmp_path)
    assert result.exit_code in {1, 2}
    assert result.stderr.startswith(f"Error: there is no tokenizer in {tmp_path}: ")


def test_without_transformers_it_is_said_what_to_install(sfr, examples, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    result = sfr("data", "check", examples(), "--tokenizer", "none")
    assert result.exit_code in {1, 2}
    assert "python -m pip install 'sfr[tokenizers]'" in result.stderr


# -- what others wrote -----------------------------------------------------------------------------------

HOSTILE = {
    "a type of gold": {"gold": {ESCAPE: ["a"]}},
    "a task": {"task": ESCAPE},
    "a key": {ESCAPE: 1, "id": None},
    "a shape": {"gold": {"person": ESCAPE}},
}


@pytest.mark.parametrize("changes", HOSTILE.values(), ids=HOSTILE)
def test_no_control_character_of_a_row_reaches_the_terminal(sfr, examples, changes):
    result = sfr("data", "check", examples(line({**row(SENTENCES["ner"][0]), **changes})))
    assert result.exit_code == 2
    assert "\x1b" not in result.stdout + result.stderr


def test_no_control_character_of_types_that_look_alike_reaches_the_terminal(sfr, examples):
    schema = {"types": [f"person{ESCAPE}", f"Person{ESCAPE}"], "roles": []}
    result = sfr("data", "check", examples(line({**row(SENTENCES["ner"][0]), "schema": schema, "gold": {}})))
    assert (result.exit_code, "note: types that differ in case or signs alone: " in result.stdout) == (0, True)
    assert "\x1b" not in result.stdout + result.stderr
