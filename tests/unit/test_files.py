"""Rows from lines and from Parquet, and files that are written whole or not at all."""

import json
import sys

import pytest

from sfr.files import RowError, decode_line, open_rows, written_whole
from sfr.rows import Row, as_row
from sfr.schema import Schema

ROW = {"task": "ner", "gold": {"person": ["Kevin"]}, "output": "{}"}


def problems(call, *arguments):
    """What a refused row has wrong with it."""
    with pytest.raises(RowError) as caught:
        call(*arguments)
    assert "; ".join(caught.value.problems) == str(caught.value)
    return caught.value.problems


# -- rows ------------------------------------------------------------------------------------------


def test_a_row_holds_what_its_object_says():
    value = {
        "id": 7,
        "task": "ee",
        "text": "A tank fired.",
        "schema": {"types": ["attack"], "roles": ["Agent"]},
        "gold": "{}",
        "outputs": ["{}", ""],
        "kind": "left alone",
    }
    expected = Row(7, "ee", "{}", ("{}", ""), "A tank fired.", Schema(("attack",), ("Agent",)))
    assert expected == as_row(value)


def test_what_a_row_may_lack_is_none():
    assert Row(None, "ner", {"person": ["Kevin"]}, ("{}",), None, None) == as_row(ROW)


def test_the_task_of_the_file_is_for_rows_that_name_none():
    assert as_row({**ROW, "task": None}, "re").task == "re"
    assert as_row(ROW, "re").task == "ner"


def test_a_row_error_is_a_value_error_and_lists_every_problem():
    assert len(problems(as_row, {"task": "x", "text": 1, "gold": 2, "output": 3})) == 4
    assert issubclass(RowError, ValueError)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ([], "a list"),
        ("x", "a string"),
        (7, "the number 7"),
        (None, "nothing"),
        (True, "a truth value"),
        (b"", "bytes"),
    ],
)
def test_only_an_object_is_a_row(value, found):
    assert [f"expected a JSON object, found {found}"] == problems(as_row, value)


# -- lines -----------------------------------------------------------------------------------------


def test_a_line_is_decoded_to_its_value():
    assert decode_line('{"a": ["Sæther", null]}\r\n'.encode()) == {"a": ["Sæther", None]}


@pytest.mark.parametrize(
    ("line", "start"),
    [
        (b"\xff", "expected UTF-8"),
        (b"{'a': 1}", "expected one JSON object in the line"),
        (b"{} {}", "expected one JSON object in the line"),
        (b"", "expected one JSON object in the line"),
        (b"[" * 100_000, "expected one JSON object in the line"),
        (b"9" * 5_000, "expected one JSON object in the line"),
    ],
)
def test_a_line_without_a_value_has_one_problem(line, start):
    (problem,) = problems(decode_line, line)
    assert problem.startswith(f"{start}: ")


# -- files of rows -----------------------------------------------------------------------------------


def test_lines_keep_their_numbers_past_blank_ones_and_lose_a_byte_order_mark(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\xef\xbb\xbf{}\r\n\n  \n\xef\xbb\xbf7\n8")
    source = open_rows(path)
    found = list(source.rows)
    assert [(number, line) for number, line, _ in found] == [(1, b"{}\r\n"), (4, b"\xef\xbb\xbf7\n"), (5, b"8")]
    assert [place for *_, place in found] == [7, 16, 17]
    assert source.size == 17


def test_a_missing_file_fails_when_it_is_opened_and_not_at_its_first_row(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_rows(tmp_path / "none.jsonl")


def test_lines_are_read_as_they_are_asked_for(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"1\n")
    rows = open_rows(path).rows
    assert next(rows) == (1, b"1\n", 2)
    with path.open("ab") as file:
        file.write(b"2\n")
    assert list(rows) == [(2, b"2\n", 4)]


def test_parquet_rows_are_numbered_and_hold_no_nulls(tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    values = [
        {"gold": {"person": ["Kevin"], "place": None}, "output": "{}", "id": None},
        {"gold": {"person": None, "place": ["Oslo"]}, "output": "", "id": "b"},
        {"gold": None, "output": "{}", "id": "c"},
    ]
    path = tmp_path / "rows.parquet"
    parquet.write_table(pa.Table.from_pylist(values), path)
    source = open_rows(path)
    assert list(source.rows) == [
        (1, {"gold": {"person": ["Kevin"]}, "output": "{}"}, 1),
        (2, {"gold": {"place": ["Oslo"]}, "output": "", "id": "b"}, 2),
        (3, {"output": "{}", "id": "c"}, 3),
    ]
    assert source.size == 3


def test_parquet_rows_lose_the_nulls_within_lists_of_structs(tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    events = [{"trigger": "fired", "arguments": [["Target", "hotel"]]}, {"trigger": "left", "arguments": None}]
    path = tmp_path / "rows.parquet"
    parquet.write_table(pa.Table.from_pylist([{"gold": {"attack": events}}]), path)
    ((_, value, _),) = open_rows(path).rows
    assert {"gold": {"attack": [events[0], {"trigger": "left"}]}} == value


def test_a_file_that_is_no_parquet_is_named(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "rows.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(ValueError, match=r"rows\.parquet is not a Parquet file: "):
        open_rows(path)


def test_without_pyarrow_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ValueError, match=r"pip install 'sfr\[parquet\]'"):
        open_rows(tmp_path / "rows.parquet")


# -- written whole -----------------------------------------------------------------------------------


def names(folder):
    """The files in a folder, hidden ones too."""
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_when_all_of_it_is_written(tmp_path):
    path = tmp_path / "out.jsonl"
    with written_whole(path) as file:
        file.write("a\n")
        file.flush()
        assert not path.exists()
        file.write("Sæther\n")
    assert "a\nSæther\n".encode() == path.read_bytes()
    assert names(tmp_path) == ["out.jsonl"]


def break_off(path, error):
    """Write a file up to an error."""
    with written_whole(path) as file:
        file.write("later\n" * 100_000)
        raise error


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_error_in_the_middle_leaves_no_file(tmp_path, error):
    with pytest.raises(error):
        break_off(tmp_path / "out.jsonl", error)
    assert names(tmp_path) == []


def test_an_error_in_the_middle_leaves_an_earlier_file_alone(tmp_path):
    path = tmp_path / "out.jsonl"
    path.write_text("earlier")
    with pytest.raises(KeyboardInterrupt):
        break_off(path, KeyboardInterrupt)
    assert (path.read_text(), names(tmp_path)) == ("earlier", ["out.jsonl"])


def test_text_that_cannot_be_encoded_leaves_no_file(tmp_path):
    with pytest.raises(UnicodeEncodeError), written_whole(tmp_path / "out.jsonl") as file:
        file.write("\ud800")
    assert names(tmp_path) == []


def test_a_folder_that_does_not_exist_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError), written_whole(tmp_path / "nowhere" / "out.jsonl"):
        pytest.fail("there is nothing to write to")


def test_an_earlier_file_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "out.jsonl"
    path.write_text("a longer text than the next")
    with written_whole(path) as file:
        json.dump([1], file)
    assert path.read_text() == "[1]"
