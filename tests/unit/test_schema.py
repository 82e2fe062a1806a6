"""What may be extracted, in whatever way it is given."""

import pytest

from sfr import Schema
from sfr.schema import as_schema


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Schema(("a",), ("r",)), Schema(("a",), ("r",))),
        (["a", "b"], Schema(("a", "b"))),
        (("b", "a"), Schema(("b", "a"))),
        ([], Schema(())),
        (iter(["a", "b"]), Schema(("a", "b"))),
        ({"types": ["a", "b"]}, Schema(("a", "b"))),
        ({"types": ["a"], "roles": ["r", "s"]}, Schema(("a",), ("r", "s"))),
        ({"types": ["a"], "roles": None}, Schema(("a",))),
        ({"types": ["a"], "roles": []}, Schema(("a",))),
        ({"a": ["r", "s"], "b": ["s", "t"]}, Schema(("a", "b"), ("r", "s", "t"))),
        ({"a": [], "b": None}, Schema(("a", "b"))),
        ({"types": ["r"], "attack": ["s"]}, Schema(("types", "attack"), ("r", "s"))),
        ({}, Schema(())),
    ],
)
def test_a_schema_may_be_given_in_several_ways(value, expected):
    assert expected == as_schema(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("person", "a schema is a list of types or an object, not the string 'person'"),
        (["a", 1], "types must be non-empty strings, found 1"),
        (["a", ""], "types must be non-empty strings, found ''"),
        (["a", "  "], "types must be non-empty strings"),
        ([["a"]], r"types must be non-empty strings, found \['a'\]"),
        ({"types": "a"}, "types must be a list of strings, found 'a'"),
        ({"types": None}, "types must be a list of strings, found None"),
        ({"types": ["a"], "roles": "r"}, "roles must be a list of strings, found 'r'"),
        ({"types": ["a"], "roles": [None]}, "roles must be non-empty strings, found None"),
        ({"a": "r"}, "roles of 'a' must be a list of strings, found 'r'"),
        ({"a": [""]}, "roles of 'a' must be non-empty strings"),
        ({1: ["r"]}, "types must be non-empty strings, found 1"),
        (5, "types must be a list of strings, found 5"),
    ],
)
def test_what_is_no_schema_is_refused_with_what_was_found(value, message):
    with pytest.raises(ValueError, match=message):
        as_schema(value)


def test_a_schema_is_a_frozen_value():
    assert {Schema(("a",)), Schema(("a",), ())} == {Schema(("a",))}
    with pytest.raises(AttributeError):
        Schema(("a",)).types = ()
