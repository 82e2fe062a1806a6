"""The tables of runs: their numbers are those of the answers, and their words follow from the numbers."""

import json
from statistics import fmean

import pytest

from sfr.pipeline.comparisons import setup_for
from sfr.pipeline.results import results_of
from sfr.pipeline.stages import Way
from sfr.reports.pipeline.contents import contents_of
from sfr.reports.pipeline.notes import notes_of
from sfr.reports.pipeline.tables import SHEETS, sheets
from sfr.reports.pipeline.verdicts import findings
from sfr.reports.sheets import sheet_json, sheet_text
from sfr.structures import TASKS
from tests.pipeline.synthetic import examples, write_run

ROWS = examples(12)


def even(share):
    return dict.fromkeys(TASKS, share)


RIGHT = {
    "cm_3": even(0.25),
    "sa": even(0.25),
    "de_ner": {"ner": 1.0, "re": 0.25, "ee": 0.25},
    "de_re": {"ner": 1.0, "re": 1.0, "ee": 0.25},
    "de_ee": {"ner": 0.25, "re": 1.0, "ee": 1.0},
    "de_ee.without-sa": {"ner": 0.75, "re": 0.5, "ee": 0.5},
    "control": {"ner": 0.75, "re": 0.5, "ee": 0.5},
}


def contents(*runs, draws=200):
    results = results_of(runs)
    return contents_of(results, setup_for(results, draws=draws, seed=0, level=0.95))


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two seeds with all that the tables have a row for."""
    folder = tmp_path_factory.mktemp("runs")
    return [write_run(folder / f"seed-{seed}", seed=seed, rows=ROWS, right=RIGHT) for seed in (0, 1)]


@pytest.fixture(scope="module")
def found(runs):
    return contents(*runs)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """One seed of the paper's own way, and nothing else."""
    return write_run(tmp_path_factory.mktemp("alone") / "run", seed=4, ways=[Way()], rows=ROWS, right=RIGHT)


def rows_of(contents, name):
    """The rows of a table as objects, by what stands first in them."""
    objects = sheet_json(SHEETS[name](contents))
    return {next(iter(row.values())): row for row in objects}


def units(row):
    """How many units of gold a row has: entities, relations, arguments."""
    if row["task"] == "ee":
        return sum(len(event["arguments"]) for events in row["gold"].values() for event in events)
    return sum(map(len, row["gold"].values()))


def counted(run, stage, task):
    """F1 by hand: an answer is the gold or nothing, so that whatever is predicted is right."""
    by_set = {}
    for line in run.stage(stage).predictions.read_text().splitlines():
        row = json.loads(line)
        if row["task"] == task:
            gold, hit = by_set.get(row["dataset"], (0, 0))
            by_set[row["dataset"]] = gold + units(row), hit + units(row) * (row["output"] != "{}")
    return fmean(2 * hit / (gold + hit) for gold, hit in by_set.values())


# -- tables of the paper --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "stage", "paper"),
    [
        ("CM+SA+DE", "de_ee", (79.44, 71.17, 61.73)),
        ("w/o SA (CM+DE)", "de_ee.without-sa", (78.19, 68.68, 57.92)),
        ("w/o DE (CM+SA)", "sa", (76.22, 68.26, 58.50)),
        ("CM only", "cm_3", (76.27, 70.56, 58.07)),
    ],
)
def test_stages_taken_away_have_their_f1_and_that_of_the_paper(runs, found, row, stage, paper):
    cells = rows_of(found, "ablation")[row]

    assert [cells[task] for task in TASKS] == pytest.approx(
        [fmean(counted(run, stage, task) for run in runs) for task in TASKS]
    )
    assert tuple(cells[f"paper_{task}"] for task in TASKS) == paper
    assert all(cells[f"{task}_interval_low"] <= cells[task] <= cells[f"{task}_interval_high"] for task in TASKS)
    assert cells["runs"] == 2


