"""The recipes for EasyR1, against our own list of its keys: a typo in a recipe fails here."""

import importlib
import re

import pytest

from sfr.kits import kit_root
from sfr.trainers import CONVENTIONS

yaml = pytest.importorskip("yaml")

KIT = kit_root() / "easyr1"
RECIPES = sorted(path for path in KIT.rglob("*.y*ml"))
every_recipe = pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.relative_to(KIT).as_posix())

READ_FROM = "b44b311"
"""The commit of EasyR1 whose dataclasses of its configuration, verl/trainer/config.py and
verl/workers/*/config.py, have these keys. What they set themselves is left out."""

MODEL = """model_path:text? tokenizer_path:text? override_config:any enable_gradient_checkpointing:bool
    trust_remote_code:bool freeze_vision_tower:bool lora.rank:int lora.alpha:int lora.target_modules:text
    lora.exclude_modules:text?"""
OPTIM = """lr:float betas:list weight_decay:float strategy:text lr_warmup_ratio:float lr_warmup_steps:int?
    min_lr_ratio:float? lr_scheduler_type:text"""
FSDP = """enable_full_shard:bool enable_cpu_offload:bool enable_rank0_init:bool use_orig_params:bool
    torch_dtype:text? fsdp_size:int mp_param_dtype:text mp_reduce_dtype:text mp_buffer_dtype:text"""
OFFLOAD = "offload_params:bool offload_optimizer:bool"
BATCHES = """strategy:text global_batch_size:int micro_batch_size_per_device_for_update:int
    micro_batch_size_per_device_for_experience:int max_grad_norm:float loss_avg_mode:text ppo_epochs:int
    padding_free:bool dynamic_batching:bool ulysses_size:int"""
SECTIONS = {
    "data": """train_files:text val_files:text prompt_key:text answer_key:text image_key:text video_key:text
        image_dir:text? video_fps:float max_prompt_length:int max_response_length:int rollout_batch_size:int
        mini_rollout_batch_size:int? val_batch_size:int format_prompt:text? override_chat_template:text?
        shuffle:bool seed:int min_pixels:int? max_pixels:int? filter_overlong_prompts:bool
        filter_overlong_prompts_workers:int""",
    "algorithm": """gamma:float lam:float adv_estimator:text disable_kl:bool use_kl_loss:bool kl_penalty:text
        kl_coef:float kl_type:text kl_horizon:float kl_target:float online_filtering:bool filter_key:text
        filter_low:float filter_high:float""",
    "trainer": """total_epochs:int max_steps:int? project_name:text experiment_name:text logger:list nnodes:int
        n_gpus_per_node:int max_try_make_batch:int critic_warmup:int val_freq:int val_before_train:bool
        val_only:bool val_generations_to_log:int save_freq:int save_limit:int save_model_only:bool
        save_checkpoint_path:text? load_checkpoint_path:text? ray_timeline:text? find_last_checkpoint:bool""",
    "worker": "hybrid_engine:bool",
    "worker.actor": f"""{BATCHES} clip_ratio_low:float clip_ratio_high:float clip_ratio_dual:float loss_type:text
        use_torch_compile:bool tau_positive:float tau_negative:float""",
    "worker.actor.model": MODEL,
    "worker.actor.optim": OPTIM,
    "worker.actor.fsdp": FSDP,
    "worker.actor.offload": OFFLOAD,
    "worker.critic": f"{BATCHES} cliprange_value:float",
    "worker.critic.model": MODEL,
    "worker.critic.optim": OPTIM,
    "worker.critic.fsdp": FSDP,
    "worker.critic.offload": OFFLOAD,
    "worker.ref": "strategy:text",
    "worker.ref.fsdp": FSDP,
    "worker.ref.offload": OFFLOAD,
    "worker.reward": """reward_function:text? reward_function_kwargs:any skip_special_tokens:bool
        num_cpus:int""",
    "worker.rollout": """name:text n:int temperature:float top_p:float top_k:int seed:int limit_images:int dtype:text
        gpu_memory_utilization:float ignore_eos:bool enforce_eager:bool enable_chunked_prefill:bool
        tensor_parallel_size:int max_model_len:int? max_num_batched_tokens:int disable_log_stats:bool
        disable_tqdm:bool val_override_config:any""",
}
KINDS = {
    f"{section}.{name}": kind
    for section, keys in SECTIONS.items()
    for name, kind in (key.split(":") for key in keys.split())
}
TYPES = {"int": int, "float": (int, float), "text": str, "bool": bool, "list": list}

PAPER = {"de_ner": (4, 2), "de_re": (8, 3), "de_ee": (8, 3)}
"""Outputs of a prompt, and epochs: appendix A.3 of the paper, which trains on 8 GPUs."""


