"""Seeded gold objects and model outputs for the three tasks.

A sentence is forty different made-up words, cut into slots of three words.
A mention is the first one, two or three words of a slot, so mentions never overlap, every value is unique within its sentence, and a boundary error is just
another length.
"""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Task: TypeAlias = Literal["ner", "re", "ee"]
Records: TypeAlias = dict[str, list[Any]]

TASKS: tuple[Task, ...] = ("ner", "re", "ee")

ENTITY_TYPES = (
    "person",
    "organization",
    "location",
    "date",
    "product",
    "disease",
    "chemical",
    "gene",
    "work of art",
    "event",
    "law",
    "geo-political entity",
)
RELATION_TYPES = (
    "used for",
    "part of",
    "feature of",
    "hyponym of",
    "evaluate for",
    "compare",
    "conjunction",
    "located in",
    "works for",
    "founded by",
)
EVENT_TYPES = (
    "attack",
    "adverse event",
    "potential therapeutic event",
    "transport",
    "meet",
    "transfer of ownership",
    "start position",
    "phone write",
    "elect",
)
ROLES = (
    "Attacker",
    "Target",
    "Instrument",
    "Place",
    "Time-Within",
    "Beneficiary",
    "Subject",
    "Subject.Population",
    "Subject.Disorder",
    "Effect",
    "Treatment.Drug",
    "Treatment.Dosage",
    "Treatment.Time_elapsed",
    "Combination.Drug",
    "Organization",
)

WORDS_IN_SENTENCE = 40
SLOT = 3  # words that belong to one mention at most
MENTION_LENGTHS = (1, 1, 2, 2, 2, 3, 3)
EMPTY_GOLD = 0.04

Mention: TypeAlias = tuple[int, int]  # slot of the sentence, number of words
Entity: TypeAlias = tuple[str, Mention]
Triple: TypeAlias = tuple[str, Mention, Mention]
Argument: TypeAlias = tuple[str, Mention]
Event: TypeAlias = tuple[str, Mention, list[Argument]]


@dataclass(frozen=True, slots=True)
class Group:
    """One sentence with its gold object and the outputs of a model for it."""

    task: Task
    words: tuple[str, ...]
    gold: Records
    predictions: tuple[Records, ...]

    @property
    def text(self) -> str:
        """The sentence."""
        return " ".join(self.words)

    @property
    def gold_text(self) -> str:
        """The gold object as JSON."""
        return json.dumps(self.gold)

    @property
    def outputs(self) -> list[str]:
        """The predictions as JSON: what a model would have written."""
        return [json.dumps(prediction) for prediction in self.predictions]


def make_groups(task: Task, count: int, outputs: int, *, seed: int = 0) -> list[Group]:
    """`count` sentences, each with one gold object and `outputs` different predictions."""
    rng = random.Random(f"{task}-{seed}")
    vocabulary = [_made_up_word(rng) for _ in range(5_000)]
    return [_make_group(task, outputs, rng, vocabulary) for _ in range(count)]


def _make_group(task: Task, outputs: int, rng: random.Random, vocabulary: list[str]) -> Group:
    words = _sentence(rng, vocabulary)
    draw, spoil, write = _TASKS[task]
    items = [] if rng.random() < EMPTY_GOLD else draw(rng)
    predictions: dict[str, Records] = {}
    noise = 1.0
    while len(predictions) < outputs:
        records = write(spoil(rng, items, noise), words)
        predictions.setdefault(json.dumps(records), records)
        noise *= 1.05  # else a short gold runs out of different predictions
    return Group(task, words, write(items, words), tuple(predictions.values()))


def _made_up_word(rng: random.Random) -> str:
    syllables = rng.choice((3, 3, 4, 5, 5))
    word = "".join(
        rng.choice("bcdfghklmnprstvw") + rng.choice(("a", "e", "i", "o", "u", "an", "er", "is"))
        for _ in range(syllables)
    )
    return word.capitalize() if rng.random() < 0.3 else word


def _sentence(rng: random.Random, vocabulary: list[str]) -> tuple[str, ...]:
    words: dict[str, None] = {}
    while len(words) < WORDS_IN_SENTENCE:
        words[rng.choice(vocabulary)] = None
    return tuple(words)


def _value(mention: Mention, words: tuple[str, ...]) -> str:
    slot, length = mention
    return " ".join(words[slot * SLOT : slot * SLOT + length])


