"""What goes wrong: bad rows, bad options, bad files, and ends before the end."""

import contextlib
import json
import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

NER = {"task": "ner", "gold": {"person": ["Kevin"]}, "output": '{"person": ["Kevin"]}'}
GOOD = json.dumps(NER).encode()

ONE_OF = "output: expected exactly one of output (a string) and outputs (a list of strings)"
NOT_JSON = "expected one JSON object in the line: "

# What stands in the line, and what is said of it.
BAD = {
    "a number": (b"7", ["expected a JSON object, found the number 7"]),
    "a float": (b"-1.5", ["expected a JSON object, found the number -1.5"]),
    "a list": (b"[]", ["expected a JSON object, found a list"]),
    "a string": (b'"x"', ["expected a JSON object, found a string"]),
    "null": (b"null", ["expected a JSON object, found nothing"]),
    "true": (b"true", ["expected a JSON object, found a truth value"]),
    "NaN": (b"NaN", [NOT_JSON + "NaN is not JSON"]),
    "a row without its end": (GOOD[:-1], [NOT_JSON + f"Expecting ',' delimiter at column {len(GOOD)}"]),
    "two rows": (GOOD + GOOD, [NOT_JSON + f"Extra data at column {len(GOOD) + 1}"]),
    "prose": (b"hello", [NOT_JSON + "Expecting value at column 1"]),
    "no UTF-8": (b'{"id": "\xff"}', ["expected UTF-8: invalid start byte at byte 8"]),
    "an empty object": (
        b"{}",
        [
            "task: missing; put it in the row or name one for the whole file (--task)",
            "gold: expected a records object or JSON text, found nothing",
            ONE_OF,
        ],
    ),
    "an unknown task": ({**NER, "task": "NER"}, ["task: unknown task 'NER'; known: ner, re, ee"]),
    "a task that is a number": ({**NER, "task": 7}, ["task: unknown task 7; known: ner, re, ee"]),
    "a task that is a list": ({**NER, "task": ["ner"]}, ["task: unknown task ['ner']; known: ner, re, ee"]),
    "a text that is a number": ({**NER, "text": 5}, ["text: expected a string, found the number 5"]),
    "a text that is a list": ({**NER, "text": ["a"]}, ["text: expected a string, found a list"]),
    "a schema that is a string": (
        {**NER, "schema": "person"},
        ["schema: a schema is a list of types or an object, not the string 'person'"],
    ),
    "no gold": ({**NER, "gold": None}, ["gold: expected a records object or JSON text, found nothing"]),
    "gold that is a list": ({**NER, "gold": []}, ["gold: expected a records object or JSON text, found a list"]),
    "gold that is true": ({**NER, "gold": True}, ["gold: expected a records object or JSON text, found a truth value"]),
    "no output": ({**NER, "output": None}, [ONE_OF]),
    "an output and outputs": ({**NER, "outputs": ["{}"]}, [ONE_OF]),
    "an output that is an object": ({**NER, "output": {}}, ["output: expected a string, found an object"]),
    "outputs that are a string": (
        {**NER, "output": None, "outputs": "{}"},
        ["outputs: expected a list of strings, found a string"],
    ),
    "several problems": (
        {"task": "xx", "text": 5, "schema": "a", "gold": 3, "output": 4.5},
        [
            "task: unknown task 'xx'; known: ner, re, ee",
            "text: expected a string, found the number 5",
            "schema: a schema is a list of types or an object, not the string 'a'",
            "gold: expected a records object or JSON text, found the number 3",
            "output: expected a string, found the number 4.5",
        ],
    ),
}


def placed(path, number, problems):
    """What is reported of a row: a line for each problem."""
    return [f"{path}:{number}: {problem}" for problem in problems]


def ending(bad, *, wrote_nothing=True):
    """The last line on bad rows."""
    rows = f"{bad:,} bad row{'' if bad == 1 else 's'}"
    nothing = ", and nothing was written" if wrote_nothing else ""
    return f"{rows}{nothing}. Mend them, or go on without them: --skip-bad"


@pytest.fixture
def out(tmp_path):
    """Where results go."""
    return tmp_path / "out.jsonl"


def left_behind(tmp_path):
    """The files that a run left beside its rows."""
    return sorted(path.name for path in tmp_path.iterdir() if path.name != "rows.jsonl")


