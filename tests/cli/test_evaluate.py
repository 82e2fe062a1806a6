"""``sfr evaluate``: numbers that are known beforehand, since the predictions are gold that was damaged on purpose."""

import csv
import io
import json
import re
import subprocess
import sys

import pytest

TYPES = ["person", "place"]
PEOPLE = ["Kevin", "Therese", "Odile", "Ludo"]


def example(n, **more):
    """A sentence with two people and a place."""
    one, two = PEOPLE[n % 4], PEOPLE[(n + 1) % 4]
    return {
        "id": f"s{n}",
        "dataset": "letters",
        "task": "ner",
        "text": f"{one} met {two} in Oslo on day {n}.",
        "schema": {"types": TYPES, "roles": []},
        "gold": {"person": [one, two], "place": ["Oslo"]},
        "at": {
            "person": [[[0, len(one)]], [[len(one) + 5, len(one) + 5 + len(two)]]],
            "place": [[[len(one) + len(two) + 9, len(one) + len(two) + 13]]],
        },
        **more,
    }


def wrong(n):
    """An answer to a sentence: whole, or with one fault in turn."""
    one, two = example(n)["gold"]["person"]
    return {
        0: {"person": [one, two], "place": ["Oslo"]},
        1: {"person": [one], "place": ["Oslo"]},  # one is missed
        2: {"person": [one, two, "Oslo"], "place": []},  # one has another type
        3: {"person": [one, f"{two} in"], "place": ["Oslo"]},  # one has another end
        4: {"person": [one, two, "day"], "place": ["Oslo"]},  # one too many, which stands in the text
        5: {"person": [one, two, "Nobody"], "place": ["Oslo"]},  # one too many, which does not
        6: None,  # no answer at all
    }[n % 7]


SEVENS = 3
"""Each fault comes so often."""
SUMS = {"gold": 21 * SEVENS, "pred": 19 * SEVENS, "hit": 15 * SEVENS}
"""Of seven sentences: 7 x 3 units in gold; 3 + 2 + 3 + 3 + 4 + 4 + 0 in answers; 3 + 2 + 2 + 2 + 3 + 3 + 0 in both."""


def answered(n, answer, **more):
    return example(n, output="I do not know." if answer is None else json.dumps(answer), **more)


def damaged(dataset="letters"):
    return [answered(n, wrong(n), dataset=dataset) for n in range(7 * SEVENS)]


def perfect(dataset="letters"):
    return [answered(n, example(n)["gold"], dataset=dataset) for n in range(7 * SEVENS)]


@pytest.fixture
def evaluated(sfr):
    """Evaluates and reads the results; without draws, unless they are asked for."""

    def evaluated(*arguments):
        draws = [] if "--draws" in arguments else ["--draws", "0"]
        result = sfr("evaluate", *arguments, *draws, "--format", "json")
        assert (result.exit_code, result.stderr) == (0, "")
        return json.loads(result.stdout)

    return evaluated


def rows_of(found, table="scores", **where):
    return [row for row in found[table] if all(row[key] == value for key, value in where.items())]


def row_of(found, table="scores", **where):
    (row,) = rows_of(found, table, **where)
    return row


def sums_of(row):
    return {name: row[name] for name in ("gold", "pred", "hit")}


def problems_of(result):
    """The problems that a command ended with."""
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr


# -- numbers that are known ---------------------------------------------------------------------


def test_damaged_gold_has_the_sums_that_it_was_damaged_to(evaluated, write):
    row = row_of(evaluated(write(*damaged())), metric="entity")
    assert sums_of(row) == SUMS
    assert row["precision"] == SUMS["hit"] / SUMS["pred"]
    assert row["recall"] == SUMS["hit"] / SUMS["gold"]
    assert row["f1"] == 2 * SUMS["hit"] / (SUMS["gold"] + SUMS["pred"])


def test_places_are_compared_where_gold_has_them(evaluated, write):
    row = row_of(evaluated(write(*damaged())), metric="entity_span")
    assert (sums_of(row), row["examples"]) == (SUMS, 7 * SEVENS)


def test_without_places_in_gold_no_places_are_compared(evaluated, write):
    found = evaluated(write(*({**row, "at": None} for row in damaged())))
    assert {row["metric"] for row in found["scores"]} == {"entity", "slot", "slot_filled"}


def test_where_only_some_gold_has_places_it_is_said_how_much(sfr, write):
    rows = [{**row, "at": None} if n else row for n, row in enumerate(damaged())]
    said = sfr("evaluate", write(*rows), "--draws", "0", "--metric", "entity_span").stdout
    assert "ner letters: 1 of 21 examples have a place for every mention of gold and a text." in said


def test_gold_itself_has_all_right(evaluated, write):
    found = evaluated(write(*perfect()))
    assert {row["f1"] for row in found["scores"]} == {1.0}


def test_a_slot_is_right_if_it_is_right_as_a_whole(evaluated, write):
    row = row_of(evaluated(write(*damaged())), metric="slot")
    right = 2 + 1 + 0 + 1 + 1 + 1 + 0  # of person and place in each of the seven
    assert sums_of(row) == {"gold": 14 * SEVENS, "pred": 14 * SEVENS, "hit": right * SEVENS}
    assert (row["precision"], row["recall"], row["f1"]) == (None, None, right / 14)


