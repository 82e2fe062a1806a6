"""What a reader found becomes an example by the label map and the rules, and all that is dirty is noted."""

from dataclasses import replace

import pytest

from sfr import Argument, Entity, Event, Extraction, Relation
from sfr.data.catalogue import DataSet
from sfr.data.cleaning import Cleaner, Dirt, actions_of
from sfr.data.layouts import Flaw, Found
from sfr.data.rules import RULES

TEXT = "Kevin left Oslo."
LABELS = {"PER": "person", "LOC": "place", "GPE": "place", "MISC": None}
ROLES = {"Agent": "Agent", "Start": "Start", "Begin": "Start", "Note": None}


def data_of(task, **changes):
    return DataSet(
        name="own",
        task=task,
        layout="records",
        options={"task": task},
        files={"train": ["train.jsonl"]},
        labels=LABELS,
        roles=ROLES if task == "ee" else {},
        **changes,
    )


def found_of(*units, text=TEXT, flaws=()):
    """A row with these units."""
    return Found(
        1,
        text,
        Extraction(
            entities=tuple(unit for unit in units if isinstance(unit, Entity)),
            relations=tuple(unit for unit in units if isinstance(unit, Relation)),
            events=tuple(unit for unit in units if isinstance(unit, Event)),
        ),
        flaws=flaws,
    )


def task_of(found):
    return "re" if found.gold.relations else "ee" if found.gold.events else "ner"


def cleaned(found, task=None, **chosen):
    """What becomes of a row, and what is noted; a rule has underscores for its hyphens."""
    data = data_of(task or task_of(found))
    rules = {rule.replace("_", "-"): action for rule, action in chosen.items()}
    return Cleaner(data, data.prompt_schema, actions_of(data, rules))(found)


def units(found, task=None, **chosen):
    """The units that are left."""
    gold, _ = cleaned(found, task, **chosen)
    return [*gold.entities, *gold.relations, *gold.events]


def noted(found, task=None, **chosen):
    """The rules that a row met."""
    return [dirt.rule for dirt in cleaned(found, task, **chosen)[1]]


KEVIN, OSLO = Entity("PER", "Kevin", ((0, 5),)), Entity("LOC", "Oslo", ((11, 15),))
PERSON, PLACE = Entity("person", "Kevin", ((0, 5),)), Entity("place", "Oslo", ((11, 15),))
IN_PIECES = Entity("PER", "Kevin Oslo", ((0, 5), (11, 15)))
PAIR = Relation("LOC", "Kevin", "Oslo", ((0, 5),), ((11, 15),))
SELF = Relation("PER", "Kevin", "Kevin", ((0, 5),), ((0, 5),))
FLAW = Flaw("stray-tag", "line 3: I-PER continues a mention that is not there")

MET = {
    # what meets the rule, what is left of it when it is kept, and when the unit is dropped
    "empty-mention": (found_of(Entity("PER", " "), OSLO), None, [PLACE]),
    "unknown-label": (found_of(Entity("ORG", "Kevin"), OSLO), None, [PLACE]),
    "unmapped-label": (found_of(Entity("MISC", "Kevin"), OSLO), None, [PLACE]),
    "bad-offsets": (
        found_of(Entity("PER", "Kevin", ((1, 6),)), OSLO),
        [Entity("person", "Kevin"), PLACE],
        [PLACE],
    ),
    "shifted-offsets": (found_of(KEVIN, flaws=(Flaw("shifted-offsets", "by one"),)), [PERSON], None),
    "not-in-text": (found_of(Entity("PER", "Nobody"), OSLO), [Entity("person", "Nobody"), PLACE], [PLACE]),
    "in-pieces": (found_of(IN_PIECES, OSLO), [replace(IN_PIECES, type="person"), PLACE], [PLACE]),
    "self-relation": (
        found_of(SELF, PAIR),
        [replace(SELF, type="person"), replace(PAIR, type="place")],
        [replace(PAIR, type="place")],
    ),
    "repeated-unit": (found_of(KEVIN, KEVIN, OSLO), [PERSON, PERSON, PLACE], [PERSON, PLACE]),
    "stray-tag": (found_of(KEVIN, flaws=(FLAW,)), [PERSON], None),
    "empty-token": (found_of(KEVIN, flaws=(Flaw("empty-token", "line 2"),)), [PERSON], None),
    "lost-argument": (found_of(KEVIN, flaws=(Flaw("lost-argument", "Place"),)), [PERSON], None),
    "no-unit": (found_of(), [], None),
    "broken-character": (found_of(KEVIN, text="Kevin left \ud800."), None, None),
    "no-text": (found_of(text=" \n"), None, None),
}
"""A row for each rule that a row can meet by itself."""