# -- bad rows ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("row", "problems"), BAD.values(), ids=BAD)
def test_a_bad_row_is_reported_with_its_line_and_what_was_expected(sfr, write, out, row, problems):
    path = write(NER, b"", row, NER)
    result = sfr("score", path, "-o", out)
    assert [*placed(path, 3, problems), ending(1)] == result.stderr.splitlines()
    assert (result.exit_code, result.stdout, left_behind(out.parent)) == (2, "", [])


@pytest.mark.parametrize("jobs", [1, 2])
def test_all_bad_rows_are_reported_in_one_run_and_in_order(sfr, write, out, jobs):
    rows, reports = [], []
    for row, problems in BAD.values():
        rows += [NER] * 20 + [row]
        reports.append((len(rows), problems))
    path = write(*rows)
    assert len(rows) > 512  # more than two chunks
    result = sfr("score", path, "-o", out, "-j", jobs)
    expected = [line for number, problems in reports for line in placed(path, number, problems)]
    assert [*expected, ending(len(BAD))] == result.stderr.splitlines()
    assert (result.exit_code, left_behind(out.parent)) == (2, [])


def test_each_output_that_is_no_string_is_reported_with_its_index(sfr, write, out):
    path = write({**NER, "output": None, "outputs": ["{}", 7, None]})
    lines = sfr("score", path, "-o", out).stderr.splitlines()
    assert [
        f"{path}:1: outputs[1]: expected a string, found the number 7",
        f"{path}:1: outputs[2]: expected a string, found nothing",
    ] == lines[:-1]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (7, "types must be a list of strings, found 7"),
        ({"types": "person"}, "types must be a list of strings, found 'person'"),
        ({"types": [""]}, "types must be non-empty strings, found ''"),
        ({"types": ["a"], "roles": "b"}, "roles must be a list of strings, found 'b'"),
        ({"a": 5}, "roles of 'a' must be a list of strings, found 5"),
    ],
)
def test_a_bad_schema_is_reported_with_what_was_expected(sfr, write, out, schema, expected):
    path = write({**NER, "schema": schema})
    assert placed(path, 1, [f"schema: {expected}"]) == sfr("score", path, "-o", out).stderr.splitlines()[:-1]


GOLD = {
    "ner": {"person": ["Kevin", 7, None], "location": "Oslo", "": ["x"]},
    "re": {"used for": [["a"], ["a", "b", "c"], "a, b", ["a", ""]]},
    "ee": {"attack": [{"arguments": []}, {"trigger": "fired", "arguments": [["Target"]]}, 7]},
}


@pytest.mark.parametrize("task", GOLD)
@pytest.mark.parametrize("form", ["object", "text"])
def test_every_problem_of_gold_is_reported_in_the_words_of_explain(sfr, write, out, task, form):
    gold = GOLD[task] if form == "object" else json.dumps(GOLD[task])
    path = write({**NER, "task": task, "gold": gold})
    scored = sfr("score", path, "-o", out)
    explained = sfr("explain", path).stderr.partition("Error: ")[2].splitlines()
    assert len(explained) >= 2
    assert [*explained, ending(1)] == scored.stderr.splitlines()


def test_every_problem_of_gold_is_reported_with_its_place(sfr, write, out):
    path = write(NER, {**NER, "gold": {"person": ["Kevin", 7], "location": "Oslo"}})
    result = sfr("score", path, "-o", out)
    first, second, _ = result.stderr.splitlines()
    assert first.startswith(f"{path}:2: gold: not-a-string @ ")
    assert first.endswith("person[1]: expected a string, found '7'")
    assert second.startswith(f"{path}:2: gold: not-a-list @ ")
    assert second.endswith("location: expected a list, found 'Oslo'")
    assert (result.exit_code, left_behind(out.parent)) == (2, [])


@pytest.mark.parametrize("gold", ["", "Kevin", '{"person": ["Kevin"]', "{'person': []}", "[7]", "{} {}"])
def test_gold_text_that_is_no_record_is_a_bad_row(sfr, write, out, gold):
    path = write({**NER, "gold": gold}, NER)
    result = sfr("score", path, "-o", out)
    assert (result.exit_code, left_behind(out.parent)) == (2, [])
    assert result.stderr.startswith(f"{path}:1: gold: ")


