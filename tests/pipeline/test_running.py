"""The whole chain with the fake interpreter: nothing twice, nothing lost, other ways share what they have in common."""

import json
import shutil

import pytest
import yaml

from sfr.cli._extract import extract_command
from sfr.pipeline.running import Selection
from sfr.pipeline.states import state_of_run
from tests.pipeline import fakes
from tests.pipeline.chain import PROFILE, STAGES, outputs, result

EACH = ("check", "train", "measure")


def of(*stages, doing=EACH):
    """What is asked of the interpreter for these stages."""
    return [f"{what} {stage}" for stage in stages for what in doing]


def changed(tmp_path, **changes):
    """The file of a profile that is the smoke profile but for some keys."""
    path = tmp_path / "changed.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(PROFILE.read_text()), **changes}))
    return path


# -- the chain ------------------------------------------------------------------------------------


def test_a_run_trains_and_measures_every_stage_in_order(finished):
    assert finished.fake.asked() == ["make base", *of(*STAGES)]
    state = state_of_run(finished.run)
    assert [(stage.name, stage.doing) for stage in state.stages] == [(name, "done") for name in STAGES]
    assert state.at_work is None


def test_what_a_run_says_names_every_stage_with_its_numbers(finished):
    lines = [line.split() for line in finished.said.splitlines()]
    assert [line[0] for line in lines if line[1:3] == ["entity", "F1"]] == list(STAGES)
    assert finished.said.splitlines()[-1].startswith("done; sfr pipeline report ")


def test_stages_get_better_with_the_answers_that_are_right(finished):
    scores = [stage.scores["tasks"]["ner"]["metrics"]["entity"]["f1"] for stage in state_of_run(finished.run).stages]
    assert scores == sorted(scores)
    assert 0 < scores[0] < scores[-1] < 1


def test_every_stage_goes_on_from_the_one_before(finished):
    for stage, parent in zip(STAGES[1:], STAGES[:-1], strict=True):
        made_from = json.loads(finished.run.stage(stage).manifest.read_text())["made_from"]
        assert made_from["model"] == outputs(finished.run, parent)


def test_what_a_stage_took_is_written_down(finished):
    found = result(finished.run, "cm_1")
    assert (found["attempts"], found["steps"], found["rows"], found["step_seconds"]) == (1, 6, 40, 3.0)
    assert found["seconds"] > 0
    assert found["reward"] == {}
    explored = result(finished.run, "de_re")
    assert (explored["steps"], explored["step_seconds"]) == (3, 7.5)
    assert list(explored["reward"]) == ["re"]


def test_checkpoints_go_when_the_model_is_written_down(finished):
    assert not list(finished.run.stages.rglob("checkpoint-*"))
    assert not list(finished.run.stages.rglob("optim*.pt"))
    for stage in STAGES[4:]:
        steps = [path.name for path in finished.run.stage(stage).training.glob("global_step_*")]
        # The best reward in validation is that of the first step.
        assert steps == ["global_step_1"]


def test_the_command_that_measures_is_one_that_extract_takes(finished):
    planned = finished.run.stage("sa")
    recorded = (planned.path / "extract.txt").read_text()
    assert recorded.startswith("wrote 30 predictions")
    words = [str(planned.model), str(finished.run.examples), "-o", "p.jsonl", "--template"]
    words += [
        str(finished.run.templates / "concise.yaml"),
        "--again",
        "--no-thinking",
        "--max-tokens=32",
        "--batch-size=30",
    ]
    assert extract_command.make_context("extract", words).params["max_tokens"] == 32


# -- again ----------------------------------------------------------------------------------------


def test_a_second_run_starts_no_process(run, fake, copied):
    copied()
    found = run()
    assert found.exit_code == 0, found.output
    assert fake.asked() == []
    assert "making" not in found.output
    assert "built" not in found.output


def test_a_folder_that_was_renamed_still_holds(run, fake, copied, tmp_path):
    copied().path.rename(tmp_path / "renamed")
    assert run(folder=tmp_path / "renamed").exit_code == 0
    assert fake.asked() == []


def test_one_stage_alone_is_worked_on(run, fake, copied):
    folder = copied("de_ner")
    assert run("--only", "de_ner").exit_code == 0
    assert fake.asked() == of("de_ner")
    assert not folder.stage("de_re").path.exists()


