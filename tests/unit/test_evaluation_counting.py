"""Sums of units: labels, slots, and the settings of a convention that say which units are the same."""

import pytest

from sfr import Extraction, Schema
from sfr.evaluation import CONVENTIONS, Case, Sums, convention, count
from tests.strategies import extraction, records

HIT = [("attack", "hit", (("agent", "Ann"),))]


def cells(task, gold, pred, **given):
    """The sums by metric and label."""
    given = {"convention": CONVENTIONS["sfr"], **given}
    case = Case(task, extraction(task, gold), extraction(task, pred), given.get("text"), given.get("schema"))
    return count(case, given["convention"])


def summed(metric, task, gold, pred, **settings):
    """The sums of a metric over its labels."""
    found = cells(task, gold, pred, convention=convention(**settings))
    return tuple(sum(column) for column in zip(*(s for (name, _), s in found.items() if name == metric), strict=True))


def hits(first, second, part="entity", **settings):
    """Whether two entities that differ in a part are the same unit."""
    row = (lambda value: ("t", value)) if part == "entity" else (lambda value: (value, "m"))
    return summed("entity", "ner", [row(first)], [row(second)], **settings) == (1, 1, 1)


# -- metrics and labels ----------------------------------------------------------------------------


def test_entities_are_counted_by_type():
    assert cells("ner", [("a", "x"), ("a", "y"), ("b", "z")], [("a", "y"), ("c", "z")]) == {
        ("entity", "a"): Sums(gold=2, pred=1, hit=1),
        ("entity", "b"): Sums(1, 0, 0),
        ("entity", "c"): Sums(0, 1, 0),
        ("slot", "a"): Sums(1, 1, 0),
        ("slot", "b"): Sums(1, 1, 0),
        ("slot", "c"): Sums(1, 1, 0),
        ("slot_filled", "a"): Sums(1, 1, 0),
        ("slot_filled", "b"): Sums(1, 1, 0),
    }


def test_relations_are_counted_by_type_and_have_a_direction():
    found = cells("re", [("r", "a", "b"), ("s", "a", "b")], [("r", "b", "a"), ("s", "a", "b")])

    assert {label: sums for (metric, label), sums in found.items() if metric == "relation"} == {
        "r": Sums(1, 1, 0),
        "s": Sums(1, 1, 1),
    }


def test_triggers_are_counted_by_type_and_arguments_by_role():
    gold = [("attack", "hit", (("agent", "Ann"), ("victim", "Bob"))), ("meet", "met", (("agent", "Ann"),))]
    pred = [("attack", "hit", (("agent", "Ann"), ("place", "here")))]
    found = cells("ee", gold, pred)
    arguments = {"agent": Sums(2, 1, 1), "victim": Sums(1, 0, 0), "place": Sums(0, 1, 0)}

    assert {key: sums for key, sums in found.items() if "slot" not in key[0]} == {
        ("trigger_id", ""): Sums(2, 1, 1),
        ("trigger", "attack"): Sums(1, 1, 1),
        ("trigger", "meet"): Sums(1, 0, 0),
        **{
            (metric, role): sums
            for metric in ("argument", "argument_attached", "argument_matched")
            for role, sums in arguments.items()
        },
    }


def test_arguments_without_their_role_are_compared_with_their_event_type():
    gold = [("attack", "hit", (("agent", "Ann"),))]
    pred = [("attack", "shot", (("victim", "Ann"),)), ("meet", "hit", (("agent", "Ann"),))]

    assert summed("argument_id", "ee", gold, pred, name="knowcoder") == (1, 2, 1)


def test_arguments_without_their_role_may_be_compared_with_their_trigger():
    text = "Ann hit and shot"
    found = cells("ee", HIT, [("attack", "hit", (("victim", "Ann"),))], text=text, convention=CONVENTIONS["textee"])

    assert found == {}  # gold has no places
    assert "argument_attached_id_span" in CONVENTIONS["textee"].metrics["ee"]


def test_labels_of_matched_arguments_do_not_depend_on_the_order_of_gold():
    gold = [("attack", "hit", (("agent", "Ann"),)), ("attack", "shot", (("victim", "Bob"),))]
    pred = [("attack", "blow", (("agent", "Ann"), ("victim", "Bob")))]

    assert cells("ee", gold, pred) == cells("ee", gold[::-1], pred)


def test_one_text_has_no_units_of_another_task():
    both = Extraction(
        entities=extraction("ner", [("a", "x")]).entities, relations=extraction("re", [("r", "a", "b")]).relations
    )
    found = count(Case("re", both, both), CONVENTIONS["sfr"])

    assert {metric for metric, _ in found} == {"relation", "slot", "slot_filled"}


# -- whole slots -----------------------------------------------------------------------------------


def slots(task, gold, pred, *types):
    """Whether each slot is right, by metric."""
    found = cells(task, gold, pred, schema=Schema(types) if types else None)
    return {key: sums.hit for key, sums in found.items() if "slot" in key[0]}


def test_slots_are_those_of_the_schema():
    assert slots("ner", [("a", "x")], [("a", "x"), ("d", "x")], "a", "b") == {
        ("slot", "a"): 1,
        ("slot", "b"): 1,
        ("slot_filled", "a"): 1,
    }


