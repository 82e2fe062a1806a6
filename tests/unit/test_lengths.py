"""Lengths of outputs: percentiles, bands, histograms, and what measures them."""

import json
import re
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfr.evaluation.lengths import (
    Band,
    Summary,
    bin_edges,
    histogram,
    joined,
    length_bands,
    length_function,
    percentile,
    summary,
)
from tests.training import put_tokenizer

lengths = st.lists(st.integers(0, 300), min_size=1, max_size=60)
shares = st.integers(1, 100)


def triples(bands):
    return [(band.min, band.mean, band.max) for band in bands]


# -- percentiles ------------------------------------------------------------------------------


@given(lengths, shares)
def test_a_percentile_is_the_least_length_that_so_many_percent_do_not_exceed(found, share):
    value = percentile(found, share)

    assert value in found
    assert 100 * sum(one <= value for one in found) >= share * len(found)
    assert 100 * sum(one < value for one in found) < share * len(found)


def test_a_percentile_of_many_is_exact_where_floating_point_would_round_up():
    assert percentile(range(1, 101), 55) == 55  # 100 * 0.55 is a little more than 55


def test_there_is_no_percentile_of_nothing():
    with pytest.raises(ValueError, match="expected lengths, found none"):
        percentile([], 50)


@pytest.mark.parametrize("share", [0, 101, -5])
def test_a_percentile_is_from_1_to_100(share):
    with pytest.raises(ValueError, match=f"from 1 to 100, found {share}"):
        percentile([1], share)


# -- bands ------------------------------------------------------------------------------------


def test_a_band_goes_from_the_percentile_before_to_its_own():
    assert triples(length_bands(range(1, 101))) == [(1, 25.5, 50), (51, 60.5, 70), (71, 85.0, 99)]


def test_a_band_below_begins_with_the_least_length():
    assert triples(length_bands(range(1, 101), bands="below")) == [(1, 25.5, 50), (1, 35.5, 70), (1, 50.0, 99)]


def test_lengths_equal_to_a_percentile_are_in_its_band():
    assert [band.n for band in length_bands([5] * 6 + [7, 8, 9, 10])] == [6, 1, 3]


def test_a_band_without_lengths_has_no_least_length():
    assert length_bands([4, 4, 4])[1] == Band(70, 0, 0, None, None)
    assert length_bands([4, 4, 4])[1].mean is None


def test_nothing_has_empty_bands():
    assert [band.n for band in length_bands([])] == [0, 0, 0]


@given(lengths)
def test_bands_between_percentiles_share_no_length_and_hold_all_up_to_the_last(found):
    bands = length_bands(found, (50, 70, 100))
    edges = [edge for band in bands if band.n for edge in (band.min, band.max)]

    assert edges == sorted(edges)
    assert sum(band.n for band in bands) == len(found)
    assert sum(band.total for band in bands) == sum(found)


@given(lengths)
def test_a_band_below_is_all_the_bands_between_up_to_it(found):
    between, below = length_bands(found), length_bands(found, bands="below")

    for i, band in enumerate(below):
        assert band.n == sum(one.n for one in between[: i + 1])
        assert band.total == sum(one.total for one in between[: i + 1])


@given(lengths, lengths)
def test_joined_bands_hold_what_the_bands_of_each_set_hold(one, other):
    first, second = length_bands(one), length_bands(other)

    for a, b, both in zip(first, second, joined([first, second]), strict=True):
        assert (both.n, both.total) == (a.n + b.n, a.total + b.total)
        assert both.min == min(found.min for found in (a, b) if found.n) if both.n else both.min is None
        assert both.max == max(found.max for found in (a, b) if found.n) if both.n else both.max is None


def test_joined_bands_may_overlap_as_those_of_the_paper_do():
    p50, p70, _ = joined([length_bands(range(100)), length_bands(range(200, 300))])

    assert p70.min < p50.max


def test_bands_of_different_percentiles_are_not_joined():
    with pytest.raises(ValueError, match="zip"):
        joined([length_bands([1], (50, 99)), length_bands([1])])


def test_a_summary_is_of_all_lengths():
    assert summary([*range(1, 101)]) == Summary(n=100, mean=50.5, p50=50, p95=95, max=100)


def test_a_summary_of_nothing_is_its_number():
    assert summary([]) == Summary(0, None, None, None, None)


# -- histograms -------------------------------------------------------------------------------


@given(lengths, st.integers(1, 50))
def test_every_length_is_in_one_bin(found, at_most):
    edges = bin_edges(found, at_most)
    counted = histogram(found, edges)

    assert counted == [sum(low <= one < high for one in found) for low, high in pairwise(edges)]
    assert sum(counted) == len(found)


