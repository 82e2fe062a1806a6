"""A clause or a short sentence of our own added, which holds nothing to extract.

The clauses stand in ``clauses.txt``: under ``tail`` what goes before a full stop at the end, under ``after`` and
``lead`` sentences that go behind the text and before it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources

from sfr.examples import Example
from sfr.perturbing.edits import Edit, edited, gold_places
from sfr.perturbing.inventories import Inventory
from sfr.perturbing.words import is_function_word, split_words

__all__ = ["clauses", "extend_sentence"]

_STOP = re.compile(r"\s*(?P<stop>[.!?\u2026]+)(?P<closing>[\s\"'\u201d\u2019)\]]*)$")
_OPEN_END = re.compile(r"[,:;(\[\u2013\u2014-]\s*$")
_ABBREVIATION = re.compile(r"(?:\w\.\w|\b(?:etc|al|Inc|Ltd|Co|Corp|Jr|Sr))$")
_TOKENISED = re.compile(r"\s[.,;:!?)](?:\s|$)")
_MARK = re.compile(r"([.,])")


@cache
def clauses() -> Mapping[str, tuple[str, ...]]:
    """The clauses by where they go: tail, after, lead."""
    found: dict[str, list[str]] = {}
    for line in resources.files(__package__).joinpath("clauses.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            where, _, clause = line.partition(": ")
            found.setdefault(where, []).append(clause)
    return {where: tuple(texts) for where, texts in found.items()}


def extend_sentence(example: Example, rng: random.Random, corpus: Inventory) -> Example | None:
    """One clause or sentence more, in the manner of the text: with spaces before its marks if that has them.

    None when every clause holds a value of the gold of the corpus.
    """
    text = example.text
    places = gold_places(example)
    own = {" ".join(split_words(value)) for value in places}
    covered = max((end for found in places.values() for _, end in found), default=0)
    options = _options(text, covered)
    for edit, clause in rng.sample(options, len(options)):
        if not _names_gold(clause, own, corpus):
            return edited(example, [edit])
    return None


def _options(text: str, covered: int) -> list[tuple[Edit, str]]:
    """What may be put in, and the clause in it; gold reaches to ``covered``, and no clause goes into it."""
    spaced = _TOKENISED.search(text) is not None
    end = len(text.rstrip())
    stop = _STOP.search(text)
    found = [(_put(0, f"{_styled(clause, spaced=spaced)} "), clause) for clause in clauses()["lead"]]
    if stop:
        found += [(_put(end, f" {_styled(clause, spaced=spaced)}"), clause) for clause in clauses()["after"]]
    if stop is None and not _OPEN_END.search(text):
        found += [(_put(end, _styled(f", {clause}", spaced=spaced)), clause) for clause in clauses()["tail"]]
    elif stop and stop["stop"] == "." and not stop["closing"].strip():
        shared = covered > stop.start() or _ABBREVIATION.search(text[: stop.start("stop")]) is not None
        at, close = (end, ".") if shared else (stop.start(), "")
        found += [(_put(at, _styled(f", {clause}{close}", spaced=spaced)), clause) for clause in clauses()["tail"]]
    return found


def _put(at: int, text: str) -> Edit:
    return Edit(at, at, text)


def _styled(clause: str, *, spaced: bool) -> str:
    return _MARK.sub(r" \1", clause) if spaced else clause


def _names_gold(clause: str, own: Collection[str], corpus: Inventory) -> bool:
    """Whether a value of the gold, of the example or of the corpus, is in the clause.

    A function word alone, which is a trigger in some corpora, is none.
    """
    found = list(split_words(clause))
    runs = (found[start:end] for start in range(len(found)) for end in range(start + 1, len(found) + 1))
    return any(
        (value := " ".join(run)) in own or value in corpus.gold_values for run in runs if not all(map(_is_frame, run))
    )


def _is_frame(word: str) -> bool:
    return is_function_word(word) or not word.isalnum()