def test_a_number_that_json_does_not_know_is_a_bad_value_of_gold(sfr, write, out):
    path = write(b'{"task": "ner", "gold": {"person": [NaN, Infinity]}, "output": "{}"}')
    result = sfr("score", path, "-o", out)
    assert result.exit_code == 2
    assert [line.rpartition(": ")[2] for line in result.stderr.splitlines()[:-1]] == ["NaN is not JSON"]


@pytest.mark.parametrize(
    ("setting", "needed"),
    [("ungrounded=drop", "text"), ("ungrounded=reject", "text"), ("unknown_types=drop", "schema")],
)
def test_a_row_without_what_a_policy_needs_is_bad(sfr, write, out, setting, needed):
    path = write({**NER, "text": "Kevin", "schema": ["person"]}, NER)
    result = sfr("score", path, "-o", out, "--set", setting)
    name, _, value = setting.partition("=")
    assert [f"{path}:2: {name}='{value}' needs the {needed} of every output", ending(1)] == result.stderr.splitlines()
    assert (result.exit_code, left_behind(out.parent)) == (2, [])


def test_a_problem_is_one_line_whatever_it_quotes(sfr, write, out):
    path = write({**NER, "gold": {"a\nb": ["c\nd", 7], "e": "f\ng"}}, {**NER, "task": "x\ny"})
    lines = sfr("score", path, "-o", out).stderr.splitlines()
    assert [f"{path}:1:", f"{path}:1:", f"{path}:2:"] == [line.split()[0] for line in lines[:-1]]


def test_no_control_character_of_a_row_reaches_the_terminal(sfr, write, out):
    escape = "\x1b]0;owned\x07"
    path = write({**NER, "gold": {escape: 7}}, {**NER, "task": escape}, {**NER, "schema": escape})
    assert "\x1b" not in sfr("score", path, "-o", out).stderr


def test_no_control_character_of_a_group_reaches_the_terminal(sfr, write):
    assert "\x1b" not in sfr("score", write({**NER, "kind": "\x1b[31m"}), "--by", "kind").stdout


def test_markup_in_a_bad_row_is_text(sfr, write, out):
    path = write({**NER, "gold": {"[red]": "[/bold]"}})
    line, _ = sfr("score", path, "-o", out).stderr.splitlines()
    assert line.endswith("[red]: expected a list, found '[/bold]'")


def test_a_long_problem_stays_on_its_line(sfr, write, out):
    path = write({**NER, "task": "x" * 1_000})
    assert [*placed(path, 1, [f"task: unknown task '{'x' * 1_000}'; known: ner, re, ee"]), ending(1)] == sfr(
        "score", path, "-o", out
    ).stderr.splitlines()


def test_a_line_that_breaks_off_in_a_string_is_reported_in_english(sfr, write, out):
    path = write(GOOD[:20])
    line, _ = sfr("score", path, "-o", out).stderr.splitlines()
    assert line.startswith(f"{path}:1: {NOT_JSON}")
    assert "at at" not in line


def test_a_line_nested_too_deep_is_a_bad_row(sfr, write, out):
    path = write(b"[" * 100_000, NER)
    result = sfr("score", path, "-o", out)
    assert (2, f"{path}:1:") == (result.exit_code, result.stderr.split()[0])


def test_a_number_too_long_for_python_is_a_bad_row(sfr, write, out):
    path = write(b"1" * 5_000, NER)
    result = sfr("score", path, "-o", out)
    assert (2, f"{path}:1:") == (result.exit_code, result.stderr.split()[0])


def test_without_a_place_to_write_bad_rows_are_reported_alike(sfr, write):
    path = write(b"7")
    result = sfr("score", path)
    expected = [*placed(path, 1, ["expected a JSON object, found the number 7"]), ending(1, wrote_nothing=False)]
    assert (2, expected) == (result.exit_code, result.stderr.splitlines())


def test_results_of_an_earlier_run_are_left_alone_when_rows_are_bad(sfr, write, out):
    beside = out.parent / "out.summary.json"
    out.write_text("results")
    beside.write_text("summary")
    assert sfr("score", write(NER, b"7"), "-o", out).exit_code == 2
    assert (out.read_text(), beside.read_text()) == ("results", "summary")
    assert left_behind(out.parent) == ["out.jsonl", "out.summary.json"]


