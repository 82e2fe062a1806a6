"""Readers of sentences with a marked pair, on sentences of our own."""

import pytest

from sfr.data.layouts import FileSource, RowSource
from sfr.data.layouts.marked import marked, marked_rows

BLOCK = '7\t"The <e1>storm</e1> brought <e2>rain</e2>."\nCause-Effect(e1,e2)\nComment: none\n\n'


def read(tmp_path, content, **options):
    path = tmp_path / "file.txt"
    path.write_bytes(content.encode())
    source = FileSource(path=path)
    return list(marked(source, **options)), source.problems


def read_one(tmp_path, content, **options):
    (found,), problems = read(tmp_path, content, **options)
    assert problems == []
    return found


def read_rows(rows, **options):
    source = RowSource(rows=rows)
    return list(marked_rows(source, **options)), source.problems


def sentence(tmp_path, marks):
    """Text and relation of a sentence with these marks."""
    found = read_one(tmp_path, f'1\t"{marks}"\nRel(e1,e2)\n')
    return found.text, *found.gold.relations


def test_a_block_is_a_sentence_with_one_relation(tmp_path):
    found = read_one(tmp_path, BLOCK)
    (relation,) = found.gold.relations
    assert found.text == "The storm brought rain."
    assert (relation.type, relation.head, relation.tail) == ("Cause-Effect", "storm", "rain")


def test_offsets_are_those_of_the_text_without_tags(tmp_path):
    (relation,) = read_one(tmp_path, BLOCK).gold.relations
    assert (relation.head_at, relation.tail_at) == (((4, 9),), ((18, 22),))


def test_a_block_has_its_line_and_the_id_of_the_source(tmp_path):
    found, _ = read(tmp_path, BLOCK + BLOCK.replace("7\t", "8\t"))
    assert [(f.line, f.id, f.group) for f in found] == [(1, "7", ""), (5, "8", "")]


def test_e2_e1_makes_e2_the_head(tmp_path):
    (relation,) = read_one(tmp_path, BLOCK.replace("(e1,e2)", "(e2,e1)")).gold.relations
    assert (relation.head, relation.head_at, relation.tail) == ("rain", ((18, 22),), "storm")


@pytest.mark.parametrize("name", ["Other", "no_relation"])
def test_a_name_that_stands_alone_makes_e1_the_head(tmp_path, name):
    (relation,) = read_one(tmp_path, BLOCK.replace("Cause-Effect(e1,e2)", name)).gold.relations
    assert (relation.type, relation.head, relation.tail) == (name, "storm", "rain")


def test_the_names_that_stand_alone_can_be_told(tmp_path):
    found = read_one(tmp_path, BLOCK.replace("Cause-Effect(e1,e2)", "none"), undirected=["none"])
    assert [relation.type for relation in found.gold.relations] == ["none"]


@pytest.mark.parametrize(
    "content",
    [
        BLOCK.replace("\n", "\r\n"),
        BLOCK.replace("Comment: none\n", ""),
        BLOCK.replace("Comment: none\n", "\n"),
        BLOCK.replace("Comment: none", "Comment:"),
        BLOCK.rstrip("\n"),
        "\n\n" + BLOCK,
        BLOCK.replace("(e1,e2)\n", "(e1,e2) \n"),
    ],
    ids=["CRLF", "no comment", "two blank lines", "empty comment", "no last line end", "blank start", "space at end"],
)
def test_what_parts_blocks_makes_no_difference(tmp_path, content):
    assert read_one(tmp_path, content).gold == read_one(tmp_path, BLOCK).gold


def test_quotation_marks_within_the_sentence_stay(tmp_path):
    text, relation = sentence(tmp_path, '"The <e1>storm</e1>," he said, "brought <e2>rain</e2>."')
    assert text == '"The storm," he said, "brought rain."'
    assert relation.head_at == ((5, 10),)


