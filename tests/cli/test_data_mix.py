"""``sfr data mix``."""

import json

import pytest

from sfr.data.mixes import MIXES
from tests.training import put, rows_in

ESCAPE = "\x1b]0;owned\x07"

OWN = """\
name: own
title: of our own
seed: 7
template: cm-slots
parts:
  - task: ner
    rows: 30
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Three data sets as they stand when they were built."""
    folder = tmp_path_factory.mktemp("built")
    for name, task in {"wikiann": "ner", "NYT": "re", "PHEE": "ee"}.items():
        put(folder, name, task, 20)
    return folder


@pytest.fixture
def out(tmp_path):
    """The folder for the mixtures."""
    return tmp_path / "mixed"


@pytest.fixture
def own(tmp_path):
    """Writes a mixture of one's own."""

    def own(text=OWN):
        path = tmp_path / "own.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return own


def table(result):
    """The words of each line."""
    return [line.split() for line in result.stdout.splitlines()]


# -- what there is ---------------------------------------------------------------------------------------


def test_without_a_name_the_mixtures_are_listed_in_the_order_of_the_pipeline(sfr):
    result = sfr("data", "mix")
    head, *lines = table(result)
    assert (result.exit_code, result.stderr, head[:2]) == (0, "", ["mixture", "rows"])
    assert [words[0] for words in lines] == list(MIXES)


def test_the_list_shows_the_rows_of_every_task_and_the_template(sfr):
    result = sfr("data", "mix")
    lines = [" ".join(words) for words in table(result)]
    assert "cm_2 224,745 44,951 ner + 179,794 re cm-records Complete Modeling, phase 2, NER and RE 2:8" in lines
    assert (
        "cm_3 24,979 7,494 ner + 7,494 re + 9,991 ee cm-records Complete Modeling, phase 3, NER, RE and EE 3:3:4"
        in lines
    )


# -- making them -----------------------------------------------------------------------------------------


def test_a_mixture_is_made_and_shown(sfr, built, out):
    result = sfr("data", "mix", "cm_3", "--from", built, "-o", out, "--scale", "0.01")
    assert (result.exit_code, result.stderr) == (0, "")
    assert table(result) == [
        ["task", "data", "set", "available", "rows", "repeats"],
        ["ner", "wikiann", "20", "75", "55"],
        ["re", "NYT", "20", "75", "55"],
        ["ee", "PHEE", "20", "100", "80"],
        ["all", "250"],
        ["wrote", str(out / "cm_3.jsonl")],
    ]
    assert len(rows_in(out / "cm_3.jsonl")) == 250


def test_a_mixture_that_stands_there_is_left_as_it_is(sfr, built, out):
    command = ("data", "mix", "cm_3", "--from", built, "-o", out, "--scale", "0.01")
    first, second = sfr(*command), sfr(*command)
    assert first.stdout.splitlines()[:-1] == second.stdout.splitlines()[:-1]
    assert second.stdout.splitlines()[-1] == f"{out / 'cm_3.jsonl'} stood there already"
    assert sfr(*command, "--again").stdout.splitlines()[-1] == f"wrote {out / 'cm_3.jsonl'}"


def test_all_makes_every_mixture_of_the_paper(sfr, built, out):
    result = sfr("data", "mix", "all", "--from", built, "-o", out, "--scale", "0.001")
    assert result.exit_code == 0
    assert {path.name for path in out.glob("*.jsonl")} == {f"{name}.jsonl" for name in MIXES}


def test_several_mixtures_can_be_asked_for(sfr, built, out, own):
    result = sfr("data", "mix", "sa", own(), "--from", built, "-o", out, "--scale", "0.1")
    assert result.exit_code == 0
    assert {path.name for path in out.glob("*.jsonl")} == {"sa.jsonl", "own.jsonl"}


def test_a_mixture_of_ones_own_has_the_name_that_it_says(sfr, built, out, own):
    result = sfr("data", "mix", own(), "--from", built, "-o", out)
    assert result.exit_code == 0
    assert len(rows_in(out / "own.jsonl")) == 30


@pytest.mark.parametrize("options", [("--seed", "3"), ("--stratify", "even"), ("--stratify", "proportional")])
def test_a_seed_or_a_way_to_draw_can_be_given(sfr, built, tmp_path, own, options):
    sfr("data", "mix", own(), "--from", built, "-o", tmp_path / "a")
    sfr("data", "mix", own(), "--from", built, "-o", tmp_path / "b", *options)
    assert (tmp_path / "a" / "own.jsonl").read_bytes() != (tmp_path / "b" / "own.jsonl").read_bytes()


