"""Other values of the same type from the corpus: for entities, for both sides of a relation, for a trigger.

A substitute is nowhere in the sentence, and neither holds a value of its gold nor is part of one. What stands
inside another mention is left, so that no other value changes.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from sfr.examples import Example, mentions
from sfr.perturbing.edits import Edit, Range, edited, gold_places, overlap
from sfr.perturbing.forms import pair_form, sides_of, trigger_forms, value_form
from sfr.perturbing.inventories import Inventory
from sfr.perturbing.words import has_vowel_first, split_words, words
from sfr.structures import Event, Relation

__all__ = ["replace_entity", "replace_trigger", "replace_triple"]

_SHORTEST = 2  # characters of a value: a single letter is written for too many things
_LONGER = 2  # words that a substitute may have more than what it stands for, or fewer


def replace_entity(example: Example, rng: random.Random, corpus: Inventory) -> Example | None:
    """One or more of the entities replaced by others of the same type, each wherever it is written."""
    site = _Site(example)
    types: dict[str, set[str]] = {}
    for entity in example.gold.entities:
        types.setdefault(entity.text, set()).add(entity.type)
    values = [value for value, kinds in types.items() if len(kinds) == 1 and site.is_free(value)]
    rng.shuffle(values)
    for value in values[: rng.randint(1, max(1, len(values)))]:
        (kind,) = types[value]
        offers = corpus.values.draw(rng, [value_form(kind, value)])
        new = next((offer for offer in offers if site.fits(value, offer)), None)
        if new is not None:
            site.put(value, new)
    return site.result()


def replace_triple(example: Example, rng: random.Random, corpus: Inventory) -> Example | None:
    """Head and tail of one relation replaced by those of another of the same type."""
    site = _Site(example)
    for relation in _shuffled(rng, example.gold.relations):
        head, tail = relation.head, relation.tail
        if head == tail or not (site.is_free(head) and site.is_free(tail)):
            continue
        for new_head, new_tail in corpus.pairs.draw(rng, [pair_form(relation.type, head, tail)]):
            if site.fits(head, new_head) and site.fits(tail, new_tail) and _are_apart(new_head, new_tail):
                site.put(head, new_head)
                site.put(tail, new_tail)
                return site.result()
    return None


def replace_trigger(example: Example, rng: random.Random, corpus: Inventory) -> Example | None:
    """The trigger of one event replaced by another of its type and inflection that stands between such words."""
    site = _Site(example)
    around = words(example.text)
    types: dict[str, set[str]] = {}
    for event in example.gold.events:
        types.setdefault(event.trigger, set()).add(event.type)
    arguments = {argument.text for event in example.gold.events for argument in event.arguments}
    for event in _shuffled(rng, example.gold.events):
        trigger, places = event.trigger, site.places[event.trigger]
        if len(places) != 1 or len(types[trigger]) > 1 or trigger in arguments or not site.is_free(trigger):
            continue
        for new in corpus.triggers.draw(rng, trigger_forms(event.type, trigger, sides_of(around, places[0]))):
            if site.fits(trigger, new):
                site.put(trigger, new)
                return site.result()
    return None


_Unit = TypeVar("_Unit", Relation, Event)


def _shuffled(rng: random.Random, units: Sequence[_Unit]) -> list[_Unit]:
    return rng.sample(units, len(units))


class _Site:
    """An example some of whose values are being replaced."""

    def __init__(self, example: Example) -> None:
        """Find where its gold stands."""
        self.example = example
        self.places = gold_places(example)
        self.taken = [_in_words(text) for text in (example.text, *self.places)]
        self.in_pieces = {value for _, value, at in mentions(example.gold) if len(at) > 1}
        self.edits: list[Edit] = []

    def is_free(self, value: str) -> bool:
        """Whether a value can be replaced without touching another."""
        places = self.places[value]
        others = [place for other, found in self.places.items() if other != value for place in found]
        is_whole = value not in self.in_pieces and len(value) >= _SHORTEST
        return bool(places) and is_whole and not overlap(places, others)

    def fits(self, value: str, new: str) -> bool:
        """Whether an offer can be told from all that is there, and agrees with an article before the value."""
        as_words = _in_words(new)
        is_known = any(as_words in other or other in as_words for other in self.taken)
        if is_known or abs(len(new.split()) - len(value.split())) > _LONGER:
            return False
        has_article = any(_is_after_article(self.example.text, place) for place in self.places[value])
        return not has_article or has_vowel_first(value) == has_vowel_first(new)

    def put(self, value: str, new: str) -> None:
        """Replace a value wherever it stands."""
        self.edits += [Edit(start, end, new) for start, end in self.places[value]]
        self.taken.append(_in_words(new))

    def result(self) -> Example | None:
        """The example with all that was replaced; None if nothing was."""
        return edited(self.example, self.edits) if self.edits else None


def _in_words(text: str) -> str:
    """The words of a text in small letters, each with a space before and after it: what one holds can be looked up."""
    return f" {' '.join(split_words(text))} "


def _are_apart(one: str, other: str) -> bool:
    """Whether neither of two values is in the other."""
    first, second = _in_words(one), _in_words(other)
    return first not in second and second not in first


def _is_after_article(text: str, place: Range) -> bool:
    return text[: place[0]].lower().split()[-1:] in (["a"], ["an"])
