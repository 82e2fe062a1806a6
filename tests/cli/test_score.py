"""``sfr score``: what it reads, what it writes, and that the numbers are those of the rewards."""

import json
import os
import stat

import pytest

import sfr as package
from sfr.samples import rows

SAMPLES = list(rows())
PROFILES = ("paper", "bounded")

RIGHT = '{"person": ["Kevin"]}'
NER = {"task": "ner", "gold": {"person": ["Kevin"]}, "output": RIGHT}
RE = {"task": "re", "gold": {"used for": [["a", "b"]]}, "output": '{"used for": [["a", "b"]]}'}
EE = {"task": "ee", "gold": {"attack": [{"trigger": "fired", "arguments": []}]}, "output": "no JSON"}


def expected(row, line, index, output, profile="paper", **settings):
    """The result row of one output."""
    score = package.reward(row["task"], profile, **settings).score(
        row["gold"], output, row.get("text"), row.get("schema")
    )
    return {
        "id": row.get("id"),
        "line": line,
        "index": index,
        "task": row["task"],
        "value": score.value,
        "terms": score.terms,
        "status": score.status,
        "rung": score.rung,
        "duplicates": score.duplicates,
        "problems": [str(problem) for problem in score.problems],
    }


@pytest.fixture
def score(sfr, tmp_path, read):
    """Scores a file and gives the result rows; anything but success is an error."""

    def score(path, *arguments):
        out = tmp_path / "out" / f"{path.name}.scores.jsonl"
        out.parent.mkdir(exist_ok=True)
        result = sfr("score", path, "-o", out, *arguments)
        assert (result.exit_code, result.stderr) == (0, "")
        return read(out)

    return score


@pytest.fixture
def summary(sfr, tmp_path):
    """Scores a file and gives the summary that is written beside the results."""

    def summary(path, *arguments):
        out = tmp_path / "summarised.jsonl"
        assert sfr("score", path, "-o", out, *arguments).exit_code == 0
        return json.loads((tmp_path / "summarised.summary.json").read_text(encoding="utf-8"))

    return summary


# -- result rows -----------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", PROFILES)
def test_each_output_gets_one_result_row_with_its_score(score, write, profile):
    chosen = SAMPLES[::2]
    found = score(write(*chosen), "--profile", profile)
    assert [expected(row, line, 0, row["output"], profile) for line, row in enumerate(chosen, 1)] == found


def test_the_outputs_of_a_group_follow_one_another_with_their_index(score, write):
    outputs = [RIGHT, "no JSON", "{}", RIGHT]
    group = {"id": "g", "task": "ner", "gold": {"person": ["Kevin"]}, "outputs": outputs}
    found = score(write(group, NER))
    assert [expected(group, 1, index, output) for index, output in enumerate(outputs)] == found[:4]
    assert [expected(NER, 2, 0, RIGHT)] == found[4:]


@pytest.mark.parametrize("identity", ["a", 7, 1.5, None, True, ["a", 1], {"a": None}, "Sæther\n\u2028 中"])
def test_an_id_of_any_json_type_is_handed_on(score, write, identity):
    assert [identity] == [row["id"] for row in score(write({**NER, "id": identity}))]


def test_keys_that_are_not_ours_are_left_alone(score, write):
    row = {**NER, "kind": "x", "prompt": ["a"], "value": 7, "line": 99, "score": None}
    assert [expected(NER, 1, 0, RIGHT)] == score(write(row))


def test_null_stands_for_an_absent_key(score, write):
    row = {**NER, "id": None, "text": None, "schema": None, "outputs": None}
    assert [expected(NER, 1, 0, RIGHT)] == score(write(row))


def test_the_results_are_utf_8_without_escapes(sfr, write, tmp_path):
    out = tmp_path / "out.jsonl"
    sfr("score", write({**NER, "id": "Sæther 中"}), "-o", out)
    assert out.read_bytes().startswith('{"id": "Sæther 中", '.encode())
    assert out.read_bytes().endswith(b"}\n")


def test_without_a_place_to_write_the_summary_is_shown_and_nothing_written(sfr, write, tmp_path):
    path = write(NER)
    result = sfr("score", path)
    assert (0, "", [path]) == (result.exit_code, result.stderr, list(tmp_path.iterdir()))
    assert [line.rstrip() for line in result.stdout.splitlines()[:1]] == [
        "task  outputs   mean     sd    min    max  at best  recovered  unparsable  duplicates"
    ]


# -- the task ----------------------------------------------------------------------------------------


def test_rows_that_name_no_task_take_that_of_the_option(score, write):
    row = {"gold": NER["gold"], "output": RIGHT}
    assert [expected(NER, 1, 0, RIGHT)] == score(write(row), "--task", "ner")


def test_the_task_of_a_row_goes_before_that_of_the_option(score, write):
    rows_file = write(NER, RE, {**EE, "task": None})
    assert [row["task"] for row in score(rows_file, "--task", "ee")] == ["ner", "re", "ee"]


