"""Losses under models that are loaded for real: against a plain loop, and against those of LLaMAFactory."""

import inspect
import json
import os
import random
import subprocess
import sys

import pytest

from sfr.data.exporting import export
from sfr.data.prompts import template
from sfr.examples import example_line
from sfr.inference import InferenceError, Measuring, find_model, losses, measure
from sfr.inference.conversations import Conversation, conversation_of
from sfr.inference.loading import load_model
from sfr.inference.losses import target_losses
from sfr.kits import kit_root
from sfr.structures import TASKS
from tests.adapters.driving import installed
from tests.models import learnt
from tests.training import SENTENCES, example

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.skipif(not installed("transformers"), reason="takes transformers")

TEMPLATE = template("short-records")
EXAMPLES = [example(found) for task in TASKS for found in SENTENCES[task][:4]]
END = "<|im_end|>"
KIT = kit_root() / "llamafactory" / "cpu"
CLOSE = pytest.approx  # of numbers with 24 bits


def prompt_of(found):
    return f"{TEMPLATE.instruction(found.task, found.schema)}\n{found.text}"


def target_of(found):
    return TEMPLATE.target(found.gold, found.task, found.schema)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model that has begun to learn half of its examples."""
    pairs = [(prompt_of(found), target_of(found)) for found in EXAMPLES]
    return learnt(tmp_path_factory.mktemp("losses") / "tiny", pairs, steps=40, known=pairs[::2])


@pytest.fixture(scope="module")
def model(folder):
    return find_model(str(folder))


@pytest.fixture(scope="module")
def loaded(model):
    return load_model(model, {})


@pytest.fixture(scope="module")
def conversations(model):
    return [conversation_of(found, TEMPLATE, model, thinking=False) for found in EXAMPLES]


@pytest.fixture(scope="module")
def plain(folder):
    """The loss of an example by a loop over its tokens, without batches; prompt and end are written out."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)

    def plain(found, end=END):
        asked = f"<|im_start|>user\n{prompt_of(found)}{END}\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
        before = tokenizer.encode(asked, add_special_tokens=False)
        after = tokenizer.encode(f"{target_of(found)}{end}", add_special_tokens=False)
        with torch.no_grad():
            chances = model(torch.tensor([before + after])).logits[0].double().log_softmax(-1)
        each = [-chances[len(before) + place - 1, token].item() for place, token in enumerate(after)]
        return sum(each) / len(each), len(each)

    return plain


def test_losses_are_those_of_a_plain_loop_in_the_order_of_the_examples(loaded, model, conversations, plain):
    found = target_losses(loaded, conversations, pad=model.pad)
    expected = [plain(one) for one in EXAMPLES]

    assert [loss for loss, _ in expected] == CLOSE(found, rel=1e-5)
    assert [tokens for _, tokens in expected] == [one.target_tokens for one in conversations]
    assert max(found) > 3 * min(found)


@pytest.mark.parametrize("batch", [2, 5, None])
def test_a_batch_of_one_gives_what_a_batch_of_many_gives(loaded, model, conversations, batch):
    alone = target_losses(loaded, conversations, pad=model.pad, batch=1)

    assert len({len(one.tokens) for one in conversations}) > 3  # so that there is something to fill
    assert alone == CLOSE(target_losses(loaded, conversations, pad=model.pad, batch=batch), rel=1e-5)


def test_the_order_of_the_examples_changes_no_loss(loaded, model, conversations):
    places = random.Random(1).sample(range(len(conversations)), len(conversations))
    found = target_losses(loaded, conversations, pad=model.pad)
    shuffled = target_losses(loaded, [conversations[place] for place in places], pad=model.pad)

    assert [found[place] for place in places] == CLOSE(shuffled, rel=1e-5)


def test_what_a_batch_is_filled_up_with_changes_nothing(loaded, model, conversations):
    found = target_losses(loaded, conversations, pad=model.pad)

    assert found == target_losses(loaded, conversations, pad=conversations[0].tokens[-2])


def test_positions_that_are_learnt_are_those_of_an_example_alone(model, conversations):
    """GPT-2 counts its places from the left, and would have others if a batch were filled there."""
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(3)
    size = len(model.tokenizer)
    other = GPT2LMHeadModel(GPT2Config(vocab_size=size, n_embd=32, n_layer=2, n_head=2, initializer_range=0.5)).eval()
    alone = target_losses(other, conversations, pad=model.pad, batch=1)

    assert alone == CLOSE(target_losses(other, conversations, pad=model.pad), rel=1e-5)
    assert len({round(loss, 3) for loss in alone}) > 3


def test_only_the_places_of_targets_are_asked_for(loaded, model, conversations):
    shapes = []
    hook = loaded.lm_head.register_forward_hook(lambda _, __, logits: shapes.append(logits.shape[1]))
    try:
        target_losses(loaded, conversations[:1], pad=model.pad)
    finally:
        hook.remove()

    assert shapes == [conversations[0].target_tokens]


def test_a_model_that_knows_of_no_such_choice_gives_the_same(loaded, model, conversations):
    class Other(torch.nn.Module):
        device = loaded.device

        def num_parameters(self):
            return 1

        def forward(self, input_ids, attention_mask, use_cache):
            return loaded(input_ids=input_ids, attention_mask=attention_mask, use_cache=use_cache)

    assert "logits_to_keep" in inspect.signature(loaded.forward).parameters
    expected = target_losses(loaded, conversations, pad=model.pad)
    assert expected == CLOSE(target_losses(Other(), conversations, pad=model.pad), rel=1e-5)


