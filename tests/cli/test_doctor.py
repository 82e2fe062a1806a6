"""``sfr doctor``."""

import json
import os
import pty
import subprocess
import sys
from io import StringIO

import pytest
from rich.console import Console

from sfr.cli._findings import finding_line
from sfr.cli._shared import show
from sfr.doctor import Finding
from sfr.structures import TASKS
from sfr.tiny import CHAT as SWITCHED
from sfr.trainers import CONVENTIONS
from tests.adapters.driving import installed
from tests.doctor.letters import put_letters
from tests.training import CHAT, SENTENCES, line, put_tokenizer, row, rows_in

ESCAPE = "\x1b]0;owned\x07"
OPENS = "{{ messages[0].content }}<|im_end|>\n<|im_start|>assistant\n<think>\n"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    monkeypatch.delenv("SFR_REWARD", raising=False)


@pytest.fixture
def exported(sfr, tmp_path):
    """Writes rows of the sample for a trainer, as its user would."""

    def exported(name, tasks=TASKS):
        examples = tmp_path / "examples.jsonl"
        examples.write_bytes(b"".join(line(row(one)) + b"\n" for task in tasks for one in SENTENCES[task]))
        rows = CONVENTIONS[name].rows
        done = sfr("data", "export", examples, "--for", rows, "-o", tmp_path / "rows")
        assert done.exit_code == 0, done.stderr
        return tmp_path / "rows" / ("examples.parquet" if rows == "verl" else "examples.jsonl")

    return exported


@pytest.fixture
def tokenizer(tmp_path):
    """The folder of a tokenizer that can spell everything, with a chat template."""
    pytest.importorskip("transformers")

    def tokenizer(chat=CHAT):
        return put_letters(tmp_path / "tokenizer", chat=chat)

    return tokenizer


def changed(path, **rows):
    """The rows of a file with some of them changed, by their lines: line_3={...}."""
    found = rows_in(path)
    for name, values in rows.items():
        number = int(name.removeprefix("line_")) - 1
        found[number] = {**found[number], **values}
    path.write_text("".join(json.dumps(one) + "\n" for one in found))
    return path


def told(result, level, about=None):
    """The texts of findings of a level."""
    found = [(text[:9].strip(), text[9:23].strip(), text[23:]) for text in result.stdout.splitlines()]
    return [text for word, what, text in found if word == level and about in {None, what}]


def problems(result):
    return told(result, "PROBLEM")


# -- what is well ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("trainer", CONVENTIONS)
def test_exported_rows_are_well(sfr, exported, trainer):
    result = sfr("doctor", trainer, "--data", exported(trainer))

    assert (result.exit_code, result.stderr, problems(result)) == (0, "", [])
    assert result.stdout.splitlines()[-1] == "all is well"
    counted = ", ".join(f"{task} {len(SENTENCES[task])}" for task in sorted(TASKS))
    assert told(result, "ok", "file") == [f"all rows are well: {counted}"]
    if all(map(installed, CONVENTIONS[trainer].needs)):
        assert told(result, "ok", "rows")[0].startswith("perfect answers to the first 8 earn their best through ")


@pytest.mark.parametrize("trainer", CONVENTIONS)
def test_with_a_tokenizer_the_template_and_lengths_are_looked_at(sfr, exported, tokenizer, trainer):
    result = sfr("doctor", trainer, "--data", exported(trainer), "--tokenizer", tokenizer())

    assert (result.exit_code, problems(result)) == (0, [])
    assert len(told(result, "ok", "template")) == 2
    assert [text.partition(":")[0] for text in told(result, "ok", "lengths")] == [
        "tokens of prompts",
        "tokens of answers",
    ]


def test_the_number_of_rows_that_the_reward_is_called_for_can_be_said(sfr, exported):
    result = sfr("doctor", "trl", "--data", exported("trl"), "--rows", "3")

    assert told(result, "ok", "rows")[0].startswith("perfect answers to the first 3 earn their best")


def test_in_a_pipe_a_finding_is_a_line_of_plain_text(sfr_process, exported):
    result = sfr_process("doctor", "trl", "--data", exported("trl"))
    lines = result.stdout.decode().splitlines()

    assert (result.returncode, result.stderr) == (0, b"")
    assert b"\x1b" not in result.stdout
    assert all(text == text.rstrip() for text in lines)
    assert {text[:9].strip() for text in lines[:-1]} <= {"ok", "note", ""}
    (terms,) = [text for text in lines if text[9:].startswith("terms ")]
    assert terms.endswith("bad_gold")


