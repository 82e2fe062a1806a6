"""``sfr pipeline report``: tables on the screen and in files, and one page."""

import base64
import csv
import hashlib
import io
import json
import re

import pytest

from sfr.pipeline.stages import Way
from sfr.reports.pipeline.tables import SHEETS
from tests.pipeline.synthetic import examples, write_run

ROWS = examples(4)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two seeds of the paper's own way and one of its ablations."""
    folder = tmp_path_factory.mktemp("runs")
    ways = [Way(), Way(without={"sa"}), Way(reward="coarse", order="apart")]
    return [write_run(folder / f"seed-{seed}", seed=seed, ways=ways, rows=ROWS).path for seed in (0, 1)]


@pytest.fixture
def report(sfr, runs):
    def run(*arguments):
        return sfr("pipeline", "report", *runs, "--draws", 50, *arguments)

    return run


def test_all_tables_are_shown_with_notes_and_a_signature(report):
    result = report()
    titles = [
        "What the numbers say",
        "Stages taken away (Table 5)",
        "Rewards of DE, each phase from the model after SA (Table 7)",
        "Lengths of outputs (Table 6)",
        "Every task after every stage",
        "Against forgetting, and the control",
        "Differences in F1",
        "What it took",
    ]

    assert result.exit_code == 0
    assert [line for line in result.stdout.splitlines() if line in titles] == titles
    *_, notes, paper, signature = result.stdout.splitlines()
    assert notes.startswith("Intervals: 95 % of 50 bootstrap samples over examples and over runs (seeds 0, 1;")
    assert paper.startswith("Figures of the paper are of another model")
    assert signature.startswith("sfr-eval|convention:sfr|draws:50|runs:paired|lengths:given|examples:14|golds:")


def test_a_table_is_shown_alone(report):
    lines = report("--show", "stages").stdout.splitlines()

    assert lines[0] == "Every task after every stage"
    assert [line.split()[0] for line in lines[2:9]] == ["cm_1", "cm_2", "cm_3", "sa", "de_ner", "de_re", "de_ee"]
    assert not any("Table 5" in line for line in lines)


def test_what_is_missing_is_said_with_its_command(report, runs):
    assert f"sfr pipeline run mini -o {runs[1]} --seed 1 --control" in report("--show", "remedies").stdout


def test_json_holds_all_tables(report, tmp_path):
    result = report("-o", tmp_path / "tables.json")
    found = json.loads((tmp_path / "tables.json").read_text())

    assert result.stdout == f"wrote {tmp_path / 'tables.json'}\n"
    assert list(found) == ["signature", "profile", "seeds", *SHEETS, "notes"]
    assert (found["profile"], found["seeds"]) == ("mini", [0, 1])
    assert [row["row"] for row in found["ablation"]] == ["CM+SA+DE", "w/o SA (CM+DE)", "w/o DE (CM+SA)", "CM only"]


def test_csv_holds_one_table_with_the_signature(report):
    rows = list(csv.DictReader(io.StringIO(report("--format", "csv", "--show", "costs").stdout)))

    assert {(row["stage"], row["seed"]) for row in rows} >= {("cm_1", "0"), ("de_ee.without-sa", "1")}
    assert all(row["signature"].startswith("sfr-eval|") for row in rows)
    assert "w/o SA (CM+DE)" in report("--format", "csv").stdout


@pytest.mark.parametrize(
    ("ending", "mark"), [("md", "### Stages taken away (Table 5)"), ("tex", r"\toprule"), ("txt", "CM+SA+DE")]
)
def test_tables_are_written_as_the_ending_says(report, tmp_path, ending, mark):
    path = tmp_path / f"table.{ending}"
    result = report("--show", "ablation", "-o", path)

    assert result.exit_code == 0
    assert mark in path.read_text()
    assert "sfr-eval|" in path.read_text()


def test_without_draws_there_are_no_intervals(sfr, runs):
    result = sfr("pipeline", "report", runs[0], "--draws", 0, "--show", "ablation")

    assert result.exit_code == 0
    assert "interval" not in result.stdout.splitlines()[1]
    assert "Of seed 0, without intervals." in result.stdout


# -- the page -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(runs, tmp_path_factory):
    from click.testing import CliRunner

    from sfr.cli import main

    path = tmp_path_factory.mktemp("page") / "page.html"
    arguments = ["pipeline", "report", *map(str, runs), "--draws", "50", "-o", str(path)]
    result = CliRunner().invoke(main, arguments, prog_name="sfr")
    assert result.output == f"wrote {path}\n"
    return path.read_text("utf-8")