def test_the_template_of_a_mixture_goes_with_it(sfr, built, out, own, tmp_path):
    sfr("data", "mix", own(), "--from", built, "-o", out)
    result = sfr("data", "export", out / "own.jsonl", "--for", "llamafactory", "-o", tmp_path / "rows")
    assert result.stdout == f"wrote 30 rows to {tmp_path / 'rows' / 'own.jsonl'}, asked with cm-slots\n"


# -- what goes wrong -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "missing"),
    [((), "--from and -o"), (("--from", "."), "-o"), (("-o", "mixed"), "--from")],
    ids=["both", "-o", "--from"],
)
def test_what_a_mixture_takes_is_said(sfr, given, missing):
    result = sfr("data", "mix", "cm_1", *given)
    assert result.exit_code == 2
    assert f"Error: a mixture takes {missing}\n" in result.stderr


def test_an_unknown_mixture_is_refused_before_anything_is_made(sfr, built, out):
    result = sfr("data", "mix", "cm_3", "cm_9", "--from", built, "-o", out)
    assert result.exit_code == 2
    assert "unknown mixture 'cm_9'; known: cm_1, cm_2" in result.stderr
    assert not out.exists()


def test_a_file_that_is_not_there_is_named(sfr, built, out):
    result = sfr("data", "mix", "none.yaml", "--from", built, "-o", out)
    assert result.exit_code == 1
    assert "none.yaml" in result.stderr


def test_a_folder_that_is_not_there_is_named(sfr, out, tmp_path):
    result = sfr("data", "mix", "cm_1", "--from", tmp_path / "none", "-o", out)
    assert result.exit_code == 2
    assert f"Directory '{tmp_path / 'none'}' does not exist" in result.stderr


def test_all_that_is_wrong_with_a_file_is_told(sfr, built, out, own):
    path = own(OWN.replace("seed: 7", "seed: x\ncolor: red").replace("rows: 30", "rows: 0"))
    result = sfr("data", "mix", path, "--from", built, "-o", out)
    assert result.exit_code == 2
    assert all(f"{path}: {place}: " in result.stderr for place in ("seed", "color", "parts.0.rows"))


def test_a_task_without_rows_is_refused_with_what_to_do(sfr, tmp_path, out):
    result = sfr("data", "mix", "cm_1", "--from", tmp_path, "-o", out)
    assert result.exit_code in {1, 2}
    assert "holds no train rows of ner; build some first: sfr data build RAW -o " in result.stderr
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("scale", ["0", "-1", "nan", "inf", "1e-9", "much"])
def test_a_scale_that_makes_no_sense_is_refused(sfr, built, out, scale):
    result = sfr("data", "mix", "cm_3", "--from", built, "-o", out, "--scale", scale)
    assert result.exit_code in {1, 2}
    assert isinstance(result.exception, SystemExit)
    assert "scale" in result.stderr


def test_a_damaged_line_is_reported_with_file_and_line(sfr, tmp_path, out, own):
    path = put(tmp_path / "built", "wikiann", "ner", 5)
    path.write_bytes(path.read_bytes() + b'{"id": \n')
    result = sfr("data", "mix", own(), "--from", tmp_path / "built", "-o", out)
    assert result.exit_code in {1, 2}
    assert f"{path}:6: expected one JSON object in the line: " in result.stderr
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        OWN + f"    sets: [{json.dumps(ESCAPE)}]\n",
        OWN + f"    oversample_to: {{{json.dumps(ESCAPE)}: -1}}\n",
        OWN + f"{json.dumps(ESCAPE)}: 1\n",
    ],
    ids=["a set", "a set with a number", "a key"],
)
def test_no_control_character_of_a_file_reaches_the_terminal(sfr, built, out, own, text):
    result = sfr("data", "mix", own(text), "--from", built, "-o", out)
    assert result.exit_code in {1, 2}
    assert "owned" in result.stderr
    assert "\x1b" not in result.stderr


def test_no_control_character_of_a_folder_reaches_the_terminal(sfr, tmp_path, out, own):
    put(tmp_path, f"zoo{ESCAPE}", "ner", 5)
    result = sfr("data", "mix", own(), "--from", tmp_path, "-o", out)
    assert (result.exit_code, "owned" in result.stdout) == (0, True)
    assert "\x1b" not in result.stdout + result.stderr


def test_a_mixture_that_cannot_be_made_does_not_stop_the_others(sfr, tmp_path, out):
    put(tmp_path / "built", "wikiann", "ner", 20)
    result = sfr("data", "mix", "cm_2", "de_ner", "de_ee", "--from", tmp_path / "built", "-o", out, "--scale", "0.001")
    assert result.exit_code == 2
    assert sorted(path.name for path in out.glob("*.jsonl")) == ["de_ner.jsonl"]
    assert result.stderr.splitlines()[-1] == "2 problems, and nothing was written of cm_2, de_ee"
