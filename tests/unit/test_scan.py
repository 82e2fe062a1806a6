"""Bracketed values in a text: where they stand and what reading them took."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfr.formats import Call, Number, Pairs, plain
from sfr.parsing._scan import TooDeep, find


def values(text):
    return [plain(found.node) for found in find(text, 64)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("no bracket", []),
        ("{}", [{}]),
        ("[]", [[]]),
        ('x {"a": 1} y ["b"] z', [{"a": "1"}, ["b"]]),
        ('{"a": [true, false, null]}', [{"a": [True, False, None]}]),
        ("{'a': [True, False, None]}", [{"a": [True, False, None]}]),
        ("as [1], [2, 3] and {see} show", []),
        ("$\\{x \\in [0, 1]\\}$", []),
        ('{"a": {"b": {"c": []}}}', [{"a": {"b": {"c": []}}}]),
    ],
)
def test_the_values_of_a_text_are_found_in_order(text, expected):
    assert expected == values(text)


@pytest.mark.parametrize(
    "text", ['see {"a": 1} there', "see {'a': 1} there", 'see [A(b="c")] there', 'see ["a"] there']
)
def test_a_value_knows_where_it_stands(text):
    (found,) = find(text, 64)
    assert text[4:-6] == text[found.start : found.end]


def test_json_without_a_flaw_needs_no_repair():
    assert [found.repairs for found in find('{"a": ["b", 1.5e3, null, {"c": "\\u00e9"}]}', 64)] == [{}]


@pytest.mark.parametrize(
    ("text", "repairs"),
    [
        ("{'a': 1}", {"quotes": 1}),
        ('{"a": 1,}', {"commas": 8}),
        ('{"a": [1}', {"brackets": 8}),
        ('{"a": [1', {"truncated": 8}),
        ("{'a': [1", {"quotes": 1, "truncated": 8}),
        ("{a: 1}", {"quotes": 1}),
    ],
)
def test_each_repair_is_noted_at_the_first_place_that_took_it(text, repairs):
    (found,) = find(text, 64)
    assert repairs == found.repairs


def test_an_object_keeps_its_keys_in_order_and_the_repeated_ones_too():
    (found,) = find('{"b": 1, "a": 2, "b": 3}', 64)
    assert Pairs([("b", "1"), ("a", "2"), ("b", "3")]) == found.node


@pytest.mark.parametrize("number", ["0", "-1", "1.50", "1e5", "9" * 5000])
def test_a_number_stays_what_the_text_says(number):
    (found,) = find(f'{{"a": {number}}}', 64)
    assert (number, Number) == (found.node[0][1], type(found.node[0][1]))


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity", "null"])
@pytest.mark.parametrize("text", ['{"a": CONSTANT}', "{'a': CONSTANT}"])
def test_a_constant_that_is_no_number_is_nothing(text, constant):
    (found,) = find(text.replace("CONSTANT", constant), 64)
    assert Pairs([("a", None)]) == found.node


def test_a_call_keeps_its_name_keywords_and_bare_values():
    (found,) = find('[Attack("fired", target=["hotel", Person(name="x")])]', 64)
    target = ["hotel", Call("Person", Pairs([("name", "x")]))]
    assert [Call("Attack", Pairs([("", "fired"), ("target", target)]))] == found.node


@pytest.mark.parametrize("bound", [1, 2, 64])
@pytest.mark.parametrize(
    ("opening", "closing"), [("[", "]"), ('{"a": ', "}"), ("{'a': ", "}")], ids=["list", "json", "python"]
)
def test_brackets_nest_as_deep_as_the_bound_and_no_deeper(opening, closing, bound):
    core = '"x"' if opening == "[" else "1"
    assert len(find(opening * bound + core + closing * bound, bound)) == 1
    with pytest.raises(TooDeep):
        find(opening * (bound + 1) + core + closing * (bound + 1), bound)


def test_brackets_within_strings_are_no_nesting():
    text = json.dumps({"a": ["[[[[{{{{" * 50]})
    assert [plain(found.node) for found in find(text, 2)] == [{"a": ["[[[[{{{{" * 50]}]


NODES = st.recursive(
    st.one_of(st.text(), st.booleans(), st.none()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), NODES, min_size=1, max_size=4), st.booleans())
def test_all_json_is_read_as_json_does(value, ascii_only):
    text = json.dumps(value, ensure_ascii=ascii_only)
    (found,) = find(f"talk {text} talk", 64)
    assert (value, {}) == (plain(found.node), found.repairs)


PLAIN = st.text(st.sampled_from("ab é中-.0 "), max_size=8)


@given(st.dictionaries(PLAIN, st.lists(PLAIN, max_size=4), min_size=1, max_size=4))
def test_python_literals_are_read_as_python_does(value):
    (found,) = find(repr(value), 64)
    assert (value, {"quotes": 1}) == (plain(found.node), found.repairs)


@given(st.dictionaries(PLAIN, st.lists(PLAIN, max_size=4), min_size=1, max_size=4))
def test_a_trailing_comma_changes_nothing_but_the_repairs(value):
    (found,) = find(json.dumps(value)[:-1] + ",}", 64)
    assert (value, ["commas"]) == (plain(found.node), list(found.repairs))


@given(st.text(st.sampled_from("{}[]()\"':,ab\\ \n1=")))
def test_values_stand_in_order_and_apart(text):
    end = 0
    for found in find(text, 64):
        assert end <= found.start < found.end <= len(text)
        end = found.end


def test_the_time_is_linear_in_the_text():
    def seconds(count):
        text = "{'a': ['b', \"c\" " * count
        begin = time.process_time()
        find(text[: 64 * count], 10**6)
        return time.process_time() - begin

    small, large = min(seconds(50) for _ in range(5)), min(seconds(200) for _ in range(5))
    assert large < 16 * small + 0.05