def test_a_reader_that_has_read_enough_is_no_error(exported, environment):
    command = [sys.executable, "-m", "sfr", "doctor", "trl", "--data", str(exported("trl"))]
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, env=environment, check=False)
    os.close(theirs)

    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize("width", [40, 80, 200])
def test_on_a_terminal_a_long_text_goes_on_below_itself(width):
    text = "one " * 60 + "\n  and " + "x" * 90
    console = Console(width=width, file=StringIO(), force_terminal=True, color_system=None)
    show(console, finding_line(Finding("problem", "rows", text)))
    first, *others = console.file.getvalue().splitlines()

    assert first.startswith("PROBLEM  rows          one one ")
    assert all(line.startswith(" " * 23) for line in others)
    assert max(len(line.rstrip()) for line in (first, *others)) <= width
    assert "".join(text.split()) == "".join("".join([first[23:], *others]).split())


def test_a_terminal_shows_what_a_pipe_does(exported, environment, sfr_process):
    words = ["doctor", "trl", "--data", str(exported("trl"))]
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "sfr", *words], stdout=theirs, stderr=theirs, env={**environment, "TERM": "dumb"}
    ) as process:
        os.close(theirs)
        shown = b"".join(iter(lambda: read_some(ours), b""))
        os.close(ours)

    assert process.returncode == 0
    assert shown.decode().split() == sfr_process(*words).stdout.decode().split()


