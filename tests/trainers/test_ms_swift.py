"""Steps of GRPO by ``swift rlhf`` on rows that were exported, with the rewards and terms in its own files."""

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import sfr
from sfr.adapters.ms_swift import term_rewards
from sfr.kits import kit_root
from sfr.structures import TASKS
from tests.adapters.driving import installed

if not installed("ms-swift"):
    pytest.skip("takes ms-swift", allow_module_level=True)

SHIM = kit_root() / "ms-swift" / "sfr_ms_swift.py"
BIN = Path(sys.executable).parent
TERMS = ("pair_f1", "triple_f1", "argument_f1", "unparsable", "invalid")
SETTINGS = "profile=bounded invalid=-0.75"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with a model and the rows of a mixture of the sample, made as a user would."""
    folder = tmp_path_factory.mktemp("swift")
    for command in (
        "samples --raw raw",
        "data build raw -o built",
        "data mix cm_3 --from built -o mixed --scale 0.0003",
        "data export mixed/cm_3.jsonl --for ms-swift -o rows --template short-records",
    ):
        subprocess.run([BIN / "sfr", *command.split()], cwd=folder, check=True, capture_output=True, timeout=60)
    tiny = (BIN / "python", "-m", "sfr.tiny", "rows/cm_3.jsonl", "-o", "tiny", "--steps", "50", "--no-thinking")
    subprocess.run(tiny, cwd=folder, check=True, capture_output=True, timeout=300)
    return folder


def swift(folder, out, *arguments, rows="rows/cm_3.jsonl", settings=SETTINGS):
    """``swift rlhf`` on a CPU, with a model that says anything."""
    command = [
        *(BIN / "swift", "rlhf", "--rlhf_type", "grpo"),
        *("--model", "tiny", "--model_type", "qwen3", "--template", "qwen3", "--torch_dtype", "float32"),
        *("--dataset", rows, "--external_plugins", SHIM, "--tuner_type", "full"),
        *("--num_generations", "2", "--per_device_train_batch_size", "8", "--max_completion_length", "64"),
        *("--max_steps", "2", "--logging_steps", "1", "--log_completions", "true", "--temperature", "1.2"),
        *("--output_dir", out, "--add_version", "false", "--report_to", "none", "--save_strategy", "no"),
        *("--use_vllm", "false", "--use_cpu", "true", "--bf16", "false", "--gradient_checkpointing", "false"),
        *("--dataset_num_proc", "1", "--load_from_cache_file", "false", *arguments),
    ]
    environment = {"USE_HF": "1", "HF_HUB_OFFLINE": "1", "SFR_REWARD": settings}
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


def lines_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def near(value):
    """Rewards are tensors of single precision there, and the numbers of the log are rounded."""
    return pytest.approx(value, rel=1e-6, abs=1e-6)


def test_steps_run_and_every_reward_and_term_is_that_of_the_core(home):
    names = ["sfr", *(f"sfr_{term}" for term in TERMS)]
    weights = ["1", *"0" * len(TERMS)]
    done = swift(home, "out", "--reward_funcs", *names, "--reward_weights", *weights)
    assert done.returncode == 0, done.stderr[-3_000:]

    tables = {int(table["step"][0]): table for table in lines_of(home / "out" / "completions.jsonl")}
    steps = [line for line in lines_of(home / "out" / "logging.jsonl") if "reward" in line]
    grader = sfr.grader(profile="bounded", invalid=-0.75)
    seen = set()

    assert [*tables] == [1, 2]
    assert len(steps) == 2
    for table, step in zip(tables.values(), steps, strict=True):
        grades = grader.grade_batch(table["solution"], table["completion"])
        means = grader.means(grades)
        assert len(grades) == 8
        assert [grade.value for grade in grades] == near(table["SFRReward"])
        assert sum(grade.value for grade in grades) / len(grades) == near(step["reward"])
        assert step["reward"] == near(step["rewards/SFRReward/mean"])
        for term in TERMS:
            wanted = [grader.means([grade]) for grade in grades]
            wanted = [
                found.get(term, found.get(f"{grade.task}/{term}")) for found, grade in zip(wanted, grades, strict=True)
            ]
            assert [math.nan if value is None else value for value in wanted] == pytest.approx(
                [math.nan if value is None else value for value in table[f"sfr_{term}"]], rel=1e-6, nan_ok=True
            )
            observed = [value for value in wanted if value is not None]
            assert bool(observed) == (f"rewards/sfr_{term}/mean" in step)
            if observed:
                assert sum(observed) / len(observed) == near(step[f"rewards/sfr_{term}/mean"])
        assert means["unparsable"] == near(step["rewards/sfr_unparsable/mean"])
        seen |= {(grade.task, grade.value) for grade in grades}
    assert {*TASKS} == {task for task, _ in seen}
    values = {value for _, value in seen}
    assert -0.75 in values
    assert max(values) > 0.0
    assert len(seen) > 3


@pytest.mark.filterwarnings("ignore")  # ms-swift and what it imports
def test_ms_swift_has_every_option_of_the_recipe():
    from dataclasses import fields

    from swift.arguments import RLHFArguments

    recipe = (SHIM.parent / "run_qwen3_4b.sh").read_text(encoding="utf-8")
    used = {*re.findall(r"^  --(\w+)", recipe, re.MULTILINE)}

    assert len(used) > 25
    assert set() == used - {field.name for field in fields(RLHFArguments)}


def test_every_reward_of_the_recipe_is_one_of_ours():
    recipe = (SHIM.parent / "run_qwen3_4b.sh").read_text(encoding="utf-8")
    names = re.search(r"--reward_funcs (.*?) \\", recipe)[1].split()
    weights = re.search(r"--reward_weights (.*?) \\", recipe)[1].split()

    assert {*names} <= {"sfr", *term_rewards()}
    assert len(names) == len(weights)


# -- what goes wrong -------------------------------------------------------------------------------------


def test_bad_gold_ends_the_run_and_says_what_is_wrong(home):
    rows = lines_of(home / "rows" / "cm_3.jsonl")
    bad = [{**row, "solution": json.dumps({"task": "ner", "gold": {"person": [7]}})} for row in rows]
    (home / "bad.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in bad), encoding="utf-8")

    done = swift(home, "bad", "--reward_funcs", "sfr", "--max_completion_length", "8", rows="bad.jsonl")

    assert done.returncode != 0
    assert "bad ground truth [0]:" in done.stderr
    assert "not-a-string @ person[0]: expected a string, found '7'" in done.stderr


def test_a_wrong_setting_ends_the_run_before_a_model_is_loaded(home):
    done = swift(home, "wrong", "--reward_funcs", "sfr", settings="gama=2")

    assert done.returncode != 0
    assert "unknown setting 'gama'; known: profile" in done.stderr
    assert "Loading weights" not in done.stderr


def test_rows_of_another_trainer_are_named_as_the_cause(home):
    rows = [{"messages": row["messages"]} for row in lines_of(home / "rows" / "cm_3.jsonl")]
    (home / "other.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")

    done = swift(home, "other", "--reward_funcs", "sfr", "--max_completion_length", "8", rows="other.jsonl")

    assert done.returncode != 0
    assert "the rows have no column 'solution'; sfr data export --for ms-swift writes it" in done.stderr
