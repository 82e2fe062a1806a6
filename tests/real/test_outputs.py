"""Real outputs of other systems are read: as many units as their files hold."""

import json
import re

import pytest

import sfr

FOLDER = "formats"


def rows(shared_data, name):
    text = (shared_data / FOLDER / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()] if name.endswith("l") else json.loads(text)


def size(parsed):
    """Units written: mentions, triples, triggers and arguments, repeats included."""
    found = parsed.extraction
    return len(found.entities) + len(found.relations) + sum(bool(e.trigger) + len(e.arguments) for e in found.events)


def written(value):
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize(
    ("name", "task", "size_of", "fmt"),
    [
        ("oneke_result_NER.json", "ner", lambda row: len(row["entity_list"]), "lists"),
        ("oneke_result_RE.json", "re", lambda row: len(row["relation_list"]), "lists"),
        (
            "oneke_result_EE.json",
            "ee",
            lambda row: sum(1 + len(e["event_argument"]) for e in row["event_list"]),
            "lists",
        ),
        ("oneke_result_triple.json", "re", lambda row: len(row["triple_list"]), "lists"),
    ],
    ids=["ner", "re", "ee", "triples"],
)
def test_results_of_oneke_are_read(shared_data, name, task, size_of, fmt):
    row = rows(shared_data, name)
    raw = sfr.parse((shared_data / FOLDER / name).read_text(encoding="utf-8"), task)
    assert (size_of(row), fmt, "ok") == (size(raw), raw.format, raw.status)
    assert raw == sfr.parse(written(row), task)
    assert raw.problems == ()


def test_the_rows_of_oneke_for_crossner_are_read(shared_data):
    data = rows(shared_data, "oneke_crossner_ai_test.json")
    assert len(data) == 50
    for row in data:
        parsed = sfr.parse(written(row), "ner", row["sentence"])
        expected = [(e["type"], e["name"]) for e in row["entity_list"]]
        assert expected == [(e.type, e.text) for e in parsed.extraction.entities]
        assert (parsed.status, parsed.problems) == ("ok", ())
        assert parsed.extraction == sfr.parse(written(row["entity_list"]), "ner").extraction


def iepile_output_size(task, output):
    """The values of an output that are not NAN, counted in its JSON; the format of an answer with any."""
    if task == "KG":
        values = [v for heads in output.values() for relations in heads.values() for v in relations.values()]
        return sum(len(v) if isinstance(v, list) else 1 for v in values)
    items = [item for items in output.values() for item in items]
    if task in {"NER", "RE", "SPO", "EET"}:
        return len(items)
    values = [v for item in items for v in item["arguments"].values()]
    return len(items) + sum(len(v) if isinstance(v, list) else v != "NAN" for v in values)


IEPILE = {"NER": "ner", "RE": "re", "SPO": "re", "KG": "re", "EE": "ee", "EET": "ee", "EEA": "ee"}


@pytest.mark.parametrize("name", IEPILE)
def test_outputs_of_iepile_are_read(shared_data, name):
    data = rows(shared_data, f"iepile_{name}_train_converted.jsonl")
    assert len(data) == 5
    for row in data:
        text = json.loads(row["instruction"])["input"]
        parsed = sfr.parse(row["output"], IEPILE[name], text)
        expected = iepile_output_size(name, json.loads(row["output"]))
        assert (expected, "ok", ()) == (size(parsed), parsed.status, parsed.problems)
        if expected:
            assert ("records" if name == "NER" else "iepile") == parsed.format


def test_outputs_of_iepile_keep_their_values(shared_data):
    knowledge = rows(shared_data, "iepile_KG_train_converted.jsonl")[0]["output"]
    found = [(r.type, r.head, r.tail) for r in sfr.parse(knowledge, "re").extraction.relations]
    assert found[:2] == [("别名", "明治天皇", "睦仁"), ("父母", "明治天皇", "孝明天皇")]
    event = sfr.parse(rows(shared_data, "iepile_EEA_train_converted.jsonl")[0]["output"], "ee").extraction.events[0]
    arguments = [(a.role, a.text) for a in event.arguments]
    assert (
        event.type,
        event.trigger,
        arguments,
    ) == ("组织关系-裁员", "裁员", [("时间", "5月份"), ("裁员人数", "900余人")])