# -- going on ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 2])
def test_skipping_bad_rows_reports_them_counts_them_and_scores_the_rest(sfr, write, out, read, jobs):
    path = write(b"7", NER, {"task": "xx"}, NER)
    result = sfr("score", path, "-o", out, "--skip-bad", "-j", jobs)
    problems = ["task: unknown task 'xx'; known: ner, re, ee", BAD["no gold"][1][0], ONE_OF]
    reports = [*placed(path, 1, BAD["a number"][1]), *placed(path, 3, problems), "2 bad rows left out"]
    assert (0, reports) == (result.exit_code, result.stderr.splitlines())
    assert [(row["line"], row["value"]) for row in read(out)] == [(2, 1.0), (4, 1.0)]
    summary = json.loads((out.parent / "out.summary.json").read_text())
    assert (summary["bad_rows"], summary["groups"][0]["outputs"]) == (2, 2)


def test_skipping_bad_rows_of_a_file_without_any_says_nothing(sfr, write, out):
    result = sfr("score", write(NER), "-o", out, "--skip-bad")
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_file_of_bad_rows_alone_has_nothing_to_score(sfr, write, out):
    out.write_text("results")
    result = sfr("score", write(b"7", b"8"), "-o", out, "--skip-bad")
    assert (result.exit_code, out.read_text(), left_behind(out.parent)) == (2, "results", ["out.jsonl"])
    assert "no rows to score" in result.stderr.splitlines()[-1]


# -- files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lines", [[], [b"", b"  \r"], [b"\xef\xbb\xbf"]], ids=["empty", "blank", "a mark alone"])
def test_a_file_without_rows_is_refused_with_an_example(sfr, write, out, lines):
    path = write(*lines)
    result = sfr("score", path, "-o", out)
    message = f"{path}: no rows to score; expected lines like those of: sfr samples -o samples.jsonl\n"
    assert (2, message, []) == (result.exit_code, result.stderr, left_behind(out.parent))


def test_rows_without_a_single_output_are_no_crash(sfr, write, out):
    result = sfr("score", write({**NER, "output": None, "outputs": []}), "-o", out)
    assert (result.exit_code, left_behind(out.parent)) == (2, [])
    assert isinstance(result.exception, SystemExit)


def test_a_missing_file_is_named(sfr, out):
    result = sfr("score", out.parent / "none.jsonl", "-o", out)
    assert (result.exit_code, left_behind(out.parent)) == (2, [])
    assert f"File '{out.parent / 'none.jsonl'}' does not exist." in result.stderr


def test_a_folder_is_no_file_of_rows(sfr, out):
    result = sfr("score", out.parent, "-o", out)
    assert result.exit_code == 2
    assert f"File '{out.parent}' is a directory." in result.stderr


def test_a_folder_for_the_results_that_does_not_exist_is_named(sfr, write, tmp_path):
    result = sfr("score", write(NER), "-o", tmp_path / "nowhere" / "out.jsonl")
    assert (result.exit_code, left_behind(tmp_path)) == (2, [])
    assert f"there is no folder {tmp_path / 'nowhere'}" in result.stderr


def test_a_folder_in_the_place_of_the_results_is_named(sfr, write, out):
    out.mkdir()
    result = sfr("score", write(NER), "-o", out)
    assert (result.exit_code, left_behind(out.parent)) == (2, ["out.jsonl"])
    assert str(out) in result.stderr


def test_a_folder_in_the_place_of_the_summary_is_named(sfr, write, out):
    (out.parent / "out.summary.json").mkdir()
    result = sfr("score", write(NER), "-o", out)
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code in {1, 2}
    assert "out.summary.json" in result.stderr


def test_the_rows_are_never_overwritten_by_their_results(sfr, write):
    path = write(NER)
    before = path.read_bytes()
    result = sfr("score", path, "-o", path)
    assert (2, before) == (result.exit_code, path.read_bytes())