CASES = [(rule, action) for rule in MET for action in RULES[rule].actions]


def test_every_rule_but_that_of_repeated_rows_is_met_here():
    assert MET.keys() | {"repeated-row"} == RULES.keys()


@pytest.mark.parametrize(("rule", "action"), CASES)
def test_a_rule_does_what_its_action_says(rule, action):
    found, kept, dropped = MET[rule]
    gold, dirt = cleaned(found, **{rule: action})
    left = {"keep": kept, "drop-unit": dropped}.get(action)
    assert (None if gold is None else [*gold.entities, *gold.relations, *gold.events]) == left
    assert (rule, action) in [(spot.rule, spot.action) for spot in dirt]


@pytest.mark.parametrize("rule", [rule for rule in MET if rule not in {"no-unit", "no-text"}])
def test_a_row_with_one_kind_of_dirt_is_noted_for_nothing_else(rule):
    found, _, _ = MET[rule]
    assert noted(found) == [rule]


def test_a_clean_row_has_nothing_noted():
    assert cleaned(found_of(KEVIN, OSLO)) == (Extraction(entities=(PERSON, PLACE)), [])


# -- actions ----------------------------------------------------------------------------------


def test_every_action_is_the_default_of_its_rule_when_nobody_says_otherwise():
    assert actions_of(data_of("ner")) == {name: rule.default for name, rule in RULES.items()}


def test_a_data_set_that_drops_empty_rows_says_so_by_the_rule():
    assert actions_of(data_of("ner", empty="drop"))["no-unit"] == "drop-row"


def test_a_data_set_changes_an_action_and_a_user_changes_it_again():
    data = data_of("ner", rules={"not-in-text": "drop-unit", "in-pieces": "drop-unit"})
    actions = actions_of(data, {"not-in-text": "fail"})
    assert (actions["not-in-text"], actions["in-pieces"]) == ("fail", "drop-unit")


def test_a_user_may_keep_the_empty_rows_that_a_data_set_drops():
    assert actions_of(data_of("ner", empty="drop"), {"no-unit": "keep"})["no-unit"] == "keep"


def test_an_unknown_rule_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown rule 'no-units'; known: empty-mention, "):
        actions_of(data_of("ner"), {"no-units": "keep"})


def test_an_action_that_a_rule_cannot_have_is_refused_with_those_it_can():
    with pytest.raises(ValueError, match="no-unit can be keep, drop-row, fail, not 'drop-unit'"):
        actions_of(data_of("ner"), {"no-unit": "drop-unit"})


# -- messages ---------------------------------------------------------------------------------

MESSAGES = {
    "empty-mention": "expected a mention, found no text",
    "unknown-label": "unknown label 'ORG'; known: PER, LOC, GPE, MISC",
    "unmapped-label": "label 'MISC'",
    "bad-offsets": "'Kevin' is said to be at 1-6, where 'evin ' is",
    "not-in-text": "'Nobody' is not in the text",
    "in-pieces": "'Kevin Oslo' is in 2 pieces",
    "self-relation": "person: 'Kevin' is its own tail",
    "repeated-unit": "person | Kevin again",
    "stray-tag": FLAW.message,
    "no-unit": "no entity",
    "broken-character": "expected whole characters, found half of a surrogate pair",
    "no-text": "expected a text, found none",
}


@pytest.mark.parametrize("rule", MESSAGES)
def test_a_message_says_what_was_expected_and_what_was_found(rule):
    _, dirt = cleaned(MET[rule][0])
    assert Dirt(rule, RULES[rule].default, MESSAGES[rule]) in dirt


@pytest.mark.parametrize(("task", "unit"), [("ner", "entity"), ("re", "relation"), ("ee", "event")])
def test_an_empty_row_is_said_to_lack_what_its_task_is_about(task, unit):
    assert cleaned(found_of(), task)[1] == [Dirt("no-unit", "keep", f"no {unit}")]


