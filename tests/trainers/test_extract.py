"""Answers of models that are loaded for real: by transformers, and by vLLM where it is installed."""

import json
import os
import subprocess
import sys

import pytest

from sfr.data.prompts import template
from sfr.examples import example_line
from sfr.generation import Sampling
from sfr.inference import InferenceError, find_model, on_transformers
from sfr.inference.questions import Question, answer_of, question_of
from sfr.structures import TASKS
from sfr.tiny import make_tiny
from tests.adapters.driving import installed
from tests.models import learnt
from tests.training import SENTENCES, example

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.skipif(not installed("transformers"), reason="takes transformers")

TEMPLATE = template("short-records")
EXAMPLES = [example(found) for task in TASKS for found in SENTENCES[task][:2]]
GREEDY = Sampling("tiny", max_tokens=120, thinking=False)


def prompt_of(found):
    return f"{TEMPLATE.instruction(found.task, found.schema)}\n{found.text}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model that has learnt its examples by heart."""
    pairs = [(prompt_of(found), TEMPLATE.target(found.gold, found.task, found.schema)) for found in EXAMPLES]
    return learnt(tmp_path_factory.mktemp("extract") / "tiny", pairs, steps=150)


@pytest.fixture(scope="module")
def model(folder):
    return find_model(str(folder))


@pytest.fixture(scope="module")
def questions(model):
    return [question_of(found, TEMPLATE, GREEDY, model) for found in EXAMPLES]


@pytest.fixture
def untrained(tmp_path):
    """A model that knows nothing, and so goes on until it is stopped."""
    return find_model(str(make_tiny(tmp_path / "untrained", [prompt_of(found) for found in EXAMPLES], hidden=64)))


def load(model, sampling=GREEDY, batch=None, **settings):
    return on_transformers.load(model, sampling, batch, settings)


def one_by_one(model, question, most):
    """The likeliest tokens, by a loop without batches and without a cache."""
    from transformers import AutoModelForCausalLM

    loaded = AutoModelForCausalLM.from_pretrained(model.folder, dtype=torch.float32)
    tokens = list(question.tokens)
    with torch.no_grad():
        while len(tokens) < len(question.tokens) + most:
            tokens.append(int(loaded(torch.tensor([tokens])).logits[0, -1].argmax()))
            if tokens[-1] in model.ends:
                break
    return tokens[len(question.tokens) :]


# -- transformers ----------------------------------------------------------------------------------------


def test_a_model_that_knows_its_examples_by_heart_says_them(model, questions):
    answers = [answer_of(written, model) for written in load(model).write(questions)]

    for found, answer in zip(EXAMPLES, answers, strict=True):
        assert (TEMPLATE.target(found.gold, found.task, found.schema),) == answer.outputs
        assert answer.finish == ("stop",)


def test_a_batch_says_what_each_says_alone(model, questions):
    engine = load(model)

    assert len({len(question.tokens) for question in questions}) > 3  # so that there is something to fill
    assert engine.write(questions) == [engine.write([question])[0] for question in questions]


def test_the_tokens_are_those_of_a_plain_loop(model, untrained, questions):
    unknown = [question_of(found, TEMPLATE, GREEDY, untrained) for found in EXAMPLES[::4]]
    limited = Sampling("tiny", max_tokens=30, thinking=False)

    assert load(model).write(questions[::3]) == [[one_by_one(model, one, 120)] for one in questions[::3]]
    assert load(untrained, limited).write(unknown) == [[one_by_one(untrained, one, 30)] for one in unknown]


def test_prompts_are_filled_on_the_left(model):
    ids, mask = load(model)._padded([Question((7, 8, 9)), Question((5,))])

    pad = model.tokenizer.pad_token_id
    assert ids.tolist() == [[7, 8, 9], [pad, pad, 5]]
    assert mask.tolist() == [[1, 1, 1], [0, 0, 1]]


def test_answers_are_cut_off_at_the_limit_of_tokens(model, questions):
    written = load(model, Sampling("tiny", max_tokens=3)).write(questions)
    answers = [answer_of(one, model) for one in written]

    assert {len(tokens) for (tokens,) in written} <= {2, 3}
    assert {answer.finish for answer in answers if answer.tokens == 3 and answer.outputs != ("{}",)} == {("length",)}


def test_answers_are_cut_off_where_the_positions_end(untrained, questions):
    asked = [question_of(found, TEMPLATE, GREEDY, untrained) for found in EXAMPLES[:2]]
    longest = max(len(question.tokens) for question in asked)
    small = type(untrained)(untrained.folder, untrained.tokenizer, untrained.ends, longest + 5)
    unlimited = type(untrained)(untrained.folder, untrained.tokenizer, untrained.ends)

    assert {len(tokens) for (tokens,) in load(small).write(asked)} == {5}
    assert {len(tokens) for (tokens,) in load(unlimited, Sampling("tiny", max_tokens=8)).write(asked)} == {8}