def test_tags_may_touch(tmp_path):
    text, relation = sentence(tmp_path, "<e1>rain</e1><e2>storm</e2>")
    assert (text, relation.head_at, relation.tail_at) == ("rainstorm", ((0, 4),), ((4, 9),))


def test_tags_may_be_nested(tmp_path):
    text, relation = sentence(tmp_path, "a <e1>storm of <e2>rain</e2></e1> fell")
    assert (text, relation.head, relation.tail) == ("a storm of rain fell", "storm of rain", "rain")
    assert (relation.head_at, relation.tail_at) == (((2, 15),), ((11, 15),))


def test_e2_may_come_first(tmp_path):
    text, relation = sentence(tmp_path, "<e2>rain</e2> after a <e1>storm</e1>")
    assert (text, relation.head, relation.tail) == ("rain after a storm", "storm", "rain")
    assert (relation.head_at, relation.tail_at) == (((13, 18),), ((0, 4),))


def test_spaces_around_tags_leave_single_spaces(tmp_path):
    text, relation = sentence(tmp_path, " The <e1> first storm </e1> <e2> of May </e2> . ")
    assert (text, relation.head, relation.tail) == ("The first storm of May .", "first storm", "of May")
    assert (relation.head_at, relation.tail_at) == (((4, 15),), ((16, 22),))


def test_spaces_on_one_side_of_tags_leave_single_spaces(tmp_path):
    text, relation = sentence(tmp_path, "a<e1> b </e1>c  d<e2>  e</e2>")
    assert (text, relation.head, relation.tail) == ("a b c d e", "b", "e")
    assert (relation.head_at, relation.tail_at) == (((2, 3),), ((8, 9),))


@pytest.mark.parametrize("marks", ["in <e1>  </e1> , <e2> May </e2>", "in <e1></e1> , <e2>May</e2>"])
def test_a_mark_around_nothing_is_a_mention_without_text(tmp_path, marks):
    text, relation = sentence(tmp_path, marks)
    assert (text, relation.head, relation.head_at, relation.tail) == ("in , May", "", (), "May")


def test_every_mention_stands_at_its_offsets_whatever_the_spaces(tmp_path):
    gaps = ["", " ", "  "]
    for a, b, c, d in [(a, b, c, d) for a in gaps for b in gaps for c in gaps for d in gaps]:
        text, relation = sentence(tmp_path, f"{a}x{b}<e1>{c}up to{d}</e1>{a}y{b}<e2>{c}now{d}</e2>{a}")
        ((start, end),), ((tail_start, tail_end),) = relation.head_at, relation.tail_at
        assert (text[start:end], text[tail_start:tail_end]) == ("up to", "now")
        assert "  " not in text
        assert text == text.strip()


BROKEN = [
    ("no id", '"a <e1>b</e1> <e2>c</e2>"\nOther\n', "expected an id, a tab and a sentence in quotation marks"),
    ("no quotes", "1\ta <e1>b</e1> <e2>c</e2>\nOther\n", "expected an id, a tab and a sentence in quotation marks"),
    ("one quote", '1\t"\nOther\n', "expected an id, a tab and a sentence in quotation marks"),
    ("no label", '1\t"a <e1>b</e1> <e2>c</e2>"\n', "expected a relation in the line behind the sentence, found none"),
    (
        "a comment for a label",
        '1\t"a <e1>b</e1> <e2>c</e2>"\nComment: Other\n',
        "expected a relation in the line behind the sentence, found none",
    ),
    ("no tags", '1\t"a b c"\nOther\n', "expected <e1>...</e1> and <e2>...</e2>, once each, found no tags"),
    ("half a pair", '1\t"<e1>b</e1> <e2>c"\nOther\n', "once each, found <e1> </e1> <e2>"),
    ("e1 twice", '1\t"<e1>a</e1> <e1>b</e1> <e2>c</e2>"\nOther\n', "found <e1> </e1> <e1> </e1> <e2> </e2>"),
    ("closed first", '1\t"</e1>a<e1> <e2>c</e2>"\nOther\n', "once each, found </e1> <e1> <e2> </e2>"),
    (
        "unknown direction",
        '1\t"<e1>a</e1> <e2>c</e2>"\nRel(e1,e3)\n',
        "expected NAME(e1,e2), NAME(e2,e1) or Other or no_relation, found 'Rel(e1,e3)'",
    ),
    ("no direction", '1\t"<e1>a</e1> <e2>c</e2>"\nRel\n', "found 'Rel'"),
    ("no name", '1\t"<e1>a</e1> <e2>c</e2>"\n(e1,e2)\n', "found '(e1,e2)'"),
    (
        "no blank line",
        '1\t"<e1>a</e1> <e2>c</e2>"\nOther\n2\t"<e1>a</e1> <e2>c</e2>"\nOther\n',
        "expected a comment or a blank line behind the relation, found '2\\t",
    ),
]


