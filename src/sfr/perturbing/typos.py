"""Slips in words of the gold: letters swapped, put in, left out, or hit beside the right key."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from sfr.examples import Example
from sfr.perturbing.edits import Edit, Range, edited, gold_places, overlap
from sfr.perturbing.inventories import Inventory

__all__ = ["inject_typos"]

_LETTERS = 4  # of a word that gets a typo, at least
_TRIES = 20  # typos of one word, before it is left as it is
_WORD = re.compile(r"\w+")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def inject_typos(example: Example, rng: random.Random, corpus: Inventory) -> Example | None:
    """A typo in one or more values of the gold, alike wherever the value stands; of events, in triggers alone."""
    places = gold_places(example)
    named = (event.trigger for event in example.gold.events) if example.task == "ee" else places
    values = rng.sample(names := list(dict.fromkeys(named)), len(names))
    most = rng.randint(1, max(1, len(values)))
    edits: list[Edit] = []
    count = 0
    for value in values:
        if count == most:
            break
        more = _in_value(example.text, places[value], rng, corpus)
        new = [(edit.start, edit.end) for edit in more]
        if more and not overlap(new, [(e.start, e.end) for e in edits]) and edited(example, [*edits, *more]):
            edits += more
            count += 1
    return edited(example, edits) if edits else None


def _in_value(text: str, places: tuple[Range, ...], rng: random.Random, corpus: Inventory) -> list[Edit]:
    """The edits that put one typo in one word of a value, in each of its places; none if no word can have one."""
    found: dict[str, list[Range]] = {}
    for match in _WORD.finditer(text):
        if any(start <= match.start() and match.end() <= end for start, end in places):
            found.setdefault(match[0], []).append(match.span())
    options = [word for word in found if sum(map(str.isalpha, word)) >= _LETTERS]
    for word in rng.sample(options, len(options)):
        for _ in range(_TRIES):
            new = rng.choice(_SLIPS)(word, rng)
            if new != word and new.lower() not in corpus.vocabulary and new not in text:
                return [Edit(start, end, new) for start, end in found[word]]
    return []


# -- slips ------------------------------------------------------------------------------------


def _neighbours() -> Iterator[tuple[str, str]]:
    """Each letter with those around it on a keyboard, where a row stands half a key to the right of the one above."""
    keys = {(y + 2 * column, y): letter for y, row in enumerate(_ROWS) for column, letter in enumerate(row)}
    around = ((-2, 0), (2, 0), (-1, -1), (1, -1), (-1, 1), (1, 1))
    for (x, y), letter in keys.items():
        near = "".join(keys.get((x + dx, y + dy), "") for dx, dy in around)
        yield letter, near
        yield letter.upper(), near.upper()


_NEAR = dict(_neighbours())


def _swapped(word: str, rng: random.Random) -> str:
    """Two letters change places. Like every slip, it leaves the first letter and all that is no letter."""
    places = [i for i in range(1, len(word) - 1) if word[i].isalpha() and word[i + 1].isalpha()]
    if not places:
        return word
    i = rng.choice(places)
    return word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def _left_out(word: str, rng: random.Random) -> str:
    i = _letter(word, rng)
    return word[:i] + word[i + 1 :]


def _hit_twice_over(word: str, rng: random.Random) -> str:
    """A key beside the right one is hit as well."""
    i = _letter(word, rng)
    return word[: i + 1] + _beside(word[i], rng) + word[i + 1 :]


def _hit_beside(word: str, rng: random.Random) -> str:
    """A key beside the right one is hit in its stead."""
    i = _letter(word, rng)
    return word[:i] + (_beside(word[i], rng) or word[i]) + word[i + 1 :]


_SLIPS: tuple[Callable[[str, random.Random], str], ...] = (_swapped, _left_out, _hit_twice_over, _hit_beside)


def _letter(word: str, rng: random.Random) -> int:
    """A letter of a word other than the first; there is one, as the word has four."""
    return rng.choice([i for i, char in enumerate(word) if i and char.isalpha()])


def _beside(letter: str, rng: random.Random) -> str:
    """A letter beside one on the keyboard; nothing for a letter that the keyboard has not."""
    return rng.choice(_NEAR[letter]) if letter in _NEAR else ""