@given(lengths, st.integers(1, 50))
def test_bins_are_no_more_than_asked_for_and_one_for_the_rest(found, at_most):
    assert len(bin_edges(found, at_most)) - 1 <= at_most + 1


def test_bins_have_one_round_width():
    assert bin_edges([103, 118, 131], at_most=8) == [100, 105, 110, 115, 120, 125, 130, 135]


def test_one_length_has_one_bin():
    assert bin_edges([7]) == [7, 8]


def test_one_endless_output_has_a_bin_of_its_own():
    found = [*range(200), 100_000]
    edges = bin_edges(found, 20)

    assert histogram(found, edges)[-1] == 1
    assert edges[-3:] == [190, 200, 100_001]


def test_nothing_has_no_bins():
    assert bin_edges([]) == []
    assert histogram([], []) == []


def test_a_length_outside_the_edges_is_an_error():
    with pytest.raises(ValueError, match="expected lengths from 0 to below 10, found 3 to 10"):
        histogram([3, 10], [0, 5, 10])
    with pytest.raises(ValueError, match="as there are no edges"):
        histogram([3], [])


def test_there_is_at_least_one_bin():
    with pytest.raises(ValueError, match="at least one bin, found 0"):
        bin_edges([1, 2], 0)


# -- measures ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    """The folder of a tokenizer of words and signs."""
    pytest.importorskip("transformers")
    return put_tokenizer(tmp_path_factory.mktemp("tokenizer"))


TEXTS = ["", "two words", '{"person": ["Ann"]}', "naïve 北京"]


def by_hand(text):
    """Words and signs, as the tokenizer of the tests parts them."""
    return len(re.findall(r"\w+|[^\w\s]+", text))


def test_characters_are_counted():
    assert length_function("characters")(TEXTS) == [0, 9, 19, 8]


def test_words_are_counted():
    assert length_function("words")(TEXTS) == [0, 2, 2, 2]


def test_tokens_are_those_of_the_text_alone(tokenizer):
    assert length_function(str(tokenizer))(TEXTS) == [by_hand(text) for text in TEXTS]


def test_a_file_and_its_folder_count_alike(tokenizer):
    assert length_function(str(tokenizer / "tokenizer.json"))(TEXTS) == length_function(str(tokenizer))(TEXTS)


def test_more_texts_than_are_encoded_at_once_are_all_counted(tokenizer):
    texts = ["w " * (n % 7) for n in range(2_500)]

    assert length_function(str(tokenizer))(texts) == [n % 7 for n in range(2_500)]


def test_no_text_has_no_length(tokenizer):
    assert length_function(str(tokenizer))([]) == []


def test_a_text_that_is_longer_than_the_model_reads_is_counted_in_full(tmp_path):
    pytest.importorskip("transformers")
    measure = length_function(str(put_tokenizer(tmp_path / "short", longest=4)))

    assert measure(["w " * 50]) == [50]


def test_half_of_a_surrogate_pair_can_be_measured(tokenizer):
    assert length_function(str(tokenizer))(["a \ud800 b"]) == [3]


@pytest.mark.parametrize(
    "name", ["./none", "../none", "/none/such", "~/none-such-folder", "none/tokenizer.json", "a/b/c"]
)
def test_a_path_that_is_not_there_is_not_asked_for_elsewhere(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)  # asking would take it

    with pytest.raises(ValueError, match=f"there is no tokenizer in {re.escape(name)}: no such file or folder"):
        length_function(name)


def test_a_path_in_a_folder_that_is_there_is_no_name_on_the_hub(tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "transformers", None)

    with pytest.raises(ValueError, match="there is no tokenizer in models/mine: no such file or folder"):
        length_function("models/mine")


def test_without_transformers_one_is_told_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "transformers", None)

    with pytest.raises(ValueError, match=r"counting tokens takes transformers: .* 'sfr\[tokenizers\]'"):
        length_function(str(tmp_path))


@pytest.mark.parametrize("content", [None, "{", json.dumps({"a": 1})])
def test_a_folder_or_file_of_something_else_is_an_error_that_names_it(tmp_path, content):
    pytest.importorskip("transformers")
    path = tmp_path if content is None else tmp_path / "tokenizer.json"
    if content is not None:
        path.write_text(content)

    with pytest.raises(ValueError, match=f"there is no tokenizer in {re.escape(str(path))}: "):
        length_function(str(path))


def test_a_name_that_is_no_path_is_asked_for_on_the_hub(monkeypatch):
    transformers = pytest.importorskip("transformers")
    asked = []
    monkeypatch.setattr(
        transformers.AutoTokenizer, "from_pretrained", lambda name, **_: asked.append(name) or (lambda *_, **__: {})
    )
    length_function("some-owner/some-model")

    assert asked == ["some-owner/some-model"]
