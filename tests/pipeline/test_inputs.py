"""What a run learns from and is measured on."""

import json

import pytest
import yaml

from sfr.data.mixes import MixError
from sfr.data.prompts import TemplateError
from sfr.pipeline.folders import RunFolder
from sfr.pipeline.inputs import (
    InputError,
    asked_with,
    made_data,
    mix_of_node,
    rows_of,
    templates,
    written_examples,
    written_rows,
    written_templates,
)
from sfr.pipeline.profiles import profile_of
from sfr.pipeline.stages import Way
from tests.pipeline.chain import PROFILE

PROFILE_OF_TEST = profile_of(str(PROFILE))
NODES = {node.id: node for node in Way().nodes()}


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def changed(**changes):
    return type(PROFILE_OF_TEST).model_validate({**PROFILE_OF_TEST.model_dump(mode="json"), **changes})


@pytest.fixture(scope="module")
def built(finished):
    """The folder of the data sets of the finished run."""
    return finished.run.built


def test_mixtures_have_exactly_the_rows_of_the_profile():
    for node in NODES.values():
        assert sum(part.rows for part in mix_of_node(node, PROFILE_OF_TEST).parts) == 40
    parts = {part.task: part.rows for part in mix_of_node(NODES["cm_3"], PROFILE_OF_TEST).parts}
    assert parts == {"ner": 12, "re": 12, "ee": 16}


def test_mixtures_are_at_full_size_where_the_profile_says_nothing():
    full = profile_of("qwen3-4b-8gpu")
    assert sum(part.rows for part in mix_of_node(NODES["cm_1"], full).parts) == 845_646


def test_the_rows_of_every_way_are_written_in_the_numbers_that_were_asked_for(finished, tmp_path):
    run, found = RunFolder(tmp_path), templates(PROFILE_OF_TEST)
    for way in (Way(without=frozenset({"sa"}), remedy="replay"), Way(order="mixed"), Way(control=True)):
        for node in way.nodes()[3:]:
            written_rows(run, node, PROFILE_OF_TEST, finished.run.built, found[asked_with(node)], seed=0)
            rows = rows_of(run, node, PROFILE_OF_TEST)
            assert rows.train.is_file()
            assert rows.validation.is_file()
            expected = {part.task: part.rows for part in mix_of_node(node, PROFILE_OF_TEST).parts}
            tasks = [row["task"] for row in lines(run.mixed / f"{rows.train.stem}.jsonl")]
            assert {task: tasks.count(task) for task in expected} == expected
            assert len(tasks) == rows.count


@pytest.mark.parametrize("same_rows", [True, False])
def test_exploration_sees_the_rows_of_alignment_where_the_profile_says_so(finished, tmp_path, same_rows):
    run, found = RunFolder(tmp_path), templates(PROFILE_OF_TEST)
    profile = changed(same_rows=same_rows, newswire=None)
    rows = {}
    for node in (*Way().nodes()[3:], *Way(control=True).nodes()[4:], *Way(without=frozenset({"sa"})).nodes()[3:]):
        written_rows(run, node, profile, finished.run.built, found[asked_with(node)], seed=0)
        written = lines(run.mixed / f"{rows_of(run, node, profile).train.stem}.jsonl")
        rows[node.id] = {(row["task"], row["id"]) for row in written}
    for node, task in (("de_re", "re"), ("de_ee", "ee"), ("de_re.without-sa", "re")):
        assert rows[node]
        of_task = {row for row in rows["sa"] if row[0] == task}
        # Alignment sees half as many of each: all of them are among those of exploration, or some by chance.
        assert (of_task <= rows[node]) is same_rows
    assert (rows["control"] <= rows["de_ner"] | rows["de_re"] | rows["de_ee"]) is same_rows


