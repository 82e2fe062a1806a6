"""Where strings occur in the source text, and how a joined string falls into such occurrences.

The paper writes the values of a slot behind one another with a space between (Figures 4-6), so a
slot can be read only with the text that its values come from: a value is a run of tokens of that
text. Gold plays no part here. If it did, a model could write the whole sentence as one value
and have it cut to its advantage.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

__all__ = ["Budget", "Source", "segment_pairs", "segment_values", "split_pair"]

# A word, one character of a script written without spaces, or one mark.
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+|[^\w\s]")

# Comparisons spent on the slots of one output before the rest is left in one piece: far above
# what any sentence needs, and some 20 ms when a text repeats one word over and over.
_MAX_STEPS = 100_000

# Characters up to which a text is searched as it is.
_LONG = 10_000


@dataclass(slots=True)
class Budget:
    """Comparisons that may still be spent on one output; a bound in place of a time-out."""

    left: int = _MAX_STEPS

    def spend(self, steps: int) -> bool:
        """Whether there is enough left for so many steps; takes them if so."""
        if steps > self.left:
            return False
        self.left -= steps
        return True


class Source:
    """A source text, tokenised once for all the slots that are read with it."""

    def __init__(self, text: str) -> None:
        """Keep ``text``, which is expected in its normal form."""
        self.text = text

    def __contains__(self, value: str) -> bool:
        """Whether ``value`` is a substring of the text.

        In a long text, where many searches would take too long, whether its tokens occur there, each
        beside the next.
        """
        if len(self.text) <= _LONG:
            return value in self.text
        tokens = _tokens(value.split())[0]
        return self.places.keys() >= {*tokens} and self.neighbours.issuperset(pairwise(tokens))

    @cached_property
    def neighbours(self) -> frozenset[tuple[str, str]]:
        """The pairs of tokens that stand side by side."""
        return frozenset(pairwise(self.tokens))

    @cached_property
    def tokens(self) -> list[str]:
        """The tokens of the text."""
        return _tokens(self.text.split())[0]

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """The positions of each token."""
        places = defaultdict(list)
        for position, token in enumerate(self.tokens):
            places[token].append(position)
        return dict(places)

    def runs(self, tokens: list[str], budget: Budget) -> list[int] | None:
        """For each token, how many from there on stand in the text in a row; None if too costly.

        The lengths follow from right to left: a run at a place is one longer than the run that
        begins with the next token at the next place.
        """
        places = self.places
        lengths = [0] * len(tokens)
        after: dict[int, int] = {}
        for i in range(len(tokens) - 1, -1, -1):
            here = places.get(tokens[i])
            if here is None:
                after = {}
                continue
            if not budget.spend(len(here)):
                return None
            after = {place: after.get(place + 1, 0) + 1 for place in here}
            lengths[i] = max(after.values())
        return lengths


def segment_values(slot: str, source: Source, budget: Budget | None = None) -> list[str]:
    """The values of a slot: the fewest pieces that are runs of tokens of the text.

    Leftmost-longest, which is fewest because every part of a run is a run itself. Words that do
    not occur stay together as one piece, so that they still count as a wrong value. A lone ``@``
    is a piece of its own: tokenised tweets tag it apart from the handle.
    """
    words = slot.split()
    tokens, starts = _tokens(words)
    runs = source.runs(tokens, budget or Budget())
    if runs is None:
        return [" ".join(words)]
    pieces: list[str] = []
    i = loose = 0  # the words from `loose` to `i` do not occur
    while i < len(words):
        reach, end = starts[i] + runs[starts[i]], i
        while end < len(words) and starts[end + 1] <= reach and words[end] != "@":
            end += 1
        if words[i] == "@":
            end = i + 1
        if end == i:
            i += 1
            continue
        if loose < i:
            pieces.append(" ".join(words[loose:i]))
        pieces.append(" ".join(words[i:end]))
        i = loose = end
    if loose < i:
        pieces.append(" ".join(words[loose:]))
    return pieces


def segment_pairs(slot: str, source: Source, budget: Budget | None = None) -> list[tuple[str, str]]:
    """The ``head, tail`` pairs of a slot.

    Fewest mentions outside the text, then fewest words in these, then fewest pairs. On ties the
    shorter first tail wins. A slot without a separating comma has no pair.
    """
    words = slot.split()
    tokens, starts = _tokens(words)
    budget = budget or Budget()
    runs = source.runs(tokens, budget)
    commas = [i for i, word in enumerate(words[:-1]) if word[-1] == ","]
    pairs = None
    if runs is not None:
        reach = [start + runs[start] for start in starts[:-1]]
        for loose in (False, True):
            if pairs is None:
                pairs = _cheapest(words, starts, reach, commas, budget, loose=loose)
    if pairs is None:
        pair = split_pair(slot)
        pairs = [pair] if pair else []
    return pairs


def _cheapest(  # noqa: C901, PLR0913 - one dynamic programme, read best in one piece
    words: list[str], starts: list[int], reach: list[int], commas: list[int], budget: Budget, *, loose: bool
) -> list[tuple[str, str]] | None:
    """The reading of lowest cost, or None; mentions outside the text only if ``loose``."""
    n = len(words)
    never = (n + 1, 0, 0)
    # best[i]: cost of reading the words from i on, then where its first head and tail end.
    # A cost is mentions outside the text, the words in them, pairs.
    best = [(never, n, n)] * n + [((0, 0, 0), n, n)]
    for i in range(n - 2, -1, -1):
        for k in range(bisect_left(commas, i), len(commas)):
            comma = commas[k]
            if comma == i and words[i] == ",":
                continue
            head_loose = starts[comma + 1] - 1 > reach[i]  # less the comma
            if head_loose and not loose:
                break
            grounded = bisect_right(starts, reach[comma + 1]) - 1  # where the longest tail in the text ends
            last = n if loose else grounded
            if not budget.spend(max(1, last - comma)):
                return None
            for end in range(comma + 2, last + 1):
                outside, strange, pairs = best[end][0]
                if head_loose:
                    outside, strange = outside + 1, strange + comma - i + (words[comma] != ",")
                if end > grounded:
                    outside, strange = outside + 1, strange + end - comma - 1
                cost = (outside, strange, pairs + 1)
                if cost < best[i][0]:
                    best[i] = (cost, comma + 1, end)
    found, i = [], 0
    while i < n:
        cost, head, tail = best[i]
        if cost >= never:
            return None
        found.append((" ".join(words[i:head])[:-1].rstrip(), " ".join(words[head:tail])))
        i = tail
    return found or None


def split_pair(slot: str) -> tuple[str, str] | None:
    """Head and tail of one ``head, tail`` without a source: at the first comma that ends a word.

    Tokenised text sets a space before its own commas, the separator has none.
    """
    match = re.search(r"(?<=\S), ", slot) or re.search(r",\s*", slot)
    if match is None:
        return None
    head, tail = slot[: match.start()].strip(), slot[match.end() :].strip()
    return (head, tail) if head and tail else None


def _tokens(words: list[str]) -> tuple[list[str], list[int]]:
    """The tokens of all words, and for each word (and the end) how many come before it."""
    tokens: list[str] = []
    starts = [0]
    for word in words:
        if word.isalnum() and word.isascii():
            tokens.append(word)
        else:
            tokens += _TOKEN.findall(word)
        starts.append(len(tokens))
    return tokens, starts
