"""Examples as lines of JSON: what is written is read back, and what is not as it must be is refused with reasons."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfr import Argument, Entity, Event, Extraction, Relation
from sfr.examples import Example, check_spans, example_line, extraction_of, read_example
from sfr.files import RowError
from sfr.schema import Schema
from tests.strategies import ROLES, TASKS, TYPES, extraction, rows_of

LINE = {
    "id": "train-7",
    "dataset": "own",
    "split": "train",
    "task": "ner",
    "text": "Kevin left Oslo.",
    "schema": {"types": ["person", "place"], "roles": []},
    "gold": {"person": ["Kevin"], "place": ["Oslo"]},
    "at": {"person": [[[0, 5]]], "place": [[[11, 15]]]},
}
RELATION = {
    **LINE,
    "task": "re",
    "gold": {"place": [["Kevin", "Oslo"]]},
    "at": {"place": [[[[0, 5]], [[11, 15]]]]},
}
EVENT = {
    **LINE,
    "task": "ee",
    "schema": {"types": ["travel"], "roles": ["Agent", "Start"]},
    "gold": {"travel": [{"trigger": "left", "arguments": [["Agent", "Kevin"], ["Start", "Oslo"]]}]},
    "at": {"travel": [{"trigger": [[6, 10]], "arguments": [[[0, 5]], [[11, 15]]]}]},
}
LINES = {"ner": LINE, "re": RELATION, "ee": EVENT}


def encoded(line):
    return line if isinstance(line, bytes) else json.dumps(line).encode()


def problems(line):
    """What is said of a line that is refused."""
    with pytest.raises(RowError) as caught:
        read_example(encoded(line))
    return caught.value.problems


# -- reading ----------------------------------------------------------------------------------


def test_a_line_holds_an_example_with_offsets():
    gold = Extraction(entities=(Entity("person", "Kevin", ((0, 5),)), Entity("place", "Oslo", ((11, 15),))))
    expected = Example("train-7", "own", "train", "ner", "Kevin left Oslo.", Schema(("person", "place")), gold)
    assert read_example(encoded(LINE)) == expected


def test_a_relation_has_an_offset_for_each_of_its_ends():
    assert read_example(encoded(RELATION)).gold.relations == (
        Relation("place", "Kevin", "Oslo", ((0, 5),), ((11, 15),)),
    )


def test_an_event_has_offsets_for_its_trigger_and_for_each_argument():
    arguments = (Argument("Agent", "Kevin", ((0, 5),)), Argument("Start", "Oslo", ((11, 15),)))
    assert read_example(encoded(EVENT)).gold.events == (Event("travel", "left", arguments, ((6, 10),)),)


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_line_that_was_read_is_written_again_as_it_was(line):
    assert json.loads(example_line(read_example(encoded(line)))) == line


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("nothing", [{}, {"at": None}], ids=["missing", "null"])
def test_offsets_may_be_missing(line, nothing):
    bare = {key: value for key, value in line.items() if key != "at"}
    found = read_example(encoded({**bare, **nothing}))
    assert json.loads(example_line(found)) == bare


def test_offsets_may_be_known_of_some_mentions_only():
    line = {**LINE, "at": {"person": [[]], "place": [[[11, 15]]]}}
    assert [entity.at for entity in read_example(encoded(line)).gold.entities] == [(), ((11, 15),)]


def test_a_mention_in_pieces_has_a_space_between_them():
    line = {**LINE, "gold": {"person": ["Kevin Oslo"]}, "at": {"person": [[[0, 5], [11, 15]]]}}
    assert read_example(encoded(line)).gold.entities == (Entity("person", "Kevin Oslo", ((0, 5), (11, 15))),)


def test_a_mention_without_an_offset_need_not_be_in_the_text():
    line = {**LINE, "gold": {"person": ["Nobody"]}, "at": None}
    assert read_example(encoded(line)).gold.entities == (Entity("person", "Nobody"),)


def test_offsets_count_characters_and_not_bytes():
    line = {**LINE, "text": "𝒦évin left.", "gold": {"person": ["évin"]}, "at": {"person": [[[1, 5]]]}}
    assert read_example(json.dumps(line, ensure_ascii=False).encode()).gold.entities[0].at == ((1, 5),)


def test_gold_may_be_empty():
    assert read_example(encoded({**LINE, "gold": {}, "at": None})).gold == Extraction()


def test_a_type_of_gold_may_have_no_unit():
    assert read_example(encoded({**LINE, "gold": {"person": []}, "at": {}})).gold == Extraction()


def test_a_schema_without_roles_has_none():
    assert read_example(encoded({**LINE, "schema": {"types": ["place", "person"]}})).schema == Schema(
        ("place", "person")
    )


def test_repeats_are_kept():
    line = {**LINE, "gold": {"person": ["Kevin", "Kevin"]}, "at": None}
    assert len(read_example(encoded(line)).gold.entities) == 2


def test_what_a_line_holds_beside_is_left_alone():
    assert read_example(encoded({**LINE, "source": [1, 2]})) == read_example(encoded(LINE))


# -- writing ----------------------------------------------------------------------------------


def test_a_line_without_known_offsets_says_nothing_of_them():
    found = read_example(encoded({**LINE, "at": {"person": [[]], "place": [[]]}}))
    assert "at" not in json.loads(example_line(found))


def test_the_keys_of_a_line_have_one_order():
    assert list(json.loads(example_line(read_example(encoded(dict(reversed(LINE.items()))))))) == list(LINE)


def test_a_line_is_utf_8_as_it_stands_and_has_no_end():
    text = "Zoë 𝒦 \n\t\u2028 left."
    line = example_line(Example("1", "own", "train", "ner", text, Schema(("person",)), Extraction()))
    assert ("Zoë 𝒦".encode() in line, line.count(b"\n")) == (True, 0)
    assert read_example(line).text == text


def test_units_of_types_in_turns_come_back_type_by_type():
    mixed = (Entity("person", "Kevin"), Entity("place", "Oslo"), Entity("person", "left"))
    example = Example("1", "own", "train", "ner", LINE["text"], Schema(("person", "place")), Extraction(mixed))
    assert read_example(example_line(example)).gold.entities == (mixed[0], mixed[2], mixed[1])


WORDS = ["Zoë", "a", "naïve", "𝒦", "e\u0301", "日本", "x y", "\t", '"', "\\", ".", "{}"]


@st.composite
def placed_mentions(draw, starts):
    """A mention of the text, with its place or without, or in pieces with the places of all."""
    pieces = sorted(draw(st.lists(st.sampled_from(starts), min_size=1, max_size=2, unique=True)))
    mention = " ".join(word for _, word in pieces)
    known = draw(st.booleans())
    return mention, tuple((start, start + len(word)) for start, word in pieces) if known else ()


@st.composite
def examples(draw):
    """An example of any task; units of one type stand together, as in a line."""
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8))
    text, starts = "", []
    for word in words:
        if word.strip():
            starts.append((len(text), word))
        text += word + draw(st.sampled_from(["", " "]))
    task = draw(st.sampled_from(TASKS))
    types, roles = draw(st.permutations(TYPES)), draw(st.permutations(ROLES))
    units = []
    if starts:
        mention = placed_mentions(starts)
        kinds = sorted(draw(st.lists(st.sampled_from(types), max_size=4)))
        units = [unit_of(task, kind, draw, mention, roles) for kind in kinds]
    name = {"ner": "entities", "re": "relations", "ee": "events"}[task]
    schema = Schema(tuple(types), tuple(roles) if task == "ee" else ())
    return Example("1", "own", "dev", task, text or "x", schema, Extraction(**{name: tuple(units)}))


def unit_of(task, kind, draw, mention, roles):
    if task == "ner":
        return Entity(kind, *draw(mention))
    if task == "re":
        (head, head_at), (tail, tail_at) = draw(mention), draw(mention)
        return Relation(kind, head, tail, head_at, tail_at)
    trigger, at = draw(mention)
    arguments = draw(st.lists(st.tuples(st.sampled_from(roles), mention), max_size=3))
    return Event(kind, trigger, tuple(Argument(role, *found) for role, found in arguments), at)


@given(examples().filter(lambda example: example.text.strip()))
def test_what_is_written_is_read_back(example):
    assert read_example(example_line(example)) == example


@given(st.sampled_from(TASKS).flatmap(lambda task: st.tuples(st.just(task), rows_of(task))))
def test_units_without_offsets_are_read_back(case):
    task, rows = case
    gold = extraction(task, sorted(rows, key=lambda row: row[0]))
    example = Example("1", "own", "test", task, "w x", Schema(TYPES, ROLES), gold)
    assert read_example(example_line(example)) == example


# -- refused ----------------------------------------------------------------------------------

NOT_JSON = "expected one JSON object in the line: "
BAD = {
    "nothing": (b"", [NOT_JSON + "Expecting value at column 1"]),
    "no JSON": (b"left", [NOT_JSON + "Expecting value at column 1"]),
    "two values": (b"{} {}", [NOT_JSON + "Extra data at column 4"]),
    "NaN": (b'{"id": NaN}', [NOT_JSON + "NaN is not JSON"]),
    "no UTF-8": (b'{"id": "\xff"}', ["expected UTF-8: invalid start byte at byte 8"]),
    "no UTF-8 in gold": (
        b'{"id": "1", "dataset": "own", "split": "dev", "task": "ner", "text": "x", "schema": {}, "gold": {"a": ["\xff"]}}',
        ["expected UTF-8: invalid start byte at byte 104"],
    ),
    "a list": (b"[]", ["expected a JSON object, found a list"]),
    "null": (b"null", ["expected a JSON object, found nothing"]),
    "an empty object": (
        {},
        [
            *(f"{name}: expected a string, found nothing" for name in ("id", "dataset", "split", "text")),
            "task: unknown task ''; known: ner, re, ee",
            "schema: expected {types, roles}, found nothing",
            "gold: expected a records object, found nothing",
        ],
    ),
    "an id that is a number": ({**LINE, "id": 7}, ["id: expected a string, found the number 7"]),
    "a text that is null": ({**LINE, "text": None}, ["text: expected a string, found nothing"]),
    "an unknown task": ({**LINE, "task": "NER"}, ["task: unknown task 'NER'; known: ner, re, ee"]),
    "a task that is a number": ({**LINE, "task": 1}, ["task: unknown task 1; known: ner, re, ee"]),
    "a schema that is a list": (
        {**LINE, "schema": ["person", "place"]},
        ["schema: expected {types, roles}, found a list"],
    ),
    "a schema whose types are a string": (
        {**LINE, "schema": {"types": "person"}},
        ["schema: types must be a list of strings, found 'person'"],
    ),
    "a schema whose types are numbers": (
        {**LINE, "schema": {"types": [1]}},
        ["schema: types must be non-empty strings, found 1"],
    ),
    "gold that is a list": ({**LINE, "gold": []}, ["gold: expected a records object, found a list"]),
    "a mention that is a number": (
        {**LINE, "gold": {"person": [7]}},
        ["gold: not-a-string @ person[0]: expected a string, found '7'"],
    ),
    "a relation that is no pair": (
        {**RELATION, "gold": {"place": [["Kevin"]]}},
        ["gold: not-a-pair @ place[0]: expected a pair of strings, found ['Kevin']"],
    ),
    "several problems": (
        {"id": 7, "dataset": "own", "split": [], "task": "xx", "text": 5, "schema": 3, "gold": "Kevin"},
        [
            "id: expected a string, found the number 7",
            "split: expected a string, found a list",
            "text: expected a string, found the number 5",
            "task: unknown task 'xx'; known: ner, re, ee",
            "schema: types must be a list of strings, found 3",
            "gold: expected a records object, found a string",
        ],
    ),
    "no names and no text": (
        {**LINE, "id": "", "dataset": "", "split": "", "text": " \n", "gold": {}, "at": None},
        [
            *(f"{name}: expected a name, found nothing" for name in ("id", "dataset", "split")),
            "text: expected a text, found none",
        ],
    ),
    "types that the schema has not": (
        {**LINE, "schema": {"types": ["x"]}},
        ["gold: types that the schema has not: person, place"],
    ),
    "a type that is only a role": (
        {**LINE, "schema": {"types": ["place"], "roles": ["person"]}},
        ["gold: types that the schema has not: person"],
    ),
    "a role that is only a type": (
        {**EVENT, "schema": {"types": ["travel", "Agent"], "roles": ["Start"]}},
        ["gold: roles that the schema has not: Agent"],
    ),
    "a mention of white space": (
        {**LINE, "gold": {"person": [" "]}, "at": None},
        ["gold: expected text, found nothing in 'person'"],
    ),
    "everything at once": (
        {
            **LINE,
            "id": "",
            "gold": {"person": [" ", "Oslo"], "x": ["left"]},
            "at": {"person": [[], [[0, 5]]], "x": [[]]},
        },
        [
            "id: expected a name, found nothing",
            "gold: types that the schema has not: x",
            "gold: expected text, found nothing in 'person'",
            "at: person 'Oslo' is said to be at 0-5, but there stands 'Kevin'",
        ],
    ),
}


@pytest.mark.parametrize(("line", "expected"), BAD.values(), ids=BAD)
def test_a_bad_line_is_refused_with_everything_that_is_wrong(line, expected):
    assert problems(line) == expected


EVENTS = {
    "no trigger": {"arguments": []},
    "an unknown field": {"trigger": "left", "args": []},
    "arguments by role": {"trigger": "left", "arguments": {"Agent": "Kevin"}},
    "an argument without a role": {"trigger": "left", "arguments": [["Kevin"]]},
    "a string": "left",
}


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_an_event_of_another_shape_is_refused(event):
    (problem,) = problems({**EVENT, "gold": {"travel": [event]}, "at": None})
    assert problem.startswith("gold: ")


AT = {
    "a string": "x",
    "a place that is a number": {"person": [5], "place": [[]]},
    "a range of one number": {"person": [[[0]]], "place": [[]]},
    "a range of three numbers": {"person": [[[0, 5, 6]]], "place": [[]]},
    "a range with a fraction": {"person": [[[0, 5.5]]], "place": [[]]},
    "too few places": {"person": [], "place": [[]]},
    "too many places": {"person": [[], []], "place": [[]]},
    "a type without places": {"person": [[]]},
    "a type that gold has not": {"person": [[]], "place": [[]], "thing": []},
}


@pytest.mark.parametrize("at", AT.values(), ids=AT)
def test_places_of_another_shape_than_gold_are_refused_by_name(at):
    (problem,) = problems({**LINE, "at": at})
    assert problem.startswith("at")


def test_the_places_of_arguments_are_as_many_as_the_arguments():
    at = {"travel": [{"trigger": [], "arguments": [[]]}]}
    assert problems({**EVENT, "at": at}) == ["at.travel.arguments: 1 places for 2 units"]


def test_misshapen_places_are_told_beside_the_other_problems():
    found = problems({**LINE, "id": 7, "at": "x"})
    assert [problem.partition(":")[0] for problem in found] == ["id", "at"]


def test_an_empty_name_in_the_schema_is_refused():
    assert problems({**LINE, "schema": {"types": ["person", "place", ""]}}) == [
        "schema: types must be non-empty strings, found ''"
    ]


def test_a_misspelt_key_of_the_schema_is_refused():
    (problem,) = problems({**LINE, "schema": {"types": ["person", "place"], "rolls": ["Agent"]}})
    assert problem.startswith("schema: ")


@pytest.mark.parametrize("line", [b"[" * 100_000, b'{"gold": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"])
def test_a_line_nested_too_deep_is_refused(line):
    assert len(problems(line)) >= 1


def test_half_of_a_surrogate_pair_is_refused():
    assert len(problems({**LINE, "text": "Kevin left Oslo.\ud800"})) == 1


OFFSETS = {
    "another text": ([[0, 4]], "there stands 'Kevi'"),
    "shifted": ([[1, 6]], "there stands 'evin '"),
    "behind the end": ([[11, 99]], "there stands 'Oslo.'"),
    "beyond the end": ([[20, 25]], "there stands ''"),
    "backwards": ([[5, 0]], "there stands ''"),
    "empty": ([[3, 3]], "there stands ''"),
    "negative": ([[-16, -11]], "there stands 'Kevin'"),
    "from zero to a negative end": ([[0, -11]], "there stands 'Kevin'"),
    "one piece of two": ([[0, 5], [6, 10]], "there stands 'Kevin left'"),
}


@pytest.mark.parametrize(("at", "found"), OFFSETS.values(), ids=OFFSETS)
def test_offsets_where_the_mention_does_not_stand_are_refused(at, found):
    (problem,) = problems({**LINE, "gold": {"person": ["Kevin"]}, "at": {"person": [at]}})
    assert problem.startswith("at: person 'Kevin' is said to be at ")
    assert problem.endswith(found)


@pytest.mark.parametrize(
    ("line", "at"),
    [
        (RELATION, {"place": [[[[0, 4]], [[11, 15]]]]}),
        (RELATION, {"place": [[[[0, 5]], [[11, 14]]]]}),
        (EVENT, {"travel": [{"trigger": [[6, 9]], "arguments": [[], []]}]}),
        (EVENT, {"travel": [{"trigger": [], "arguments": [[], [[11, 14]]]}]}),
    ],
    ids=["head", "tail", "trigger", "argument"],
)
def test_the_offsets_of_every_mention_are_checked(line, at):
    assert [problem.partition(":")[0] for problem in problems({**line, "at": at})] == ["at"]


def test_a_mention_that_ends_with_its_text_stands_in_it():
    gold = Extraction(entities=(Entity("place", "Oslo", ((11, 15),)),))
    assert check_spans("Kevin left Oslo", gold) == []


def test_offsets_that_are_not_known_have_nothing_against_the_text():
    assert check_spans("", Extraction(entities=(Entity("place", "Oslo"),))) == []


numbers = st.integers(-3, 5)
places = st.lists(st.tuples(numbers, numbers), max_size=2)
names = st.sampled_from(["a", "b", "", "c"])
mentions = st.sampled_from(["ab", "a", "b", "ab ab", " ", "", "ba b"])


@st.composite
def shaped_lines(draw):
    """A line of the right shape, with anything in it."""
    task = draw(st.sampled_from(TASKS))
    kinds = draw(st.lists(st.sampled_from(["a", "b"]), max_size=2, unique=True))
    mention = st.tuples(mentions, places)
    gold, at = {}, {}
    for kind in kinds:
        if task == "ner":
            units = draw(st.lists(mention, max_size=2))
            gold[kind], at[kind] = [text for text, _ in units], [where for _, where in units]
        elif task == "re":
            pairs = draw(st.lists(st.tuples(mention, mention), max_size=2))
            gold[kind] = [[head, tail] for (head, _), (tail, _) in pairs]
            at[kind] = [[head, tail] for (_, head), (_, tail) in pairs]
        else:
            events = draw(st.lists(st.tuples(mention, st.lists(st.tuples(names, mention), max_size=2)), max_size=2))
            gold[kind] = [
                {"trigger": text, "arguments": [[role, said] for role, (said, _) in filled]}
                for (text, _), filled in events
            ]
            at[kind] = [
                {"trigger": where, "arguments": [place for _, (_, place) in filled]} for (_, where), filled in events
            ]
    return {
        "id": draw(names),
        "dataset": "own",
        "split": draw(names),
        "task": task,
        "text": draw(st.sampled_from(["ab", "ab ab", "ba b", " ", "aba"])),
        "schema": {"types": draw(st.sampled_from([["a", "b"], ["a"]])), "roles": draw(st.sampled_from([["a"], ["b"]]))},
        "gold": gold,
        "at": at,
    }


def said_mentions(line):
    """Kind, whether that is a role, text and places of every mention of a line."""
    for kind, units in line["gold"].items():
        for unit, at in zip(units, line["at"][kind], strict=True):
            if line["task"] == "ner":
                yield kind, False, unit, at
            elif line["task"] == "re":
                yield kind, False, unit[0], at[0]
                yield kind, False, unit[1], at[1]
            else:
                yield kind, False, unit["trigger"], at["trigger"]
                for (role, text), where in zip(unit["arguments"], at["arguments"], strict=True):
                    yield role, True, text, where


def is_fine(line):
    """Whether a line is as it must be, character by character."""
    text, schema = line["text"], line["schema"]
    for kind, is_role, mention, at in said_mentions(line):
        standing = []
        for start, end in at:
            if start < 0 or end > len(text) or start >= end:
                return False
            standing.append("".join(text[i] for i in range(start, end)))
        if at and " ".join(standing) != mention:
            return False
        if not mention.strip() or kind not in schema["roles" if is_role else "types"]:
            return False
    return bool(line["id"] and line["split"] and text.strip())


@given(shaped_lines())
def test_a_line_of_the_right_shape_is_refused_with_a_reason_if_and_only_if_it_is_not_as_it_must_be(line):
    if is_fine(line):
        assert read_example(encoded(line)).id == line["id"]
    else:
        assert problems(line)


# -- decoded gold -----------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS)
def test_decoded_gold_and_places_are_an_extraction(task):
    line = LINES[task]
    assert extraction_of(task, line["gold"], line["at"]) == read_example(encoded(line)).gold


@pytest.mark.parametrize("task", TASKS)
def test_places_of_decoded_gold_may_be_missing(task):
    line = LINES[task]
    assert extraction_of(task, line["gold"]) == read_example(encoded({**line, "at": None})).gold


@pytest.mark.parametrize(
    ("gold", "at"),
    [
        ([], None),
        ({"person": "Kevin"}, None),
        ({"person": [7]}, None),
        ({"person": ["Kevin"]}, {"person": []}),
        ({"person": ["Kevin"]}, {"place": []}),
        ({"person": ["Kevin"]}, []),
    ],
)
def test_decoded_gold_of_another_shape_is_a_value_error(gold, at):
    with pytest.raises(ValueError, match=r"\S"):
        extraction_of("ner", gold, at)
