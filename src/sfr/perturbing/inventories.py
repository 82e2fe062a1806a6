"""What a corpus has to offer in the place of what stands in an example: values, pairs, triggers, words.

Each offer lies under all of its forms, so that finding one takes the same time however large the corpus is.
All is in the order of the corpus: the same corpus and the same seed give the same offers.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sfr.examples import Example, mentions
from sfr.perturbing.forms import (
    Form,
    is_open_word,
    pair_form,
    sides_of,
    trigger_forms,
    value_form,
    word_forms,
)
from sfr.perturbing.words import split_words, words

__all__ = ["Inventory", "Shelf", "inventory"]

T = TypeVar("T")
_DRAWS = 20  # offers of one form that are looked at before those of the next


class Shelf(Generic[T]):
    """Offers by form."""

    def __init__(self, offers: Iterable[tuple[Form, T]]) -> None:
        """Put every offer under its form; what is put there twice comes twice as often."""
        self._offers: dict[Form, list[T]] = {}
        for form, offer in offers:
            self._offers.setdefault(form, []).append(offer)

    def draw(self, rng: random.Random, forms: Iterable[Form]) -> Iterator[T]:
        """Some offers by chance, those of the first form before those of the next."""
        for form in forms:
            offers = self._offers.get(form, [])
            yield from rng.sample(offers, min(len(offers), _DRAWS))


@dataclass(frozen=True, slots=True)
class Inventory:
    """What is known of a corpus, made by ``inventory``.

    ``gold_values`` are the values of all its gold, ``vocabulary`` the words of its texts, both in small letters.
    """

    values: Shelf[str]
    pairs: Shelf[tuple[str, str]]
    triggers: Shelf[str]
    words: Shelf[str]
    gold_values: Collection[str]
    vocabulary: Collection[str]


def inventory(examples: Iterable[Example]) -> Inventory:
    """What the examples have to offer, best those of one data set: types of one name are taken for one type.

    What the corpus has under several types is not offered, as its own sentence would be needed to tell which
    of them it is, nor is a mention in pieces.
    """
    corpus = list(examples)
    gold_values = {" ".join(split_words(value)) for example in corpus for _, value, _ in mentions(example.gold)}
    gold_words = {word for value in gold_values for word in value.split()}
    return Inventory(
        values=Shelf((value_form(kind, value), value) for kind, value in _entities(corpus)),
        pairs=Shelf((pair_form(kind, *pair), pair) for kind, pair in _pairs(corpus)),
        triggers=Shelf(_triggers(corpus)),
        words=Shelf(_context(corpus, gold_words)),
        gold_values=gold_values,
        vocabulary={word for example in corpus for word in split_words(example.text)},
    )


def _entities(corpus: Sequence[Example]) -> list[tuple[str, str]]:
    """The types and values of entities."""
    return _of_one_type((e.type, e.text) for example in corpus for e in example.gold.entities if len(e.at) <= 1)


def _pairs(corpus: Sequence[Example]) -> list[tuple[str, tuple[str, str]]]:
    """The types and pairs of relations."""
    return _of_one_type(
        (r.type, (r.head, r.tail))
        for example in corpus
        for r in example.gold.relations
        if len(r.head_at) <= 1 and len(r.tail_at) <= 1
    )


def _of_one_type(found: Iterable[tuple[str, T]]) -> list[tuple[str, T]]:
    """Each once, but for what has several types."""
    types: defaultdict[T, dict[str, None]] = defaultdict(dict)
    for kind, what in found:
        types[what][kind] = None
    return [(kind, what) for what, kinds in types.items() for kind in kinds if len(kinds) == 1]


def _triggers(corpus: Sequence[Example]) -> Iterator[tuple[Form, str]]:
    """Triggers whose place is known, under each of their forms once."""
    known = [(e.type, e.trigger) for example in corpus for e in example.gold.events if len(e.trigger_at) == 1]
    offered = set(_of_one_type(known))
    found: dict[tuple[Form, str], None] = {}
    for example in corpus:
        if not example.gold.events:
            continue
        around = words(example.text)
        for event in example.gold.events:
            if len(event.trigger_at) == 1 and (event.type, event.trigger) in offered:
                forms = trigger_forms(event.type, event.trigger, sides_of(around, event.trigger_at[0]))
                found.update(dict.fromkeys((form, event.trigger) for form in forms))
    return iter(found)


def _context(corpus: Sequence[Example], gold_words: Collection[str]) -> Iterator[tuple[Form, str]]:
    """The words that are in no gold, under their forms, as often as they stand there."""
    for example in corpus:
        found = [word.text for word in words(example.text)]
        for left, word, right in zip([None, *found], found, [*found[1:], None], strict=False):
            if is_open_word(word) and word not in gold_words:
                yield from ((form, word) for form in word_forms(word, (left, right)))