def test_an_unknown_role_is_told_with_the_known_ones():
    found = found_of(Event("PER", "left", (Argument("Goal", "Oslo"),)))
    assert cleaned(found)[1] == [Dirt("unknown-label", "fail", "unknown role 'Goal'; known: Agent, Start, Begin, Note")]


# -- labels -----------------------------------------------------------------------------------


def test_labels_get_their_names_of_prompts_and_two_may_share_one():
    found = found_of(KEVIN, Entity("GPE", "left", ((6, 10),)), OSLO)
    assert [entity.type for entity in units(found)] == ["person", "place", "place"]


def test_two_labels_of_one_name_make_a_repeated_unit():
    assert noted(found_of(OSLO, Entity("GPE", "Oslo", ((11, 15),)))) == ["repeated-unit"]


def test_every_use_of_an_unknown_label_is_noted():
    assert noted(found_of(Entity("ORG", "Kevin"), Entity("ORG", "Oslo"))).count("unknown-label") == 2


def test_a_row_left_without_a_unit_by_the_label_map_is_an_empty_row():
    found = found_of(Entity("MISC", "Kevin"))
    assert noted(found) == ["unmapped-label", "no-unit"]
    assert units(found, "ner") == []
    assert cleaned(found, no_unit="drop-row")[0] is None


def test_a_relation_and_an_event_of_a_label_that_is_left_out_go_whole():
    assert units(found_of(replace(PAIR, type="MISC"), PAIR)) == [replace(PAIR, type="place")]
    assert units(found_of(Event("MISC", "left"), Event("PER", "left"))) == [Event("person", "left")]


def test_an_argument_of_a_role_that_is_left_out_goes_alone():
    event = Event("PER", "left", (Argument("Note", "Oslo"), Argument("Agent", "Kevin")))
    assert units(found_of(event)) == [Event("person", "left", (Argument("Agent", "Kevin"),))]


# -- mentions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "unit",
    [
        Relation("PER", "", "Oslo"),
        Relation("PER", "Kevin", " "),
        Event("PER", "\t", (Argument("Agent", "Kevin"),)),
    ],
    ids=["head", "tail", "trigger"],
)
def test_a_unit_goes_with_the_mention_that_it_cannot_do_without(unit):
    assert (units(found_of(unit)), noted(found_of(unit))) == ([], ["empty-mention", "no-unit"])


def test_an_empty_argument_goes_alone():
    event = Event("PER", "left", (Argument("Agent", ""), Argument("Start", "Oslo")))
    assert units(found_of(event)) == [Event("person", "left", (Argument("Start", "Oslo"),))]


OUTSIDE = {
    "behind the end": ((11, 99),),
    "before the start": ((-5, 5),),
    "to a negative end": ((0, -11),),
    "backwards": ((5, 0),),
    "empty": ((3, 3),),
    "one range of two": ((0, 5), (6, 10)),
    "the second outside": ((0, 5), (16, 20)),
}


@pytest.mark.parametrize("at", OUTSIDE.values(), ids=OUTSIDE)
def test_offsets_that_are_not_those_of_the_mention_are_bad(at):
    assert "bad-offsets" in noted(found_of(Entity("PER", "Kevin", at)))


@pytest.mark.parametrize(
    "unit",
    [
        replace(PAIR, head_at=((1, 6),)),
        replace(PAIR, tail_at=((1, 6),)),
        Event("PER", "left", (), ((1, 6),)),
        Event("PER", "left", (Argument("Agent", "Kevin", ((1, 6),)),)),
    ],
    ids=["head", "tail", "trigger", "argument"],
)
def test_the_offsets_of_every_mention_are_looked_at(unit):
    assert "bad-offsets" in noted(found_of(unit))


def test_bad_offsets_that_are_kept_are_forgotten_and_the_mention_is_looked_for_in_the_text():
    found = found_of(Entity("PER", "Nobody", ((0, 5),)))
    assert noted(found, bad_offsets="keep") == ["bad-offsets", "not-in-text"]
    assert units(found, bad_offsets="keep") == [Entity("person", "Nobody")]


def test_a_mention_with_offsets_is_in_the_text():
    assert noted(found_of(KEVIN), not_in_text="fail") == []


def test_a_mention_in_pieces_is_not_said_to_be_missing_from_the_text():
    assert noted(found_of(IN_PIECES)) == ["in-pieces"]


def test_a_mention_without_offsets_may_stand_anywhere_in_the_text():
    assert noted(found_of(Entity("PER", "vin le"))) == []


