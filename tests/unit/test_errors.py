"""The classes of findings by example: what is paired with what, and what is left."""

import time

import pytest

from sfr import Argument, Entity, Event, Extraction, Relation
from sfr.evaluation.errors import KINDS, EventArgument, Finding, Trigger, confusions, counts, findings


def entities(*rows):
    return Extraction(entities=tuple(Entity(*row) for row in rows))


def relations(*rows):
    return Extraction(relations=tuple(Relation(*row) for row in rows))


def events(*rows):
    return Extraction(
        events=tuple(Event(kind, trigger, tuple(Argument(*pair) for pair in pairs)) for kind, trigger, pairs in rows)
    )


def kinds(task, gold, pred, text=None):
    """What was found, without the hits: what of, class, and what is known of both units as plain tuples."""
    return [
        (found.of, found.kind, plain(found.gold), plain(found.pred))
        for found in findings(task, gold, pred, text)
        if found.kind != "hit"
    ]


def plain(unit):
    if unit is None:
        return None
    names = {
        Entity: ("type", "text"),
        Relation: ("type", "head", "tail"),
        Trigger: ("type", "text"),
        EventArgument: ("trigger", "role", "text"),
    }
    return tuple(getattr(unit, name) for name in names[type(unit)])


def entity_kinds(gold, pred, text=None):
    """The classes of two lists of entities, each written as ``TYPE text``."""
    sides = [entities(*(row.split(" ", 1) for row in rows)) for rows in (gold, pred)]
    return [found.kind for found in findings("ner", *sides, text)]


# -- entities ---------------------------------------------------------------------------------


def test_nothing_is_found_in_nothing():
    assert findings("ner", Extraction(), Extraction()) == ()


def test_the_same_mention_with_the_same_type_is_a_hit():
    found = findings("ner", entities(("PER", "Ann")), entities(("PER", "Ann")))

    assert found == (Finding("entity", "hit", Entity("PER", "Ann"), Entity("PER", "Ann")),)


@pytest.mark.parametrize(
    ("gold", "pred", "kind"),
    [
        ("LOC Paris", "PER Paris", "type"),
        ("ORG the White House", "ORG White House", "boundary"),
        ("ORG White House", "ORG the White House staff", "boundary"),
        ("LOC New York City", "LOC York City Council", "boundary"),
        ("ORG NASA", "ORG Nasa", "boundary"),
        ("ORG U.S. Army", "ORG Army", "boundary"),
        ("LOC 北京", "LOC 北京大学", "boundary"),
        ("LOC New York", "ORG New York Times", "type+boundary"),
    ],
)
def test_a_pair_of_entities_has_its_class(gold, pred, kind):
    assert entity_kinds([gold], [pred]) == [kind]


@pytest.mark.parametrize(
    ("gold", "pred"),
    [
        ("PER President Bush", "PER President Clinton"),
        ("PER George Bush", "PER Laura Bush"),
        ("ORG University of", "ORG of California"),
        ("EVENT in", "EVENT took in"),
        ("ORG U.S.", "ORG . . ."),
        ("PER Ann", "PER Annabel"),
    ],
)
def test_mentions_that_could_not_overlap_or_share_little_words_alone_are_not_paired(gold, pred):
    assert entity_kinds([gold], [pred]) == ["missed", "spurious"]


def test_a_mention_that_is_not_in_the_text_is_invented():
    found = entity_kinds([], ["PER Ann", "PER Bob"], "Ann left.")

    assert found == ["spurious", "invented"]


def test_without_the_text_nothing_is_invented():
    assert entity_kinds([], ["PER Bob"]) == ["spurious"]


def test_a_mention_that_overlaps_gold_is_not_invented_even_if_it_is_not_in_the_text():
    assert entity_kinds(["PER Ann"], ["PER Miss Ann"], "Ann left.") == ["boundary"]


def test_the_closest_class_is_paired_first():
    gold = entities(("LOC", "Paris"), ("PER", "Paris Hilton"))
    pred = entities(("PER", "Paris"))

    assert kinds("ner", gold, pred) == [
        ("entity", "type", ("LOC", "Paris"), ("PER", "Paris")),
        ("entity", "missed", ("PER", "Paris Hilton"), None),
    ]


def test_those_that_share_the_most_words_are_paired_first():
    gold = entities(("LOC", "New York City"))
    pred = entities(("LOC", "City"), ("LOC", "York City Hall"), ("LOC", "York"))

    assert kinds("ner", gold, pred)[0] == (
        "entity",
        "boundary",
        ("LOC", "New York City"),
        ("LOC", "York City Hall"),
    )


def test_of_those_that_share_the_same_words_the_shortest_is_paired():
    gold = entities(("LOC", "York"))
    pred = entities(("LOC", "A York minster"), ("LOC", "New York"))

    assert kinds("ner", gold, pred)[0] == ("entity", "boundary", ("LOC", "York"), ("LOC", "New York"))


def test_a_unit_is_paired_once():
    assert entity_kinds(["LOC York"], ["LOC New York", "LOC York minster"]) == ["boundary", "spurious"]


