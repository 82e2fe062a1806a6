"""What runs have come to: read from their folders, compared, timed."""

import json
import random
from collections import defaultdict
from dataclasses import replace
from statistics import fmean

import pytest

from sfr.evaluation import evaluate_outputs
from sfr.evaluation.signatures import Setup
from sfr.pipeline.comparisons import ABLATION, CHAIN, REMEDIES, REWARDED, compare, setup_for
from sfr.pipeline.costs import costs_of
from sfr.pipeline.folders import RunFolder
from sfr.pipeline.results import ResultsError, results_of
from sfr.pipeline.rises import interval_of, rise_of
from sfr.pipeline.stages import Way
from sfr.structures import TASKS
from tests.pipeline.synthetic import examples, write_run, write_stage

RIGHT = {
    "cm_3": {"ner": 0.5, "re": 0.5, "ee": 0.25},
    "sa": {"ner": 0.25, "re": 0.75, "ee": 0.5},
    "de_ee": {"ner": 1.0, "re": 0.0, "ee": 0.75},
}
SETUP = Setup(draws=200, runs="resampled", lengths="given")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The paper's own way with two seeds, whose answers differ."""
    folder = tmp_path_factory.mktemp("runs")
    return [write_run(folder / f"seed-{seed}", seed=seed, ways=[Way()], right=RIGHT) for seed in (0, 1)]


@pytest.fixture(scope="module")
def results(runs):
    return results_of(runs)


def f1_of(run, stage, task, metric):
    """The mean over data sets of F1, counted from the rows themselves."""
    rows = [json.loads(line) for line in run.stage(stage).predictions.read_text().splitlines()]
    by_set = defaultdict(list)
    for row in rows:
        if row["task"] == task:
            by_set[row["dataset"]].append(row)
    return fmean(
        evaluate_outputs(task, [row["gold"] for row in found], [row["output"] for row in found])[metric].scores.f1
        for found in by_set.values()
    )


# -- what is read ---------------------------------------------------------------------------------


def test_stages_stand_in_the_order_of_the_method_and_their_runs_in_that_of_the_seeds(runs):
    results = results_of(runs[::-1])

    assert list(results.stages) == ["cm_1", "cm_2", "cm_3", "sa", "de_ner", "de_re", "de_ee"]
    assert {name: [one.seed for one in found] for name, found in results.stages.items()} == {
        name: [0, 1] for name in CHAIN
    }
    assert list(results.runs) == [0, 1]


def test_a_stage_that_is_not_measured_is_left_out(tmp_path):
    run = write_run(tmp_path / "run", ways=[Way()])
    run.stage("de_ee").scores.unlink()
    run.stage("de_re").manifest.unlink()

    assert list(results_of([run]).stages) == ["cm_1", "cm_2", "cm_3", "sa", "de_ner"]


def test_a_stage_that_was_put_away_is_left_out(tmp_path):
    run = write_run(tmp_path / "run", ways=[Way(without={"de"})])
    run.stage("sa").path.rename(run.stages / "sa~1")

    assert list(results_of([run]).stages) == ["cm_1", "cm_2", "cm_3"]


def test_what_runs_lack_is_known_by_their_seeds(tmp_path):
    whole = write_run(tmp_path / "whole", seed=3, ways=[Way()])
    half = write_run(tmp_path / "half", seed=5, ways=[Way(without={"de"})])
    results = results_of([whole, half])

    assert (results.lacking("sa"), results.lacking("de_ee"), results.lacking("control")) == ([], [5], [3, 5])


def test_who_waits_is_told_how_many_stages_are_read(runs):
    told = []
    results_of(runs, told.append)

    assert told == list(range(14))


# -- what is refused ------------------------------------------------------------------------------


def test_two_runs_with_one_seed_are_refused(tmp_path):
    runs = [write_run(tmp_path / name, ways=[Way(without={"sa", "de"})]) for name in ("one", "two")]

    with pytest.raises(ResultsError, match=r"one and .*two have the same seed, 0"):
        results_of(runs)


