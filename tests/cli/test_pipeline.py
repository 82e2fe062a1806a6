"""``sfr pipeline``: what its commands show and how they refuse."""

import json
from pathlib import Path

import pytest

from sfr import __version__
from sfr.pipeline.environments import ENVIRONMENTS, InstallError, environment_of, place_of
from tests.pipeline import fakes
from tests.pipeline.chain import PROFILE

MINI = ("pipeline", "plan", "mini")


@pytest.fixture
def fake(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return fakes.make(tmp_path / "fake", {**environment_of("cpu").pins(), "sfr": __version__})


@pytest.fixture
def run(sfr, fake, tmp_path):
    """``sfr pipeline run`` with the smoke profile and the fake interpreter."""

    def run(*options):
        return sfr("pipeline", "run", PROFILE, "-o", tmp_path / "run", "--python", fake.python, *options)

    return run


def words(result):
    return [line.split() for line in result.stdout.splitlines() if line.strip()]


# -- profiles and plans ---------------------------------------------------------------------------


def test_profiles_are_listed_with_what_they_take(sfr):
    found = words(sfr("pipeline", "profiles"))
    assert [line[0] for line in found] == ["profile", "h200", "mini", "qwen3-0.6b-1gpu", "qwen3-4b-8gpu"]
    lines = sfr("pipeline", "profiles").stdout.splitlines()
    assert lines[2].rstrip().endswith("made")
    assert "Qwen/Qwen3-4B" in lines[4]
    assert "8 GPUs" in lines[4]


def test_a_plan_shows_the_stages_and_writes_nothing(sfr, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = words(sfr(*MINI))
    rows = {line[0]: line for line in found if line[0] in {"cm_1", "sa", "de_ee"}}
    assert rows["cm_1"][-6:] == ["cm_1", "full", "LLaMAFactory", "16,000", "2,000", "cpu"]
    assert rows["sa"][1:5] == ["cm_3", "sa_replay", "concise", "LLaMAFactory"]
    assert rows["de_ee"][1:5] == ["de_re", "de_ee", "concise", "verl"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--without", "sa"], ["cm_1", "cm_2", "cm_3", "de_ner.without-sa", "de_re.without-sa", "de_ee.without-sa"]),
        (["--without", "sa", "--without", "de"], ["cm_1", "cm_2", "cm_3"]),
        (["--order", "mixed", "--reward", "f1"], ["cm_1", "cm_2", "cm_3", "sa", "de_mixed.f1"]),
        (["--control"], ["cm_1", "cm_2", "cm_3", "sa", "control"]),
        (["--remedy", "kl"], ["cm_1", "cm_2", "cm_3", "sa", "de_ner.kl", "de_re.kl", "de_ee.kl"]),
    ],
)
def test_a_plan_follows_the_way_that_was_asked_for(sfr, options, expected):
    found = [line[0] for line in words(sfr(*MINI, *options))]
    assert [name for name in found if name.startswith(("cm_", "sa", "de_", "control"))] == expected


def test_a_plan_shows_what_a_trainer_is_told(sfr, tmp_path):
    found = sfr(*MINI, "-o", tmp_path / "run", "--recipe", "de_re", "--set", "de_re.actor_rollout_ref.rollout.n=3")
    assert found.exit_code == 0
    assert found.stdout.startswith("# de_re: Deep Exploration, RE\n#\n#   bash ")
    import yaml

    recipe = yaml.safe_load(found.stdout)
    assert recipe["actor_rollout_ref"]["rollout"]["n"] == 3
    assert recipe["data"]["train_files"] == str(tmp_path / "run/data/rows/concise/de_re.parquet")


def test_a_plan_shows_commands_and_what_is_in_the_environments(sfr):
    found = sfr(*MINI, "--commands").stdout
    assert "cm_1: python -m llamafactory.cli train" in found
    assert "verl/cpu/launch.sh" in found
    assert "environment cpu (5 GB): torch==2.13.0" in found


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["maxi"], "unknown profile 'maxi'; known: h200"),
        (["none.yaml"], "cannot read none.yaml: No such file or directory"),
        (["qwen3-4b-8gpu"], "needs data: name a folder that sfr data build wrote (--data)"),
        (["mini", "--recipe", "de_mixed"], "there is no stage 'de_mixed' on this way"),
        (["mini", "--control", "--reward", "f1"], "--reward: there is no DE on this way"),
        (["mini", "--set", "learning_rate=3"], "expected STAGE.KEY=VALUE, such as cm_1.learning_rate=1e-5"),
        (["mini", "--set", "cm_1.learning_rate"], "expected STAGE.KEY=VALUE"),
        (["mini", "--set", "cm_1.=3"], "expected STAGE.KEY=VALUE"),
        (["mini", "--set", "cm_9.rate=3"], "mini: unknown stage 'cm_9'; known: cm_1"),
        (["mini", "--set", "cm_1.rate=[1"], "expected a value of YAML after the sign ="),
        (["mini", "--set", "sa.learning_rate.mine=3"], "learning_rate has a value of its own, and nothing below it"),
        (["mini", "--set", "cm_1.per_device_train_batch_size=0"], "cm_1: expected numbers above 0 for its steps"),
        (["mini", "--model", ""], "mini: model.path: String should have at least 1 character"),
        (["mini", "--data", "nowhere"], "Directory 'nowhere' does not exist"),
    ],
)
def test_a_plan_that_cannot_be_made_is_refused_in_words(sfr, options, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = sfr("pipeline", "plan", *options)
    assert found.exit_code in {1, 2}
    assert isinstance(found.exception, SystemExit)
    assert said in " ".join(found.stderr.split())
    assert "pydantic" not in found.stderr
    assert found.stdout == ""


# -- install --------------------------------------------------------------------------------------


@pytest.fixture
def environments(tmp_path, monkeypatch):
    """Installs that take no time: what was asked for."""
    asked = []

    def install(environment, folder, *, log, sfr, progress):
        asked.append((environment.name, folder, log, sfr))
        if progress:
            progress("a step")
        return place_of(environment, folder) / "bin" / "python"

    monkeypatch.setattr("sfr.cli.pipeline._install.install", install)
    return asked


def test_all_environments_of_a_profile_are_made(sfr, environments, tmp_path):
    found = sfr("pipeline", "install", "qwen3-0.6b-1gpu", "--environments", tmp_path, "--sfr", "sfr[data]==1")
    assert found.exit_code == 0
    expected = [(name, tmp_path, tmp_path / f"{name}.txt", "sfr[data]==1") for name in ("llamafactory", "verl")]
    assert environments == expected
    lines = found.stdout.splitlines()
    assert [line.split(":")[0].split(" ")[0] for line in lines] == ["making", "made", "making", "made"]
    assert "GB and some minutes" in lines[0]


def test_an_environment_that_is_there_is_left_as_it_is(sfr, environments, tmp_path):
    place = place_of(environment_of("cpu"), tmp_path)
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "python").touch()
    (place / "environment.json").write_text(json.dumps({"sfr": {"version": __version__}}))
    found = sfr("pipeline", "install", "mini", "--environments", tmp_path)
    assert found.stdout.startswith("cpu stood there already: ")
    assert environments == []


