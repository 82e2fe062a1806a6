"""One reward for all tasks: settings, thinking, bad gold, what is logged, means and groups."""

import json
import logging
import math
import pickle

import pytest

import sfr
from sfr import samples
from sfr.grading import ENVIRONMENT
from sfr.structures import TASKS
from tests.adapters.driving import truth_of

KEVIN = '{"task": "ner", "text": "Kevin left.", "gold": {"person": ["Kevin"]}, "schema": {"types": ["person"]}}'
RIGHT = '{"person": ["Kevin"]}'
ROWS = list(samples.rows())


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    monkeypatch.delenv(ENVIRONMENT, raising=False)


# -- values and terms ---------------------------------------------------------------------------------


def test_a_batch_gives_what_one_by_one_gives_in_any_order():
    rows = ROWS[::3]
    truths, outputs = [truth_of(row) for row in rows], [row["output"] for row in rows]
    grader = sfr.grader()
    expected = [grader.grade(truth, output) for truth, output in zip(truths, outputs, strict=True)]

    assert expected == grader.grade_batch(truths, outputs)
    assert expected[::-1] == grader.grade_batch(truths[::-1], outputs[::-1])


@pytest.mark.parametrize("task", TASKS)
def test_the_terms_are_those_of_the_score_and_zero_for_other_tasks(task):
    row = next(row for row in ROWS if row["task"] == task and row["kind"] == "partial")
    score = sfr.reward(task).score(row["gold"], row["output"], row["text"], row["schema"])
    grade = sfr.grader().grade(truth_of(row), row["output"])

    assert (score.value, task) == (grade.value, grade.task)
    assert score.terms == {name: grade.terms[name] for name in score.terms}
    reading = ("unparsable", "recovered", "truncated", "thinking", "duplicates", "perfect", "bad_gold")
    assert all(grade.terms[name] == 0 for name in grade.terms.keys() - score.terms.keys() - {*reading})


@pytest.mark.parametrize(
    ("output", "marks"),
    [
        (RIGHT, {"perfect"}),
        ("?", {"unparsable"}),
        ("", {"unparsable"}),
        (f"Sure: {RIGHT}", {"recovered", "perfect"}),
        ('{"person": ["Kevin"', {"recovered", "truncated", "perfect"}),
        (f"<think>Kevin?</think>{RIGHT}", {"recovered", "thinking", "perfect"}),
        (f"<think>\n\n</think>\n\n{RIGHT}", {"recovered", "perfect"}),
        (f"Kevin?</think>{RIGHT}", {"recovered", "thinking", "perfect"}),
        ('{"person": ["Kevin", "Kevin"]}', {"duplicates", "perfect"}),
        ("<think>Kevin? Is it", {"unparsable", "thinking"}),
    ],
)
def test_how_an_output_was_read_is_marked(output, marks):
    terms = sfr.grader().grade(KEVIN, output).terms
    reading = ("unparsable", "recovered", "truncated", "thinking", "duplicates", "perfect", "bad_gold")

    assert marks == {name for name in reading if terms[name]}


def test_options_in_force_have_their_terms_for_all_tasks():
    grader = sfr.grader(profile="bounded", scale="unit", lambda_duplicates=0.1, clip=[-1, 1])

    for row in ROWS[::97]:
        terms = grader.grade(truth_of(row), row["output"]).terms
        assert {"duplicate_penalty", "clip", "offset"} <= terms.keys()
        assert grader.names == tuple(terms)


def test_lists_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="2 ground truths and 1 outputs"):
        sfr.grader().grade_batch([KEVIN, KEVIN], ["{}"])


# -- ground truths ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "truth",
    [
        {"task": "ner", "gold": {"person": ["Kevin"]}},
        {"task": "ner", "gold": {"person": ["Kevin"], "place": None}, "text": None, "schema": None},
        {"task": "ner", "gold": '{"person": ["Kevin"]}'},
        json.dumps({"task": "ner", "gold": '{"person": ["Kevin"]}'}),
        json.dumps({"id": 7, "task": "ner", "gold": {"person": ["Kevin"]}, "schema": ["person"]}),
    ],
)
def test_a_ground_truth_may_be_an_object_or_hold_gold_as_text(truth):
    assert sfr.grader().grade(truth, RIGHT).value == 1.0
    assert sfr.grader().best(truth) == 1.0


