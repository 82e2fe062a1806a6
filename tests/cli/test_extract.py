"""``sfr extract``."""

import io
import json
import subprocess
import sys

import pytest
from click.testing import CliRunner
from rich.console import Console

from sfr import samples
from sfr.cli import _extract_texts, main
from sfr.examples import example_line
from sfr.inference import InferenceError, engines
from sfr.reports.extraction import render_extracted
from tests.answering import fails, loopback, prompt_in, says
from tests.models import FakeEngine, model_folder
from tests.training import example

SAMPLE = list(samples.sentences())[::3]
GOLD = {found["text"]: json.dumps(found["gold"]) for found in SAMPLE}
SAID = {
    "Kevin left Rome.": '{"person": ["Kevin"], "place": ["Rome"]}',
    "Nobody left.": '{"person": ["Kevin"]}',
    "Nothing.": "I do not know.",
}
ABOUT = ("--task", "ner", "--types", "person, place")


def answer(prompt):
    return {**GOLD, **SAID}[prompt.rpartition("\n")[2]]


@pytest.fixture
def model(tmp_path):
    return model_folder(tmp_path / "model")


@pytest.fixture
def engine(monkeypatch):
    """The engine that answers, in the place of transformers."""
    engine = FakeEngine(answer)
    monkeypatch.setitem(engines.ENGINES, "transformers", engine.kind(constrains=True))
    monkeypatch.setattr(engines, "version_of", lambda _: None)
    return engine


@pytest.fixture
def examples(tmp_path):
    path = tmp_path / "examples.jsonl"
    path.write_bytes(b"".join(example_line(example(found)) + b"\n" for found in SAMPLE))
    return path


@pytest.fixture
def out(tmp_path):
    return tmp_path / "predictions.jsonl"


@pytest.fixture
def predicts(sfr, model, engine, examples, out):
    """Has the engine answer the examples, with more options."""
    return lambda *options: sfr("extract", model, examples, "-o", out, *options)


@pytest.fixture
def reads(sfr, model, engine):
    """Has the engine answer texts."""
    return lambda *options: sfr("extract", model, *options)


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


# -- the examples of a file ------------------------------------------------------------------------------


def test_predictions_are_rows_that_can_be_scored(predicts, sfr, out, tmp_path):
    result = predicts()

    assert (result.exit_code, result.stdout) == (0, f"wrote {len(SAMPLE)} predictions to {out}\n")
    assert sfr("score", out, "-o", tmp_path / "scores.jsonl", "--profile", "bounded").exit_code == 0
    assert {found["value"] for found in lines((tmp_path / "scores.jsonl").read_text())} == {1.0}


def test_the_predictions_are_those_that_a_server_would_give(predicts, sfr, examples, out):
    predicts()
    asked = out.with_name("asked.jsonl")
    with loopback() as server:
        server.reply = lambda request: says(answer(prompt_in(request)))
        sfr("generate", examples, "-o", asked, "--url", server.url, "--model", "tiny")

    mine, theirs = (lines(path.read_text()) for path in (out, asked))
    assert [row | {"tokens": 7} for row in mine] == theirs
    made, other = (json.loads(path.with_name(f"{path.name}.manifest.json").read_text()) for path in (out, asked))
    for manifest in (made, other):
        del manifest["outputs"], manifest["result"]["tokens"]
    assert made["made_from"]["sampling"].pop("model").startswith("sha256:")
    assert other["made_from"]["sampling"].pop("model") == "tiny"
    assert made == other


def test_the_same_command_makes_nothing_again(predicts, engine, out):
    predicts()
    result = predicts()

    assert result.stdout == f"{out} with {len(SAMPLE)} predictions stood there already\n"
    assert len(engine.loaded) == 1


def test_a_run_that_was_stopped_goes_on(predicts, engine):
    def write(questions):
        if engine.batches:
            raise KeyboardInterrupt
        return FakeEngine.write(engine, questions)

    engine.write = write
    stopped = predicts("--batch-size", 5)
    del engine.write
    result = predicts("--batch-size", 5)

    assert (stopped.exit_code, result.exit_code) == (130, 0)
    assert f"stopped: 5 of {len(SAMPLE)} examples done; the same command goes on from there" in stopped.stderr
    assert sorted(GOLD) == sorted(engine.asked)


def test_the_options_reach_the_engine(predicts, engine):
    result = predicts(
        *("--limit", 3, "--batch-size", 2, "--set", 'dtype="bfloat16"'),
        *("-n", 2, "--temperature", 0.5, "--top-p", 0.9, "--max-tokens", 99, "--seed", 1, "--json-schema"),
        "--no-thinking",
    )

    assert result.exit_code == 0, result.stderr
    ((sampling, settings),) = engine.loaded
    assert [len(batch) for batch in engine.batches] == [2, 1]
    assert settings == {"dtype": "bfloat16"}
    assert (sampling.samples, sampling.temperature, sampling.top_p, sampling.max_tokens) == (2, 0.5, 0.9, 99)
    assert (sampling.seed, sampling.json_schema, sampling.thinking, sampling.others) == (1, True, False, {})


