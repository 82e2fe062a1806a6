import json
import re
import sys

import pytest

import sfr
from sfr.data.exporting import export
from sfr.data.preflight import Limits, check_rows, percentiles
from sfr.data.prompts import template, template_names
from sfr.examples import example_line
from sfr.structures import TASKS
from tests.training import CHAT, SENTENCES, TRAINERS, example, line, many, put_lines, put_tokenizer, row, rows_in

REWARDS = {task: sfr.reward(task) for task in TASKS}
OURS = template("sa-records")
WITH_TARGETS = ("llamafactory", "llamafactory-messages")
JSON_LINES = tuple(name for name in TRAINERS if name != "verl")
RECORDS = tuple(name for name in template_names() if template(name).format == "records")


def check(path, *, asked=OURS, limits=None, rewards=REWARDS, **options):
    return check_rows(path, rewards, asked, limits or Limits(), **options)


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    """A file of examples of all tasks."""
    path = tmp_path_factory.mktemp("examples") / "mixed.jsonl"
    found = [example_line(example(sentence, f"set_{task}")) for task in TASKS for sentence in SENTENCES[task]]
    path.write_bytes(b"\n".join(found))
    return path


@pytest.fixture(scope="module")
def exported(tmp_path_factory, examples):
    """The file of rows of each trainer."""
    folder = tmp_path_factory.mktemp("rows")
    for name in TRAINERS:
        (folder / name).mkdir()
    return {name: export(examples, folder / name, name, OURS).path for name in TRAINERS}


@pytest.fixture
def changed(exported, tmp_path):
    """The file of a trainer's rows, after a change to the row of line 3."""

    def changed(name, change):
        rows = rows_in(exported[name])
        rows[2] = change(rows[2])
        path = tmp_path / "changed.jsonl"
        path.write_text("".join(f"{json.dumps(found)}\n" for found in rows), encoding="utf-8")
        return path

    return changed


PROMPTS = {
    "easyr1": "problem",
    "nemo-rl": "problem",
    "openrlhf": "input",
    "rllm": "question",
    **dict.fromkeys(("trl", "slime", "skyrl"), "prompt"),
}


def with_prompt(name, change):
    """Changes the prompt of a row."""

    def apply(found):
        if name == "llamafactory":
            instruction, _, text = change(f"{found['instruction']}\n{found['input']}").rpartition("\n")
            return {**found, "instruction": instruction, "input": text}
        key = PROMPTS.get(name, "messages")
        if isinstance(found[key], str):
            return {**found, key: change(found[key])}
        first, *others = found[key]
        return {**found, key: [{**first, "content": change(first["content"])}, *others]}

    return apply


def with_target(name, change):
    """Changes the target of a row."""

    def apply(found):
        if name == "llamafactory":
            return {**found, "output": change(found["output"])}
        asked, answer = found["messages"]
        return {**found, "messages": [asked, {**answer, "content": change(answer["content"])}]}

    return apply


TRUTHS = {
    "easyr1": "answer",
    "ms-swift": "solution",
    "nemo-rl": "expected_answer",
    "openrlhf": "label",
    "slime": "label",
}


def with_truth(name, change):
    """Changes the ground truth of a row."""
    key = TRUTHS.get(name, "ground_truth")

    def apply(found):
        if name == "skyrl":
            return {**found, "reward_spec": apply_to(found["reward_spec"])}
        return apply_to(found)

    def apply_to(holder):
        return {**holder, key: change(holder[key])}

    return apply


def with_envelope(name, **changes):
    """Changes what is in the ground truth of a row."""
    return with_truth(name, lambda truth: json.dumps({**json.loads(truth), **changes}))


# -- what is well ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TRAINERS)
def test_exported_rows_are_well(exported, name):
    found = check(exported[name])
    assert (found.problems, found.count) == ([], 0)
    assert found.rows == {task: len(SENTENCES[task]) for task in TASKS}
    assert found.below.total() == 0


