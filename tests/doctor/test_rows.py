"""The first rows through the call of a trainer, and the whole file."""

import json
import os
from pkgutil import resolve_name

import pytest

from sfr.data.preflight import Limits
from sfr.data.prompts import template
from sfr.data.trainer_rows import TRAINERS
from sfr.doctor import check_file, check_first_rows, first_rows
from sfr.doctor.rows import _short
from sfr.grading import configured
from sfr.structures import TASKS
from sfr.trainers import CONVENTIONS
from tests.adapters.driving import needs
from tests.doctor.rowing import prompted_rows
from tests.training import SENTENCES

ALL = [pytest.param(name, marks=needs(one)) for name, one in CONVENTIONS.items()]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    monkeypatch.delenv("SFR_REWARD", raising=False)


def rows_for(trainer, many=2):
    """The first rows of each task, as a trainer reads them, by their lines."""
    found = [row for task in TASKS for row in prompted_rows(trainer, SENTENCES[task][:many])]
    return dict(enumerate(found, 1))


def looked_at(trainer, rows, settings=None):
    return list(check_first_rows(CONVENTIONS[trainer], rows, settings or {}))


def texts(findings, level, about="rows"):
    return [one.text for one in findings if (one.level, one.about) == (level, about)]


# -- reading ---------------------------------------------------------------------------------------------


def test_the_first_rows_are_known_by_their_lines(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}\r\n\n[1]\n{\n{"a": 2}\n{"a": 3}\n')

    assert first_rows(path, 4) == {1: {"a": 1}, 5: {"a": 2}}


@pytest.mark.parametrize("content", [b"", b"\n \n", b"[]\n", b"\xff\n", b"NaN\n", b"[" * 100_000])
def test_what_holds_no_objects_has_no_rows(tmp_path, content):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)

    assert first_rows(path, 8) == {}
    assert looked_at("trl", {}) == []


# -- the call of the trainer -----------------------------------------------------------------------------


@pytest.mark.parametrize("trainer", ALL)
@pytest.mark.parametrize("settings", [{}, {"profile": "bounded", "thinking": "require"}, {"ner.w_pair": "3"}])
def test_perfect_answers_earn_their_best_under_settings_on_the_route_of_the_trainer(trainer, settings):
    rows = rows_for(CONVENTIONS[trainer].rows)
    findings = looked_at(trainer, rows, settings)
    route = CONVENTIONS[trainer].route

    assert texts(findings, "ok")[0] == f"perfect answers to the first 6 earn their best through {route}"
    assert not [one for one in findings if one.level != "ok"]
    assert "SFR_REWARD" not in os.environ


def test_what_an_empty_answer_earns_is_told():
    rows = rows_for("trl")

    assert texts(looked_at("trl", rows), "ok")[1] == "an empty answer earns -1"
    assert texts(looked_at("trl", rows, {"profile": "bounded"}), "ok")[1] == "an empty answer earns -1.25"


def test_the_names_that_are_logged_are_told():
    (text,) = texts(looked_at("trl", rows_for("trl")), "ok", "terms")

    assert text.startswith("logged of every output: sfr_reward/type_coverage, ")


@pytest.mark.parametrize("trainer", ["verl", "openrlhf"])
def test_nothing_is_written_to_the_journal(trainer, tmp_path, monkeypatch):
    folder = tmp_path / "terms"
    rows = rows_for(trainer)

    assert texts(looked_at(trainer, rows, {"log": str(folder)}), "problem") == []
    monkeypatch.setenv("SFR_REWARD", f"gamma=2 log={folder}")
    assert texts(looked_at(trainer, rows), "problem") == []
    assert os.environ["SFR_REWARD"] == f"gamma=2 log={folder}"
    assert not folder.exists()


