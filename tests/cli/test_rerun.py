"""``sfr rerun``: the numbers of a file of results, made again."""

import json
import re

import pytest

ROWS = [
    {
        "id": f"s{n}",
        "dataset": "letters",
        "task": "ner",
        "text": f"Kevin left Oslo on day {n}.",
        "gold": {"person": ["Kevin"], "place": ["Oslo"]},
        "output": json.dumps({"person": ["Kevin"], "place": ["Rome"][: n % 2]}),
    }
    for n in range(20)
]


@pytest.fixture
def results(sfr, write, monkeypatch, tmp_path):
    """Evaluates a run in the current folder, and writes the results as JSON."""
    monkeypatch.chdir(tmp_path)

    def results(*options, rows=ROWS):
        write(*rows, name="run.jsonl")
        result = sfr("evaluate", "ours=run.jsonl", "--draws", "20", *options, "-o", "results.json")
        assert (result.exit_code, result.stderr) == (0, "")
        return tmp_path / "results.json"

    return results


def changed(path, **values):
    """The results with other values in the place of some."""
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | values), encoding="utf-8")
    return path


def test_the_same_files_give_the_same_numbers(sfr, results):
    result = sfr("rerun", results())
    assert (result.exit_code, result.stderr) == (0, "")
    same, signature = result.stdout.splitlines()
    assert re.fullmatch(r"\S+results\.json: all \d+ rows are the same", same)
    assert signature.startswith("sfr-eval|convention:sfr|draws:20|examples:20|")


@pytest.mark.parametrize(
    "options",
    [
        ("--convention", "instructuie"),
        ("--set", "duplicates=multiset", "--seed", "7", "--level", "0.9"),
        ("--lengths", "characters", "--bands", "below"),
        ("--against", "paper"),
        ("other=run.jsonl", "third=run.jsonl", "--pairs", "all"),
    ],
    ids=" ".join,
)
def test_all_that_the_numbers_were_made_with_is_kept(sfr, results, options):
    assert sfr("rerun", results(*options)).exit_code == 0


def test_gold_files_and_missing_predictions_are_kept(sfr, write, results):
    gold = [{key: value for key, value in row.items() if key != "output"} for row in ROWS]
    write(*gold, {**gold[0], "id": "more"}, name="gold.jsonl")
    path = results("--gold", "gold.jsonl", "--missing", "empty")
    assert sfr("rerun", path).exit_code == 0


def test_any_number_of_processes_gives_the_same(sfr, results):
    assert sfr("rerun", results(), "-j", "2").exit_code == 0


def test_other_predictions_give_other_numbers_which_are_named(sfr, write, results):
    path = results()
    write(*ROWS[:-1], {**ROWS[-1], "output": "{}"}, name="run.jsonl")
    result = sfr("rerun", path)
    assert result.exit_code == 1
    assert re.search(r"^scores, row 1 \(ours, ner, letters, entity\): hit was 20, is 19$", result.stdout, re.MULTILINE)


def test_of_many_differences_some_are_shown(sfr, write, results):
    path = results()
    write(*({**row, "output": "{}"} for row in ROWS), name="run.jsonl")
    lines = sfr("rerun", path).stdout.splitlines()
    assert len(lines) == 11
    assert re.fullmatch(r"and \d+ more differences", lines[-1])


def test_a_number_that_was_changed_by_hand_is_found(sfr, results):
    path = results()
    rows = json.loads(path.read_text("utf-8"))["scores"]
    result = sfr("rerun", changed(path, scores=[{**rows[0], "f1": 0.99}, *rows[1:]]))
    assert result.exit_code == 1
    assert re.fullmatch(r"scores, row 1 \(ours, ner, letters, entity\): f1 was 0\.99, is 0\.\d+\n", result.stdout)


def test_a_table_that_has_lost_rows_is_found(sfr, results):
    result = sfr("rerun", changed(results(), parsing=[]))
    assert (result.exit_code, result.stdout) == (1, "parsing: 0 rows before, 1 now\n")


def test_another_gold_is_named(sfr, write, results):
    path = results()
    write(*ROWS[:-1], {**ROWS[-1], "gold": {"person": ["Kevin"]}}, name="run.jsonl")
    result = sfr("rerun", path)
    assert result.exit_code == 1
    assert re.fullmatch(
        r"Error: the gold is not that of the signature: expected 20 examples \(\w{16}\), found 20 \(\w{16}\)\n",
        result.stderr,
    )


def test_files_are_sought_from_the_current_folder(sfr, results, monkeypatch, tmp_path):
    path = results()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    result = sfr("rerun", path)
    assert result.exit_code == 2
    assert result.stderr == f"Error: {path}: not there, seen from the current folder: run.jsonl\n"


def test_predictions_that_went_bad_are_reported_with_their_lines(sfr, write, results):
    path = results()
    write(*ROWS, {"task": "ner"}, name="run.jsonl")
    result = sfr("rerun", path)
    assert result.exit_code == 2
    assert "run.jsonl:21: " in result.stderr


def test_results_of_another_version_are_refused(sfr, results):
    path = results()
    long = json.loads(path.read_text("utf-8"))["signature"]["long"]
    other = re.sub(r"\|v:.*", "|v:0.0.0", long)
    result = sfr("rerun", changed(path, signature={"long": other}))
    assert result.exit_code == 2
    assert "this signature is of sfr 0.0.0, and this is sfr " in result.stderr


@pytest.mark.parametrize(
    "content", [b"", b"F1: 0.9", b"[]", b"{}", b'{"signature": 1}', b"\xff", b"[" * 10_000], ids=lambda c: c[:20]
)
def test_what_holds_no_results_is_refused(sfr, tmp_path, content):
    path = tmp_path / "results.json"
    path.write_bytes(content)
    result = sfr("rerun", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{path}: expected results as they come of sfr evaluate ... -o results.json: " in result.stderr


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"inputs": []}, "$.inputs"),
        ({"inputs": {"predictions": [["ours"]]}}, "$.inputs.predictions[0]"),
        ({"inputs": {"predictions": [["ours", "run.jsonl"]], "gold": [3]}}, "$.inputs.gold[0]"),
        ({"inputs": {"predictions": []}}, "names no predictions"),
        ({"pairs": "some"}, "$.pairs"),
        ({"paper_system": 3}, "$.paper_system"),
        ({"scores": 3}, "Expected `array`, got `int`"),
        ({"signature": {"long": "F1"}}, "not a signature of an evaluation"),
        ({"signature": {}}, "not a signature of an evaluation"),
    ],
    ids=str,
)
def test_results_that_were_damaged_are_refused_with_what_is_wrong(sfr, results, values, problem):
    result = sfr("rerun", changed(results(), **values))
    assert result.exit_code == 2
    assert problem in result.stderr
