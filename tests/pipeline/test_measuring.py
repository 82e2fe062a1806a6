"""What answers are worth, held against a count by hand and against the evaluation of the library."""

import json

import pytest

from sfr.evaluation import evaluate_outputs
from sfr.pipeline.measuring import METRICS, ScoresError, read_scores, scored
from sfr.rewards import reward
from sfr.structures import TASKS

NER = {"types": ["person", "place"]}
ROWS = [
    # Of 3 entities 2 are found, of 3 that were said 2 are right.
    (
        "one",
        "ner",
        "Ann met Bo in Rome.",
        NER,
        {"person": ["Ann", "Bo"], "place": ["Rome"]},
        {"person": ["Ann"], "place": ["Rome", "Bo"]},
        7,
    ),
    ("one", "ner", "Cy slept.", NER, {"person": ["Cy"]}, None, 9),
    # All right.
    ("two", "ner", "Di ran.", NER, {"person": ["Di"]}, {"person": ["Di"]}, 5),
    (
        "three",
        "re",
        "Ed of Rome.",
        {"types": ["lives in"]},
        {"lives in": [["Ed", "Rome"]]},
        {"lives in": [["Rome", "Ed"]]},
        3,
    ),
]


@pytest.fixture
def predictions(tmp_path):
    """A file of predictions, as ``sfr extract`` writes them."""

    def write(rows=ROWS):
        path = tmp_path / "predictions.jsonl"
        with path.open("w") as file:
            for number, (name, task, text, schema, gold, answer, tokens) in enumerate(rows):
                output = "no idea" if answer is None else json.dumps(answer)
                row = {"id": number, "dataset": name, "task": task, "text": text, "schema": schema, "gold": gold}
                file.write(json.dumps({**row, "output": output, "finish": "stop", "tokens": tokens}) + "\n")
        return path

    return write


def test_the_numbers_are_those_of_a_count_by_hand(predictions, tmp_path):
    scores = scored(predictions(), tmp_path / "scores.json", {"model": "a"})
    ner = scores["tasks"]["ner"]
    # Of one: 2 of 3 said are right, of 4 that there are 2 are found; of two: all. Data sets count the same.
    one = 2 * (2 / 3) * (1 / 2) / (2 / 3 + 1 / 2)
    assert ner["metrics"]["entity"]["data_sets"] == pytest.approx({"one": one, "two": 1.0})
    assert ner["metrics"]["entity"]["f1"] == pytest.approx((one + 1) / 2)
    assert ner["metrics"]["entity"]["precision"] == pytest.approx((2 / 3 + 1) / 2)
    assert ner["metrics"]["entity"]["recall"] == pytest.approx((1 / 2 + 1) / 2)
    assert (ner["examples"], ner["unparsable"], ner["tokens"]) == (3, 1, 7.0)
    assert scores["tasks"]["re"]["metrics"]["relation"]["f1"] == 0
    assert list(scores["tasks"]) == ["ner", "re"]


def test_the_reward_is_the_mean_of_the_paper_s(predictions, tmp_path):
    scores = scored(predictions(), tmp_path / "scores.json", {})
    expected = [
        reward("ner").score(gold, "no idea" if answer is None else json.dumps(answer), text, schema).value
        for _, task, text, schema, gold, answer, _ in ROWS
        if task == "ner"
    ]
    assert scores["tasks"]["ner"]["reward"] == pytest.approx(sum(expected) / 3)


def test_the_numbers_are_those_of_the_library_on_a_run(finished):
    for stage in ("cm_1", "de_ee"):
        folder = finished.run.stage(stage)
        rows = [json.loads(line) for line in folder.predictions.read_text().splitlines()]
        scores = read_scores(folder.scores)
        for task in TASKS:
            own = [row for row in rows if row["task"] == task]
            golds, outputs, texts, schemas = ([row[key] for row in own] for key in ("gold", "output", "text", "schema"))
            found = evaluate_outputs(task, golds, outputs, texts=texts, schemas=schemas)
            for metric in METRICS[task]:
                assert scores["tasks"][task]["metrics"][metric]["f1"] == pytest.approx(found[metric].scores.f1), (
                    stage,
                    metric,
                )


def test_what_was_written_is_read_back(predictions, tmp_path):
    scores = scored(predictions(), tmp_path / "scores.json", {"model": "a"})
    assert read_scores(tmp_path / "scores.json") == json.loads(json.dumps(scores))
    assert scores["made_from"] == {"model": "a"}


@pytest.mark.parametrize("text", [None, "", "{", "[]", "{}", '{"made_from": {}}', "\xff"])
def test_scores_that_cannot_be_read_are_none(tmp_path, text):
    path = tmp_path / "scores.json"
    if text is not None:
        path.write_bytes(text.encode("latin-1"))
    assert read_scores(path) is None


def test_predictions_that_nothing_can_be_counted_in_are_refused(predictions, tmp_path):
    path = predictions()
    path.write_text(path.read_text() + '{"id": 1}\n')
    with pytest.raises(ScoresError, match=r"predictions\.jsonl"):
        scored(path, tmp_path / "scores.json", {})
    assert not (tmp_path / "scores.json").exists()