def read_some(terminal):
    """What a program has written to a terminal; nothing when it has ended."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


# -- rows that are not well ------------------------------------------------------------------------------


def test_rows_of_another_trainer_are_refused_and_what_to_do_is_said(sfr, exported):
    result = sfr("doctor", "verl", "--data", exported("trl"))

    assert (result.exit_code, result.stderr) == (2, "1 problem, see above\n")
    assert problems(result) == [
        "expected rows for verl, found rows for trl: sfr data export EXAMPLES --for verl -o rows"
    ]
    assert "all is well" not in result.stdout


def test_examples_are_no_rows_yet(sfr, exported, tmp_path):
    exported("trl")
    result = sfr("doctor", "trl", "--data", tmp_path / "examples.jsonl")

    assert result.exit_code == 2
    assert problems(result)[0].startswith("expected rows for trl, found examples: ")


def test_bad_gold_in_the_middle_is_told_with_its_line(sfr, exported):
    truth = '{"task": "ner", "text": "?", "gold": {"person": [7]}, "schema": {"types": ["person"], "roles": []}}'
    path = changed(exported("trl"), line_12={"ground_truth": truth})
    result = sfr("doctor", "trl", "--data", path)

    assert result.exit_code == 2
    assert [text.partition(" ground truth: ")[0] for text in problems(result)] == [f"{path}:12:"]


@pytest.mark.parametrize("settings", [(), ("--set", "bad_gold=skip")])
def test_bad_gold_among_the_first_is_told_once(sfr, exported, settings):
    path = changed(exported("trl"), line_2={"ground_truth": "{}"})
    result = sfr("doctor", "trl", "--data", path, *settings)

    assert result.exit_code == 2
    assert told(result, "note", "rows")[0].startswith("nothing can be scored with 1 of the first 8 rows; ")
    assert {text.partition(" ")[0] for text in problems(result)} == {f"{path}:2:"}


def test_gold_with_a_type_that_the_schema_has_not_is_told(sfr, exported):
    path = exported("trl", tasks=("ner",))
    truth = json.loads(rows_in(path)[0]["ground_truth"])
    truth["gold"] = {"no such type": ["Kevin"]}
    result = sfr("doctor", "trl", "--data", changed(path, line_1={"ground_truth": json.dumps(truth)}))

    assert result.exit_code == 2
    assert all(text.startswith(f"{path}:1: ") and "no such type" in text for text in problems(result))


def test_a_reward_that_does_not_arrive_is_told(sfr, exported, monkeypatch):
    monkeypatch.setattr("sfr.adapters.trl.sfr_reward", lambda completions, **_: [0.5] * len(completions))
    result = sfr("doctor", "trl", "--data", exported("trl"))

    assert result.exit_code == 2
    assert "line 1: a perfect answer earns 0.5, the best is 1" in problems(result)


# -- settings --------------------------------------------------------------------------------------------


def test_settings_go_to_the_reward(sfr, exported):
    result = sfr("doctor", "verl", "--data", exported("verl"), "--set", "ner.gamma=2", "--set", "thinking=require")

    assert result.exit_code == 0
    assert "ner: as in the paper, but gamma:2.0" in told(result, "ok", "settings")
    assert "thinking: require, bad gold: raise" in told(result, "ok", "settings")


def test_a_wrong_setting_is_a_problem(sfr, exported):
    result = sfr("doctor", "verl", "--data", exported("verl"), "--set", "gama=2")

    assert (result.exit_code, problems(result)) == (2, ["bad settings of the reward:"])
    assert "unknown setting 'gama'; known: profile," in result.stdout


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("gama=2", "unknown setting 'gama'"),
        ("gamma", "expected NAME=VALUE, found gamma"),
        ("'", "No closing quotation"),
    ],
)
def test_a_wrong_setting_in_the_environment_is_a_problem(sfr, exported, monkeypatch, value, expected):
    path = exported("trl")
    monkeypatch.setenv("SFR_REWARD", value)
    result = sfr("doctor", "trl", "--data", path)

    assert (result.exit_code, len(problems(result))) == (2, 1)
    assert expected in result.stdout


@pytest.mark.parametrize("value", ["gamma", "=2", ""])
def test_a_setting_without_a_value_is_refused(sfr, exported, value):
    result = sfr("doctor", "trl", "--data", exported("trl"), "--set", value)

    assert result.exit_code == 2
    assert f"{value!r} is not NAME=VALUE" in result.stderr


def test_a_trainer_that_passes_no_settings_is_told_how(sfr, exported):
    result = sfr("doctor", "slime", "--data", exported("slime"), "--set", "profile=bounded")

    assert result.exit_code == 0
    assert told(result, "note", "settings") == ["slime passes no settings: export SFR_REWARD=profile=bounded"]
    assert "an empty answer earns -1.25" in told(result, "ok", "rows")


def test_nothing_is_written(sfr, exported, tmp_path):
    path = exported("trl")
    before = sorted(tmp_path.rglob("*"))
    result = sfr("doctor", "trl", "--data", path, "--set", f"log={tmp_path / 'terms'}")

    assert result.exit_code == 0
    assert before == sorted(tmp_path.rglob("*"))


# -- files -----------------------------------------------------------------------------------------------


def test_a_file_that_is_not_there_is_named(sfr, tmp_path):
    result = sfr("doctor", "trl", "--data", tmp_path / "none.jsonl")

    assert result.exit_code == 2
    assert f"File '{tmp_path / 'none.jsonl'}' does not exist" in result.stderr


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ": expected rows, found none"),
        (b"\n\r\n", ": expected rows, found none"),
        (b"not JSON\n", ":1: expected one JSON object in the line: Expecting value at column 1"),
        (b"[1]\n", ":1: expected a JSON object, found a list"),
        (b'{"\xff": 1}\n', ":1: expected UTF-8: invalid start byte at byte 2"),
        (b"[" * 200_000 + b"\n", ":1: expected one JSON object in the line: "),
    ],
)
def test_a_file_without_rows_is_a_problem(sfr, tmp_path, content, expected):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    result = sfr("doctor", "trl", "--data", path)

    assert (result.exit_code, result.stderr) == (2, "1 problem, see above\n")
    assert problems(result)[0].startswith(f"{path}{expected}")


def test_a_file_that_is_no_parquet_cannot_be_looked_at(sfr, tmp_path):
    path = tmp_path / "bad.parquet"
    path.write_bytes(b"PAR1")
    result = sfr("doctor", "verl", "--data", path)

    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {path} is not a Parquet file: ")


def test_without_pyarrow_it_is_said_what_to_install(sfr, exported, monkeypatch):
    path = exported("verl")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = sfr("doctor", "verl", "--data", path)

    assert result.exit_code == 1
    assert result.stderr == "Error: reading Parquet takes pyarrow: python -m pip install 'sfr[parquet]'\n"


def test_a_mark_at_the_beginning_and_ends_of_lines_as_on_windows_are_no_matter(sfr, exported):
    path = exported("trl")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert sfr("doctor", "trl", "--data", path).exit_code == 0


def test_a_huge_line_is_shown_in_a_few_characters(sfr, exported):
    path = changed(exported("trl"), line_1={"note": "x" * 5_000_000})
    result = sfr("doctor", "trl", "--data", path)

    assert result.exit_code == 0
    assert len(result.stdout) < 10_000


@pytest.mark.parametrize("number", [1, 12])
def test_half_a_character_does_no_harm(sfr, exported, number):
    """In a prompt, which then does not end with the text of its ground truth."""
    prompt = [{"role": "user", "content": "half \ud800"}]
    path = changed(exported("trl"), **{f"line_{number}": {"prompt": prompt, "id": f"\udfff{ESCAPE}"}})
    result = sfr("doctor", "trl", "--data", path)

    assert result.exit_code == 2
    assert problems(result) == [f"{path}:{number}: prompt: expected the text of the ground truth at its end"]
    assert "\x1b" not in result.stdout + result.stderr


def test_no_control_character_of_a_row_reaches_the_terminal(sfr, write):
    result = sfr("doctor", "trl", "--data", write({ESCAPE: ESCAPE}))

    assert result.exit_code == 2
    assert "\x1b" not in result.stdout + result.stderr


# -- tokenizers ------------------------------------------------------------------------------------------


def test_a_tokenizer_that_is_not_there_is_told_at_once(sfr, exported, tmp_path):
    result = sfr("doctor", "trl", "--data", exported("trl"), "--tokenizer", tmp_path / "none")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: there is no tokenizer in {tmp_path / 'none'}: no such file or folder")


def test_without_transformers_it_is_said_what_to_install(sfr, exported, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "transformers", None)
    (tmp_path / "model").mkdir()
    result = sfr("doctor", "trl", "--data", exported("trl"), "--tokenizer", tmp_path / "model")

    assert result.exit_code == 1
    assert "python -m pip install 'sfr[tokenizers]'" in result.stderr


@pytest.mark.parametrize(
    ("chat", "problem"),
    [(None, "has no chat template, and trainers ask with one"), ("{{ no.such.thing }}", "does not work: ")],
)
def test_a_template_that_is_of_no_use_is_a_problem_and_the_rows_are_looked_at(sfr, exported, tokenizer, chat, problem):
    result = sfr("doctor", "trl", "--data", exported("trl"), "--tokenizer", tokenizer(chat), "--max-prompt", "2")

    assert result.exit_code == 2
    (found,) = problems(result)
    assert problem in found
    assert len(told(result, "ok", "file")) == 1


@pytest.mark.parametrize("truth", ["{", 7, None])
def test_rows_that_are_none_are_left_out_of_what_is_asked_of_the_tokenizer(sfr, exported, tokenizer, truth):
    path = changed(exported("trl"), line_1={"ground_truth": truth}, line_2={"prompt": []})
    result = sfr("doctor", "trl", "--data", path, "--tokenizer", tokenizer())

    assert result.exit_code == 2
    assert {text.partition(" ")[0] for text in problems(result)} == {f"{path}:1:", f"{path}:2:"}
    assert "the tokenizer gives perfect answers to the first 6 back unchanged" in told(result, "ok", "template")


def test_a_tokenizer_that_loses_words_is_a_problem(sfr, exported, tmp_path):
    pytest.importorskip("transformers")
    result = sfr("doctor", "trl", "--data", exported("trl"), "--tokenizer", put_tokenizer(tmp_path / "words"))

    assert result.exit_code == 2
    assert problems(result)[0].startswith("line 1: the tokenizer gives ")


def test_a_template_that_opens_thinking_is_a_problem_where_it_is_forbidden(sfr, exported, tokenizer):
    words = ("doctor", "trl", "--data", exported("trl"), "--tokenizer", tokenizer(OPENS))
    result = sfr(*words, "--set", "thinking=forbid")

    assert result.exit_code == 2
    assert problems(result)[0].startswith("the template opens a block of thinking, and the reward forbids it")
    assert sfr(*words).exit_code == 0


def test_what_is_said_of_thinking_goes_to_the_template(sfr, exported, tokenizer):
    words = ("doctor", "trl", "--data", exported("trl"), "--tokenizer", tokenizer(SWITCHED))
    free, without = sfr(*words), sfr(*words, "--no-thinking")

    assert told(free, "note", "thinking")[0].startswith("the template has a switch for thinking, and it is not set")
    assert told(without, "note", "thinking") == []
    assert told(without, "ok", "thinking")[0].startswith("the template closes the thinking before the answer")
    required = sfr(*words, "--no-thinking", "--set", "thinking=require")
    assert required.exit_code == 2


@pytest.mark.parametrize(("option", "what"), [("--max-prompt", "prompt"), ("--max-target", "target")])
def test_rows_that_are_too_long_are_told_with_their_lines(sfr, exported, tokenizer, option, what):
    path = exported("trl")
    many = len(rows_in(path))
    result = sfr("doctor", "trl", "--data", path, "--tokenizer", tokenizer(), option, "1")

    assert result.exit_code == 2
    assert problems(result)[0].startswith(f"{path}:1: {what}: ")
    assert problems(result)[-1] == f"... and {many - 5:,} more: sfr data check {path}"
    assert told(result, "note", "lengths")[0].endswith(f"; {many} of {many} longer than the limit of 1")


@pytest.mark.parametrize("options", [("--max-prompt", "9"), ("--max-target", "9"), ("--thinking",), ("--no-thinking",)])
def test_lengths_and_thinking_take_a_tokenizer(sfr, exported, options):
    result = sfr("doctor", "trl", "--data", exported("trl"), *options)

    assert result.exit_code == 2
    assert "lengths and thinking are looked at with a --tokenizer" in result.stderr


# -- surroundings ----------------------------------------------------------------------------------------


def test_a_folder_with_the_name_of_the_trainer_is_told(sfr, exported, tmp_path, monkeypatch):
    path = exported("trl")
    (tmp_path / "trl").mkdir()
    monkeypatch.chdir(tmp_path)
    result = sfr("doctor", "trl", "--data", path)

    assert result.exit_code == 0
    found = [text for text in told(result, "note") if text.startswith(f"{tmp_path / 'trl'} is found by `import trl`")]
    assert len(found) == (0 if installed("trl") else 1)


def test_a_trainer_that_is_not_known_is_refused(sfr, exported):
    result = sfr("doctor", "none", "--data", exported("trl"))

    assert result.exit_code == 2
    assert "'none' is not one of 'verl', 'trl'" in result.stderr


# -- recipes ---------------------------------------------------------------------------------------------


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("defaults: [ppo_trainer, _self_]\n")
    return path


def test_a_recipe_is_for_verl(sfr, exported, recipe):
    result = sfr("doctor", "trl", "--data", exported("trl"), "--recipe", recipe)

    assert result.exit_code == 2
    assert "--recipe and --override are for verl" in result.stderr


def test_an_override_goes_with_a_recipe(sfr, exported):
    result = sfr("doctor", "verl", "--data", exported("verl"), "--override", "a=1")

    assert result.exit_code == 2
    assert "--override goes with a --recipe" in result.stderr


@pytest.mark.skipif(installed("verl"), reason="says what to do without verl")
def test_a_recipe_takes_verl(sfr, exported, recipe):
    result = sfr("doctor", "verl", "--data", exported("verl"), "--recipe", recipe)

    assert result.exit_code == 1
    assert result.stderr == (
        "Error: checking a recipe takes the environment of verl: python -m pip install verl==0.9.1\n"
    )


@pytest.mark.skipif(not installed("verl"), reason="takes verl")
@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("bad: [1,\n", "does not compose: while parsing"),
        ("a: 1\n", "has no configuration of verl in it"),
        ("defaults: [ppo_trainer, _self_]\ndata: {train_batch_sise: 4}\n", "it has data.train_batch_size"),
        ("defaults: [ppo_trainer, _self_]\ndata: {train_batch_size: four}\n", "expected a number, found 'four'"),
        ("defaults: [ppo_trainer, _self_]\n", "no reward.custom_reward_function.path"),
        (
            "defaults: [ppo_trainer, _self_]\nreward: {custom_reward_function: {reward_kwargs: [1]}}\n",
            "expected a mapping, found [1]",
        ),
        ("defaults: [ppo_trainer, _self_]\ndata: {train_batch_size: 100}\n", "is no multiple of"),
        ("defaults: [ppo_trainer, none]\n", "does not compose: "),
    ],
)
def test_a_broken_recipe_is_a_problem(sfr, exported, recipe, lines, problem):
    recipe.write_text(lines)
    result = sfr("doctor", "verl", "--data", exported("verl"), "--recipe", recipe)

    assert result.exit_code == 2
    assert any(problem in found for found in told(result, "PROBLEM", "recipe")), result.stdout