def test_a_run_named_twice_is_refused(tmp_path):
    run = write_run(tmp_path / "run", ways=[Way(without={"sa", "de"})])

    with pytest.raises(ResultsError, match="have the same seed"):
        results_of([run, run])


def test_runs_of_two_profiles_are_refused(tmp_path):
    one = write_run(tmp_path / "one", ways=[Way(without={"sa", "de"})])
    two = write_run(tmp_path / "two", seed=1, ways=[Way(without={"sa", "de"})], profile="other")

    with pytest.raises(ResultsError, match=r"two is of profile other, .*one of mini"):
        results_of([one, two])


def test_runs_with_other_settings_are_refused_with_every_setting(tmp_path):
    one = write_run(tmp_path / "one", ways=[Way(without={"sa", "de"})])
    two = write_run(tmp_path / "two", seed=1, ways=[Way(without={"sa", "de"})])
    about = json.loads(two.about.read_text())
    about["settings"]["evaluation"]["rows"] = 7
    about["settings"]["stages"]["sa"]["rows"] = 8
    about["settings"]["variables"] = {"OMP_NUM_THREADS": "1"}
    two.about.write_text(json.dumps(about))

    with pytest.raises(ResultsError) as error:
        results_of([one, two])
    assert [line.split(" has ", 1)[1].split(",")[0] for line in str(error.value).splitlines()[1:]] == [
        "evaluation.rows: 7",
        "stages.sa.rows: 8",
    ]


def test_runs_on_other_examples_are_refused(tmp_path):
    one = write_run(tmp_path / "one", ways=[Way(without={"sa", "de"})], rows=examples(10))
    two = write_run(tmp_path / "two", seed=1, ways=[Way(without={"sa", "de"})], rows=examples(12))

    with pytest.raises(ResultsError, match="on the same examples only") as error:
        results_of([one, two])
    assert "ner newswire_ner: also with test-11, test-12" in str(error.value)


def test_a_folder_without_a_run_is_refused_with_what_begins_one(tmp_path):
    with pytest.raises(ResultsError, match="holds no run; sfr pipeline run PROFILE"):
        results_of([RunFolder(tmp_path)])


def test_a_run_without_a_measured_stage_is_refused(tmp_path):
    with pytest.raises(ResultsError, match="nothing is measured yet"):
        results_of([write_run(tmp_path / "run", ways=[])])


# -- rows -----------------------------------------------------------------------------------------


def test_the_rows_of_the_tables_are_of_these_stages():
    ids = [*(row.stages["ee"] for row in ABLATION), *(row.stages["re"] for row in REWARDED[1:])]
    ids += [row.stages["ner"] for row in (*REWARDED, *REMEDIES)]

    assert ids == [
        *("de_ee", "de_ee.without-sa", "sa", "cm_3"),
        *("de_re.coarse-apart", "de_re.fine-apart", "de_re.apart", "de_re.f1-apart", "de_re.bounded-apart"),
        *("sa", "de_ner.coarse", "de_ner.fine", "de_ner", "de_ner.f1", "de_ner.bounded"),
        *("control", "sa", "de_ee", "de_ee.kl", "de_ee.replay", "de_mixed"),
    ]


def test_the_options_of_a_row_are_those_that_make_it():
    assert [row.options for row in (*ABLATION, *REWARDED[1:4], *REMEDIES)] == [
        *("", "--without sa", "--without de", "--without de --without sa"),
        *("--reward coarse --order apart", "--reward fine --order apart", "--order apart"),
        *("--control", "--without de", "", "--remedy kl", "--remedy replay", "--order mixed"),
    ]


