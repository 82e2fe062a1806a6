"""Made-up sentences: the gold stands where it says, no name is in two splits, and the bytes never change."""

import hashlib
import json
import re
from collections import Counter
from importlib import resources
from itertools import islice

import pytest

import sfr
from sfr.data.prompts import template
from sfr.examples import extraction_of
from sfr.newswire import ROLES, TYPES, raw_files, sentences
from sfr.newswire.names import KINDS, split_of
from sfr.newswire.phrases import kind_of, phrases, read_phrases
from sfr.schema import Schema

TASKS = ("ner", "re", "ee")
SPLITS = ("train", "dev", "test")
SIZE = 2_000
ROWS = {(task, split): list(islice(sentences(task, split), SIZE)) for task in TASKS for split in SPLITS}
PARTS = json.loads(resources.files("sfr.newswire").joinpath("names.json").read_text(encoding="utf-8"))
STEM = re.compile(rf"(?:{'|'.join(' '.join(PARTS['first']).split())})(?:{'|'.join(' '.join(PARTS['second']).split())})")
DIGEST = "7f90704261a6094e7c94db58dcb9b640a6c47a1b22a2258e8b6ac7e7601c6395"


def rows_of(task):
    return [row for split in SPLITS for row in ROWS[task, split]]


def extraction(task, row):
    return extraction_of(task, row["gold"], row["at"])


def mentions(task, row):
    """Every string of the gold and its place."""
    found = extraction(task, row)
    yield from ((entity.text, entity.at) for entity in found.entities)
    for relation in found.relations:
        yield from ((relation.head, relation.head_at), (relation.tail, relation.tail_at))
    for event in found.events:
        yield event.trigger, event.trigger_at
        yield from ((argument.text, argument.at) for argument in event.arguments)


def stems(text):
    return {word for word in text.split() if STEM.fullmatch(word)}


# -- the gold ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS)
def test_every_value_stands_at_its_place_as_whole_words(task):
    for row in rows_of(task):
        padded = f" {row['text']} "
        for text, ((start, end),) in mentions(task, row):
            assert f" {text} " == padded[start : end + 2]


@pytest.mark.parametrize("task", TASKS)
def test_signs_stand_alone(task):
    words = {word for row in rows_of(task) for word in row["text"].split(" ")}
    assert {".", ",", ";"} <= words
    assert sorted(word for word in words if not re.fullmatch(r"[\w-]+|[.,;]", word)) == []


@pytest.mark.parametrize("task", TASKS)
def test_a_sentence_begins_with_a_capital_and_ends_with_a_full_stop(task):
    for row in rows_of(task):
        for part in row["text"].removesuffix(" .").split(" . "):
            assert part[0] == part[0].upper()
        assert row["text"].endswith(" .")


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("split", SPLITS)
def test_every_type_and_every_role_occurs_in_every_split(task, split):
    found = [extraction(task, row) for row in ROWS[task, split]]
    units = [unit for one in found for unit in (*one.entities, *one.relations, *one.events)]
    assert set(TYPES[task]) == {unit.type for unit in units}
    if task == "ee":
        assert set(ROLES) == {argument.role for event in units for argument in event.arguments}


@pytest.mark.parametrize("task", TASKS)
def test_no_type_is_rare(task):
    counts = Counter(kind for row in rows_of(task) for kind in row["gold"])
    assert min(counts.values()) > 0.3 * max(counts.values())


@pytest.mark.parametrize(("task", "split"), ROWS)
def test_every_eleventh_sentence_has_nothing_to_find(task, split):
    empty = [number for number, row in enumerate(ROWS[task, split], 1) if not row["gold"]]
    assert list(range(11, SIZE + 1, 11)) == empty


@pytest.mark.parametrize("task", TASKS)
def test_types_stand_in_the_order_of_the_schema_and_no_unit_stands_twice(task):
    for row in rows_of(task):
        assert [kind for kind in TYPES[task] if kind in row["gold"]] == list(row["gold"])
        for units in row["gold"].values():
            assert len(units) == len({json.dumps(unit) for unit in units}) > 0


def test_no_relation_is_of_a_name_with_itself():
    assert [
        pair for row in rows_of("re") for pairs in row["gold"].values() for pair in pairs if pair[0] == pair[1]
    ] == []


def test_no_two_events_of_a_type_share_a_trigger():
    for row in rows_of("ee"):
        for events in row["gold"].values():
            assert len(events) == len({event["trigger"] for event in events})


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", ["short-cm", "short-records"])
def test_a_perfect_answer_earns_the_best_reward(task, name):
    reward, schema = sfr.reward(task), Schema(TYPES[task], ROLES if task == "ee" else ())
    for row in ROWS[task, "test"][:500]:
        gold = extraction(task, row)
        answer = template(name).target(gold, task, schema)
        assert reward.best(gold).value == reward.score(gold, answer, row["text"], schema).value


# -- what makes it hard -----------------------------------------------------------------------------


def test_some_names_are_in_two_relations():
    found = [
        Counter(end for pairs in row["gold"].values() for pair in pairs for end in set(pair)) for row in rows_of("re")
    ]
    assert sum(max(count.values(), default=0) > 1 for count in found) > 0.1 * len(found)


def test_some_sentences_have_two_events_of_a_type():
    assert sum(any(len(events) > 1 for events in row["gold"].values()) for row in rows_of("ee")) > 0.05 * 3 * SIZE


def test_some_triggers_belong_to_two_types():
    types = {}
    for row in rows_of("ee"):
        for kind, events in row["gold"].items():
            for event in events:
                types.setdefault(event["trigger"].lower(), set()).add(kind)
    assert {
        "joined": {"hiring", "meeting"},
        "took over": {"acquisition", "hiring"},
        "killed": {"attack", "death"},
    }.items() <= types.items()


