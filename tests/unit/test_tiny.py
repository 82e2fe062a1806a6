"""The tiny model: what it is made of, and, where torch is, that it learns."""

import json
from itertools import pairwise

import pytest
from click.testing import CliRunner

import sfr
from sfr import tiny
from sfr.data.trainer_rows import TRAINERS
from sfr.structures import TASKS
from sfr.tiny import CHAT, main, make_tiny, pairs_of, warm_up
from tests.adapters.driving import installed
from tests.doctor.rowing import prompted_rows
from tests.training import SENTENCES

torch_is_there = pytest.mark.skipif(
    not (installed("torch") and installed("transformers")), reason="takes torch and transformers"
)


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def rows(tmp_path):
    """A file with rows of every task for a trainer."""

    def rows(trainer="trl", many=3):
        found = [row for task in TASKS for row in prompted_rows(trainer, SENTENCES[task][:many])]
        return write(tmp_path / f"{trainer}.jsonl", found)

    return rows


# -- prompts and answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("trainer", TRAINERS)
def test_a_prompt_ends_with_its_text_and_no_answer_is_better(rows, trainer):
    pairs = pairs_of(rows(trainer))
    sentences = [sentence for task in TASKS for sentence in SENTENCES[task][:3]]

    assert len(sentences) == len(pairs)
    for sentence, (prompt, answer) in zip(sentences, pairs, strict=True):
        reward = sfr.reward(sentence["task"])
        assert prompt.endswith(sentence["text"])
        assert reward.best(sentence["gold"]).value == reward.score(sentence["gold"], answer).value


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{", "expected one JSON object in the line: "),
        (b"[1]", "found a list"),
        (b'{"a": 1, "b": 2}', "found the keys a, b"),
        (b'{"prompt": [], "ground_truth": "{}"}', "found one of another shape; sfr data check tells more"),
        (b'{"prompt": [{"content": "?"}], "ground_truth": "{"}', "found one of another shape"),
        (b'{"prompt": [{"content": "?"}], "ground_truth": "{}"}', "found one of another shape"),
    ],
)
def test_a_row_that_is_none_is_named_with_its_line(rows, line, problem):
    path = rows()
    path.write_bytes(path.read_bytes() + b"\n" + line + b"\n")

    with pytest.raises(ValueError, match="expected a row of a trainer: ") as caught:
        pairs_of(path)
    assert str(caught.value).startswith(f"{path}:11: ")
    assert problem in str(caught.value)


def test_a_file_without_rows_is_refused(tmp_path):
    with pytest.raises(ValueError, match="expected rows, found none"):
        pairs_of(write(tmp_path / "none.jsonl", []))


# -- the chat template -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ({}, "<|im_start|>assistant\n"),
        ({"enable_thinking": True}, "<|im_start|>assistant\n"),
        ({"enable_thinking": False}, "<|im_start|>assistant\n<think>\n\n</think>\n\n"),
    ],
)
def test_the_chat_template_has_the_switch_of_qwen3(said, end):
    jinja2 = pytest.importorskip("jinja2")
    messages = [{"role": "user", "content": "Hi."}]
    template = jinja2.Environment(autoescape=False, trim_blocks=True, lstrip_blocks=True).from_string(CHAT)

    assert template.render(messages=messages, **said) == "<|im_start|>user\nHi.<|im_end|>\n"
    asked = template.render(messages=messages, add_generation_prompt=True, **said)
    assert asked == f"<|im_start|>user\nHi.<|im_end|>\n{end}"


# -- the command -----------------------------------------------------------------------------------------


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words], prog_name="python -m sfr.tiny")