def problems(config):
    """What EasyR1 would refuse: keys that it does not have, and values of another type."""
    found = []
    for key, value in leaves(config):
        kind = KINDS.get(key)
        if kind is None:
            found.append(f"{key}: no such key")
        elif kind != "any" and not (kind.endswith("?") and value is None) and not fits(value, kind.rstrip("?")):
            found.append(f"{key}: {value!r} is no {kind}")
    return found


def leaves(config, prefix=""):
    for name, value in config.items():
        if isinstance(value, dict) and KINDS.get(f"{prefix}{name}") != "any":
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def fits(value, kind):
    return isinstance(value, TYPES[kind]) and (kind == "bool" or not isinstance(value, bool))


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_there_is_a_recipe_for_every_phase_and_no_other():
    assert {*PAPER} == {path.stem for path in RECIPES}


@every_recipe
def test_every_key_is_one_of_easyr1_and_every_value_of_its_type(path):
    assert problems(read(path)) == []


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        ("trainer.total_epoch", 2, "trainer.total_epoch: no such key"),
        ("worker.actor.optim.learning_rate", 1e-6, "worker.actor.optim.learning_rate: no such key"),
        ("worker.rollout.n", "8", "worker.rollout.n: '8' is no int"),
        ("data.shuffle", 1, "data.shuffle: 1 is no bool"),
        ("data.seed", True, "data.seed: True is no int"),
        ("data.train_files", None, "data.train_files: None is no text"),
        ("worker.actor.optim.lr", "1e-6", "worker.actor.optim.lr: '1e-6' is no float"),
        ("algorithm.filter", {"low": 0}, "algorithm.filter.low: no such key"),
    ],
)
def test_a_typo_is_found(where, value, said):
    config = read(RECIPES[0])
    *sections, name = where.split(".")
    inner = config
    for section in sections:
        inner = inner[section]
    inner[name] = value

    assert [said] == problems(config)


@every_recipe
def test_the_numbers_of_the_paper_are_in_it(path):
    config = read(path)

    assert PAPER[path.stem] == (config["worker"]["rollout"]["n"], config["trainer"]["total_epochs"])
    assert (config["trainer"]["nnodes"], config["trainer"]["n_gpus_per_node"]) == (1, 8)
    assert config["algorithm"]["adv_estimator"] == "grpo"
    assert config["worker"]["actor"]["model"]["model_path"] == "Qwen/Qwen3-4B"


@every_recipe
def test_every_value_says_where_it_is_from(path):
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    values = [line for line in lines if not re.fullmatch(r" *\w+:", line)]
    papers = [line.split(":")[0].strip() for line in values if re.search(r" # paper\b", line)]

    assert [line for line in values if not re.search(r" # (paper|ours|rows|kit)\b", line)] == []
    assert papers == ["adv_estimator", "model_path", "n", "profile", "total_epochs", "nnodes", "n_gpus_per_node"]


@every_recipe
def test_it_satisfies_what_easyr1_asks_of_its_batches(path):
    config = read(path)
    actor, outputs = config["worker"]["actor"], config["worker"]["rollout"]["n"]
    prompts = config["data"]["rollout_batch_size"]
    gpus = config["trainer"]["nnodes"] * config["trainer"]["n_gpus_per_node"]

    assert prompts % actor["global_batch_size"] == 0
    assert prompts * outputs % actor["micro_batch_size_per_device_for_experience"] == 0
    assert actor["global_batch_size"] * outputs % (gpus * actor["micro_batch_size_per_device_for_update"]) == 0
    assert gpus % config["worker"]["rollout"]["tensor_parallel_size"] == 0
    assert outputs > 1


@every_recipe
def test_what_it_names_of_the_kit_is_there(path):
    config = read(path)
    file, _, name = config["worker"]["reward"]["reward_function"].rpartition(":")

    assert file == CONVENTIONS["easyr1"].shim
    assert callable(getattr(importlib.import_module("sfr.adapters.easyr1"), name))
    assert (KIT / config["data"]["override_chat_template"]).is_file()


@every_recipe
def test_the_columns_are_those_of_the_rows(path):
    rows = pytest.importorskip("sfr.data.trainer_rows")
    data = read(path)["data"]

    assert rows.TRAINERS["easyr1"].keys == {data["prompt_key"], data["answer_key"]}
    assert f"rows/{path.stem}.jsonl" == data["train_files"]


@every_recipe
def test_the_settings_of_the_reward_are_settings(path):
    grading = importlib.import_module("sfr.grading")

    assert grading.grader(**read(path)["worker"]["reward"]["reward_function_kwargs"]) == grading.grader()


def test_the_keys_were_read_from_the_version_that_the_convention_names():
    assert READ_FROM in CONVENTIONS["easyr1"].read_from