def test_repeats_count_once():
    assert entity_kinds(["PER Ann", "PER Ann"], ["PER Ann", "PER Ann", "PER Ann"]) == ["hit"]


def test_of_several_writings_the_one_that_stands_first_in_the_text_is_kept():
    gold = entities(("PER", "Ann"), ("PER", "Ann", ((20, 23),)), ("PER", "Ann", ((3, 6),)))

    (found,) = findings("ner", gold, Extraction())

    assert found.gold.at == ((3, 6),)


# -- places -----------------------------------------------------------------------------------


def test_places_decide_where_all_are_known():
    gold = entities(("LOC", "Paris", ((0, 5),)))
    apart = entities(("LOC", "Paris Hilton", ((30, 42),)))
    over = entities(("LOC", "ris is", ((2, 8),)))

    assert [found.kind for found in findings("ner", gold, apart)] == ["missed", "spurious"]
    assert [found.kind for found in findings("ner", gold, over)] == ["boundary"]


def test_words_decide_where_some_place_is_not_known():
    gold = entities(("LOC", "Paris", ((0, 5),)))
    pred = entities(("LOC", "Paris Hilton", ((30, 42),)), ("PER", "Ann"))

    assert [found.kind for found in findings("ner", gold, pred)] == ["boundary", "spurious"]


def test_ranges_that_touch_do_not_overlap():
    gold, pred = entities(("LOC", "New", ((0, 3),))), entities(("LOC", " York", ((3, 8),)))

    assert [found.kind for found in findings("ner", gold, pred)] == ["missed", "spurious"]


def test_the_place_of_any_writing_and_of_any_piece_counts():
    gold = entities(("LOC", "Paris", ((0, 5),)), ("LOC", "Paris", ((30, 35),)))
    pred = entities(("LOC", "big Hilton", ((12, 15), (34, 42))))

    assert [found.kind for found in findings("ner", gold, pred)] == ["boundary"]


def test_ranges_that_end_together_are_closer_than_others():
    gold = entities(("LOC", "York", ((4, 8),)))
    pred = entities(("LOC", "York minster", ((5, 16),)), ("LOC", "in New York", ((0, 8),)))

    assert kinds("ner", gold, pred)[0] == ("entity", "boundary", ("LOC", "York"), ("LOC", "in New York"))


# -- relations --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pred", "kind"),
    [
        (("owns", "Bill Gates", "Microsoft Corp"), "type"),
        (("leads", "Microsoft Corp", "Bill Gates"), "reversed"),
        (("leads", "Gates", "Microsoft Corp"), "boundary"),
        (("leads", "Bill Gates", "Microsoft"), "boundary"),
        (("leads", "Gates", "the Microsoft Corp"), "boundary"),
        (("leads", "Ballmer", "Microsoft Corp"), "head"),
        (("leads", "Bill Gates", "Apple"), "tail"),
    ],
)
def test_a_pair_of_relations_has_its_class(pred, kind):
    gold = ("leads", "Bill Gates", "Microsoft Corp")

    assert kinds("re", relations(gold), relations(pred)) == [("relation", kind, gold, pred)]


@pytest.mark.parametrize(
    "pred",
    [("leads", "Ballmer", "Apple"), ("owns", "Gates", "Apple"), ("owns", "Microsoft", "Gates")],
)
def test_relations_of_which_two_parts_differ_are_not_paired(pred):
    gold = ("leads", "Gates", "Microsoft")

    assert [found.kind for found in findings("re", relations(gold), relations(pred))] == ["missed", "spurious"]


def test_a_relation_is_invented_if_one_of_its_ends_is_not_in_the_text():
    pred = relations(("leads", "Ann", "Apple"), ("leads", "Ann", "Bob"))

    assert [found.kind for found in findings("re", Extraction(), pred, "Ann met Bob.")] == ["spurious", "invented"]


def test_the_same_head_and_tail_is_no_reversed_pair():
    gold, pred = relations(("knows", "Ann", "Ann")), relations(("knows", "Ann", "Ann"))

    assert [found.kind for found in findings("re", gold, pred)] == ["hit"]


# -- events -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pred", "kind"),
    [
        (("Injure", "bombed"), "type"),
        (("Attack", "was bombed"), "boundary"),
        (("Injure", "was bombed"), "type+boundary"),
    ],
)
def test_a_pair_of_triggers_has_its_class(pred, kind):
    gold = ("Attack", "bombed")

    assert kinds("ee", events((*gold, ())), events((*pred, ()))) == [("trigger", kind, gold, pred)]


def test_another_trigger_with_arguments_of_the_same_event_is_another_word():
    gold = events(("Attack", "bombed", [("Place", "Oslo")]))
    pred = events(("Attack", "struck", [("Place", "Oslo")]))

    assert [(found.of, found.kind) for found in findings("ee", gold, pred)] == [
        ("trigger", "word"),
        ("argument", "hit"),
    ]


def test_another_trigger_without_arguments_of_the_same_event_is_not_paired():
    gold, pred = events(("Attack", "bombed", ())), events(("Attack", "struck", ()))

    assert [found.kind for found in findings("ee", gold, pred)] == ["missed", "spurious"]