def test_a_phase_apart_needs_no_other_phase(run, fake, copied):
    copied("de_ner")
    found = run("--order", "apart", "--only", "de_ee.apart")
    assert found.exit_code == 0, found.output
    assert fake.asked() == ["check de_ee", "train de_ee.apart", "measure de_ee.apart"]


def test_work_begins_at_a_stage(run, fake, copied):
    copied("de_re")
    assert run("--from", "de_re").exit_code == 0
    assert fake.asked() == of("de_re", "de_ee")


def test_a_stage_that_has_nothing_to_begin_with_is_refused(run, fake, copied):
    copied("sa")
    found = run("--only", "de_ner")
    assert found.exit_code == 1
    assert "sa is not trained yet, and what was asked for begins with it; leave out --only and --from" in found.output
    assert fake.asked() == []


def test_a_stage_is_made_again_and_the_old_one_is_kept(run, fake, copied):
    folder = copied()
    before = outputs(folder, "sa")
    assert run("--again", "sa").exit_code == 0
    assert fake.asked() == of("sa")  # the same model came of it, so that what follows holds
    assert outputs(folder, "sa") == before
    assert (folder.stages / "sa~1" / "model" / "config.json").is_file()
    assert [stage.name for stage in state_of_run(folder).stages] == list(STAGES)


def test_a_stage_that_is_left_out_is_not_made_again(run, copied):
    folder = copied()
    found = run("--again", "sa", "--only", "cm_1")
    assert found.exit_code == 2
    assert "--again sa: --only and --from leave it out" in found.output
    assert folder.stage("sa").model.exists()


def test_a_changed_setting_is_refused_with_what_has_changed(run, fake, copied):
    folder = copied()
    before = outputs(folder, "cm_3")
    found = run("--set", "cm_3.learning_rate=1e-5")
    assert found.exit_code == 1
    assert "cm_3 stands in" in found.output
    assert "recipe.learning_rate: 0.003, now 1e-5" in found.output
    assert "train it anew (--again cm_3; the old one is kept beside it), or name another folder" in found.output
    assert fake.asked() == []
    assert outputs(folder, "cm_3") == before


def test_a_changed_setting_can_be_taken_with_again(run, fake, copied):
    folder = copied()
    found = run("--set", "cm_3.seed_of_mine=5", "--again", "cm_3", "--only", "cm_3")
    assert found.exit_code == 0, found.output
    assert fake.asked() == of("cm_3")
    assert yaml.safe_load(folder.stage("cm_3").recipe.read_text())["seed_of_mine"] == 5
    assert (folder.stages / "cm_3~1").is_dir()


def test_another_evaluation_measures_again_and_trains_nothing(run, fake, copied, tmp_path):
    copied()
    profile = changed(tmp_path, evaluation={"rows": 5, "max_tokens": 16, "batch_size": 8})
    found = run(profile=profile)
    assert found.exit_code == 0, found.output
    assert fake.asked() == of(*STAGES, doing=["measure"])


def test_lost_predictions_or_scores_are_made_again(run, fake, copied):
    folder = copied()
    folder.stage("cm_1").scores.write_text("{}")
    folder.stage("sa").predictions.unlink()
    assert run().exit_code == 0
    assert fake.asked() == of("cm_1", "sa", doing=["measure"])


def test_another_version_of_a_trainer_is_another_stage(run, fake, copied, monkeypatch):
    copied()
    path = fake.folder / "installed.json"
    found = json.loads(path.read_text())
    found["installed"]["transformers"] = "99"
    path.write_text(json.dumps(found))
    monkeypatch.setattr("sfr.cli.pipeline._options.problems_of", lambda environment, python: [])
    said = run().output
    assert "cm_1 stands in" in said
    assert "versions.transformers: 5.5.4, now 99" in said


# -- other ways -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--without", "sa"], of("de_ner.without-sa", "de_re.without-sa", "de_ee.without-sa")),
        (["--without", "de"], []),
        (["--reward", "coarse", "--order", "apart"], of("de_ner.coarse", "de_re.coarse-apart", "de_ee.coarse-apart")),
        (["--order", "mixed"], of("de_mixed")),
        (["--remedy", "replay"], of("de_re.replay", "de_ee.replay")),
        (["--control"], of("control")),
    ],
    ids=lambda value: "-".join(value).strip("-") if value and value[0].startswith("--") else "",
)
def test_another_way_goes_into_the_same_folder_and_shares_its_stages(run, fake, copied, options, expected):
    folder = copied()
    found = run(*options)
    assert found.exit_code == 0, found.output
    names = {node.partition(" ")[2] for node in expected}
    # The rows have the name of the mixture, whatever is special about the stage.
    checked = [call for call in fake.asked() if not call.startswith("check")]
    assert checked == [call for call in expected if not call.startswith("check")]
    assert {stage.name for stage in state_of_run(folder).stages} == {*STAGES, *names}


