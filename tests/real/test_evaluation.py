"""Real gold that was damaged in known ways has the sums that plain sets of tuples give, and the numbers follow."""

import json
import unicodedata

import pytest
from click.testing import CliRunner

from sfr.cli import main

TASKS = {"wikineural": "ner", "GENIA": "ner", "AnatEM": "ner", "semeval_RE": "re", "PHEE": "ee"}
MILD = {"dropped": 10, "retyped": 11, "moved": 13, "made_up": 7, "broken": 25}
HARSH = {"dropped": 4, "retyped": 11, "moved": 13, "made_up": 3, "broken": 10}
NEVER = 10**9
ONE_KIND = dict.fromkeys(MILD, NEVER) | {"made_up": 5}
"""Every how many units, or answers, one of them is damaged."""


def run(*arguments):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="sfr")
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


@pytest.fixture(scope="module")
def gold(shared_data, tmp_path_factory):
    """The examples of the dev split of each data set, as they stand in the files."""
    out = tmp_path_factory.mktemp("built")
    CliRunner().invoke(main, ["data", "build", str(shared_data), *TASKS, "-o", str(out)])
    return {
        name: [json.loads(line) for line in (out / name / "dev.jsonl").read_text("utf-8").splitlines()]
        for name in TASKS
    }


def units_of(row):
    """The gold of an example as tuples that begin with the type."""
    for kind, items in row["gold"].items():
        for item in items:
            if row["task"] == "ner":
                yield kind, item
            elif row["task"] == "re":
                yield (kind, *item)
            else:
                yield kind, item["trigger"], tuple(map(tuple, item["arguments"]))


MADE_UP = {"ner": ("qq",), "re": ("qq", "zz"), "ee": ("qq", (("Effect", "zz"),))}


def damaged(rows, harm):
    """Units of the prediction of each example, None where the answer is broken: every n-th unit has a fault."""
    number = 0
    for place, row in enumerate(rows, 1):
        types, found = row["schema"]["types"], []
        for unit in units_of(row):
            number += 1
            if number % harm["dropped"] == 0:
                continue
            kind, text, *rest = unit
            if number % harm["retyped"] == 0:
                kind = types[types.index(kind) - 1] if types[1:] else f"{kind} of sorts"
            elif number % harm["moved"] == 0:
                text = f"{text} qq"
            found.append((kind, text, *rest))
            if number % harm["made_up"] == 0:
                found.append((unit[0], *MADE_UP[row["task"]]))
        yield None if place % harm["broken"] == 0 else found


def answer(task, units):
    """The text of an answer."""
    if units is None:
        return "I do not know."
    found = {}
    for kind, *rest in units:
        item = {"ner": lambda text: text, "re": lambda *pair: pair, "ee": event}[task](*rest)
        found.setdefault(kind, []).append(item)
    return json.dumps(found, ensure_ascii=False)


def event(trigger, arguments):
    return {"trigger": trigger, "arguments": arguments}


def normal(text):
    return " ".join(unicodedata.normalize("NFC", text).split())


def sets_of(task, units):
    """What each metric compares, as a set."""
    if task != "ee":
        return {{"ner": "entity", "re": "relation"}[task]: {tuple(map(normal, unit)) for unit in units}}
    arguments = [
        (normal(kind), normal(word), role, normal(text)) for kind, word, found in units for role, text in found
    ]
    return {
        "trigger_id": {normal(trigger) for _, trigger, _ in units},
        "trigger": {(normal(kind), normal(trigger)) for kind, trigger, _ in units},
        "argument": {(kind, role, text) for kind, _, role, text in arguments},
        "argument_attached": set(arguments),
    }


def expected_of(rows, predictions):
    """By metric, units in gold, in the predictions, in both."""
    totals = {}
    for row, units in zip(rows, predictions, strict=True):
        golds, preds = sets_of(row["task"], list(units_of(row))), sets_of(row["task"], units or [])
        for metric, gold in golds.items():
            sums = len(gold), len(preds[metric]), len(gold & preds[metric])
            totals[metric] = tuple(map(sum, zip(totals.get(metric, (0, 0, 0)), sums, strict=True)))
    return totals


@pytest.fixture(scope="module")
def written(gold, tmp_path_factory):
    """Files of predictions by data set and harm, and what their sums are."""
    folder = tmp_path_factory.mktemp("runs")

    def write(name, harm):
        rows, predictions = gold[name], list(damaged(gold[name], harm))
        path = folder / f"{name}-{harm['made_up']}.jsonl"
        lines = [
            json.dumps({**row, "output": answer(row["task"], units)}, ensure_ascii=False)
            for row, units in zip(rows, predictions, strict=True)
        ]
        path.write_text("\n".join(lines), encoding="utf-8")
        return path, expected_of(rows, predictions)

    return write


