"""Files that people write: what YAML would let pass is refused, and what is found is told in few words."""

import pytest

from sfr.data.configs import Config, parse_config, read_config


class Shelf(Config):
    books: dict[str, str]


def problem(text):
    with pytest.raises(ValueError, match=r"shelf\.yaml: ") as error:
        parse_config(Shelf, text, "shelf.yaml", ValueError)
    return str(error.value)


def test_a_file_holds_what_its_model_says(tmp_path):
    path = tmp_path / "shelf.yaml"
    path.write_text("books: {a: b}\n", encoding="utf-8")
    assert read_config(Shelf, path, ValueError).books == {"a": "b"}


@pytest.mark.parametrize("text", ["books: {a: b, a: c}", "books: {a: b}\nbooks: {}\n"])
def test_a_key_that_stands_twice_is_refused(text):
    assert "stands twice" in problem(text)


def test_what_yaml_takes_for_another_kind_is_to_be_put_in_quotes():
    assert problem("books: {no: b}").endswith("found False; put it in quotes")


def test_long_values_are_told_in_short():
    assert len(problem(f"books: {['x' * 50] * 1_000}")) < 400


def test_an_object_of_python_is_not_made():
    assert "not YAML" in problem("books: !!python/object/apply:os.getcwd []")