def test_a_reward_is_measured_on_each_task_after_that_task_s_own_phase(runs, found):
    cells = rows_of(found, "rewards")
    stages = {
        "before (CM+SA)": ("sa", "sa", "sa"),
        "coarse terms alone": ("de_ner.coarse", "de_re.coarse-apart", "de_ee.coarse-apart"),
        "fine terms alone": ("de_ner.fine", "de_re.fine-apart", "de_ee.fine-apart"),
        "SFR": ("de_ner", "de_re.apart", "de_ee.apart"),
        "F1": ("de_ner.f1", "de_re.f1-apart", "de_ee.f1-apart"),
        "SFR, profile bounded": ("de_ner.bounded", "de_re.bounded-apart", "de_ee.bounded-apart"),
    }

    assert list(cells) == list(stages)
    for row, names in stages.items():
        expected = [fmean(counted(run, name, task) for run in runs) for task, name in zip(TASKS, names, strict=True)]
        assert [cells[row][task] for task in TASKS] == pytest.approx(expected)
    assert [cells["SFR"][f"paper_{task}"] for task in TASKS] == [78.25, 67.69, 58.40]
    assert [cells["F1"][f"paper_{task}"] for task in TASKS] == [None, None, None]


def test_lengths_are_those_of_the_answers_and_of_the_paper(runs, found):
    lengths = sorted(
        row["tokens"]
        for run in runs
        for row in map(json.loads, run.stage("sa").predictions.read_text().splitlines())
        if row["task"] == "re"
    )
    half = lengths[: len(lengths) // 2]
    half += [length for length in lengths[len(half) :] if length == half[-1]]
    rows = {(row["task"], row["setting"], row["source"]): row for row in sheet_json(SHEETS["lengths"](found))}
    mine, paper = rows["RE", "CM+SA", "these runs"], rows["RE", "CM+SA", "the paper"]

    assert (mine["p50_min"], mine["p50_mean"], mine["p50_max"]) == (half[0], fmean(half), half[-1])
    assert (mine["mean"], mine["max"]) == (fmean(lengths), lengths[-1])
    assert [paper[f"p{share}_{what}"] for share in (50, 99) for what in ("min", "mean", "max")] == [
        *(10, 13, 20),
        *(39, 74, 126),
    ]
    assert ("EE", "CM+SA+DE", "these runs") in rows
    assert ("EE", "CM+SA+DE", "the paper") not in rows


# -- other tables ---------------------------------------------------------------------------------


def test_every_task_stands_after_every_stage_with_its_reward(runs, found):
    cells = rows_of(found, "stages")

    assert list(cells) == ["cm_1", "cm_2", "cm_3", "sa", "de_ner", "de_re", "de_ee"]
    assert cells["de_re"]["re"] == 1.0
    scores = [json.loads(run.stage("de_re").scores.read_text())["tasks"]["re"] for run in runs]
    assert cells["de_re"]["re_reward"] == fmean(one["reward"] for one in scores)
    assert cells["de_ee"]["ner"] == pytest.approx(fmean(counted(run, "de_ee", "ner") for run in runs))
    assert cells["de_ee"]["trigger"] == 1.0


def test_remedies_stand_beside_the_control(runs, found):
    cells = rows_of(found, "remedies")

    assert list(cells) == [
        "control (supervised steps)",
        "before DE (CM+SA)",
        "DE",
        "DE, near its beginning (KL)",
        "DE, with earlier rows (replay)",
        "DE of all tasks at once (mixed)",
    ]
    assert cells["DE, with earlier rows (replay)"]["ner"] == pytest.approx(
        fmean(counted(run, "de_ee.replay", "ner") for run in runs)
    )


def test_differences_are_from_the_first_row_to_the_others(found):
    rows = sheet_json(SHEETS["differences"](found))
    ablation = [row for row in rows if (row["table"], row["task"]) == ("ablation", "EE")]
    f1 = {name: row["ee"] for name, row in rows_of(found, "ablation").items()}

    assert [(row["first"], row["second"]) for row in ablation] == [
        ("CM+SA+DE", "w/o SA (CM+DE)"),
        ("CM+SA+DE", "w/o DE (CM+SA)"),
        ("CM+SA+DE", "CM only"),
    ]
    assert [row["difference"] for row in ablation] == pytest.approx(
        [f1[row["second"]] - f1["CM+SA+DE"] for row in ablation]
    )
    assert {row["table"] for row in rows} == {"ablation", "rewards", "stages", "control", "remedies"}
    assert {row["first"] for row in rows if row["table"] == "control"} == {"control (supervised steps)"}
    assert {row["first"] for row in rows if row["table"] == "remedies"} == {"DE"}


def test_what_it_took_is_told_stage_by_stage_and_seed_by_seed(found):
    rows = sheet_json(SHEETS["costs"](found))
    one = next(row for row in rows if (row["stage"], row["seed"]) == ("de_ner", 1))

    assert (one["minutes"], one["memory"], one["step"], one["generating"], one["updating"]) == (1.5, 1.0, 4, 3, 0.5)
    assert one["share"] == one["grading"] / 4
    assert len(rows) == 2 * len(found.results.stages)


def test_columns_of_runs_are_shown_where_a_row_is_not_of_all(runs, found, tmp_path):
    half = write_run(tmp_path / "half", seed=7, ways=[Way(without={"de"})], rows=ROWS)

    assert " runs" not in sheet_text(SHEETS["ablation"](found)).splitlines()[1]
    assert " runs" in sheet_text(SHEETS["ablation"](contents(*runs, half))).splitlines()[1]


# -- what is not there ----------------------------------------------------------------------------


def test_a_row_that_is_not_there_is_left_out_and_the_note_says_what_adds_it(alone):
    sheet = SHEETS["ablation"](contents(alone))

    assert [row[0] for row in sheet.rows] == ["CM+SA+DE", "w/o DE (CM+SA)", "CM only"]
    assert (
        sheet.notes[-1]
        == f"w/o SA (CM+DE): missing. To add it: sfr pipeline run mini -o {alone.path} --seed 4 --without sa"
    )


def test_a_row_that_is_half_there_is_shown_and_said_to_be(alone):
    sheet = SHEETS["rewards"](contents(alone))

    assert [row[0] for row in sheet.rows] == ["before (CM+SA)", "SFR"]
    assert f"SFR: incomplete. To add it: sfr pipeline run mini -o {alone.path} --seed 4 --order apart" in sheet.notes


def test_a_row_that_some_runs_lack_is_added_to_these(runs, alone):
    notes = SHEETS["ablation"](contents(*runs, alone)).notes

    assert (
        f"w/o SA (CM+DE): incomplete (seed 4). To add it: sfr pipeline run mini -o {alone.path} --seed 4 --without sa"
        in notes
    )


def test_the_command_names_the_file_of_an_own_profile_and_the_data(tmp_path):
    run = write_run(tmp_path / "a run", ways=[Way(without={"sa", "de"})], rows=ROWS, profile="own")
    about = json.loads(run.about.read_text()) | {"data": "/my data"}
    run.about.write_text(json.dumps(about))

    assert (
        f"CM+SA+DE: missing. To add it: sfr pipeline run own.yaml -o '{run.path}' --data '/my data'"
        in SHEETS["ablation"](contents(run)).notes
    )


def test_tables_of_next_to_nothing_can_be_written(tmp_path):
    run = write_run(tmp_path / "run", ways=[Way(without={"sa", "de"})], rows=ROWS)
    (run.stage("cm_3").manifest).unlink()
    found = contents(run)

    assert [sheet.name for sheet in sheets(found, SHEETS) if not sheet.rows] == [
        "verdict",
        "ablation",
        "rewards",
        "lengths",
        "remedies",
    ]
    assert "To add it" in "".join(map(sheet_text, sheets(found, SHEETS)))


# -- what the numbers say -------------------------------------------------------------------------


def answers_of(contents):
    return {one.question: one.answer for one in findings(contents)}


def test_questions_are_answered_by_intervals(found):
    assert answers_of(found) == {
        "Does the mean reward rise while de_ner trains?": "yes",
        "Does the mean reward rise while de_re trains?": "yes",
        "Does the mean reward rise while de_ee trains?": "yes",
        "Does F1 of NER rise from sa to de_ner?": "yes",
        "Does F1 of RE rise from de_ner to de_re?": "yes",
        "Does F1 of EE (arguments) rise from de_re to de_ee?": "yes",
        "Does F1 of NER hold or rise in the phases after de_ner?": "no",
        "Does F1 of RE hold or rise in the phases after de_re?": "not sure",
        "Is F1 of NER higher after DE than after supervised steps for as long?": "no",
        "Is F1 of RE higher after DE than after supervised steps for as long?": "yes",
        "Is F1 of EE (arguments) higher after DE than after supervised steps for as long?": "yes",
        "Do the rows of Table 5 stand in the paper's order, NER?": "no",
        "Do the rows of Table 5 stand in the paper's order, RE?": "not sure",
        "Do the rows of Table 5 stand in the paper's order, EE?": "not sure",
        "Do the rows of Table 7 stand in the paper's order, NER?": "not sure",
        "Do the rows of Table 7 stand in the paper's order, RE?": "not sure",
        "Do the rows of Table 7 stand in the paper's order, EE?": "not sure",
    }


def test_nothing_is_claimed_without_an_interval(runs):
    assert set(answers_of(contents(*runs, draws=0)).values()) == {"not known"}


def test_nothing_is_asked_of_what_is_not_there(alone):
    asked = "\n".join(answers_of(contents(alone)))

    assert "for as long" not in asked
    assert "Table 7" not in asked
    assert "Table 5" in asked


def test_the_paper_s_order_is_found_where_it_is(tmp_path):
    share = {"de_ee": 1.0, "de_ee.without-sa": 0.6, "cm_3": 0.3, "sa": 0.0}
    ways = [Way(), Way(without={"sa"})]
    rows = examples(60)
    run = write_run(tmp_path / "run", ways=ways, rows=rows, right={name: even(value) for name, value in share.items()})
    found = {one.question: one for one in findings(contents(run))}
    ner, ee = (found[f"Do the rows of Table 5 stand in the paper's order, {task}?"] for task in ("NER", "EE"))

    assert (ner.answer, ner.numbers) == (
        "yes",
        "of 6 pairs: 6 as in the paper; in the paper CM+SA+DE > w/o SA (CM+DE) > CM only > w/o DE (CM+SA)",
    )
    assert ee.answer == "no"
    assert ee.numbers.startswith("of 6 pairs: 3 as in the paper, 3 the other way around;")


def test_a_finding_says_its_numbers(found):
    by_question = {one.question: one.numbers for one in findings(found)}
    stages = rows_of(found, "stages")
    before, after = (100 * stages[name]["ner"] for name in ("de_ner", "de_ee"))
    numbers = by_question["Does F1 of NER hold or rise in the phases after de_ner?"]

    assert numbers.startswith(f"{before:.2f} and {after:.2f}: {after - before:+.2f} [-")


def test_few_steps_are_said_to_be_too_few(tmp_path):
    run = write_run(tmp_path / "run", ways=[Way()], rows=ROWS, steps=9)
    one = next(one for one in findings(contents(run)) if one.question.startswith("Does the mean reward"))

    assert one.answer == "not known"
    assert one.numbers.endswith("; an interval takes 4 steps in a fifth, and there are 1")


def test_notes_say_what_intervals_are_over(found, alone):
    assert notes_of(found)[0] == (
        "Intervals: 95 % of 200 bootstrap samples over examples and over runs "
        "(seeds 0, 1; 2 are few, and the intervals rather too narrow)."
    )
    assert "over examples. They speak of this one run (seed 4)" in notes_of(contents(alone))[0]
    assert notes_of(contents(alone, draws=0))[0] == "Of seed 4, without intervals."
