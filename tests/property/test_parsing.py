"""Laws of reading: nothing raises, what is written comes back, twice is the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sfr
from sfr import Argument, Entity, Event, Extraction, Normalizer, Relation
from sfr.formats import CODES
from sfr.parsing import RUNGS

TASKS = ("ner", "re", "ee")
STATUSES = {"ok", "recovered", "unparsable"}

# -- any text at all ------------------------------------------------------------------------------

FRAGMENTS = st.sampled_from(
    [
        *"{}[]()<>\"',:;|=.\\ \n\t0-",
        *(
            '{"',
            '"}',
            '": "',
            '": ["',
            '"], "',
            "['",
            "']",
            "[[",
            "]]",
            "```",
            "```json\n",
            "None",
            "null",
            "NaN",
            "1e5",
        ),
        *(
            "<think>",
            "</think>",
            "<answer>",
            "</answer>",
            "<extra_id_0>",
            "<extra_id_5>",
            "<extra_id_1>",
            "person",
            "location",
        ),
        *(
            '"trigger"',
            '"arguments"',
            '"head"',
            '"tail"',
            '"relation"',
            '"type"',
            '"text"',
            '"ner"',
            '"tokens"',
            "Role: ",
            "a, b",
        ),
        *(
            "Person(",
            "span=",
            "result = ",
            "[1, 2, ",
            "\\u00e9",
            "\\ud83d",
            "\ud83d",
            "\ufeff",
            "\x00",
            "é",
            "中",
            "Kevin",
            " Therese",
        ),
    ]
)
BROKEN = st.lists(FRAGMENTS, max_size=40).map("".join)
ANY = st.one_of(st.text(), BROKEN)
SCHEMAS = st.sampled_from([None, ["person"], ["person", "location"], {"person": ["Role", "Subject"]}])


def sound(parsed):
    assert parsed.status in STATUSES
    assert [rung for rung in RUNGS if rung in parsed.rungs] == [*parsed.rungs]
    assert {problem.code for problem in parsed.problems} <= CODES.keys()
    assert (parsed.format in sfr.FORMATS) == (parsed.status != "unparsable")
    if parsed.status == "unparsable":
        assert Extraction() == parsed.extraction
        assert parsed.problems
    else:
        assert bool(parsed.rungs) == (parsed.status == "recovered")


@given(ANY, st.sampled_from(TASKS), st.one_of(st.none(), st.text(), BROKEN), SCHEMAS)
def test_no_text_ever_raises_and_the_account_is_sound(output, task, text, schema):
    sound(sfr.parse(output, task, text, schema))


@given(
    BROKEN, st.sampled_from(TASKS), st.sampled_from(list(sfr.FORMATS)), st.sampled_from(["source", "space", "atomic"])
)
def test_no_text_ever_raises_in_a_named_format(output, task, fmt, split):
    sound(sfr.parse(output, task, "Kevin met Therese", format=fmt, split=split))


@given(ANY, st.sampled_from(TASKS), SCHEMAS)
def test_reading_twice_is_the_same(output, task, schema):
    assert sfr.parse(output, task, output, schema) == sfr.parse(output, task, output, schema)


@given(ANY, st.sampled_from(TASKS), SCHEMAS)
def test_every_unit_is_in_its_normal_form_and_no_mention_is_empty(output, task, schema):
    extraction = sfr.parse(output, task, None, schema).extraction
    strings = [s for e in extraction.entities for s in (e.type, e.text)]
    strings += [s for r in extraction.relations for s in (r.type, r.head, r.tail)]
    strings += [s for e in extraction.events for s in (e.type, *(s for a in e.arguments for s in (a.role, a.text)))]
    assert [s for s in strings if not s or Normalizer()(s) != s] == []
    assert [e for e in extraction.events if not (e.trigger or e.arguments)] == []


@given(ANY, st.sampled_from(TASKS), SCHEMAS)
def test_strict_reading_raises_a_parse_error_or_gives_what_lenient_reading_gives(output, task, schema):
    lenient = sfr.parse(output, task, None, schema)
    clean = lenient.status == "ok" and not lenient.problems
    if clean:
        assert lenient == sfr.parse(output, task, None, schema, strict=True)
    else:
        with pytest.raises(sfr.ParseError):
            sfr.parse(output, task, None, schema, strict=True)


@given(BROKEN, st.sampled_from(TASKS))
def test_what_was_read_can_be_written_and_read_again(output, task):
    first = sfr.parse(output, task).extraction
    again = sfr.parse(sfr.dump(first, task), task).extraction
    assert same(first, again)


# -- what is written comes back -------------------------------------------------------------------

normal = Normalizer()
ROUGH = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).map(normal).filter(bool)
"""Any text in its normal form: what a lossless format must hold."""
TAME = st.text(st.sampled_from("abcXYZ0é中-."), min_size=1, max_size=5)
PLAIN = st.lists(TAME, min_size=1, max_size=3).map(" ".join)
"""Words without what the formats of lines use for themselves."""
NAMES = [
    "person",
    "used for",
    "Adverse_event",
    "Treatment.Drug",
    "part-of",
    "entity",
    "relation",
    "event",
    "x1",
    "组织 关系",
]
ASCII_NAMES = NAMES[:-1]


def extractions(task, mentions, names=NAMES):
    names = st.sampled_from(names)
    if task == "ner":
        return st.lists(st.builds(Entity, names, mentions), max_size=5).map(lambda x: Extraction(entities=tuple(x)))
    if task == "re":
        found = st.lists(st.builds(Relation, names, mentions, mentions), max_size=5)
        return found.map(lambda x: Extraction(relations=tuple(x)))
    arguments = st.lists(st.builds(Argument, names, mentions), max_size=3).map(tuple)
    return st.lists(st.builds(Event, names, mentions, arguments), max_size=4).map(lambda x: Extraction(events=tuple(x)))


def same(a, b):
    """Equal but for the order of types, as objects keyed by type have it."""

    def in_order(units):
        return sorted(units, key=lambda unit: unit.type)

    def by_role(events):
        return [Event(e.type, e.trigger, tuple(sorted(e.arguments, key=lambda a: a.role))) for e in in_order(events)]

    return (
        in_order(a.entities) == in_order(b.entities)
        and in_order(a.relations) == in_order(b.relations)
        and by_role(a.events) == by_role(b.events)
    )


def schema_of(task):
    return {"types": NAMES, "roles": NAMES} if task == "ee" else NAMES


def names_of(fmt):
    return ASCII_NAMES if fmt == "calls" else NAMES


LOSSLESS = [
    *(("records", task) for task in TASKS),
    ("iepile", "ner"),
    ("iepile", "re"),
    ("lists", "ner"),
    ("lists", "re"),
    ("triples", "ner"),
    ("triples", "re"),
    *(("calls", task) for task in TASKS),
]
"""Formats that hold any mention."""
WRITTEN = [*LOSSLESS, ("iepile", "ee"), ("lists", "ee")]
"""With those that leave out arguments such as "NAN"."""

WRAPPINGS = {
    "nothing": "{}",
    "fence": "```json\n{}\n```",
    "bare fence": "```\n{}\n```",
    "thinking": "<think>\nNow, the mentions. First draft: none.\n</think>\n\n{}",
    "empty thinking": "<think></think>{}",
    "thinking begun in the prompt": "so there are some\n</think>\n{}",
    "answer": "<answer>{}</answer>",
    "talk": "Sure! Here is what I found:\n\n{}\n\nAnything else?",
    "all": "<think>hm</think> Well: <answer>Here:\n```json\n{}\n```\nDone.</answer> Bye.",
}


@pytest.mark.parametrize(("fmt", "task"), LOSSLESS, ids=map(" ".join, LOSSLESS))
@given(data=st.data())
def test_a_lossless_format_gives_back_any_mention(fmt, task, data):
    extraction = data.draw(extractions(task, ROUGH, names_of(fmt)))
    parsed = sfr.parse(sfr.dump(extraction, task, format=fmt), task, schema=schema_of(task))
    assert same(extraction, parsed.extraction)
    assert (parsed.status, parsed.problems) == ("ok", ())


@pytest.mark.parametrize(("fmt", "task"), WRITTEN, ids=map(" ".join, WRITTEN))
@given(data=st.data(), wrapping=st.sampled_from(list(WRAPPINGS)), by_name=st.booleans())
def test_wrapping_changes_nothing_that_is_read_by_shape_or_by_name(fmt, task, data, wrapping, by_name):
    extraction = data.draw(extractions(task, PLAIN, names_of(fmt)))
    output = WRAPPINGS[wrapping].replace("{}", sfr.dump(extraction, task, format=fmt))
    parsed = sfr.parse(output, task, schema=schema_of(task), format=fmt if by_name else "auto")
    assert same(extraction, parsed.extraction)
    assert ("ok" if wrapping == "nothing" else "recovered") == parsed.status
    assert parsed.problems == ()


@given(st.lists(ROUGH, max_size=6), st.sampled_from(NAMES))
def test_a_bare_list_gives_back_any_mention_of_its_one_type(values, kind):
    extraction = Extraction(entities=tuple(Entity(kind, value) for value in values))
    assert extraction == sfr.parse(sfr.dump(extraction, "ner", format="universalner"), "ner", schema=[kind]).extraction


@pytest.mark.parametrize("task", TASKS)
@given(data=st.data(), wrapping=st.sampled_from(["nothing", "thinking", "empty thinking", "answer"]))
def test_lines_give_back_plain_mentions(task, data, wrapping):
    extraction = data.draw(extractions(task, PLAIN, ASCII_NAMES))
    output = WRAPPINGS[wrapping].replace("{}", sfr.dump(extraction, task, format="instructuie"))
    assert extraction == sfr.parse(output, task, schema=schema_of(task)).extraction


def without_repeats(extraction):
    """Slots write each string of a type once."""
    return Extraction(
        tuple(dict.fromkeys(extraction.entities)),
        tuple(dict.fromkeys(extraction.relations)),
        tuple(dict.fromkeys(extraction.events)),
    )


@pytest.mark.parametrize("task", TASKS)
@given(data=st.data(), wrapping=st.sampled_from(list(WRAPPINGS)))
def test_slots_joined_by_a_bar_give_back_plain_mentions_without_the_text(task, data, wrapping):
    extraction = without_repeats(data.draw(extractions(task, PLAIN)))
    output = WRAPPINGS[wrapping].replace("{}", sfr.dump(extraction, task, format="slots", joiner=" | "))
    parsed = sfr.parse(output, task, schema=schema_of(task))
    assert same(extraction, parsed.extraction)


@given(st.lists(st.lists(st.integers(0, 10**6), min_size=1, max_size=3), min_size=1, max_size=6))
def test_slots_joined_by_a_space_give_back_what_stands_apart_in_the_text(numbers):
    """Words that occur once each: every value is one run of the text, and no two of them touch."""
    words = iter(range(10**9))
    values = [" ".join(f"w{next(words)}" for _ in group) for group in numbers]
    text = " and ".join(values)
    extraction = Extraction(entities=tuple(Entity("x", value) for value in values))
    assert extraction == sfr.parse(sfr.dump(extraction, "ner", format="slots"), "ner", text).extraction
