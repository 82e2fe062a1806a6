"""The examples as the page carries them: compact, and such that nothing in them can end their element.

Names that come again are numbers into lists, records are lists in a fixed order, and the whole is
compressed; ``examples.js`` reads it.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from sfr.reports.page.model import FATE_OF, Answer, PageModel, ShownExample, ShownUnit
from sfr.reports.page.words import ERROR_WORDS, SIGNS

__all__ = ["embedded", "keys_of"]

_STATUSES = ("ok", "recovered", "unparsable")
_SIDES = ("both", "gold", "pred")
_DIGITS = 4
_EFFORT = 6  # of compression: more takes thrice the time for a hundredth of the size


def embedded(model: PageModel) -> str:
    """The examples of a page as base64 of compressed JSON."""
    text = json.dumps(_compact(model), separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode(), _EFFORT)).decode()


class _Names:
    """Names as numbers, in the order in which they are met."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._places = {name: place for place, name in enumerate(known)}

    def __getitem__(self, name: str) -> int:
        return self._places.setdefault(name, len(self._places))

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)


class _Tables:
    """The names of one page."""

    def __init__(self) -> None:
        self.datasets = _Names()
        self.tasks = _Names()
        self.kinds = _Names()
        self.types = _Names()
        self.parts = _Names()
        self.rungs = _Names()
        self.terms = _Names()
        self.problems = _Names()
        self.errors = _Names(FATE_OF)
        self.statuses = _Names(_STATUSES)
        self.sides = _Names(_SIDES)


def _compact(model: PageModel) -> dict[str, Any]:
    names = _Tables()
    keys = keys_of(model.examples)
    examples = [_example(example, key, names) for example, key in zip(model.examples, keys, strict=True)]
    return {
        "systems": model.systems,
        "unit": model.length_unit,
        "words": [ERROR_WORDS[name] for name in FATE_OF],
        "fates": list(FATE_OF.values()),
        "signs": SIGNS,
        **{name: list(table) for name, table in vars(names).items()},
        "examples": examples,
    }


def keys_of(examples: Iterable[ShownExample]) -> list[str]:
    """What links call each example: data set and id, with a number behind where these stood before."""
    seen: dict[str, int] = {}
    keys = []
    for example in examples:
        key = f"{example.dataset}/{example.id}" if example.dataset else example.id
        seen[key] = seen.get(key, 0) + 1
        keys.append(key if seen[key] == 1 else f"{key} ({seen[key]})")
    return keys


def _example(example: ShownExample, key: str, names: _Tables) -> list[Any]:
    answers = [_answer(answer, names) for answer in example.answers]
    return [key, example.id, names.datasets[example.dataset], names.tasks[example.task], example.text, answers]


def _answer(answer: Answer, names: _Tables) -> list[Any]:
    return [
        answer.output,
        names.statuses[answer.status],
        [_unit(unit, names) for unit in answer.units],
        [[names.types[group.type], group.gold, group.pred, group.shared] for group in answer.groups],
        [names.rungs[rung] for rung in answer.rungs],
        [names.problems[problem] for problem in answer.problems],
        _rounded(answer.f1),
        _rounded(answer.reward),
        [[names.terms[name], _rounded(value)] for name, value in answer.terms],
        answer.length,
    ]


def _unit(unit: ShownUnit, names: _Tables) -> list[Any]:
    mentions = [
        [names.parts[mention.part], mention.text, [end for place in mention.at for end in place]]
        for mention in unit.mentions
    ]
    kind, error = names.kinds[unit.of], names.errors[unit.error]
    return [kind, names.types[unit.type], error, names.sides[unit.side], mentions, unit.group, unit.note]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