# -- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("task", "metric"), [("ner", "entity"), ("re", "relation"), ("ee", "argument")])
@pytest.mark.parametrize("stage", ["cm_3", "sa", "de_ee"])
def test_f1_is_the_mean_over_data_sets_and_over_runs(runs, stage, task, metric):
    found = compare(results_of(runs), task, [stage], SETUP).estimates[stage]
    each = [f1_of(run, stage, task, metric) for run in runs]

    assert found.by_run == pytest.approx(each, rel=1e-12)
    assert found.f1 == pytest.approx(fmean(each), rel=1e-12)
    assert found.interval[0] <= found.f1 <= found.interval[1]


def test_the_other_metric_of_events_is_that_of_triggers(runs, results):
    found = [compare(results, task, ["sa"], SETUP).estimates["sa"].others for task in TASKS]

    assert found == [{}, {}, {"trigger": pytest.approx(fmean(f1_of(run, "sa", "ee", "trigger") for run in runs))}]


def test_the_reward_is_the_mean_over_runs_of_what_was_written_down(runs, results):
    found = compare(results, "re", ["sa"], SETUP).estimates["sa"]

    assert found.reward == fmean(
        json.loads(run.stage("sa").scores.read_text())["tasks"]["re"]["reward"] for run in runs
    )


def test_all_right_is_above_all_wrong_by_all_there_is(tmp_path):
    right = {"cm_3": dict.fromkeys(TASKS, 0.0), "sa": dict.fromkeys(TASKS, 1.0)}
    results = results_of([write_run(tmp_path / "run", ways=[Way(without={"de"})], right=right)])
    contrast = compare(results, "re", ["cm_3", "sa"], SETUP).contrasts["cm_3", "sa"]

    assert (contrast.difference, contrast.interval) == (1.0, (1.0, 1.0))
    assert contrast.randomisation < 0.01


def test_a_difference_is_that_of_the_two_numbers(results):
    found = compare(results, "ner", ["sa", "de_ee"], SETUP)
    contrast = found.contrasts["sa", "de_ee"]

    assert contrast.difference == pytest.approx(found.estimates["de_ee"].f1 - found.estimates["sa"].f1, rel=1e-12)
    assert contrast.interval[0] < contrast.difference < contrast.interval[1]


def test_a_number_has_one_interval_whatever_stands_beside_it(results):
    alone = compare(results, "ner", ["sa"], SETUP).estimates["sa"]

    assert compare(results, "ner", ["de_ee", "sa"], SETUP).estimates["sa"] == alone


def test_stages_that_are_not_there_are_left_out(results):
    assert list(compare(results, "ner", ["sa", "control", "de_ee"], SETUP).estimates) == ["sa", "de_ee"]
    assert compare(results, "ner", ["control"], SETUP).estimates == {}


def test_without_draws_there_are_numbers_and_no_intervals(results):
    found = compare(results, "ner", ["sa", "de_ee"], Setup(draws=0))

    assert found.contrasts == {}
    assert [one.interval for one in found.estimates.values()] == [None, None]


def test_runs_are_drawn_run_by_run_where_there_are_several(runs, results):
    alone = results_of(runs[:1])

    assert setup_for(results, draws=10, seed=0, level=0.9).runs == "paired"
    assert setup_for(alone, draws=10, seed=0, level=0.9).runs == "fixed"


def test_runs_are_drawn_apart_where_a_stage_is_not_there_in_every_run(runs, tmp_path):
    fewer = write_run(tmp_path / "fewer", seed=9, ways=[Way(without={"sa", "de"})], right=RIGHT)
    found = results_of([*runs, fewer])
    paired, apart = (compare(found, "re", ["cm_3", "sa"], replace(SETUP, runs=how)) for how in ("paired", "resampled"))

    assert len(found.stages["cm_3"]) > len(found.stages["sa"])
    assert paired == apart


# -- rewards in training --------------------------------------------------------------------------