@pytest.mark.parametrize("chosen", RECORDS)
def test_examples_are_well_as_templates_of_records_put_them(examples, chosen):
    found = check(examples, asked=template(chosen))
    assert (found.problems, found.rows.total()) == ([], sum(map(len, SENTENCES.values())))


def test_examples_built_as_parquet_are_well(tmp_path):
    lines = [example_line(example(found)) for found in SENTENCES["ee"]]
    path = put_lines(tmp_path, "sample", "ee", lines, "train.parquet")
    found = check(path)
    assert (found.problems, found.rows) == ([], {"ee": len(lines)})


@pytest.mark.parametrize("name", ["llamafactory", "verl"])
def test_two_processes_find_the_same_as_one(tmp_path, name):
    path = tmp_path / "many.jsonl"
    path.write_bytes(b"\n".join(example_line(example(found)) for found in many("re", 600)))
    rows = export(path, tmp_path, name, OURS, again=True).path if name == "verl" else path
    one, two = check(rows), check(rows, jobs=2)
    assert (one.rows, one.lines, one.problems) == (two.rows, two.lines, two.problems) == ({"re": 600}, 600, [])


def test_progress_is_told_for_every_line(examples):
    told = []
    check(examples, progress=told.append)
    assert sum(told) == sum(map(len, SENTENCES.values()))


def test_empty_lines_are_not_rows(tmp_path, examples):
    path = tmp_path / "gaps.jsonl"
    path.write_bytes(b"\n\n" + examples.read_bytes().replace(b"\n", b"\n\n"))
    assert check(path).rows.total() == sum(map(len, SENTENCES.values()))


