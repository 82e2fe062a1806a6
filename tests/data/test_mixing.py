import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from math import floor

import pytest

from sfr.data.census import complexity
from sfr.data.mixes import MIXES, MixError, mix_of
from sfr.data.mixing import write_mix
from sfr.data.sampling import stratum
from sfr.examples import read_example
from sfr.structures import TASKS
from tests.training import RELATION_SETS, RESAMPLED, ROOT, line, mix, put, put_lines, rows_in

SIZES = {"wikiann": ("ner", 40), "GENIA": ("ner", 25), "NYT": ("re", 30), "PHEE": ("ee", 20)}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Four data sets as they stand when they were built."""
    folder = tmp_path_factory.mktemp("built")
    for name, (task, size) in SIZES.items():
        put(folder, name, task, size)
    return folder


@pytest.fixture
def out(tmp_path):
    """Where a mixture goes."""
    return tmp_path / "mixed.jsonl"


def manifest_of(out):
    return json.loads(out.with_name(f"{out.name}.manifest.json").read_text(encoding="utf-8"))


def drawn(out):
    """How often each row is in a mixture."""
    return Counter((found["dataset"], found["id"]) for found in rows_in(out))


def half_up(value):
    return floor(value + Fraction(1, 2))


def refused(given, built, out, **options):
    """The problems of a mixture that cannot be made; nothing stands where it would have been."""
    with pytest.raises(MixError) as error:
        write_mix(given, built, out, **options)
    assert not any(path.name.startswith(out.name) for path in out.parent.iterdir())
    return str(error.value)


# -- counts ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def second_phase(tmp_path_factory):
    """The second phase at full size, of files as long as those of InstructUIE."""
    folder = tmp_path_factory.mktemp("long")
    for name, size in {**RELATION_SETS, "wikiann": 20_000}.items():
        task = "ner" if name == "wikiann" else "re"
        end = line({"dataset": name, "split": "train", "task": task, "text": "a", "schema": {"types": []}, "gold": {}})
        put_lines(folder, name, task, [b'{"id":"%d",%b' % (number, end[1:]) for number in range(size)])
    write_mix(mix_of("cm_2"), folder, folder / "cm_2.jsonl")
    return folder / "cm_2.jsonl"


@pytest.fixture(scope="module")
def by_set(second_phase):
    """How often each row of each data set is in it."""
    found = {}
    for kept in re.finditer(rb'^\{"id":"(\d+)", ?"dataset": ?"(\w+)"', second_phase.read_bytes(), re.MULTILINE):
        found.setdefault(kept[2].decode(), Counter())[int(kept[1])] += 1
    return found


def test_the_second_phase_has_the_counts_of_the_paper_at_full_size(by_set):
    entities = by_set["wikiann"].total()
    relations = sum(found.total() for name, found in by_set.items() if name != "wikiann")
    assert (entities, relations) == (44_951, 179_794)


def test_at_full_size_every_relation_set_gives_its_rows_or_those_it_is_resampled_to(by_set):
    assert {name: found.total() for name, found in by_set.items() if name != "wikiann"} == {
        **RELATION_SETS,
        **RESAMPLED,
    }


def test_at_full_size_a_set_that_is_not_resampled_gives_every_row_once(by_set):
    for name in RELATION_SETS.keys() - RESAMPLED.keys():
        assert by_set[name] == dict.fromkeys(range(RELATION_SETS[name]), 1)


def test_at_full_size_the_rows_of_a_resampled_set_differ_by_one_in_their_number(by_set):
    for name, size in RESAMPLED.items():
        least = size // RELATION_SETS[name]
        assert set(by_set[name].values()) == {least, least + 1}
        assert len(by_set[name]) == RELATION_SETS[name]


@pytest.mark.parametrize("scale", ["0.0002", "0.001", "0.0123", "0.5", "0.999", "1", "1.7"])
@pytest.mark.parametrize("name", ["cm_3", "sa", "de_ee"])
def test_counts_are_exact_at_every_scale(built, out, name, scale):
    given = mix_of(name)
    if float(scale) > 0.1:  # the same counts, of fewer rows
        parts = [part.model_copy(update={"rows": part.rows // 20}) for part in given.parts]
        given = given.model_copy(update={"parts": parts})
    total = sum(part.rows for part in given.parts)
    write_mix(given, built, out, scale=float(scale))
    found = Counter(found["task"] for found in rows_in(out))
    assert found.total() == half_up(total * Fraction(scale))
    for part in given.parts:
        assert abs(found[part.task] - part.rows * Fraction(scale)) < Fraction(
            3, 2
        )  # the total and the part are rounded


def test_a_part_is_divided_among_its_sets_by_their_rows(built, out):
    write_mix(mix({"task": "ner", "rows": 26}), built, out)
    assert Counter(found["dataset"] for found in rows_in(out)) == {"wikiann": 16, "GENIA": 10}


def test_a_set_can_count_with_more_rows_than_it_has(built, out):
    write_mix(mix({"task": "ner", "rows": 200, "oversample_to": {"GENIA": 160}}), built, out)
    assert Counter(found["dataset"] for found in rows_in(out)) == {"wikiann": 40, "GENIA": 160}


def test_a_set_can_be_left_out_by_counting_none_of_its_rows(built, out):
    write_mix(mix({"task": "ner", "rows": 20, "oversample_to": {"GENIA": 0}}), built, out)
    assert {found["dataset"] for found in rows_in(out)} == {"wikiann"}


def test_a_mixture_can_name_its_sets(built, out):
    write_mix(mix({"task": "ner", "rows": 20, "sets": ["GENIA"]}), built, out)
    assert {found["dataset"] for found in rows_in(out)} == {"GENIA"}


def test_a_mixture_can_be_of_another_split(tmp_path, out):
    put(tmp_path, "GENIA", "ner", 5)
    put(tmp_path, "GENIA", "ner", 7, "dev.jsonl")
    write_mix(mix({"task": "ner", "rows": 7, "split": "dev"}), tmp_path, out)
    assert Counter(found["split"] for found in rows_in(out)) == {"dev": 7}


def test_two_parts_can_be_of_one_task(tmp_path, out):
    put(tmp_path, "GENIA", "ner", 5)
    put(tmp_path, "GENIA", "ner", 7, "dev.jsonl")
    write_mix(mix({"task": "ner", "rows": 5}, {"task": "ner", "rows": 7, "split": "dev"}), tmp_path, out)
    assert Counter(found["split"] for found in rows_in(out)) == {"train": 5, "dev": 7}


def test_a_set_of_ones_own_takes_part_beside_those_of_the_catalogue(tmp_path, out):
    for name in ("zoo", "animals", "wikiann"):
        put(tmp_path, name, "ner", 10)
    made = write_mix(mix({"task": "ner", "rows": 30}), tmp_path, out)
    assert made.result["parts"][0]["sets"] == {
        name: {"available": 10, "rows": 10, "repeats": 0} for name in ("wikiann", "animals", "zoo")
    }


HELD_OUT = ("CrossNER_ai", "CrossNER_music", "MIT_Movie", "MIT_Restaurant")


@pytest.mark.parametrize("name", HELD_OUT)
def test_what_the_paper_does_not_train_on_is_left_out(tmp_path, out, name):
    put(tmp_path, name, "ner", 10)
    put(tmp_path, "wikiann", "ner", 10)
    write_mix(mix({"task": "ner", "rows": 20}), tmp_path, out)
    assert {found["dataset"] for found in rows_in(out)} == {"wikiann"}


@pytest.mark.parametrize("name", HELD_OUT)
def test_what_the_paper_does_not_train_on_takes_part_when_it_is_named(tmp_path, out, name):
    put(tmp_path, name, "ner", 10)
    write_mix(mix({"task": "ner", "rows": 10, "sets": [name]}), tmp_path, out)
    assert {found["dataset"] for found in rows_in(out)} == {name}


def test_of_what_the_paper_does_not_train_on_another_split_takes_part(tmp_path, out):
    put(tmp_path, "MIT_Movie", "ner", 10, "dev.jsonl")
    write_mix(mix({"task": "ner", "rows": 10, "split": "dev"}), tmp_path, out)
    assert {found["dataset"] for found in rows_in(out)} == {"MIT_Movie"}


# -- which rows, in which order --------------------------------------------------------------------------


def test_rows_are_those_of_the_data_sets_byte_for_byte(built, out):
    write_mix(mix_of("cm_3"), built, out, scale=0.01)
    there = {found for path in built.glob("*/train.jsonl") for found in path.read_bytes().splitlines(keepends=True)}
    assert set(out.read_bytes().splitlines(keepends=True)) <= there


def test_no_row_comes_twice_while_another_has_not_come(built, out):
    write_mix(mix({"task": "re", "rows": 30}), built, out)
    assert set(drawn(out).values()) == {1}


def test_where_rows_are_few_all_come_equally_often_or_once_more(built, out):
    write_mix(mix({"task": "re", "rows": 80}), built, out)
    assert Counter(drawn(out).values()) == {3: 20, 2: 10}


def test_tasks_and_sets_are_mingled(built, out):
    write_mix(mix_of("cm_3"), built, out, scale=0.02)
    tasks = [found["task"] for found in rows_in(out)]
    changes = sum(one != other for one, other in pairwise(tasks))
    assert changes > len(tasks) / 2  # two of three, if it is left to chance


def test_the_copies_of_a_row_are_apart(built, out):
    write_mix(mix({"task": "ee", "rows": 200}), built, out)
    ids = [found["id"] for found in rows_in(out)]
    assert sum(one == other for one, other in pairwise(ids)) < 40  # ten, if it is left to chance


def test_what_is_drawn_of_a_set_does_not_depend_on_the_others(built, out, tmp_path):
    write_mix(mix({"task": "ner", "rows": 10, "sets": ["GENIA"]}), built, out)
    other = tmp_path / "other.jsonl"
    weights = {"GENIA": 10, "wikiann": 30}
    write_mix(mix({"task": "ner", "rows": 40, "oversample_to": weights}, {"task": "re", "rows": 9}), built, other)
    assert drawn(out) == {key: number for key, number in drawn(other).items() if key[0] == "GENIA"}


@pytest.mark.parametrize(("smaller", "larger"), [(0.1, 0.2), (0.5, 1.0), (0.9, 3.1)])
def test_of_one_set_a_smaller_mixture_is_part_of_a_larger_one_in_its_order(built, out, tmp_path, smaller, larger):
    given, other = mix({"task": "ner", "rows": 40, "sets": ["wikiann"]}), tmp_path / "other.jsonl"
    write_mix(given, built, out, scale=smaller)
    write_mix(given, built, other, scale=larger)
    rest = iter(other.read_bytes().splitlines())
    assert all(found in rest for found in out.read_bytes().splitlines())


def test_the_same_input_gives_the_same_bytes_in_another_folder(out, tmp_path):
    here, there = tmp_path / "one", tmp_path / "elsewhere" / "two"
    for folder in (here, there):
        for name, (task, size) in SIZES.items():
            put(folder, name, task, size)
        write_mix(mix_of("cm_3"), folder, folder / out.name, scale=0.01)
    for name in (out.name, f"{out.name}.manifest.json"):
        assert (here / name).read_bytes() == (there / name).read_bytes()


def test_the_same_input_gives_the_same_bytes_in_another_process(built, out, tmp_path):
    other = tmp_path / "other.jsonl"
    code = (
        "import sys; from pathlib import Path; from sfr.data.mixes import mix_of; from sfr.data.mixing import write_mix\n"
        "write_mix(mix_of('cm_3'), Path(sys.argv[1]), Path(sys.argv[2]), scale=0.01)"
    )
    seed = {**os.environ, "PYTHONHASHSEED": "12345"}
    subprocess.run([sys.executable, "-c", code, built, other], check=True, env=seed, cwd=ROOT, timeout=60)
    write_mix(mix_of("cm_3"), built, out, scale=0.01)
    assert out.read_bytes() == other.read_bytes()


def test_the_order_in_which_folders_were_made_does_not_matter(built, out, tmp_path):
    for name in reversed(SIZES):
        put(tmp_path / "again", name, *SIZES[name])
    other = tmp_path / "other.jsonl"
    write_mix(mix_of("cm_3"), built, out, scale=0.01)
    write_mix(mix_of("cm_3"), tmp_path / "again", other, scale=0.01)
    assert out.read_bytes() == other.read_bytes()


def test_sets_built_as_parquet_give_the_same_mixture(built, out, tmp_path):
    for name, (task, size) in SIZES.items():
        put(tmp_path / "tables", name, task, size, "train.parquet")
    other = tmp_path / "other.jsonl"
    write_mix(mix_of("cm_3"), built, out, scale=0.01)
    write_mix(mix_of("cm_3"), tmp_path / "tables", other, scale=0.01)
    assert out.read_bytes() == other.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["tables"]


@pytest.mark.parametrize("option", [{"seed": 1}, {"seed": 0}, {"stratify": "even"}, {"stratify": "proportional"}])
def test_another_seed_or_way_to_draw_gives_another_mixture(built, out, tmp_path, option):
    other = tmp_path / "other.jsonl"
    given = mix({"task": "ner", "rows": 20})
    write_mix(given, built, out)
    write_mix(given, built, other, **option)
    assert drawn(out) != drawn(other)


def test_a_mixture_has_a_seed_of_its_own_that_another_takes_the_place_of(built, out, tmp_path):
    other = tmp_path / "other.jsonl"
    part = {"task": "ner", "rows": 20}
    write_mix(mix(part, seed=5), built, out)
    write_mix(mix(part, seed=6), built, other, seed=5)
    assert out.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("seed", [None, 5], ids=["of its own", "of the command line"])
def test_a_later_phase_does_not_draw_what_an_earlier_one_drew(tmp_path, out, seed):
    put(tmp_path, "wikiann", "ner", 400)
    shares = []
    for name in ("cm_1", "cm_3"):
        part = {"task": "ner", "rows": 100}
        write_mix(mix(part, name=name, seed=mix_of(name).seed), tmp_path, out, seed=seed)
        shares.append(drawn(out).keys())
    assert 5 < len(shares[0] & shares[1]) < 50  # 25, if it is left to chance


def test_a_mixture_that_is_drawn_as_another_draws_the_same_rows(tmp_path, out):
    put(tmp_path, "wikiann", "ner", 400)
    found = {}
    for name, rows, drawn_as in (("first", 100, None), ("second", 60, "first"), ("third", 60, None)):
        given = mix({"task": "ner", "rows": rows}, name=name).model_copy(update={"drawn_as": drawn_as})
        write_mix(given, tmp_path, out, again=True)
        found[name] = set(drawn(out))
    assert (len(found["first"]), len(found["second"])) == (100, 60)
    assert found["second"] < found["first"]
    assert not found["third"] < found["first"]


# -- strata ----------------------------------------------------------------------------------------------


def strata_of(lines):
    return Counter(stratum(complexity(read_example(found).gold)) for found in lines)


def test_a_stratified_mixture_has_the_strata_of_the_whole(built, out):
    write_mix(mix({"task": "re", "rows": 15, "stratify": "proportional"}), built, out)
    whole = strata_of((built / "NYT" / "train.jsonl").read_bytes().splitlines())
    found = strata_of(out.read_bytes().splitlines())
    assert all(abs(found[name] - size / 2) < 1 for name, size in whole.items())


def test_an_evenly_stratified_mixture_has_as_many_rows_of_each_stratum_as_there_are(built, out):
    whole = strata_of((built / "NYT" / "train.jsonl").read_bytes().splitlines())
    write_mix(mix({"task": "re", "rows": 2 * len(whole), "stratify": "even"}), built, out)
    assert strata_of(out.read_bytes().splitlines()) == dict.fromkeys(whole, 2)


def test_the_way_to_draw_on_the_command_line_takes_the_place_of_that_of_the_parts(built, out, tmp_path):
    other = tmp_path / "other.jsonl"
    write_mix(mix({"task": "re", "rows": 12, "stratify": "even"}), built, out)
    write_mix(mix({"task": "re", "rows": 12, "stratify": "proportional"}), built, other, stratify="even")
    assert out.read_bytes() == other.read_bytes()


# -- the manifest ----------------------------------------------------------------------------------------


def test_the_manifest_says_what_was_drawn_from_which_set(built, out):
    write_mix(mix({"task": "ner", "rows": 130}, {"task": "ee", "rows": 10}), built, out)
    assert manifest_of(out)["result"]["parts"] == [
        {
            "task": "ner",
            "split": "train",
            "rows": 130,
            "sets": {
                "wikiann": {"available": 40, "rows": 80, "repeats": 40},
                "GENIA": {"available": 25, "rows": 50, "repeats": 25},
            },
            "sets_not_there": [],
        },
        {
            "task": "ee",
            "split": "train",
            "rows": 10,
            "sets": {"PHEE": {"available": 20, "rows": 10, "repeats": 0}},
            "sets_not_there": [],
        },
    ]


def test_the_manifest_counts_the_units_of_every_set_by_label(built, out):
    made = write_mix(mix_of("cm_3"), built, out, scale=0.01)
    found = {}
    for given in rows_in(out):
        counts = found.setdefault(given["dataset"], Counter())
        for kind, units in given["gold"].items():
            counts[kind] += len(units)
    assert made.result["labels"] == found
    assert manifest_of(out)["result"] == made.result


def test_the_manifest_names_resampled_sets_that_are_not_there(built, out):
    made = write_mix(mix_of("cm_2"), built, out, scale=0.001)
    missing = [part["sets_not_there"] for part in made.result["parts"]]
    assert missing == [
        ["ACE2005_NER", "CoNLL2003", "tweetNER7", "Ontonotes"],
        ["ADE_corpus", "SciERC", "CoNLL2004"],
    ]


def test_the_manifest_says_from_what_the_mixture_was_made(built, out):
    write_mix(mix_of("cm_3"), built, out, scale=0.01, seed=99, stratify="even")
    found = manifest_of(out)
    made_from = found["made_from"]
    assert (made_from["scale"], made_from["seed"], made_from["stratify"]) == (0.01, 99, "even")
    assert made_from["mix"] == mix_of("cm_3").model_dump(mode="json")
    assert made_from["files"] == {f"{name}/train.jsonl": sha256(built / name / "train.jsonl") for name in SIZES}
    assert found["outputs"] == {out.name: sha256(out)}
    assert re.match(r"\d+\.\d+", found["sfr"])


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_manifest_has_no_path_of_the_machine_and_no_date(built, out):
    write_mix(mix_of("cm_3"), built, out, scale=0.01)
    text = out.with_name(f"{out.name}.manifest.json").read_text(encoding="utf-8")
    assert str(built) not in text
    assert str(out.parent) not in text
    assert not re.search(r"20\d\d-\d\d|\d\d:\d\d", text)


# -- made once, and made anew ----------------------------------------------------------------------------


def test_a_mixture_that_stands_there_is_left_as_it_is(built, out):
    first = write_mix(mix_of("cm_3"), built, out, scale=0.01)
    before = out.stat().st_mtime_ns
    second = write_mix(mix_of("cm_3"), built, out, scale=0.01)
    assert (first.fresh, second.fresh, out.stat().st_mtime_ns) == (True, False, before)
    assert first.result == second.result


def test_a_mixture_that_stands_there_can_be_made_again(built, out):
    write_mix(mix_of("cm_3"), built, out, scale=0.01)
    before = out.read_bytes()
    assert write_mix(mix_of("cm_3"), built, out, scale=0.01, again=True).fresh
    assert out.read_bytes() == before


@pytest.mark.parametrize("changed", [{"scale": 0.02}, {"seed": 1}, {"stratify": "even"}])
def test_a_mixture_that_is_asked_for_otherwise_is_made_anew(built, out, changed):
    write_mix(mix_of("cm_3"), built, out, scale=0.01)
    assert write_mix(mix_of("cm_3"), built, out, **{"scale": 0.01, **changed}).fresh


def test_a_mixture_whose_description_has_changed_is_made_anew(built, out):
    write_mix(mix({"task": "ner", "rows": 5}), built, out)
    assert write_mix(mix({"task": "ner", "rows": 5, "oversample_to": {"GENIA": 0}}), built, out).fresh


def test_a_mixture_of_files_that_have_changed_is_made_anew(tmp_path, out):
    path = put(tmp_path, "GENIA", "ner", 5)
    write_mix(mix({"task": "ner", "rows": 5}), tmp_path, out)
    path.write_bytes(path.read_bytes().replace(b'"ner-4"', b'"ner-9"'))
    made = write_mix(mix({"task": "ner", "rows": 5}), tmp_path, out)
    assert made.fresh
    assert ("GENIA", "ner-9") in drawn(out)


@pytest.mark.parametrize("damage", [b"", b"{}\n"], ids=["emptied", "rewritten"])
def test_a_mixture_that_was_changed_is_made_anew(built, out, damage):
    write_mix(mix_of("cm_3"), built, out, scale=0.01)
    before = out.read_bytes()
    out.write_bytes(damage)
    assert write_mix(mix_of("cm_3"), built, out, scale=0.01).fresh
    assert out.read_bytes() == before


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_a_mixture_without_its_manifest_is_replaced_only_if_it_is_asked_for(built, out, text):
    write_mix(mix_of("cm_3"), built, out, scale=0.01)
    manifest = out.with_name(f"{out.name}.manifest.json")
    before = manifest.read_bytes()
    manifest.write_text(text)
    with pytest.raises(MixError, match="holds something else; name another folder"):
        write_mix(mix_of("cm_3"), built, out, scale=0.01)
    assert write_mix(mix_of("cm_3"), built, out, scale=0.01, again=True).fresh
    assert manifest.read_bytes() == before


def test_a_mixture_never_takes_the_place_of_rows_that_are_drawn(tmp_path):
    path = put(tmp_path, "GENIA", "ner", 5)
    before = path.read_bytes()
    with pytest.raises(MixError, match="holds rows that are drawn"):
        write_mix(mix({"task": "ner", "rows": 5}), tmp_path, path, again=True)
    assert path.read_bytes() == before


def test_a_mixture_that_no_disk_could_hold_is_refused(built, out):
    with pytest.raises(MixError, match=r"scale: .* rows; expected 1 to 100,000,000"):
        write_mix(mix({"task": "ner", "rows": 5}), built, out, scale=1e12)


def test_progress_is_told_up_to_the_last_row(built, out):
    told = []
    write_mix(mix({"task": "ner", "rows": 2_500}), built, out, progress=lambda *found: told.append(found))
    assert told == [(1_000, 2_500), (2_000, 2_500), (2_500, 2_500)]


# -- what goes wrong -------------------------------------------------------------------------------------


def test_a_folder_without_rows_of_the_task_is_refused_with_what_to_do(tmp_path, out):
    put(tmp_path, "NYT", "re", 3)
    problem = refused(mix({"task": "ner", "rows": 5}), tmp_path, out)
    assert problem == (f"{tmp_path} holds no train rows of ner; build some first: sfr data build RAW -o {tmp_path}")


def test_a_folder_that_nothing_was_built_in_is_refused(tmp_path, out):
    assert "holds no train rows of ner" in refused(mix_of("cm_1"), tmp_path, out)


def test_sets_that_were_not_built_are_named(built, out):
    named = {"task": "ner", "rows": 5, "sets": ["wikiann", "unheard", "NYT"]}
    problem = refused(mix(named), built, out)
    assert problem == f"{built} holds no built ner data set named NYT, unheard"


def test_a_set_that_is_named_and_has_no_such_split_is_named(built, out, tmp_path):
    put(tmp_path, "GENIA", "ner", 5)
    put(tmp_path, "wikiann", "ner", 5, "dev.jsonl")
    problem = refused(mix({"task": "ner", "rows": 5, "sets": ["GENIA", "wikiann"]}), tmp_path, out)
    assert "wikiann" in problem
    assert "GENIA" not in problem


def test_sets_that_count_with_no_row_at_all_are_refused(built, out):
    nothing = {"task": "ner", "rows": 5, "sets": ["GENIA"], "oversample_to": {"GENIA": 0}}
    assert "GENIA" in refused(mix(nothing), built, out)


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf"), 1e-9])
def test_a_scale_that_leaves_no_rows_or_is_no_number_is_refused(built, out, scale):
    assert "scale" in refused(mix({"task": "ner", "rows": 5}), built, out, scale=scale)


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_a_file_without_rows_is_named(tmp_path, out, form):
    path = put_lines(tmp_path, "GENIA", "ner", [], f"train.{form}")
    assert refused(mix({"task": "ner", "rows": 5}), tmp_path, out) == f"{path}: expected examples, found an empty file"


@pytest.mark.parametrize("stratify", [None, "even"])
def test_a_damaged_line_is_reported_with_file_and_line(tmp_path, out, stratify):
    path = put(tmp_path, "GENIA", "ner", 5)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], lines[2][:40] + b"\n", *lines[3:]]))
    problem = refused(mix({"task": "ner", "rows": 5}), tmp_path, out, stratify=stratify)
    assert problem.startswith(f"{path}:3: expected one JSON object in the line: ")


def test_everything_that_is_wrong_with_a_damaged_line_is_told(tmp_path, out):
    path = put_lines(tmp_path, "GENIA", "ner", [b'{"id": "a", "task": "pos"}'])
    problems = refused(mix({"task": "ner", "rows": 5}), tmp_path, out).splitlines()
    assert len(problems) > 3
    assert all(problem.startswith(f"{path}:1: ") for problem in problems)


def test_a_file_that_is_no_parquet_is_named(tmp_path, out):
    path = put(tmp_path, "GENIA", "ner", 5, "train.parquet")
    path.write_bytes(path.read_bytes()[:100])
    assert refused(mix({"task": "ner", "rows": 5}), tmp_path, out).startswith(f"{path} is not a Parquet file: ")


def test_a_parquet_file_of_other_columns_is_named(tmp_path, out):
    import pyarrow as pa
    from pyarrow import parquet

    path = put(tmp_path, "GENIA", "ner", 5, "train.parquet")
    parquet.write_table(pa.Table.from_pylist([{"id": "a", "gold": 1}]), path)
    assert refused(mix({"task": "ner", "rows": 5}), tmp_path, out).startswith(f"{path}:1: ")


def test_a_folder_for_the_mixture_that_is_not_there_is_an_error_of_the_system(built, tmp_path):
    with pytest.raises(FileNotFoundError):
        write_mix(mix({"task": "ner", "rows": 5}), built, tmp_path / "none" / "mixed.jsonl")


def test_a_mixture_that_fails_leaves_the_one_that_stands_there(tmp_path, out):
    path = put(tmp_path, "GENIA", "ner", 5)
    given = mix({"task": "ner", "rows": 5})
    write_mix(given, tmp_path, out)
    before = out.read_bytes()
    path.write_bytes(b"{}\n")
    with pytest.raises(MixError):
        write_mix(given, tmp_path, out)
    assert out.read_bytes() == before


KILLED = """\
import os, signal, sys
from pathlib import Path
from sfr.data.mixing import write_mix
from tests.training import mix

def last_row(done, total):
    os.kill(os.getpid(), getattr(signal, sys.argv[3]))

write_mix(mix({"task": "ner", "rows": 50}), Path(sys.argv[1]), Path(sys.argv[2]), progress=last_row)
"""


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="files without a name are those of Linux")
@pytest.mark.parametrize("form", ["jsonl", "parquet"])
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
def test_a_run_that_is_killed_leaves_nothing_behind(tmp_path, name, form):
    put(tmp_path / "built", "GENIA", "ner", 5, f"train.{form}")
    folder = tmp_path / "mixed"
    folder.mkdir()
    command = [sys.executable, "-c", KILLED, tmp_path / "built", folder / "mixed.jsonl", name]
    result = subprocess.run(command, cwd=ROOT, timeout=60, check=False)
    assert result.returncode == -getattr(signal, name)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", MIXES)
def test_every_shipped_mixture_can_be_made_of_sets_of_its_tasks(built, out, name):
    made = write_mix(mix_of(name), built, out, scale=0.001)
    assert {part["task"] for part in made.result["parts"]} == {part.task for part in mix_of(name).parts}
    assert {found["task"] for found in rows_in(out)} <= set(TASKS)
