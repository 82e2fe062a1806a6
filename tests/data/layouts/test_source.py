"""Lines and JSON values of a source, and what is noted of those that cannot be read."""

import json

import pytest

from sfr.data.layouts._source import FileSource, RowSource


@pytest.fixture
def source(tmp_path):
    def of(data: bytes):
        path = tmp_path / "file"
        path.write_bytes(data)
        return FileSource(path=path)

    return of


# -- lines ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"a\nb\n", ["a", "b"]),
        (b"a\nb", ["a", "b"]),
        (b"a\r\n\r\nb\r\n", ["a", "", "b"]),
        (b"\xef\xbb\xbfa\nb\n", ["a", "b"]),
        (b"a\n\xef\xbb\xbfb\n", ["a", "\ufeffb"]),
        (b" a\t\n", [" a\t"]),
    ],
)
def test_lines_come_without_their_ends_and_without_a_byte_order_mark(source, data, lines):
    assert list(source(data).lines()) == list(enumerate(lines, 1))


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\r"])
def test_only_a_line_feed_ends_a_line(source, character):
    assert list(source(f"a{character}b\n".encode()).lines()) == [(1, f"a{character}b")]


def test_a_line_that_is_not_utf_8_is_noted_and_left_out(source):
    broken = source(b"a\n\xc3(\nb\n")
    assert list(broken.lines()) == [(1, "a"), (3, "b")]
    assert broken.problems == [(2, "expected UTF-8: invalid continuation byte at byte 0")]


# -- objects ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "values"),
    [
        (b"", []),
        (b'{"a": 1}\n{"a": 2}\n', [(1, {"a": 1}), (2, {"a": 2})]),
        (b'{"a": 1}\r\n{"a": 2}', [(1, {"a": 1}), (2, {"a": 2})]),
        (b'\xef\xbb\xbf{"a": 1}\n\n \n{"a": 2}\n', [(1, {"a": 1}), (4, {"a": 2})]),
        (b'[{"a": 1},\n {"a": 2}]\n', [(1, {"a": 1}), (2, {"a": 2})]),
        (b"\xef\xbb\xbf\n[1]", [(1, 1)]),
        (b"[]", []),
        (b'{\n "a": 1\n}\n', [(1, {"a": 1})]),
        (b'\n{ \n "a": [\n1]\n}', [(1, {"a": [1]})]),
        (b"{\n}", [(1, {})]),
    ],
)
def test_values_come_from_json_lines_from_an_array_or_from_one_object(source, data, values):
    read = source(data)
    assert (list(read.objects()), read.problems) == (values, [])


def test_a_line_that_is_no_json_is_noted_and_the_rest_is_read(source):
    broken = source(b'{"a": 1}\n{"a": }\n{"a": 3}\n')
    assert list(broken.objects()) == [(1, {"a": 1}), (3, {"a": 3})]
    assert broken.problems == [(2, "expected one JSON value in the line: Expecting value at column 7")]


def test_a_line_that_is_not_utf_8_is_noted_once(source):
    broken = source(b'{"a": "\xff"}\n{"a": 2}\n')
    assert list(broken.objects()) == [(2, {"a": 2})]
    assert broken.problems == [(1, "expected UTF-8: invalid start byte at byte 7")]


def test_a_broken_array_is_noted_with_the_line_where_it_breaks(source):
    broken = source(b'[{"a": 1},\n {"a": 2}\n {"a": 3}]')
    assert list(broken.objects()) == []
    assert broken.problems == [(3, "expected one JSON value in the file: Expecting ',' delimiter at column 2")]


def test_an_array_that_is_not_utf_8_is_noted_with_the_line_where_it_breaks(source):
    broken = source(b'[1,\n "\xff"]')
    assert list(broken.objects()) == []
    assert broken.problems == [(2, "expected one JSON value in the file: not UTF-8: invalid start byte at byte 6")]


@pytest.mark.parametrize("data", [b"[" * 200_000, b'{"a": ' * 200_000])
def test_json_that_is_nested_without_end_is_noted(source, data):
    broken = source(data)
    assert list(broken.objects()) == []
    assert [message.rpartition(": ")[2] for _, message in broken.problems] == ["nested too deeply"]


@pytest.mark.parametrize("data", [b'"\\ud800"\n', b'["\\ud800"]'])
def test_half_of_a_surrogate_pair_is_read_for_a_rule_decides_about_it(source, data):
    assert list(source(data).objects()) == [(1, "\ud800")]


def test_characters_outside_the_first_plane_are_read_in_either_spelling(source):
    assert list(source(b'"\\ud83c\\udf0a"\n"\xf0\x9f\x8c\x8a"\n').objects()) == [(1, "🌊"), (2, "🌊")]


def test_large_numbers_stay_whole(source):
    assert list(source(json.dumps([2**70]).encode()).objects()) == [(1, 2**70)]


# -- rows -------------------------------------------------------------------------------------


def test_rows_are_numbered_from_one():
    assert list(RowSource(rows=[{"a": 1}, {"a": 2}]).objects()) == [(1, {"a": 1}), (2, {"a": 2})]


def test_rows_have_no_lines():
    with pytest.raises(ValueError, match="expected a layout of rows"):
        RowSource(rows=[]).lines()


def test_problems_are_kept_in_order():
    source = RowSource(rows=[])
    source.broken(7, "first")
    source.broken(3, "second")
    assert source.problems == [(7, "first"), (3, "second")]
