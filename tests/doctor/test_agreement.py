"""Whether recipes agree with one another."""

from pathlib import Path

import pytest

from sfr.doctor import RecipeError, RecipeFile, asking, check_agreement, read_recipe_file
from sfr.doctor.kinds import kind_of_recipe
from sfr.kits import kit_root, recipes_in

CLOSED = {"template": "qwen3", "enable_thinking": False, "cutoff_len": 3072}
VERL = {"data": {"apply_chat_template_kwargs": {"enable_thinking": False}}}


def recipe(kind, values, name="own"):
    return RecipeFile(Path(f"{name}.yaml"), kind, values)


def told(*recipes, level="problem", about=None):
    return [one.text for one in check_agreement(recipes) if one.level == level and about in {None, one.about}]


# -- kinds --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [path for path in recipes_in(kit_root()) if "pipeline" not in path.parts],
    ids=lambda path: path.relative_to(kit_root()).as_posix(),
)
def test_the_recipes_of_a_kit_are_known_as_its_own(path):
    assert read_recipe_file(path).kind == path.relative_to(kit_root()).parts[0]


def test_what_is_of_no_kind_is_not_guessed():
    assert kind_of_recipe({"model": 1}) is None


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return read_recipe_file(folder / "own.yaml").values


def test_a_recipe_of_verl_has_the_values_of_what_it_is_based_on(tmp_path):
    values = write(
        tmp_path,
        own="defaults: [base, ppo_trainer, _self_]\ndata: {seed: 2}\ntrainer: {nnodes: 1}\n",
        base="defaults: [ppo_trainer]\ndata: {seed: 1, size: 8}\nactor_rollout_ref: {model: x}\n",
    )

    assert values == {"data": {"seed": 2, "size": 8}, "trainer": {"nnodes": 1}, "actor_rollout_ref": {"model": "x"}}


def test_what_stands_behind_a_recipe_among_its_defaults_goes_before_it(tmp_path):
    values = write(tmp_path, own="defaults: [_self_, over]\ndata: {seed: 2}\n", over="data: {seed: 3}\n")

    assert values == {"data": {"seed": 3}}


def test_recipes_that_are_based_on_each_other_are_refused(tmp_path):
    with pytest.raises(RecipeError, match=r"own\.yaml is based on itself"):
        write(tmp_path, own="defaults: [other]\n", other="defaults: [own]\n")


# -- thinking -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "values", "ending"),
    [
        ("llamafactory", {"template": "qwen3", "enable_thinking": False}, "closed"),
        ("llamafactory", {"template": "qwen3", "enable_thinking": None}, "closed"),
        ("llamafactory", {"template": "qwen3", "enable_thinking": True}, "bare"),
        ("llamafactory", {"template": "qwen3"}, "bare"),
        ("llamafactory", {"template": "qwen3_nothink", "enable_thinking": False}, "bare"),
        ("llamafactory", {"template": "llama3"}, None),
        ("verl", VERL, "closed"),
        ("verl", {"data": {"apply_chat_template_kwargs": {"enable_thinking": True}}}, "bare"),
        ("verl", {"data": {}}, "bare"),
        ("trl", {"chat_template_kwargs": {"enable_thinking": False}}, "closed"),
        ("trl", {"reward_funcs": []}, "bare"),
        ("nemo-rl", {"policy": {"tokenizer": {"chat_template_kwargs": {"enable_thinking": False}}}}, "closed"),
        ("axolotl", {"base_model": "x"}, None),
        ("easyr1", {"data": {}}, "bare"),
        ("easyr1", {"data": {"override_chat_template": "none.jinja"}}, None),
    ],
)
def test_how_prompts_end_is_read_from_the_recipe(kind, values, ending):
    assert asking(recipe(kind, values)).ending == ending


@pytest.mark.parametrize(
    ("text", "ending"), [("{% if add_generation_prompt %}<think></think>", "closed"), ("{{ x }}</think>", "bare")]
)
def test_a_chat_template_of_easyr1_is_looked_into(tmp_path, monkeypatch, text, ending):
    monkeypatch.chdir(tmp_path)
    Path("own.jinja").write_text(text)

    assert asking(recipe("easyr1", {"data": {"override_chat_template": "own.jinja"}})).ending == ending


def test_recipes_that_ask_alike_are_well():
    recipes = (recipe("llamafactory", CLOSED), recipe("verl", VERL))

    assert told(*recipes) == []
    assert told(*recipes, level="ok") == ["2 recipes ask alike: prompts end with an empty block of thinking"]


@pytest.mark.parametrize(
    ("kind", "mended"),
    [
        ("verl", "set data.apply_chat_template_kwargs.enable_thinking: false"),
        ("easyr1", "set data.override_chat_template: no_thinking.jinja, the file of the kit"),
        ("trl", "leave thinking as the template has it, or train with template: qwen3, enable_thinking: false"),
    ],
)
def test_a_recipe_that_lets_the_model_think_is_told_what_mends_it(kind, mended):
    if kind == "trl":
        first, other = {"template": "qwen3_nothink"}, {"chat_template_kwargs": {"enable_thinking": False}}
    else:
        first, other = CLOSED, {"data": {}}
    (problem,) = told(recipe("llamafactory", first, "sa"), recipe(kind, other, "de"))

    assert problem.startswith("de.yaml: prompts end ")
    assert problem.endswith(f"; {mended}")


def test_stages_of_supervised_training_have_to_agree_too():
    (problem,) = told(recipe("llamafactory", CLOSED, "a"), recipe("llamafactory", {"template": "qwen3_nothink"}, "b"))

    assert problem.endswith(
        "in a.yaml (template: qwen3 with enable_thinking: false); give all stages one template and one enable_thinking"
    )


def test_grpo_alone_is_not_compared():
    assert [*check_agreement([recipe("verl", VERL), recipe("trl", {"reward_funcs": []})])] == []


def test_what_is_not_known_is_said_where_there_is_something_to_compare_with():
    unknown = recipe("axolotl", {"base_model": "x"}, "de")

    assert [*check_agreement([unknown])] == []
    assert told(recipe("llamafactory", CLOSED), unknown, level="note") == [
        "de.yaml: not compared with the others: the chat template of the tokenizer"
    ]


# -- lengths and places -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (1024, []),
        (1025, ["own.yaml cuts rows at cutoff_len: 3,072 tokens, and de.yaml asks for up to 3,073"]),
        (None, []),
        ("${length}", []),
    ],
)
def test_rows_that_are_cut_and_asked_for_are_noted(answer, expected):
    data = {**VERL["data"], "max_prompt_length": 2048, "max_response_length": answer}
    notes = told(recipe("llamafactory", CLOSED), recipe("verl", {"data": data}, "de"), level="note", about="lengths")

    assert expected == notes


@pytest.mark.parametrize(
    ("key", "what"), [("output_dir", "resumes the other's run"), ("tokenized_path", "takes the other's rows")]
)
def test_two_stages_may_not_share_a_folder(key, what):
    stages = [recipe("llamafactory", {**CLOSED, key: "out/x"}, name) for name in ("a", "b")]

    assert told(*stages) == [f"a.yaml and b.yaml have one {key}, out/x: the second {what}"]
