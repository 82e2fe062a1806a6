"""Sentences whose tokens have tags, however they were read.

An empty token is an accident of whoever cut the text into tokens: in broad_twitter_corpus the line
feeds of tweets became tokens. It is left out, with a flaw. With a tag other than O it cannot be,
for then a mention would be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from sfr.data.layouts._escapes import unescaped
from sfr.data.layouts._source import Flaw, Found
from sfr.data.layouts._tokens import Scheme, Sentence, Tagged, mentions_of, split_tag
from sfr.structures import Entity, Extraction

__all__ = ["check_tags", "sentence_of", "text_and_gold"]


def check_tags(token: str, tags: Sequence[str], scheme: Scheme) -> None:
    """Raise ValueError for tags that the scheme has not, or that an empty token cannot have."""
    marks = [split_tag(tag, scheme)[0] for tag in tags]
    if not token and any(marks):
        raise ValueError(f"expected a token for {' '.join(tags)}, found none")


def sentence_of(  # noqa: PLR0913 - what the readers have in common
    line: int,
    tokens: Sequence[str],
    levels: Sequence[Sequence[str]],
    scheme: Scheme,
    where: Callable[[int], str],
    *,
    unescape: bool = False,
    join: Sequence[str] = (),
    name: str = "",
) -> Found:
    """The sentence of tokens and one or more levels of checked tags; ``where`` says in words where a token is."""
    flaws = [Flaw("empty-token", f"{where(i)}: a token without a character") for i, t in enumerate(tokens) if not t]
    mentions: list[Tagged] = []
    for tags in levels:
        tagged, strays = mentions_of(tags, scheme)
        mentions += _joined(tagged, tokens, join) if join else tagged
        flaws += [Flaw("stray-tag", f"{where(i)}: {tags[i]} continues a mention that is not there") for i in strays]
    if unescape:
        tokens = unescaped(tokens, {place for _, *ends in mentions for place in ends})
    text, gold = text_and_gold(tokens, mentions)
    return Found(line, text, gold, id=name, flaws=tuple(flaws))


def _joined(mentions: Sequence[Tagged], tokens: Sequence[str], signs: Sequence[str]) -> list[Tagged]:
    """The mentions, each of which that is no more than a sign made one with that of its label right behind it."""
    found: list[Tagged] = []
    for mention in mentions:
        before = found[-1] if found else None
        touches = before is not None and (before.label, before.end) == (mention.label, mention.start)
        if before is not None and touches and before.end - before.start == 1 and tokens[before.start] in signs:
            found[-1] = Tagged(mention.label, before.start, mention.end)
        else:
            found.append(mention)
    return found


def text_and_gold(tokens: Sequence[str], mentions: Sequence[Tagged]) -> tuple[str, Extraction]:
    """The text of the tokens that are not empty, and the mentions by where they begin, the longer one first."""
    places = [0, *accumulate(map(bool, tokens))]  # of each token among those
    sentence = Sentence([token for token in tokens if token])
    ordered = sorted(mentions, key=lambda mention: (mention.start, -mention.end))
    entities = (Entity(m.label, *sentence.mention(places[m.start], places[m.end])) for m in ordered)
    return sentence.text, Extraction(entities=tuple(entities))
