"""How a joined string falls into pieces of the source text."""

import re
import time
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfr.grounding import Source, segment_pairs, segment_values, split_pair

SONGS = (
    "The album has Is That Love , Tempted , Clubland , New Lace Sleeves and "
    "The Lunatics ( Have Taken Over the Asylum ) , all of 1981 ."
)


def cut(words, places):
    """The pieces of a list of words that is cut before each of these places."""
    bounds = [0, *places, len(words)]
    return [words[a:b] for a, b in pairwise(bounds)]


def all_cuts(words):
    for count in range(len(words)):
        for places in combinations(range(1, len(words)), count):
            yield cut(words, places)


def tokens(words):
    return re.findall(r"[a-z0-9]+|[^a-z0-9\s]", " ".join(words))


def occurs(words, text):
    """Whether the tokens of these words stand in a row in the text."""
    row, piece = tokens(text.split()), tokens(words)
    return any(row[i : i + len(piece)] == piece for i in range(len(row)))


# -- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Best wishes to Kevin , Therese & their family", ["Kevin", "Therese"]),
        (
            SONGS,
            ["Is That Love", "Tempted", "Clubland", "New Lace Sleeves", "The Lunatics ( Have Taken Over the Asylum )"],
        ),
        (
            "United Russia beat the Communist Party of the Russian Federation and the Liberal Democratic Party of Russia .",
            ["United Russia", "Communist Party of the Russian Federation", "Liberal Democratic Party of Russia"],
        ),
        ("ask @ BethAnne17 about it", ["@", "BethAnne17"]),
        ("via @ BBC and @ CNN today", ["@", "BBC", "@", "CNN"]),
        ("GCN2 binds eIF - 2alpha here", ["GCN2", "eIF - 2alpha"]),
        ("the IL-2 and IL-4 genes", ["IL-2", "IL-4"]),
        ("在这里见到广州松日队和青岛海牛队", ["广州松日队", "青岛海牛队"]),
    ],
    ids=["Figure 4", "songs", "parties", "a handle", "two handles", "genes", "hyphens", "Chinese"],
)
def test_values_that_stand_apart_in_the_text_are_told_apart(text, values):
    assert values == segment_values(" ".join(values), Source(text))


def test_the_songs_have_thousands_of_readings_of_which_the_one_with_fewest_pieces_is_taken():
    slot = "Is That Love Tempted Clubland New Lace Sleeves The Lunatics ( Have Taken Over the Asylum )"
    words = slot.split()
    # Cuts between two words that stand side by side in the text are free: each doubles the readings.
    free = sum(occurs(words[i : i + 2], SONGS) for i in range(len(words) - 1))
    assert 2**free == 4096
    assert len(segment_values(slot, Source(SONGS))) == 5


@pytest.mark.parametrize(
    ("text", "slot", "merged"),
    [
        ("Assyrian Aramaic-speaking Christian Mesopotamians", "Assyrian Aramaic-speaking Christian Mesopotamians", 1),
        ("from Addicks Barker to town", "Addicks Barker", 1),
        (
            "the autosomal recessive disease hereditary hemochromatosis",
            "autosomal recessive disease hereditary hemochromatosis",
            1,
        ),
    ],
)
def test_values_that_touch_in_the_text_are_one(text, slot, merged):
    assert merged == len(segment_values(slot, Source(text)))
    assert [slot] == segment_values(slot, Source(text))


def test_the_reading_is_the_leftmost_longest():
    assert segment_values("first film franchise", Source("the first film of a film franchise")) == [
        "first film",
        "franchise",
    ]


@pytest.mark.parametrize(
    ("slot", "pieces"),
    [
        ("Kevin Bob Smith Therese", ["Kevin", "Bob Smith", "Therese"]),
        ("Bob Smith", ["Bob Smith"]),
        ("Bob Kevin", ["Bob", "Kevin"]),
        ("Kevin Bob", ["Kevin", "Bob"]),
        ("evin Therese", ["evin", "Therese"]),
        ("KEVIN Therese", ["KEVIN", "Therese"]),
        ("", []),
        ("   ", []),
    ],
)
def test_words_that_do_not_occur_stay_one_piece_and_are_never_lost(slot, pieces):
    assert pieces == segment_values(slot, Source("to Kevin , Therese & their family"))


