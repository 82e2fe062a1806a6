"""What models write, good and bad, derived from the gold of one sentence."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable
from typing import Any

__all__ = ["KINDS", "outputs"]

Row = dict[str, Any]
"""A sentence with its id, task, schema and gold."""

TypedUnit = tuple[str, Any]
"""A type and what has it: an entity, a pair or an event, as the gold writes it."""

KINDS = {
    "perfect": "the gold as compact JSON",
    "partial": "some of the units are missing",
    "over-generated": "the gold and units that are not there, made of other words of the text",
    "duplicated": "each unit two or three times",
    "truncated": "the JSON breaks off in the middle",
    "fenced": "the gold in a Markdown fence, with a sentence before and after",
    "thinking": "a block of thoughts with a draft in it, then the gold",
    "single-quoted": "the gold as a Python dict with a trailing comma",
    "invalid": "prose without any JSON",
    "whole-sentence": "gaming: the whole sentence as a value",
    "all-labels": "gaming: each unit under every type of the schema",
    "all-pairs": "gaming: each pair of mentions related (RE), each trigger with all arguments (EE)",
    "wrong-types": "the right units under wrong types",
    "empty": "an empty object where there was something to find",
}
"""What each kind of output is."""


def outputs(sentence: Row) -> dict[str, str]:
    """The output of each kind that makes sense for the sentence, in the order of KINDS."""
    made = {
        "perfect": perfect(sentence),
        "partial": partial(sentence, _rng(sentence, "partial")),
        "over-generated": over_generated(sentence, _rng(sentence, "over-generated")),
        "duplicated": duplicated(sentence, _rng(sentence, "duplicated")),
        "truncated": truncated(sentence, _rng(sentence, "truncated")),
        "fenced": fenced(sentence, _rng(sentence, "fenced")),
        "thinking": thinking(sentence, _rng(sentence, "thinking")),
        "single-quoted": single_quoted(sentence),
        "invalid": invalid(sentence, _rng(sentence, "invalid")),
        "whole-sentence": whole_sentence(sentence),
        "all-labels": all_labels(sentence, _rng(sentence, "all-labels")),
        "all-pairs": all_pairs(sentence),
        "wrong-types": wrong_types(sentence, _rng(sentence, "wrong-types")),
        "empty": empty(sentence),
    }
    return {kind: output for kind, output in made.items() if output is not None}


def perfect(sentence: Row) -> str:
    """The gold as compact JSON."""
    return _json(sentence["gold"])


def partial(sentence: Row, rng: random.Random) -> str | None:
    """Some of the units; of a lone event, some of its arguments."""
    units = _units(sentence)
    if len(units) > 1:
        kept = rng.sample(range(len(units)), rng.randrange(1, len(units)))
        return _json(_grouped(units[i] for i in sorted(kept)))
    if sentence["task"] == "ee" and units and units[0][1]["arguments"]:
        event_type, event = units[0]
        fewer = event["arguments"][: len(event["arguments"]) // 2]
        return _json({event_type: [{**event, "arguments": fewer}]})
    return None


def over_generated(sentence: Row, rng: random.Random) -> str:
    """The gold and one to three units that are not there."""
    return _json(_grouped(_units(sentence) + _spurious(sentence, rng, rng.randint(1, 3))))


def duplicated(sentence: Row, rng: random.Random) -> str | None:
    """Each unit two or three times."""
    repeated = [unit for unit in _units(sentence) for _ in range(rng.randint(2, 3))]
    return _json(_grouped(repeated)) if repeated else None


def truncated(sentence: Row, rng: random.Random) -> str | None:
    """The first part of the JSON, at least a quarter and at most three."""
    whole = perfect(sentence)
    return whole[: rng.randint(len(whole) // 4, 3 * len(whole) // 4)] if sentence["gold"] else None


def fenced(sentence: Row, rng: random.Random) -> str:
    """The gold, indented in a Markdown fence, with a sentence before and after."""
    before = rng.choice(["Here is what the sentence says:", "Sure! This is the result.", "I read it as follows."])
    after = rng.choice(["Tell me if you need another format.", "Nothing else fits the schema.", "Hope that helps!"])
    body = json.dumps(sentence["gold"], ensure_ascii=False, indent=2)
    return f"{before}\n\n```json\n{body}\n```\n\n{after}"


def thinking(sentence: Row, rng: random.Random) -> str:
    """Thoughts with an over-generated draft, then the gold."""
    draft = over_generated(sentence, rng)
    types = ", ".join(sentence["schema"]["types"])
    thoughts = f"The types are {types}. A first draft: {draft} Not all of that holds, so I leave some out."
    return f"<think>\n{thoughts}\n</think>\n{perfect(sentence)}"


def single_quoted(sentence: Row) -> str | None:
    """The gold as Python writes a dict, and a trailing comma."""
    gold = sentence["gold"]
    return f"{repr(gold)[:-1]},}}" if gold else None


def invalid(sentence: Row, rng: random.Random) -> str:
    """Prose without any JSON."""
    word = rng.choice(_other_words(sentence))
    types = sentence["schema"]["types"]
    return rng.choice(
        [
            f'The sentence has something to do with "{word}", but I am not sure what to extract.',
            f'Could you explain what you mean by "{rng.choice(types)}"?',
            f"Perhaps {word} is what you call {rng.choice(types)}. The rest is unclear to me.",
        ]
    )


def whole_sentence(sentence: Row) -> str:
    """The whole sentence as a value: of the first type of the gold, or else of the schema."""
    text = sentence["text"]
    first = next(iter(sentence["gold"]), sentence["schema"]["types"][0])
    return _json({first: [_unit(sentence, text, text)]})


def all_labels(sentence: Row, rng: random.Random) -> str:
    """Each unit under every type of the schema; a made-up unit where there is none."""
    units = _units(sentence) or _spurious(sentence, rng, 1)
    distinct = {_json(unit): unit for _, unit in units}
    return _json({name: list(distinct.values()) for name in sentence["schema"]["types"]})


def all_pairs(sentence: Row) -> str | None:
    """Each mention related to each other one; or each trigger with the arguments of all events."""
    if sentence["task"] == "ner":
        return None
    output = _json(_all_related(sentence) if sentence["task"] == "re" else _all_shared(sentence))
    return output if output != perfect(sentence) else None


def wrong_types(sentence: Row, rng: random.Random) -> str | None:
    """The units, each under another type: all types moved on by one step count that makes none right."""
    types, units = sentence["schema"]["types"], _units(sentence)
    steps = list(range(1, len(types)))
    rng.shuffle(steps)
    for step in steps:
        moved = [(types[(types.index(name) + step) % len(types)], unit) for name, unit in units]
        if moved and not any(unit in units for unit in moved):
            return _json(_grouped(moved))
    return None


def empty(sentence: Row) -> str | None:
    """An empty object where there was something to find."""
    return "{}" if sentence["gold"] else None


def _rng(sentence: Row, kind: str) -> random.Random:
    return random.Random(f"{sentence['id']}/{kind}")  # noqa: S311 - repeatable, not secret


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _units(sentence: Row) -> list[TypedUnit]:
    return [(name, unit) for name, units in sentence["gold"].items() for unit in units]


def _grouped(units: Iterable[TypedUnit]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for name, unit in units:
        grouped.setdefault(name, []).append(unit)
    return grouped


def _unit(sentence: Row, first: str, second: str) -> Any:
    """A unit as the task writes it; an entity has no use for the second string."""
    if sentence["task"] == "ner":
        return first
    if sentence["task"] == "re":
        return [first, second]
    return {"trigger": first, "arguments": [[sentence["schema"]["roles"][0], second]]}


def _all_related(sentence: Row) -> dict[str, Any]:
    mentions = dict.fromkeys(mention for _, pair in _units(sentence) for mention in pair)
    pairs = [[head, tail] for head in mentions for tail in mentions if head != tail]
    return dict.fromkeys(sentence["gold"], pairs)


def _all_shared(sentence: Row) -> dict[str, Any]:
    pooled = dict.fromkeys(tuple(argument) for _, event in _units(sentence) for argument in event["arguments"])
    return _grouped((name, {**event, "arguments": list(pooled)}) for name, event in _units(sentence))


def _spurious(sentence: Row, rng: random.Random, count: int) -> list[TypedUnit]:
    """Up to ``count`` units that are not in the gold."""
    words, types = _other_words(sentence), sentence["schema"]["types"]
    units = []
    for first in rng.sample(words, min(count, len(words))):
        second = rng.choice([word for word in words if word != first] or words)
        units.append((rng.choice(types), _unit(sentence, first, second)))
    return units


def _other_words(sentence: Row) -> list[str]:
    """The longer words of the text that are no value of the gold, though perhaps part of one; each once."""
    values = _strings([unit for _, unit in _units(sentence)])
    words = dict.fromkeys(re.findall(r"[^\W\d_]{4,}", sentence["text"]))
    return [word for word in words if word not in values]


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    return [string for part in parts for string in _strings(part)]