def test_every_type_has_numbers_of_its_own(evaluated, write):
    rows = rows_of(evaluated(write(*damaged())), "types", metric="entity")
    assert {row["label"]: sums_of(row) for row in rows[:-1]} == {
        "person": {"gold": 14 * SEVENS, "pred": 14 * SEVENS, "hit": 10 * SEVENS},
        "place": {"gold": 7 * SEVENS, "pred": 5 * SEVENS, "hit": 5 * SEVENS},
    }
    assert rows[-1]["label"] == "(macro)"
    assert rows[-1]["f1"] == pytest.approx((10 / 14 + 10 / 12) / 2)


def test_every_fault_is_found_as_what_it_is(evaluated, write):
    rows = evaluated(write(*damaged()))["errors"]
    assert {row["kind"]: row["n"] for row in rows} == {
        "hit": 15 * SEVENS,
        "type": SEVENS,
        "boundary": SEVENS,
        "missed": 4 * SEVENS,  # the one, and three without an answer
        "spurious": SEVENS,
        "invented": SEVENS,
    }


def test_a_type_taken_for_another_is_named(evaluated, write):
    (row,) = evaluated(write(*damaged()))["confusions"]
    assert (row["gold"], row["pred"], row["n"]) == ("place", "person", SEVENS)


def test_it_is_said_how_outputs_could_be_read(evaluated, write):
    fenced = answered(7, wrong(0), id="fenced")
    row = row_of(evaluated(write(*damaged(), {**fenced, "output": f"```json\n{fenced['output']}\n```"})), "parsing")
    assert (row["outputs"], row["ok"], row["recovered"], row["unparsable"]) == (22, 18 / 22, 1 / 22, 3 / 22)


def test_lengths_are_those_of_the_outputs(evaluated, write):
    rows = [example(n, output="word " * (n + 1)) for n in range(10)]
    row = row_of(evaluated(write(*rows)), "lengths")
    assert (row["n"], row["mean"], row["max"]) == (10, 5.5, 10)
    assert (row["p50_min"], row["p50_max"]) == (1, 5)


def test_lengths_of_several_data_sets_are_joined_each_under_its_own_percentiles(evaluated, write):
    rows = [
        example(n, dataset=name, output="word " * (n * k)) for name, k in (("a", 1), ("b", 3)) for n in range(1, 11)
    ]
    found = {row["dataset"]: row for row in evaluated(write(*rows))["lengths"]}
    assert [found[name]["p50_max"] for name in ("a", "b", "(joined)")] == [5, 15, 15]
    assert [found[name]["p70_min"] for name in ("a", "b", "(joined)")] == [6, 18, 6]
    assert found["(joined)"]["n"] == 20


def test_tests_of_several_runs_that_are_not_drawn_speak_of_these_alone(sfr, write):
    one, two, other = (write(*perfect(), name=name) for name in ("one.jsonl", "two.jsonl", "other.jsonl"))
    runs = [f"a={one}", f"b={two}", f"b={other}", "--draws", "20", "--show", "contrasts"]
    assert "The tests speak of these runs." in sfr("evaluate", *runs).stdout
    assert "The tests speak of these runs." not in sfr("evaluate", *runs, "--runs", "resampled").stdout


def test_runs_are_paired_only_where_every_system_has_as_many(sfr, write):
    one, two, three, four = (write(*perfect(), name=f"{name}.jsonl") for name in ("one", "two", "three", "four"))
    paired = ["--draws", "20", "--runs", "paired"]
    found = sfr("evaluate", f"a={one}", f"b={two}", f"b={three}", *paired)
    assert (found.exit_code, found.stdout) == (1, "")
    assert "expected as many runs of every system, found 1 of a, 2 of b" in found.stderr
    assert sfr("evaluate", f"a={one}", f"a={four}", f"b={two}", f"b={three}", *paired).exit_code == 0


RELATIONS = [
    ([["Odile", "Oslo"], ["Ludo", "Rome"]], [["Odile", "Oslo"], ["Ludo", "Rome"]]),
    ([["Odile", "Oslo"]], [["Oslo", "Odile"]]),
    ([["Odile", "Oslo"]], []),
    ([], [["Odile", "Oslo"]]),
]


def test_a_relation_is_right_with_its_head_and_its_tail(evaluated, write):
    rows = [{"task": "re", "gold": {"in": gold}, "output": json.dumps({"in": pred})} for gold, pred in RELATIONS]
    found = evaluated(write(*rows))
    assert sums_of(row_of(found, metric="relation")) == {"gold": 4, "pred": 4, "hit": 2}
    assert {row["kind"]: row["n"] for row in found["errors"]} == {"hit": 2, "reversed": 1, "missed": 1, "spurious": 1}


def event(trigger, *arguments):
    return {"trigger": trigger, "arguments": list(map(list, arguments))}


ATTACK = [
    event("hit", ("who", "army"), ("whom", "camp")),
    event("shot", ("who", "army")),
]


@pytest.mark.parametrize(
    ("answer", "hits"),
    [
        # metric:                                  trigger_id, trigger, argument, attached, matched
        pytest.param({"attack": ATTACK}, (2, 2, 2, 3, 3), id="all of it"),
        pytest.param({"battle": ATTACK}, (2, 0, 0, 0, 0), id="another type"),
        pytest.param(
            {"attack": [event("hit", *ATTACK[1]["arguments"]), event("shot", *ATTACK[0]["arguments"])]},
            (2, 2, 2, 2, 3),
            id="arguments of the other trigger",
        ),
        pytest.param(
            {"attack": [event("struck", *ATTACK[0]["arguments"]), ATTACK[1]]}, (1, 1, 2, 1, 3), id="another trigger"
        ),
        pytest.param(
            {"attack": [event("hit", ("whom", "army"), ("who", "camp")), ATTACK[1]]},
            (2, 2, 1, 1, 1),
            id="roles exchanged",
        ),
    ],
)
def test_the_definitions_of_argument_f1_differ_in_what_an_argument_hangs_on(evaluated, write, answer, hits):
    found = evaluated(write({"task": "ee", "gold": {"attack": ATTACK}, "output": json.dumps(answer)}))
    names = ("trigger_id", "trigger", "argument", "argument_attached", "argument_matched")
    assert tuple(row_of(found, metric=name)["hit"] for name in names) == hits
    assert tuple(row_of(found, metric=name)["gold"] for name in names) == (2, 2, 2, 3, 3)