def test_the_whole_text_as_one_slot_is_one_value():
    assert segment_values(SONGS, Source(SONGS)) == [SONGS]


def test_an_empty_text_grounds_nothing():
    assert segment_values("a b c", Source("")) == ["a b c"]


WORDS = st.sampled_from(["a", "b", "c", "ab", "a-b", "b-c", "@", "x", ","])
SLOT = st.lists(WORDS, min_size=1, max_size=8)
TEXT = st.lists(st.sampled_from(["a", "b", "c", "ab", "a-b", "b-c", "@", ",", "."]), max_size=12).map(" ".join)


@given(SLOT, TEXT)
def test_no_split_of_a_slot_has_fewer_pieces(words, text):
    """Brute force over all splits: a piece occurs, or is a run of words that do not occur alone."""

    def admissible(piece):
        if piece == ["@"]:
            return True
        return "@" not in piece and (occurs(piece, text) or not any(occurs([word], text) for word in piece))

    def of_one_kind(pieces):
        return all(map(admissible, pieces))

    if "@" in words and not occurs(["@"], text):
        words = [word for word in words if word != "@"] or ["x"]
    fewest = min(len(pieces) for pieces in all_cuts(words) if of_one_kind(pieces))
    found = segment_values(" ".join(words), Source(text))
    assert fewest == len(found)
    assert of_one_kind([piece.split() for piece in found])


@given(st.lists(st.text(min_size=1, max_size=6), max_size=20).map(" ".join), st.text(max_size=60))
def test_the_pieces_are_the_slot(slot, text):
    assert " ".join(slot.split()) == " ".join(segment_values(slot, Source(text)))


# -- pairs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("our algorithm uses a surface controlled by parameters", [("surface", "algorithm")]),
        (
            "Michael Henley Jr. of Grants , N.M. , and Ms. Calico of Belen , N.M. met ; Grants , N.M. Ms. Calico",
            [
                ("Michael Henley Jr.", "Grants"),
                ("Michael Henley Jr.", "N.M."),
                ("Ms. Calico", "N.M."),
                ("Ms. Calico", "Belen"),
            ],
        ),
        ("born in Willowdell , Darke County in Ohio", [("Willowdell , Darke County", "Ohio")]),
        ("born in Willowdell , Darke County in Ohio", [("Ohio", "Willowdell , Darke County")]),
        (
            "a minocycline, generalized, pruritic, macular eruption was seen",
            [("generalized, pruritic, macular eruption", "minocycline")],
        ),
        ("Anna met Bo ; Cy saw Di", [("Anna", "Bo"), ("Cy", "Di")]),
        ("Anna met Bo ; Cy saw Di", [("Anna", "Bo"), ("Anna", "Di"), ("Cy", "Anna")]),
    ],
    ids=["Figure 5", "four parses", "comma in a head", "comma in a tail", "raw commas", "two pairs", "three pairs"],
)
def test_pairs_of_mentions_of_the_text_are_told_apart(text, pairs):
    slot = " ".join(f"{head}, {tail}" for head, tail in pairs)
    assert pairs == segment_pairs(slot, Source(text))


def test_on_ties_the_shorter_first_tail_wins():
    source = Source("Jo knows N.M. Ms. Lee and Lee knows N.M. well")
    assert segment_pairs("Jo, N.M. Ms. Lee, N.M.", source) == [("Jo", "N.M."), ("Ms. Lee", "N.M.")]


@pytest.mark.parametrize(
    ("slot", "pairs"),
    [
        ("Anna, Bob", [("Anna", "Bob")]),
        ("Bob, Anna", [("Bob", "Anna")]),
        ("Bob, Eve", [("Bob", "Eve")]),
        ("Anna, Bo Cy, Eve", [("Anna", "Bo"), ("Cy", "Eve")]),  # one mention outside either way, here of one word
        ("Anna", []),
        ("Anna,", []),
        (", Anna", []),
        ("", []),
        (",", []),
    ],
)
def test_mentions_outside_the_text_still_make_pairs_and_no_comma_makes_none(slot, pairs):
    assert pairs == segment_pairs(slot, Source("Anna met Bo ; Cy saw Di"))


