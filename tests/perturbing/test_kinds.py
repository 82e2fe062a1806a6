"""Each perturbation on examples made for it."""

import os
import random
import re
import subprocess
import sys
from textwrap import dedent

import pytest

from sfr.examples import Example
from sfr.perturbing import PERTURBATIONS, inventory, perturbation, perturbations
from sfr.perturbing.extending import clauses
from sfr.schema import Schema
from sfr.structures import Argument, Entity, Event, Extraction, Relation

SCHEMA = Schema(("person", "place", "attack"), ("agent",))
SEEDS = range(40)


def placed(text, value):
    start = text.index(value)
    return ((start, start + len(value)),)


def ner(text, *pairs):
    found = tuple(Entity(kind, value, placed(text, value)) for kind, value in pairs)
    return Example("e", "set", "train", "ner", text, SCHEMA, Extraction(entities=found))


def re_(text, *triples):
    found = tuple(Relation(kind, h, t, placed(text, h), placed(text, t)) for kind, h, t in triples)
    return Example("e", "set", "train", "re", text, SCHEMA, Extraction(relations=found))


def ee(text, *events):
    found = tuple(
        Event(kind, trigger, tuple(Argument("agent", a, placed(text, a)) for a in arguments), placed(text, trigger))
        for kind, trigger, *arguments in events
    )
    return Example("e", "set", "train", "ee", text, SCHEMA, Extraction(events=found))


def results(name, example, *corpus):
    """What becomes of an example by many seeds, without the texts that come again."""
    offers = inventory(corpus)
    found = (perturbation(name)(example, random.Random(seed), offers) for seed in SEEDS)
    return list({after.text: after for after in found if after is not None}.values())


def texts(name, example, *corpus):
    return {after.text for after in results(name, example, *corpus)}


# -- all of them ------------------------------------------------------------------------------


def test_there_are_fourteen():
    assert [len(perturbations(task)) for task in ("ner", "re", "ee")] == [5, 4, 5]
    assert len({kind.name for kind in PERTURBATIONS}) == len(PERTURBATIONS)
    assert all(kind.inferred and kind.title for kind in PERTURBATIONS)


def test_an_unknown_name_is_told_with_the_known_ones():
    with pytest.raises(ValueError, match=r"unknown perturbation 'typo'; known: replace-entity, .*, lowercase"):
        perturbation("typo")
    with pytest.raises(ValueError, match="unknown task 'ed'; known: ner, re, ee"):
        perturbations("ed")


def test_an_example_of_another_task_is_refused():
    with pytest.raises(ValueError, match="replace-triple is for re, not for ner: example 'e'"):
        perturbation("replace-triple")(ner("Kevin"), random.Random(0), inventory([]))


@pytest.mark.parametrize("kind", PERTURBATIONS, ids=lambda kind: kind.name)
def test_what_needs_gold_gives_none_without_any(kind):
    example = {"ner": ner, "re": re_, "ee": ee}[kind.tasks[0]]("nothing here")
    after = kind(example, random.Random(0), inventory([example]))
    assert (after is None) == (kind.name != "extend-sentence")


def test_nothing_hangs_on_the_order_of_hashes():
    program = dedent("""
        import random
        from sfr.perturbing import inventory, perturbations
        from tests.perturbing.corpora import corpus
        for task in ("ner", "re", "ee"):
            offers = inventory(corpus(task))
            for kind in perturbations(task):
                rng = random.Random(1)
                print([kind(example, rng, offers) for example in corpus(task)])
    """)
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] != b""


# -- replacing --------------------------------------------------------------------------------


def test_an_entity_changes_wherever_it_is_written():
    example = ner("Kevin said that Kevin was right.", ("person", "Kevin"))
    assert texts("replace-entity", example, ner("Inga left.", ("person", "Inga"))) == {"Inga said that Inga was right."}


def test_a_substitute_is_of_the_same_type_and_not_in_the_sentence():
    example = ner("Kevin met Inga in Oslo.", ("person", "Kevin"))
    others = ner("Inga and Bo in Rome and Oslo", ("person", "Inga"), ("person", "Bo"), ("place", "Rome"))
    assert texts("replace-entity", example, others) == {"Bo met Inga in Oslo."}


def test_a_substitute_neither_holds_a_value_nor_is_part_of_one():
    example = ner("Kevin met Ann Lee.", ("person", "Kevin"), ("person", "Ann Lee"))
    others = ner("Lee, Bo Ann Lee Roe", ("person", "Lee"), ("person", "Bo Ann Lee Roe"))
    assert texts("replace-entity", example, others) == set()


