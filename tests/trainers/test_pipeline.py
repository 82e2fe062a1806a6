"""The whole chain for real, in a few steps: LLaMAFactory, verl with vLLM, and what they hand on; killed once on its way."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sfr.pipeline.folders import RunFolder
from sfr.pipeline.stages import STAGES
from tests.adapters.driving import installed

pytestmark = pytest.mark.skipif(
    not (installed("llamafactory") and installed("verl")),
    reason="takes the environment that sfr pipeline install makes",
)

SMOKE = Path(__file__).parents[1] / "pipeline" / "smoke.yaml"
RUN = [sys.executable, "-m", "sfr", "pipeline", "run", str(SMOKE), "-o", "run", "--python", sys.executable]
LONG = pytest.mark.skipif("SFR_LONG_TESTS" not in os.environ, reason="takes minutes: set SFR_LONG_TESTS=1")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("pipeline")


@pytest.fixture(scope="module")
def killed(home):
    """A run that was killed with all its processes in the middle of the first phase of exploration."""
    import psutil

    run = RunFolder(home / "run")
    saved = run.stage("de_ner").training / "latest_checkpointed_iteration.txt"
    with subprocess.Popen(RUN, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        deadline = time.monotonic() + 1_200
        while not saved.is_file() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        for one in family:
            one.kill()
        psutil.wait_procs(family, timeout=60)
        said = process.stdout.read()
    assert saved.is_file(), said
    return run


@pytest.fixture(scope="module")
def finished(killed, home, shell):
    """The same run, after the same command once more; with what that said."""
    return killed, shell(home, " ".join(RUN), timeout=1_800)


def manifest(run, stage):
    return json.loads(run.stage(stage).manifest.read_bytes())


def test_a_run_that_was_killed_goes_on_where_it_was(finished):
    run, said = finished

    assert "de_ner goes on from step " in said
    assert "cm_1         training" not in said
    assert manifest(run, "de_ner")["result"]["attempts"] == 2


def test_every_stage_has_trained_a_model_that_is_another_than_the_one_before(finished):
    run, _ = finished
    weights = [manifest(run, stage.name)["outputs"]["model.safetensors"] for stage in STAGES]

    assert len(set(weights)) == len(STAGES)
    for stage, before in zip(STAGES[1:], weights, strict=False):
        assert manifest(run, stage.name)["made_from"]["model"]["model.safetensors"] == before


def test_every_stage_took_as_many_steps_as_were_planned(finished):
    run, _ = finished

    assert [manifest(run, stage.name)["result"]["steps"] for stage in STAGES] == [6, 6, 6, 6, 3, 3, 3]


def test_all_tasks_are_measured_after_every_stage(finished):
    run, _ = finished
    for stage in STAGES:
        scores = json.loads(run.stage(stage.name).scores.read_bytes())

        assert list(scores["tasks"]) == ["ner", "re", "ee"]
        assert all(task["examples"] == 10 for task in scores["tasks"].values())


def test_vllm_and_the_trainer_have_the_same_model(finished):
    run, _ = finished
    for name in ("de_ner", "de_re", "de_ee"):
        lines = [
            json.loads(line)
            for path in run.stage(name).path.glob("steps-*.jsonl")
            for line in path.read_bytes().splitlines()
        ]
        found = [line["data"].get("training/rollout_actor_probs_pearson_corr") for line in lines]

        assert min(value for value in found if value is not None) > 0.99


def test_the_terms_of_every_output_are_kept(finished):
    run, _ = finished
    for name in ("de_ner", "de_re", "de_ee"):
        terms = [
            json.loads(line)
            for path in run.stage(name).terms.glob("*.jsonl")
            for line in path.read_bytes().splitlines()
        ]

        assert {row["task"] for row in terms} == {name.removeprefix("de_")}
        assert len(terms) >= 3 * 4 * 4  # steps, prompts, answers; and those of validation


def test_what_training_alone_needed_is_gone(finished):
    run, _ = finished

    assert not list(run.stages.glob("*/training/checkpoint-*"))
    assert not list(run.stages.glob("*/training/global_step_*/actor/*.pt"))


def test_a_second_run_does_nothing(finished, home, shell):
    run, _ = finished
    before = {path: path.stat().st_mtime_ns for path in run.stages.rglob("*") if path.is_file()}
    said = shell(home, " ".join(RUN), timeout=120)

    assert "training" not in said.split("measured after")[1]
    assert {path: path.stat().st_mtime_ns for path in run.stages.rglob("*") if path.is_file()} == before


def test_the_report_has_the_tables_of_the_run(finished, home, shell):
    shell(home, f"{sys.executable} -m sfr pipeline report run -o report.html", timeout=300)

    assert "de_ee" in (home / "report.html").read_text(encoding="utf-8")


@LONG
def test_the_way_without_sa_shares_its_first_stages(finished, home, shell):
    run, _ = finished
    said = shell(home, f"{' '.join(RUN)} --without sa", timeout=1_800)

    assert [name for name in ("cm_1", "cm_2", "cm_3") if f"{name}         training" in said] == []
    assert manifest(run, "de_ner.without-sa")["made_from"]["model"] == manifest(run, "cm_3")["outputs"]