def test_a_reward_below_the_best_is_a_problem_with_its_line(monkeypatch):
    """As if an adapter lost an answer on its way."""
    import sfr.adapters.verl

    reward = sfr.adapters.verl.compute_score

    def loses(data_source, solution_str, ground_truth, extra_info):
        output = "{}" if extra_info["index"] == 1 else solution_str
        return reward(data_source, output, ground_truth, extra_info)

    monkeypatch.setattr(sfr.adapters.verl, "compute_score", loses)
    rows = dict(zip((3, 5, 9), rows_for("verl").values(), strict=False))
    (problem,) = texts(looked_at("verl", rows), "problem")

    assert problem.startswith("line 5: a perfect answer earns ")
    assert problem.endswith(", the best is 1")


def test_a_reward_that_raises_is_a_problem(monkeypatch):
    import sfr.adapters.verl

    def raises(**_):
        raise ValueError("no")

    monkeypatch.setattr(sfr.adapters.verl, "compute_score", raises)

    assert texts(looked_at("verl", rows_for("verl")), "problem") == ["no"]


def test_where_a_library_is_missing_the_reward_is_not_called(monkeypatch):
    monkeypatch.setattr("sfr.doctor.rows.version_of", lambda name: None if name == "torch" else "1")
    findings = looked_at("nemo-rl", rows_for("nemo-rl"))

    assert texts(findings, "note") == ["the reward is not called here: that takes torch"]
    assert texts(findings, "ok") == []
    assert len(texts(findings, "ok", "call")) == 1


# -- rows that are not those of the trainer --------------------------------------------------------------


def test_rows_of_another_trainer_are_a_problem():
    assert texts(looked_at("verl", rows_for("trl")), "problem") == [
        "expected rows for verl, found rows for trl: sfr data export EXAMPLES --for verl -o rows"
    ]


def test_one_row_of_another_trainer_is_told_with_its_line():
    rows = rows_for("trl")
    rows[4] = rows_for("skyrl")[4]
    (problem,) = texts(looked_at("trl", rows), "problem")

    assert problem.startswith("expected rows for trl, found rows for skyrl in line 4: ")


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (SENTENCES["ner"][0], "examples"),
        ({"a": 1, "b": 2}, 'rows with the keys ["a", "b"]'),
        ({"x" * 5_000: 1}, f'rows with the keys ["{"x" * 30}... 4,940 characters ...{"x" * 30}"]'),
        ({}, "rows with the keys []"),
    ],
)
def test_what_are_no_rows_is_named(row, found):
    (problem,) = texts(looked_at("rllm", {1: row}), "problem")

    assert problem.startswith(f"expected rows for rllm, found {found}: ")


@pytest.mark.parametrize(
    "truth",
    [
        None,
        7,
        {"task": "ner", "gold": {}},
        "",
        "[]",
        '{"task": "ner"}',
        '{"task": "kg", "gold": {}}',
        '{"task": "ner", "gold": {"person": [7]}}',
        "\ud800",
        "[" * 100_000,
    ],
    ids=lambda truth: repr(truth)[:30],
)
@pytest.mark.parametrize("bad_gold", ["raise", "skip"])
def test_a_ground_truth_that_is_none_is_left_out_and_told(truth, bad_gold):
    rows = rows_for("trl")
    rows[2] = {**rows[2], "ground_truth": truth}
    findings = looked_at("trl", rows, {"bad_gold": bad_gold})

    assert texts(findings, "note") == [
        "nothing can be scored with 1 of the first 6 rows; what is wrong with them is told of the file"
    ]
    assert texts(findings, "ok")[0].startswith("perfect answers to the first 5 earn their best")
    assert texts(findings, "problem") == []


def test_without_any_ground_truth_the_reward_is_not_called():
    findings = looked_at("trl", {1: {**rows_for("trl")[1], "ground_truth": ""}})

    assert [one.level for one in findings] == ["note"]


@pytest.mark.parametrize("trainer", ["verl", "trl", "openrlhf", "ms-swift", "skyrl", "slime"])
@pytest.mark.parametrize("odd", [None, [], [7], "text", {}])
def test_a_row_of_another_shape_raises_nothing(trainer, odd):
    kind = TRAINERS[trainer]
    row = {**rows_for(trainer)[1], **dict.fromkeys(kind.keys, odd)}

    assert [one.level for one in looked_at(trainer, {1: row})] == ["note"]


