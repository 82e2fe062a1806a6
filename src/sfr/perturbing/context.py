"""Some words of the context masked, and the gaps filled with others that stand between such words in the corpus."""

from __future__ import annotations

import random

from sfr.examples import Example
from sfr.perturbing.edits import Edit, edited, gold_places, overlap
from sfr.perturbing.forms import Sides, is_open_word, word_forms
from sfr.perturbing.inventories import Inventory
from sfr.perturbing.words import has_vowel_first, split_words, words

__all__ = ["change_context"]

_MOST = 3  # one word in so many of those that could be changed is, at most


def change_context(example: Example, rng: random.Random, corpus: Inventory) -> Example | None:
    """Some words outside of the gold exchanged; function words, names, numbers and words of the gold stay."""
    found = words(example.text)
    places = gold_places(example)
    kept = {word for value in places for word in split_words(value)}
    gold = [place for ranges in places.values() for place in ranges]
    open_places = [
        i
        for i, word in enumerate(found)
        if is_open_word(word.text) and word.text not in kept and not overlap([(word.start, word.end)], gold)
    ]
    rng.shuffle(open_places)
    most = rng.randint(1, -(-len(open_places) // _MOST)) if open_places else 0
    new: dict[int, str] = {}
    for i in open_places:
        if len(new) == most:
            break
        if i - 1 in new or i + 1 in new:  # a word is filled in for the words beside it, so that these stay
            continue
        sides = (found[i - 1].text if i else None, found[i + 1].text if i + 1 < len(found) else None)
        fill = _fill(found[i].text, sides, kept, rng, corpus)
        if fill is not None:
            new[i] = fill
    return edited(example, [Edit(found[i].start, found[i].end, word) for i, word in new.items()]) if new else None


def _fill(word: str, sides: Sides, kept: set[str], rng: random.Random, corpus: Inventory) -> str | None:
    """Another word for a gap, which agrees with an article before it."""
    for other in corpus.words.draw(rng, word_forms(word, sides)):
        agrees = sides[0] not in {"a", "an", "A", "An"} or has_vowel_first(other) == has_vowel_first(word)
        if other != word and other not in sides and other not in kept and agrees:
            return other
    return None