def test_a_template_can_be_chosen(predicts, engine):
    predicts("--limit", 1, "--template", "short-records")

    assert engine.batches[0][0].startswith(("Entities, ", "Relations, ", "Events, "))


def test_too_small_a_memory_ends_it_with_what_to_do_and_what_is_done(predicts, engine, out):
    def write(questions):
        if engine.batches:
            raise InferenceError("the memory does not suffice; try a smaller --batch-size")
        return FakeEngine.write(engine, questions)

    engine.write = write
    result = predicts("--batch-size", 5)

    assert result.exit_code == 1
    assert "try a smaller --batch-size\n5 of " in result.stderr
    assert not out.exists()


def test_prompts_that_are_too_long_are_named(sfr, engine, examples, out, tmp_path):
    model = model_folder(tmp_path / "small", positions=5)
    result = sfr("extract", model, examples, "-o", out, "--limit", 1)

    assert result.exit_code == 2
    assert f"{examples}:1: {SAMPLE[0]['id']}: the prompt has " in result.stderr
    assert not out.exists()


# -- texts -----------------------------------------------------------------------------------------------


def test_texts_are_answered_with_json_lines_in_a_pipe(reads):
    result = reads(*ABOUT, "--text", "Kevin left Rome.", "--text", "Nothing.")

    assert result.exit_code == 0
    assert lines(result.stdout) == [
        {
            "text": "Kevin left Rome.",
            "task": "ner",
            "extraction": {"person": ["Kevin"], "place": ["Rome"]},
            "status": "ok",
            "problems": [],
        },
        {
            "text": "Nothing.",
            "task": "ner",
            "extraction": {},
            "status": "unparsable",
            "problems": lines(result.stdout)[1]["problems"],
        },
    ]
    assert lines(result.stdout)[1]["problems"][0].startswith("no-json @ ")


def test_texts_come_from_standard_input_or_a_file(reads, model, tmp_path):
    (tmp_path / "texts.txt").write_text("\nKevin left Rome.\n\n  Nobody left. \n")
    from_file = reads(*ABOUT, "--input", tmp_path / "texts.txt")
    command = ["extract", str(model), *ABOUT]
    from_pipe = CliRunner().invoke(main, command, input="\nKevin left Rome.\n\n  Nobody left. \n")

    assert from_file.stdout == from_pipe.stdout
    assert [line["text"] for line in lines(from_pipe.stdout)] == ["Kevin left Rome.", "Nobody left."]


def test_they_can_be_written_to_a_file(reads, out):
    result = reads(*ABOUT, "--text", "Nobody left.", "-o", out)

    assert result.stdout == f"wrote 1 text to {out}\n"
    assert [line["extraction"] for line in lines(out.read_text())] == [{"person": ["Kevin"]}]


@pytest.mark.parametrize(
    ("schema", "asked"),
    [
        ('["attack"]', "Events, attack, with :"),
        ('{"types": ["attack"], "roles": ["Agent", "Place"]}', "Events, attack, with Agent, Place:"),
        ('{"attack": ["Agent"], "hire": ["Place"]}', "Events, attack, hire, with Agent, Place:"),
    ],
)
def test_a_schema_can_be_a_file(reads, engine, tmp_path, schema, asked):
    (tmp_path / "schema.json").write_text(schema)
    named = ("--schema", tmp_path / "schema.json", "--template", "short-records")
    reads("--task", "ee", *named, "--text", "Nothing.")

    assert engine.batches == [[f"{asked}\nNothing."]]


def test_types_and_roles_can_be_options(reads, engine):
    named = ("--types", "attack,hire,,attack", "--roles", "Agent, Place", "--template", "short-records")
    reads("--task", "ee", *named, "--text", "Nothing.")

    assert engine.batches == [["Events, attack, hire, with Agent, Place:\nNothing."]]


def test_a_served_model_is_asked_as_well(sfr):
    with loopback() as server:
        server.reply = lambda request: says(answer(prompt_in(request)))
        server.replies["Nothing."] = [fails(400, "too long")]
        texts = [part for text in SAID for part in ("--text", text)]
        result = sfr("extract", "tiny", *ABOUT, "--url", server.url, *texts, "--set", "top_k=5", "--json-schema")

    assert result.exit_code == 2
    assert [line["status"] for line in lines(result.stdout)] == ["ok", "ok", "failed"]
    assert result.stderr == "1 text without an answer\n"
    assert {(request["model"], request["top_k"], "response_format" in request) for request in server.requests} == {
        ("tiny", 5, True)
    }


def test_a_server_that_is_not_there_is_told(sfr):
    result = sfr("extract", "tiny", *ABOUT, "--url", "http://127.0.0.1:9/v1", "--text", "Nothing.")

    assert result.exit_code == 1
    assert "cannot reach http://127.0.0.1:9/v1" in result.stderr