@pytest.mark.parametrize("error", [InstallError("pip failed\nin two lines"), OSError("no room")])
def test_an_install_that_fails_says_why(sfr, tmp_path, monkeypatch, error):
    def install(*_, **__):
        raise error

    monkeypatch.setattr("sfr.cli.pipeline._install.install", install)
    found = sfr("pipeline", "install", "mini", "--environments", tmp_path)
    assert found.exit_code == 1
    assert str(error) in found.stderr


def test_every_environment_is_one_of_a_profile():
    assert set(ENVIRONMENTS) == {"cpu", "llamafactory", "verl"}


# -- run and status -------------------------------------------------------------------------------


def test_a_run_finds_the_environment_that_was_made_in_this_folder(sfr, fake, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = place_of(environment_of("cpu"), Path("environments"))
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "python").symlink_to(fake.python)
    (place / "environment.json").write_text(json.dumps({"sfr": {"version": __version__}}))
    found = sfr("pipeline", "run", PROFILE, "-o", "run", "--without", "de")
    assert (found.exit_code, found.stderr) == (0, "")
    assert (tmp_path / "run" / "stages" / "sa" / "scores.json").is_file()


def test_a_run_shows_its_plan_then_what_it_does(run, tmp_path):
    found = run("--only", "cm_1")
    assert found.exit_code == 0, found.output
    lines = found.stdout.splitlines()
    assert lines[0] == f"smoke: a few steps of every stage; seed 0; in {tmp_path / 'run'}"
    begun = lines.index("making 300 sentences of each task")
    assert lines[begun : begun + 5] == [
        "making 300 sentences of each task",
        "built newswire_ee",
        "built newswire_ner",
        "built newswire_re",
        "making the model",
    ]
    after = [line.split() for line in lines[begun + 5 :]]
    assert [line[:2] for line in after[:2]] == [["cm_1", "training"], ["cm_1", "measuring"]]
    assert lines[-1] == f"done; sfr pipeline report {tmp_path / 'run'} shows its tables"
    assert found.stderr == ""