def test_a_dash_is_not_taken_for_the_name_of_a_file(sfr, write, tmp_path, monkeypatch):
    path = write(NER)
    monkeypatch.chdir(tmp_path)
    sfr("score", path, "-o", "-")
    assert left_behind(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are those of POSIX")
def test_a_pipe_or_a_device_is_never_replaced_by_a_file(sfr, write, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # so that opening it to write does not wait
    try:
        sfr("score", write(NER), "-o", pipe)
        assert stat.S_ISFIFO(pipe.stat().st_mode)
    finally:
        os.close(reader)


def test_a_file_that_is_not_parquet_is_named(sfr, out):
    path = out.parent / "rows.parquet"
    path.write_bytes(GOOD)
    result = sfr("score", path, "-o", out)
    assert result.exit_code in {1, 2}
    assert result.stderr.startswith(f"Error: {path} is not a Parquet file: ")
    assert left_behind(out.parent) == ["rows.parquet"]


def test_without_pyarrow_a_parquet_file_is_refused_with_what_to_install(sfr, out, monkeypatch):
    path = out.parent / "rows.parquet"
    path.touch()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = sfr("score", path, "-o", out)
    assert result.stderr == "Error: reading Parquet takes pyarrow: python -m pip install 'sfr[parquet]'\n"
    assert (result.exit_code, left_behind(out.parent)) == (1, ["rows.parquet"])


def test_a_bad_row_of_parquet_is_reported_with_its_number(sfr, out):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = out.parent / "rows.parquet"
    parquet.write_table(pa.Table.from_pylist([NER, {**NER, "gold": None}, NER, {**NER, "output": None}]), path)
    result = sfr("score", path, "-o", out)
    expected = [*placed(path, 2, BAD["no gold"][1]), *placed(path, 4, [ONE_OF]), ending(2)]
    assert (2, expected) == (result.exit_code, result.stderr.splitlines())


def test_an_id_that_json_does_not_know_is_never_handed_on(sfr, write, out, read):
    result = sfr("score", write(b'{"id": NaN, ' + GOOD[1:]), "-o", out)
    assert result.exit_code in {0, 2}
    assert len(read(out) if out.exists() else []) <= 1  # and it can be read


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_lone_surrogate_in_an_id_is_handed_on(sfr, write, out, read, jobs):
    result = sfr("score", write({**NER, "id": "\ud800"}), "-o", out, "-j", jobs)
    assert (result.exit_code, result.stderr) == (0, "")
    assert [row["id"] for row in read(out)] == ["\ud800"]


def test_a_lone_surrogate_in_a_problem_does_not_stop_the_run(sfr, write, out, read):
    result = sfr("score", write({**NER, "output": '{"\ud800": {"\ud800": {"a": 7}}}'}, NER), "-o", out)
    assert (result.exit_code, result.stderr) == (0, "")
    assert [row["line"] for row in read(out)] == [1, 2]


def test_a_lone_surrogate_in_a_group_does_not_stop_the_run(sfr_process, write, out):
    result = sfr_process("score", write({**NER, "kind": "\ud800"}), "-o", out, "--by", "kind")
    assert (result.returncode, result.stderr) == (0, b"")
    assert left_behind(out.parent) == ["out.jsonl", "out.summary.json"]


# -- options -------------------------------------------------------------------------------------------

OPTIONS = {
    "an unknown profile": (["--profile", "x"], "Invalid value for '--profile': 'x' is not one of 'paper', 'bounded'."),
    "an unknown task": (["--task", "x"], "Invalid value for '--task': 'x' is not one of 'ner', 're', 'ee'."),
    "no jobs": (["-j", "0"], "Invalid value for '-j' / '--jobs': 0 is not in the range x>=1."),
    "a setting without a value": (["--set", "gamma"], "Invalid value for '--set': 'gamma' is not FIELD=VALUE"),
    "a number below its limit": (["--set", "gamma=-1"], "gamma=-1.0, expected a number above 0"),
    "a negative weight": (["--set", "w_type=-1"], "w_type=-1.0, expected a number not below 0"),
    "an infinite number": (["--set", "invalid=-inf"], "invalid=-inf, expected a number"),
    "a value of another kind": (
        ["--set", "mismatch=x"],
        "mismatch='x', expected one of symmetric_difference, jaccard_distance",
    ),
    "one bound to clip at": (["--set", "clip=1"], "clip='1', expected two numbers, the lower one first"),
    "bounds upside down": (["--set", "clip=2..1"], "clip=(2.0, 1.0), expected two numbers, the lower one first"),
    "an unbounded reward in units": (
        ["--set", "scale=unit"],
        "scale='unit' needs a bounded reward: profile='bounded', or a clip",
    ),
    "an unknown format": (["--set", "format=x"], "format='x', expected one of auto, "),
    "a bound of nothing": (["--set", "max_units=0"], "max_units=0, expected a positive integer"),
}


@pytest.mark.parametrize(("arguments", "message"), OPTIONS.values(), ids=OPTIONS)
def test_a_bad_option_is_refused_with_what_is_allowed(sfr, write, out, arguments, message):
    result = sfr("score", write(NER), "-o", out, *arguments)
    assert (result.exit_code, result.stdout, left_behind(out.parent)) == (2, "", [])
    assert message in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("gamma=x", "a number"), ("max_chars=1.5", "integer"), ("clip=a..b", "two numbers"), ("clip=..", "two numbers")],
)
def test_a_value_that_cannot_be_read_is_refused_with_what_is_expected(sfr, write, out, setting, expected):
    result = sfr("score", write(NER), "-o", out, "--set", setting)
    assert (result.exit_code, left_behind(out.parent)) == (2, [])
    assert setting in result.stderr
    assert expected in result.stderr


