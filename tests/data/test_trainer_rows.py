import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sfr
from sfr import Argument, Entity, Event, Extraction, Relation, Schema
from sfr.data.exporting import prompted
from sfr.data.prompts import template, template_names
from sfr.data.trainer_rows import TRAINERS, Prompted, ground_truth, kind_of_row
from sfr.examples import Example
from sfr.structures import TASKS
from tests import strategies
from tests.training import SENTENCES, example
from tests.training import TRAINERS as KINDS

TEXT = 'Kevin, "the Fox", left Zürich.'
EXAMPLE = Example(
    "dev-7",
    "zoo",
    "dev",
    "ner",
    TEXT,
    Schema(("person", "place")),
    Extraction(entities=(Entity("person", "Kevin", ((0, 5),)), Entity("place", "Zürich", ((23, 29),)))),
)
TARGET = '{"person": ["Kevin"], "place": ["Zürich"]}'
ROW = Prompted(41, EXAMPLE, "Find person, place in:", f"Find person, place in:\n{TEXT}", TARGET)
TRUTH = (
    '{"task":"ner","text":"Kevin, \\"the Fox\\", left Zürich.","gold":{"person":["Kevin"],"place":["Zürich"]},'
    '"schema":{"types":["person","place"],"roles":[]}}'
)
ASKED = [{"role": "user", "content": ROW.prompt}]
ANSWER = {"role": "assistant", "content": TARGET}
WHENCE = {"dataset": "zoo", "id": "dev-7"}

WRITTEN = {
    "llamafactory": {
        "instruction": "Find person, place in:",
        "input": TEXT,
        "output": TARGET,
        "ground_truth": TRUTH,
    },
    "llamafactory-messages": {"messages": [*ASKED, ANSWER], "ground_truth": TRUTH},
    "verl": {
        "data_source": "zoo",
        "prompt": ASKED,
        "ability": "ner",
        "reward_model": {"style": "rule", "ground_truth": TRUTH},
        "extra_info": {"split": "dev", "index": 41, "task": "ner", "id": "dev-7"},
    },
    "trl": {"prompt": ASKED, "ground_truth": TRUTH, **WHENCE},
    "easyr1": {"problem": ROW.prompt, "answer": TRUTH, **WHENCE},
    "openrlhf": {"input": ASKED, "label": TRUTH, **WHENCE},
    "ms-swift": {"messages": ASKED, "solution": TRUTH, **WHENCE},
    "slime": {"prompt": ASKED, "label": TRUTH, "metadata": WHENCE},
    "rllm": {"question": ROW.prompt, "ground_truth": TRUTH, "dataset": "zoo", "example": "dev-7"},
    "nemo-rl": {"problem": ROW.prompt, "expected_answer": TRUTH, **WHENCE},
    "skyrl": {
        "prompt": ASKED,
        "env_class": "sfr",
        "reward_spec": {"method": "rule", "ground_truth": TRUTH},
        **WHENCE,
    },
}
WITH_TARGETS = {"llamafactory", "llamafactory-messages"}


# -- the rows --------------------------------------------------------------------------------------------


def test_there_are_rows_for_all_of_the_trainers():
    assert tuple(TRAINERS) == KINDS == tuple(WRITTEN)


@pytest.mark.parametrize("name", KINDS)
def test_a_row_is_as_its_trainer_reads_it(name):
    assert TRAINERS[name].write(ROW) == WRITTEN[name]


@pytest.mark.parametrize("name", KINDS)
def test_the_keys_of_a_row_are_in_their_order(name):
    assert json.dumps(TRAINERS[name].write(ROW)) == json.dumps(WRITTEN[name])


@pytest.mark.parametrize("name", KINDS)
def test_the_kind_of_a_row_is_told_by_its_keys(name):
    assert kind_of_row(TRAINERS[name].write(ROW)) == name


@pytest.mark.parametrize("name", KINDS)
def test_columns_that_were_added_do_not_change_the_kind(name):
    assert kind_of_row({**TRAINERS[name].write(ROW), "difficulty": 3}) == name


@pytest.mark.parametrize("name", KINDS)
def test_a_row_without_one_of_its_keys_is_of_no_kind(name):
    written = TRAINERS[name].write(ROW)
    for missing in TRAINERS[name].keys:
        assert kind_of_row({key: value for key, value in written.items() if key != missing}) is None


@pytest.mark.parametrize("row", [{}, {"text": "a", "label": "b"}, {"prompt": "a", "response": "b"}])
def test_other_rows_are_of_no_kind(row):
    assert kind_of_row(row) is None


