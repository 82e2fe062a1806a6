"""Reader of CASIE: articles about attacks on computers, cut into sentences."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal, NamedTuple, get_args

import msgspec

from sfr.data.layouts._fields import LayoutError, found_in
from sfr.data.layouts._source import Flaw, Found, Source
from sfr.structures import Argument, Event, Extraction, Span

__all__ = ["casie"]

Level = Literal["sentence", "document"]


class _Words(msgspec.Struct, rename="camel"):
    """Words of an article; the white space at their ends, which a few have, is no part of them."""

    text: str
    start_offset: int
    end_offset: int

    def __post_init__(self) -> None:
        self.start_offset += len(self.text) - len(self.text.lstrip())
        self.end_offset -= len(self.text) - len(self.text.rstrip())
        self.text = self.text.strip()


class _Role(msgspec.Struct):
    type: str


class _Argument(_Words):
    role: _Role


class _Event(msgspec.Struct):
    subtype: str
    nugget: _Words
    argument: list[_Argument] = []


class _Hopper(msgspec.Struct):
    events: list[_Event]


class _CyberEvent(msgspec.Struct):
    hopper: list[_Hopper]


class _Info(msgspec.Struct):
    date: str = ""


class _Article(msgspec.Struct):
    content: str
    sourcefile: str
    cyberevent: _CyberEvent
    info: _Info = msgspec.field(default_factory=_Info)


class _Range(NamedTuple):
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Mention:
    """Words of an article and where they are, or are said to be if they were not ``found`` there."""

    text: str
    range: _Range
    found: bool

    def at(self, part: _Range) -> Span:
        """Their place in a part of the article."""
        return ((self.range.start - part.start, self.range.end - part.start),)


def casie(source: Source, *, level: Level = "sentence") -> Iterator[Found]:
    """Articles of CASIE, each a JSON object, sentence by sentence or whole, with the original text.

    What is done follows UIE, with sentencex in the place of CoreNLP to find the sentences. An event
    belongs to the sentence of its trigger (``nugget``). Its arguments in other sentences are left out,
    which is noted as ``lost-argument``. Offsets that are off by one or two characters are mended
    (``shifted-offsets``); words that are not found there either keep theirs. Sentences that a trigger
    joins are made one; UIE drops such events.

    Sentences are as they stand in the article, without the white space around them. Events are in
    the order of their triggers. The group of a sentence begins with the date of its article, so that
    articles can be put in order of time by it; UIE leaves out the articles 10001, 10002 and 999.

    Raises ValueError when ``level`` is neither, or when sentencex is not there.
    """
    if level not in get_args(Level):
        raise ValueError(f"level: expected {' or '.join(get_args(Level))}, found {level!r}")
    return found_in(source, _Article, lambda line, article: _found(line, article, level))


def _found(line: int, article: _Article, level: Level) -> Iterator[Found]:
    name = PurePath(article.sourcefile).stem
    group = f"{article.info.date}-{name}" if article.info.date else name
    events = [
        (_located(article.content, event.nugget), event)
        for hopper in article.cyberevent.hopper
        for event in hopper.events
    ]
    events.sort(key=lambda found: found[0].range)
    parts = _parts(article.content, level)
    if not parts:
        raise LayoutError("expected a text at content, found none")
    parts = _joined(parts, [trigger.range for trigger, _ in events if trigger.found])
    inside: list[list[tuple[_Mention, _Event]]] = [[] for _ in parts]
    for trigger, event in events:
        inside[_part_of(trigger.range.start, parts)].append((trigger, event))
    for n, part in enumerate(parts):
        flaws: list[Flaw] = []
        gold = tuple(_event(article.content, part, trigger, event, flaws) for trigger, event in inside[n])
        text = article.content[part.start : part.end]
        id_ = name if level == "document" else f"{name}-{n + 1}"
        yield Found(line, text, Extraction(events=gold), id=id_, group=group, flaws=tuple(flaws))


# -- sentences --------------------------------------------------------------------------------


def _parts(content: str, level: Level) -> list[_Range]:
    """The sentences of an article, or all of it, without the white space around them."""
    if level == "document":
        return _trimmed(content, 0, len(content))
    try:
        import sentencex
    except ImportError:
        raise ValueError("splitting text into sentences takes sentencex: python -m pip install 'sfr[data]'") from None
    whole = content.encode(errors="replace").decode()  # half of a surrogate pair, which sentencex refuses, becomes "?"
    boundaries = sentencex.get_sentence_boundaries("en", whole)
    return [part for found in boundaries for part in _trimmed(content, found["start_index"], found["end_index"])]


def _trimmed(content: str, start: int, end: int) -> list[_Range]:
    """The range without the white space at its ends; nothing if that is all there is."""
    text = content[start:end]
    first, last = end - len(text.lstrip()), start + len(text.rstrip())
    return [_Range(first, last)] if first < last else []


def _joined(parts: list[_Range], triggers: list[_Range]) -> list[_Range]:
    """The parts, those in one that a trigger joins."""
    with_next: set[int] = set()
    for trigger in triggers:
        with_next.update(range(_part_of(trigger.start, parts), _part_of(trigger.end - 1, parts)))
    found: list[_Range] = []
    for n, part in enumerate(parts):
        if n - 1 in with_next:
            found[-1] = _Range(found[-1].start, part.end)
        else:
            found.append(part)
    return found


def _part_of(place: int, parts: Sequence[_Range]) -> int:
    """The number of the part in which a place is, or behind which it is; of the first if it is before all."""
    return max(0, bisect_right(parts, place, key=lambda part: part.start) - 1)


# -- events -----------------------------------------------------------------------------------


def _located(content: str, words: _Words) -> _Mention:
    """Words where they are found, at most two characters from where they are said to be."""
    text, said = words.text, words.start_offset
    for start in (said, said - 1, said + 1, said - 2, said + 2):
        if text and start >= 0 and content.startswith(text, start):
            return _Mention(text, _Range(start, start + len(text)), found=True)
    return _Mention(text, _Range(said, words.end_offset), found=False)


def _event(content: str, part: _Range, trigger: _Mention, event: _Event, flaws: list[Flaw]) -> Event:
    """An event of a part of an article; dirt is added to ``flaws``."""
    flaws += _moved(event.nugget, trigger)
    arguments = []
    for filler in event.argument:
        mention, role = _located(content, filler), filler.role.type
        if not (part.start <= mention.range.start and mention.range.end <= part.end):
            flaws.append(Flaw("lost-argument", f"{role} {mention.text!r} is outside the sentence of {trigger.text!r}"))
            continue
        flaws += _moved(filler, mention)
        arguments.append(Argument(role, mention.text, mention.at(part)))
    return Event(event.subtype, trigger.text, tuple(arguments), trigger.at(part))


def _moved(said: _Words, mention: _Mention) -> list[Flaw]:
    if (said.start_offset, said.end_offset) == mention.range:
        return []
    places = (
        f"{said.start_offset}-{said.end_offset} of the article, and is at {mention.range.start}-{mention.range.end}"
    )
    return [Flaw("shifted-offsets", f"{said.text!r} is said to be at {places}")]
