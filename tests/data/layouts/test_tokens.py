"""Texts made of tokens, and mentions decoded from tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfr.data.layouts._tokens import Sentence, mentions_of, split_tag


def decoded(tags, scheme="bio"):
    """The mentions as plain tuples, without the strays."""
    return [tuple(mention) for mention in mentions_of(tags.split(), scheme)[0]]


def strays(tags, scheme="bio"):
    return mentions_of(tags.split(), scheme)[1]


# -- sentences --------------------------------------------------------------------------------


def test_tokens_are_joined_by_one_space():
    assert Sentence(["A", "b", ","]).text == "A b ,"


def test_a_mention_has_the_text_between_its_first_and_its_last_token():
    assert Sentence(["New", "York", "City", "!"]).mention(0, 3) == ("New York City", ((0, 13),))


def test_offsets_count_characters_and_not_bytes():
    assert Sentence(["Å", "🌊", "sea"]).mention(1, 3) == ("🌊 sea", ((2, 7),))


def test_no_tokens_make_an_empty_text():
    assert Sentence([]).text == ""


@pytest.mark.parametrize(("start", "end"), [(0, 3), (-1, 1), (1, 1), (2, 1)])
def test_a_mention_of_tokens_that_are_not_there_is_refused(start, end):
    with pytest.raises(IndexError, match=f"expected tokens within 0-2, found {start}-{end}"):
        Sentence(["a", "b"]).mention(start, end)


# -- mentions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "tags", "expected"),
    [
        ("bio", "O O", []),
        ("bio", "", []),
        ("bio", "B-X I-X O B-Y", [("X", 0, 2), ("Y", 3, 4)]),
        ("bio", "B-X B-X I-X", [("X", 0, 1), ("X", 1, 3)]),
        ("bio", "B-X B-Y I-Y", [("X", 0, 1), ("Y", 1, 3)]),
        ("iob1", "I-X I-X O I-Y", [("X", 0, 2), ("Y", 3, 4)]),
        ("iob1", "I-X B-X I-X", [("X", 0, 1), ("X", 1, 3)]),
        ("iob1", "I-X I-Y I-Y", [("X", 0, 1), ("Y", 1, 3)]),
        ("bioes", "B-X I-X E-X S-Y", [("X", 0, 3), ("Y", 3, 4)]),
        ("bioes", "S-X S-X B-X E-X", [("X", 0, 1), ("X", 1, 2), ("X", 2, 4)]),
        ("bioes", "B-X I-X L-X U-Y", [("X", 0, 3), ("Y", 3, 4)]),
        ("plain", "X X O Y X", [("X", 0, 2), ("Y", 3, 4), ("X", 4, 5)]),
        ("plain", "B-X I-X", [("B-X", 0, 1), ("I-X", 1, 2)]),
    ],
)
def test_mentions_are_where_their_tags_are(scheme, tags, expected):
    assert decoded(tags, scheme) == expected


def test_a_label_may_hold_hyphens():
    assert decoded("B-vehicle_type-suv I-vehicle_type-suv") == [("vehicle_type-suv", 0, 2)]


def test_a_mention_that_is_not_ended_ends_with_the_next_or_with_the_sentence():
    assert decoded("B-X O B-X S-Y B-Y", "bioes") == [("X", 0, 1), ("X", 2, 3), ("Y", 3, 4), ("Y", 4, 5)]


@pytest.mark.parametrize(
    ("scheme", "tags", "expected", "places"),
    [
        ("bio", "O I-X I-X", [("X", 1, 3)], [1]),
        ("bio", "B-X I-Y", [("X", 0, 1), ("Y", 1, 2)], [1]),
        ("bioes", "E-X I-Y E-Y", [("X", 0, 1), ("Y", 1, 3)], [0, 1]),
        ("bioes", "B-X E-X E-X", [("X", 0, 2), ("X", 2, 3)], [2]),
        ("bioes", "S-X I-X", [("X", 0, 1), ("X", 1, 2)], [1]),
    ],
)
def test_a_tag_that_continues_nothing_begins_a_mention_and_is_a_stray(scheme, tags, expected, places):
    assert (decoded(tags, scheme), strays(tags, scheme)) == (expected, places)


@pytest.mark.parametrize(("scheme", "tags"), [("iob1", "I-X O I-Y I-X"), ("plain", "X O Y X")])
def test_where_every_tag_may_begin_a_mention_none_is_a_stray(scheme, tags):
    assert strays(tags, scheme) == []


@pytest.mark.parametrize(
    ("scheme", "tag", "expected"),
    [
        ("bio", "X", "B-LABEL, I-LABEL"),
        ("bio", "S-X", "B-LABEL, I-LABEL"),
        ("bio", "b-X", "B-LABEL, I-LABEL"),
        ("bio", "BI-X", "B-LABEL, I-LABEL"),
        ("bio", "-X", "B-LABEL, I-LABEL"),
        ("bio", "B-", "B-LABEL, I-LABEL"),
        ("bio", "o", "B-LABEL, I-LABEL"),
        ("bio", "", "B-LABEL, I-LABEL"),
        ("iob1", "E-X", "B-LABEL, I-LABEL"),
        ("bioes", "M-X", "B-LABEL, I-LABEL, E-LABEL, S-LABEL, L-LABEL, U-LABEL"),
    ],
)
def test_a_tag_that_the_scheme_has_not_is_refused_with_what_was_expected(scheme, tag, expected):
    with pytest.raises(ValueError, match=f"^expected O, {expected}, found '{tag}'$"):
        split_tag(tag, scheme)


def test_an_empty_tag_is_no_label():
    with pytest.raises(ValueError, match=r"^expected O or a label, found nothing$"):
        split_tag("", "plain")


def test_a_refused_tag_is_named_with_its_place():
    with pytest.raises(ValueError, match=r"^tag 3: expected O, B-LABEL, I-LABEL, found 'PER'$"):
        mentions_of(["O", "B-PER", "PER"], "bio")


# -- what was encoded is decoded --------------------------------------------------------------


@st.composite
def mention_lists(draw):
    """Mentions as runs of tokens from left to right, with gaps or without; and the number of tokens."""
    pieces = draw(st.lists(st.tuples(st.sampled_from(("", "X", "Y-Z")), st.integers(1, 4)), max_size=8))
    mentions, place = [], 0
    for label, length in pieces:
        if label:
            mentions.append((label, place, place + length))
        place += length
    return mentions, place


def write_bio(mentions, length):
    tags = ["O"] * length
    for label, start, end in mentions:
        tags[start:end] = [f"B-{label}"] + [f"I-{label}"] * (end - start - 1)
    return tags


def write_iob1(mentions, length):
    tags = write_bio(mentions, length)
    ends = {(label, end) for label, _, end in mentions}
    for label, start, _ in mentions:
        if (label, start) not in ends:
            tags[start] = f"I-{label}"
    return tags


def write_bioes(mentions, length, last="E", single="S"):
    tags = write_bio(mentions, length)
    for label, start, end in mentions:
        tags[end - 1] = f"{single if end - start == 1 else last}-{label}"
    return tags


def write_bilou(mentions, length):
    return write_bioes(mentions, length, "L", "U")


ENCODERS = [("bio", write_bio), ("iob1", write_iob1), ("bioes", write_bioes), ("bioes", write_bilou)]


@pytest.mark.parametrize(("scheme", "encoder"), ENCODERS)
@given(mention_lists())
def test_decoding_gives_back_what_was_encoded(scheme, encoder, drawn):
    assert mentions_of(encoder(*drawn), scheme) == (drawn[0], [])


@pytest.mark.parametrize("scheme", ["bio", "iob1", "bioes"])
@given(st.lists(st.sampled_from(("O", "B-X", "I-X", "B-Y", "I-Y")), max_size=12))
def test_every_tag_but_o_is_in_one_mention(scheme, tags):
    found = mentions_of(tags, scheme)[0]
    covered = [place for _, start, end in found for place in range(start, end)]
    assert covered == [place for place, tag in enumerate(tags) if tag != "O"]