# -- targets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WITH_TARGETS)
def test_a_truncated_target_is_found(changed, name):
    found = check(changed(name, with_target(name, lambda target: target[: len(target) // 2])))
    ((number, problem),) = found.problems
    assert (number, found.below.total()) == (3, 1)
    assert re.match(r"target: scores \S+, the best is \S+ \(", problem)


@pytest.mark.parametrize("name", WITH_TARGETS)
def test_the_target_of_another_row_is_found(changed, exported, name):
    other = rows_in(exported[name])[0]
    target = other["output"] if name == "llamafactory" else other["messages"][1]["content"]
    found = check(changed(name, with_target(name, lambda _: target)))
    assert [number for number, _ in found.problems] == [3]


@pytest.mark.parametrize("name", WITH_TARGETS)
@pytest.mark.parametrize("target", ["", "{}", "I do not know.", "null"])
def test_a_target_that_says_nothing_is_found(changed, name, target):
    found = check(changed(name, with_target(name, lambda _: target)))
    assert [number for number, _ in found.problems] == [3]


@pytest.mark.parametrize("name", WITH_TARGETS)
def test_a_target_that_is_no_string_is_found(changed, name):
    found = check(changed(name, with_target(name, json.loads)))
    assert found.problems == [(3, "target: expected a string, found an object")]


def test_a_target_is_read_as_the_reward_would_read_it(changed):
    path = changed("llamafactory", with_target("llamafactory", lambda target: f"```json\n{target}\n```"))
    assert check(path).problems == []


def test_a_target_is_measured_by_the_reward_that_is_given(changed):
    path = changed("llamafactory", with_target("llamafactory", str.upper))
    lenient = {task: sfr.reward(task, casing="fold") for task in TASKS}
    assert (check(path).count, check(path, rewards=lenient).count) == (1, 0)


def test_what_a_paper_string_cannot_hold_is_below_the_best_and_what_records_hold_is_not(tmp_path):
    sentence = {
        "id": "a",
        "task": "ner",
        "text": "New York York",
        "schema": {"types": ["place"], "roles": []},
        "gold": {"place": ["New York", "York"]},  # in one string they are the text, and so one mention
    }
    path = tmp_path / "one.jsonl"
    path.write_bytes(line(row(sentence)))
    found = check(path, asked=template("cm-slots"))
    assert (found.below, [number for number, _ in found.problems]) == ({"ner": 1}, [1])
    assert check(path, asked=template("cm-records")).problems == []


# -- prompts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", JSON_LINES)
def test_a_prompt_without_its_text_is_found(changed, name):
    found = check(changed(name, with_prompt(name, lambda prompt: prompt.rpartition("\n")[0] + "\nAnother text.")))
    assert found.problems == [(3, "prompt: expected the text of the ground truth at its end")]


@pytest.mark.parametrize("name", JSON_LINES)
def test_a_prompt_that_is_cut_off_is_found(changed, name):
    found = check(changed(name, with_prompt(name, lambda prompt: prompt[:-1])))
    assert found.problems == [(3, "prompt: expected the text of the ground truth at its end")]


@pytest.mark.parametrize("name", JSON_LINES)
def test_a_prompt_that_does_not_name_a_type_is_found(changed, name):
    missing = SENTENCES["ner"][2]["schema"]["types"][-1]
    found = check(changed(name, with_prompt(name, lambda prompt: prompt.replace(missing, "thing", 1))))
    assert (3, f"prompt: does not name {missing} of the schema") in found.problems


def test_every_row_whose_prompt_does_not_name_a_type_is_found(tmp_path):
    ours = OURS.model_copy(update={"instructions": {"ner": "Find what there is in:"}})
    path = tmp_path / "many.jsonl"
    path.write_bytes(b"\n".join(example_line(example(found)) for found in many("ner", 300)))
    assert check(path, asked=ours).count == 300


def test_a_prompt_that_does_not_name_a_role_is_found(tmp_path, exported):
    rows = rows_in(exported["easyr1"])
    (number,) = [i for i, found in enumerate(rows) if found["id"] == "ee-01"]
    rows[number]["problem"] = rows[number]["problem"].replace("Instrument", "Thing", 1)
    path = tmp_path / "changed.jsonl"
    path.write_text("".join(f"{json.dumps(found)}\n" for found in rows))
    assert (number + 1, "prompt: does not name Instrument of the schema") in check(path).problems


@pytest.mark.parametrize("name", JSON_LINES)
def test_two_instructions_for_one_schema_are_found(changed, name):
    found = check(changed(name, with_prompt(name, lambda prompt: f"Please! {prompt}")))
    assert found.problems == [(0, "ner: 2 different instructions for the same schema; expected one")]


def test_two_instructions_for_two_schemas_are_well(tmp_path):
    one, other = SENTENCES["ner"][:2]
    types = [*other["schema"]["types"], "planet"]
    path = tmp_path / "two.jsonl"
    path.write_bytes(b"\n".join([line(row(one)), line(row({**other, "schema": {"types": types, "roles": []}}))]))
    assert check(path).problems == []


# -- ground truths ---------------------------------------------------------------------------------------

BROKEN = {
    "cut off": lambda truth: truth[:50],
    "no JSON": lambda _: "person: Kevin",
    "nothing": lambda _: "",
    "a list": lambda _: "[]",
    "a string": lambda _: '"a"',
    "nested too deep": lambda _: "[" * 100_000,
    "a value nested too deep": lambda truth: truth[:-1] + ',"more":' + "[" * 100_000 + "]" * 100_000 + "}",
    "a constant that JSON does not know": lambda truth: truth[:-1] + ',"more":NaN}',
    "half a surrogate pair": lambda truth: truth.replace('"text":"', '"text":"\\ud800', 1),
    "a task that there is not": lambda truth: truth.replace('"ner"', '"pos"', 1),
    "no schema": lambda truth: truth.replace('"schema"', '"scheme"', 1),
    "gold in another shape": lambda truth: json.dumps({**json.loads(truth), "gold": ["Kevin"]}),
    "a text that is a number": lambda truth: json.dumps({**json.loads(truth), "text": 7}),
    "an empty text": lambda truth: json.dumps({**json.loads(truth), "text": ""}),
}


def test_a_value_nested_as_deep_as_a_version_of_python_can_read_stops_no_check(changed):
    deep = with_truth("easyr1", lambda truth: truth[:-1] + ',"more":' + "[" * 5_000 + "]" * 5_000 + "}")
    found = check(changed("easyr1", deep))
    assert found.rows.total() + found.count == sum(map(len, SENTENCES.values()))


@pytest.mark.parametrize("name", ["llamafactory", "easyr1"])
@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_a_broken_ground_truth_is_found(changed, name, change):
    found = check(changed(name, with_truth(name, change)))
    assert found.problems
    assert all(number == 3 and problem.startswith("ground truth: ") for number, problem in found.problems)
    assert found.rows.total() == sum(map(len, SENTENCES.values())) - 1


def test_a_number_that_is_out_of_range_stops_no_check(changed):
    path = changed("trl", with_truth("trl", lambda truth: truth[:-1] + ',"more":1e999}'))
    assert {number for number, _ in check(path).problems} <= {3}


@pytest.mark.parametrize("name", JSON_LINES)
def test_a_ground_truth_that_is_an_object_is_found(changed, name):
    found = check(changed(name, with_truth(name, json.loads)))
    assert found.problems == [(3, "ground truth: expected a string, found an object")]


@pytest.mark.parametrize("name", JSON_LINES)
def test_gold_with_a_type_outside_its_schema_is_found(changed, name):
    found = check(changed(name, with_envelope(name, gold={"planet": ["Mars"]})))
    assert found.problems == [(3, "ground truth: gold: types that the schema has not: planet")]


def test_gold_of_an_example_with_a_type_outside_its_schema_is_found(tmp_path):
    path = tmp_path / "one.jsonl"
    path.write_bytes(line(row({**SENTENCES["ner"][0], "gold": {"planet": ["Mars"]}})))
    assert check(path).problems == [(1, "gold: types that the schema has not: planet")]


def test_an_example_that_the_template_has_nothing_for_is_found(tmp_path, examples):
    ours = OURS.model_copy(update={"name": "own", "instructions": {"ner": OURS.instructions["ner"]}})
    found = check(examples, asked=ours)
    assert {problem for _, problem in found.problems} == {
        f"template own has no instruction for {task}; it has: ner" for task in ("re", "ee")
    }
    assert found.rows == {"ner": len(SENTENCES["ner"])}


# -- rows of no kind, and of another shape ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b'{"a": 1, "b": 2}', r"expected an example, or a row of llamafactory, .*, skyrl; found the keys a, b"),
        (b"7", "expected a JSON object, found the number 7"),
        (b"[]", "expected a JSON object, found a list"),
        (b"{", "expected one JSON object in the line: .*"),
        (b"\xff", "expected UTF-8: .*"),
        (b"[" * 100_000, "expected one JSON object in the line: .*"),
        (b'{"prompt": [], "ground_truth": "{}"}', "expected a row of trl, found one of another shape"),
        (b'{"prompt": "a", "ground_truth": "{}"}', "expected a row of trl, found one of another shape"),
        (b'{"messages": [7], "solution": "{}"}', "expected a row of ms-swift, found one of another shape"),
        (b'{"input": [{}], "label": "{}"}', "expected a row of openrlhf, found one of another shape"),
        (b'{"problem": 7, "answer": "{}"}', "prompt: expected a string, found the number 7"),
        (
            b'{"messages": [{"role": "user", "content": "a"}], "ground_truth": "{}"}',
            "expected a row of llamafactory-messages, found one of another shape",
        ),
        (
            b'{"data_source": "a", "prompt": [{"content": "a"}], "reward_model": "b", "extra_info": {}}',
            "expected a row of verl, found one of another shape",
        ),
    ],
)
def test_a_row_of_no_kind_or_of_another_shape_is_found(tmp_path, text, problem):
    path = tmp_path / "one.jsonl"
    path.write_bytes(b"\n" + text)
    ((number, found),) = check(path).problems
    assert number == 2
    assert re.fullmatch(problem, found)


@pytest.mark.parametrize("text", [b"", b" \n\n"], ids=["empty", "blank"])
def test_a_file_without_rows_is_not_well(tmp_path, text):
    path = tmp_path / "none.jsonl"
    path.write_bytes(text)
    assert check(path).problems == [(0, "expected rows, found none")]


def test_of_many_problems_the_first_are_kept_and_all_are_counted(tmp_path):
    path = tmp_path / "bad.jsonl"
    path.write_bytes(b"{}\n" * 700)
    found = check(path, jobs=2)
    assert [number for number, _ in found.problems] == list(range(1, 51))
    assert (found.count, found.lines) == (700, 700)


def test_a_file_that_is_no_parquet_is_refused(tmp_path):
    path = tmp_path / "bad.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(ValueError, match="is not a Parquet file"):
        check(path)


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        check(tmp_path / "none.jsonl")


def test_types_that_differ_in_case_or_signs_alone_are_told(tmp_path):
    one, other = SENTENCES["ner"][:2]
    lines = [
        line(row({**one, "schema": {"types": ["Part-Of", "person"], "roles": []}, "gold": {}})),
        line(row({**other, "schema": {"types": ["part of", "Person"], "roles": []}, "gold": {}})),
    ]
    path = tmp_path / "two.jsonl"
    path.write_bytes(b"\n".join(lines))
    found = check(path)
    assert (found.look_alikes, found.problems) == ([("Part-Of", "part of"), ("Person", "person")], [])


def test_types_that_are_spelled_alike_in_all_schemas_are_not_told(examples):
    assert check(examples).look_alikes == []


# -- lengths ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    """The folder of a tokenizer of words and signs, with a chat template."""
    pytest.importorskip("transformers")
    return put_tokenizer(tmp_path_factory.mktemp("tokenizer"))


@pytest.fixture
def offline(monkeypatch):
    """No name is looked up on the hub."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def words(text):
    """Words and signs, as the tokenizer of the tests parts them."""
    return re.findall(r"\w+|[^\w\s]+", text)


def lengths(path, read):
    """Tokens of prompts, with one before, one behind and one for the answer; and of targets, with one behind."""
    asked = [read(found) for found in rows_in(path)]
    return [len(words(prompt)) + 3 for prompt, _ in asked], [len(words(target)) + 1 for _, target in asked]


def alpaca(found):
    return f"{found['instruction']}\n{found['input']}", found["output"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_tokens_are_counted_as_the_trainer_would_count_them(exported, tokenizer, jobs):
    found = check(exported["llamafactory"], limits=Limits(str(tokenizer)), jobs=jobs)
    assert (list(found.prompt_tokens), list(found.target_tokens)) == lengths(exported["llamafactory"], alpaca)


def test_without_a_chat_template_the_prompt_is_counted_alone(exported, tmp_path):
    pytest.importorskip("transformers")
    folder = put_tokenizer(tmp_path / "plain", chat=None)
    found = check(exported["llamafactory"], limits=Limits(str(folder)))
    prompts, targets = lengths(exported["llamafactory"], alpaca)
    assert list(found.prompt_tokens) == [length - 3 for length in prompts]
    assert list(found.target_tokens) == targets


def test_what_the_trainer_passes_to_the_chat_template_counts(exported, tmp_path):
    pytest.importorskip("transformers")
    switch = "{% if enable_thinking is defined and not enable_thinking %} one two {% endif %}"
    folder = put_tokenizer(tmp_path / "switch", chat=CHAT + switch)
    plain = check(exported["trl"], limits=Limits(str(folder)))
    without = check(exported["trl"], limits=Limits(str(folder), chat={"enable_thinking": False}))
    assert [length + 2 for length in plain.prompt_tokens] == list(without.prompt_tokens)
    assert plain.target_tokens == without.target_tokens


@pytest.mark.parametrize("name", TRAINERS)
def test_all_kinds_of_rows_have_the_same_lengths(exported, tokenizer, name):
    """Where rows have no target, a model still has to write one."""
    found = check(exported[name], limits=Limits(str(tokenizer)))
    assert (list(found.prompt_tokens), list(found.target_tokens)) == lengths(exported["llamafactory"], alpaca)


def test_examples_have_the_lengths_of_their_rows(examples, exported, tokenizer):
    found = check(examples, limits=Limits(str(tokenizer)))
    assert (list(found.prompt_tokens), list(found.target_tokens)) == lengths(exported["llamafactory"], alpaca)


@pytest.mark.parametrize("name", ["llamafactory", "verl"])
@pytest.mark.parametrize("limited", ["prompt", "target", "total"])
def test_every_row_that_is_too_long_is_found(exported, tokenizer, limited, name):
    prompts, targets = lengths(exported["llamafactory"], alpaca)
    totals = [prompt + target for prompt, target in zip(prompts, targets, strict=True)]
    measured = {"prompt": prompts, "target": targets, "total": totals}[limited]
    limit = sorted(measured)[-4] - 1
    what = {"total": "prompt and target"}.get(limited, limited)
    found = check(exported[name], limits=Limits(str(tokenizer), **{limited: limit}))
    assert found.problems == [
        (number, f"{what}: {length:,} tokens, the limit is {limit:,}")
        for number, length in enumerate(measured, 1)
        if length > limit
    ]
    assert found.count >= 4


def test_a_row_as_long_as_the_limit_is_well(exported, tokenizer):
    prompts, targets = lengths(exported["llamafactory"], alpaca)
    limits = Limits(str(tokenizer), prompt=max(prompts), target=max(targets), total=max(prompts) + max(targets))
    assert check(exported["llamafactory"], limits=limits).problems == []


def test_without_a_tokenizer_nothing_is_counted(exported):
    found = check(exported["llamafactory"])
    assert (len(found.prompt_tokens), len(found.target_tokens)) == (0, 0)


def test_without_transformers_it_is_said_what_to_install(examples, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ValueError, match=r"counting tokens takes transformers: .* 'sfr\[tokenizers\]'"):
        check(examples, limits=Limits("none"))


FOLDERS = {
    "an empty folder": {},
    "files that are no JSON": {"tokenizer.json": "{", "tokenizer_config.json": "{"},
    "files of something else": {"tokenizer.json": '{"a": 1}', "tokenizer_config.json": "{}"},
}


@pytest.mark.parametrize("files", FOLDERS.values(), ids=FOLDERS)
def test_a_folder_without_a_tokenizer_is_named(examples, tmp_path, offline, files):
    pytest.importorskip("transformers")
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match="there is no tokenizer in ") as error:
        check(examples, limits=Limits(str(tmp_path)))
    assert str(tmp_path) in str(error.value)


@pytest.mark.parametrize("chat", ["{% if", "{{ raise_exception('no') }}"], ids=["no template", "one that refuses"])
def test_a_chat_template_that_does_not_work_is_named(examples, tmp_path, chat):
    pytest.importorskip("transformers")
    folder = put_tokenizer(tmp_path / "broken", chat=chat)
    with pytest.raises(ValueError, match="chat template") as error:
        check(examples, limits=Limits(str(folder)))
    assert str(folder) in str(error.value)


@pytest.mark.parametrize("size", [1, 2, 3, 99, 100, 1_000])
def test_percentiles_are_lengths_of_rows_that_so_many_rows_do_not_exceed(size):
    given = [7 * number for number in range(size)]
    found = percentiles(reversed(given))
    assert list(found) == ["P50", "P99", "max"]
    assert set(found.values()) <= set(given)
    for name, share in {"P50": 50, "P99": 99, "max": 100}.items():
        within = sum(length <= found[name] for length in given)
        assert share * size <= 100 * within <= share * size + 100


def test_where_there_are_no_rows_there_are_no_percentiles():
    assert percentiles([]) == {}
