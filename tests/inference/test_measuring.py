"""``sfr.inference.measuring`` and ``sfr losses``: losses of the examples of a file, under a model that is made up."""

import json
import math
from dataclasses import replace

import pytest
from click.testing import CliRunner

from sfr import samples
from sfr.cli import main
from sfr.data.prompts import template
from sfr.examples import example_line
from sfr.inference import InferenceError, LossError, Measuring, engines, find_model, measure, measuring
from sfr.inference.conversations import conversation_of
from sfr.tokenizers import tokenizer_of
from tests.models import model_folder
from tests.training import SENTENCES, example

TEMPLATE = template("sa-records")
EXAMPLES = [example(found) for found in samples.sentences()][::4]


class FakeModel:
    """What is loaded, and the losses that it gives: the number of a target's tokens over a hundred."""

    def __init__(self):
        self.settings = []
        self.batches = []

    def load(self, _, settings):
        self.settings.append(settings)
        return self

    def losses(self, loaded, conversations, *, pad, batch, progress):
        assert loaded is self
        self.batches.append((batch, pad))
        for done in range(1, len(conversations) + 1):
            progress and progress(done)
        return [one.target_tokens / 100 for one in conversations]


@pytest.fixture
def fake(monkeypatch):
    fake = FakeModel()
    monkeypatch.setattr(engines, "version_of", lambda _: "1")
    monkeypatch.setattr(measuring, "load_model", fake.load)
    monkeypatch.setattr(measuring, "target_losses", fake.losses)
    return fake


@pytest.fixture
def folder(tmp_path):
    tokenizer_of.cache_clear()
    return model_folder(tmp_path / "model")


@pytest.fixture
def model(folder):
    return find_model(str(folder))


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "examples.jsonl"
    path.write_bytes(b"".join(example_line(found) + b"\n" for found in EXAMPLES))
    return path


@pytest.fixture
def out(tmp_path):
    return tmp_path / "losses.jsonl"


@pytest.fixture
def asked(path, model):
    return Measuring(path, TEMPLATE, model)


@pytest.fixture
def sfr():
    """Runs the command."""
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="sfr")


def rows_in(path):
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_a_line_says_which_example_it_is_its_loss_and_its_tokens(fake, asked, model, out):
    told = []
    made = measure(asked, out, batch=3, progress=told.append)
    sizes = [conversation_of(found, TEMPLATE, model).target_tokens for found in EXAMPLES]
    names = [{"id": found.id, "dataset": "sample", "split": "train"} for found in EXAMPLES]

    assert [name | {"loss": size / 100, "tokens": size} for name, size in zip(names, sizes, strict=True)] == rows_in(
        out
    )
    assert (made.path, made.fresh, made.rows) == (out, True, len(EXAMPLES))
    assert made.mean == pytest.approx(sum(sizes) / len(sizes) / 100)
    assert told == [*range(1, len(EXAMPLES) + 1)]
    assert fake.batches == [(3, model.tokenizer.pad_token_id)]


def test_what_stands_there_is_not_measured_again(fake, asked, out):
    first, second = measure(asked, out), measure(asked, out)

    assert (first.fresh, second.fresh) == (True, False)
    assert (first.rows, first.mean) == (second.rows, second.mean)
    assert len(fake.settings) == 1


def other_examples(path, _):
    path.write_bytes(path.read_bytes() * 2)


def other_weights(_, folder):
    (folder / "model.safetensors").write_bytes(b"others")


def other_losses(path, _):
    path.with_name("losses.jsonl").write_text("{}\n")


@pytest.mark.parametrize("change", [other_examples, other_weights, other_losses])
def test_what_is_of_something_else_is_replaced_only_on_demand(fake, asked, out, change):
    measure(asked, out)
    change(asked.examples, asked.model.folder)
    before = out.read_bytes()

    with pytest.raises(LossError, match=r"holds something else; name another file, or --again"):
        measure(asked, out)
    assert before == out.read_bytes()
    assert measure(asked, out, again=True).fresh
    assert not measure(asked, out).fresh