def test_the_longest_come_first_and_progress_is_told(loaded, model, conversations, monkeypatch):
    widths, told = [], []
    monkeypatch.setattr(
        losses, "_of_batch", lambda _, batch, __: [widths.append(len(one.tokens)) or 0 for one in batch]
    )
    target_losses(loaded, conversations, pad=model.pad, batch=5, progress=told.append)

    assert sorted((len(one.tokens) for one in conversations), reverse=True) == widths
    assert told == [5, 10, 12]


def test_a_uniform_model_gives_the_logarithm_of_its_vocabulary(model, loaded, conversations):
    class Uniform(torch.nn.Module):
        device = loaded.device

        def num_parameters(self):
            return 1

        def forward(self, input_ids, attention_mask, use_cache):
            return type("Output", (), {"logits": torch.zeros(*input_ids.shape, 1_000)})

    expected = torch.tensor(1_000.0).log().item()
    assert [expected] * len(conversations) == CLOSE(target_losses(Uniform(), conversations, pad=model.pad), rel=1e-6)


def test_too_small_a_memory_is_told_with_what_to_do(loaded, model):
    def full(*_, **__):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    hook = loaded.register_forward_pre_hook(full)
    try:
        with pytest.raises(
            InferenceError, match=r"for 2 examples of up to 4 tokens at a time; try a smaller --batch-size"
        ):
            target_losses(loaded, [Conversation((5, 6, 7, 8), 2), Conversation((5, 6), 1)], pad=model.pad)
    finally:
        hook.remove()


# -- files, and the command as a trainer's environment has it ----------------------------------------------


@pytest.fixture
def examples(tmp_path):
    path = tmp_path / "examples.jsonl"
    path.write_bytes(b"".join(example_line(found) + b"\n" for found in EXAMPLES))
    return path


def test_the_command_writes_the_losses_of_a_file(folder, examples, plain):
    out = examples.with_name("losses.jsonl")
    command = [sys.executable, "-m", "sfr", "losses", folder, examples, "-o", out, "--template", "short-records"]
    done = subprocess.run(
        [*command, "--no-thinking", "--batch-size", "5"], capture_output=True, text=True, check=False, timeout=600
    )
    rows = [json.loads(line) for line in out.read_bytes().splitlines()]
    expected = [plain(found) for found in EXAMPLES]

    assert (done.returncode, done.stderr) == (0, "")
    assert [row["id"] for row in rows] == [found.id for found in EXAMPLES]
    assert [loss for loss, _ in expected] == CLOSE([row["loss"] for row in rows], rel=1e-5)
    assert [tokens for _, tokens in expected] == [row["tokens"] for row in rows]


@pytest.mark.skipif(not installed("llamafactory"), reason="takes llamafactory")
def test_losses_are_those_of_llamafactory_but_for_what_it_puts_behind_the_end(folder, model, examples, shell, plain):
    """It counts the line break behind the end token, too, which no answer has."""
    home = examples.parent / "home"
    home.mkdir()
    export(examples, home, "llamafactory", TEMPLATE)
    settings = {
        "model_name_or_path": str(folder),
        "stage": "sft",
        "finetuning_type": "full",
        "do_eval": True,
        "eval_dataset": "examples",
        "dataset_dir": str(home),
        "template": "qwen3",
        "enable_thinking": False,
        "cutoff_len": 1_024,
        "per_device_eval_batch_size": 1,
        "output_dir": str(home / "out"),
        "report_to": "none",
        "use_cpu": True,
        "bf16": False,
    }
    (home / "eval.yaml").write_text(json.dumps(settings))
    kit = f"{KIT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    shell(home, "llamafactory-cli train eval.yaml", timeout=600, PYTHONPATH=kit, OMP_NUM_THREADS="1")
    theirs = json.loads((home / "out" / "eval_results.json").read_text())["eval_loss"]
    measure(Measuring(examples, TEMPLATE, model, thinking=False), home / "losses.jsonl")
    ours = [json.loads(line) for line in (home / "losses.jsonl").read_bytes().splitlines()]
    expected = [plain(found, end=f"{END}\n") for found in EXAMPLES]

    assert theirs == CLOSE(sum(loss for loss, _ in expected) / len(EXAMPLES), rel=1e-5)
    assert [tokens - 1 for _, tokens in expected] == [row["tokens"] for row in ours]


@pytest.mark.skipif(not installed("llamafactory"), reason="takes llamafactory")
def test_tokens_and_boundary_are_those_that_llamafactory_trains_on(folder, conversations, monkeypatch):
    monkeypatch.syspath_prepend(str(KIT))
    from llamafactory.data.template import get_template_and_fix_tokenizer
    from llamafactory.hparams import DataArguments
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    theirs = get_template_and_fix_tokenizer(tokenizer, DataArguments(template="qwen3", enable_thinking=False))
    for found, conversation in zip(EXAMPLES, conversations, strict=True):
        turns = {"user": prompt_of(found), "assistant": target_of(found)}
        messages = [{"role": role, "content": content} for role, content in turns.items()]
        asked, answered = theirs.encode_oneturn(tokenizer, messages)
        assert (*asked, *answered[:-1]) == conversation.tokens
        assert len(asked) == conversation.start