def test_the_slots_of_the_paper_are_read_with_the_text(evaluated, write):
    rows = [
        answered(n, {kind: " ".join(texts) for kind, texts in wrong(n).items()}) for n in range(21) if n % 7 in {0, 1}
    ]
    row = row_of(evaluated(write(*rows)), metric="entity")
    assert sums_of(row) == {"gold": 6 * SEVENS, "pred": 5 * SEVENS, "hit": 5 * SEVENS}


def test_any_number_of_processes_gives_the_same(evaluated, write):
    path = write(*damaged())
    assert evaluated(path, "-j", "2") == evaluated(path)


# -- intervals and comparisons --------------------------------------------------------------------


def test_the_interval_holds_the_number(evaluated, write):
    row = row_of(evaluated(write(*damaged()), "--draws", "200"), metric="entity")
    assert 0 < row["interval_low"] < row["f1"] < row["interval_high"] < 1


def test_a_higher_level_makes_a_wider_interval(evaluated, write):
    path = write(*damaged())
    low, high = (
        row_of(evaluated(path, "--draws", "200", "--level", level), metric="entity") for level in ("0.5", "0.99")
    )
    assert high["interval_low"] < low["interval_low"] < low["interval_high"] < high["interval_high"]


def test_a_better_system_is_better_beyond_doubt(evaluated, write):
    base, ours = write(*damaged(), name="base.jsonl"), write(*perfect(), name="ours.jsonl")
    found = evaluated(f"base={base}", f"ours={ours}", "--draws", "200")
    row = row_of(found, "contrasts", metric="entity")
    assert (row["first"], row["second"]) == ("base", "ours")
    assert row["difference"] == pytest.approx(1 - 2 * SUMS["hit"] / (SUMS["gold"] + SUMS["pred"]))
    assert row["interval_low"] > 0
    assert max(row["bootstrap_adjusted"], row["randomisation_adjusted"]) < 0.01


def test_two_equal_systems_do_not_differ(evaluated, write):
    path = write(*damaged())
    found = evaluated(f"a={path}", f"b={path}", "--draws", "50")
    assert {
        (row["difference"], row["interval_low"], row["interval_high"], row["bootstrap"], row["randomisation"])
        for row in found["contrasts"]
    } == {(0, 0, 0, 1, 1)}


def test_the_order_of_the_rows_of_a_second_system_makes_no_difference(evaluated, write):
    base, ours = write(*perfect(), name="base.jsonl"), write(*damaged(), name="ours.jsonl")
    turned = write(*reversed(damaged()), name="turned.jsonl")
    one, two = (evaluated(f"base={base}", f"ours={path}", "--draws", "50") for path in (ours, turned))
    assert one["contrasts"] == two["contrasts"]


def test_every_pair_is_compared_if_that_is_wanted(evaluated, write):
    names = {name: write(*damaged(), name=name) for name in "abc"}
    runs = [f"{name}={path}" for name, path in names.items()]
    with_first, all_pairs = (
        {(row["first"], row["second"]) for row in evaluated(*runs, "--draws", "5", "--pairs", pairs)["contrasts"]}
        for pairs in ("first", "all")
    )
    assert with_first == {("a", "b"), ("a", "c")}
    assert all_pairs == {("a", "b"), ("a", "c"), ("b", "c")}


def test_the_runs_of_a_system_have_a_mean_and_a_spread(evaluated, write):
    one, two = write(*damaged(), name="one.jsonl"), write(*perfect(), name="two.jsonl")
    found = evaluated(f"ours={one}", f"ours={two}")
    row, f1 = row_of(found, metric="entity"), 2 * SUMS["hit"] / (SUMS["gold"] + SUMS["pred"])
    assert row["runs"] == 2
    assert row["f1"] == pytest.approx((1 + f1) / 2)
    assert row["deviation"] == pytest.approx((1 - f1) / 2**0.5)


def test_several_outputs_of_a_row_are_runs(evaluated, write):
    rows = [example(n, outputs=[row["output"], json.dumps(row["gold"])]) for n, row in enumerate(damaged())]
    row = row_of(evaluated(write(*rows)), metric="entity")
    assert (row["runs"], row["f1"]) == (2, pytest.approx((1 + 0.75) / 2))


def test_several_data_sets_have_a_mean_and_a_sum(evaluated, write):
    found = evaluated(write(*damaged("letters"), *perfect("news")))
    f1s = {row["dataset"]: row["f1"] for row in rows_of(found, metric="entity")}
    pooled = 2 * (SUMS["hit"] + 63) / (SUMS["gold"] + SUMS["pred"] + 126)
    assert f1s == {"letters": 0.75, "news": 1, "(mean)": 0.875, "(pooled)": pytest.approx(pooled)}