# -- what is shown ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("trainer", CONVENTIONS)
def test_what_the_trainer_will_pass_is_shown_in_lines_that_can_be_read(trainer):
    convention = CONVENTIONS[trainer]
    (text,) = texts(looked_at(trainer, rows_for(convention.rows)), "ok", "call")
    first, *lines = text.split("\n")

    assert first == f"{convention.title} will pass, of a row and an answer {{...}}:"
    assert [line.strip().partition(" = ")[0] for line in lines] == list(
        convention.shown(rows_for(convention.rows)[1], "{...}")
    )
    assert "{...}" in "".join(lines)
    assert max(map(len, lines)) < 500


@pytest.mark.parametrize("trainer", ["verl", "trl", "axolotl", "slime", "easyr1", "openrlhf"])
def test_what_is_shown_is_what_the_reward_is_called_with(trainer, monkeypatch):
    convention = CONVENTIONS[trainer]
    module, _, name = convention.route.partition(":")
    reward, seen = resolve_name(convention.route), []

    def spy(*positional, **keywords):
        seen.append((len(positional), keywords))
        return reward(*positional, **keywords)

    monkeypatch.setattr(f"{module}.{name}", spy)
    looked_at(trainer, rows_for(convention.rows, 1))
    shown = convention.shown(rows_for(convention.rows, 1)[1], "{...}")

    assert seen
    for positional, keywords in seen:
        if positional:
            assert len(shown) == positional
        else:
            assert shown.keys() - {"id"} == keywords.keys()


def test_long_texts_are_cut():
    cut, whole = "a" * 31 + "b" * 60, "c" * 90

    assert _short([cut, whole]) == f'["{"a" * 30}... 31 characters ...{"b" * 30}", "{whole}"]'


# -- the whole file --------------------------------------------------------------------------------------


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def file_looked_at(path, limits=None, **options):
    return list(check_file(path, configured(), template("sa-records"), limits or Limits(), **options))


def test_all_rows_are_counted(tmp_path):
    path = write(tmp_path / "rows.jsonl", rows_for("trl").values())
    done = []

    assert texts(file_looked_at(path, progress=done.append), "ok", "file") == ["all rows are well: ee 2, ner 2, re 2"]
    assert sum(done) == 6


def test_of_many_problems_five_are_shown(tmp_path):
    path = write(tmp_path / "rows.jsonl", [[]] * 9)
    problems = texts(file_looked_at(path), "problem", "file")

    assert problems[0].startswith(f"{path}:1: expected a JSON object, found ")
    assert problems[5:] == [f"... and 4 more: sfr data check {path}"]


def test_types_that_look_alike_are_a_note(tmp_path):
    sentence = {**SENTENCES["ner"][0], "schema": {"types": ["person", "Person"], "roles": []}, "gold": {}}
    path = write(tmp_path / "rows.jsonl", prompted_rows("trl", [sentence]))

    assert texts(file_looked_at(path), "note", "file") == ["types that differ in case or signs alone: Person, person"]


def test_lengths_are_told_and_what_is_beyond_the_bounds_is_a_note(tmp_path):
    pytest.importorskip("transformers")
    from tests.training import put_tokenizer

    tokenizer = str(put_tokenizer(tmp_path / "tokenizer"))
    path = write(tmp_path / "rows.jsonl", rows_for("trl").values())

    free = texts(file_looked_at(path, Limits(tokenizer)), "ok", "lengths")
    assert [text.partition(": ")[0] for text in free] == ["tokens of prompts", "tokens of answers"]
    assert all("limit" not in text for text in free)

    findings = file_looked_at(path, Limits(tokenizer), bounds=Limits(prompt=2, target=10_000))
    assert texts(findings, "note", "lengths")[0].endswith("; 6 of 6 longer than the limit of 2")
    assert texts(findings, "ok", "lengths")[0].endswith("; none longer than the limit of 10,000")
    assert texts(findings, "problem", "file") == []

    findings = file_looked_at(path, Limits(tokenizer, prompt=2))
    assert len(texts(findings, "problem", "file")) == 6