def test_strings_and_arrays_of_numpy_are_what_they_stand_for():
    """verl hands over the columns of Parquet as numpy has them."""
    numpy = pytest.importorskip("numpy")
    nested = {"task": "ner", "gold": {"person": numpy.array(["Kevin"], dtype=object), "place": None}}
    expected = sfr.grader().grade(KEVIN, RIGHT)

    assert expected == sfr.grader().grade(numpy.str_(KEVIN), sfr.answer_text(numpy.str_(RIGHT)))
    assert [expected] * 2 == sfr.grader().grade_batch(numpy.array([KEVIN] * 2, dtype=object), [RIGHT] * 2)
    assert [grade.value for grade in sfr.grader().grade_batch([nested, {**nested}], [RIGHT] * 2)] == [1.0, 1.0]


@pytest.mark.parametrize(
    ("truth", "problem"),
    [
        ("", "expected JSON text"),
        ("[1]", "expected JSON text"),
        ('{"person": ["Kevin"]}', 'task: missing; expected {"task", "text", "gold", "schema"}, found the keys person'),
        ('{"task": "kg", "gold": {}}', "unknown task 'kg'"),
        ('{"task": "ner"}', "gold: expected a records object or JSON text, found nothing"),
        ('{"task": "ner", "gold": []}', "gold: expected a records object or JSON text, found a list"),
        ('{"task": "ner", "gold": {"person": [7]}}', "gold: not-a-string @ person[0]"),
        ('{"task": "ner", "gold": {"a": ["b"], "a": ["c"]}}', "gold: duplicate-key @ a"),
        ('{"task": "ner", "gold": {}, "text": 7}', "text: expected a string, found the number 7"),
        ('{"task": "ner", "gold": {}, "schema": "a"}', "schema: a schema is a list of types"),
        (None, "expected JSON text"),
        (7, "expected JSON text"),
        ("\ud800", "expected JSON text"),
        ("[" * 100_000, "expected JSON text"),
    ],
)
def test_a_bad_ground_truth_is_refused_with_what_is_wrong(truth, problem):
    grader = sfr.grader()
    with pytest.raises(sfr.BadGoldError) as caught:
        grader.grade(truth, "{}")
    with pytest.raises(sfr.BadGoldError):
        grader.best(truth)

    assert problem in str(caught.value)
    skipped = sfr.grader(bad_gold="skip").grade(truth, "{}")
    assert (skipped.value, skipped.task, skipped.terms["bad_gold"]) == (0.0, None, 1.0)
    assert all(math.isfinite(value) for value in skipped.terms.values())


def test_of_several_ground_truths_the_bad_one_is_named():
    with pytest.raises(
        sfr.BadGoldError, match=r"bad ground truth \[2\]:\n  gold: not-a-string @ person\[0\]"
    ) as caught:
        sfr.grader().grade_batch([KEVIN, KEVIN, '{"task": "ner", "gold": {"person": [7]}}'], ["{}"] * 3)

    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(caught.value), caught.value.problems, 2) == (str(copy), copy.problems, copy.index)


def test_gold_that_a_policy_cannot_do_without_is_no_bad_gold():
    with pytest.raises(ValueError, match="needs the text of every output"):
        sfr.grader(ungrounded="drop", bad_gold="skip").grade('{"task": "ner", "gold": {}}', "{}")


# -- thinking -----------------------------------------------------------------------------------------

THOUGHTS = {
    "none": (RIGHT, False),
    "empty": (f"<think>\n\n</think>\n\n{RIGHT}", False),
    "closed": (f"<think>Kevin.</think>{RIGHT}", True),
    "opened by the prompt": (f"Kevin.\n</think>\n{RIGHT}", True),
    "within a string": ('{"person": ["</think>"]}', False),
}


@pytest.mark.parametrize(("output", "thinks"), THOUGHTS.values(), ids=THOUGHTS)
def test_thinking_is_allowed_forbidden_or_required(output, thinks):
    allowed = sfr.grader().grade(KEVIN, output)
    forbidden = sfr.grader(thinking="forbid").grade(KEVIN, output)
    required = sfr.grader(thinking="require").grade(KEVIN, output)

    assert float(thinks) == allowed.terms["thinking"] == forbidden.terms["thinking"] == required.terms["thinking"]
    assert ((-1.0, 1.0) if thinks else (allowed.value, 0.0)) == (forbidden.value, forbidden.terms["unparsable"])
    assert ((allowed.value, 0.0) if thinks else (-1.0, 1.0)) == (required.value, required.terms["unparsable"])


