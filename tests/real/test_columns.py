"""Real files of tokens with tags are read to the last mention as they were counted by others."""

import json
from collections import Counter
from functools import cache

import pytest

from sfr.data.layouts._source import FileSource
from sfr.data.layouts.columns import columns

TAB = {"separator": "tab"}
INDEXED = {"token": 1, "separator": "tab"}
NESTED = {"nested": True, "separator": "tab"}
CROSSNER = {"train": "train.txt", "dev": "dev.txt", "test": "test.txt"}
BIOMEDICAL = {"train": "train.tsv", "dev": "devel.tsv", "test": "test.tsv"}
WIKIPEDIA = {"train": "train.conllu", "dev": "val.conllu", "test": "test.conllu"}
SETS = {
    "broad_twitter_corpus": ({"train": "btc.train", "dev": "btc.dev", "test": "btc.test"}, TAB),
    "wikiann": (WIKIPEDIA, INDEXED),
    "wikineural": ({split: name for split, name in WIKIPEDIA.items() if split != "train"}, INDEXED),
    "AnatEM": (BIOMEDICAL, TAB),
    "bc2gm": (BIOMEDICAL, TAB),
    "bc5cdr": ({split: name for split, name in BIOMEDICAL.items() if split != "test"}, TAB),
    "ncbi-disease": (BIOMEDICAL, TAB),
    "GENIA": ({"dev": "dev.genia.dev.iob2", "test": "test.genia.test.iob2"}, NESTED),
    "CrossNER_ai": (CROSSNER, TAB),
    "CrossNER_literature": (CROSSNER, TAB),
    "CrossNER_music": (CROSSNER, TAB),
    "CrossNER_politics": (CROSSNER, TAB),
    "CrossNER_science": ({split: name for split, name in CROSSNER.items() if split != "test"}, TAB),
}
"""The files of each split, and how they are read."""

SPLITS = [(name, split) for name, (files, _) in SETS.items() for split in files]
WHOLE = [(name, split) for name, split in SPLITS if name.startswith("CrossNER")]
"""Of the other sets there are the first 300 sentences of each split."""


@pytest.fixture(scope="module")
def sentences(shared_data):
    """The sentences of a split, read without a complaint."""

    @cache
    def of(name, split):
        files, options = SETS[name]
        source = FileSource(path=shared_data / name / files[split])
        found = list(columns(source, **options))
        assert source.problems == []
        return found

    return of


@pytest.fixture(scope="module")
def counts(shared_data):
    return json.loads((shared_data / "expected" / "counts.json").read_text(encoding="utf-8"))


def mentions(found):
    return Counter(entity.type for sentence in found for entity in sentence.gold.entities)


@pytest.mark.parametrize(("name", "split"), SPLITS)
def test_the_first_sentences_have_the_mentions_that_were_counted(sentences, counts, name, split):
    expected = counts[name][split]["first300"]
    found = sentences(name, split)[:300]
    assert (len(found), mentions(found)) == (expected["sentences"], expected["mentions"])


@pytest.mark.parametrize(("name", "split"), WHOLE)
def test_whole_files_have_the_sentences_and_mentions_that_were_counted(sentences, counts, name, split):
    expected = counts[name][split]
    found = sentences(name, split)
    empty = sum(not sentence.gold.entities for sentence in found)
    assert (len(found), empty, mentions(found)) == (expected["sentences"], expected["empty"], expected["mentions"])


@pytest.mark.parametrize(("name", "split"), SPLITS)
def test_every_mention_stands_at_its_offsets(sentences, name, split):
    assert all(
        sentence.text[start:end] == entity.text
        for sentence in sentences(name, split)
        for entity in sentence.gold.entities
        for start, end in entity.at
    )


@pytest.mark.parametrize(("name", "split"), SPLITS)
def test_the_only_flaws_are_the_stray_tags_of_wikineural(sentences, name, split):
    flaws = Counter(flaw.code for sentence in sentences(name, split) for flaw in sentence.flaws)
    assert flaws == ({"stray-tag": 6} if name == "wikineural" else {})


def test_every_unit_is_read_with_its_text_and_its_offsets(sentences, shared_data):
    lines = (shared_data / "expected" / "ner_units.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    read = {place: sentences(*place) for place in {(row["dataset"], row["split"]) for row in rows}}
    found = [read[row["dataset"], row["split"]][row["index"]] for row in rows]
    assert [
        (one.text, sorted((entity.type, entity.text, *entity.at[0]) for entity in one.gold.entities)) for one in found
    ] == [(row["text"], sorted(map(tuple, row["entities"]))) for row in rows]
