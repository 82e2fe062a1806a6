"""Tables of numbers as text, Markdown, LaTeX, CSV and JSON."""

import csv
import io
import json

import pytest
from rich.console import Console

from sfr.reports.sheets import (
    Column,
    Sheet,
    sheet_csv,
    sheet_json,
    sheet_latex,
    sheet_markdown,
    sheet_table,
    sheet_text,
)

KINDS = {
    "name": ("biored", "biored"),
    "text": ("gene", "gene"),
    "count": (1_234_567, "1,234,567"),
    "percent": (0.61803, "61.80"),
    "interval": ((0.5, 0.61803), "[50.00, 61.80]"),
    "difference": (0.0123, "+1.23"),
    "points": (61.803, "61.80"),
    "points_signed": (-1.5, "-1.50"),
    "number": (1_234.56, "1,234.6"),
    "p": (0.04999, "0.050"),
}


def sheet(*rows, columns=None, **values):
    """A table; its columns are given as (name, kind) or as they are."""
    columns = columns or [("name", "name"), ("f1", "percent")]
    made = tuple(one if isinstance(one, Column) else Column(one[0], one[0].upper(), one[1]) for one in columns)
    return Sheet(**{"name": "scores", "title": "Scores", "columns": made, "rows": tuple(rows), **values})


def terminal(found, width=10_000, **options):
    """What a terminal shows."""
    file = io.StringIO()
    Console(file=file, width=width, markup=False, emoji=False, highlight=False, _environ={}).print(
        sheet_table(found, **options)
    )
    return file.getvalue()


