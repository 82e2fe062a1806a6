"""Files of examples hold the same lines whatever their form, and appear whole or not at all."""

import json
import stat
import sys

import pytest
from pyarrow import parquet

from sfr.data.storage import example_lines, example_writer, line_writer, rows_of, table_writer
from sfr.files import RowError, bytes_written_whole

BARE = {
    "id": "1",
    "dataset": "own",
    "split": "train",
    "task": "ner",
    "text": "Zoë\n𝒦 left.",
    "schema": {"types": ["person"], "roles": []},
    "gold": {"person": ["Zoë"]},
}
PLACED = {**BARE, "id": "2", "at": {"person": [[[0, 3]]]}}
FORMS = ["jsonl", "parquet"]


def line_of(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


LINES = [line_of(BARE), line_of(PLACED)]


@pytest.fixture
def written(tmp_path):
    """Writes lines of examples to a file of a form."""

    def writing(form, lines=LINES):
        path = tmp_path / f"train.{form}"
        with example_writer(path) as write:
            for line in lines:
                write(line)
        return path

    return writing


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# -- examples ---------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_the_lines_that_were_written_are_read_byte_for_byte_with_their_numbers(written, form):
    lines = [(number, line.rstrip(b"\n")) for number, line in example_lines(written(form))]
    assert lines == [(1, LINES[0]), (2, LINES[1])]


def test_lines_end_in_one_line_feed(written):
    assert written("jsonl").read_bytes() == LINES[0] + b"\n" + LINES[1] + b"\n"


def test_a_table_has_a_column_for_each_field_and_json_text_for_what_is_nested(written):
    table = parquet.read_table(written("parquet"))
    assert table.column_names == ["id", "dataset", "split", "task", "text", "schema", "gold", "at"]
    assert {str(column.type) for column in table.schema} == {"string"}
    first, second = table.to_pylist()
    assert (first["text"], first["at"]) == (BARE["text"], None)
    assert json.loads(second["at"]) == PLACED["at"]
    assert [json.loads(first[name]) for name in ("schema", "gold")] == [BARE["schema"], BARE["gold"]]


@pytest.mark.parametrize("form", FORMS)
def test_a_file_without_examples_is_a_file(written, form):
    assert list(example_lines(written(form, []))) == []


def test_a_table_of_more_than_one_batch_has_all_rows(written):
    lines = [line_of({**BARE, "id": str(number)}) for number in range(10_001)]
    assert [json.loads(line)["id"] for _, line in example_lines(written("parquet", lines))] == [
        str(number) for number in range(10_001)
    ]


@pytest.mark.parametrize("form", FORMS)
def test_the_same_lines_make_the_same_bytes(tmp_path, form):
    contents = []
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / f"train.{form}"
        with example_writer(path) as write:
            for line in LINES:
                write(line)
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]


def break_off(path, error):
    with example_writer(path) as write:
        for line in LINES:
            write(line)
        raise error


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_in_the_middle_leaves_no_file(tmp_path, form, error):
    with pytest.raises(error):
        break_off(tmp_path / f"train.{form}", error)
    assert names(tmp_path) == []


@pytest.mark.parametrize("form", FORMS)
def test_an_error_in_the_middle_leaves_an_earlier_file_alone(tmp_path, form):
    path = tmp_path / f"train.{form}"
    path.write_bytes(b"earlier")
    with pytest.raises(ValueError, match="stop"):
        break_off(path, ValueError("stop"))
    assert (path.read_bytes(), names(tmp_path)) == (b"earlier", [path.name])


def test_a_table_with_values_in_the_place_of_json_text_is_refused_with_its_row(tmp_path):
    path = tmp_path / "train.parquet"
    row = {name: str(BARE[name]) for name in ("id", "dataset", "split", "task", "text")}
    with table_writer(path, lambda pa: dict.fromkeys([*row, "schema"], pa.string()) | {"gold": pa.int64()}) as write:
        write({**row, "schema": "{}", "gold": 7})
    with pytest.raises(RowError, match=f"{path}:1: expected JSON text in the columns schema, gold, at"):
        list(example_lines(path))


# -- rows -------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_rows_that_are_examples_are_lines(written, form):
    assert [line.rstrip(b"\n") for _, line in rows_of(written(form))] == LINES


def test_rows_of_another_table_are_what_they_hold(tmp_path):
    path = tmp_path / "rows.parquet"
    with table_writer(path, lambda pa: {"task": pa.string(), "gold": pa.list_(pa.string())}) as write:
        write({"task": "ner", "gold": ["Zoë"]})
    assert list(rows_of(path)) == [(1, {"task": "ner", "gold": ["Zoë"]})]


@pytest.mark.parametrize("read", [rows_of, example_lines])
def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path, read):
    with pytest.raises(FileNotFoundError):
        list(read(tmp_path / "train.jsonl"))


@pytest.mark.parametrize("read", [rows_of, example_lines])
def test_a_file_that_is_no_table_is_named(tmp_path, read):
    path = tmp_path / "train.parquet"
    path.write_bytes(LINES[0])
    with pytest.raises(ValueError, match=f"{path} is not a Parquet file"):
        list(read(path))


# -- what is missing --------------------------------------------------------------------------


def test_without_pyarrow_a_table_is_refused_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ValueError, match=r"pip install 'sfr\[data\]'"), example_writer(tmp_path / "train.parquet"):
        pytest.fail("there is nothing to write with")
    assert names(tmp_path) == []


# -- bytes ------------------------------------------------------------------------------------


def test_bytes_appear_when_all_of_them_are_written(tmp_path):
    path = tmp_path / "out.bin"
    with bytes_written_whole(path) as file:
        file.write(b"\x00\xff\r\n")
        assert not path.exists()
    assert (path.read_bytes(), names(tmp_path)) == (b"\x00\xff\r\n", ["out.bin"])


def test_bytes_can_be_written_out_of_order(tmp_path):
    path = tmp_path / "out.bin"
    with bytes_written_whole(path) as file:
        file.write(b"abc")
        file.seek(0)
        file.write(b"x")
    assert path.read_bytes() == b"xbc"


def test_a_file_that_is_replaced_keeps_its_mode(tmp_path):
    path = tmp_path / "out.bin"
    path.touch()
    path.chmod(0o640)
    with bytes_written_whole(path) as file:
        file.write(b"x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_folder_in_the_place_of_a_file_is_an_error_of_the_system(tmp_path):
    with pytest.raises(IsADirectoryError), bytes_written_whole(tmp_path):
        pytest.fail("there is nothing to write to")


def test_lines_of_bytes_are_written_with_their_ends(tmp_path):
    path = tmp_path / "out.txt"
    with line_writer(path) as write:
        write(b"a")
        write(b"")
    assert path.read_bytes() == b"a\n\n"