@pytest.mark.parametrize(
    ("pred", "kind"),
    [
        (("Target", "two men"), "role"),
        (("Victim", "men"), "boundary"),
        (("Target", "men"), "role+boundary"),
    ],
)
def test_a_pair_of_arguments_of_one_event_has_its_class(pred, kind):
    gold = ("Victim", "two men")
    found = kinds("ee", events(("Attack", "bombed", [gold])), events(("Attack", "bombed", [pred])))

    assert found == [("argument", kind, ("bombed", *gold), ("bombed", *pred))]


@pytest.mark.parametrize("other", [("Attack", "struck"), ("Injure", "bombed")])
def test_an_argument_at_another_event_is_an_error_of_the_event(other):
    gold = events(("Attack", "bombed", [("Place", "Oslo"), ("Time", "May")]), (*other, ()))
    pred = events(("Attack", "bombed", [("Place", "Oslo")]), (*other, [("Time", "May")]))

    assert kinds("ee", gold, pred) == [
        ("argument", "event", ("bombed", "Time", "May"), (other[1], "Time", "May")),
    ]


def test_an_argument_with_another_role_at_another_event_is_not_paired():
    gold = events(("Attack", "bombed", [("Place", "Oslo")]))
    pred = events(("Injure", "hurt", [("Origin", "Oslo")]))
    found = findings("ee", gold, pred)

    assert [one.kind for one in found if one.of == "argument"] == ["missed", "spurious"]


def test_an_argument_is_invented_by_its_own_mention():
    pred = events(("Attack", "bombed", [("Place", "Oslo"), ("Place", "Rome")]))
    found = findings("ee", Extraction(), pred, "Oslo was bombed.")

    assert counts(found) == {
        ("trigger", "spurious"): 1,
        ("argument", "spurious"): 1,
        ("argument", "invented"): 1,
    }


def test_events_with_the_same_type_and_trigger_are_one():
    gold = events(("Attack", "bombed", [("Place", "Oslo"), ("Time", "May")]))
    pred = events(("Attack", "bombed", [("Place", "Oslo")]), ("Attack", "bombed", [("Time", "May")]))

    assert counts(findings("ee", gold, pred)) == {("trigger", "hit"): 1, ("argument", "hit"): 2}


# -- in total ---------------------------------------------------------------------------------


def test_findings_come_in_the_order_of_their_kinds():
    gold = entities(("LOC", "Oslo"), ("PER", "Ann"), ("PER", "Bob Dylan"), ("ORG", "UN"))
    pred = entities(("PER", "Dylan"), ("ORG", "Oslo"), ("ORG", "UN"), ("ORG", "EU"), ("ORG", "UNESCO"))
    found = findings("ner", gold, pred, "Oslo Ann Bob Dylan UN EU")

    assert [one.kind for one in found] == ["hit", "type", "boundary", "missed", "spurious", "invented"]


def test_confusions_are_of_types_and_of_roles():
    gold = events(("Attack", "bombed", [("Victim", "men"), ("Place", "Oslo")]), ("Meet", "talk", ()))
    pred = events(("Attack", "bombed", [("Target", "men"), ("Place", "in Oslo")]), ("Phone", "talk", ()))

    assert confusions(findings("ee", gold, pred)) == {
        ("trigger", "Meet", "Phone"): 1,
        ("argument", "Victim", "Target"): 1,
    }


def test_every_kind_ends_with_what_has_no_counterpart():
    assert {names[-3:] for names in KINDS.values()} == {("missed", "spurious", "invented")}


# -- bounds -----------------------------------------------------------------------------------


GOLD = {
    "ner": entities(*(("A", f"the word {n}") for n in range(20))),
    "re": relations(*(("A", f"the word {n}", f"a word {n}") for n in range(20))),
    "ee": events(*(("A", f"the word {n}", [("role", f"a word {n}")]) for n in range(20))),
}
HOSTILE = {
    "ner": entities(*(("A", f"word {n} the word") for n in range(10_000))),
    "re": relations(*(("A", f"word {n} the word", f"word {n} a") for n in range(10_000))),
    "ee": events(*(("A", f"word {n} the word", [("role", f"word {n} a")]) for n in range(5_000))),
}


@pytest.mark.parametrize("task", GOLD)
def test_ten_thousand_units_take_seconds_at_most(task):
    begun = time.perf_counter()
    found = findings(task, GOLD[task], HOSTILE[task], "the text")

    assert sum(one.pred is not None for one in found) == 10_000
    assert time.perf_counter() - begun < 5  # far below one second on a machine that is not busy


@pytest.mark.parametrize("words", [" ".join(f"w{n}" for n in range(50_000)), "w " * 50_000])
def test_a_mention_without_end_takes_seconds_at_most(words):
    gold = entities(("A", "w"), ("A", "w w"), ("A", "w7 w8 w9"))
    begun = time.perf_counter()
    found = findings("ner", gold, entities(("A", words.strip())))

    assert [one.kind for one in found if one.pred] == ["boundary"]
    assert time.perf_counter() - begun < 5