# -- relations --------------------------------------------------------------------------------


def test_a_relation_of_two_places_is_none_with_itself_though_the_words_are_the_same():
    found = found_of(Relation("PER", "Oslo", "Oslo", ((0, 4),), ((9, 13),)), text="Oslo and Oslo")
    assert noted(found) == []


def test_a_relation_without_places_is_one_with_itself_if_the_words_are_the_same():
    assert noted(found_of(Relation("PER", "Kevin", "Kevin"))) == ["self-relation"]


def test_a_relation_and_its_reverse_are_two():
    assert noted(found_of(PAIR, Relation("LOC", "Oslo", "Kevin"))) == []


# -- repeats ----------------------------------------------------------------------------------


def test_the_same_words_in_two_places_are_a_repeated_unit():
    found = found_of(Entity("PER", "Oslo", ((0, 4),)), Entity("PER", "Oslo", ((9, 13),)), text="Oslo and Oslo")
    assert noted(found) == ["repeated-unit"]
    assert units(found, repeated_unit="drop-unit") == [Entity("person", "Oslo", ((0, 4),))]


def test_the_same_words_of_two_types_are_two_units():
    assert noted(found_of(KEVIN, replace(KEVIN, type="LOC"))) == []


def test_a_repeated_relation_is_noted():
    assert noted(found_of(PAIR, PAIR)) == ["repeated-unit"]


def test_events_of_one_trigger_are_repeats_only_with_the_same_arguments():
    one, other = (Event("PER", "left", (Argument("Agent", who),)) for who in ("Kevin", "Oslo"))
    assert noted(found_of(one, other)) == []
    assert noted(found_of(one, one)) == ["repeated-unit"]


def test_a_repeated_argument_goes_alone_when_repeats_are_dropped():
    event = Event("PER", "left", (Argument("Agent", "Kevin"), Argument("Agent", "Kevin")))
    assert noted(found_of(event)) == ["repeated-unit"]
    assert units(found_of(event), repeated_unit="drop-unit") == [Event("person", "left", (Argument("Agent", "Kevin"),))]


# -- order ------------------------------------------------------------------------------------


def test_entities_are_in_the_order_of_the_text():
    assert units(found_of(OSLO, KEVIN)) == [PERSON, PLACE]


def test_entities_of_which_one_has_no_place_stay_in_the_order_of_the_source():
    found = found_of(OSLO, Entity("PER", "Kevin"), Entity("PER", "left", ((6, 10),)))
    assert [entity.text for entity in units(found)] == ["Oslo", "Kevin", "left"]


def test_relations_and_events_stay_in_the_order_of_the_source():
    second = Relation("LOC", "Oslo", "left", ((11, 15),), ((6, 10),))
    assert [relation.head for relation in units(found_of(second, PAIR))] == ["Oslo", "Kevin"]
    events = (Event("PER", "left", (), ((6, 10),)), Event("PER", "Kevin", (), ((0, 5),)))
    assert [event.trigger for event in units(found_of(*events))] == ["left", "Kevin"]


def test_arguments_are_in_the_order_of_the_roles_and_those_of_a_role_in_that_of_the_source():
    roles = [("Begin", "Oslo"), ("Agent", "left"), ("Start", "Kevin"), ("Agent", "Kevin")]
    (event,) = units(found_of(Event("PER", "left", tuple(Argument(*pair) for pair in roles))))
    assert [(argument.role, argument.text) for argument in event.arguments] == [
        ("Agent", "left"),
        ("Agent", "Kevin"),
        ("Start", "Oslo"),
        ("Start", "Kevin"),
    ]


# -- characters -------------------------------------------------------------------------------

HALF = "\ud800"


@pytest.mark.parametrize(
    "found",
    [
        found_of(KEVIN, text=f"Kevin {HALF}"),
        found_of(Entity("PER", HALF)),
        found_of(Relation("PER", HALF, "Oslo")),
        found_of(Relation("PER", "Kevin", HALF)),
        found_of(Event("PER", HALF)),
        found_of(Event("PER", "left", (Argument("Agent", HALF),))),
        replace(found_of(KEVIN), id=HALF),
    ],
    ids=["text", "entity", "head", "tail", "trigger", "argument", "id"],
)
def test_half_of_a_surrogate_pair_anywhere_in_a_row_is_noted(found):
    assert "broken-character" in noted(found)