@pytest.mark.parametrize(
    "other",
    [{"limit": 3}, {"thinking": False}, {"settings": {"dtype": "float16"}}, {"template": template("short-records")}],
)
def test_what_losses_depend_on_is_remembered(fake, asked, out, other):
    measure(asked, out)

    with pytest.raises(LossError, match="holds something else"):
        measure(replace(asked, **other), out)


def test_every_example_without_a_loss_is_named_and_nothing_is_written(fake, path, out, folder):
    long = example({**SENTENCES["ner"][0], "id": "long", "text": f"{SENTENCES['ner'][0]['text']} {'x' * 2_000}"})
    lines = [example_line(long), b"[]", example_line(EXAMPLES[0]), b'{"id": 7}']
    path.write_bytes(b"\n".join(lines))
    (folder / "config.json").write_text('{"max_position_embeddings": 2000, "eos_token_id": 257}')
    tokenizer_of.cache_clear()

    with pytest.raises(LossError) as error:
        measure(Measuring(path, TEMPLATE, find_model(str(folder))), out)
    assert error.value.count == len(error.value.problems) > 3
    assert error.value.problems[0].startswith(f"{path}:1: long: prompt and target have 2,")
    assert error.value.problems[1] == f"{path}:2: expected a JSON object, found a list"
    assert {problem.split(":")[1] for problem in error.value.problems} == {"1", "2", "4"}
    assert not out.exists()
    assert not fake.settings  # before gigabytes are read


def test_a_file_without_examples_is_refused(fake, asked, path, out):
    path.write_bytes(b"\n")

    with pytest.raises(LossError, match="expected examples, found none"):
        measure(asked, out)


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_losses_that_are_no_numbers_are_not_written(fake, asked, out, monkeypatch, loss):
    monkeypatch.setattr(measuring, "target_losses", lambda _, found, **__: [1.0] * (len(found) - 1) + [loss])

    with pytest.raises(LossError, match=f"^{EXAMPLES[-1].id} of sample: the loss is {loss}"):
        measure(asked, out)
    assert not out.exists()


def test_missing_libraries_are_told_before_anything_is_read(asked, out, monkeypatch):
    monkeypatch.setattr(engines, "version_of", lambda name: "1" if name == "transformers" else None)

    with pytest.raises(InferenceError, match=r"transformers takes torch: python -m pip install 'sfr\[extract\]'"):
        measure(asked, out)


# -- the command -----------------------------------------------------------------------------------------


def test_the_command_says_what_it_wrote(fake, sfr, folder, path, out):
    options = ("--no-thinking", "--batch-size", 3, "--set", "use_safetensors=true", "--limit", 2)
    first, second = (sfr("losses", folder, path, "-o", out, *options) for _ in range(2))
    mean = sum(row["loss"] for row in rows_in(out)) / 2

    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout == f"wrote the losses of 2 examples to {out}; their mean is {mean:.4f}\n"
    assert second.stdout == f"{out} with the losses of 2 examples stood there already; their mean is {mean:.4f}\n"
    assert (fake.settings, fake.batches[0][0]) == ([{"use_safetensors": True}], 3)
    manifest = json.loads(out.with_name("losses.jsonl.manifest.json").read_text())
    assert (manifest["made_from"]["thinking"], manifest["made_from"]["limit"]) == (False, 2)
    assert manifest["result"] == {"rows": 2, "mean": pytest.approx(mean)}


def test_the_command_names_what_has_no_loss(fake, sfr, folder, path, out):
    path.write_bytes(b"[]\n" + path.read_bytes())
    result = sfr("losses", folder, path, "-o", out)

    assert result.exit_code == 2
    assert f"{path}:1: expected a JSON object, found a list\n" in result.stderr
    assert result.stderr.endswith("1 problem, and nothing was written\n")


def test_losses_are_json_lines(fake, sfr, folder, path, out):
    result = sfr("losses", folder, path, "-o", out.with_suffix(".parquet"))

    assert (result.exit_code, "name a .jsonl file" in result.stderr) == (2, True)


def test_a_model_that_is_not_there_is_told(fake, sfr, folder, path, out):
    result = sfr("losses", folder / "nothing", path, "-o", out)

    assert (result.exit_code, "no such folder" in result.stderr) == (1, True)
