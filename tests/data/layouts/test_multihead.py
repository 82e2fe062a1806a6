"""Lines in which tokens point at each other."""

import pytest

from sfr import Entity, Relation
from sfr.data.layouts import FileSource
from sfr.data.layouts.multihead import multihead

ADA = """\
#doc 12
0\tAda\tB-Peop\t['N']\t[0]
1\tByron\tI-Peop\t['Live_In', 'Work_For']\t[3, 5]
2\tof\tO\t['N']\t[2]
3\tLondon\tB-Loc\t['N']\t[3]
4\t,\tO\t['N']\t[4]
5\tBBC\tB-Org\t['OrgBased_In']\t[3]
"""


@pytest.fixture
def read(tmp_path):
    def of(text):
        path = tmp_path / "train.txt"
        path.write_text(text, encoding="utf-8")
        source = FileSource(path=path)
        return list(multihead(source)), source.problems

    return of


def test_a_sentence_is_the_tokens_below_its_first_line(read):
    (found,), _ = read(ADA)
    assert (found.line, found.id, found.text) == (1, "12", "Ada Byron of London , BBC")


def test_tags_are_entities(read):
    (found,), _ = read(ADA)
    assert found.gold.entities == (
        Entity("Peop", "Ada Byron", ((0, 9),)),
        Entity("Loc", "London", ((13, 19),)),
        Entity("Org", "BBC", ((22, 25),)),
    )


def test_a_relation_joins_the_entities_that_end_at_its_tokens(read):
    (found,), _ = read(ADA)
    assert [(r.type, r.head, r.tail) for r in found.gold.relations] == [
        ("Live_In", "Ada Byron", "London"),
        ("Work_For", "Ada Byron", "BBC"),
        ("OrgBased_In", "BBC", "London"),
    ]


def test_a_relation_knows_where_its_entities_stand(read):
    (found,), _ = read(ADA)
    assert found.gold.relations[0] == Relation("Live_In", "Ada Byron", "London", ((0, 9),), ((13, 19),))


def test_every_first_line_begins_a_sentence(read):
    found, problems = read(f"{ADA}\n#doc 13\n0\tRain\tO\t['N']\t[0]\n")
    assert ([(row.line, row.text) for row in found], problems) == ([(1, "Ada Byron of London , BBC"), (9, "Rain")], [])


def test_columns_may_be_parted_by_several_tabs(read):
    (found,), problems = read("#doc 1\n0 \tRain\t\tO\t\t['N']\t\t\t[0]\t\n")
    assert (found.text, problems) == ("Rain", [])


def test_a_no_break_space_is_a_token(read):
    (found,), problems = read("#doc 1\n0\t\u00a0\tO\t['N']\t[0]\n")
    assert (found.text, problems) == ("\u00a0", [])


def test_a_tag_that_continues_nothing_is_a_flaw(read):
    (found,), _ = read("#doc 1\n0\tOslo\tI-Loc\t['N']\t[0]\n")
    assert [(flaw.code, flaw.message) for flaw in found.flaws] == [("stray-tag", "I-Loc at token 1 begins a mention")]


def test_an_empty_file_holds_nothing(read):
    assert read("") == ([], [])


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("0\tRain\tO\t['N']\t[0]\n", 1, "expected a line #doc ID, found \"0\\tRain\\tO\\t['N']\\t[0]\""),
        ("#doc 1\n0\tRain\tO\n", 2, "expected 5 columns parted by tabs, found 3"),
        ("#doc 1\n1\tRain\tO\t['N']\t[1]\n", 2, "expected token number 0, found '1'"),
        (
            "#doc 1\n0\tRain\tO\t['A', 'B']\t[0]\n",
            2,
            "expected a token number for each of ['A', 'B'], found [0]",
        ),
        ("#doc 1\n0\tRain\tO\t['A']\t[x]\n", 2, "expected a token number for each of ['A'], found [x]"),
        ("#doc 1\n0\tRain\tX\t['N']\t[0]\n", 1, "tag 1: expected O, B-LABEL, I-LABEL, found 'X'"),
        (
            "#doc 1\n0\tRain\tO\t['A']\t[1]\n1\tOslo\tB-Loc\t['N']\t[1]\n",
            1,
            "line 2: expected the last token of an entity, found token 0",
        ),
        (
            "#doc 1\n0\tRain\tO\t['N']\t[0]\n1\tOslo\tB-Loc\t['A']\t[7]\n",
            1,
            "line 3: expected the last token of an entity, found token 7",
        ),
    ],
)
def test_lines_that_are_not_as_they_must_be_are_noted(read, text, line, message):
    assert read(text)[1] == [(line, message)]


def test_a_line_with_too_few_columns_does_not_put_the_next_lines_in_the_wrong(read):
    _, problems = read("#doc 1\n0\tRain\tO\n1\t.\tO\t['N']\t[1]\n")
    assert problems == [(2, "expected 5 columns parted by tabs, found 3")]