@pytest.mark.parametrize("name", KINDS)
def test_what_was_written_is_read_back(name):
    prompt, target, truth = TRAINERS[name].read(TRAINERS[name].write(ROW))
    assert (prompt, target, truth) == (ROW.prompt, TARGET if name in WITH_TARGETS else None, TRUTH)


@pytest.mark.parametrize("name", KINDS)
def test_only_verl_reads_parquet(name):
    assert TRAINERS[name].suffix == (".parquet" if name == "verl" else ".jsonl")


@pytest.mark.parametrize("name", KINDS)
def test_only_llamafactory_has_files_entered(name):
    assert (TRAINERS[name].info is not None) == name.startswith("llamafactory")


def test_the_columns_of_parquet_are_those_of_the_rows():
    pa = pytest.importorskip("pyarrow")
    columns = TRAINERS["verl"].columns(pa)
    (read,) = pa.Table.from_pylist([WRITTEN["verl"]], schema=pa.schema(list(columns.items()))).to_pylist()
    assert read == WRITTEN["verl"]


def test_the_instruction_and_the_input_of_alpaca_make_the_prompt_of_the_others():
    row = TRAINERS["llamafactory"].write(ROW)
    assert f"{row['instruction']}\n{row['input']}" == TRAINERS["easyr1"].write(ROW)["problem"]


# -- the ground truth ------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS)
def test_the_ground_truth_is_the_sentence_as_json_text(task):
    for sentence in SENTENCES[task]:
        expected = {
            "task": task,
            "text": sentence["text"],
            "gold": sentence["gold"],
            "schema": {"types": sentence["schema"]["types"], "roles": sentence["schema"].get("roles", [])},
        }
        found = json.loads(ground_truth(example(sentence)))
        assert (list(found), found) == (list(expected), expected)


@given(st.sampled_from(TASKS).flatmap(lambda task: st.tuples(st.just(task), strategies.rows_of(task))), st.text())
def test_any_gold_and_any_text_come_back_from_the_ground_truth(case, text):
    task, rows = case
    schema = Schema(strategies.TYPES, strategies.ROLES)
    given = Example("a", "b", "train", task, text, schema, strategies.extraction(task, rows))
    found = json.loads(ground_truth(given))
    assert (found["task"], found["text"], found["gold"]) == (task, text, strategies.records(task, rows))
    assert found["schema"] == {"types": list(strategies.TYPES), "roles": list(strategies.ROLES)}


def test_the_ground_truth_says_nothing_of_offsets():
    assert json.loads(ground_truth(EXAMPLE)).keys() == {"task", "text", "gold", "schema"}


def test_relations_and_events_stand_in_the_ground_truth_as_records():
    relation = Relation("r", "a", "b")
    event = Event("e", "won", (Argument("agent", "a"), Argument("agent", "b")))
    golds = [
        json.loads(ground_truth(Example("i", "d", "s", task, "a b won", Schema((kind,), ("agent",)), gold)))["gold"]
        for task, kind, gold in (
            ("re", "r", Extraction(relations=(relation,))),
            ("ee", "e", Extraction(events=(event,))),
        )
    ]
    assert golds == [
        {"r": [["a", "b"]]},
        {"e": [{"trigger": "won", "arguments": [["agent", "a"], ["agent", "b"]]}]},
    ]


# -- all the way to the reward ---------------------------------------------------------------------------

RECORDS = [name for name in template_names() if template(name).format == "records"]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("chosen", RECORDS)
@pytest.mark.parametrize("task", TASKS)
def test_the_target_of_every_row_earns_the_best_reward_that_its_ground_truth_knows(task, chosen, name):
    kind = TRAINERS[name]
    for number, sentence in enumerate(SENTENCES[task]):
        row = prompted(example(sentence), template(chosen), number)
        _, target, truth = kind.read(json.loads(json.dumps(kind.write(row))))
        found = json.loads(truth)
        reward = sfr.reward(found["task"])
        answer = row.target if target is None else target
        score = reward.score(found["gold"], answer, found["text"], found["schema"])
        assert score.value == reward.best(found["gold"]).value


@pytest.mark.parametrize("chosen", template_names())
@pytest.mark.parametrize("task", TASKS)
def test_an_example_is_put_as_the_template_says(task, chosen):
    given = example(SENTENCES[task][0])
    row = prompted(given, template(chosen), 5)
    instruction = template(chosen).instruction(task, given.schema)
    assert (row.number, row.example, row.instruction) == (5, given, instruction)
    assert row.prompt == f"{instruction}\n{given.text}"
    assert row.target == template(chosen).target(given.gold, task, given.schema)
