"""From what a model wrote to an extraction, with an account of how it was read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sfr.formats import DROPPED, FORMATS, Call, Draft, Pairs, Policy, Problem, Split, read_node, read_text
from sfr.grounding import Source
from sfr.normalize import Normalizer
from sfr.parsing._scan import Found, TooDeep, find, whole
from sfr.parsing._wrapping import fenced, is_talk, open_wrapping, unfenced
from sfr.schema import Schema, SchemaLike, as_schema
from sfr.structures import Extraction, Task, as_task

__all__ = ["RUNGS", "ParseError", "Parsed", "Reading", "Status", "parse"]

Status = Literal["ok", "recovered", "unparsable"]

RUNGS = ("thinking", "answer", "fence", "prose", "quotes", "commas", "brackets", "malformed", "truncated")
"""What a reading had to get past, from harmless to costly."""


_ASSIGNMENT = re.compile(r"\w+\s*=\s*\Z")  # the result of a Python answer


class ParseError(ValueError):
    """A text that had to be right is not; ``problems`` lists every defect."""

    def __init__(self, what: str, problems: tuple[Problem, ...]) -> None:
        """Say what was read and what is wrong with it."""
        super().__init__(what, problems)
        self.what = what
        self.problems = problems

    def __str__(self) -> str:
        """One line a problem."""
        return "\n  ".join([f"{self.what}:", *map(str, self.problems)])


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was read from a text, and how.

    ``status`` is ``ok``, ``recovered`` or ``unparsable``; ``rungs`` what the reading had to get
    past, in the order of ``RUNGS``; ``format`` the name of the format it found; ``duplicates``
    how many units were written more than once.
    """

    extraction: Extraction
    status: Status
    rungs: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    duplicates: int = 0
    format: str = ""

    @property
    def rung(self) -> str:
        """The costliest of the rungs, or "" for a text that is right as it stands."""
        return self.rungs[-1] if self.rungs else ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How texts are read: text equality, formats, policies and bounds."""

    normalize: Normalizer = Normalizer()
    format: str = "auto"
    split: Split = "source"
    unknown_types: Policy = "keep"
    ungrounded: Policy = "keep"
    max_chars: int = 100_000
    max_depth: int = 64
    max_units: int = 10_000

    def __post_init__(self) -> None:
        """Refuse unknown formats."""
        if self.format not in {"auto", *FORMATS}:
            msg = f"unknown format {self.format!r}; known: auto, {', '.join(FORMATS)}"
            raise ValueError(msg)

    def draft(self, task: Task, source: Source | None, schema: Schema | None) -> Draft:
        """An empty draft under these rules."""
        return Draft(
            task,
            self.normalize,
            source,
            schema,
            self.split,
            self.unknown_types,
            self.ungrounded,
            self.max_units,
        )

    def __call__(self, output: str, task: Task, source: Source | None, schema: Schema | None) -> Parsed:
        """What a model wrote, read as far as it can be; never raises on any text."""
        draft = self.draft(task, source, schema)
        if len(output) > self.max_chars:
            draft.problem("too-long", "", f"{len(output)} characters")
            return _unparsable(draft)
        body, offset, closed = output, 0, True
        rungs: list[str] = []
        try:
            answer = whole(output, self.max_depth)
            if answer is None:  # tags within its strings would be a part of them
                body, offset, rungs, closed = open_wrapping(output)
            values = [answer] if answer else find(body, self.max_depth)
        except TooDeep:
            draft.problem("too-deep", "")
            return _unparsable(draft, rungs)
        if not closed:
            draft.problem("unclosed-thinking", "")
            values = [value for value in values[-1:] if not value.repairs and not is_talk(body[value.end :])]
        name = self._read(values, body, offset, draft, rungs) if values or closed else ""
        return self._judge(name, draft, rungs)

    def _read(self, values: list[Found], body: str, offset: int, draft: Draft, rungs: list[str]) -> str:
        """Take the units of the answer; the name of its format, or "" if there is none."""
        if not values:
            text = unfenced(body)
            if text is not body:
                rungs.append("fence")
            name = read_text(text, draft) if self.format in {"auto", "instructuie", "sel"} else ""
            if not name:
                draft.problem("no-json" if body.strip() else "no-answer", "")
            return name
        answer = _last_answer(values, draft)
        before, after = body[: answer.start], body[answer.end :]
        if fenced(before, after):
            rungs.append("fence")
        name = read_node(answer.node, draft)
        if isinstance(answer.node, (list, Call)):
            before = _ASSIGNMENT.sub("", before)
        if is_talk(before) or is_talk(after):
            rungs.append("prose")
        for repair, place in answer.repairs.items():
            if name == "calls" and repair == "quotes":
                continue
            rungs.append(repair)
            draft.problem(repair, f"character {offset + place}")
        return name

    def _accepts(self, name: str, extraction: Extraction) -> bool:
        """Whether a format is the one asked for; IEPile's entities and bare triggers are those of records."""
        if self.format == "iepile" and name == "records":
            return not extraction.relations and not any(event.arguments for event in extraction.events)
        return self.format in {"auto", name}

    def _judge(self, name: str, draft: Draft, rungs: list[str]) -> Parsed:
        extraction = draft.extraction()
        count, duplicates = _count(extraction)
        if name and count and not self._accepts(name, extraction):
            draft.problem("wrong-format", "", name)
            return _unparsable(draft, rungs)
        if draft.room < 0:
            return _unparsable(draft, rungs)
        dropped = any(problem.code in DROPPED for problem in draft.problems)
        if dropped:
            rungs.append("malformed")
            if not count:
                draft.problem("nothing-readable", "")
        cut = "truncated" in rungs and not count
        if cut and not dropped:
            draft.problem("nothing-readable", "")
        if not name or draft.rejected or cut or (dropped and not count):
            return _unparsable(draft, rungs)
        ladder = tuple(rung for rung in RUNGS if rung in rungs)
        status: Status = "recovered" if ladder else "ok"
        return Parsed(extraction, status, ladder, tuple(draft.problems), duplicates, name)


