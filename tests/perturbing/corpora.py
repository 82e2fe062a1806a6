"""Corpora by chance: few words, so that mentions repeat, nest, overlap, and stand in pieces.

A text is drawn as chunks and its gold as specifications, whole ones at once, which is many times faster than
piece by piece.
"""

import random
from functools import cache
from itertools import product

from hypothesis import strategies as st

from sfr.examples import Example
from sfr.perturbing import inventory
from sfr.schema import Schema
from sfr.structures import Argument, Entity, Event, Extraction, Relation

TYPES = ("person", "place")
ROLES = ("agent", "goal")
VERBS = ("induced", "caused", "visited", "developed", "reached")
CONTEXT = [
    *(f"the {quality} {place} of" for quality, place in product(("old", "yellow", "quick"), ("town", "city", "coast"))),
    *(f"was {manner} seen in" for manner in ("quickly", "newly", "rarely")),
]
NAMES = [
    *(f"{verb} by" for verb in VERBS),
    *("Kevin", "kevin", "Inga Bank", "Bank of England", "England", "New York", "York", "a storm", "an egg", "storms"),
    *(
        "İstanbul",
        "straße",
        "ΣΑΣ",
        "孔浣",
        "IL-2",
        "IL",
        "p53",
        "U.S.",
        "cafe\u0301",
        "It's",
        "not",
        "as said",
        "unseen",
    ),
    *(",", "(", ")", '"', "-"),
]
CHUNKS = CONTEXT + NAMES
ENDS = ("", ".", " .", "?", ' ."', "...", " )", " ,")
MENTIONS = list(product(range(12), (1, 1, 2, 3), (False, False, False, True), (True, True, True, False)))
"""First word, words, whether there is another piece, whether the place is known."""


class Maker:
    """Makes an example of a task of chunks, an end and specifications of its gold."""

    def __init__(self, chunks, end):
        self.words = " ".join(chunks).split()
        self.starts = [sum(len(word) + 1 for word in self.words[:i]) for i in range(len(self.words))]
        self.text = " ".join(self.words) + end
        self.verbs = [i for i, word in enumerate(self.words) if word in VERBS]

    def mention(self, spec):
        first, size, in_pieces, is_placed = spec
        first %= len(self.words)
        last = min(first + size, len(self.words)) - 1
        pieces = [(first, last)]
        if in_pieces and last + 2 < len(self.words):
            pieces.append((last + 2, last + 2))
        at = tuple((self.starts[i], self.starts[j] + len(self.words[j])) for i, j in pieces)
        return " ".join(self.text[start:end] for start, end in at), at if is_placed else ()

    def trigger(self, spec):
        return self.mention((self.verbs[spec[0] % len(self.verbs)], 1, *spec[2:]) if self.verbs else spec)

    def gold(self, task, units):
        if task == "ner":
            return Extraction(entities=tuple(Entity(kind, *self.mention(one)) for kind, one, _, _ in units))
        if task == "re":
            pairs = ((kind, self.mention(one), self.mention(other)) for kind, one, other, _ in units)
            return Extraction(relations=tuple(Relation(kind, h, t, h_at, t_at) for kind, (h, h_at), (t, t_at) in pairs))
        return Extraction(
            events=tuple(
                Event(kind, trigger, tuple(Argument(role, *self.mention(other)) for role in roles), at)
                for kind, one, other, roles in units
                for trigger, at in [self.trigger(one)]
            )
        )


def make(task, chunks, end, units, name="drawn"):
    maker = Maker(chunks, end)
    return Example(name, "chance", "train", task, maker.text, Schema(TYPES, ROLES), maker.gold(task, units))


mentions = st.sampled_from(MENTIONS)
units = st.tuples(st.sampled_from(TYPES), mentions, mentions, st.sampled_from([(), ROLES[:1], ROLES]))


@cache
def examples(task):
    """An annotated text of a few words, with or without gold; a mention may be without its place."""
    chunks = st.lists(st.sampled_from(CHUNKS), min_size=1, max_size=7)
    return st.builds(make, st.just(task), chunks, st.sampled_from(ENDS), st.lists(units, max_size=4))


@cache
def corpus(task):
    """Many such examples, always the same: gold of names and verbs, and texts without any."""
    rng = random.Random(7)
    roles = [(), ROLES[:1], ROLES]

    def unit():
        return rng.choice(TYPES), rng.choice(MENTIONS), rng.choice(MENTIONS), rng.choice(roles)

    def example(i):
        has_gold = i % 2
        chunks = rng.choices(NAMES if has_gold else CHUNKS, k=rng.randint(1, 7))
        return make(task, chunks, rng.choice(ENDS), [unit() for _ in range(2 * has_gold)], f"corpus-{i}")

    return tuple(example(i) for i in range(300))


@cache
def offers(task):
    """The inventory of the corpus."""
    return inventory(corpus(task))


def all_mentions(gold):
    """Value and place of every mention, in order."""
    found = [(e.text, e.at) for e in gold.entities]
    found += [side for r in gold.relations for side in ((r.head, r.head_at), (r.tail, r.tail_at))]
    for event in gold.events:
        found += [(event.trigger, event.trigger_at), *((a.text, a.at) for a in event.arguments)]
    return found


def shape(gold):
    """The types and roles of all units, in order, without what is in them."""
    types = [unit.type for units in (gold.entities, gold.relations, gold.events) for unit in units]
    return types, [[argument.role for argument in event.arguments] for event in gold.events]