def test_an_unknown_field_is_refused_once_with_the_known_ones(sfr, write, out):
    result = sfr("score", write(NER), "-o", out, "--set", "gama=1")
    assert (result.exit_code, left_behind(out.parent)) == (2, [])
    message = result.stderr.partition("Error: ")[2]
    assert all(field in message for field in ("gama", "gamma", "w_pair", "w_triple", "w_argument"))
    assert message.count("max_units") == 1


# -- processes -----------------------------------------------------------------------------------------


def test_two_processes_write_what_one_writes_byte_for_byte(sfr_process, tmp_path):
    samples = tmp_path / "samples.jsonl"
    assert sfr_process("samples", "-o", samples).returncode == 0
    shown = []
    for jobs in (1, 2):
        folder = tmp_path / str(jobs)
        folder.mkdir()
        result = sfr_process("score", samples, "-o", folder / "out.jsonl", "--by", "kind", "-j", jobs)
        assert (result.returncode, result.stderr) == (0, b"")
        shown.append(result.stdout.replace(str(folder).encode(), b"."))
    assert shown[0] == shown[1]
    for name in ("out.jsonl", "out.summary.json"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_a_pipe_can_be_read(sfr_process, write, out, read):
    if not Path("/dev/stdin").exists():
        pytest.skip("no /dev/stdin")
    result = sfr_process("score", "/dev/stdin", "-o", out, text=write(NER, NER).read_bytes())
    assert (result.returncode, result.stderr) == (0, b"")
    assert [row["line"] for row in read(out)] == [1, 2]


def test_the_exit_code_of_a_process_is_2_for_bad_rows_and_0_without(sfr_process, write, out):
    codes = [sfr_process("score", write(*lines), "-o", out).returncode for lines in ([b"7"], [NER])]
    assert codes == [2, 0]


def test_a_pipe_that_closes_early_is_no_crash(environment, tmp_path):
    command = [sys.executable, "-m", "sfr", "samples", "-o", "-"]
    errors = tmp_path / "errors"
    with (
        errors.open("wb") as stderr,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, env=environment) as process,
    ):
        first = process.stdout.readline()
        process.stdout.close()
        process.wait(timeout=60)
    assert json.loads(first)["id"] == "ner-01/perfect"
    assert b"Traceback" not in errors.read_bytes()


def test_a_pipe_is_plain_and_shows_no_progress(sfr_process, write, out):
    for arguments in (["score", write(NER), "-o", out], ["explain", write(NER)], ["samples"]):
        result = sfr_process(*arguments)
        assert (result.returncode, result.stderr) == (0, b"")
        assert b"\x1b" not in result.stdout
        assert b"scoring" not in result.stdout