def test_a_terminal_shows_what_was_found_in_its_text(reads, monkeypatch):
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, color_system="standard", width=80, _environ={})
    monkeypatch.setattr(_extract_texts, "consoles", lambda: (terminal, terminal))
    result = reads(*ABOUT, "--text", "Kevin left Rome.", "--text", "Nobody left.", "--text", "Nothing.")

    assert (result.exit_code, result.stdout) == (0, "")
    assert "\x1b[1;32mKevin\x1b[0m left \x1b[1;36mRome\x1b[0m." in screen.getvalue()
    assert "not-in-source" in screen.getvalue()
    assert "no answer" in screen.getvalue()


@pytest.mark.parametrize(
    ("task", "said", "shown"),
    [
        ("re", '{"used for": [["a", "b"]]}', "used for   a → b"),
        ("ee", '{"hire": [{"trigger": "a", "arguments": [["Agent", "b"]]}]}', "hire   a (Agent: b)"),
        ("ee", '{"hire": [{"trigger": "a", "arguments": []}]}', "hire   a"),
        ("ner", "{}", "nothing"),
        ("ner", '{"\\u001b[31m": ["a"]}', r"\x1b[31m   a"),
    ],
)
def test_each_kind_of_unit_is_shown(task, said, shown, tmp_path):
    from sfr.data.prompts import template
    from sfr.generation import Sampling
    from sfr.inference import Texts, extract, find_model
    from sfr.schema import Schema

    model = find_model(str(model_folder(tmp_path / "model")))
    asked = Texts(task, Schema(("used for",)), template("sa-records"), Sampling("tiny"))
    engine = FakeEngine(lambda _: said).load(model, asked.sampling, None, {})
    screen = io.StringIO()
    (found,) = extract(["a b"], asked, model, engine)
    Console(file=screen, width=80).print(render_extracted(found))

    assert shown in screen.getvalue()


# -- what is refused -------------------------------------------------------------------------------------


@pytest.fixture
def files(engine, examples, tmp_path, monkeypatch):
    """Files by the names that they have in options; what is written goes beside them."""
    monkeypatch.chdir(tmp_path)
    narrow = {"name": "narrow", "description": "one", "format": "records", "empty": "omit", "instructions": {"re": "?"}}
    contents = {"schema": '["person"]', "broken": "7", "empty": "[]", "narrow": json.dumps(narrow)}
    places = {name: tmp_path / f"{name}.yaml" for name in contents}
    for name, content in contents.items():
        places[name].write_text(content)
    return {**places, "examples": examples}


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ((), "say with --task what to extract"),
        (("--task", "ner"), "either with --types or with --schema"),
        (("--task", "ner", "--types", " , "), "expected at least one type"),
        ((*ABOUT, "--schema", "{schema}"), "either with --types or with --schema"),
        (("--task", "ner", "--schema", "{schema}", "--roles", "Agent"), "--roles goes with --types"),
        (("--task", "ner", "--schema", "{broken}"), "expected types, and roles if any"),
        (("--task", "ner", "--schema", "{empty}"), "has no types"),
        ((*ABOUT, "--text", "a", "--input", "{schema}"), "either --text or --input"),
        ((*ABOUT, "-n", 2, "--temperature", 1), "-n takes EXAMPLES"),
        ((*ABOUT, "--limit", 3, "--again"), "only with EXAMPLES: --limit, --again"),
        ((*ABOUT, "--template", "{narrow}"), "has no instruction for ner"),
        ((*ABOUT, "--set", "dtype"), "is not FIELD=JSON"),
        (("{examples}",), "name it with -o"),
        (("{examples}", "-o", "{examples}"), "holds the rows"),
        (("{examples}", "-o", "x.parquet"), "the predictions are JSON lines"),
        (("{examples}", "-o", "x.jsonl", *ABOUT), "not with EXAMPLES: --task, --types"),
        (("{examples}", "-o", "x.jsonl", "--url", "http://a/v1"), "sfr generate asks a server"),
        (("{examples}", "-o", "x.jsonl", "-n", 2), "temperature 0"),
        (("{examples}", "-o", "x.jsonl", "--template", "{narrow}"), "has no instruction for"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_a_model_is_loaded(reads, engine, files, options, problem):
    result = reads(*(str(option).format(**files) for option in options))

    assert result.exit_code == 2
    assert problem in result.stderr
    assert engine.loaded == []


@pytest.mark.parametrize(
    "given", [("{examples}", "-o", "out.jsonl"), (*ABOUT, "--text", "Nothing.")], ids=["file", "texts"]
)
def test_no_model_is_an_error_of_a_line(sfr, files, tmp_path, given):
    result = sfr("extract", tmp_path / "nothing", *(option.format(**files) for option in given))

    assert result.exit_code == 1
    assert result.stderr == f"Error: there is no model in {tmp_path / 'nothing'}: no such folder\n"


def test_what_is_missing_is_said(sfr, model, examples, out, monkeypatch):
    monkeypatch.setattr(engines, "version_of", lambda _: None)
    result = sfr("extract", model, examples, "-o", out)

    assert result.exit_code == 1
    assert "takes torch and transformers: python -m pip install 'sfr[extract]'" in result.stderr


def test_the_command_loads_nothing_large_before_it_is_needed():
    script = "import sys, sfr.cli._extract; print({'torch', 'transformers', 'vllm', 'openai'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