@pytest.mark.parametrize(("content", "message"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_block_that_is_not_as_it_must_be_is_noted(tmp_path, content, message):
    found, ((line, said),) = read(tmp_path, content)
    assert (found, line) == ([], 1)
    assert message in said


def test_what_follows_a_broken_block_is_read(tmp_path):
    found, problems = read(tmp_path, "1\tnothing\n\n" + BLOCK)
    assert [f.line for f in found] == [3]
    assert [line for line, _ in problems] == [1]


def test_an_empty_file_has_nothing(tmp_path):
    assert read(tmp_path, "") == ([], [])


ROW = {"sentence": "The <e1>storm</e1> brought <e2>rain</e2>.", "relation": "Cause-Effect(e2,e1)"}


def test_a_row_is_read_like_a_block():
    (found,), problems = read_rows([ROW])
    (relation,) = found.gold.relations
    assert (found.line, found.text, problems) == (1, "The storm brought rain.", [])
    assert (relation.type, relation.head, relation.head_at) == ("Cause-Effect", "rain", ((18, 22),))


def test_the_relation_of_a_row_may_be_its_place_in_the_names():
    found, _ = read_rows([{**ROW, "relation": 1}], names=["Other", "Cause-Effect(e1,e2)"])
    assert [relation.type for f in found for relation in f.gold.relations] == ["Cause-Effect"]


def test_the_fields_of_rows_can_be_told():
    found, _ = read_rows([{"text": ROW["sentence"], "label": "Other"}], sentence="text", relation="label")
    assert [relation.type for f in found for relation in f.gold.relations] == ["Other"]


def test_quotation_marks_around_the_sentence_of_a_row_stay():
    (found,), _ = read_rows([{**ROW, "sentence": '"<e1>a</e1>" or "<e2>b</e2>"'}])
    assert found.text == '"a" or "b"'


BROKEN_ROWS = [
    ("a list", ["a"], "expected `object`, found `array`"),
    ("no sentence", {"relation": "Other"}, "expected a field `sentence`, found none"),
    ("a number for a sentence", {**ROW, "sentence": 1}, "expected `str` at sentence, found `int`"),
    ("a truth value for a relation", {**ROW, "relation": True}, "expected `int | str` at relation, found `bool`"),
    ("too large", {**ROW, "relation": 2}, "expected a relation by its place in 2 names, found 2"),
    ("below zero", {**ROW, "relation": -1}, "expected a relation by its place in 2 names, found -1"),
    ("no tags", {**ROW, "sentence": "a b"}, "found no tags"),
]


@pytest.mark.parametrize(("row", "message"), [case[1:] for case in BROKEN_ROWS], ids=[c[0] for c in BROKEN_ROWS])
def test_a_row_that_is_not_as_it_must_be_is_noted(row, message):
    found, ((line, said),) = read_rows([row, ROW], names=["Other", "Rel(e1,e2)"])
    assert ([f.line for f in found], line) == ([2], 1)
    assert message in said