@pytest.mark.parametrize("name", IEPILE)
def test_raw_rows_of_iepile_are_read(shared_data, name):
    data = rows(shared_data, f"iepile_{name}_sample.jsonl")
    total = 0
    for row in data:
        parsed = sfr.parse(written(row), IEPILE[name], row["text"])
        items = row.get("entity", row.get("relation", row.get("event")))
        expected = len(items) + sum(len(item.get("arguments", ())) for item in items)
        assert (expected, "ok") == (size(parsed), parsed.status)
        total += expected
    assert total


def test_raw_rows_of_iepile_keep_their_values(shared_data):
    for row in rows(shared_data, "iepile_NER_sample.jsonl"):
        expected = [(e["entity_type"], e["entity"]) for e in row["entity"]]
        assert expected == [(e.type, e.text) for e in sfr.parse(written(row), "ner").extraction.entities]
    for row in rows(shared_data, "iepile_SPO_sample.jsonl"):
        expected = [(r["relation"], r["head"], r["tail"]) for r in row["relation"]]
        assert expected == [(r.type, r.head, r.tail) for r in sfr.parse(written(row), "re").extraction.relations]


def test_conversations_of_universalner_are_read(shared_data):
    data = rows(shared_data, "universalner_crossner_ai.json")
    assert len(data) == 50
    total = 0
    for row in data:
        *_, question, answer = row["conversations"]
        text = row["conversations"][0]["value"].removeprefix("Text: ")
        (kind,) = re.fullmatch(r"What describes (.+) in the text\?", question["value"]).groups()
        parsed = sfr.parse(answer["value"], "ner", text, [kind])
        expected = [(kind, value) for value in json.loads(answer["value"])]
        assert expected == [(e.type, e.text) for e in parsed.extraction.entities]
        assert (parsed.status, parsed.problems) == ("ok", ())
        total += len(expected)
    assert total


def test_rows_of_gliner_are_read(shared_data):
    data = rows(shared_data, "gliner_sample_data.json")
    assert len(data) == 50
    for row in data:
        parsed = sfr.parse(written(row), "ner", " ".join(row["tokenized_text"]))
        expected = [(kind, " ".join(row["tokenized_text"][a : b + 1])) for a, b, kind in row["ner"]]
        assert expected == [(e.type, e.text) for e in parsed.extraction.entities]
        assert (parsed.status, parsed.problems) == ("ok", ())


def events(parsed):
    return [(e.type, e.trigger, [(a.role, a.text) for a in e.arguments]) for e in parsed.extraction.events]


def test_records_of_uie_are_read(shared_data):
    data = rows(shared_data, "uie_text2spotasoc_phee2.jsonl")
    assert len(data) == 20
    for row in data:
        parsed = sfr.parse(row["record"], "ee", row["text"])
        expected = [(s["label"], s["span"], [tuple(a) for a in s["asoc"]]) for s in row["spot_asoc"]]
        assert expected == events(parsed)
        assert (parsed.format, parsed.status) == ("sel", "ok")


def test_rows_of_uie_are_read(shared_data):
    for row in rows(shared_data, "uie_text2spotasoc_phee2.jsonl"):
        parsed = sfr.parse(written(row), "ee", row["text"])
        expected = [(e["type"], e["text"], [(a["type"], a["text"]) for a in e["args"]]) for e in row["event"]]
        assert (expected, "lists", "ok") == (events(parsed), parsed.format, parsed.status)


def test_the_examples_within_the_instructions_of_instructuie_are_read(shared_data):
    (config,) = [rows(shared_data, "instructuie_instruction_config.json")]
    formats = {
        task: re.findall(r'"([^"]+: [^"]+)"', " ".join(i["instruction"] for i in config[task]))
        for task in ("NER", "RE")
    }
    assert all(formats.values())
    for example in formats["NER"]:
        parsed = sfr.parse(example, "ner")
        assert (example.count(":"), "instructuie") == (len(parsed.extraction.entities), parsed.format)
    for example in formats["RE"]:
        parsed = sfr.parse(example, "re")
        assert (example.count(":"), "instructuie") == (len(parsed.extraction.relations), parsed.format)
