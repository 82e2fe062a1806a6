"""Sentences of PHEE."""

import pytest

from sfr import Argument
from sfr.data.layouts import RowSource
from sfr.data.layouts.phee import phee

TEXT = "Two boys may get a bad rash from mixing aspirin with zinc, or a fever."


def filled(*mentions, **parts):
    """A role that is filled by mentions, each a list of its fragments."""
    texts = [[mention] if isinstance(mention, str) else mention for mention in mentions]
    return {
        "text": texts,
        "start": [[TEXT.index(fragment) for fragment in fragments] for fragments in texts],
        "entity_id": [f"T{n}" for n, _ in enumerate(texts)],
        **parts,
    }


def event(**roles):
    return {"event_id": "E1", "event_type": "Adverse_event", "Trigger": filled("get"), **roles}


def read(*events, **changes):
    row = {"id": "123_4", "context": TEXT, "is_mult_event": False, "annotations": [{"events": list(events)}]}
    source = RowSource(rows=[{**row, **changes}])
    return list(phee(source)), source.problems


def only(*events):
    (found,), problems = read(*events)
    assert problems == []
    return found


def arguments(**roles):
    """Roles and words of the arguments of an event."""
    (found,) = only(event(**roles)).gold.events
    return [(argument.role, argument.text) for argument in found.arguments]


def test_the_text_is_the_original_one():
    assert only(event()).text == TEXT


def test_sentences_of_an_article_are_a_group():
    assert (only(event()).id, only(event()).group) == ("123_4", "123")


def test_an_id_without_an_article_is_its_own_group():
    (found,), _ = read(event(), id="x")
    assert found.group == "x"


def test_an_event_has_a_type_and_a_trigger():
    (found,) = only(event()).gold.events
    assert (found.type, found.trigger, found.trigger_at) == ("Adverse_event", "get", ((13, 16),))


def test_every_filler_of_a_role_is_an_argument():
    assert arguments(Effect=filled("rash", "fever")) == [("Effect", "rash"), ("Effect", "fever")]


def test_a_role_stands_before_its_parts():
    roles = {"Treatment": {"Drug": filled("aspirin", "zinc"), **filled("mixing aspirin")}, "Effect": filled("rash")}
    assert arguments(**roles) == [
        ("Treatment", "mixing aspirin"),
        ("Treatment.Drug", "aspirin"),
        ("Treatment.Drug", "zinc"),
        ("Effect", "rash"),
    ]


def test_fragments_are_joined_by_a_space():
    (found,) = only(event(Effect=filled(["bad", "fever"]))).gold.events
    assert found.arguments == (Argument("Effect", "bad fever", ((19, 22), (64, 69))),)


def test_a_trigger_may_be_in_fragments():
    (found,) = only({**event(), "Trigger": filled(["get", "from"])}).gold.events
    assert (found.trigger, found.trigger_at) == ("get from", ((13, 16), (28, 32)))


def test_a_combination_has_a_trigger_and_drugs():
    mixing = {"event_id": "E2", "event_type": "Combination", "Trigger": filled("mixing"), "Drug": filled("zinc")}
    assert arguments(Treatment=filled("aspirin", Combination=[mixing, mixing])) == [
        ("Treatment", "aspirin"),
        ("Combination.Trigger", "mixing"),
        ("Combination.Drug", "zinc"),
        ("Combination.Trigger", "mixing"),
        ("Combination.Drug", "zinc"),
    ]


@pytest.mark.parametrize("name", ["Negated", "Speculated", "Severity"])
def test_an_attribute_is_marked_as_one(name):
    assert arguments(**{name: filled("may", value=True)}) == [(f"@{name}", "may")]


def test_all_cues_of_an_attribute_are_one_mention():
    (found,) = only(event(Speculated=filled("may", "from", value=True))).gold.events
    assert found.arguments == (Argument("@Speculated", "may from", ((9, 12), (28, 32))),)


def test_all_events_are_read():
    assert [found.type for found in only(event(), {**event(), "event_type": "Other"}).gold.events] == [
        "Adverse_event",
        "Other",
    ]


def test_a_row_without_events_is_found_all_the_same():
    assert only().gold.events == ()


PATH = "annotations[0].events[0]"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"event_type": None}, f"expected `str` at {PATH}.event_type, found `null`"),
        ({"Trigger": None}, f"expected `object` at {PATH}.Trigger, found `null`"),
        ({"Trigger": filled()}, f"expected one trigger at {PATH}.Trigger, found 0"),
        ({"Trigger": filled("get", "from")}, f"expected one trigger at {PATH}.Trigger, found 2"),
        ({"Effect": "rash"}, f"expected `object` at {PATH}.Effect, found `str`"),
        ({"Effect": {"text": [["rash"]]}}, f"expected a field `start` at {PATH}.Effect, found none"),
        (
            {"Effect": {"text": ["rash"], "start": [[23]]}},
            f"expected `array` at {PATH}.Effect.text[0], found `str`",
        ),
        (
            {"Effect": {"text": [["bad", "rash"]], "start": [[19]]}},
            f"expected a start for every fragment at {PATH}.Effect, found [['bad', 'rash']] and [[19]]",
        ),
        (
            {"Effect": {"text": [["rash"]], "start": []}},
            f"expected a start for every fragment at {PATH}.Effect, found [['rash']] and []",
        ),
        (
            {"Subject": filled("boys", Age="two")},
            f"expected `object` at {PATH}.Subject.Age, found `str`",
        ),
        (
            {"Treatment": filled("zinc", Combination={"Drug": "zinc"})},
            f"expected `array` at {PATH}.Treatment.Combination, found `object`",
        ),
        (
            {"Treatment": filled("zinc", Combination=[{"Drug": "zinc"}])},
            f"expected `object` at {PATH}.Treatment.Combination[0].Drug, found `str`",
        ),
    ],
)
def test_an_event_that_is_not_as_it_must_be_is_noted(changed, message):
    assert read({**event(), **changed}) == ([], [(1, message)])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"context": 3}, "expected `str` at context, found `int`"),
        ({"annotations": [{}]}, "expected a field `events` at annotations[0], found none"),
    ],
)
def test_a_row_that_is_not_as_it_must_be_is_noted(changes, message):
    assert read(event(), **changes) == ([], [(1, message)])