def test_it_is_over_when_all_have_ended(model, questions):
    engine = load(model, Sampling("tiny", max_tokens=2_000, thinking=False))
    steps = []
    engine._model.register_forward_hook(lambda *_: steps.append(1))
    longest = max(len(tokens) for (tokens,) in engine.write(questions))

    assert len(steps) == longest


def test_a_small_model_leaves_the_other_cores_alone(model, questions):
    engine = load(model)
    threads = []
    engine._model.register_forward_hook(lambda *_: threads.append(torch.get_num_threads()))
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        engine.write(questions[:1])
        after = torch.get_num_threads()
    finally:
        torch.set_num_threads(before)

    assert ({*threads}, after) == ({1}, 2)


def test_what_is_drawn_with_a_seed_is_drawn_again(model, questions):
    drawn = Sampling("tiny", samples=4, temperature=1.5, max_tokens=20, seed=3, thinking=False)
    asked = [question_of(found, TEMPLATE, drawn, model) for found in EXAMPLES[:3]]
    first, second = load(model, drawn).write(asked), load(model, drawn).write(asked)

    assert [len(samples) for samples in first] == [4, 4, 4]
    assert first == second
    assert any(len({*map(tuple, samples)}) > 1 for samples in first)


def test_the_likeliest_tokens_alone_may_be_drawn(model, questions):
    narrow = Sampling("tiny", temperature=1.5, top_p=1e-6, max_tokens=120, seed=3, thinking=False)

    assert load(model, narrow).write(questions) == load(model).write(questions)


def test_what_the_model_recommends_is_not_done(folder, model, questions, tmp_path):
    """Settings such as those of Qwen3 would draw, and keep the model from repeating itself."""
    before = load(model).write(questions)
    path = folder / "generation_config.json"
    said = path.read_text()
    path.write_text(json.dumps({**json.loads(said), "do_sample": True, "temperature": 5.0, "repetition_penalty": 9.0}))
    try:
        assert before == load(model).write(questions)
    finally:
        path.write_text(said)


def test_weights_that_cannot_be_read_are_told(folder, model, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in folder.iterdir():
        (broken / path.name).write_bytes(path.read_bytes()[:50] if path.suffix == ".safetensors" else path.read_bytes())

    with pytest.raises(InferenceError, match="cannot load the model in"):
        load(find_model(str(broken)))


def test_too_small_a_memory_is_told_with_what_to_do(model, questions):
    engine = load(model)

    def generate(**_):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    engine._model.generate = generate
    with pytest.raises(InferenceError, match=f"{len(questions)} prompts .* try a smaller --batch-size"):
        engine.write(questions)


def test_other_errors_are_not_taken_for_it(model, questions):
    engine = load(model)

    def generate(**_):
        raise RuntimeError("something else")

    engine._model.generate = generate
    with pytest.raises(RuntimeError, match="something else"):
        engine.write(questions)


# -- the command, as a trainer's environment has it ------------------------------------------------------


def extract(*arguments, **environment):
    command = [sys.executable, "-m", "sfr", "extract", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=600, env={**os.environ, **environment}
    )


def test_the_command_writes_predictions_in_the_order_of_the_examples(folder, tmp_path):
    path, out = tmp_path / "examples.jsonl", tmp_path / "predictions.jsonl"
    path.write_bytes(b"".join(example_line(found) + b"\n" for found in EXAMPLES))
    settings = ("--template", "short-records", "--no-thinking", "--max-tokens", 120, "--batch-size", 5)
    done = extract(folder, path, "-o", out, *settings)

    assert (done.returncode, done.stderr) == (0, "")
    rows = [json.loads(line) for line in out.read_bytes().splitlines()]
    golds = [TEMPLATE.target(found.gold, found.task, found.schema) for found in EXAMPLES]
    assert [row["output"] for row in rows] == golds


# -- vLLM ------------------------------------------------------------------------------------------------

ON_A_CPU = {"VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind", "OMP_NUM_THREADS": "1"}


@pytest.mark.skipif(not (installed("vllm") or installed("vllm-cpu")), reason="takes vLLM")
def test_both_engines_write_the_same(folder, tmp_path):
    path = tmp_path / "examples.jsonl"
    path.write_bytes(b"".join(example_line(found) + b"\n" for found in EXAMPLES))
    settings = ("--template", "short-records", "--no-thinking", "--max-tokens", 120)
    small = ("--set", "gpu_memory_utilization=0.05", "--set", "enforce_eager=true", "--set", "max_model_len=1024")
    extract(folder, path, "-o", tmp_path / "one.jsonl", *settings)
    done = extract(folder, path, "-o", tmp_path / "other.jsonl", *settings, "--engine", "vllm", *small, **ON_A_CPU)

    assert done.returncode == 0, done.stderr[-3_000:]
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "other.jsonl").read_bytes()
