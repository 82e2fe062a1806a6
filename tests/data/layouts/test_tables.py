"""Readers of tables of relations, on lines of our own."""

import pytest

from sfr.data.layouts import FileSource, RowSource
from sfr.data.layouts.tables import ade, ade_rows, gids
from sfr.examples import check_spans


def read(reader, tmp_path, content, **options):
    path = tmp_path / "file.txt"
    path.write_bytes(content.encode())
    source = FileSource(path=path)
    return list(reader(source, **options)), source.problems


# -- GIDS ---------------------------------------------------------------------------------------

BORN = "/people/person/place_of_birth"
LINE = f"/m/01\t/m/02\tAda_Lind\tOld_Town,_Wick\t{BORN}\tAda_Lind was born in Old_Town,_Wick. ###END### \n"


def read_gids(tmp_path, content, **options):
    return read(gids, tmp_path, content, **options)


def test_a_gids_line_is_a_text_with_one_relation(tmp_path):
    (found,), problems = read_gids(tmp_path, LINE)
    (relation,) = found.gold.relations
    assert (found.text, problems) == ("Ada Lind was born in Old Town, Wick.", [])
    assert (relation.type, relation.head, relation.tail) == (BORN, "Ada Lind", "Old Town, Wick")


def test_a_gids_relation_has_no_offsets(tmp_path):
    (found,), _ = read_gids(tmp_path, LINE)
    assert [(relation.head_at, relation.tail_at) for relation in found.gold.relations] == [((), ())]


def test_underscores_can_stay(tmp_path):
    (found,), _ = read_gids(tmp_path, LINE, underscores="keep")
    (relation,) = found.gold.relations
    assert (found.text, relation.head, relation.tail) == (
        "Ada_Lind was born in Old_Town,_Wick.",
        "Ada_Lind",
        "Old_Town,_Wick",
    )


def test_the_underscores_of_a_relation_always_stay(tmp_path):
    (found,), _ = read_gids(tmp_path, LINE)
    assert [relation.type for relation in found.gold.relations] == [BORN]


def test_other_ways_with_underscores_are_refused(tmp_path):
    with pytest.raises(ValueError, match="underscores: expected space or keep, found 'drop'"):
        read_gids(tmp_path, LINE, underscores="drop")


@pytest.mark.parametrize(
    "content",
    [LINE.replace("\n", "\r\n"), LINE.replace(" ###END### ", "\t###END###"), "\n" + LINE.rstrip() + "\n\n"],
    ids=["CRLF", "mark in a column", "blank lines"],
)
def test_how_a_gids_line_ends_makes_no_difference(tmp_path, content):
    (found,), problems = read_gids(tmp_path, content)
    (expected,), _ = read_gids(tmp_path, LINE)
    assert (found.text, found.gold, problems) == (expected.text, expected.gold, [])


@pytest.mark.parametrize(
    "line",
    ["/m/01\t/m/02\tAda\tWick\tAda of Wick. ###END###", LINE.replace("###END###", ""), "###END###"],
    ids=["too few columns", "no mark", "nothing else"],
)
def test_a_gids_line_that_is_not_as_it_must_be_is_noted(tmp_path, line):
    found, ((number, said),) = read_gids(tmp_path, LINE + line.rstrip("\n") + "\n" + LINE)
    assert [f.line for f in found] == [1, 3]
    assert number == 2
    assert said.startswith("expected id, id, name, name, relation, text between tabs, then ###END###, found")


# -- ADE ----------------------------------------------------------------------------------------

SENTENCE = "Zorol gave a rash, and a rash again with Mipex."


def ade_line(effect, drug, *, effect_in=0, document="17", sentence=SENTENCE):
    """A line for a sentence at 100 of its document; ``effect_in`` is from where to look for the effect."""
    a = 100 + sentence.index(effect, effect_in)
    b = 100 + sentence.index(drug)
    return f"{document}|{sentence}|{effect}|{a}|{a + len(effect)}|{drug}|{b}|{b + len(drug)}\n"