def _mentions(rng: random.Random, count: int) -> list[Mention]:
    slots = rng.sample(range(WORDS_IN_SENTENCE // SLOT), count)
    return [(slot, rng.choice(MENTION_LENGTHS)) for slot in slots]


def _other_length(rng: random.Random, mention: Mention) -> Mention:
    slot, length = mention
    return slot, rng.choice([other for other in range(1, SLOT + 1) if other != length])


def _fresh_slots(rng: random.Random, used: set[int]) -> Iterator[Mention]:
    """Mentions in slots that are not used yet, in random order."""
    free = [slot for slot in range(WORDS_IN_SENTENCE // SLOT) if slot not in used]
    rng.shuffle(free)
    return ((slot, rng.choice(MENTION_LENGTHS)) for slot in free)


# --- NER -------------------------------------------------------------------


def _draw_entities(rng: random.Random) -> list[Entity]:
    types = rng.sample(ENTITY_TYPES, rng.randint(2, 4))
    return [(rng.choice(types), mention) for mention in _mentions(rng, rng.randint(3, 10))]


def _spoil_entities(rng: random.Random, gold: list[Entity], noise: float) -> list[Entity]:
    predicted: list[Entity] = []
    for type_, mention in gold:
        error = rng.random() / noise
        if error < 0.13:
            continue
        if error < 0.20:
            predicted.append((rng.choice(ENTITY_TYPES), mention))
        elif error < 0.27:
            predicted.append((type_, _other_length(rng, mention)))
        else:
            predicted.append((type_, mention))
    for mention in _fresh_slots(rng, {slot for _, (slot, _) in gold}):
        if rng.random() / noise < 0.065:
            types = [type_ for type_, _ in gold] or ENTITY_TYPES
            predicted.append((rng.choice(types), mention))
    return predicted


def _write_entities(entities: list[Entity], words: tuple[str, ...]) -> Records:
    records: Records = {}
    for type_, mention in entities:
        records.setdefault(type_, []).append(_value(mention, words))
    return records


# --- RE --------------------------------------------------------------------


def _draw_triples(rng: random.Random) -> list[Triple]:
    types = rng.sample(RELATION_TYPES, rng.randint(1, 3))
    mentions = _mentions(rng, 6)
    triples: dict[tuple[Mention, Mention], str] = {}
    for _ in range(rng.randint(1, 5)):
        head, tail = rng.sample(mentions, 2)
        triples[head, tail] = rng.choice(types)
    return [(type_, head, tail) for (head, tail), type_ in triples.items()]


def _spoil_triples(rng: random.Random, gold: list[Triple], noise: float) -> list[Triple]:
    predicted: list[Triple] = []
    for type_, head, tail in gold:
        error = rng.random() / noise
        if error < 0.13:
            continue
        if error < 0.19:
            predicted.append((rng.choice(RELATION_TYPES), head, tail))
        elif error < 0.25:
            predicted.append((type_, tail, head))
        elif error < 0.32:
            predicted.append((type_, head, _other_length(rng, tail)))
        else:
            predicted.append((type_, head, tail))
    spurious = _fresh_slots(rng, {slot for _, head, tail in gold for slot, _ in (head, tail)})
    for head, tail in zip(spurious, spurious, strict=False):
        if rng.random() / noise < 0.10:
            types = [type_ for type_, _, _ in gold] or RELATION_TYPES
            predicted.append((rng.choice(types), head, tail))
    return predicted


def _write_triples(triples: list[Triple], words: tuple[str, ...]) -> Records:
    records: Records = {}
    for type_, head, tail in triples:
        records.setdefault(type_, []).append([_value(head, words), _value(tail, words)])
    return records


# --- EE --------------------------------------------------------------------


def _draw_arguments(rng: random.Random, trigger: Mention) -> list[Argument]:
    mentions = [mention for mention in _mentions(rng, 7) if mention[0] != trigger[0]]
    return [(rng.choice(ROLES), mention) for mention in mentions[: rng.choice((2, 3, 4, 4, 5, 5))]]


def _draw_events(rng: random.Random) -> list[Event]:
    types = rng.sample(EVENT_TYPES, 2)
    triggers = _mentions(rng, rng.choice((1, 2, 2, 3)))
    return [(rng.choice(types), trigger, _draw_arguments(rng, trigger)) for trigger in triggers]


def _spoil_arguments(rng: random.Random, gold: list[Argument], noise: float) -> list[Argument]:
    predicted: list[Argument] = []
    for role, mention in gold:
        error = rng.random() / noise
        if error < 0.12:
            continue
        if error < 0.18:
            predicted.append((rng.choice(ROLES), mention))
        elif error < 0.24:
            predicted.append((role, _other_length(rng, mention)))
        else:
            predicted.append((role, mention))
    if rng.random() / noise < 0.25:
        spurious = next(_fresh_slots(rng, {slot for _, (slot, _) in gold}))
        predicted.append((rng.choice(ROLES), spurious))
    return predicted


def _spoil_events(rng: random.Random, gold: list[Event], noise: float) -> list[Event]:
    predicted: list[Event] = []
    for type_, trigger, arguments in gold:
        error = rng.random() / noise
        if error < 0.09:
            continue
        kept = _spoil_arguments(rng, arguments, noise)
        if error < 0.15:
            predicted.append((rng.choice(EVENT_TYPES), trigger, kept))
        elif error < 0.23:
            predicted.append((type_, _other_length(rng, trigger), kept))
        else:
            predicted.append((type_, trigger, kept))
    if rng.random() / noise < 0.14:
        trigger = next(_fresh_slots(rng, {slot for _, (slot, _), _ in gold}))
        types = [type_ for type_, _, _ in gold] or EVENT_TYPES
        predicted.append((rng.choice(types), trigger, _draw_arguments(rng, trigger)))
    return predicted


def _write_events(events: list[Event], words: tuple[str, ...]) -> Records:
    records: Records = {}
    for type_, trigger, arguments in events:
        pairs = [[role, _value(mention, words)] for role, mention in arguments]
        records.setdefault(type_, []).append({"trigger": _value(trigger, words), "arguments": pairs})
    return records


_TASKS: dict[Task, tuple[Callable[..., list[Any]], Callable[..., list[Any]], Callable[..., Records]]] = {
    "ner": (_draw_entities, _spoil_entities, _write_entities),
    "re": (_draw_triples, _spoil_triples, _write_triples),
    "ee": (_draw_events, _spoil_events, _write_events),
}
