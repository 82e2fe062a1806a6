"""``sfr report``: a page of the numbers of ``sfr evaluate``, and of the examples."""

import base64
import json
import re
import zlib

import pytest

from sfr import reward as sfr_reward

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
    return json.loads(zlib.decompress(base64.b64decode(packed)))


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


RELATIONS = [
    {
        "id": "r",
        "task": "re",
        "text": "Kevin left Oslo.",
        "gold": {"left": [["Kevin", "Oslo"]]},
        "output": '{"left": [["Kevin", "Oslo"]]}',
    }
]
UNNAMED = [{name: value for name, value in row.items() if name != "dataset"} for row in ROWS]


def written(sfr, path, out, *options):
    """The page of predictions, without draws."""
    assert sfr("report", str(path), "-o", str(out), "--draws", "0", *options).exit_code == 0
    return out.read_text("utf-8")


def test_tasks_without_data_sets_have_rows_of_their_own(sfr, run, tmp_path):
    page = written(sfr, run([*UNNAMED, *RELATIONS]), tmp_path / "page.html")
    for table in ("Lengths, table", "Outputs by status, table"):
        body = page.partition(f'aria-label="{table}"')[2].partition("</table>")[0]
        assert re.findall(r'<th scope="row"><bdi>(.*?)</bdi>', body) == ["ner", "re"]
    assert re.search(r"Outputs, % of outputs\. ner: .*?; re: 1 ok", page)


def test_a_number_of_one_of_several_tasks_leads_to_examples_of_that_task(sfr, run, tmp_path):
    page = written(sfr, run([*UNNAMED, *RELATIONS]), tmp_path / "page.html")
    assert 'href="#task=re&amp;status=ok"' in page
    assert 'href="#task=re&amp;error=hit"' in page


def test_numbers_of_a_convention_that_compares_places_stand_at_the_top_and_by_type(sfr, run, tmp_path):
    rows = [row | {"at": {"person": [[[8, 13]]]}} for row in ROWS]
    page = written(sfr, run(rows), tmp_path / "page.html", "--convention", "conlleval")
    assert "<dt>Entity span F1</dt>" in page
    assert "<caption>Entity span F1 by type</caption>" in page


def test_the_page_says_how_many_examples_metrics_on_spans_cover(sfr, run, tmp_path):
    rows = [row | {"at": {"person": [[[8, 13]]]}} if n else row for n, row in enumerate(ROWS)]
    page = written(sfr, run(rows), tmp_path / "page.html")
    assert "Metrics on spans, ner letters: 5 of 6 examples have a place for every mention of gold and a text." in page


def test_the_terms_of_a_reward_stand_in_its_own_order(sfr, run, tmp_path):
    page = written(sfr, run([*UNNAMED, *RELATIONS]), tmp_path / "page.html")
    (label,) = re.findall(r'aria-label="Terms of the re reward\. (.*?)"', page)
    terms = sfr_reward("re").score(RELATIONS[0]["gold"], RELATIONS[0]["output"]).terms
    assert re.findall(r"(\w+): mean", label) == list(terms)


def test_a_bad_row_leaves_no_page(sfr, run, tmp_path):
    out = tmp_path / "page.html"
    result = sfr("report", str(run([*ROWS, {"id": "x", "task": "ner"}])), "-o", str(out))
    assert result.exit_code == 2
    assert not out.exists()


def test_a_reward_that_asks_for_a_schema_that_is_not_there_ends_with_a_message(sfr, run, tmp_path):
    result = sfr("report", str(run()), "-o", str(tmp_path / "p.html"), "--draws", "0", "--reward", "unknown_types=drop")
    assert result.exit_code == 2
    assert "schema" in result.stderr
