"""``sfr data export`` and ``sfr data prompt``."""

import json
import re

import pytest

from sfr import Entity, Extraction, Schema
from sfr.data.catalogue import data_set
from sfr.data.prompts import template, template_names
from tests.training import SENTENCES, TRAINERS, line, row, rows_in

ESCAPE = "\x1b]0;owned\x07"

OWN = """\
name: own
description: of our own
format: records
empty: keep
instructions:
  ner: "Find $types in:"
"""


@pytest.fixture
def examples(tmp_path):
    """Writes a file of examples: those of the sample, and lines as they are."""

    def examples(*lines, task="ner", name="examples.jsonl"):
        path = tmp_path / name
        path.write_bytes(b"".join(found + b"\n" for found in (*map(line, map(row, SENTENCES[task])), *lines)))
        return path

    return examples


@pytest.fixture
def out(tmp_path):
    """The folder for the rows."""
    return tmp_path / "rows"


@pytest.fixture
def own(tmp_path):
    """Writes a template of one's own."""

    def own(text=OWN):
        path = tmp_path / "own.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return own


# -- export ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TRAINERS)
def test_rows_are_written_for_every_trainer(sfr, examples, out, name):
    result = sfr("data", "export", examples(), "--for", name, "-o", out)
    path = out / ("examples.parquet" if name == "verl" else "examples.jsonl")
    size = len(SENTENCES["ner"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"wrote {size} rows to {path}, asked with sa-records\n"
    assert len(rows_in(path)) == size


def test_rows_that_stand_there_are_left_as_they_are(sfr, examples, out):
    command = ("data", "export", examples(), "--for", "trl", "-o", out)
    sfr(*command)
    size, path = len(SENTENCES["ner"]), out / "examples.jsonl"
    assert sfr(*command).stdout == f"{path} with {size} rows stood there already, asked with sa-records\n"
    assert sfr(*command, "--again").stdout.startswith("wrote ")


@pytest.mark.parametrize("chosen", template_names())
def test_a_template_can_be_chosen(sfr, examples, out, chosen):
    sfr("data", "export", examples(), "--for", "llamafactory", "-o", out, "--template", chosen)
    types = tuple(SENTENCES["ner"][0]["schema"]["types"])
    first = rows_in(out / "examples.jsonl")[0]
    assert first["instruction"] == template(chosen).instruction("ner", Schema(types))


def test_a_template_of_ones_own_can_be_chosen(sfr, examples, out, own):
    result = sfr("data", "export", examples(), "--for", "llamafactory", "-o", out, "--template", own())
    assert result.stdout.endswith("asked with own\n")
    assert rows_in(out / "examples.jsonl")[0]["instruction"].startswith("Find ")


def test_two_processes_write_the_same(sfr, examples, tmp_path):
    given = examples()
    for jobs in (1, 2):
        sfr("data", "export", given, "--for", "llamafactory", "-o", tmp_path / str(jobs), "-j", jobs)
    one, two = ((tmp_path / jobs / "examples.jsonl").read_bytes() for jobs in "12")
    assert one == two


def test_a_folder_for_the_rows_is_made(sfr, examples, out):
    result = sfr("data", "export", examples(), "--for", "trl", "-o", out / "a" / "b")
    assert (result.exit_code, (out / "a" / "b" / "examples.jsonl").exists()) == (0, True)


def test_bad_lines_are_reported_and_nothing_is_written(sfr, examples, out):
    path = examples(b"{", line({**row(SENTENCES["ner"][0]), "gold": {"planet": ["Mars"]}}))
    result = sfr("data", "export", path, "--for", "llamafactory", "-o", out)
    size = len(SENTENCES["ner"])
    first, second, last = result.stderr.splitlines()
    assert first.startswith(f"{path}:{size + 1}: expected one JSON object in the line: ")
    assert second == f"{path}:{size + 2}: gold: types that the schema has not: planet"
    assert last == "2 problems, and nothing was written"
    assert (result.exit_code, result.stdout, list(out.iterdir())) == (2, "", [])


def test_of_many_bad_lines_the_first_are_reported(sfr, examples, out):
    result = sfr("data", "export", examples(*[b"{"] * 60), "--for", "trl", "-o", out)
    assert len(result.stderr.splitlines()) == 52
    assert result.stderr.splitlines()[-2:] == ["... and 10 more", "60 problems, and nothing was written"]


def test_a_task_that_the_template_has_nothing_for_is_reported(sfr, examples, out, own):
    result = sfr("data", "export", examples(task="re"), "--for", "trl", "-o", out, "--template", own())
    assert result.exit_code == 2
    assert ":1: template own has no instruction for re; it has: ner\n" in result.stderr


def test_a_broken_dataset_info_is_reported_and_nothing_is_written(sfr, examples, out):
    out.mkdir()
    (out / "dataset_info.json").write_text("[]")
    result = sfr("data", "export", examples(), "--for", "llamafactory", "-o", out)
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        f"{out / 'dataset_info.json'}: expected a JSON object of data sets",
        "1 problem, and nothing was written",
    ]
    assert [path.name for path in out.iterdir()] == ["dataset_info.json"]


def test_the_examples_are_never_overwritten(sfr, examples):
    path = examples()
    before = path.read_bytes()
    result = sfr("data", "export", path, "--for", "trl", "-o", path.parent)
    assert (result.exit_code, path.read_bytes()) == (2, before)
    assert f"{path} holds the examples; name another folder for the rows" in result.stderr


def test_a_file_without_examples_is_refused(sfr, out, tmp_path):
    path = tmp_path / "none.jsonl"
    path.touch()
    result = sfr("data", "export", path, "--for", "trl", "-o", out)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[0] == f"{path}: expected examples, found none"


def test_an_unknown_trainer_is_refused_with_those_that_there_are(sfr, examples, out):
    result = sfr("data", "export", examples(), "--for", "oat", "-o", out)
    assert result.exit_code == 2
    assert all(name in result.stderr for name in TRAINERS)
    assert not out.exists()


@pytest.mark.parametrize("missing", ["--for", "-o"])
def test_what_an_export_takes_is_said(sfr, examples, out, missing):
    given = {"--for": "trl", "-o": str(out)}
    del given[missing]
    result = sfr("data", "export", examples(), *(word for pair in given.items() for word in pair))
    assert result.exit_code == 2
    assert f"Missing option '{missing}'" in result.stderr


@pytest.mark.parametrize(
    ("chosen", "problem"),
    [
        (
            "cm",
            "unknown template 'cm'; known: cm-records, cm-slots, sa-records, sa-slots, short-cm, short-records, or a .yaml file of yours",
        ),
        ("none.yaml", "cannot read none.yaml: No such file or directory"),
    ],
)
def test_a_template_that_there_is_not_is_refused(sfr, examples, out, chosen, problem):
    result = sfr("data", "export", examples(), "--for", "trl", "-o", out, "--template", chosen)
    assert result.exit_code in {1, 2}
    assert problem in result.stderr
    assert not out.exists()


def test_a_file_that_is_no_parquet_is_named(sfr, out, tmp_path):
    path = tmp_path / "bad.parquet"
    path.write_bytes(b"PAR1")
    result = sfr("data", "export", path, "--for", "trl", "-o", out)
    assert result.exit_code in {1, 2}
    assert result.stderr.startswith(f"Error: {path} is not a Parquet file: ")


def test_no_control_character_of_an_example_reaches_the_terminal(sfr, examples, out):
    bad = {**row(SENTENCES["ner"][0]), "gold": {ESCAPE: ["Mars"]}}
    result = sfr("data", "export", examples(line(bad)), "--for", "trl", "-o", out)
    assert (result.exit_code, "owned" in result.stderr) == (2, True)
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize(
    "text",
    [
        OWN.replace("name: own", f"name: {json.dumps(ESCAPE)}"),
        OWN + f"{json.dumps(ESCAPE)}: 1\n",
        OWN.replace("$types", f"${ESCAPE}").replace("\x1b", "\\e").replace("\x07", "\\a"),
    ],
    ids=["its name", "a key", "a placeholder"],
)
def test_no_control_character_of_a_template_reaches_the_terminal(sfr, examples, out, own, text):
    result = sfr("data", "export", examples(), "--for", "trl", "-o", out, "--template", own(text))
    assert "owned" in result.stdout + result.stderr
    assert "\x1b" not in result.stdout + result.stderr


# -- prompt ----------------------------------------------------------------------------------------------

SET = "broad_twitter_corpus"
TEXT = "Kevin met Zoë in Rome."
GOLD = {"person": ["Kevin", "Zoë"], "location": ["Rome"]}


def prompt(sfr, *options):
    result = sfr("data", "prompt", SET, *options)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def target(chosen):
    entities = tuple(Entity(kind, found) for kind, texts in GOLD.items() for found in texts)
    return template(chosen).target(Extraction(entities=entities), "ner", data_set(SET).prompt_schema)


@pytest.mark.parametrize("chosen", template_names())
def test_a_prompt_is_shown_as_it_is_asked(sfr, chosen):
    instruction = template(chosen).instruction("ner", data_set(SET).prompt_schema)
    assert prompt(sfr, "--template", chosen, "--text", TEXT) == f"{instruction}\n{TEXT}\n"


def test_without_a_template_records_are_asked_for(sfr):
    assert prompt(sfr) == prompt(sfr, "--template", "sa-records", "--text", "...")


@pytest.mark.parametrize("chosen", template_names())
def test_the_json_schema_that_is_shown_lets_targets_through_and_nothing_else(sfr, chosen):
    jsonschema = pytest.importorskip("jsonschema")
    check = jsonschema.Draft202012Validator(json.loads(prompt(sfr, "--template", chosen, "--json-schema")))
    assert check.is_valid(json.loads(target(chosen)))
    assert not check.is_valid({**json.loads(target(chosen)), "planet": []})


@pytest.mark.parametrize("chosen", template_names())
def test_the_regular_expression_that_is_shown_lets_targets_through_and_nothing_else(sfr, chosen):
    shown = prompt(sfr, "--template", chosen, "--regex")
    pattern = re.compile(shown.removesuffix("\n"))
    assert pattern.fullmatch(target(chosen))
    assert not pattern.fullmatch(target(chosen)[:-1])


@pytest.mark.parametrize("option", ["--json-schema", "--regex"])
@pytest.mark.parametrize("name", ["NYT", "PHEE"])
def test_relations_and_events_have_a_grammar_too(sfr, name, option):
    result = sfr("data", "prompt", name, option)
    assert (result.exit_code, result.stderr) == (0, "")
    assert all(json.dumps(kind) in result.stdout for kind in data_set(name).prompt_schema.types)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("none",), "unknown data set 'none'; see: sfr data list"),
        ((SET, "--template", "none"), "unknown template 'none'"),
        ((), "Missing argument 'NAME'"),
    ],
)
def test_a_prompt_of_nothing_known_is_refused(sfr, arguments, problem):
    result = sfr("data", "prompt", *arguments)
    assert result.exit_code == 2
    assert problem in result.stderr


def test_a_template_without_the_task_is_refused(sfr, own):
    result = sfr("data", "prompt", "NYT", "--template", own())
    assert result.exit_code == 2
    assert "template own has no instruction for re; it has: ner" in result.stderr


def test_no_control_character_of_a_text_reaches_the_terminal(sfr):
    shown = prompt(sfr, "--text", f"a\n{ESCAPE}b")
    assert shown.endswith("\na\n\\x1b]0;owned\\x07b\n")