def test_an_entity_inside_another_stays():
    example = ner("the Bank of England", ("person", "Bank of England"), ("place", "England"))
    found = texts(
        "replace-entity", example, ner("Wales, House of Lords", ("place", "Wales"), ("person", "House of Lords"))
    )
    assert found == set()


def test_a_substitute_agrees_with_an_article_and_in_number():
    example = ner("It was a tumour.", ("person", "tumour"))
    corpus = ner("abscess, lesion, growths", ("person", "abscess"), ("person", "lesion"), ("person", "growths"))
    assert texts("replace-entity", example, corpus) == {"It was a lesion."}


def test_what_has_several_types_or_is_in_pieces_is_not_offered():
    example = ner("Kevin left.", ("person", "Kevin"))
    both = ner("Paris", ("person", "Paris"), ("place", "Paris"))
    pieces = ner("Ann or Bo Lee")
    entity = Entity("person", "Ann Lee", ((0, 3), (10, 13)))
    pieces = Example("e", "set", "train", "ner", pieces.text, SCHEMA, Extraction(entities=(entity,)))
    assert texts("replace-entity", example, both, pieces) == set()


def test_head_and_tail_change_together():
    example = re_("The wheel of the car broke, so the car stood.", ("place", "wheel", "car"))
    corpus = [
        re_("a leg of a table", ("place", "leg", "table")),
        re_("cause and effect", ("person", "cause", "effect")),
    ]
    (after,) = results("replace-triple", example, *corpus)
    assert after.text == "The leg of the table broke, so the table stood."
    assert after.gold.relations == (Relation("place", "leg", "table", ((4, 7),), ((15, 20),)),)


def test_other_relations_of_a_replaced_mention_follow():
    example = re_("Bo and Al in Rome", ("person", "Bo", "Al"), ("place", "Bo", "Rome"))
    (after,) = results("replace-triple", example, re_("Cy, Di", ("person", "Cy", "Di")))
    assert [(r.head, r.tail) for r in after.gold.relations] == [("Cy", "Di"), ("Cy", "Rome")]


def test_a_pair_one_of_which_is_in_the_other_is_not_taken():
    example = re_("the wheel of the car", ("place", "wheel", "car"))
    assert texts("replace-triple", example, re_("arm of chair", ("place", "arm", "arm of chair"))) == set()


def test_a_trigger_changes_in_its_place_alone():
    example = ee("He died of a fever, as many died.", ("attack", "died", "He"))
    corpus = ee("She wilting of a cold.", ("attack", "wilting", "She"))
    assert texts("replace-trigger", example, corpus) == set()  # another ending
    corpus = ee("She wilted of a cold, and limped at last.", ("attack", "wilted", "She"), ("attack", "limped", "She"))
    (after,) = results("replace-trigger", example, corpus)
    assert after.text == "He wilted of a fever, as many died."


# -- context ----------------------------------------------------------------------------------


def test_context_is_refilled_with_words_of_such_places_that_are_no_gold():
    example = ner("Kevin saw the town of Oslo.", ("person", "Kevin"), ("place", "Oslo"))
    corpus = ner("the port of x, the harbour of x, the Oslo of x, the bay of x", ("place", "bay"))
    found = texts("change-context", example, corpus)
    assert found == {"Kevin saw the port of Oslo.", "Kevin saw the harbour of Oslo."}


def test_what_negates_is_neither_masked_nor_filled_in():
    example = ner("it was not known to him", ("person", "him"))
    corpus = ner(
        "was not seen to be, was not heard to be, was not unheard to be, was not never to be, was not found to be"
    )
    assert texts("change-context", example, corpus) == {
        "it was not seen to him",
        "it was not heard to him",
        "it was not found to him",
    }


def test_words_of_the_gold_are_neither_masked_nor_filled_in():
    example = ner("the town of Oslo, a port town", ("place", "port town"))
    assert texts("change-context", example, ner("the bay of x")) == set()
    example = ner("the town of port Oslo", ("place", "port Oslo"))
    assert texts("change-context", example, ner("the port of x")) == set()


def test_two_neighbours_are_not_exchanged_together():
    corpus = ner("the old town of x, the new town of x, the old port of x, the new port of x")
    found = texts("change-context", ner("the old town of Oslo, a, the old town of Oslo", ("place", "Oslo")), corpus)
    assert any(text.count("new") + text.count("port") == 2 for text in found)
    assert not any("new port" in text for text in found)


def test_part_of_a_word_with_a_hyphen_is_no_context():
    corpus = ner("the sea-town of x, the sea-port of x")
    assert texts("change-context", ner("the sea-town of Oslo", ("place", "Oslo")), corpus) == set()


# -- extending --------------------------------------------------------------------------------