def test_a_page_holds_what_the_tables_hold(report, page):
    found = json.loads(report("--format", "json").stdout)

    for row in found["ablation"]:
        assert f'<th scope="row">{row["row"]}</th><td>{100 * row["ner"]:.2f}</td>' in page
    for row in found["verdict"]:
        assert row["question"].replace("'", "&#39;") in page


def test_a_page_has_a_chart_of_every_stage_that_was_trained(page):
    headings = re.findall(r"<figcaption>([^<]*)</figcaption>", page)

    assert headings[:2] == ["Stages taken away: F1", "Rewards of DE: F1"]
    assert {f"Loss, {name}" for name in ("cm_1", "cm_2", "cm_3", "sa")} <= set(headings)
    assert {f"Reward, {name}" for name in ("de_ner", "de_re", "de_ee", "de_re.coarse-apart")} <= set(headings)
    assert "F1 after each stage" in headings


def test_a_chart_says_where_its_lines_begin_and_end(page):
    assert re.search(r'aria-label="Loss, cm_1 by step\. in training: 3 at 1, 0\.15 at 20"', page)


def test_a_page_runs_our_script_alone_and_asks_for_nothing(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    script = re.search(r'<script type="module">(.*?)</script>', page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()

    assert policy.startswith("default-src 'none';")
    assert f"script-src 'sha256-{digest}'" in policy
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)
    assert " style=" not in page


def test_a_page_of_a_run_that_has_just_begun_is_a_page(sfr, tmp_path):
    run = write_run(tmp_path / "run", ways=[Way(without={"sa", "de"})], rows=ROWS)
    run.stage("cm_3").manifest.unlink()
    result = sfr("pipeline", "report", run.path, "-o", tmp_path / "page.html", "--draws", 20)

    assert result.exit_code == 0
    assert "Nothing can be asked yet" in (tmp_path / "page.html").read_text("utf-8")


# -- what is refused ------------------------------------------------------------------------------


def test_a_folder_that_holds_no_run_is_refused(sfr, tmp_path):
    result = sfr("pipeline", "report", tmp_path)

    assert result.exit_code == 1
    assert "holds no run; sfr pipeline run PROFILE" in result.stderr


def test_runs_that_do_not_belong_together_are_refused(sfr, runs):
    result = sfr("pipeline", "report", runs[0], runs[0])

    assert result.exit_code == 1
    assert "only runs of one profile with several seeds can be shown together" in result.stderr


def test_a_page_holds_all_tables(report, tmp_path):
    result = report("-o", tmp_path / "page.html", "--show", "costs")

    assert result.exit_code == 2
    assert "a page holds all tables" in result.stderr
    assert not (tmp_path / "page.html").exists()


def test_a_file_of_csv_holds_one_table(report):
    result = report("--format", "csv", "--show", "costs", "--show", "stages")

    assert result.exit_code == 2
    assert "a file of CSV holds one table" in result.stderr


def test_an_ending_that_says_nothing_is_refused_before_any_work(report, tmp_path):
    result = report("-o", tmp_path / "page.pdf")

    assert result.exit_code == 2
    assert "End it in .html, .txt, .md, .csv, .tex, .json" in result.stderr


def test_damaged_predictions_are_named(sfr, tmp_path):
    run = write_run(tmp_path / "run", ways=[Way(without={"sa", "de"})], rows=ROWS)
    run.stage("cm_2").predictions.write_text("{}\n")
    result = sfr("pipeline", "report", run.path)

    assert result.exit_code == 1
    assert str(run.stage("cm_2").predictions) in result.stderr


def test_predictions_that_are_gone_are_named(sfr, tmp_path):
    run = write_run(tmp_path / "run", ways=[Way(without={"sa", "de"})], rows=ROWS)
    run.stage("cm_2").predictions.unlink()
    result = sfr("pipeline", "report", run.path)

    assert result.exit_code == 1
    assert str(run.stage("cm_2").predictions) in result.stderr


def test_without_its_libraries_a_page_says_how_to_get_them(sfr, runs, tmp_path, monkeypatch):
    from sfr.reports.page import building

    monkeypatch.setattr(building, "find_spec", lambda _: None)
    result = sfr("pipeline", "report", runs[0], "-o", tmp_path / "page.html", "--draws", 0)

    assert result.exit_code == 1
    assert "python -m pip install 'sfr[report]'" in result.stderr
