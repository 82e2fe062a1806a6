"""Profiles: the shipped ones, and what is said of a bad one."""

import pytest
import yaml

from sfr.doctor import check_recipes
from sfr.pipeline.profiles import ProfileError, profile_names, profile_of
from sfr.pipeline.recipes import recipe_text, value_at
from sfr.pipeline.stages import REWARDS, Way
from tests.pipeline.chain import PROFILE, a_plan

SMOKE = yaml.safe_load(PROFILE.read_text())
ALL = [*profile_names(), "smoke"]
WAYS = [
    Way(),
    Way(without=frozenset({"sa"}), remedy="replay"),
    Way(order="mixed", reward="f1"),
    Way(remedy="kl"),
    Way(control=True),
]


def bad(tmp_path, **changes):
    """What is said of the smoke profile with these keys changed; None takes one away."""
    values = {key: value for key, value in {**SMOKE, **changes}.items() if value is not None}
    path = tmp_path / "bad.yaml"
    path.write_text(yaml.safe_dump(values))
    with pytest.raises(ProfileError) as error:
        profile_of(str(path))
    return str(error.value).replace(f"{path}: ", "").splitlines()


def test_the_shipped_profiles_load_under_their_own_names():
    assert profile_names() == ("h200", "mini", "qwen3-0.6b-1gpu", "qwen3-4b-8gpu")
    assert [profile_of(name).name for name in profile_names()] == list(profile_names())


def test_an_unknown_profile_is_named_with_those_that_are_known():
    with pytest.raises(ProfileError, match=r"unknown profile 'maxi'; known: h200, mini, .* or a \.yaml file of yours"):
        profile_of("maxi")


def test_every_problem_of_a_bad_profile_is_named(tmp_path):
    said = bad(tmp_path, title="", device="tpu", devices=0, validation_rows=-1, model={}, evaluation={}, stepz=3)
    assert [line.partition(":")[0] for line in said] == [
        "title",
        "device",
        "devices",
        "model",
        "validation_rows",
        "evaluation.rows",
        "evaluation.max_tokens",
        "stepz",
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stages": {"cm_9": {"rows": 3}}}, "unknown stage 'cm_9'; known: cm_1"),
        (
            {"environments": {"supervised": "conda", "exploration": "cpu"}},
            "environments: unknown environments: conda; known: cpu",
        ),
        ({"model": {"tiny": {}, "path": "Qwen/Qwen3-4B"}}, "model: expected either tiny or path"),
        ({"evaluation": {"rows": 3, "max_tokens": 5, "split": "train"}}, "evaluation.split: Input should be 'dev' or"),
        ({"name": "a b"}, "name: String should match pattern"),
        ({"templates": None}, "templates: Field required"),
    ],
)
def test_a_problem_says_where_it_is_and_what_was_expected(tmp_path, changes, said):
    (line,) = bad(tmp_path, **changes)
    assert line.startswith(said)


def test_a_file_that_is_not_there_or_no_yaml_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        profile_of(str(tmp_path / "none.yaml"))
    (tmp_path / "bad.yaml").write_text("name: [")
    with pytest.raises(ProfileError, match="not YAML"):
        profile_of(str(tmp_path / "bad.yaml"))


def data_for(name, tmp_path):
    return None if name in {"mini", "smoke"} else tmp_path


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name or "paper")
@pytest.mark.parametrize("name", ALL)
def test_every_recipe_of_every_profile_composes(name, way, tmp_path):
    plan = a_plan(tmp_path, name, way=way, data=data_for(name, tmp_path))
    paths = []
    for planned in plan.stages:
        path = tmp_path / f"{planned.node.id}.yaml"
        path.write_text(recipe_text(planned.recipe, "a stage", "train"))
        assert yaml.safe_load(path.read_text()) == planned.recipe
        paths.append(path)
        assert planned.steps is None if planned.node.stage.name == "control" else planned.steps > 0
        if planned.node.stage.kind == "exploration":
            kwargs = value_at(planned.recipe, "reward.custom_reward_function.reward_kwargs")
            own = {"bad_gold": "raise", "log": str(planned.folder.terms)}
            assert kwargs == {**REWARDS[planned.node.reward], **own}
            if way.remedy == "kl":
                assert value_at(planned.recipe, "actor_rollout_ref.actor.use_kl_loss") is True
    assert [finding.text for finding in check_recipes(paths) if finding.level == "problem"] == []


def test_the_paper_s_profile_has_the_paper_s_counts(tmp_path):
    plan = a_plan(tmp_path, "qwen3-4b-8gpu", data=tmp_path)
    rows = {planned.node.id: planned.rows.count for planned in plan.stages}
    assert rows == {
        "cm_1": 845_646,
        "cm_2": 224_745,
        "cm_3": 24_979,
        "sa": 18_000,
        "de_ner": 80_000,
        "de_re": 50_000,
        "de_ee": 9_991,
    }


@pytest.mark.parametrize(("name", "rollouts", "epochs"), [("de_ner", 4, 2), ("de_re", 8, 3), ("de_ee", 8, 3)])
def test_the_paper_s_profile_has_the_paper_s_rollouts_and_epochs(name, rollouts, epochs, tmp_path):
    planned = a_plan(tmp_path, "qwen3-4b-8gpu", data=tmp_path).stage(name)
    assert planned.rollouts == rollouts
    assert value_at(planned.recipe, "trainer.total_epochs") == epochs
    assert planned.steps == planned.rows.count // value_at(planned.recipe, "data.train_batch_size") * epochs
    assert value_at(planned.recipe, "trainer.n_gpus_per_node") == 8


def test_the_paper_s_profile_asks_fully_before_alignment_and_concisely_after(tmp_path):
    plan = a_plan(tmp_path, "qwen3-4b-8gpu", data=tmp_path)
    assert {
        planned.node.id: planned.template for planned in plan.stages if planned.template == "concise"
    } == dict.fromkeys(["sa", "de_ner", "de_re", "de_ee"], "concise")


def test_a_profile_without_data_asks_for_some(tmp_path):
    with pytest.raises(ValueError, match=r"profile qwen3-4b-8gpu needs data: .*--data"):
        a_plan(tmp_path, "qwen3-4b-8gpu")
