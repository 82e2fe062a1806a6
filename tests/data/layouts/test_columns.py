"""Tokens with tags, in columns and in rows, and what is noted of those that are not as they must be."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfr import Entity
from sfr.data.layouts._source import FileSource, RowSource
from sfr.data.layouts.columns import columns, conll2012, tagged_rows


@pytest.fixture
def read(tmp_path):
    """Reads a text, or bytes, as a file; gives what was found and what was noted."""

    def reading(content, reader=columns, **options):
        path = tmp_path / "file"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        source = FileSource(path=path)
        return list(reader(source, **options)), source.problems

    return reading


def units(found):
    """Label, text and offsets of the mentions of each sentence; their text stands at the offsets."""
    for sentence in found:
        for entity in sentence.gold.entities:
            assert [sentence.text[start:end] for start, end in entity.at] == [entity.text]
    return [[(entity.type, entity.text, entity.at[0]) for entity in one.gold.entities] for one in found]


def texts(found):
    return [one.text for one in found]


def flaws(found):
    return [(flaw.code, flaw.message) for one in found for flaw in one.flaws]


ANNA = [[("PER", "Anna Lind", (0, 9)), ("LOC", "Malmö", (19, 24))]]


# -- the layouts ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("Anna\tB-PER\nLind\tI-PER\nlives\tO\nin\tO\nMalmö\tB-LOC\n", {}),
        ("Anna\tB-PER\nLind\tI-PER\nlives\tO\nin\tO\nMalmö\tB-LOC\n", {"separator": "tab"}),
        ("Anna B-PER\nLind I-PER\nlives O\nin O\nMalmö B-LOC\n", {}),
        ("Anna B-PER\nLind I-PER\nlives O\nin O\nMalmö B-LOC\n", {"separator": "space"}),
        ("B-PER\tAnna\nI-PER\tLind\nO\tlives\nO\tin\nB-LOC\tMalmö\n", {"token": 1, "tag": 0}),
        ("0\tAnna\tB-PER\n1\tLind\tI-PER\n2\tlives\tO\n3\tin\tO\n4\tMalmö\tB-LOC\n", {"token": 1}),
        ("0\tAnna\tB-PER\tq1\n1\tLind\tI-PER\tq1\n2\tlives\tO\t-\n3\tin\tO\t-\n4\tMalmö\tB-LOC\tq2\n", {"token": 1, "tag": 2}),
        (
            "Anna NNP I-NP I-PER\nLind NNP I-NP I-PER\nlives VBZ I-VP O\nin IN I-PP O\nMalmö NNP I-NP I-LOC\n",
            {"scheme": "iob1"},
        ),
        ("Anna\tB-PER\nLind\tE-PER\nlives\tO\nin\tO\nMalmö\tS-LOC\n", {"scheme": "bioes"}),
        ("Anna\tB-PER\nLind\tL-PER\nlives\tO\nin\tO\nMalmö\tU-LOC\n", {"scheme": "bioes"}),
        ("Anna\tPER\nLind\tPER\nlives\tO\nin\tO\nMalmö\tLOC\n", {"scheme": "plain"}),
        ("Anna   B-PER \n Lind\t\tI-PER\nlives \t O\nin O\nMalmö B-LOC\n", {}),
    ],
)  # fmt: skip
def test_each_layout_holds_the_same_sentence(read, content, options):
    found, problems = read(content, **options)
    assert (texts(found), units(found), flaws(found), problems) == (["Anna Lind lives in Malmö"], ANNA, [], [])


@pytest.mark.parametrize(
    ("scheme", "content"),
    [
        ("bio", "Anna B-PER\nLind B-PER\nBo I-PER\n"),
        ("iob1", "Anna I-PER\nLind B-PER\nBo I-PER\n"),
        ("bioes", "Anna S-PER\nLind B-PER\nBo E-PER\n"),
        ("bioes", "Anna U-PER\nLind B-PER\nBo L-PER\n"),
    ],
)
def test_mentions_of_one_label_may_touch(read, scheme, content):
    found, _ = read(content, scheme=scheme)
    assert units(found) == [[("PER", "Anna", (0, 4)), ("PER", "Lind Bo", (5, 12))]]


def test_without_marks_mentions_of_one_label_that_touch_are_one(read):
    found, _ = read("Anna PER\nLind PER\nBo LOC\n", scheme="plain")
    assert units(found) == [[("PER", "Anna Lind", (0, 9)), ("LOC", "Bo", (10, 12))]]


def test_nested_tags_are_decoded_level_by_level_and_the_longer_mention_comes_first(read):
    content = (
        "human\tO\tO\tB-cell_type\tO\n"
        "T\tB-protein\tO\tI-cell_type\tO\n"
        "cell\tI-protein\tB-DNA\tI-cell_type\tO\n"
        "factor\tI-protein\tI-DNA\tO\tO\n"
    )
    found, problems = read(content, nested=True)
    assert (units(found), problems) == (
        [
            [
                ("cell_type", "human T cell", (0, 12)),
                ("protein", "T cell factor", (6, 19)),
                ("DNA", "cell factor", (8, 19)),
            ]
        ],
        [],
    )


def test_nested_mentions_with_one_beginning_are_ordered_by_length(read):
    found, _ = read("IL\tB-protein\tB-DNA\n-\tI-protein\tI-DNA\n2\tI-protein\tI-DNA\ngene\tO\tI-DNA\n", nested=True)
    assert [label for label, _, _ in units(found)[0]] == ["DNA", "protein"]


# -- sentences --------------------------------------------------------------------------------


def test_blank_lines_divide_sentences_and_a_sentence_has_the_number_of_its_first_line(read):
    found, _ = read("\n\na O\nb O\n\n\nc O\n\n")
    assert [(one.line, one.text) for one in found] == [(3, "a b"), (7, "c")]


@pytest.mark.parametrize("separator", ["any", "tab"])
@pytest.mark.parametrize("blank", [" ", "\t", "\t\t ", " \r"])
def test_a_line_of_white_space_is_blank(read, separator, blank):
    found, problems = read(f"a\tO\n{blank}\nb\tO\n", separator=separator)
    assert (texts(found), problems) == (["a", "b"], [])


@pytest.mark.parametrize(
    "content",
    [b"a B-X\r\nb O\r\n\r\nc O\r\n", b"\xef\xbb\xbfa B-X\nb O\n\nc O\n", b"a B-X\nb O\n\nc O"],
    ids=["crlf", "bom", "no last line end"],
)
def test_sentences_are_the_same_whatever_the_ends_of_lines(read, content):
    found, problems = read(content)
    assert (texts(found), units(found), problems) == (["a b", "c"], [[("X", "a", (0, 1))], []], [])


def test_lines_that_are_skipped_stand_between_sentences(read):
    found, problems = read("-DOCSTART- -X- O O\n\na N N O\n-DOCSTART- O\nb N N O\n", skip=["-DOCSTART-"])
    assert ([(one.line, one.text) for one in found], problems) == ([(3, "a"), (5, "b")], [])


def test_without_skip_such_a_line_is_a_token(read):
    assert texts(read("-DOCSTART- O\n\na O\n")[0]) == ["-DOCSTART-", "a"]


# -- tokens -----------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", ["any", "tab"])
@pytest.mark.parametrize(
    "token",
    ["#", "#tag", '"', '"a', "'", "\\", ",", "\u00a0", "a\u00a0b", "\u2028", "\u3000", "a\x85", "\x1c", "\ufeff"],
)
def test_any_character_but_a_tab_a_space_and_a_line_feed_may_be_in_a_token(read, separator, token):
    found, problems = read(f"a\tO\n{token}\tB-X\n", separator=separator)
    assert (units(found), problems) == ([[("X", token, (2, 2 + len(token)))]], [])


def test_between_tabs_a_token_may_hold_spaces(read):
    found, problems = read("New York\tB-LOC\n!\tO\n", separator="tab")
    assert (texts(found), units(found), problems) == (["New York !"], [[("LOC", "New York", (0, 8))]], [])


def test_between_spaces_a_token_may_hold_tabs(read):
    assert units(read("a\tb B-X\n", separator="space")[0]) == [[("X", "a\tb", (0, 3))]]


def test_white_space_around_a_token_is_no_part_of_it(read):
    assert texts(read("💤 \tO\n !\tO\n", separator="tab")[0]) == ["💤 !"]


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_token_is_left_out_and_is_a_flaw(read, empty):
    found, problems = read(f"a\tB-X\n{empty}\tO\nb\tI-X\nc\tB-Y\n", separator="tab")
    assert (texts(found), problems) == (["a b c"], [])
    assert units(found) == [[("X", "a", (0, 1)), ("X", "b", (2, 3)), ("Y", "c", (4, 5))]]
    assert flaws(found)[0] == ("empty-token", "line 2: a token without a character")


def test_a_sentence_of_empty_tokens_has_no_text(read):
    found, problems = read("\tO\n\na\tO\n", separator="tab")
    assert (texts(found), problems) == (["", "a"], [])


def test_an_empty_token_with_a_tag_is_broken(read):
    found, problems = read("a\tO\n\tB-X\n", separator="tab")
    assert (found, problems) == ([], [(2, "expected a token for B-X, found none")])


def test_a_tag_that_continues_nothing_is_a_flaw_with_its_line(read):
    found, _ = read("a O\n\nb O\nc I-X\nd I-Y\n")
    assert flaws(found) == [
        ("stray-tag", "line 4: I-X continues a mention that is not there"),
        ("stray-tag", "line 5: I-Y continues a mention that is not there"),
    ]


def test_under_iob1_such_a_tag_is_no_flaw(read):
    assert flaws(read("a O\nb I-X\n", scheme="iob1")[0]) == []


# -- escapes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("a & amp ; b", "a & b"),
        ("& lt;3", "<3"),
        ("--&gt ; b", "--> b"),
        ("& gt;&gt;&gt ; b", ">>> b"),
        ("& amp;b", "&b"),
        ("AT&amp;T b", "AT&T b"),
        ("it & # 39 ; s", "it ' s"),
        ("it & #x27 ; s", "it ' s"),
        ("&amp; b", "& b"),
        ("&amp;amp;", "&amp;"),
        ("&eacute;t&eacute;", "été"),
    ],
)
def test_escapes_are_resolved_also_where_they_were_torn(read, tokens, text):
    content = "".join(f"{token} O\n" for token in tokens.split())
    assert texts(read(content, unescape=True)[0]) == [text]


@pytest.mark.parametrize(
    "tokens",
    ["a & b", "R & D ; b", "&", "a &", "& amp", "& amp b ;", "AT&T ;", "x=1&copy=2", "& nosuchname ;", "&notit;", "&#32;", "& # 0010 ;"],
)  # fmt: skip
def test_what_is_no_escape_of_a_visible_character_stays(read, tokens):
    content = "".join(f"{token} O\n" for token in tokens.split())
    assert texts(read(content, unescape=True)[0]) == [tokens]


def test_escapes_stay_unless_asked(read):
    assert texts(read("& O\namp O\n; O\n&lt; O\n")[0]) == ["& amp ; &lt;"]


def test_a_torn_escape_inside_a_mention_is_joined_and_later_offsets_follow(read):
    found, _ = read("A B-X\n& I-X\namp I-X\n; I-X\nB I-X\nat O\nC B-Y\n", unescape=True)
    assert (texts(found), units(found)) == (["A & B at C"], [[("X", "A & B", (0, 5)), ("Y", "C", (9, 10))]])


@pytest.mark.parametrize(
    ("tags", "mentions"),
    [
        ("B-X I-X O", [("X", "& amp", (0, 5))]),
        ("O B-X I-X", [("X", "amp ;", (2, 7))]),
        ("B-X I-X B-X", [("X", "& amp", (0, 5)), ("X", ";", (6, 7))]),
    ],
)
def test_a_torn_escape_in_which_a_mention_begins_or_ends_stays_torn(read, tags, mentions):
    content = "".join(f"{token} {tag}\n" for token, tag in zip(("&", "amp", ";"), tags.split(), strict=True))
    found, _ = read(content, unescape=True)
    assert (texts(found), units(found)) == (["& amp ;"], [mentions])


def test_an_escape_torn_over_a_long_chain_of_tokens_becomes_one_token(read):
    found, _ = read("& O\n" + "lt;& O\n" * 20_000 + "lt; O\n", unescape=True)
    assert texts(found) == ["<" * 20_001]


# -- what is broken ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "options", "problem"),
    [
        ("a O\nb\n", {}, (2, "expected 2 columns, found 1")),
        ("a O\nb c O\n", {}, (2, "expected 2 columns, found 3")),
        ("a\tO\nb O\n", {"separator": "tab"}, (2, "expected 2 columns, found 1")),
        ("a O\nb  O\n", {"separator": "space"}, (2, "expected 2 columns, found 3")),
        ("a\n", {}, (1, "expected columns 0 (token) and -1 (tag), found 1 in all")),
        ("a O\n", {"token": 1}, (1, "expected columns 1 (token) and -1 (tag), found 2 in all")),
        ("a O\n", {"tag": 2}, (1, "expected columns 0 (token) and 2 (tag), found 2 in all")),
        ("a O\n", {"token": 1, "nested": True}, (1, "expected columns 1 (token) and 2 (tag), found 2 in all")),
        ("a O\nb PER\n", {}, (2, "expected O, B-LABEL, I-LABEL, found 'PER'")),
        ("a\tO\nb\t\n", {"separator": "tab"}, (2, "expected O, B-LABEL, I-LABEL, found ''")),
        ("a O O\nb O X\n", {"nested": True}, (2, "expected O, B-LABEL, I-LABEL, found 'X'")),
    ],
)
def test_a_line_that_is_not_as_it_must_be_is_noted_with_its_number(read, content, options, problem):
    assert read(content, **options) == ([], [problem])


def test_a_sentence_with_a_broken_line_is_left_out_and_reading_goes_on(read):
    found, problems = read("a O\n\nb O\nc\nd X\n\ne O\n")
    assert texts(found) == ["a", "e"]
    assert problems == [(4, "expected 2 columns, found 1"), (5, "expected O, B-LABEL, I-LABEL, found 'X'")]


@pytest.mark.parametrize("content", [b"\xff O\nb O\n\nc O\n", b"a O\n\xff O\nb O\n\nc O\n", b"a O\n\xff O\n\nc O\n"])
def test_a_sentence_with_a_line_that_is_not_utf_8_is_left_out(read, content):
    found, problems = read(content)
    assert texts(found) == ["c"]
    assert problems == [(content.split(b"\n").index(b"\xff O") + 1, "expected UTF-8: invalid start byte at byte 0")]


def test_a_sentence_whose_last_line_is_not_utf_8_is_left_out_at_the_end_of_a_file_too(read):
    assert texts(read(b"a O\n\nb O\n\xff O")[0]) == ["a"]


@pytest.mark.parametrize("content", ["", "\n\n", " \n\t\n", "\ufeff"])
def test_a_file_without_a_sentence_is_noted(read, content):
    assert read(content) == ([], [(1, "expected a sentence, found none")])


def test_a_file_of_skipped_lines_is_without_a_sentence(read):
    assert read("-DOCSTART- O\n\n", skip=["-DOCSTART-"]) == ([], [(1, "expected a sentence, found none")])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scheme": "bilou"}, "scheme: expected bio, iob1, bioes, plain, found 'bilou'"),
        ({"separator": ","}, "separator: expected any, tab, space, found ','"),
    ],
)
def test_an_unknown_option_is_refused(read, options, message):
    with pytest.raises(ValueError, match=message):
        read("a O\n", **options)


# -- what was written is read -----------------------------------------------------------------

TOKENS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\t\n\r "), min_size=1, max_size=4)
SENTENCES = st.lists(st.lists(st.tuples(TOKENS, st.sampled_from(("", "X", "Y"))), min_size=1, max_size=6), min_size=1)


@given(SENTENCES, st.sampled_from((" ", "\t")), st.sampled_from(("\n", "\r\n")))
def test_what_was_written_one_mention_a_token_is_read(tmp_path_factory, sentences, separator, end):
    rows = [[f"{token}{separator}{f'B-{label}' if label else 'O'}{end}" for token, label in one] for one in sentences]
    path = tmp_path_factory.mktemp("written") / "file"
    path.write_bytes(("\ufeff" + end.join("".join(lines) for lines in rows)).encode())
    source = FileSource(path=path)
    found = list(columns(source))
    assert (texts(found), source.problems) == ([" ".join(token for token, _ in one) for one in sentences], [])
    assert [[(label, text) for label, text, _ in one] for one in units(found)] == [
        [(label, token) for token, label in one if label] for one in sentences
    ]


# -- OntoNotes --------------------------------------------------------------------------------


def onto(*rows, document="nw/made/00/made_0001", more="*   -"):
    """Lines of one sentence, from its words and their brackets."""
    return "".join(
        f"{document}   0   {place}   {word}   XX   (S*   -   -   -   -   {bracket}   {more}\n"
        for place, (word, bracket) in enumerate(rows)
    )


BEGIN, END = "#begin document (nw/made/00/made_0001); part 000\n", "\n#end document\n"


def test_the_mentions_of_ontonotes_are_between_brackets(read):
    content = BEGIN + onto(("The", "(ORG*"), ("Board", "*)"), ("met", "*"), ("Oslo", "(GPE)"), (".", "*")) + END
    found, problems = read(content, conll2012)
    assert (texts(found), problems) == (["The Board met Oslo ."], [])
    assert units(found) == [[("ORG", "The Board", (0, 9)), ("GPE", "Oslo", (14, 18))]]


def test_brackets_may_be_nested_and_the_longer_mention_comes_first(read):
    found, _ = read(onto(("Oslo", "(ORG(GPE)*"), ("Bank", "*)")).replace("(ORG(GPE)*", "(ORG(GPE*)"), conll2012)
    assert units(found) == [[("ORG", "Oslo Bank", (0, 9)), ("GPE", "Oslo", (0, 4))]]


def test_a_sentence_is_of_its_document_and_has_the_number_of_its_first_line(read):
    second = onto(("c", "*"), document="nw/made/00/made_0002", more="*   *   -")
    content = BEGIN + onto(("a", "*")) + "\n" + onto(("b", "*")) + END + BEGIN + second + END
    found, problems = read(content, conll2012)
    assert ([(one.line, one.text, one.group[-4:]) for one in found], problems) == (
        [(2, "a", "0001"), (4, "b", "0001"), (8, "c", "0002")],
        [],
    )


def test_the_end_of_a_document_ends_a_sentence(read):
    found, _ = read(BEGIN + onto(("a", "*")) + END.strip() + "\n" + onto(("b", "*")), conll2012)
    assert texts(found) == ["a", "b"]


def test_a_hash_is_a_word_and_no_comment(read):
    found, problems = read(BEGIN + onto(("#", "(MONEY*"), ("5", "*)")) + END, conll2012)
    assert (units(found), problems) == ([[("MONEY", "# 5", (0, 3))]], [])


def test_a_line_that_begins_with_a_hash_is_a_row_unless_it_begins_or_ends_a_document(read):
    found, _ = read("#a" + onto(("b", "*")), conll2012)
    assert [(one.text, one.group) for one in found] == [("b", "#anw/made/00/made_0001")]


@pytest.mark.parametrize(
    ("brackets", "problem"),
    [
        (["(ORG*", "*"], (2, "expected an end of (ORG in the sentence, found none")),
        (["(ORG*", "(GPE)"], (2, "expected an end of (ORG in the sentence, found none")),
        (["*", "*)"], (3, "expected a mention that '*)' ends, found none")),
        (["(GPE)", "*)"], (3, "expected a mention that '*)' ends, found none")),
        (["(GPE))", "*"], (2, "expected a mention that '(GPE))' ends, found none")),
        (["*", "B-GPE"], (3, "expected (NAME*, *, *) or (NAME), found 'B-GPE'")),
        (["*", "()"], (3, "expected (NAME*, *, *) or (NAME), found '()'")),
        (["*", "* *"], (3, "expected 13 columns, found 14")),
    ],
)
def test_a_bracket_without_a_partner_breaks_its_sentence(read, brackets, problem):
    content = BEGIN + onto(*zip("ab", brackets, strict=True)) + "\n" + onto(("c", "*")) + END
    found, problems = read(content, conll2012)
    assert (texts(found), problems) == (["c"], [problem])


def test_a_row_with_too_few_columns_is_noted(read):
    assert read("a 0 0 word\n", conll2012) == ([], [(1, "expected 11 columns, found 4")])


@pytest.mark.parametrize("content", ["", BEGIN + END])
def test_a_file_of_ontonotes_without_a_sentence_is_noted(read, content):
    assert read(content, conll2012) == ([], [(1, "expected a sentence, found none")])


# -- rows -------------------------------------------------------------------------------------


def of_rows(*rows, **options):
    source = RowSource(rows=rows)
    return list(tagged_rows(source, **options)), source.problems


def test_rows_hold_tokens_and_tags():
    found, problems = of_rows({"tokens": ["Anna", "Lind", "!"], "ner_tags": ["B-PER", "I-PER", "O"]})
    assert (units(found), problems) == ([[("PER", "Anna Lind", (0, 9))]], [])


def test_tags_may_be_numbers_of_names():
    row = {"words": ["Oslo", "!"], "tags": [2, 0], "id": 7}
    found, _ = of_rows(row, tokens="words", tags="tags", names=["O", "I-LOC", "B-LOC"])
    assert (units(found), found[0].id) == ([[("LOC", "Oslo", (0, 4))]], "7")


def test_rows_have_their_own_schemes():
    found, _ = of_rows({"tokens": ["a", "b"], "ner_tags": ["B-X", "E-X"]}, scheme="bioes")
    assert units(found) == [[("X", "a b", (0, 3))]]


def test_an_id_may_be_missing_or_under_another_key():
    row = {"tokens": ["a"], "ner_tags": ["O"], "guid": "g1"}
    assert [found.id for found in (of_rows(row)[0] + of_rows(row, id="guid")[0])] == ["", "g1"]


def test_rows_may_be_lines_of_json(read):
    rows = [{"tokens": ["a"], "ner_tags": [tag], "id": str(place)} for place, tag in enumerate(("O", "B-X"))]
    found, problems = read("".join(json.dumps(row) + "\n" for row in rows), tagged_rows)
    assert ([(one.line, one.id) for one in found], problems) == ([(1, "0"), (2, "1")], [])


def test_a_stray_tag_of_a_row_is_a_flaw_with_its_path():
    found, _ = of_rows({"tokens": ["a", "b"], "ner_tags": ["O", "I-X"]})
    assert flaws(found) == [("stray-tag", "ner_tags[1]: I-X continues a mention that is not there")]


def test_an_empty_token_of_a_row_is_left_out_and_is_a_flaw():
    found, _ = of_rows({"tokens": ["a", " \n", "b\t"], "ner_tags": ["O", "O", "B-X"]})
    assert (units(found), flaws(found)) == (
        [[("X", "b", (2, 3))]],
        [("empty-token", "ner_tags[1]: a token without a character")],
    )


def test_a_row_without_tokens_has_no_text():
    found, problems = of_rows({"tokens": [], "ner_tags": []})
    assert (texts(found), problems) == ([""], [])


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (["a"], "expected an object, found a list"),
        ({"ner_tags": ["O"]}, "tokens: expected a list, found nothing"),
        ({"tokens": "a", "ner_tags": ["O"]}, "tokens: expected a list, found a string"),
        ({"tokens": ["a", 5], "ner_tags": ["O", "O"]}, "tokens[1]: expected a string, found the number 5"),
        ({"tokens": ["a"], "ner_tags": None}, "ner_tags: expected a list, found nothing"),
        ({"tokens": ["a"], "ner_tags": [2]}, "ner_tags[0]: expected a string or a number below 2, found the number 2"),
        ({"tokens": ["a"], "ner_tags": [-1]}, "ner_tags[0]: expected a string or a number below 2, found the number -1"),
        ({"tokens": ["a"], "ner_tags": [1.0]}, "ner_tags[0]: expected a string or a number below 2, found the number 1.0"),
        ({"tokens": ["a"], "ner_tags": [True]}, "ner_tags[0]: expected a string or a number below 2, found a truth value"),
        ({"tokens": ["a", "b"], "ner_tags": ["O"]}, "ner_tags: expected 2, as many as tokens, found 1"),
        ({"tokens": ["a"], "ner_tags": ["PER"]}, "ner_tags[0]: expected O, B-LABEL, I-LABEL, found 'PER'"),
        ({"tokens": [""], "ner_tags": ["B-X"]}, "ner_tags[0]: expected a token for B-X, found none"),
        ({"tokens": ["a"], "ner_tags": ["O"], "id": [1]}, "id: expected a string or a whole number, found a list"),
    ],
)  # fmt: skip
def test_a_row_that_is_not_as_it_must_be_is_noted_with_its_number_and_path(row, problem):
    found, problems = of_rows({"tokens": ["x"], "ner_tags": ["O"]}, row, names=["O", "B-X"])
    assert (texts(found), problems) == (["x"], [(2, problem)])


def test_numbers_without_names_are_noted():
    assert of_rows({"tokens": ["a"], "ner_tags": [0]})[1] == [(1, "ner_tags[0]: expected a string, found the number 0")]


def test_rows_of_which_there_is_none_are_noted():
    assert of_rows() == ([], [(1, "expected a sentence, found none")])


def test_an_unknown_scheme_of_rows_is_refused():
    with pytest.raises(ValueError, match="scheme: expected bio, iob1, bioes, plain, found 'bmes'"):
        of_rows(scheme="bmes")


def test_a_mention_is_an_entity_with_its_span():
    found, _ = of_rows({"tokens": ["x", "a"], "ner_tags": ["O", "B-X"]})
    assert found[0].gold.entities == (Entity("X", "a", ((2, 3),)),)


# -- signs that join the mention behind them --------------------------------------------------

TWEET = "@\tB-PER\nanna\tB-PER\nand\tO\n@\tB-PER\n@\tB-ORG\nacme\tB-ORG\nhi\tB-ORG\n@\tO\nbob\tB-PER\n\n"


def test_a_sign_and_the_mention_behind_it_can_be_made_one(read):
    found, problems = read(TWEET, separator="tab", join=["@"])
    assert problems == []
    assert [(label, text) for label, text, _ in units(found)[0]] == [
        ("PER", "@ anna"),
        ("PER", "@"),
        ("ORG", "@ acme"),
        ("ORG", "hi"),
        ("PER", "bob"),
    ]


def test_signs_stay_apart_unless_they_are_to_join(read):
    found, _ = read(TWEET, separator="tab")
    assert [text for _, text, _ in units(found)[0]] == ["@", "anna", "@", "@", "acme", "hi", "bob"]