def test_a_way_of_its_own_begins_with_the_same_model(run, fake, copied, tmp_path, finished):
    assert run("--without", "sa", "--without", "de", "--only", "cm_1", folder=tmp_path / "other").exit_code == 0
    weights = [folder / "base" / "model.safetensors" for folder in (finished.run.path, tmp_path / "other")]
    assert weights[0].read_bytes() == weights[1].read_bytes()


def test_the_control_has_as_many_steps_as_de_had_time_for(run, copied):
    folder = copied()
    assert run("--control").exit_code == 0
    # Three phases of three steps of 2.5 seconds, at half a second for each step of SA.
    assert yaml.safe_load(folder.stage("control").recipe.read_text())["max_steps"] == 45


def test_the_control_of_a_way_without_alignment_takes_the_time_of_that_way(run, copied):
    folder = copied()
    found = run("--without", "sa", "--control")
    assert found.exit_code == 1
    assert "the control takes as long as DE took; run without --control first" in found.output
    assert run("--without", "sa", "--set", "de_ner.trainer.total_training_steps=1").exit_code == 0
    assert run("--without", "sa", "--control", "--set", "de_ner.trainer.total_training_steps=1").exit_code == 0
    assert yaml.safe_load(folder.stage("control.without-sa").recipe.read_text())["max_steps"] == 35


# -- what a run begins with -----------------------------------------------------------------------


def test_a_model_of_one_s_own_is_begun_with_and_can_be_moved(run, fake, tmp_path, finished):
    fakes.model(tmp_path / "model", "mine")
    shutil.copytree(finished.run.path / "data", tmp_path / "data")
    built = tmp_path / "data" / "built"
    assert run("--model", tmp_path / "model", "--data", built, "--only", "cm_1").exit_code == 0
    assert fake.asked() == of("cm_1")
    (tmp_path / "model").rename(tmp_path / "moved")
    found = run("--model", tmp_path / "moved", "--data", built, "--only", "cm_1")
    assert found.exit_code == 0, found.output
    assert fake.asked() == of("cm_1")


@pytest.mark.parametrize("name", ["./none", "../none", "/none"])
def test_a_model_that_is_not_there_is_refused(run, fake, name):
    found = run("--model", name)
    assert found.exit_code == 1
    assert "there is no folder" in found.output
    assert "--model takes the folder of a model, or a name on the hub" in found.output
    assert fake.asked() == []


def test_a_name_on_the_hub_is_handed_to_the_trainer(run, fake, copied, tmp_path):
    found = run("--model", "Qwen/Qwen3-0.6B", "--only", "cm_1")
    assert "[Errno 2] No such file or directory: 'Qwen/Qwen3-0.6B/model.safetensors'" in found.output
    assert fake.asked()[0] == "check cm_1"


def test_rows_of_strings_are_not_held_to_what_records_can_say(run, fake, copied, tmp_path):
    profile = changed(tmp_path, templates={"full": "cm-slots", "concise": "sa-slots"})
    found = run("--only", "cm_1", profile=profile)
    assert found.exit_code == 0, found.output
    assert fake.asked() == ["make base", *of("cm_1", doing=["train", "measure"])]


def test_a_folder_that_is_no_model_is_refused(run, tmp_path):
    (tmp_path / "empty").mkdir()
    found = run("--model", tmp_path / "empty")
    assert "is no folder of a model: expected config.json, weights (*.safetensors), a tokenizer" in found.output


def test_data_of_one_s_own_are_used_in_the_place_of_made_ones(run, fake, finished, tmp_path):
    found = run("--data", finished.run.built, "--only", "cm_1")
    assert found.exit_code == 0, found.output
    assert fake.asked() == ["make base", *of("cm_1")]
    assert not (tmp_path / "run" / "data" / "built").exists()


def test_a_selection_takes_all_unless_it_names_some():
    assert Selection().takes("sa")
    assert [Selection(("sa",)).takes(name) for name in ("sa", "cm_1")] == [True, False]
