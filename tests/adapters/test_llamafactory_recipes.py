"""The recipes for LLaMAFactory: what the paper gives, and how one stage follows another."""

import re

import pytest

from sfr.data.mixes import mix_of
from sfr.kits import kit_root

yaml = pytest.importorskip("yaml")

KIT = kit_root() / "llamafactory"
STAGES = ["cm_1", "cm_2", "cm_3", "sa"]
every_stage = pytest.mark.parametrize("name", STAGES)


def text_of(name):
    return (KIT / "recipes" / f"{name}.yaml").read_text(encoding="utf-8")


def read(name):
    return yaml.safe_load(text_of(name))


def test_there_is_a_recipe_for_every_stage_and_one_for_a_cpu():
    assert sorted(path.stem for path in (KIT / "recipes").iterdir()) == sorted([*STAGES, "cpu"])


@every_stage
def test_every_value_says_where_it_is_from(name):
    lines = [line for line in text_of(name).splitlines() if line and line[0] not in "# "]
    papers = [line.partition(":")[0] for line in lines if re.search(r" # paper\b", line)]

    assert [line for line in lines if not re.search(r" # (paper|ours|rows)\b", line)] == []
    assert papers == ["model_name_or_path", "dataset", "stage", "do_train", "num_train_epochs"]


@every_stage
def test_the_numbers_of_the_paper_are_in_it(name):
    recipe = read(name)
    rows = sum(part.rows for part in mix_of(name).parts)

    assert recipe["num_train_epochs"] == 2.0
    assert f"# paper, {rows:,} rows: sfr data mix {name}\n" in text_of(name)
    assert "one node of 8 GPUs" in text_of(name)
    assert recipe["per_device_train_batch_size"] * recipe["gradient_accumulation_steps"] * 8 == 128


def test_each_stage_begins_where_the_one_before_ended():
    recipes = [read(name) for name in STAGES]
    places = ["Qwen/Qwen3-4B", *(recipe["output_dir"] for recipe in recipes)]

    assert places[:-1] == [recipe["model_name_or_path"] for recipe in recipes]
    assert len({*places}) == len(places)
    assert [recipe["dataset"] for recipe in recipes] == STAGES


def test_but_for_that_the_stages_are_alike():
    own = {"model_name_or_path", "dataset", "output_dir", "seed", "save_steps"}
    shared = [{key: value for key, value in read(name).items() if key not in own} for name in STAGES]

    assert all(one == shared[0] for one in shared)
    assert len({read(name)["seed"] for name in STAGES}) == len(STAGES)


@every_stage
def test_a_run_that_was_stopped_goes_on(name):
    recipe = read(name)

    assert recipe["save_strategy"] == "steps"
    assert (recipe["save_only_model"], recipe["overwrite_output_dir"]) == (False, False)


@every_stage
def test_rows_are_as_long_as_in_grpo_and_prompts_end_alike(name):
    recipe = read(name)
    verl = yaml.safe_load((kit_root() / "verl" / "recipes" / "de.yaml").read_text(encoding="utf-8"))["data"]

    assert recipe["cutoff_len"] == verl["max_prompt_length"] + verl["max_response_length"]
    assert recipe["template"] == "qwen3"
    assert recipe["enable_thinking"] is verl["apply_chat_template_kwargs"]["enable_thinking"] is False


@every_stage
def test_its_header_says_how_to_start_it_and_how_to_override_a_key(name):
    start, other = re.findall(r"^#   (FORCE_TORCHRUN=1 .*)$", text_of(name), re.MULTILINE)

    assert start == f"FORCE_TORCHRUN=1 llamafactory-cli train kit/recipes/{name}.yaml"
    assert other.startswith(f"{start} learning_rate=")


def test_the_stand_in_for_sound_can_be_imported_and_ends_what_really_uses_it():
    names = {}
    exec((KIT / "cpu" / "torchaudio.py").read_text(encoding="utf-8"), names)

    with pytest.raises(RuntimeError, match=r"torchaudio\.load is asked for, and this is only a stand-in"):
        names["__getattr__"]("load")
    with pytest.raises(AttributeError):
        names["__getattr__"]("__path__")
