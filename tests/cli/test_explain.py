"""``sfr explain``: which row it takes, what it shows, and how it says that it cannot."""

import json

import pytest

import sfr as package
from sfr.samples import rows

SAMPLES = {row["id"]: row for row in rows()}

NER = {"id": "n", "task": "ner", "gold": {"person": ["Kevin"]}, "output": '{"person": ["Therese"]}'}
EE = {
    "id": "e",
    "task": "ee",
    "gold": {"attack": [{"trigger": "fired", "arguments": [["Target", "hotel"], ["Time", "May"]]}]},
    "output": json.dumps({"attack": [{"trigger": "shot", "arguments": [["Target", "hotel"], ["Agent", "tank"]]}]}),
}


def section(shown, heading):
    """The lines under a heading, up to the next empty line."""
    lines = [line.rstrip() for line in shown.splitlines()]
    start = lines.index(heading) + 1
    return lines[start : lines.index("", start)]


def units(shown):
    """What is shown of the units: (set, verdict, unit)."""
    return [tuple(line.split(maxsplit=2)) for line in section(shown, "units")]


def terms(shown):
    """What is shown of the reward, by name."""
    return {name: float(value) for name, value in (line.split() for line in section(shown, "reward"))}


@pytest.fixture
def samples(write):
    """The shipped sample as a file."""
    return write(*SAMPLES.values(), name="samples.jsonl")


# -- which row ------------------------------------------------------------------------------------


def test_the_first_row_is_explained_when_none_is_named(sfr, write):
    result = sfr("explain", write(NER, EE))
    assert (result.exit_code, result.stdout.splitlines()[0], result.stderr) == (0, "n", "")


def test_a_row_is_found_by_its_id(sfr, samples):
    result = sfr("explain", samples, "--id", "re-01/partial")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "re-01/partial")
    assert [SAMPLES["re-01/partial"]["text"]] == section(result.stdout, "text")
    assert [SAMPLES["re-01/partial"]["output"]] == section(result.stdout, "output")


def test_a_row_is_found_by_an_id_that_is_a_number(sfr, write):
    result = sfr("explain", write(NER, {**NER, "id": 7}), "--id", "7")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "7")


def test_a_row_is_found_by_its_line_and_blank_lines_count(sfr, write):
    result = sfr("explain", write(NER, b"", EE), "--line", "3")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "e")


def test_a_row_is_found_past_rows_that_are_not_json(sfr, write):
    result = sfr("explain", write(b"{", b"\xff", b"7", EE), "--id", "e")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "e")


def test_the_index_picks_one_output_of_a_group(sfr, write):
    row = {"task": "ner", "gold": {"person": ["Kevin"]}, "outputs": ["{}", '{"person": ["Kevin"]}']}
    first, second = (sfr("explain", write(row), "--index", index) for index in (0, 1))
    assert (section(first.stdout, "output"), section(second.stdout, "output")) == (["{}"], ['{"person": ["Kevin"]}'])
    assert terms(second.stdout)["value"] == 1.0


