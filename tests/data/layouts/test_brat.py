"""Documents with brat's standoff annotations beside them."""

import importlib.util
import sys

import pytest

from sfr import Argument, Entity, Event, Relation
from sfr.data.layouts import FileSource, RowSource
from sfr.data.layouts.brat import brat

pytestmark = pytest.mark.skipif(importlib.util.find_spec("bioc") is None, reason="the brat extra is not installed")

TEXT = "Ann Lee sued Bo and Cy in May.\n"
NAMES = ["T1\tPerson 0 7\tAnn Lee", "T2\tPerson 13 15\tBo", "T3\tPerson 20 22\tCy", "T4\tSuit 8 12\tsued"]

ANN = Entity("Person", "Ann Lee", ((0, 7),))
BO = Entity("Person", "Bo", ((13, 15),))
CY = Entity("Person", "Cy", ((20, 22),))


@pytest.fixture
def read(tmp_path):
    def of(*lines, text=TEXT, **options):
        (tmp_path / "d1.txt").write_bytes(text.encode())
        (tmp_path / "d1.ann").write_bytes("\n".join(lines).encode())
        source = FileSource(path=tmp_path / "d1.txt")
        return list(brat(source, **options)), source.problems

    return of


@pytest.fixture
def gold(read):
    def of(*lines, **options):
        (found,), problems = read(*lines, **options)
        assert problems == []
        return found.gold

    return of


def test_a_file_is_one_text_without_the_white_space_at_its_end(read):
    (found,), _ = read(*NAMES)
    assert (found.text, found.id, found.group) == ("Ann Lee sued Bo and Cy in May.", "d1", "d1")


def test_text_bound_annotations_are_entities(gold):
    assert gold(*NAMES[:3]).entities == (ANN, BO, CY)


def test_a_mention_may_be_in_pieces(gold):
    assert gold("T1\tPair 13 15;20 22\tBo Cy").entities == (Entity("Pair", "Bo Cy", ((13, 15), (20, 22))),)


def test_the_end_of_a_line_within_a_mention_is_kept(gold):
    entities = gold("T1\tPerson 0 7\tAnn Lee", text="Ann\nLee sued.").entities
    assert entities == (Entity("Person", "Ann\nLee", ((0, 7),)),)


def test_offsets_count_both_characters_of_a_windows_line_end(gold):
    assert gold("T1\tPerson 5 7\tBo", text="Ann\r\nBo\r\n").entities == (Entity("Person", "Bo", ((5, 7),)),)


def test_relations_join_entities(gold):
    assert gold(*NAMES[:2], "R1\tKnows Arg1:T2 Arg2:T1\t").relations == (
        Relation("Knows", "Bo", "Ann Lee", BO.at, ANN.at),
    )


def test_an_event_has_the_arguments_that_it_names(gold):
    assert gold(*NAMES, "E1\tSuit:T4 By:T1 Of:T2 ").events == (
        Event("Suit", "sued", (Argument("By", "Ann Lee", ANN.at), Argument("Of", "Bo", BO.at)), ((8, 12),)),
    )


def test_a_trigger_is_no_entity(gold):
    assert gold(*NAMES, "E1\tSuit:T4").entities == (ANN, BO, CY)


def test_an_event_may_stand_before_its_trigger(gold):
    assert [event.trigger for event in gold("E1\tSuit:T4", *NAMES).events] == ["sued"]


def test_the_numbers_of_the_fillers_of_a_role_are_left_out(gold):
    (event,) = gold(*NAMES, "E1\tSuit:T4 By:T1 Of:T2 Of2:T3").events
    assert [argument.role for argument in event.arguments] == ["By", "Of", "Of"]


def test_a_role_that_is_only_there_with_a_number_keeps_it(gold):
    (event,) = gold(*NAMES, "E1\tSuit:T4 Arg1:T1 Arg2:T2").events
    assert [argument.role for argument in event.arguments] == ["Arg1", "Arg2"]


def test_roles_can_be_the_types_of_their_entities(gold):
    (event,) = gold(*NAMES, "E1\tSuit:T4 arg:T1 arg2:T2", roles="type").events
    assert [(argument.role, argument.text) for argument in event.arguments] == [("Person", "Ann Lee"), ("Person", "Bo")]


def test_an_event_without_arguments_has_none(gold):
    assert gold(*NAMES, "E1\tSuit:T4").events == (Event("Suit", "sued", (), ((8, 12),)),)


def test_an_event_without_arguments_can_have_all_entities_of_some_types(gold):
    lines = [*NAMES, "T5\tDate 26 29\tMay", "E1\tSuit:T4"]
    (event,) = gold(*lines, implied=["Date", "Place"]).events
    assert event.arguments == (Argument("Date", "May", ((26, 29),)),)


def test_an_event_that_names_arguments_has_no_others(gold):
    (event,) = gold(*NAMES, "E1\tSuit:T4 By:T1", implied=["Person"]).events
    assert [argument.text for argument in event.arguments] == ["Ann Lee"]