def test_rows_to_watch_with_are_held_out(finished):
    sentences = {row["text"] for row in lines(finished.run.mixed / "cm_3.jsonl")}
    watched = lines(finished.run.mixed / "cm_3_dev.jsonl")
    assert len(watched) == 8
    assert {row["split"] for row in watched} == {"dev"}
    assert not sentences & {row["text"] for row in watched}


def test_another_seed_draws_other_rows_but_is_measured_on_the_same(finished, tmp_path):
    run, node = RunFolder(tmp_path), NODES["cm_1"]
    written_rows(run, node, PROFILE_OF_TEST, finished.run.built, templates(PROFILE_OF_TEST)["full"], seed=1)
    written_examples(run, PROFILE_OF_TEST, finished.run.built)
    assert (run.mixed / "cm_1.jsonl").read_bytes() != (finished.run.mixed / "cm_1.jsonl").read_bytes()
    assert run.examples.read_bytes() == finished.run.examples.read_bytes()


def test_the_examples_are_so_many_of_each_data_set_in_the_order_of_the_tasks(finished):
    rows = lines(finished.run.examples)
    expected = [name for name in ("newswire_ner", "newswire_re", "newswire_ee") for _ in range(10)]
    assert [row["dataset"] for row in rows] == expected
    assert {row["split"] for row in rows} == {"test"}


def test_sentences_and_data_sets_are_made_once(tmp_path):
    run, said = RunFolder(tmp_path), []
    newswire = PROFILE_OF_TEST.newswire.model_copy(update={"rows": 20, "held_out": 5})
    built = made_data(run, newswire, said.append)
    assert said == ["making 20 sentences of each task", "built newswire_ee", "built newswire_ner", "built newswire_re"]
    first, said[:] = files(tmp_path), []
    assert made_data(run, newswire, said.append) == built
    assert said == []
    assert files(tmp_path) == first


def test_half_made_sentences_are_made_anew(tmp_path):
    run, said = RunFolder(tmp_path), []
    newswire = PROFILE_OF_TEST.newswire.model_copy(update={"rows": 20, "held_out": 5})
    made_data(run, newswire, said.append)
    first = files(tmp_path)
    (run.raw / "newswire_re" / "train.jsonl").write_text("")
    (run.built / "newswire_ee" / "test.jsonl").write_text("")
    made_data(run, newswire, said.append)
    assert files(tmp_path) == first


def test_alignment_asks_concisely_for_relations_and_events_and_fully_for_entities():
    found = templates(PROFILE_OF_TEST)
    assert {name: [found[name].empty_of(task) for task in ("ner", "re", "ee")] for name in found} == {
        "full": ["keep", "keep", "keep"],
        "concise": ["keep", "omit", "omit"],
    }


def test_templates_are_written_so_that_they_are_read_back(tmp_path):
    found = templates(PROFILE_OF_TEST)
    paths = written_templates(RunFolder(tmp_path), found)
    full, concise = (str(paths[name]) for name in ("full", "concise"))
    again = templates(changed(templates={"full": full, "concise": concise}))
    assert again["full"] == found["full"]
    assert yaml.safe_load(paths["concise"].read_text())["name"] == "concise"


def test_an_unknown_template_is_named():
    with pytest.raises(TemplateError, match="'none'"):
        templates(changed(templates={"full": "none", "concise": "short-records"}))


def test_a_folder_without_data_sets_says_how_they_are_made(tmp_path):
    run = RunFolder(tmp_path / "run")
    with pytest.raises(MixError, match=r"holds no train rows of ner; build some first: sfr data build RAW -o"):
        written_rows(run, NODES["cm_1"], PROFILE_OF_TEST, tmp_path, templates(PROFILE_OF_TEST)["full"], seed=0)


def test_a_task_without_examples_is_named(tmp_path):
    with pytest.raises(InputError, match=r"holds no test rows of ner; expected data sets of all three tasks"):
        written_examples(RunFolder(tmp_path), PROFILE_OF_TEST, tmp_path)