def test_slots_without_a_schema_are_those_that_either_side_fills():
    assert slots("re", [("a", "x", "y")], [("b", "x", "y")]) == {
        ("slot", "a"): 0,
        ("slot", "b"): 0,
        ("slot_filled", "a"): 0,
    }


def test_a_slot_is_wrong_for_one_value_too_many_or_too_few():
    gold = [("a", "x"), ("a", "y"), ("b", "x"), ("c", "x")]
    pred = [("a", "x"), ("b", "x"), ("b", "y"), ("c", "x"), ("c", "x")]
    assert slots("ner", gold, pred, "a", "b", "c") == {
        **{("slot", kind): right for kind, right in (("a", 0), ("b", 0), ("c", 1))},
        **{("slot_filled", kind): right for kind, right in (("a", 0), ("b", 0), ("c", 1))},
    }


def test_a_slot_of_events_holds_triggers_without_arguments_as_well():
    gold = [*HIT, ("attack", "shot", ())]
    assert slots("ee", gold, HIT, "attack")["slot", "attack"] == 0
    assert slots("ee", gold, gold[::-1], "attack")["slot", "attack"] == 1


def test_the_types_of_a_schema_are_compared_as_the_convention_says():
    given = {"schema": Schema(("Date Of Birth",)), "convention": convention(types="words")}

    assert cells("ner", [("dateOfBirth", "x")], [("date-of-birth", "x")], **given)["slot", "date of birth"].hit == 1


# -- repeats ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("duplicates", "expected"), [("set", (1, 1, 1)), ("multiset", (2, 3, 2)), ("each", (2, 3, 3))])
@pytest.mark.parametrize(("task", "row"), [("ner", ("a", "x")), ("re", ("a", "x", "y"))])
def test_repeats_count_not_at_all_or_once_for_each_of_gold_or_always(task, row, duplicates, expected):
    metric = {"ner": "entity", "re": "relation"}[task]

    assert summed(metric, task, [row] * 2, [row] * 3, duplicates=duplicates) == expected


def test_repeats_of_a_wrong_unit_count_as_often_as_they_are_written():
    gold, pred = [("a", "x")], [("a", "y"), ("a", "y")]

    assert summed("entity", "ner", gold, pred, duplicates="set") == (1, 1, 0)
    assert summed("entity", "ner", gold, pred, duplicates="multiset") == (1, 2, 0)
    assert summed("entity", "ner", gold, pred, duplicates="each") == (1, 2, 0)


def test_units_that_are_the_same_only_under_the_convention_are_repeats():
    gold, pred = [("a", "x")], [("a", "x"), ("a", "X")]

    assert summed("entity", "ner", gold, pred) == (1, 2, 1)
    assert summed("entity", "ner", gold, pred, caseless=("entity",)) == (1, 1, 1)


# -- texts without units ---------------------------------------------------------------------------


@pytest.mark.parametrize("empty", ["unit", "entities"])
def test_having_no_entities_may_be_a_unit_that_both_sides_share(empty):
    found = {(): {}, ("a", "x"): {("entity", "a")}}
    none = ("entity", "(none)")
    for gold in found:
        for pred in found:
            rows = [[side] if side else [] for side in (gold, pred)]
            units = {
                key: s
                for key, s in cells("ner", *rows, convention=convention(empty=empty)).items()
                if "slot" not in key[0]
            }
            expected = {}
            for key in {none, ("entity", "a")}:
                in_gold, in_pred = (key in (found[side] or {none}) for side in (gold, pred))
                if in_gold or in_pred:
                    expected[key] = Sums(in_gold, in_pred, in_gold and in_pred)
            assert units == expected


@pytest.mark.parametrize(
    ("empty", "expected"), [("nothing", {}), ("entities", {}), ("unit", {"(none)": Sums(1, 1, 1)})]
)
def test_having_no_relations_is_a_unit_only_where_everything_is(empty, expected):
    found = cells("re", [], [], convention=convention(empty=empty))

    assert {label: sums for (metric, label), sums in found.items() if metric == "relation"} == expected


def test_an_answer_that_cannot_be_read_does_not_share_the_lack_of_units():
    case = Case("ner", Extraction(), Extraction(), readable=False)
    found = count(case, convention(empty="unit"))

    assert found == {("entity", "(none)"): Sums(1, 0, 0), ("entity", "(unreadable)"): Sums(0, 1, 0)}


def test_an_answer_that_cannot_be_read_is_as_one_without_units_where_these_count_nothing():
    assert count(Case("ner", Extraction(), Extraction(), readable=False), CONVENTIONS["sfr"]) == {}


# -- what is the same ------------------------------------------------------------------------------

SHOUTED = {
    "entity": ("ner", "entity", [("t", "m")], [("t", "M")]),
    "relation": ("re", "relation", [("t", "m", "n")], [("t", "M", "N")]),
    "trigger": ("ee", "trigger", [("t", "m", ())], [("t", "M", ())]),
    "argument": ("ee", "argument", [("t", "m", (("r", "n"),))], [("t", "m", (("r", "N"),))]),
    "type": ("ner", "entity", [("t", "m")], [("T", "m")]),
}