def all_pairings(words):
    """Every reading of words as ``head, tail`` pairs, one after another."""
    for pieces in all_cuts(words):
        readings = [[]]
        for piece in pieces:
            ways = [
                (([*piece[:i], piece[i][:-1]] if piece[i] != "," else piece[:i]), piece[i + 1 :])
                for i in range(len(piece) - 1)
                if piece[i].endswith(",") and (i or piece[i] != ",")
            ]
            readings = [[*reading, way] for reading in readings for way in ways]
        yield from readings


PAIR_WORDS = st.lists(st.sampled_from(["a", "b", "c", "a,", "b,", "c,", "x", "x,", ","]), min_size=1, max_size=8)


@given(PAIR_WORDS, TEXT)
def test_no_reading_of_a_slot_has_fewer_mentions_outside_or_then_fewer_words_in_them_or_then_fewer_pairs(words, text):
    def cost(pairs):
        outside = [mention for pair in pairs for mention in pair if not occurs(mention, text)]
        return len(outside), sum(map(len, outside)), len(pairs)

    best = min(map(cost, all_pairings(words)), default=None)
    found = segment_pairs(" ".join(words), Source(text))
    if best is None:
        assert found == []
    else:
        assert best == cost([(head.split(), tail.split()) for head, tail in found])


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_pair_has_an_empty_mention(slot, text):
    assert [pair for pair in segment_pairs(slot, Source(text)) if not all(map(str.strip, pair))] == []


@pytest.mark.parametrize(
    ("slot", "pair"),
    [
        ("a, b", ("a", "b")),
        ("a, b, c", ("a", "b, c")),
        ("Willowdell , Darke County, Ohio", ("Willowdell , Darke County", "Ohio")),
        ("a,b", ("a", "b")),
        ("a , b", ("a", "b")),
        ("1,000 men, Rome", ("1,000 men", "Rome")),
        ("a", None),
        ("a,", None),
        (", b", None),
        ("", None),
    ],
)
def test_a_pair_without_a_text_is_split_at_the_first_comma_that_ends_a_word(slot, pair):
    assert pair == split_pair(slot)


# -- work -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 5, 20, 40])
def test_a_slot_of_many_pairs_is_told_apart(count):
    mentions = [f"w{i} x{i} y{i}" for i in range(2 * count)]
    pairs = list(zip(mentions[::2], mentions[1::2], strict=True))
    slot = " ".join(f"{head}, {tail}" for head, tail in pairs)
    assert pairs == segment_pairs(slot, Source(" . ".join(mentions)))


@pytest.mark.parametrize("count", [1, 10, 100, 1000])
def test_a_slot_of_many_values_is_told_apart(count):
    values = [f"w{i} x{i} y{i}" for i in range(count)]
    assert values == segment_values(" ".join(values), Source(" . ".join(values)))


@pytest.mark.parametrize(
    "text",
    [
        "a " * 5_000,
        "a b " * 5_000,
        "a, " * 5_000,
        "@ " * 5_000,
        "a-" * 5_000,
        "中" * 10_000,
        "a" * 50_000,
        "ab" * 100 + " ab" * 5_000,
    ],
    ids=["a word", "two words", "commas", "handles", "hyphens", "Chinese", "a long word", "a prefix"],
)
@pytest.mark.parametrize("read", [segment_values, segment_pairs])
def test_repetitive_text_costs_little(read, text):
    begin = time.process_time()
    pieces = read(text, Source(text))
    assert time.process_time() - begin < 10
    assert (
        " ".join(text.split()).replace(" ", "").replace(",", "")
        == "".join(piece if isinstance(piece, str) else "".join(piece) for piece in pieces)
        .replace(" ", "")
        .replace(",", "")
        or not pieces
    )


def test_membership_of_a_long_text_goes_by_neighbouring_tokens():
    text = "".join(f"w{i} " for i in range(5_000)) + "the end"
    source = Source(text)
    assert len(text) > 10_000
    assert "w17 w18 w19" in source
    assert "w4999 the end" in source
    assert "w17 w19" not in source
    assert "w5001" not in source


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_every_substring_of_a_short_text_is_in_it(text, a, b):
    assert text[min(a, b) : max(a, b)] in Source(text)
