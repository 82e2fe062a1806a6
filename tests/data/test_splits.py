"""Splits are found by pattern or dealt out the same on every machine, and a whole is divided without a rest."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfr.data.catalogue import Carve
from sfr.data.shares import shares
from sfr.data.splits import carved, find_files


@pytest.fixture
def folder(tmp_path):
    """A folder with files of these names."""

    def made(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return tmp_path

    return made


def relative(found, folder):
    return {split: [path.relative_to(folder).as_posix() for path in paths] for split, paths in found.items()}


# -- files ------------------------------------------------------------------------------------


def test_of_several_patterns_the_first_that_any_file_fits_counts(folder):
    home = folder("data/train.txt", "train.tsv")
    assert relative(find_files({"train": ["train.txt", "data/train.txt", "train.tsv"]}, home), home) == {
        "train": ["data/train.txt"]
    }


def test_all_files_of_a_pattern_count_sorted(folder):
    home = folder("part-2.txt", "part-10.txt", "part-1.txt", "other.txt")
    assert relative(find_files({"all": ["part-*.txt"]}, home), home) == {
        "all": ["part-1.txt", "part-10.txt", "part-2.txt"]
    }


def test_a_pattern_may_look_below(folder):
    home = folder("a/b/TRAIN_FILE.TXT")
    assert relative(find_files({"train": ["TRAIN_FILE.TXT", "**/TRAIN_FILE.TXT"]}, home), home) == {
        "train": ["a/b/TRAIN_FILE.TXT"]
    }


def test_a_split_without_files_is_left_out(folder):
    home = folder("train.txt")
    assert list(find_files({"train": ["train.txt"], "dev": ["dev.txt"]}, home)) == ["train"]


def test_a_folder_is_no_file(folder):
    home = folder("train.txt/inside", "data/train.txt")
    assert relative(find_files({"train": ["train.txt", "data/train.txt"]}, home), home) == {"train": ["data/train.txt"]}


def test_in_a_folder_that_does_not_exist_nothing_is_found(tmp_path):
    assert find_files({"train": ["train.txt"]}, tmp_path / "nowhere") == {}


# -- carving ----------------------------------------------------------------------------------

ROWS = [str(number) for number in range(1, 11)]


def carve_of(sizes, **changes):
    return Carve(source="all", sizes=sizes, **changes)


def by_split(found):
    splits = {}
    for name, split in found.items():
        splits.setdefault(split, set()).add(name)
    return splits


def test_rows_are_dealt_out_as_they_always_were():
    """By BLAKE2b of 128 bits, as b2sum tells it, the rows follow as 2 5 10 8 7 4 3 9 1 6."""
    assert by_split(carved(carve_of({"train": 6, "dev": 2, "test": 2}), ROWS)) == {
        "train": {"2", "5", "10", "8", "7", "4"},
        "dev": {"3", "9"},
        "test": {"1", "6"},
    }


@pytest.mark.parametrize("order", [ROWS, ROWS[::-1], ROWS * 2])
def test_the_order_and_the_repeats_of_names_do_not_matter(order):
    carve = carve_of({"train": 6, "dev": 2, "test": 2})
    assert carved(carve, order) == carved(carve, ROWS)


def test_a_larger_train_split_leaves_test_as_it_is():
    small, large = (by_split(carved(carve_of({"train": size, "test": 3}), ROWS)) for size in (2, 7))
    assert (small["test"], small["train"] < large["train"]) == (large["test"], True)


def test_each_split_has_exactly_its_size_and_the_rest_is_left_out():
    found = carved(carve_of({"train": 5, "dev": 1, "test": 2}), ROWS)
    assert {split: len(names) for split, names in by_split(found).items()} == {"train": 5, "dev": 1, "test": 2}
    assert found.keys() < set(ROWS)


def test_with_fewer_names_every_split_gets_less_in_proportion():
    found = by_split(carved(carve_of({"train": 600, "dev": 200, "test": 200}), ROWS))
    assert {split: len(names) for split, names in found.items()} == {"train": 6, "dev": 2, "test": 2}
    assert set.union(*found.values()) == set(ROWS)


def test_with_as_many_names_as_wanted_all_are_dealt_out():
    assert carved(carve_of({"train": 9, "test": 1}), ROWS).keys() == set(ROWS)


def test_without_names_there_is_nothing_to_deal():
    assert carved(carve_of({"train": 9, "test": 1}), []) == {}


def test_by_numbers_the_last_are_test_then_dev_then_train():
    names = ["doc 10", "doc 9", "doc 2", "doc 11", "doc 100"]
    assert carved(carve_of({"train": 2, "dev": 1, "test": 1}, order="numbers"), names) == {
        "doc 100": "test",
        "doc 11": "dev",
        "doc 10": "train",
        "doc 9": "train",
    }


def test_names_with_the_same_numbers_are_in_the_order_of_letters():
    carve = carve_of({"train": 1, "test": 1}, order="numbers")
    assert carved(carve, ["b 1", "a 1"]) == {"a 1": "train", "b 1": "test"}


def test_dropped_groups_are_in_no_split_and_take_no_place():
    carve = carve_of({"train": 2, "test": 1}, order="numbers", unit="group", drop_groups=["9", "8"])
    assert carved(carve, map(str, range(10))) == {"7": "test", "6": "train", "5": "train"}


def test_a_name_that_no_file_could_hold_has_its_split():
    assert set(carved(carve_of({"train": 2}), ["\ud800", "a"])) == {"\ud800", "a"}


@given(st.sets(st.text(max_size=3)), *[st.integers(0, 8)] * 3)
def test_splits_do_not_overlap_and_are_never_larger_than_asked(names, train, dev, test):
    sizes = {"train": train, "dev": dev, "test": test}
    found = by_split(carved(carve_of(sizes), names))
    dealt = {split: len(found.get(split, ())) for split in sizes}
    assert all(dealt[split] <= sizes[split] for split in sizes)
    assert sum(dealt.values()) == min(len(names), train + dev + test)


# -- shares -----------------------------------------------------------------------------------


def test_what_divides_evenly_is_divided_evenly():
    assert shares(10, {"ner": 2, "re": 8}) == {"ner": 2, "re": 8}
    assert shares(44_951 + 179_794, {"ner": 44_951, "re": 179_794}) == {"ner": 44_951, "re": 179_794}


def test_the_largest_remainder_gets_more():
    assert shares(7, {"a": 1, "b": 2}) == {"a": 2, "b": 5}  # of 2 1/3 and 4 2/3
    assert shares(10, {"a": 1, "b": 1, "c": 4}) == {"a": 2, "b": 2, "c": 6}  # of 1 2/3 twice and 6 2/3: the first two


def test_of_equal_remainders_the_first_gets_more():
    assert shares(1, {"b": 1, "a": 1}) == {"b": 1, "a": 0}


def test_a_part_without_weight_gets_nothing():
    assert shares(3, {"a": 0, "b": 1}) == {"a": 0, "b": 3}


def test_nothing_is_divided_among_nobody():
    assert (shares(0, {}), shares(0, {"a": 0})) == ({}, {"a": 0})


@pytest.mark.parametrize("weights", [{}, {"a": 0}])
def test_something_cannot_be_divided_among_nobody(weights):
    with pytest.raises(ValueError, match="nothing to take 3 from"):
        shares(3, weights)


def test_large_numbers_are_divided_exactly():
    assert shares(10**18 + 1, {"a": 1, "b": 1}) == {"a": 5 * 10**17 + 1, "b": 5 * 10**17}


@given(st.integers(0, 1_000), st.dictionaries(st.sampled_from("abcde"), st.integers(0, 50), min_size=1))
def test_parts_add_up_and_are_less_than_one_off(total, weights):
    whole = sum(weights.values())
    if not whole:
        return
    parts = shares(total, weights)
    assert (sum(parts.values()), list(parts)) == (total, list(weights))
    assert all(abs(parts[name] - Fraction(total * weight, whole)) < 1 for name, weight in weights.items())