def test_what_is_missing_is_said(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(tiny, "version_of", lambda name: None if name == "torch" else "1")
    result = run(rows(), "-o", tmp_path / "made")

    assert (result.exit_code, result.stderr) == (1, "Error: takes torch: python -m pip install torch\n")


def test_a_folder_with_something_in_it_is_left_alone(rows, tmp_path, monkeypatch):
    """It may hold a model that took days."""
    monkeypatch.setattr(tiny, "version_of", lambda name: "1")
    path = rows()
    result = run(path, "-o", tmp_path)

    assert result.exit_code == 2
    assert f"{tmp_path} has something in it; name a new folder" in result.stderr
    assert [path] == list(tmp_path.iterdir())


def test_bad_rows_are_told_in_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr(tiny, "version_of", lambda name: "1")
    path = write(tmp_path / "bad.jsonl", [[]])
    result = run(path, "-o", tmp_path / "made")

    assert result.exit_code == 1
    assert result.stderr == f"Error: {path}:1: expected a row of a trainer: found a list\n"
    assert not (tmp_path / "made").exists()


# -- with torch ------------------------------------------------------------------------------------------


@torch_is_there
def test_a_model_is_made_that_transformers_loads(rows, tmp_path):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    pairs = pairs_of(rows())
    folder = make_tiny(tmp_path / "made", [text for pair in pairs for text in pair], hidden=64)
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder)

    assert len(tokenizer) == model.config.vocab_size
    assert tokenizer.chat_template == CHAT
    for prompt, answer in pairs:
        for text in (prompt, answer, f"<think>\n{answer}\n</think>"):
            ids = tokenizer(text, add_special_tokens=False)["input_ids"]
            assert tokenizer.decode(ids, skip_special_tokens=True) == text


@pytest.fixture
def tokenizer(rows, tmp_path):
    """That of a model made for the sample."""
    from transformers import AutoTokenizer

    texts = [text for pair in pairs_of(rows()) for text in pair]
    return AutoTokenizer.from_pretrained(make_tiny(tmp_path / "made", texts, hidden=64))


@torch_is_there
@pytest.mark.parametrize("text", ["Thanks, Kevin.", "Names:\nKevin left.", "(Kevin)", '{"person": ["Kevin"]}'])
def test_a_mention_has_the_same_tokens_wherever_it_stands(tokenizer, text):
    mention, tokens = tokenizer.tokenize(" Kevin"), tokenizer.tokenize(text)

    assert mention in [tokens[i : i + len(mention)] for i in range(len(tokens))]


@torch_is_there
def test_the_signs_between_two_names_are_one_token(tokenizer):
    names = tokenizer.tokenize(" Kevin"), tokenizer.tokenize(" Therese")

    assert len(names[0]) + 1 + len(names[1]) == len(tokenizer.tokenize(' Kevin", "Therese'))


@torch_is_there
@pytest.mark.parametrize(
    "text",
    [
        "He said: \"Yes\",  and (O'Brien's) U.S. firm made $3.5m \u2013 na\u00efve \u6771\u4eac !",
        '{\n  "a b": [["x, y", "\\"z\\""], []],\n\n\t"c":{}}',
        "  before and after  ",
        '"a "b" c"d',
        "",
    ],
)
def test_any_text_is_read_back_as_it_was(tokenizer, text):
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]

    assert text == tokenizer.decode(ids)


@torch_is_there
def test_an_answer_grows_at_its_end_as_its_tokens_come(tokenizer):
    """As a server that streams, or looks for the end of an answer, takes it for granted."""
    ids = tokenizer('{"person": ["Kevin", "Mr Therese"]}', add_special_tokens=False)["input_ids"]
    grown = [tokenizer.decode(ids[:end]) for end in range(len(ids) + 1)]

    assert grown == sorted(grown, key=len)
    assert all(after.startswith(before) for before, after in pairwise(grown))


@torch_is_there
def test_a_vocabulary_is_no_larger_than_was_said(rows, tmp_path):
    from transformers import AutoTokenizer

    texts = [text for pair in pairs_of(rows()) for text in pair]
    folder = make_tiny(tmp_path / "made", texts, hidden=64, vocabulary=300)

    assert len(AutoTokenizer.from_pretrained(folder)) == 300


@torch_is_there
def test_the_same_seed_makes_the_same_model(rows, tmp_path):
    made = [tmp_path / name for name in ("one", "other")]
    for folder in made:
        result = run(rows(), "-o", folder, "--steps", "2", "--hidden", "64", "--layers", "1")
        assert result.exit_code == 0, result.output

    one, other = [{path.name: path.read_bytes() for path in folder.iterdir()} for folder in made]
    assert one == other


@torch_is_there
def test_warming_up_lowers_the_loss(rows, tmp_path):
    pairs = pairs_of(rows())
    folder = make_tiny(tmp_path / "made", [text for pair in pairs for text in pair], hidden=64)
    first = warm_up(folder, pairs, steps=1, rate=0.0)
    warm_up(folder, pairs, steps=30, enable_thinking=False)

    assert warm_up(folder, pairs, steps=1, rate=0.0, enable_thinking=False) < first / 2