def _last_answer(values: list[Found], draft: Draft) -> Found:
    """Of several values the last object, rather one that is not empty; if there is none, the last list."""
    objects = [value for value in values if isinstance(value.node, Pairs)]
    if len(objects) > 1:
        draft.problem("extra-json", "", f"{len(objects)} objects")
    return ([value for value in objects if value.node] or objects or values)[-1]


def _unparsable(draft: Draft, rungs: list[str] | tuple[str, ...] = ()) -> Parsed:
    ladder = tuple(rung for rung in RUNGS if rung in rungs)
    return Parsed(Extraction(), "unparsable", ladder, tuple(draft.problems))


def _count(extraction: Extraction) -> tuple[int, int]:
    """How many units there are, and how many of them repeat an earlier one.

    An argument repeats when its group (type, trigger) has it already; an event without
    arguments when its group exists already.
    """
    units: list[tuple[object, ...]] = [(e.type, e.text) for e in extraction.entities]
    units += [(r.type, r.head, r.tail) for r in extraction.relations]
    groups: set[tuple[str, str]] = set()
    again = 0
    for event in extraction.events:
        group = event.type, event.trigger
        units += [(*group, a.role, a.text) for a in event.arguments]
        again += group in groups and not event.arguments
        groups.add(group)
    return len(units) + len(groups), len(units) - len(set(units)) + again


@lru_cache(maxsize=64)
def source_of(text: str) -> Source:
    """The source of a text, tokenised once for all outputs of its group."""
    return Source(text)


def parse(  # noqa: PLR0913 - the public options of reading, by keyword
    output: str,
    task: Task,
    text: str | None = None,
    schema: SchemaLike | None = None,
    *,
    strict: bool = False,
    format: str = "auto",  # noqa: A002
    split: Split = "source",
    normalize: Normalizer | None = None,
) -> Parsed:
    """Read what a model wrote.

    ``text`` is the source text: the paper's strings need it to fall into values, and values that
    are not in it are listed as problems. ``schema`` (types, or types and roles) does the same for
    types and roles. ``format`` is one of ``FORMATS``, or ``auto``: by shape. With ``strict``, for
    gold, any problem at all raises ParseError; without it nothing in ``output`` ever raises.

    >>> import sfr
    >>> found = sfr.parse('Sure! {"person": ["Kevin", "Therese"]}', task="ner")
    >>> found.status, found.rung, found.format
    ('recovered', 'prose', 'records')
    >>> found.extraction.entities
    (Entity(type='person', text='Kevin'), Entity(type='person', text='Therese'))
    """
    task = as_task(task)
    if not isinstance(output, str):
        msg = f"output must be a string, not {type(output).__name__}"
        raise TypeError(msg)
    reading = Reading(normalize or Normalizer(), format, split)
    source = None if text is None else source_of(reading.normalize(text))
    parsed = reading(output, task, source, None if schema is None else as_schema(schema))
    if strict and (parsed.problems or parsed.status != "ok"):
        problems = parsed.problems or tuple(Problem("no-json", "", rung) for rung in parsed.rungs)
        raise ParseError(f"not clean {task} text", problems)
    return parsed