def rewarded(tmp_path, *runs):
    """Results of runs of one phase with these rewards by step."""
    folders = []
    for seed, rewards in enumerate(runs):
        run = write_run(tmp_path / f"run-{seed}", seed=seed, ways=[Way(without={"sa", "de"})], rows=examples(2))
        write_stage(run, Way().nodes()[4], examples(2), dict.fromkeys(TASKS, 1.0), seed=seed)
        lines = [{"step": step, "data": {"critic/score/mean": value}} for step, value in enumerate(rewards, 1)]
        (run.stage("de_ner").path / "steps-1.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        folders.append(run)
    return results_of(folders)


def test_a_rise_is_from_the_first_fifth_of_the_steps_to_the_last(tmp_path):
    found = rise_of(rewarded(tmp_path, [0.1, 0.2, 0.2, 0.3, *[0.9] * 12, 0.5, 0.6, 0.6, 0.7]), "de_ner", SETUP)

    assert (found.first, found.last, found.steps) == (pytest.approx(0.2), pytest.approx(0.6), 4)
    assert found.difference == pytest.approx(0.4)
    assert 0 < found.interval[0] < 0.4 < found.interval[1]


def test_a_rise_is_the_mean_over_runs(tmp_path):
    found = rise_of(rewarded(tmp_path, [0.0] * 15 + [1.0] * 5, [0.0] * 15 + [0.5] * 5), "de_ner", SETUP)

    assert (found.first, found.last, found.runs) == (0.0, 0.75, 2)
    assert found.interval == (0.5, 1.0)  # both runs the one, both the other


def test_a_fall_has_an_interval_below_nought(tmp_path):
    found = rise_of(rewarded(tmp_path, [1 - step / 20 for step in range(20)]), "de_ner", SETUP)

    assert found.interval[1] < 0


def test_few_steps_give_a_rise_without_an_interval(tmp_path):
    found = rise_of(rewarded(tmp_path, [0.1] * 10 + [0.9] * 9), "de_ner", SETUP)

    assert (found.steps, found.difference, found.interval) == (3, pytest.approx(0.8), None)


def test_an_interval_of_a_rise_holds_what_is_there_about_as_often_as_it_says():
    rng, setup, held = random.Random(1), Setup(draws=200), 0
    for number in range(200):
        first, last = ([rng.gauss(0, 1) for _ in range(4)] for _ in range(2))
        low, high = interval_of(f"noise {number}", [(first, last)], setup)
        held += low <= 0 <= high

    assert 0.86 <= held / 200 <= 0.97


def test_a_phase_without_rewards_has_no_rise(results):
    assert rise_of(results, "sa", SETUP) is None
    assert rise_of(results, "control", SETUP) is None


# -- what stages took -----------------------------------------------------------------------------


def test_what_a_stage_took_is_what_was_written_down(results):
    cost = next(cost for cost in costs_of(results) if (cost.stage, cost.seed) == ("cm_2", 1))

    assert (cost.attempts, cost.steps, cost.rows, cost.seconds, cost.memory) == (1, 20, 400, 90.0, 2**30)
    assert (cost.step, cost.generating, cost.updating, cost.grading, cost.share) == (2.0, None, None, None, None)


def test_a_step_of_exploration_takes_the_median_and_its_reward_is_timed(results):
    cost = next(cost for cost in costs_of(results) if (cost.stage, cost.seed) == ("de_re", 0))

    assert (cost.step, cost.generating, cost.updating) == (4.0, 3.0, 0.5)
    assert 0 < cost.grading < 4.0
    assert cost.share == cost.grading / 4.0


def test_the_reward_of_another_version_is_not_timed(tmp_path):
    run = write_run(tmp_path / "run", ways=[Way()], rows=examples(2))
    manifest = json.loads(run.stage("de_re").manifest.read_text())
    manifest["result"]["reward"]["re"] = manifest["result"]["reward"]["re"].partition("|v:")[0] + "|v:0.0.1"
    run.stage("de_re").manifest.write_text(json.dumps(manifest))
    run.stage("de_ee").recipe.unlink()
    costs = {cost.stage: cost for cost in costs_of(results_of([run]))}

    assert (costs["de_ner"].grading is None, costs["de_re"].grading, costs["de_ee"].grading) == (False, None, None)