# -- what a row may look like --------------------------------------------------------------------------


def test_gold_as_text_and_as_an_object_score_alike(score, write):
    chosen = SAMPLES[::4]
    as_text = [{**row, "gold": json.dumps(row["gold"], ensure_ascii=False)} for row in chosen]
    assert score(write(*chosen)) == score(write(*as_text, name="text.jsonl"))


def test_json_text_may_be_escaped_or_not(score, write):
    row = {**NER, "gold": {"person": ["Sæther 中"]}, "output": '{"person": ["Sæther 中"]}'}
    plain = json.dumps(row, ensure_ascii=False).encode()
    assert score(write(row)) == score(write(plain, name="plain.jsonl"))


def test_blank_lines_a_byte_order_mark_and_windows_line_ends_change_nothing_but_the_numbers(score, write):
    row = json.dumps(NER).encode()
    found = score(write(b"\xef\xbb\xbf" + row + b"\r", b"", b" \t\r", row + b"\r"))
    assert [expected(NER, 1, 0, RIGHT), expected(NER, 4, 0, RIGHT)] == found


def test_the_last_line_may_lack_its_end(score, write):
    path = write(NER, NER)
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert [row["line"] for row in score(path)] == [1, 2]


def test_line_separators_of_unicode_do_not_end_a_line(score, write):
    row = {**NER, "id": "a\u2028b\u0085c"}
    assert [row["line"] for row in score(write(json.dumps(row, ensure_ascii=False).encode(), NER))] == [1, 2]


def test_the_text_and_the_schema_of_a_row_reach_the_reading(score, write):
    row = {**NER, "text": "Kevin", "schema": ["person"], "output": '{"person": ["Kevin", "Rome"], "place": ["Kevin"]}'}
    settings = {"ungrounded": "drop", "unknown_types": "drop"}
    found = score(write(row), "--set", "ungrounded=drop", "--set", "unknown_types=drop")
    assert [expected(row, 1, 0, row["output"], **settings)] == found
    assert (found[0]["value"], len(found[0]["problems"])) == (1.0, 2)


# -- Parquet -------------------------------------------------------------------------------------------


@pytest.fixture
def parquet(tmp_path):
    """Writes rows as a Parquet file, in several row groups."""
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    def write(values, name="rows.parquet"):
        path = tmp_path / name
        parquet.write_table(pa.Table.from_pylist(values), path, row_group_size=500)
        return path

    return write


@pytest.mark.parametrize("task", ["ner", "re", "ee"])
def test_parquet_with_gold_as_a_struct_scores_like_json_lines(score, write, parquet, task):
    values = [row for row in SAMPLES if row["task"] == task]
    assert len({tuple(row["gold"]) for row in values}) > 1  # so that structs have nulls
    assert score(write(*values)) == score(parquet(values))


def test_parquet_with_gold_as_text_scores_like_json_lines(score, write, parquet):
    values = [{**row, "gold": json.dumps(row["gold"]), "schema": None} for row in SAMPLES[::4]]
    assert score(write(*values)) == score(parquet(values))


def test_parquet_with_lists_of_outputs_scores_like_json_lines(score, write, parquet):
    values = [
        {**NER, "output": None, "outputs": [RIGHT, "{}"]},
        {**NER, "output": RIGHT, "outputs": None},
        {**NER, "output": None, "outputs": ["no JSON"]},
    ]
    assert score(write(*values)) == score(parquet(values))
    assert [row["line"] for row in score(parquet(values))] == [1, 1, 2, 3]


def test_parquet_is_summarised_like_json_lines(summary, write, parquet):
    values = [{**row, "gold": json.dumps(row["gold"])} for row in SAMPLES[::2]]
    assert summary(write(*values), "--by", "kind") == summary(parquet(values), "--by", "kind")


# -- the rules -----------------------------------------------------------------------------------------


def test_settings_reach_the_reward_of_each_task_that_has_them(score, write):
    rows_file = write(NER, RE, EE)
    found = score(
        rows_file, "--set", "gamma=2", "--set", "w_pair=0.5", "--set", "clip=-0.5..0.9", "--set", "invalid=-3"
    )
    common = {"gamma": 2.0, "clip": (-0.5, 0.9), "invalid": -3.0}
    assert [
        expected(NER, 1, 0, RIGHT, **common, w_pair=0.5),
        expected(RE, 2, 0, RE["output"], **common),
        expected(EE, 3, 0, "no JSON", **common),
    ] == found


def test_a_setting_may_be_written_like_in_a_signature(summary, write):
    reward = package.reward("ner", "bounded", clip=(-0.5, 0.5), unknown_types="reject", max_units=7)
    fields = [part for part in reward.signature.split("|")[1:] if not part.startswith("v:")]
    settings = [word for part in fields for word in ("--set", part.replace(":", "=", 1))]
    row = {**NER, "schema": ["person"]}
    assert {"ner": reward.signature} == summary(write(row), *settings)["signatures"]


