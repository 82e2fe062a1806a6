"""``sfr report``: a page of the numbers of ``sfr evaluate``, and of the examples."""

import base64
import gzip
import json
import re

import pytest

ROWS = [
    {
        "id": str(n),
        "dataset": "news" if n % 2 else "letters",
        "task": "ner",
        "text": f"Thanks, Kevin, for all {n}.",
        "gold": {"person": ["Kevin"]},
        "output": json.dumps({"person": ["Kevin"][: n % 3]}),
    }
    for n in range(12)
]


@pytest.fixture
def run(tmp_path):
    """Writes rows to a file."""

    def write(rows=ROWS, name="run.jsonl"):
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    return write


def data_of(path):
    """The examples that a page carries."""
    packed = re.search(r'id="data">([^<]*)<', path.read_text("utf-8"))[1]
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def test_a_page_is_written_and_said_to_be(sfr, run, tmp_path):
    out = tmp_path / "page.html"
    result = sfr("report", str(run()), "-o", str(out), "--draws", "50")
    assert result.exit_code == 0
    assert re.fullmatch(rf"wrote {re.escape(str(out))}: 12 of 12 examples, \d+ kB\n", result.stdout)
    assert [row[1] for row in data_of(out)["examples"]] == [*map(str, range(0, 12, 2)), *map(str, range(1, 12, 2))]


def test_the_numbers_of_the_page_are_those_of_evaluate(sfr, run, tmp_path):
    path, out = run(), tmp_path / "page.html"
    sfr("report", str(path), "-o", str(out), "--draws", "50")
    found = json.loads(sfr("evaluate", str(path), "--draws", "50", "--format", "json").stdout)
    page = out.read_text("utf-8")
    f1s = [row["f1"] for row in found["scores"] if row["metric"] == "entity"]
    assert f1s
    assert all(f"<b>{100 * f1:.1f}</b>" in page for f1 in f1s)


def test_systems_stand_in_one_page(sfr, run, tmp_path):
    one, two = run(), run([row | {"output": "no"} for row in ROWS], "other.jsonl")
    out = tmp_path / "page.html"
    result = sfr("report", f"old={one}", f"new={two}", "-o", str(out), "--draws", "50")
    assert result.exit_code == 0
    data = data_of(out)
    assert data["systems"] == ["old", "new"]
    assert [answer[1] for answer in data["examples"][0][5]] == [0, 2]
    assert "<title>old, new</title>" in out.read_text("utf-8")


def test_fewer_examples_are_drawn_and_the_page_says_so(sfr, run, tmp_path):
    out = tmp_path / "page.html"
    result = sfr("report", str(run()), "-o", str(out), "--draws", "0", "--examples", "5", "--seed", "3")
    assert result.exit_code == 0
    assert len(data_of(out)["examples"]) == 5
    assert "5 of 12 examples are shown, drawn at random with seed 3; numbers are of all." in out.read_text("utf-8")


def test_more_processes_write_the_same_page(sfr, run, tmp_path):
    path, pages = run(ROWS * 1), [tmp_path / "1.html", tmp_path / "2.html"]
    for jobs, out in enumerate(pages, 1):
        assert sfr("report", str(path), "-o", str(out), "--draws", "0", "-j", str(jobs)).exit_code == 0
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_the_reward_can_be_set(sfr, run, tmp_path):
    out = tmp_path / "page.html"
    result = sfr(
        "report",
        str(run()),
        "-o",
        str(out),
        "--draws",
        "0",
        "--profile",
        "bounded",
        "--reward",
        "gamma=2",
        "--title",
        "T",
    )
    assert result.exit_code == 0
    assert "gamma:2.0" in out.read_text("utf-8")
    assert "<title>T</title>" in out.read_text("utf-8")


def test_a_setting_that_no_reward_has_is_refused_by_its_option(sfr, run, tmp_path):
    result = sfr("report", str(run()), "-o", str(tmp_path / "page.html"), "--reward", "size=2")
    assert result.exit_code == 2
    assert "Invalid value for '--reward'" in result.stderr


def test_a_bad_row_leaves_no_page(sfr, run, tmp_path):
    out = tmp_path / "page.html"
    result = sfr("report", str(run([*ROWS, {"id": "x", "task": "ner"}])), "-o", str(out))
    assert result.exit_code == 2
    assert not out.exists()


def test_a_reward_that_asks_for_a_schema_that_is_not_there_ends_with_a_message(sfr, run, tmp_path):
    result = sfr("report", str(run()), "-o", str(tmp_path / "p.html"), "--draws", "0", "--reward", "unknown_types=drop")
    assert result.exit_code == 2
    assert "schema" in result.stderr