def test_an_event_takes_part_in_another_as_its_trigger(gold):
    lines = [*NAMES, "T5\tLate 23 25\tin", "E1\tLate:T5 What:E2", "E2\tSuit:T4 By:T1"]
    assert gold(*lines).events[0].arguments == (Argument("What", "sued", ((8, 12),)),)


def test_an_event_takes_part_in_a_relation_as_its_trigger(gold):
    lines = [*NAMES, "E1\tSuit:T4", "R1\tBy Arg1:E1 Arg2:T1"]
    assert gold(*lines).relations == (Relation("By", "sued", "Ann Lee", ((8, 12),), ANN.at),)


def test_attributes_notes_and_equivalences_are_passed_over(gold):
    others = [
        "A1\tNegated T1",
        "M1\tSure T1",
        "N1\tReference T1 db:7\tAnn",
        "*\tEquiv T1 T2",
        "#1\tNote T1\tsee: x",
        "",
    ]
    assert gold(*NAMES[:3], *others).entities == (ANN, BO, CY)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("T9\tPerson 0 7", "expected ID, TYPE START END and text, parted by tabs, found 'T9\\tPerson 0 7'"),
        (
            "T9\tPerson 7 7\t",
            "expected ID, TYPE START END and text, parted by tabs, found 'T9\\tPerson 7 7\\t'",
        ),
        (
            "T9\tPerson x 7\tAnn",
            "expected ID, TYPE START END and text, parted by tabs, found 'T9\\tPerson x 7\\tAnn'",
        ),
        ("T9\tPerson 0 3\tBo", "expected 'Ann', which is at 0 3 of the text, found 'Bo'"),
        ("T9\tDate 26 40\tMay.", "expected 'May.', which is at 26 40 of the text, found 'May.'"),
        ("T1\tPerson 20 22\tCy", "expected an id of its own, found T1 again"),
        ("E1\tSuit", "expected ID, then TYPE:ID ROLE:ID ... behind a tab, each role once, found 'E1\\tSuit'"),
        (
            "E1\tSuit:T4 By:T1 By:T2",
            "expected ID, then TYPE:ID ROLE:ID ... behind a tab, each role once, found 'E1\\tSuit:T4 By:T1 By:T2'",
        ),
        ("E1\tSuit:T7", "expected the id of an entity or an event, found 'T7'"),
        ("E1\tSuit:T4 By:T8", "expected the id of an entity or an event, found 'T8'"),
        ("R1\tKnows Arg1:T1 Arg2:T8", "expected the id of an entity or an event, found 'T8'"),
        ("R1\tKnows Arg1:T1", "expected a relation of two, found 1 in R1"),
        (
            "R1 Knows Arg1:T1 Arg2:T2",
            "expected ID, then TYPE ROLE:ID ROLE:ID behind a tab, each role once, found 'R1 Knows Arg1:T1 Arg2:T2'",
        ),
        ("X1\tAnn", "expected an annotation of brat's, found 'X1\\tAnn'"),
    ],
)
def test_an_annotation_that_is_not_as_it_must_be_is_noted_with_its_line(read, line, message):
    _, problems = read(*NAMES, line)
    assert problems == [(5, f"d1.ann: {message}")]


def test_a_text_without_annotations_beside_it_is_noted(tmp_path):
    (tmp_path / "d2.txt").write_text(TEXT)
    source = FileSource(path=tmp_path / "d2.txt")
    assert (list(brat(source)), source.problems) == ([], [(1, "expected d2.ann beside d2.txt, found none")])


def test_a_text_that_is_not_utf8_is_noted(tmp_path):
    (tmp_path / "d2.txt").write_bytes(b"Bo\xff")
    (tmp_path / "d2.ann").write_text("")
    source = FileSource(path=tmp_path / "d2.txt")
    assert (list(brat(source)), source.problems) == ([], [(1, "expected UTF-8: invalid start byte at byte 2")])


def test_annotations_that_are_not_utf8_are_noted(tmp_path):
    (tmp_path / "d2.txt").write_text(TEXT)
    (tmp_path / "d2.ann").write_bytes(b"T1\tPerson 13 15\tBo\nT2\xff\n")
    source = FileSource(path=tmp_path / "d2.txt")
    list(brat(source))
    assert source.problems == [(2, "d2.ann: expected UTF-8: invalid start byte at byte 2")]


def test_rows_that_are_not_in_a_file_are_refused():
    with pytest.raises(TypeError, match=r"^brat's annotations lie in a file beside the text$"):
        brat(RowSource(rows=[]))


def test_another_kind_of_roles_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"^roles: expected written or type, found 'none'$"):
        brat(FileSource(path=tmp_path / "d.txt"), roles="none")


def test_without_bioc_it_is_said_what_to_install(read, monkeypatch):
    monkeypatch.setitem(sys.modules, "bioc.brat", None)
    with pytest.raises(ValueError, match=r"takes bioc: python -m pip install 'sfr\[brat\]'$"):
        read(*NAMES)