@pytest.mark.parametrize("part", SHOUTED)
def test_case_is_ignored_in_the_parts_that_are_named_and_in_no_other(part):
    task, metric, gold, pred = SHOUTED[part]
    others = tuple(other for other in SHOUTED if other != part)

    assert summed(metric, task, gold, pred, caseless=(part,)) == (1, 1, 1)
    assert summed(metric, task, gold, pred, caseless=others) == (1, 1, 0)


def test_roles_are_types_where_case_is_ignored():
    gold, pred = [("t", "m", (("r", "n"),))], [("t", "m", (("R", "n"),))]

    assert summed("argument_attached", "ee", gold, pred, caseless=("type",)) == (1, 1, 1)
    assert summed("argument_matched", "ee", gold, pred, caseless=("type",)) == (1, 1, 1)


def test_letters_are_folded_rather_than_lowered():
    assert hits("Straße", "STRASSE", caseless=("entity",))


@pytest.mark.parametrize(
    ("equality", "same", "different"),
    [
        ("exact", [("x-ray", "x-ray")], [("x-ray", "x -ray"), ("Ann", "ann"), ("the dog", "dog")]),
        ("spaceless", [("x - ray", "x-ray"), ("北 京", "北京")], [("x-ray", "xray"), ("the dog", "dog")]),
        ("words", [("The U.S.", "US"), ("a dog, an ox", "dog ox"), ("dog", "dog.")], [("dog", "Dog"), ("then", "n")]),
        ("marks", [("x - ray", "x-ray"), ("Ann 's", "Ann's"), ("Ann\u2019s", "Ann's"), ("a , b", "a,b"), ("{a}", "a"), ("a..", "a."), ("location", "located")], [("x-ray", "xray"), ("a b", "ab"), ("dog", "Dog")]),
    ],
)  # fmt: skip
def test_mentions_are_the_same_up_to_what_the_equality_ignores(equality, same, different):
    assert [pair for pair in same if not hits(*pair, equality=equality)] == []
    assert [pair for pair in different if hits(*pair, equality=equality)] == []


def test_a_comma_may_move_between_head_and_tail_where_space_beside_marks_is_ignored():
    gold, pred = [("r", "Bonn, Berlin", "Ulm")], [("r", "Bonn", "Berlin, Ulm")]

    assert summed("relation", "re", gold, pred, equality="marks") == (1, 1, 1)
    assert summed("relation", "re", gold, pred) == (1, 1, 0)


@pytest.mark.parametrize("equality", ["spaceless", "words"])
def test_the_equality_of_mentions_is_not_that_of_types(equality):
    assert not hits("the - group", "group", part="type", equality=equality)
    assert not hits("B cell", "Bcell", part="type", equality=equality)
    assert cells("ner", [("A", "x")], [("A", "x")], convention=convention(equality=equality))["entity", "A"].hit == 1


WRITINGS = [
    "date of birth",
    "DateOfBirth",
    "dateOfBirth",
    "date_of_birth",
    "date-of-birth",
    "DATE_OF_BIRTH",
    "Date  of birth",
]


@pytest.mark.parametrize("writing", WRITINGS)
def test_types_as_words_are_the_same_however_the_words_are_joined(writing):
    assert hits("Date Of Birth", writing, part="type", types="words")


@pytest.mark.parametrize(
    ("first", "second"),
    [("birthdate", "birth date"), ("a+b", "ab"), ("type 1", "type 2"), ("C#", "C"), ("人物", "地点")],
)
def test_types_as_words_differ_by_their_words_digits_and_signs(first, second):
    assert not hits(first, second, part="type", types="words")
    assert hits(first, first, part="type", types="words")


def test_types_as_words_leave_mentions_as_they_are():
    assert not hits("NewYork", "New York", types="words")


# -- whole answers ---------------------------------------------------------------------------------


def answers(gold, pred):
    """Whether the events and the triggers are all right."""
    found = cells("ee", gold, pred, convention=CONVENTIONS["instructuie"])
    return tuple(found[metric, ""].hit for metric in ("answer", "answer_triggers"))


def test_an_answer_is_right_with_all_its_events_in_any_order():
    other = ("meet", "met", ())

    assert answers([*HIT, other], [other, *HIT])[0] == 1
    assert answers([*HIT, other], HIT) == (0, 0)
    assert answers([], []) == (1, 1)


def test_an_answer_with_wrong_arguments_may_have_the_right_triggers():
    assert answers(HIT, [("attack", "hit", ())]) == (0, 1)


def test_a_convention_counts_the_metrics_that_it_names_and_no_other():
    rows = {"ner": [("a", "x")], "re": [("a", "x", "y")], "ee": HIT}
    for named in CONVENTIONS.values():
        for task, found in rows.items():
            units = cells(task, found, found, convention=named)
            without_places = {metric for metric in named.metrics[task] if not metric.endswith("_span")}
            assert {metric for metric, _ in units} == without_places
            assert records(task, found)