def test_every_task_has_numbers_of_its_own(evaluated, write):
    rows = [{"task": "re", "gold": {"in": gold}, "output": json.dumps({"in": pred})} for gold, pred in RELATIONS]
    found = evaluated(write(*damaged(), *rows))
    assert sums_of(row_of(found, metric="entity")) == SUMS
    assert sums_of(row_of(found, metric="relation")) == {"gold": 4, "pred": 4, "hit": 2}


def test_systems_on_other_examples_are_refused_with_all_that_differs(sfr, write):
    base, short = write(*damaged(), name="base.jsonl"), write(*damaged()[2:], name="short.jsonl")
    other = write(*({**row, "text": row["text"] + "!"} for row in damaged()), name="other.jsonl")
    said = problems_of(sfr("evaluate", f"base={base}", f"short={short}", f"other={other}"))
    assert "short, run 1: ner letters: without s0, s1" in said
    assert "other, run 1: ner letters: the same ids, but other texts" in said


# -- conventions ----------------------------------------------------------------------------------


def test_the_conventions_are_listed_with_what_they_set(sfr):
    said = sfr("evaluate", "--conventions").stdout
    assert re.search(r"^sfr +strict micro-F1", said, re.MULTILINE)
    assert re.search(r"^instructuie .*\n +caseless=.* equality=marks empty=entities", said, re.MULTILINE)


def test_a_convention_counts_in_its_own_way(evaluated, write):
    path = write({"task": "ner", "gold": {}, "output": "{}"}, answered(0, wrong(1)))
    ours, theirs = (
        row_of(evaluated(path, "--convention", name), dataset="", metric="entity") for name in ("sfr", "instructuie")
    )
    assert sums_of(ours) == {"gold": 0, "pred": 0, "hit": 0}
    assert sums_of(theirs) == {"gold": 1, "pred": 1, "hit": 1}


def test_a_field_of_a_convention_may_be_set(evaluated, write):
    path = write(answered(0, {"person": ["KEVIN", "THERESE"]}))
    found = evaluated(path, "--set", "caseless=entity")
    assert row_of(found, metric="entity")["hit"] == 2
    assert "|caseless:entity|" in found["signature"]["short"]


def test_a_convention_that_can_count_nothing_is_refused(sfr, write):
    said = problems_of(sfr("evaluate", write(*damaged()), "--convention", "textee"))
    assert said.startswith("Error: nothing can be counted: convention textee has trigger_id_span, ")


# -- what is shown --------------------------------------------------------------------------------


def test_the_table_of_a_small_file(sfr, write, monkeypatch, tmp_path):
    write(*damaged(), name="run.jsonl")
    monkeypatch.chdir(tmp_path)
    assert sfr("evaluate", "ours=run.jsonl", "--draws", "0", "--metric", "entity").stdout.splitlines()[:-1] == [
        "Scores: ours",
        "task  data set  metric         P      R     F1  gold  pred  hit  examples",
        "ner   letters   Entity F1  78.95  71.43  75.00    63    57   45        21",
        "",
        "How the outputs could be read: ours",
        "task  data set  outputs   ok %  recovered %  unparsable %  repeated units  no gold %  no pred %  neither %",
        "ner   letters        21  85.71         0.00         14.29               0       0.00      14.29       0.00",
        "",
    ]


def test_the_signature_stands_below_every_table(sfr, write):
    path = write(*damaged())
    signature = r"sfr-eval\|convention:sfr\|draws:0\|examples:21\|golds:[0-9a-f]{16}\|v:\S+"
    assert re.fullmatch(signature, sfr("evaluate", path, "--draws", "0").stdout.splitlines()[-1])


def test_a_system_without_a_name_is_called_by_its_path(evaluated, write):
    path = write(*damaged())
    assert {row["system"] for row in evaluated(path)["scores"]} == {str(path)}


def test_a_path_may_hold_an_equals_sign(evaluated, write):
    path = write(*damaged(), name="step=100.jsonl")
    assert {row["system"] for row in evaluated(path)["scores"]} == {str(path)}


def test_every_table_can_be_shown(sfr, write):
    one, two = write(*damaged(), name="one.jsonl"), write(*perfect(), name="two.jsonl")
    said = sfr("evaluate", one, two, "--draws", "5", "--show", "all").stdout
    titles = [line for line in said.splitlines() if line and not line.startswith((" ", "task", "system", "ner", "sfr"))]
    assert [title.partition(":")[0] for title in titles if "/" not in title or ":" in title] == [
        "Scores",
        "Differences in F1",
        "Scores by type",
        "Hits and errors",
        "Types and roles taken for others",
        "How the outputs could be read",
        "Repairs and problems",
        "Lengths of outputs in words",
    ]


@pytest.mark.parametrize("name", ["contrasts", "confusions", "problems", "paper"])
def test_a_table_that_was_asked_for_and_is_empty_is_named(sfr, write, name):
    said = sfr("evaluate", write(*perfect()), "--draws", "0", "--show", name).stdout
    assert said.startswith(f"{name}: nothing to show")


def test_one_metric_can_be_shown_alone(sfr, write):
    said = sfr("evaluate", write(*damaged()), "--draws", "0", "--metric", "entity", "--show", "all").stdout
    assert "Entity F1" in said
    assert "ExactAcc" not in said


@pytest.mark.parametrize(
    ("metric", "problem"),
    [
        ("speed", "convention sfr has no speed; it has entity, "),
        ("relation", "nothing was counted for relation; counted: entity, "),
    ],
)
def test_an_unknown_metric_is_refused(sfr, write, metric, problem):
    assert problem in problems_of(sfr("evaluate", write(*damaged()), "--draws", "0", "--metric", metric))