def test_the_last_of_two_settings_of_a_field_holds(score, write):
    found = score(write(EE), "--set", "invalid=-2", "--set", "invalid=-3")
    assert [row["value"] for row in found] == [-3.0]


# -- the summary ---------------------------------------------------------------------------------------


def test_the_summary_beside_the_results_adds_them_up(summary, write):
    outputs = [RIGHT, '{"person": ["Kevin", "Kevin"]}', "Sure: {}", "no JSON"]
    found = summary(write({**NER, "output": None, "outputs": outputs}))
    scores = [package.reward("ner").score(NER["gold"], output) for output in outputs]
    values = [score.value for score in scores]
    mean = sum(values) / 4
    (group,) = found["groups"]
    assert found["bad_rows"] == 0
    assert {"ner": package.reward("ner").signature} == found["signatures"]
    assert pytest.approx(mean) == group.pop("mean")
    assert pytest.approx((sum((value - mean) ** 2 for value in values) / 4) ** 0.5) == group.pop("sd")
    terms = {name: sum(score.terms[name] for score in scores) / 4 for name in scores[0].terms}
    assert pytest.approx(terms) == group.pop("mean_terms")
    assert {
        "task": "ner",
        "group": "",
        "outputs": 4,
        "min": min(values),
        "max": max(values),
        "at_best": 2,
        "recovered": 1,
        "unparsable": 1,
        "duplicates": 1,
        "problems": {"no-json": 1},
    } == group


def test_each_task_of_a_file_is_summarised_apart(summary, write):
    found = summary(write(NER, RE, NER))
    assert [(group["task"], group["outputs"]) for group in found["groups"]] == [("ner", 2), ("re", 1)]
    assert sorted(found["signatures"]) == ["ner", "re"]


def test_a_key_of_the_rows_groups_the_summary(summary, write):
    found = summary(
        write({**NER, "step": 1}, {**NER, "step": 2}, {**RE, "step": 1}, {**NER, "step": 1}, NER), "--by", "step"
    )
    groups = {(group["task"], group["group"]): group["outputs"] for group in found["groups"]}
    assert groups == {("ner", "1"): 2, ("ner", "2"): 1, ("re", "1"): 1, ("ner", ""): 1}


def test_the_table_has_a_line_for_each_task_and_group(sfr, write):
    result = sfr("score", write({**NER, "kind": "[red]"}, {**RE, "kind": "b"}), "--by", "kind")
    heads, *lines = [line.split() for line in result.stdout.splitlines()[:3]]
    assert heads[:3] == ["task", "kind", "outputs"]
    assert [line[:4] for line in lines] == [["ner", "[red]", "1", "1.000"], ["re", "b", "1", "1.000"]]


def test_the_signatures_under_the_table_reproduce_the_rewards(sfr, write):
    result = sfr("score", write(NER, RE), "--profile", "bounded")
    signatures = [line for line in result.stdout.splitlines() if line.startswith("sfr-")]
    assert [package.reward(task, "bounded") for task in ("ner", "re")] == [*map(package.from_signature, signatures)]


def test_the_summary_takes_the_ending_of_the_results(sfr, write, tmp_path):
    result = sfr("score", write(NER), "-o", tmp_path / "run.v1.jsonl")
    assert (tmp_path / "run.v1.summary.json").is_file()
    assert result.stdout.endswith(f"wrote {tmp_path / 'run.v1.jsonl'} and {tmp_path / 'run.v1.summary.json'}\n")


# -- the files that are written ------------------------------------------------------------------------


def test_results_replace_those_of_an_earlier_run(sfr, write, tmp_path, read):
    out = tmp_path / "out.jsonl"
    for count in (3, 1):
        assert sfr("score", write(*[NER] * count), "-o", out).exit_code == 0
    assert [expected(NER, 1, 0, RIGHT)] == read(out)
    assert {"rows.jsonl", "out.jsonl", "out.summary.json"} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
def test_new_results_have_the_mode_of_any_new_file_and_old_ones_keep_theirs(sfr, write, tmp_path):
    usual = tmp_path / "usual"
    usual.touch()
    out = tmp_path / "out.jsonl"
    sfr("score", write(NER), "-o", out)
    assert usual.stat().st_mode == out.stat().st_mode
    out.chmod(0o640)
    sfr("score", write(NER), "-o", out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o640


def test_a_relative_path_is_one_from_here(sfr, write, tmp_path, monkeypatch, read):
    write(NER)
    monkeypatch.chdir(tmp_path)
    assert sfr("score", "rows.jsonl", "-o", "out.jsonl").exit_code == 0
    assert [expected(NER, 1, 0, RIGHT)] == read(tmp_path / "out.jsonl")