def test_thinking_that_never_ends_is_not_what_is_required():
    output = f"<think>Kevin. {RIGHT}"

    assert sfr.grader().grade(KEVIN, output).value == 1.0
    assert sfr.grader(thinking="require").grade(KEVIN, output).value == -1.0


# -- settings -----------------------------------------------------------------------------------------


def test_a_field_goes_to_the_tasks_that_have_it_and_one_of_a_task_goes_before():
    grader = sfr.grader(gamma=3.0, invalid=-2, ner={"gamma": 2.0, "mismatch": "jaccard_distance"}, **{"ee.w_type": 0.1})

    assert [grader.rewards[task].gamma for task in TASKS] == [2.0, 3.0, 3.0]
    assert {-2.0} == {one.invalid for one in grader.rewards.values()}
    assert grader.rewards["ner"].mismatch == "jaccard_distance"
    assert grader.rewards["ee"].w_type == 0.1
    assert grader.rewards["ee"].mismatch == "symmetric_difference"


@pytest.mark.parametrize("granularity", ["coarse", "fine"])
def test_the_ablations_are_a_setting(granularity):
    grader = sfr.grader(granularity=granularity, profile="bounded")

    for task in TASKS:
        whole = sfr.reward(task, "bounded")
        assert (whole.coarse_only() if granularity == "coarse" else whole.fine_only()) == grader.rewards[task]


def test_all_that_is_wrong_with_settings_is_told_at_once():
    with pytest.raises(ValueError, match="bad settings of the reward") as caught:
        sfr.grader(
            thinking="no", gama=1, granularity="some", scale="x", ner={"w": 1}, bad_gold="drop", log=7, gamma="b"
        )

    for what in (
        "thinking='no'",
        "'gama'",
        "granularity='some'",
        "scale='x'",
        "'w'",
        "bad_gold='drop'",
        "log=7",
        "gamma='b'",
    ):
        assert what in str(caught.value)
    with pytest.raises(ValueError, match="profile='sfr', expected one of paper, bounded"):
        sfr.grader(profile="sfr")


def test_settings_come_from_the_environment_and_keywords_go_before(monkeypatch):
    monkeypatch.setenv(ENVIRONMENT, "profile=bounded thinking=forbid ner.gamma=2 clip=-1..1 'log=a folder'")
    grader = sfr.configured(thinking="allow")

    assert sfr.grader(profile="bounded", clip=(-1.0, 1.0), ner={"gamma": 2.0}, log="a folder") == grader
    assert grader is sfr.configured(thinking="allow")
    monkeypatch.setenv(ENVIRONMENT, "")
    assert sfr.grader() == sfr.configured()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("bounded", "expected NAME=VALUE, found bounded"),
        ("a='", "No closing quotation"),
        ("x=1", "unknown setting 'x'"),
    ],
)
def test_a_bad_environment_variable_is_told(monkeypatch, value, message):
    monkeypatch.setenv(ENVIRONMENT, value)

    with pytest.raises(ValueError, match=message):
        sfr.configured()


def test_settings_may_be_the_objects_of_a_configuration_library():
    class Box(dict):
        """As OmegaConf has mappings and lists."""

    assert sfr.grader(ner={"gamma": 2.0}, clip=(-1.0, 1.0)) == sfr.configured(ner=Box(gamma=2.0), clip=range(-1, 2, 2))
    with pytest.raises(ValueError, match="a setting must be a number, a text, a list or a mapping, not object"):
        sfr.configured(gamma=object())


def test_a_grader_travels_and_is_the_same(tmp_path):
    grader = sfr.grader(profile="bounded", log=str(tmp_path))
    grader.grade(KEVIN, "{}")  # fills the caches, which do not travel
    copy = pickle.loads(pickle.dumps(grader))

    assert grader == copy
    assert grader.names == copy.names


# -- what is logged -----------------------------------------------------------------------------------