def test_a_row_of_a_parquet_file_is_explained_as_well(sfr, write, tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "rows.parquet"
    parquet.write_table(pa.Table.from_pylist([SAMPLES["ner-02/perfect"], SAMPLES["ner-02/partial"]]), path)
    by_line = sfr("explain", path, "--line", "2")
    assert by_line.stdout == sfr("explain", write(SAMPLES["ner-02/partial"])).stdout
    assert by_line.stdout == sfr("explain", path, "--id", "ner-02/partial").stdout


def test_an_output_on_the_spot_needs_no_file(sfr):
    result = sfr("explain", "--task", "ner", "--gold", json.dumps(NER["gold"]), "--output", NER["output"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert units(result.stdout) == [
        ("type", "hit", "person"),
        ("entity", "missed", "person | Kevin"),
        ("entity", "spurious", "person | Therese"),
    ]


def test_a_row_and_the_same_on_the_spot_are_explained_alike(sfr, write):
    row = SAMPLES["ee-16/partial"]
    spot = ["--gold", json.dumps(row["gold"]), "--output", row["output"], "--text", row["text"]]
    result = sfr("explain", *spot, "--schema", json.dumps(row["schema"]), "--task", "ee")
    assert result.exit_code == 0
    assert sfr("explain", write(row)).stdout == f"{row['id']}\n{result.stdout}"


def test_the_text_and_the_schema_on_the_spot_reach_the_reading(sfr):
    spot = ["--task", "ner", "--gold", '{"person": ["Kevin"]}', "--output", '{"person": "Kevin Therese", "x": ["May"]}']
    extra = ["--text", "Kevin met Therese.", "--schema", '["person"]']
    without, with_both = (sfr("explain", *spot, *more).stdout for more in ([], extra))
    assert ("entity", "spurious", "person | Kevin Therese") in units(without)
    assert ("entity", "hit", "person | Kevin") in units(with_both)
    assert {"unknown-type", "not-in-source"} == {
        line.split()[0] for line in with_both.splitlines() if line.startswith("  ") and " @ " in line
    }
    assert with_both.splitlines()[-1].endswith("|given:text+schema")


# -- what is shown ---------------------------------------------------------------------------------


def test_events_show_every_unit_and_the_trigger_groups_that_were_matched(sfr, write):
    result = sfr("explain", write(EE))
    assert units(result.stdout) == [
        ("type", "hit", "attack"),
        ("trigger", "missed", "attack | fired"),
        ("trigger", "spurious", "attack | shot"),
        ("argument", "hit", "attack | fired | Target | hotel"),
        ("argument", "missed", "attack | fired | Time | May"),
        ("argument", "spurious", "attack | shot | Agent | tank"),
    ]
    assert section(result.stdout, "matched trigger groups") == [
        "type    gold trigger  predicted trigger  shared arguments",
        "attack  fired         shot                              1",
    ]


def test_relations_show_heads_tails_and_triples(sfr):
    gold, output = '{"used for": [["a", "b"]]}', '{"used for": [["a", "c"]]}'
    result = sfr("explain", "--task", "re", "--gold", gold, "--output", output)
    assert units(result.stdout) == [
        ("type", "hit", "used for"),
        ("head", "hit", "used for | a"),
        ("tail", "missed", "used for | b"),
        ("tail", "spurious", "used for | c"),
        ("triple", "missed", "used for | a | b"),
        ("triple", "spurious", "used for | a | c"),
    ]
    assert "matched trigger groups" not in result.stdout


@pytest.mark.parametrize("identity", ["ner-02/partial", "re-01/over-generated", "ee-16/duplicated", "ner-02/invalid"])
@pytest.mark.parametrize("profile", ["paper", "bounded"])
def test_the_terms_and_the_signature_are_those_of_the_score(sfr, samples, identity, profile):
    row = SAMPLES[identity]
    score = package.reward(row["task"], profile).score(row["gold"], row["output"], row["text"], row["schema"])
    result = sfr("explain", samples, "--id", identity, "--profile", profile)
    assert {name: round(part, 4) for name, part in {**score.terms, "value": score.value}.items()} == terms(
        result.stdout
    )
    assert score.signature == result.stdout.splitlines()[-1]


def test_settings_reach_the_reward(sfr, write):
    result = sfr("explain", write(NER), "--set", "lambda_pair=0", "--set", "w_type=0.5")
    assert (terms(result.stdout)["type_coverage"], terms(result.stdout)["pair_penalty"]) == (0.5, 0.0)


def test_how_the_output_was_read_is_shown_with_every_problem_and_its_place(sfr, write):
    output = "Sure: {'person': ['Kevin', 'Kevin',]}"
    result = sfr("explain", write({**NER, "output": output}))
    parsed = package.parse(output, "ner")
    reading = result.stdout.splitlines()
    start = reading.index("read: recovered, past prose, quotes, commas, format records, 1 repeated")
    assert [f"  {problem}" for problem in parsed.problems] == reading[start + 1 : -2]


def test_gold_and_output_without_a_unit_say_so(sfr):
    result = sfr("explain", "--task", "ner", "--gold", "{}", "--output", "{}")
    assert section(result.stdout, "units") == ["none, on either side"]


# -- what model text does to a terminal ---------------------------------------------------------------


def test_markup_of_a_model_is_text(sfr, write):
    mention = "[bold]Kevin[/red] :smile: [link=x]"
    row = {"id": mention, "task": "ner", "text": mention, "gold": {"[red]": [mention]}, "output": '{"[red]": []}'}
    result = sfr("explain", write(row))
    assert (0, mention) == (result.exit_code, result.stdout.splitlines()[0])
    assert [mention] == section(result.stdout, "text")
    assert [("type", "missed", "[red]"), ("entity", "missed", f"[red] | {mention}")] == units(result.stdout)


def test_markup_in_an_output_is_text(sfr, write):
    output = "[/red] {'[bold]': ['[blue]x[/]', '[/]']}"
    result = sfr("explain", write({**NER, "output": output}))
    assert [output] == section(result.stdout, "output")
    assert ("entity", "spurious", "[bold] | [blue]x[/]") in units(result.stdout)


CONTROLS = {
    "an escape sequence": "\x1b[31mKevin\x1b[0m",
    "a title": "\x1b]0;owned\x07",
    "a control of one byte": "\x9b31mKevin",
    "a bell": "a\x07b",
    "a backspace": "a\x08b",
    "a nul character": "a\x00b",
    "a delete": "a\x7fb",
    "a carriage return": "Kevin\rOwned",
}


def raw_controls(shown):
    """The control characters that a terminal would obey, other than line ends and tabs."""
    return {char for char in shown if (ord(char) < 32 or 127 <= ord(char) < 160) and char not in "\n\t"}


@pytest.mark.parametrize("text", CONTROLS.values(), ids=CONTROLS)
def test_no_control_character_of_an_output_reaches_the_terminal(sfr, write, text):
    result = sfr("explain", write({**NER, "output": json.dumps({"person": [text]}, ensure_ascii=False)}))
    assert (0, set()) == (result.exit_code, raw_controls(result.stdout))


@pytest.mark.parametrize("text", CONTROLS.values(), ids=CONTROLS)
def test_no_control_character_of_a_value_reaches_the_terminal(sfr, write, text):
    result = sfr("explain", write({**NER, "output": json.dumps({text: [text]})}))
    assert (0, set()) == (result.exit_code, raw_controls(result.stdout))


@pytest.mark.parametrize("key", ["id", "text"])
def test_no_control_character_of_a_row_reaches_the_terminal(sfr, write, key):
    result = sfr("explain", write({**NER, key: "\x1b[31mKevin"}))
    assert (0, set()) == (result.exit_code, raw_controls(result.stdout))


def test_no_control_character_of_a_problem_reaches_the_terminal(sfr, write):
    result = sfr("explain", write({**NER, "output": '{"\\u001b[31mperson": {"a": {"\\u001b[31m": 7}}}'}))
    assert (0, set()) == (result.exit_code, raw_controls(result.stdout))


def test_no_control_character_of_bad_gold_reaches_the_terminal(sfr, write):
    result = sfr("explain", write({**NER, "gold": {"\x1b[31mperson": 7}}))
    assert (2, set()) == (result.exit_code, raw_controls(result.stderr))


def test_a_lone_surrogate_is_shown_somehow(sfr_process, write):
    result = sfr_process("explain", write({**NER, "output": '{"person": ["\ud800"]}'}))
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"person | " in result.stdout


def test_a_value_with_line_breaks_stays_in_its_row(sfr, write):
    row = {**NER, "output": json.dumps({"person": ["Kevin\nTherese"]})}
    result = sfr("explain", write(row), "--set", "space=keep")
    assert {"type", "entity"} == {line.split()[0] for line in section(result.stdout, "units")}


def test_a_pipe_gets_long_lines_whole(sfr, write):
    long = "Kevin " * 100 + "Therese"
    result = sfr("explain", write({**NER, "text": long, "output": json.dumps({"person": [long]})}))
    assert [long] == section(result.stdout, "text")
    assert ("entity", "spurious", f"person | {long}") in units(result.stdout)


# -- what cannot be explained -------------------------------------------------------------------------


def refusal(result):
    """The message of a command that was refused."""
    assert (result.exit_code, result.stdout) == (2, "")
    _, _, message = result.stderr.partition("Error: ")
    return message.rstrip("\n")


def test_an_unknown_id_is_named(sfr, write):
    rows_file = write(NER)
    assert f"{rows_file} has no row with id nope" == refusal(sfr("explain", rows_file, "--id", "nope"))


@pytest.mark.parametrize("line", [2, 4])
def test_a_line_without_a_row_is_named(sfr, write, line):
    rows_file = write(NER, b"", EE)
    assert f"{rows_file} has no row in line {line}" == refusal(sfr("explain", rows_file, "--line", line))


def test_a_file_without_rows_is_refused(sfr, write):
    rows_file = write()
    assert f"{rows_file} has no row at all" == refusal(sfr("explain", rows_file))


def test_an_id_and_a_line_that_do_not_agree_are_both_named(sfr, write):
    message = refusal(sfr("explain", write(NER, EE), "--id", "n", "--line", "2"))
    assert "id n" in message
    assert "line 2" in message


def test_an_index_past_the_outputs_is_refused_with_their_number(sfr, write):
    rows_file = write(NER)
    assert f"{rows_file}:1: the row has 1 output, so no --index 1" == refusal(sfr("explain", rows_file, "--index", "1"))


def test_every_problem_of_a_bad_row_is_named_with_its_line(sfr, write):
    rows_file = write(NER, {"task": "xx", "text": 5, "gold": [], "output": None})
    assert [
        f"{rows_file}:2: task: unknown task 'xx'; known: ner, re, ee",
        f"{rows_file}:2: text: expected a string, found the number 5",
        f"{rows_file}:2: gold: expected a records object or JSON text, found a list",
        f"{rows_file}:2: output: expected exactly one of output (a string) and outputs (a list of strings)",
    ] == refusal(sfr("explain", rows_file, "--line", "2")).splitlines()


def test_every_problem_of_bad_gold_is_named_with_its_place(sfr, write):
    rows_file = write({**NER, "gold": {"person": ["Kevin", 7], "location": "Oslo"}})
    assert [
        f"{rows_file}:1: gold: not-a-string @ person[1]: expected a string, found '7'",
        f"{rows_file}:1: gold: not-a-list @ location: expected a list, found 'Oslo'",
    ] == refusal(sfr("explain", rows_file)).splitlines()


def test_a_line_that_is_not_json_is_named(sfr, write):
    rows_file = write(b'{"task": ner}')
    message = f"{rows_file}:1: expected one JSON object in the line: Expecting value at column 10"
    assert message == refusal(sfr("explain", rows_file))


def test_bad_gold_on_the_spot_is_named_without_a_line(sfr):
    result = sfr("explain", "--task", "ner", "--gold", '{"person": [7]}', "--output", "{}")
    assert refusal(result) == "gold: not-a-string @ person[0]: expected a string, found '7'"


def test_gold_that_is_not_json_is_told_what_gold_is(sfr):
    message = refusal(sfr("explain", "--task", "ner", "--gold", "Kevin", "--output", "{}"))
    assert "found 'Kevin'" in message
    assert "one of the known formats" not in message  # those are for outputs


def test_without_a_task_the_option_is_named(sfr):
    message = refusal(sfr("explain", "--gold", "{}", "--output", "{}"))
    assert message.startswith("task: missing")
    assert "--task" in message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name a FILE, or give --gold and --output"),
        (["--gold", "{}"], "name a FILE, or give --output"),
        (["--output", "{}"], "name a FILE, or give --gold"),
        (["--id", "x", "--gold", "{}", "--output", "{}"], "--id and --line pick a row of a FILE"),
        (["--line", "1", "--gold", "{}", "--output", "{}"], "--id and --line pick a row of a FILE"),
    ],
)
def test_half_a_question_is_refused_with_the_missing_half(sfr, arguments, message):
    assert message == refusal(sfr("explain", *arguments))


@pytest.mark.parametrize("option", ["--gold", "--output", "--text", "--schema"])
def test_a_file_and_an_answer_on_the_spot_do_not_go_together(sfr, write, option):
    assert f"either a FILE or {option}" == refusal(sfr("explain", write(NER), option, "{}"))


def test_a_schema_that_is_not_json_is_refused_with_the_option(sfr):
    result = sfr("explain", "--task", "ner", "--gold", "{}", "--output", "{}", "--schema", "person")
    assert refusal(result).startswith("Invalid value for '--schema': expected JSON")


def test_a_schema_that_is_none_is_refused_with_what_was_found(sfr):
    message = refusal(sfr("explain", "--task", "ner", "--gold", "{}", "--output", "{}", "--schema", "5"))
    assert message == "schema: types must be a list of strings, found 5"


def test_a_policy_that_needs_the_text_says_so_and_names_the_row(sfr, write):
    rows_file = write(NER)
    message = refusal(sfr("explain", rows_file, "--set", "ungrounded=drop"))
    assert message == f"{rows_file}:1: ungrounded='drop' needs the text of every output"


def test_a_field_of_another_task_is_refused_with_the_known_ones(sfr, write):
    message = refusal(sfr("explain", write(NER), "--set", "w_head=1"))
    assert message.startswith("Invalid value for '--set': unknown field 'w_head'; known: ")
    assert "w_pair" in message


def test_a_file_that_is_missing_is_named(sfr, tmp_path):
    assert f"File '{tmp_path / 'none.jsonl'}' does not exist." in refusal(sfr("explain", tmp_path / "none.jsonl"))