def read_ade(tmp_path, content):
    return read(ade, tmp_path, content)


def test_an_ade_line_relates_an_effect_to_a_drug(tmp_path):
    (found,), problems = read_ade(tmp_path, ade_line("a rash", "Zorol"))
    (relation,) = found.gold.relations
    assert (found.text, problems) == (SENTENCE, [])
    assert (relation.type, relation.head, relation.tail) == ("Adverse-Effect", "a rash", "Zorol")


def test_an_ade_row_belongs_to_its_document(tmp_path):
    (found,), _ = read_ade(tmp_path, ade_line("a rash", "Zorol"))
    assert (found.line, found.id, found.group) == (1, "17", "17")


def test_offsets_of_the_document_become_those_of_the_sentence(tmp_path):
    (found,), _ = read_ade(tmp_path, ade_line("a rash", "Zorol", effect_in=15))
    (relation,) = found.gold.relations
    assert (relation.head_at, relation.tail_at) == (((23, 29),), ((0, 5),))
    assert check_spans(found.text, found.gold) == []


def test_the_lines_of_a_sentence_are_one_row_in_the_order_of_the_first(tmp_path):
    other = ade_line("ache", "Quill", sentence="Quill: ache.")
    found, _ = read_ade(tmp_path, ade_line("a rash", "Zorol") + other + ade_line("a rash", "Mipex", effect_in=15))
    assert [f.text for f in found] == [SENTENCE, "Quill: ache."]
    assert [(r.head_at, r.tail) for r in found[0].gold.relations] == [(((11, 17),), "Zorol"), (((23, 29),), "Mipex")]


def test_the_same_words_in_another_document_are_another_row(tmp_path):
    found, _ = read_ade(tmp_path, ade_line("a rash", "Zorol") + ade_line("a rash", "Zorol", document="18"))
    assert [f.id for f in found] == ["17", "18"]


TWICE = "Zorol: rash. Zorol: rash."


def test_where_a_sentence_can_begin_in_two_places_its_mentions_have_no_offsets(tmp_path):
    (found,), _ = read_ade(tmp_path, ade_line("rash", "Zorol", sentence=TWICE))
    (relation,) = found.gold.relations
    assert (relation.head_at, relation.tail_at, found.flaws) == ((), (), ())


def test_another_line_of_the_sentence_can_tell_where_it_begins(tmp_path):
    first, second = (
        f"17|{TWICE}|rash|{100 + place + 7}|{100 + place + 11}|Zorol|{100 + place}|{100 + place + 5}\n"
        for place in (0, 13)
    )
    (found,), _ = read_ade(tmp_path, first + second)
    assert [relation.head_at for relation in found.gold.relations] == [((7, 11),), ((20, 24),)]


def test_offsets_that_fit_no_part_of_the_sentence_are_a_flaw(tmp_path):
    (found,), problems = read_ade(tmp_path, f"17|{SENTENCE}|a rash|111|117|Zorol|103|108\n")
    ((code, message),) = [(flaw.code, flaw.message) for flaw in found.flaws]
    assert (code, problems) == ("bad-offsets", [])
    assert message == (
        "line 1: no part of the sentence has 'a rash' at 111-117 of its document and 'Zorol' at 103-108 of its document"
    )


def test_offsets_that_have_not_the_length_of_the_mention_are_a_flaw(tmp_path):
    (found,), _ = read_ade(tmp_path, f"17|{SENTENCE}|a rash|111|116|Zorol|100|105\n")
    assert [flaw.code for flaw in found.flaws] == ["bad-offsets"]


def test_mentions_with_bad_offsets_are_found_without_them(tmp_path):
    (found,), _ = read_ade(tmp_path, f"17|{SENTENCE}|a rash|111|117|Zorol|103|108\n")
    assert [(r.head, r.head_at, r.tail, r.tail_at) for r in found.gold.relations] == [("a rash", (), "Zorol", ())]