def terminal(monkeypatch, width):
    """A terminal of so many columns, in the place of the pipe."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", str(width))


def shown_on(result):
    return [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in result.stdout.splitlines()]


def test_on_a_narrow_terminal_no_number_is_cut(sfr, write, monkeypatch):
    one, two = write(*damaged(), name="one.jsonl"), write(*perfect(), name="two.jsonl")
    terminal(monkeypatch, 80)
    lines = shown_on(sfr("evaluate", f"base={one}", f"ours={two}", "--draws", "20", "--show", "all"))
    assert all(len(line) <= 80 for line in lines if not line.startswith("sfr-eval|"))
    assert "…" not in "".join(lines)
    assert "Differences in F1: ours less base: ner, letters" in lines
    assert re.search(
        r"^base    Entity F1 +78\.95 +71\.43 +75\.00 +\[\d\d\.\d\d, \d\d\.\d\d\]$", "\n".join(lines), re.MULTILINE
    )


def test_a_terminal_too_narrow_for_the_numbers_gets_long_lines(sfr, write, monkeypatch):
    path = write(*damaged(), name="one.jsonl")
    terminal(monkeypatch, 15)
    lines = shown_on(sfr("evaluate", f"base={path}", "--draws", "0", "--metric", "entity"))
    assert "ner   letters   Entity F1  78.95  71.43  75.00    63    57   45        21" in lines


def test_no_control_character_of_a_row_reaches_the_terminal(sfr, write):
    rows = [
        answered(0, {"person\x1b[2J": ["Kevin"]}, dataset="let\x1b[31mters", at=None),
        answered(1, {}, dataset="a\nb\u202e"),
    ]
    said = sfr("evaluate", f"na\x07me={write(*rows)}", "--draws", "0", "--show", "all").stdout
    assert r"let\x1b[31mters" in said
    assert r"a\nb\u202e" in said
    assert r"person\x1b[2J" in said
    assert not set(said) & {"\x1b", "\x07", "\u202e"}


def test_markup_in_names_is_text(sfr, write):
    rows = [answered(0, {"person": ["Kevin"]}, dataset="[red]x[/red] :smile:")]
    assert "[red]x[/red] :smile:" in sfr("evaluate", write(*rows), "--draws", "0").stdout


# -- files ----------------------------------------------------------------------------------------


def test_a_text_file_holds_what_the_screen_shows(sfr, write, tmp_path):
    path, out = write(*damaged()), tmp_path / "scores.txt"
    result = sfr("evaluate", path, "--draws", "0", "-o", out)
    assert result.stdout == f"wrote {out}\n"
    assert out.read_text("utf-8") == sfr("evaluate", path, "--draws", "0").stdout


def test_markdown_has_one_table_after_another(sfr, write, tmp_path):
    sfr("evaluate", f"ours={write(*damaged())}", "--draws", "0", "--metric", "entity", "-o", tmp_path / "scores.md")
    lines = (tmp_path / "scores.md").read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    assert lines[0] == "### Scores: ours"
    assert cells[1] == ["ner", "letters", "Entity F1", "78.95", "71.43", "75.00", "63", "57", "45", "21"]
    assert lines[-1].startswith("`sfr-eval|convention:sfr|caseless:none|")


def test_names_are_escaped_for_markdown(sfr, write):
    path = write(answered(0, {"person": ["Kevin"]}, dataset="a|b_*c*"))
    assert r"| a\|b\_\*c\* |" in sfr("evaluate", path, "--draws", "0", "--format", "markdown").stdout


def test_latex_has_tables_and_the_signature_as_a_comment(sfr, write, tmp_path):
    path = write(answered(0, {"person": ["Kevin"]}, dataset="a_b & c%"))
    sfr("evaluate", path, "--draws", "0", "-o", tmp_path / "scores.tex")
    text = (tmp_path / "scores.tex").read_text("utf-8")
    assert r"\begin{tabular}{lllrrrrrrr}" in text
    assert r"a\_b \& c\%" in text
    assert text.splitlines()[-1].startswith("% sfr-eval|convention:sfr|")


def test_csv_has_one_table_with_full_precision_and_the_signature_in_every_row(sfr, write):
    result = sfr("evaluate", write(*damaged()), "--draws", "20", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["metric"] for row in rows] == ["entity", "entity_span", "slot", "slot_filled"]
    assert float(rows[0]["precision"]) == SUMS["hit"] / SUMS["pred"]
    assert float(rows[0]["interval_low"]) < float(rows[0]["f1"]) < float(rows[0]["interval_high"])
    assert all(row["signature"].startswith("sfr-eval|convention:sfr|caseless:none|") for row in rows)


def test_csv_has_any_one_table(sfr, write):
    result = sfr("evaluate", write(*damaged()), "--draws", "0", "--format", "csv", "--show", "errors")
    assert [row["kind"] for row in csv.DictReader(io.StringIO(result.stdout))][:2] == ["hit", "type"]


def test_csv_of_an_empty_table_has_its_columns(sfr, write):
    result = sfr("evaluate", write(*damaged()), "--draws", "0", "--format", "csv", "--show", "contrasts")
    assert result.stdout.startswith("task,dataset,title,metric,first,second,difference,interval_low,interval_high,")


def test_csv_holds_no_two_tables(sfr, write):
    result = sfr("evaluate", write(*damaged()), "--format", "csv", "--show", "scores", "--show", "types")
    assert "a file of CSV holds one table" in problems_of(result)


def test_json_has_all_tables_both_signatures_and_where_they_came_from(evaluated, write):
    path = write(*damaged())
    found = evaluated(path)
    assert found["signature"]["short"] in sfr_line(found["signature"]["long"])
    assert found["inputs"]["predictions"] == [[str(path), str(path)]]
    assert {"scores", "contrasts", "types", "errors", "confusions", "parsing", "problems", "lengths", "paper"} < {
        *found
    }


def sfr_line(long):
    """The short line of a long one, where nothing but the number of draws was set."""
    kept = ("sfr-eval", "convention", "draws", "examples", "golds", "v")
    return "|".join(part for part in long.split("|") if part.partition(":")[0] in kept)


def test_metrics_have_one_name_in_all_tables(evaluated, write):
    one, two = write(*damaged(), name="one.jsonl"), write(*perfect(), name="two.jsonl")
    found = evaluated(one, two, "--draws", "5")
    metrics = {"entity", "entity_span", "slot", "slot_filled"}
    assert {table: {row["metric"] for row in found[table]} for table in ("scores", "contrasts", "types")} == {
        "scores": metrics,
        "contrasts": metrics,
        "types": metrics,
    }


def test_half_a_surrogate_pair_can_be_written(sfr, write, tmp_path):
    path = write(b'{"task": "ner", "dataset": "\\ud83d", "gold": {"a": ["x"]}, "output": "{}"}')
    for name in ("scores.json", "scores.csv", "scores.md", "scores.txt"):
        assert sfr("evaluate", path, "--draws", "0", "-o", tmp_path / name).exit_code == 0


def test_an_ending_that_says_nothing_is_refused_before_any_work(sfr, write, tmp_path):
    said = problems_of(sfr("evaluate", write(*damaged()), "-o", tmp_path / "scores.html"))
    assert "how is .html written? End it in .txt, .md, .csv, .tex, .json, or name a notation (--format)" in said


def test_a_notation_that_is_named_goes_before_the_ending(sfr, write, tmp_path):
    out = tmp_path / "scores.log"
    sfr("evaluate", write(*damaged()), "--draws", "0", "--format", "csv", "-o", out)
    assert out.read_text("utf-8").startswith("system,task,dataset,")


def test_what_is_read_is_not_written_over(sfr, write):
    gold, run = write(*map(example, range(21)), name="gold.jsonl"), write(*damaged(), name="run.jsonl")
    before = gold.read_bytes(), run.read_bytes()
    for out in (gold, run):
        result = sfr("evaluate", run, "--gold", gold, "--draws", "0", "--format", "json", "-o", out)
        assert "holds the rows; name another file for the results" in problems_of(result)
    assert (gold.read_bytes(), run.read_bytes()) == before


def test_a_folder_that_is_not_there_is_refused_before_any_work(sfr, write, tmp_path):
    said = problems_of(sfr("evaluate", write(*damaged()), "-o", tmp_path / "nowhere" / "scores.md"))
    assert "there is no folder" in said


def test_nothing_is_written_if_a_row_is_bad(sfr, write, tmp_path):
    out = tmp_path / "scores.md"
    assert sfr("evaluate", write(*damaged(), {"task": "ner"}), "--draws", "0", "-o", out).exit_code == 2
    assert not out.exists()


# -- the paper ------------------------------------------------------------------------------------


def test_numbers_stand_beside_those_of_the_paper(evaluated, write):
    row = row_of(evaluated(write(*damaged("wikineural")), "--against", "paper"), "paper", dataset="wikineural")
    assert (row["table"], row["metric"], row["mine"], row["paper"]) == ("Table 1", "entity", 75, 88.18)
    assert row["difference"] == pytest.approx(75 - 88.18)


def test_it_is_said_what_is_known_of_the_numbers_of_the_paper(sfr, write):
    said = sfr("evaluate", write(*damaged("wikineural")), "--draws", "0", "--against", "paper").stdout
    assert "\nEntity F1: Your number is of pairs of a type and a mention.\n" in said
    assert "\nTable 1: The paper names span-level micro-F1, but " in said


def test_a_system_that_is_not_in_all_tables_of_the_paper_is_compared_where_it_is(evaluated, write):
    re_rows = [{"task": "re", "dataset": "semeval_RE", "gold": {"a": [["x", "y"]]}, "output": "{}"}]
    path = write(*damaged("wikineural"), *re_rows)
    found = evaluated(path, "--against", "paper", "--paper-system", "UniversalNER (7B)")
    assert {row["table"] for row in found["paper"]} == {"Table 1"}


def test_data_sets_that_are_not_in_the_paper_are_not_passed_over_in_silence(sfr, write):
    said = sfr("evaluate", write(*damaged()), "--draws", "0", "--against", "paper").stdout
    assert "paper: nothing to show; the paper has no figures of that system and these data sets" in said


def test_a_system_that_is_not_in_the_paper_is_refused(sfr, write):
    result = sfr("evaluate", write(*damaged()), "--against", "paper", "--paper-system", "GPT")
    assert "the paper has no figures of 'GPT'; it has those of BERT-base, " in problems_of(result)


# -- signatures -----------------------------------------------------------------------------------


@pytest.mark.parametrize("length", ["short", "long"])
def test_a_signature_gives_the_numbers_again(evaluated, sfr, write, length):
    path = write(*damaged())
    before = evaluated(path, "--draws", "30", "--seed", "5", "--set", "duplicates=multiset")
    result = sfr("evaluate", path, "--signature", before["signature"][length], "--format", "json")
    assert json.loads(result.stdout) == before


def test_a_signature_of_another_gold_is_refused(evaluated, sfr, write):
    signature = evaluated(write(*damaged()))["signature"]["short"]
    result = sfr("evaluate", write(*damaged("news")), "--signature", signature)
    assert "the gold is not that of the signature: expected 21 examples (" in problems_of(result)


def test_what_a_signature_says_cannot_be_said_twice(evaluated, sfr, write):
    path = write(*damaged())
    signature = evaluated(path)["signature"]["short"]
    result = sfr("evaluate", path, "--signature", signature, "--draws", "5", "--convention", "uie")
    assert "it says all of --convention, --draws itself" in problems_of(result)


def test_what_is_no_signature_is_refused(sfr, write):
    said = problems_of(sfr("evaluate", write(*damaged()), "--signature", "F1=0.9"))
    assert "not a signature of an evaluation: 'F1=0.9'; expected sfr-eval|convention:NAME|...|v:VERSION" in said


# -- predictions of every kind ------------------------------------------------------------------


@pytest.fixture
def gold(write):
    return write(*map(example, range(7 * SEVENS)), name="gold.jsonl")


def outputs():
    return [(row, row["output"]) for row in damaged()]


def test_answers_are_joined_with_gold_by_id(evaluated, write, gold):
    path = write(*({"id": row["id"], "output": output} for row, output in reversed(outputs())), name="answers.jsonl")
    assert sums_of(row_of(evaluated(path, "--gold", gold), metric="entity_span")) == SUMS


def test_rows_are_read_from_parquet(evaluated, tmp_path):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = [
        {key: json.dumps(value) if isinstance(value, dict) else value for key, value in row.items()}
        for row in damaged()
    ]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "run.parquet")
    assert sums_of(row_of(evaluated(tmp_path / "run.parquet"), metric="entity_span")) == SUMS


def test_units_in_the_place_of_text_are_taken_as_they_are(evaluated, write):
    rows = [{**row, "pred": wrong(n) or {}} for n, row in enumerate(damaged())]
    for row in rows:
        del row["output"]
    assert sums_of(row_of(evaluated(write(*rows)), metric="entity")) == SUMS


def test_a_folder_of_llamafactory_is_joined_with_gold_by_order(evaluated, write, gold, tmp_path):
    (tmp_path / "lf").mkdir()
    write(
        *({"prompt": f"Find: {row['text']}", "predict": output, "label": ""} for row, output in outputs()),
        name="lf/generated_predictions.jsonl",
    )
    assert sums_of(row_of(evaluated(tmp_path / "lf", "--gold", gold), metric="entity")) == SUMS


def test_a_folder_of_verl_is_read_at_a_step(evaluated, write, tmp_path):
    (tmp_path / "verl").mkdir()
    for step, rows in ((10, damaged()), (20, perfect())):
        lines = [
            {
                "input": f"Find: {row['text']}",
                "output": row["output"],
                "gts": json.dumps({key: row[key] for key in ("task", "text", "gold", "schema")}),
                "score": 0.5,
                "step": step,
            }
            for row in rows
        ]
        write(*lines, name=f"verl/{step}.jsonl")
    found = evaluated(tmp_path / "verl")
    assert row_of(found, metric="entity")["f1"] == 1
    assert found["notes"] == [f"{tmp_path / 'verl'}: step 20 of 10, 20"]
    assert sums_of(row_of(evaluated(tmp_path / "verl", "--step", "10"), metric="entity")) == SUMS


def test_samples_of_the_harness_are_read_under_a_filter(evaluated, write):
    lines = [
        {"doc_id": n, "doc": example(n), "filtered_resps": [output], "filter": name}
        for n, (row, output) in enumerate(outputs())
        for name, output in (("none", output), ("best", json.dumps(row["gold"])))
    ]
    path = write(*lines, name="samples_ner_2025-01-31T10-20-30.123456.jsonl")
    assert sums_of(row_of(evaluated(path), metric="entity")) == SUMS
    assert row_of(evaluated(path, "--filter", "best"), metric="entity")["f1"] == 1


def test_results_of_a_batch_are_joined_with_gold_by_name(evaluated, write, gold):
    lines = [
        {
            "custom_id": row["id"],
            "response": {"status_code": 200, "body": {"choices": [{"index": 0, "message": {"content": output}}]}},
            "error": None,
        }
        for row, output in outputs()
    ]
    assert sums_of(row_of(evaluated(write(*lines, name="batch.jsonl"), "--gold", gold), metric="entity")) == SUMS


def test_a_kind_can_be_named(sfr, write):
    said = problems_of(sfr("evaluate", write(*damaged()), "--kind", "answers"))
    assert "there is no gold in it; name its file (--gold)" in said


def test_gold_without_a_prediction_is_a_problem(sfr, write, gold):
    said = problems_of(sfr("evaluate", write(*damaged()[1:], name="run.jsonl"), "--gold", gold))
    assert said == (f"{gold}:1: there is no prediction for this example\n1 problem; nothing was evaluated\n")


def test_gold_without_a_prediction_may_count_as_empty(evaluated, write, gold):
    found = evaluated(write(*damaged()[1:], name="run.jsonl"), "--gold", gold, "--missing", "empty")
    assert sums_of(row_of(found, metric="entity")) == {
        "gold": SUMS["gold"],
        "pred": SUMS["pred"] - 3,
        "hit": SUMS["hit"] - 3,
    }
    assert found["notes"][0].endswith("1 of 21 examples have no prediction and count as empty")


def test_lengths_may_be_those_of_the_file(evaluated, write):
    rows = [{**row, "tokens": n} for n, row in enumerate(damaged())]
    row = row_of(evaluated(write(*rows), "--lengths", "given"), "lengths")
    assert (row["mean"], row["max"]) == (10, 20)


# -- what is wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(b"", "there are no rows", id="an empty file"),
        pytest.param(b"\n\n", "there are no rows", id="blank lines"),
        pytest.param(b"F1: 0.9\n", "expected one JSON object in the line", id="no JSON"),
        pytest.param(b"[1]\n", "expected a JSON object, found a list", id="no object"),
        pytest.param(b'{"task": "ner"}\n', "these are no predictions of a known kind", id="no predictions"),
        pytest.param(b'{"task": "ner", "output": "{}"}\n', "there is no gold in it", id="no gold"),
        pytest.param(b'{"gold": {}, "output": "{}"}\n', "run.jsonl:1: task: missing", id="no task"),
        pytest.param(b'{"task": "pos", "gold": {}, "output": "{}"}\n', "run.jsonl:1: task: ", id="another task"),
        pytest.param(b'{"task": "ner", "gold": 3, "output": "{}"}\n', "run.jsonl:1: gold: ", id="gold of no kind"),
        pytest.param(b'{"task": "ner", "gold": {}, "output": 3}\n', "run.jsonl:1: output: ", id="output of no kind"),
    ],
)
def test_what_cannot_be_evaluated_is_named_with_its_place(sfr, tmp_path, content, problem):
    path = tmp_path / "run.jsonl"
    path.write_bytes(content)
    assert problem in problems_of(sfr("evaluate", path))


def test_every_bad_row_is_named(sfr, write):
    path = write(*damaged(), {"task": "ner", "gold": 1, "output": "{}"}, *damaged()[:1], b"{")
    said = problems_of(sfr("evaluate", path)).splitlines()
    assert [line.partition(": ")[0] for line in said[:-1]] == [f"{path}:{number}" for number in (22, 23, 24)]
    assert said[-1] == "3 problems; nothing was evaluated"


def test_an_example_comes_once(sfr, write):
    path = write(*damaged(), damaged()[0])
    said = problems_of(sfr("evaluate", path))
    assert f"{path}:22: id: 's0' stands at {path}:1 already; samples of one example go into outputs" in said


@pytest.mark.parametrize(
    ("argument", "problem"),
    [
        ("nowhere.jsonl", "there is no file or folder 'nowhere.jsonl'"),
        ("ours=nowhere.jsonl", "there is no file or folder 'nowhere.jsonl'"),
        ("ours=", "'ours=' is neither a path nor NAME=PATH"),
        ("=run.jsonl", "'=run.jsonl' is neither a path nor NAME=PATH"),
    ],
)
def test_an_argument_that_names_no_predictions_is_refused(sfr, monkeypatch, tmp_path, argument, problem):
    monkeypatch.chdir(tmp_path)
    assert problem in problems_of(sfr("evaluate", argument))


def test_a_run_is_named_once(sfr, write):
    path = write(*damaged())
    assert f"the same run twice: {path}" in problems_of(sfr("evaluate", f"a={path}", f"a={path}"))


def test_a_folder_without_predictions_is_refused(sfr, tmp_path):
    said = problems_of(sfr("evaluate", tmp_path))
    assert "expected generated_predictions.jsonl (llamafactory) or " in said


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("speed=1", "unknown setting 'speed'; known: caseless, "),
        ("duplicates=bag", "duplicates='bag', expected one of set, multiset, each"),
        ("duplicates", "'duplicates' is not FIELD=VALUE"),
    ],
)
def test_a_setting_that_is_none_is_refused(sfr, write, setting, problem):
    assert problem in problems_of(sfr("evaluate", write(*damaged()), "--set", setting))


# -- missing libraries ----------------------------------------------------------------------------


@pytest.fixture
def without(monkeypatch):
    """Takes a library away, and the module that is the first to ask for it."""

    def without(library, module=None):
        monkeypatch.setitem(sys.modules, library, None)
        if module:
            monkeypatch.delitem(sys.modules, module, raising=False)

    return without


def test_intervals_say_which_library_they_take(sfr, write, without):
    path = write(*damaged())
    without("numpy", "sfr.evaluation.drawing")
    result = sfr("evaluate", path)
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: intervals take numpy: python -m pip install 'sfr[eval]'; or do without them (--draws 0)\n"
    )


def test_numbers_without_intervals_take_no_library(sfr, write, without):
    path = write(*damaged())
    without("numpy", "sfr.evaluation.drawing")
    without("tabulate")
    assert "75.00" in sfr("evaluate", path, "--draws", "0").stdout


@pytest.mark.parametrize("form", ["markdown", "latex"])
def test_tables_for_papers_say_which_library_they_take(sfr, write, without, form):
    path = write(*damaged())
    without("tabulate")
    result = sfr("evaluate", path, "--draws", "0", "--format", form)
    assert result.exit_code == 1
    assert result.stderr == "Error: tables as Markdown and LaTeX take tabulate: python -m pip install 'sfr[eval]'\n"


# -- processes ------------------------------------------------------------------------------------


def test_a_reader_that_has_seen_enough_ends_the_command_in_silence(environment, write):
    command = [sys.executable, "-m", "sfr", "evaluate", str(write(*damaged())), "--draws", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        process.stdout.close()
        assert process.stderr.read() == b""


def test_numbers_do_not_depend_on_what_python_makes_of_hashes(environment, write):
    command = [sys.executable, "-m", "sfr", "evaluate", str(write(*damaged())), "--draws", "20", "--format", "json"]
    runs = [
        subprocess.run(command, env=environment | {"PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