@pytest.mark.parametrize("harm", [MILD, HARSH], ids=["mild", "harsh"])
@pytest.mark.parametrize("name", TASKS)
def test_damaged_gold_has_the_sums_that_it_was_damaged_to(written, name, harm):
    path, expected = written(name, harm)
    found = json.loads(run("evaluate", path, "--draws", "0", "--format", "json"))
    rows = {row["metric"]: row for row in found["scores"]}
    assert expected == {metric: tuple(rows[metric][key] for key in ("gold", "pred", "hit")) for metric in expected}
    for metric, (golds, preds, hits) in expected.items():
        assert rows[metric]["precision"] == hits / preds
        assert rows[metric]["recall"] == hits / golds
        assert rows[metric]["f1"] == pytest.approx(2 * hits / (golds + preds), abs=1e-15)


@pytest.mark.parametrize("name", TASKS)
def test_gold_itself_has_all_right(gold, tmp_path, name):
    path = tmp_path / "run.jsonl"
    lines = [json.dumps({**row, "output": answer(row["task"], units_of(row))}) for row in gold[name]]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = json.loads(run("evaluate", path, "--draws", "0", "--format", "json"))
    on_text = [row for row in found["scores"] if not row["metric"].endswith("_span")]
    assert {(row["f1"], row["gold"] - row["hit"]) for row in on_text} == {(1.0, 0)}
    assert {row["kind"] for row in found["errors"]} == {"hit"}


@pytest.mark.parametrize(("name", "most_lost"), [("wikineural", 4), ("GENIA", 11), ("AnatEM", 0), ("semeval_RE", 0)])
def test_what_is_written_without_places_is_found_in_the_text_nearly_always(gold, tmp_path, name, most_lost):
    """A text that holds a mention twice, where gold has the second place only, does not say which is meant."""
    path = tmp_path / "run.jsonl"
    lines = [json.dumps({**row, "output": answer(row["task"], units_of(row))}) for row in gold[name]]
    path.write_text("\n".join(lines), encoding="utf-8")
    found = json.loads(run("evaluate", path, "--draws", "0", "--format", "json"))
    (row,) = (row for row in found["scores"] if row["metric"].endswith("_span"))
    assert row["hit"] >= row["gold"] - most_lost


def test_every_broken_answer_is_counted(written, gold):
    path, _ = written("wikineural", MILD)
    (row,) = json.loads(run("evaluate", path, "--draws", "0", "--format", "json"))["parsing"]
    assert round(row["unparsable"] * row["outputs"]) == len(gold["wikineural"]) // MILD["broken"]
    assert row["recovered"] == 0


def test_what_was_made_up_is_found_to_be(written):
    path, expected = written("GENIA", ONE_KIND)
    golds, preds, hits = expected["entity"]
    found = json.loads(run("evaluate", path, "--draws", "0", "--format", "json"))["errors"]
    assert hits == golds
    assert {row["kind"]: row["n"] for row in found} == {"hit": hits, "invented": preds - hits}


@pytest.mark.parametrize("name", ["wikineural", "PHEE"])
def test_less_harm_is_better_beyond_doubt(written, name):
    (harsh, worse), (mild, better) = written(name, HARSH), written(name, MILD)
    found = json.loads(run("evaluate", f"harsh={harsh}", f"mild={mild}", "--draws", "200", "--format", "json"))
    contrasts = {row["metric"]: row for row in found["contrasts"]}
    for metric in better:
        one, other = (2 * hits / (golds + preds) for golds, preds, hits in (worse[metric], better[metric]))
        assert contrasts[metric]["difference"] == pytest.approx(other - one)
        assert contrasts[metric]["interval_low"] > 0
        assert contrasts[metric]["randomisation"] < 0.05


def test_several_data_sets_have_their_mean_and_their_sum(written, tmp_path):
    names = [name for name, task in TASKS.items() if task == "ner"]
    files, expected = zip(*(written(name, MILD) for name in names), strict=True)
    path = tmp_path / "all.jsonl"
    path.write_text("\n".join(file.read_text("utf-8") for file in files), encoding="utf-8")
    found = json.loads(run("evaluate", path, "--draws", "100", "--format", "json"))
    rows = {row["dataset"]: row for row in found["scores"] if row["metric"] == "entity"}
    f1s = [2 * hits / (golds + preds) for golds, preds, hits in (each["entity"] for each in expected)]
    golds, preds, hits = (sum(each["entity"][i] for each in expected) for i in range(3))
    assert rows["(mean)"]["f1"] == pytest.approx(sum(f1s) / len(f1s))
    assert rows["(pooled)"]["f1"] == pytest.approx(2 * hits / (golds + preds))
    assert all(row["interval_low"] < row["f1"] < row["interval_high"] for row in rows.values())


def test_results_are_made_again_to_the_last_digit(written, tmp_path):
    path, _ = written("PHEE", HARSH)
    results = tmp_path / "results.json"
    run("evaluate", path, "--draws", "100", "-o", results)
    assert "rows are the same" in run("rerun", results)