@pytest.mark.parametrize("word", ["attacked", "hit", "met", "visited", "bought", "hired", "released", "died", "strike"])
def test_a_word_that_is_a_trigger_is_none_elsewhere(word):
    with_word = [row for row in rows_of("ee") if f" {word} " in row["text"]]
    as_trigger = [
        row for row in with_word if any(e["trigger"] == word for events in row["gold"].values() for e in events)
    ]
    assert 0 < len(as_trigger) < len(with_word)


def test_both_orders_of_the_ends_of_a_relation_occur():
    for kind in ("works for", "founded by", "based in", "born in", "subsidiary of", "produces"):
        ends = [ends for row in rows_of("re") for ends in row["at"].get(kind, ())]
        head_first = sum(head < tail for head, tail in ends) / len(ends)
        assert 0.05 < head_first < 0.95, kind


# -- splits -----------------------------------------------------------------------------------------


def test_no_stem_of_a_name_is_in_two_splits():
    found = {
        split: {stem for task in TASKS for row in ROWS[task, split] for stem in stems(row["text"])} for split in SPLITS
    }
    assert all(len(names) > 500 for names in found.values())
    assert set() == found["train"] & (found["dev"] | found["test"]) | found["dev"] & found["test"]


def test_no_stem_is_a_word_of_the_phrases():
    words = {
        word.capitalize()
        for phrase in phrases()
        for _, pieces in phrase.groups
        for piece in pieces
        for option in piece.options
        for word in option.split()
    }
    words |= {word for parts in PARTS["words"].values() for word in parts.split()} | {"Bank"}
    assert set() == {word for word in words if STEM.fullmatch(word)}


def test_no_text_is_in_two_rows():
    for task in TASKS:
        texts = [row["text"] for row in rows_of(task)]
        assert len(texts) == len(set(texts))


def test_a_text_of_one_split_is_in_no_other_whatever_the_task_and_the_seed():
    texts = {
        split: {row["text"] for task in TASKS for seed in (1, 2) for row in islice(sentences(task, split, seed), 300)}
        for split in SPLITS
    }
    assert set() == texts["train"] & (texts["dev"] | texts["test"]) | texts["dev"] & texts["test"]


def test_a_stem_in_ten_is_for_dev_and_one_for_test():
    made = [a + b for a in " ".join(PARTS["first"]).split() for b in " ".join(PARTS["second"]).split()]
    counts = Counter(map(split_of, made))
    assert (round(counts["dev"] / len(made), 2), round(counts["test"] / len(made), 2)) == (0.1, 0.1)


# -- the same everywhere ----------------------------------------------------------------------------


def test_the_bytes_are_those_of_any_machine_and_version():
    lines = [json.dumps(row) for rows in ROWS.values() for row in rows]
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == DIGEST


def test_another_seed_gives_other_sentences():
    first, second = ({row["text"] for row in islice(sentences("re", "train", seed), 500)} for seed in (0, 1))
    assert len(first & second) < 25


def test_more_sentences_begin_with_the_fewer():
    assert ROWS["ee", "dev"][:10] == list(islice(sentences("ee", "dev"), 10))


# -- the phrases ------------------------------------------------------------------------------------


def test_phrases_are_well_formed():
    for phrase in phrases():
        kinds = {*KINDS, "price"}
        optional = {piece.slot for is_optional, pieces in phrase.groups for piece in pieces if is_optional}
        triggers = [piece for _, pieces in phrase.groups for piece in pieces if piece.is_trigger]
        ends = {end for head, _, tail in phrase.relations for end in (head, tail)}
        fillers = {slot for _, arguments in phrase.events for _, slot in arguments}

        assert {kind_of(slot) for slot in phrase.slots} <= kinds
        assert len(phrase.slots) == len(set(phrase.slots))
        assert ends <= set(phrase.slots) - optional
        assert fillers <= set(phrase.slots)
        assert len(phrase.events) == len(triggers)
        assert set(phrase.types("re")) <= set(TYPES["re"])
        assert {role for _, arguments in phrase.events for role, _ in arguments} <= set(ROLES)


def test_no_phrase_is_written_twice():
    assert len(phrases()) == len({phrase.groups for phrase in phrases()}) > 100


def test_phrases_are_read_with_what_stands_below_them():
    first, second = read_phrases(
        "# a note\n\n{org} <bought|took over> [all of|] {org2} (in {month})\n  org2 subsidiary of org\n  acquisition Agent=org Time=month\nit rained\n"
    )
    assert [(is_optional, piece.slot or piece.options) for is_optional, pieces in first.groups for piece in pieces] == [
        (False, "org"),
        (False, ("bought", "took over")),
        (False, ("all of", "")),
        (False, "org2"),
        (True, ("in",)),
        (True, "month"),
    ]
    assert first.relations == (("org2", "subsidiary of", "org"),)
    assert first.events == (("acquisition", (("Agent", "org"), ("Time", "month"))),)
    assert (second.slots, second.relations, second.events) == ((), (), ())


# -- the files --------------------------------------------------------------------------------------


def test_the_files_of_a_task_are_a_description_and_the_splits():
    files = {name: "".join(lines) for name, lines in raw_files(5, 3)}
    names = [
        f"newswire_{task}/{file}"
        for task in TASKS
        for file in ("data_set.yaml", "train.jsonl", "dev.jsonl", "test.jsonl")
    ]
    assert names == list(files)
    assert [files[f"newswire_re/{split}.jsonl"].count("\n") for split in SPLITS] == [5, 3, 3]
    assert ROWS["re", "dev"][:3] == [json.loads(line) for line in files["newswire_re/dev.jsonl"].splitlines()]