def test_every_grade_is_a_line_of_the_journal(tmp_path):
    grader = sfr.grader(log=str(tmp_path / "terms"), bad_gold="skip")
    grades = [grader.grade(KEVIN, RIGHT, step=1), *grader.grade_batch([KEVIN, "bad"], ["?", "{}"], step=2, split="dev")]
    (path,) = (tmp_path / "terms").iterdir()
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    assert [line["step"] for line in lines] == [1, 2, 2]
    assert [line.get("split") for line in lines] == [None, "dev", "dev"]
    assert [(g.task, g.value, g.terms) for g in grades] == [
        (line["task"], line["value"], {name: line[name] for name in grader.names}) for line in lines
    ]


def test_a_journal_that_cannot_be_written_is_told_once_and_ends_nothing(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    grader = sfr.grader(log=str(tmp_path / "file" / "terms"))
    with caplog.at_level(logging.WARNING, logger="sfr.termlog"):
        values = [grader.grade(KEVIN, RIGHT).value for _ in range(3)]

    assert values == [1.0] * 3
    assert len(caplog.records) == 1
    assert "the terms of rewards are logged no longer" in caplog.text


def test_means_are_over_the_rows_of_a_task_and_readings_over_all():
    rows = [row for row in ROWS if row["kind"] in {"partial", "invalid"}][::9]
    grader = sfr.grader()
    grades = grader.grade_batch([truth_of(row) for row in rows], [row["output"] for row in rows])
    means = grader.means(grades)

    for task in TASKS:
        of = [grade for grade in grades if grade.task == task]
        assert means[f"{task}/reward"] == pytest.approx(sum(grade.value for grade in of) / len(of))
        total = sum(means[f"{task}/{name}"] for name in grader.rewards[task].term_names)
        assert total == pytest.approx(means[f"{task}/reward"])
    assert means["unparsable"] == sum(grade.terms["unparsable"] for grade in grades) / len(grades)
    assert grader.means([]) == {}
    assert not {name for name in grader.means(grader.grade_batch([KEVIN], ["{}"])) if name.startswith(("re/", "ee/"))}


def test_groups_that_teach_nothing_are_counted():
    other = KEVIN.replace("Kevin", "Ann")
    truths = [KEVIN] * 2 + [other] * 2 + [KEVIN.replace("left", "came")] * 2
    grades = sfr.grader().grade_batch(truths, [RIGHT, RIGHT, "?", "!", RIGHT, "{}"])

    expected = {"groups_alike": 2 / 3, "groups_unparsable": 1 / 3, "groups_perfect": 1 / 3}
    assert expected == sfr.group_shares(truths, grades)
    assert {0.0} == {*sfr.group_shares([], []).values()}


# -- what trainers hand over --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("completion", "text"),
    [
        ("{}", "{}"),
        (None, ""),
        ([], ""),
        ([{"role": "assistant", "content": "{}"}], "{}"),
        ([{"role": "assistant", "content": "a"}, {"role": "assistant", "content": "b"}], "b"),
        ([{"role": "assistant", "content": None, "tool_calls": []}], ""),
        ([{"role": "assistant"}], ""),
        ({"role": "assistant", "content": "{}"}, "{}"),
        ([{"role": "assistant", "content": [{"type": "text", "text": "{"}, {"type": "text", "text": "}"}]}], "{}"),
    ],
)
def test_the_text_of_a_completion(completion, text):
    assert text == sfr.answer_text(completion)


@pytest.mark.parametrize("completion", [7, b"{}", {1, 2}])
def test_what_is_no_completion_is_refused(completion):
    with pytest.raises(TypeError, match="a completion is a string or a list of messages"):
        sfr.answer_text(completion)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("{}", "{}"),
        ("{}<|im_end|>", "{}"),
        ("{}<|im_end|>\n<|endoftext|>", "{}"),
        ("{}</s> ", "{}"),
        ("<|im_end|>{}", "<|im_end|>{}"),
        ("<|im_end|>" * 3, ""),
        ("", ""),
    ],
)
def test_what_ends_a_turn_is_taken_off(text, answer):
    assert answer == sfr.without_end(text)


def test_the_answer_stands_behind_its_prompt():
    prompt = "<|im_start|>user\n" + "word " * 50 + "<|im_end|>\n<|im_start|>assistant\n"

    assert sfr.after_prompt(prompt + "{}<|im_end|>", prompt) == "{}"
    assert sfr.after_prompt(prompt[60:] + "{}", prompt) == "{}"  # the beginning was cut off
    with pytest.raises(ValueError, match="the query does not hold its prompt, which ends with "):
        sfr.after_prompt("{}", prompt)