def on_terminal(arguments, environment):
    """What a command shows on a terminal, and its exit code."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "sfr", *map(str, arguments)]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # what Linux says when the last process has gone
        while part := os.read(ours, 65_536):
            shown += part
    os.close(ours)
    return process.wait(timeout=60), shown.decode()


def test_a_terminal_shows_how_far_it_is_and_the_same_files_are_written(environment, write, out, sfr, tmp_path):
    path = write(*[NER] * 600)
    code, shown = on_terminal(["score", path, "-o", out], environment)
    results = out.read_bytes()
    assert code == 0
    assert "scoring" in shown
    assert "100%" in shown
    assert "\x1b[" in shown
    assert sfr("score", path, "-o", out).exit_code == 0
    assert results == out.read_bytes()


def test_a_terminal_shows_hit_missed_and_spurious_in_colours_of_their_own(environment, write):
    row = {**NER, "gold": {"person": ["Kevin", "Ann"]}, "output": '{"person": ["Kevin", "Rome"]}'}
    code, shown = on_terminal(["explain", write(row)], environment)
    assert code == 0
    colours = {word: colour for colour, word in re.findall(r"\x1b\[(\d+)m(hit|missed|spurious)\b", shown)}
    assert colours == {"hit": "32", "missed": "33", "spurious": "31"}


def test_a_terminal_shows_no_colour_where_none_is_wanted(environment, write):
    _, shown = on_terminal(["explain", write(NER)], environment | {"NO_COLOR": "1"})
    assert "value" in shown
    assert not any(f"\x1b[{colour}m" in shown for colour in range(30, 38))


# -- ends before the end -------------------------------------------------------------------------------

needs_posix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes and signals are those of POSIX")


def wait_for(condition, *, seconds=30):
    """What the condition gives, as soon as it gives something."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            pytest.fail("it did not happen in time")
        time.sleep(0.02)
    return found


def has_begun_to_write(pid, folder):
    """Whether a process has something in an open file of a folder, which may have no name yet."""
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            status = handle.stat()
            if stat.S_ISREG(status.st_mode) and status.st_size and str(folder) in str(handle.readlink()):
                return True
    return False


@contextlib.contextmanager
def in_the_middle(tmp_path, environment, jobs):
    """A process that has scored rows of a pipe, has begun to write, and waits for more."""
    pipe, out = tmp_path / "rows.jsonl", tmp_path / "out.jsonl"
    os.mkfifo(pipe)
    ours = os.open(pipe, os.O_RDWR)
    command = [sys.executable, "-m", "sfr", "score", str(pipe), "-o", str(out), "-j", str(jobs)]

    def feed():
        rest = memoryview((GOOD + b"\n") * 256 * 12)
        with contextlib.suppress(OSError):
            while rest:
                rest = rest[os.write(ours, rest[:4_096]) :]

    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, start_new_session=True
    )
    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    try:
        wait_for(lambda: has_begun_to_write(process.pid, tmp_path))
        assert process.poll() is None
        yield process, out
    finally:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=60)
        os.set_blocking(ours, False)
        with contextlib.suppress(OSError):
            while feeder.is_alive() and os.read(ours, 65_536):
                pass
        feeder.join(timeout=10)
        os.close(ours)


@needs_posix
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_an_end_in_the_middle_leaves_nothing_under_the_name_of_the_results(tmp_path, environment, name, jobs):
    with in_the_middle(tmp_path, environment, jobs) as (process, out):
        process.send_signal(getattr(signal, name))
        assert process.wait(timeout=30) != 0
        assert not out.exists()
        assert not (tmp_path / "out.summary.json").exists()


@needs_posix
def test_an_end_in_the_middle_leaves_earlier_results_alone(tmp_path, environment):
    (tmp_path / "out.jsonl").write_text("results")
    with in_the_middle(tmp_path, environment, 1) as (process, out):
        process.kill()
        process.wait(timeout=30)
        assert out.read_text() == "results"


@needs_posix
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_polite_end_leaves_no_file_at_all(tmp_path, environment, name):
    with in_the_middle(tmp_path, environment, 1) as (process, _):
        process.send_signal(getattr(signal, name))
        process.wait(timeout=30)
        assert left_behind(tmp_path) == []


def is_running(pid):
    """Whether a process runs; one that has ended and was not fetched does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@needs_posix
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are looked up in /proc")
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
def test_no_worker_outlives_the_command(tmp_path, environment, name):
    with in_the_middle(tmp_path, environment, 2) as (process, _):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert len(children) >= 2
        process.send_signal(getattr(signal, name))
        process.wait(timeout=30)
        end = time.monotonic() + 5
        while any(map(is_running, children)) and time.monotonic() < end:
            time.sleep(0.05)
        assert [pid for pid in children if is_running(pid)] == []