def body(text):
    """The cells of a Markdown table, without its heading."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


# -- cells -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_cell_is_shown_as_people_read_it(kind):
    value, shown = KINDS[kind]
    found = sheet(("x", value), columns=[("row", "text"), ("cell", kind)])

    assert terminal(found).splitlines()[2].split(maxsplit=1) == ["x", shown]


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("percent", 1.0, "100.00"),
        ("percent", 4 / 3, "133.33"),
        ("percent", 0, "0.00"),
        ("difference", -0.0123, "-1.23"),
        ("difference", 0.0, "+0.00"),
        ("p", 0.0009, "<0.001"),
        ("p", 0.001, "0.001"),
        ("p", 1.0, "1.000"),
        ("count", 0, "0"),
    ],
)
def test_values_at_the_ends_of_a_kind_are_shown(kind, value, shown):
    assert body(sheet_markdown(sheet((value,), columns=[("cell", kind)]))) == [[shown.replace("<", r"\<")]]


@pytest.mark.parametrize("kind", KINDS)
def test_a_cell_without_a_value_is_shown_as_a_dash_and_kept_empty_for_programs(kind):
    found = sheet(("x", None), ("y", KINDS[kind][0]), columns=[("row", "text"), ("cell", kind)])
    programs = sheet_json(found)[0]

    assert body(sheet_markdown(found))[0] == ["x", "-"]
    assert sheet_csv(found).splitlines()[1] == ("x,," if kind == "interval" else "x,")
    assert [value for name, value in programs.items() if name != "row"] == [None] * (2 if kind == "interval" else 1)


def test_columns_without_a_value_in_any_row_are_not_shown():
    columns = [("row", "text"), ("none", "percent"), ("empty", "text"), ("zero", "percent")]
    found = sheet(("x", None, "", 0.0), ("y", None, None, 0.0), columns=columns)

    assert "ROW" in terminal(found)
    assert "ZERO" in terminal(found)
    assert "NONE" not in terminal(found)
    assert "EMPTY" not in sheet_markdown(found)
    assert sheet_csv(found).splitlines()[0] == "row,none,empty,zero"


# -- rows and columns ------------------------------------------------------------------------------

SYSTEMS = [("system", "name"), ("task", "name"), ("metric", "text")]


def test_names_are_said_once_where_rows_follow_one_another():
    rows = [("one", "ner", "a"), ("one", "ner", "b"), ("one", "re", "a"), ("two", "re", "a")]
    shown = [line.split() for line in terminal(sheet(*rows, columns=SYSTEMS)).splitlines()[2:]]

    assert shown == [["one", "ner", "a"], ["b"], ["re", "a"], ["two", "re", "a"]]


def test_names_stand_in_every_row_of_markdown_and_latex():
    rows = [("one", "ner", "a"), ("two", "ner", "b")]

    assert body(sheet_markdown(sheet(*rows, columns=SYSTEMS))) == [list(row) for row in rows]
    assert sheet_latex(sheet(*rows, columns=SYSTEMS)).count("ner") == 2


def test_a_text_that_stands_again_is_said_again():
    shown = terminal(sheet(("one", 0.5), ("one", 0.5), columns=[("cell", "text"), ("f1", "percent")]))

    assert shown.count("one") == 2


def test_the_only_system_stands_in_the_title():
    found = sheet(("one\x1b", "ner", "a"), ("one\x1b", "re", "b"), columns=SYSTEMS)

    assert sheet_markdown(found).splitlines()[0] == r"### Scores: one\\x1b"
    assert "SYSTEM" not in sheet_markdown(found)
    assert sheet_csv(found).startswith("system,task,metric\n")


def test_where_there_is_no_room_all_that_rows_have_in_common_stands_in_the_title():
    columns = [("system", "name"), ("task", "name"), ("dataset", "name"), ("f1", "percent")]
    found = sheet(("one", "ner", "a", 0.5), ("one", "ner", "b", 0.6), columns=columns, title="S")

    assert " ".join(terminal(found, narrow=True).split()) == "S: one, ner DATASET F1 a 50.00 b 60.00"


def test_wide_columns_are_left_out_where_there_is_no_room_and_those_for_programs_always():
    columns = [Column("a", "A"), Column("b", "B", shown="wide"), Column("c", "C", shown="never")]
    found = sheet(("x", "y", "z"), columns=columns, title="")

    assert terminal(found).split() == ["A", "B", "x", "y"]
    assert terminal(found, narrow=True).split() == ["A", "x"]
    assert body(sheet_markdown(found)) == [["x", "y"]]
    assert sheet_csv(found) == "a,b,c\nx,y,z\n"
    assert sheet_json(found) == [{"a": "x", "b": "y", "c": "z"}]


def test_numbers_are_never_broken_into_lines():
    columns = [("name", "text"), ("interval", "interval")]
    shown = terminal(sheet(("a long name " * 9, (0.5, 0.6)), columns=columns), width=40)

    assert "[50.00, 60.00]" in shown
    assert max(map(len, shown.splitlines())) <= 40


def test_numbers_stand_to_the_right_and_names_to_the_left():
    lines = terminal(sheet(("one", 0.05), ("three", 1.0))).splitlines()

    assert [line[:5] for line in lines[2:]] == ["one  ", "three"]
    assert [line[-6:] for line in lines[2:]] == ["  5.00", "100.00"]


def test_a_table_without_rows_can_be_written():
    found = sheet()

    assert sheet_csv(found) == "name,f1\n"
    assert sheet_json(found) == []
    assert sheet_markdown(found).startswith("### Scores")
    assert "Scores" in sheet_latex(found)
    assert not terminal(found).strip()


# -- text of others --------------------------------------------------------------------------------

HOSTILE = "a\x1b[31m\nb\u202e\r"


@pytest.mark.parametrize("write", [terminal, sheet_text, sheet_markdown, sheet_latex])
def test_control_characters_are_shown_and_not_obeyed(write):
    found = sheet(
        (HOSTILE, "x", HOSTILE),
        ("other", "x", HOSTILE),
        columns=[("system", "name"), ("a", "name"), ("b", "text")],
        notes=(f"of {HOSTILE}",),
    )
    shown = write(found)

    assert all(char.isprintable() or char == "\n" for char in shown)
    assert "x1b" in shown


def test_a_note_stays_a_comment_in_latex():
    shown = sheet_latex(sheet(("x", 0.5), notes=("one\n\\input{secret}",)))

    assert [line for line in shown.splitlines() if "secret" in line and not line.startswith("%")] == []


def test_the_markup_of_a_terminal_is_text():
    assert "[red]x[/red] :cow:" in terminal(sheet(("[red]x[/red] :cow:", 0.5)))
    assert "[/] [link=x]" in terminal(sheet(("[/] [link=x]", 0.5)))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a|b", r"a\|b"),
        ("*a* _b_ `c`", r"\*a\* \_b\_ \`c\`"),
        ("<script>", r"\<script\>"),
        ("[a](b)", r"\[a\](b)"),
        ("a\\b", r"a\\b"),
        ("a\nb", r"a\\nb"),
        ("&lt;", r"\&lt;"),
        ("~~a~~", r"\~\~a\~\~"),
    ],
)
def test_signs_of_markdown_are_escaped(text, written):
    (line,) = [line for line in sheet_markdown(sheet((text, 0.5))).splitlines() if "50.00" in line]

    assert line == f"| {written} | 50.00 |" or line.split(" | ")[0].strip("| ") == written


def test_a_system_in_the_title_of_markdown_is_escaped_as_well():
    found = sheet(("<b>", "x"), columns=[("system", "name"), ("a", "text")])

    assert sheet_markdown(found).splitlines()[0] == r"### Scores: \<b\>"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a_b", r"a\_b"),
        ("50 %", r"50 \%"),
        ("a & b", r"a \& b"),
        ("#1 $x$ {y}", r"\#1 \$x\$ \{y\}"),
        ("a\\input", r"a\textbackslash{}input"),
        ("~^", r"\textasciitilde{}\^{}"),
        ("a\nb", r"a\textbackslash{}nb"),
    ],
)
def test_signs_of_latex_are_escaped(text, written):
    shown = sheet_latex(sheet((text, 0.5)))

    assert f" {written} " in shown
    assert r"\toprule" in shown


def test_titles_of_columns_are_escaped_in_latex():
    found = sheet((0.5,), columns=[Column("share", "%", "percent")])

    assert r"\%" in sheet_latex(found)


def test_notes_stand_below_a_table_and_are_comments_in_latex():
    found = sheet(("x", 0.5), notes=("first", "second"))

    assert sheet_markdown(found).rstrip().splitlines()[-3:] == ["first", "", "second"]
    assert sheet_text(found).splitlines()[-2:] == ["first", "second"]
    assert sheet_latex(found).splitlines()[:3] == ["% Scores", "% first", "% second"]


# -- for programs ----------------------------------------------------------------------------------


def test_csv_has_full_precision_an_interval_in_two_columns_and_the_signature_in_every_row():
    columns = [("name", "name"), ("f1", "percent"), ("interval", "interval"), ("n", "count")]
    found = sheet(("x", 1 / 3, (0.1, 2 / 3), 1_000), ("x", 0.5, None, None), columns=columns)
    rows = list(csv.DictReader(io.StringIO(sheet_csv(found, {"signature": "sfr-eval|a:b,c"}))))

    assert rows == [
        {"name": "x", "f1": repr(1 / 3), "interval_low": "0.1", "interval_high": repr(2 / 3), "n": "1000", "signature": "sfr-eval|a:b,c"},
        {"name": "x", "f1": "0.5", "interval_low": "", "interval_high": "", "n": "", "signature": "sfr-eval|a:b,c"},
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["a,b", 'a"b', "a\nb", "a\r\nb", " a ", "\x1b", "="])
def test_any_name_is_read_back_from_csv(name):
    rows = list(csv.reader(io.StringIO(sheet_csv(sheet((name, 0.5))), newline="")))

    assert rows == [["name", "f1"], [name, "0.5"]]


def test_json_has_the_values_as_they_are():
    columns = [("name", "name"), ("f1", "percent"), ("interval", "interval")]
    found = sheet((HOSTILE, 1 / 3, (0.1, 2 / 3)), ("y", None, None), columns=columns)

    assert json.loads(json.dumps(sheet_json(found))) == [
        {"name": HOSTILE, "f1": 1 / 3, "interval_low": 0.1, "interval_high": 2 / 3},
        {"name": "y", "f1": None, "interval_low": None, "interval_high": None},
    ]


def test_tables_without_their_library_are_told_in_one_line(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "tabulate", None)
    for write in (sheet_markdown, sheet_latex):
        with pytest.raises(ValueError, match=r"take tabulate: python -m pip install 'sfr\[eval\]'$"):
            write(sheet(("x", 0.5)))