def test_a_mention_without_text_has_no_offsets(tmp_path):
    (found,), _ = read_ade(tmp_path, f"17|{SENTENCE}||111|111|Zorol|100|105\n")
    assert [(r.head, r.head_at, r.tail_at) for r in found.gold.relations] == [("", (), ((0, 5),))]


def test_a_bar_in_the_sentence_parts_no_fields(tmp_path):
    (found,), problems = read_ade(tmp_path, ade_line("ache", "Quill", sentence="Quill | ache | end."))
    assert (found.text, problems) == ("Quill | ache | end.", [])


@pytest.mark.parametrize(
    "line",
    ["17|Zorol gave a rash.|a rash|11|17|Zorol|0", "17|Zorol gave a rash.|a rash|x|17|Zorol|0|5", "17"],
    ids=["too few fields", "no number", "an id alone"],
)
def test_an_ade_line_that_is_not_as_it_must_be_is_noted(tmp_path, line):
    good = ade_line("a rash", "Zorol")
    found, ((number, said),) = read_ade(tmp_path, f"{good}{line}\n\n{good}")
    assert [len(f.gold.relations) for f in found] == [2]
    assert number == 2
    assert said.startswith("expected id|sentence|effect|begin|end|drug|begin|end, found '17")


def test_a_sentence_that_can_begin_in_very_many_places_has_no_offsets_either(tmp_path):
    sentence = "rash Zorol " * 20_000
    (found,), _ = read_ade(tmp_path, ade_line("rash", "Zorol", sentence=sentence))
    assert [relation.head_at for relation in found.gold.relations] == [()]


# -- ADE from a hub -----------------------------------------------------------------------------


def hub_row(effect, drug, effect_at, drug_at, text=SENTENCE):
    ranges = [
        {"start_char": [start for start, _ in places], "end_char": [end for _, end in places]}
        for places in (effect_at, drug_at)
    ]
    return {"text": text, "effect": effect, "drug": drug, "indexes": dict(zip(["effect", "drug"], ranges, strict=True))}


def read_rows(*rows):
    source = RowSource(rows=rows)
    return list(ade_rows(source)), source.problems


def test_the_rows_of_a_text_are_one():
    rows = [
        hub_row("a rash", drug, [(11, 17), (23, 29)], [place])
        for drug, place in [("Zorol", (0, 5)), ("Mipex", (41, 46))]
    ]
    found, problems = read_rows(rows[0], hub_row("ache", "Quill", [], [], "Quill: ache."), rows[1])
    assert ([(f.line, f.text) for f in found], problems) == ([(1, SENTENCE), (2, "Quill: ache.")], [])
    assert [(r.head, r.tail, r.tail_at) for r in found[0].gold.relations] == [
        ("a rash", "Zorol", ((0, 5),)),
        ("a rash", "Mipex", ((41, 46),)),
    ]


@pytest.mark.parametrize(
    ("ranges", "at"),
    [([(11, 17)], ((11, 17),)), ([(11, 17), (23, 29)], ()), ([], ()), ([(11, 16)], ()), ([(0, 5)], ())],
    ids=["one", "two", "none", "a part", "other words"],
)
def test_only_one_range_with_the_words_of_a_mention_is_its_place(ranges, at):
    (found,), _ = read_rows(hub_row("a rash", "Zorol", ranges, [(0, 5)]))
    assert [relation.head_at for relation in found.gold.relations] == [at]


def test_a_hub_row_that_is_not_as_it_must_be_is_noted():
    found, problems = read_rows(
        {"text": SENTENCE, "effect": "a rash", "drug": "Zorol", "indexes": {}}, hub_row("a rash", "Zorol", [], [])
    )
    assert [f.line for f in found] == [2]
    assert problems == [(1, "expected a field `effect` at indexes, found none")]