def test_a_clause_goes_before_the_full_stop_and_is_spaced_as_the_text_is():
    tails = [text for text in texts("extend-sentence", ner("Kevin left.")) if text.startswith("Kevin left,")]
    assert tails
    assert all(re.fullmatch(r"Kevin left, [a-z ]+\.", text) for text in tails)
    tails = [text for text in texts("extend-sentence", ner("Kevin left .")) if text.startswith("Kevin left ,")]
    assert tails
    assert all(re.fullmatch(r"Kevin left , [a-z ]+ \.", text) for text in tails)


def test_a_text_without_a_full_stop_gets_none():
    found = texts("extend-sentence", ner("Kevin in Oslo"))
    assert any(text.startswith("Kevin in Oslo, ") for text in found)
    assert not any(text.endswith(".") for text in found)


def test_a_question_gets_a_sentence_of_its_own():
    found = texts("extend-sentence", ner("Who left?"))
    assert found
    assert all("Who left?" in text for text in found)


@pytest.mark.parametrize(
    "example",
    [ner("He asked Yip.", ("person", "Yip.")), ner("He sold pens, maps, etc."), ner("He lives in the U.S.")],
    ids=lambda example: example.text,
)
def test_a_full_stop_of_a_name_or_an_abbreviation_stays_with_it(example):
    found = texts("extend-sentence", example)
    assert all(example.text in text for text in found)
    assert any(text.startswith(f"{example.text}, ") and text.endswith(".") for text in found)


def test_no_clause_holds_gold_of_the_corpus():
    corpus = ner("the details, a point, the text", ("place", "details"), ("place", "point"), ("place", "the text"))
    found = texts("extend-sentence", ner("Kevin left."), corpus)
    assert found
    assert not any(re.search(r"\b(details|point|the text)\b", text) for text in found)
    everything = [ner(clause, ("place", clause)) for kind in clauses().values() for clause in kind]
    assert texts("extend-sentence", ner("Kevin left."), *everything) == set()


def test_the_clauses_name_nothing():
    for where, found in clauses().items():
        assert len(set(found)) == len(found) > 10
        for clause in found:
            words = clause.rstrip(".").split()
            assert clause.endswith(".") == (where != "tail")
            assert not re.search(r"[\d\W]", "".join(words).replace(",", ""))
            assert not any(word[0].isupper() for word in words[1:])
            assert {"not", "no", "never", "may", "might", "he", "she", "we", "they", "I"}.isdisjoint(words)


# -- typos and letters ------------------------------------------------------------------------


def test_a_typo_is_alike_wherever_the_value_stands():
    for after in results("typo-injection", ner("Warfarin or Warfarin", ("person", "Warfarin"))):
        first, _, second = after.text.partition(" or ")
        assert first == second == after.gold.entities[0].text != "Warfarin"


def test_a_typo_of_an_event_is_in_its_trigger_and_arguments_follow():
    example = ee("the insulin-induced fever was induced", ("attack", "induced", "insulin-induced fever"))
    for after in results("typo-injection", example):
        (event,) = after.gold.events
        assert event.trigger != "induced"
        assert after.text == f"the insulin-{event.trigger} fever was induced"
        assert event.arguments[0].text == f"insulin-{event.trigger} fever"


def test_a_typo_is_one_letter_and_never_a_word_of_the_corpus():
    found = texts("typo-injection", ner("lean", ("person", "lean")), ner("lan len leann"))
    assert found
    for text in found:
        assert text not in {"lan", "len", "leann", "lean"}
        assert text[0] == "l"
        assert abs(len(text) - 4) <= 1


def test_short_words_numbers_and_marks_have_no_typos():
    assert texts("typo-injection", ner("IL-2 p53 12345", ("person", "IL-2 p53 12345"))) == set()


def test_small_letters_may_be_longer_and_places_move():
    example = ner("İn OSLO", ("place", "OSLO"))
    (after,) = results("lowercase", example)
    assert after.text == "i\u0307n oslo"
    assert after.gold.entities == (Entity("place", "oslo", ((4, 8),)),)


def test_a_small_sigma_is_the_same_wherever_it_stands():
    example = Example("e", "s", "train", "ner", "ΑΣΑ ΑΣ", SCHEMA, Extraction(entities=(Entity("place", "ΑΣ"),)))
    (after,) = results("lowercase", example)
    assert after.gold.entities[0].text in after.text


def test_values_that_become_one_stay_two_mentions():
    (after,) = results("lowercase", ner("US or us", ("place", "US"), ("place", "us")))
    assert [(entity.text, entity.at) for entity in after.gold.entities] == [("us", ((0, 2),)), ("us", ((6, 8),))]
    assert perturbation("lowercase")(after, random.Random(0), inventory([])) is None