def test_status_shows_how_far_a_run_is(run, sfr, fake, tmp_path):
    fake.fault(cm_2={"step": 5, "do": "fail"})
    assert run().exit_code == 1
    found = sfr("pipeline", "status", tmp_path / "run")
    assert found.exit_code == 0
    lines = words(found)
    assert " ".join(lines[0]) == "profile smoke, seed 0; nobody works in it now"
    assert lines[2][:3] == ["cm_1", "done", "6"]
    assert lines[3] == ["cm_2", "failed", "4/6"]
    assert " ".join(lines[4]) == "cm_2: RuntimeError: The size of tensor a (3) must match the size of tensor b (4)"


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '"run"'])
def test_status_of_what_is_no_run_says_how_to_begin_one(sfr, tmp_path, text):
    if text is not None:
        (tmp_path / "run.json").write_text(text)
    found = sfr("pipeline", "status", tmp_path)
    assert found.exit_code == 1
    assert f"{tmp_path} holds no run; sfr pipeline run PROFILE -o {tmp_path} begins one" in found.stderr


def test_status_knows_no_stage_that_is_none(sfr, run, tmp_path):
    assert run("--only", "cm_1").exit_code == 0
    (tmp_path / "run" / "stages" / "notes").mkdir()
    found = sfr("pipeline", "status", tmp_path / "run")
    assert found.exit_code == 1
    assert "unknown stage 'notes'" in found.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--only", "de_mixed"], "no stage of this way: de_mixed; it has cm_1, cm_2"),
        (["--from", "none"], "no stage of this way: none"),
        (["--again", "none"], "no stage of this way: none"),
        (["--only", "cm_1", "--from", "cm_2"], "--only and --from exclude each other"),
        (["--again", "cm_1", "--from", "cm_2"], "--again cm_1: --only and --from leave it out"),
        (["--seed", "-1"], "'--seed'"),
    ],
)
def test_a_run_with_options_that_do_not_go_together_is_refused(run, fake, tmp_path, options, said):
    found = run(*options)
    assert found.exit_code == 2
    assert said in " ".join(found.stderr.split())
    assert fake.calls() == []
    assert not (tmp_path / "run").exists()


def test_the_group_names_its_commands(sfr):
    found = sfr("pipeline", "--help").stdout
    for name in ("profiles", "install", "plan", "run", "status", "report"):
        assert f"\n  {name} " in found
