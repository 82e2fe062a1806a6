"""An extraction in the making: what the formats put their findings into."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from sfr.grounding import Budget, Source
from sfr.normalize import Normalizer
from sfr.schema import Schema
from sfr.structures import Argument, Entity, Event, Extraction, Relation, Task

__all__ = ["CODES", "DROPPED", "Draft", "Policy", "Problem", "Split"]

Split = Literal["source", "space", "atomic"]
"""How the joined values of a paper slot are told apart: by the text, at spaces, or not at all."""

Policy = Literal["keep", "drop", "reject"]
"""What becomes of a unit that breaks a rule: it counts, it is left out, or it spoils the output."""

_MAX_PROBLEMS = 100
_SHOWN = 60

CODES = {
    "too-long": "a text within the bound max_chars",
    "too-deep": "brackets within the bound max_depth, and not more of them than units may need",
    "too-many-units": "no more units, empty ones included, than the bound max_units",
    "no-answer": "an answer",
    "no-json": "a JSON object, or one of the known formats",
    "no-records": 'records as one JSON object, such as {"person": ["Kevin"]}',
    "wrong-format": "the format that was asked for",
    "nothing-readable": "at least one value that can be read",
    "unclosed-thinking": "a closed thinking block",
    "extra-json": "one JSON object",
    "quotes": "double quotes around strings, inner ones escaped",
    "commas": "exactly one comma between members",
    "brackets": "every bracket closed by its own kind",
    "truncated": "a text that is complete",
    "duplicate-key": "each key once",
    "empty-type": "a non-empty type",
    "empty-mention": "non-empty mentions",
    "no-trigger": "an event with a trigger",
    "no-type": "a type, or a schema of one type",
    "not-a-list": "a list",
    "not-a-string": "a string",
    "not-a-pair": "a pair of strings",
    "not-a-triple": "a triple of strings",
    "not-an-object": "an object",
    "not-an-event": '{"trigger": ..., "arguments": [[role, text], ...]}',
    "not-an-argument": "[role, text]",
    "unknown-type": "a type of the schema",
    "unknown-role": "a role of the schema",
    "not-in-source": "a substring of the text",
    "more-problems": f"no more than {_MAX_PROBLEMS} problems",
}
"""What was expected, for each problem code."""

DROPPED = frozenset(
    {
        "empty-type",
        "empty-mention",
        "no-type",
        "not-a-list",
        "not-a-string",
        "not-a-pair",
        "not-a-triple",
        "not-an-object",
        "not-an-event",
        "not-an-argument",
    }
)
"""The problems that cost a part of the output: it could not be read."""


class Problem(NamedTuple):
    """A defect of a text: its code, its place, and what stood there.

    >>> print(Problem("not-a-pair", "used for[1]", "['surface']"))
    not-a-pair @ used for[1]: expected a pair of strings, found ['surface']
    """

    code: str
    where: str
    found: str = ""

    def __str__(self) -> str:
        """The problem as one line."""
        found = f", found {self.found}" if self.found else ""
        return f"{self.code} @ {self.where or 'top'}: expected {CODES[self.code]}{found}"


@dataclass(slots=True)
class Draft:
    """Collects units in order, brings them to their normal form and lists every defect."""

    task: Task
    normalize: Normalizer = field(default_factory=Normalizer)
    source: Source | None = None
    schema: Schema | None = None
    split: Split = "source"
    unknown_types: Policy = "keep"
    ungrounded: Policy = "keep"
    room: int = 10_000
    entities: list[Entity] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rejected: bool = False
    budget: Budget = field(default_factory=Budget)
    _kinds: dict[str, str] = field(default_factory=dict)
    _types: frozenset[str] = frozenset()
    _roles: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Bring the schema to the normal form in which types are compared."""
        if self.schema is not None:
            self._types = frozenset(map(self.normalize, self.schema.types))
            self._roles = frozenset(map(self.normalize, self.schema.roles))

    def problem(self, code: str, where: str, found: object = None) -> None:
        """Note a defect; past the first hundred only that there are more."""
        if len(self.problems) < _MAX_PROBLEMS:
            shown = "" if found is None else repr(found)
            where = where if where.isprintable() else where.encode("unicode_escape").decode()
            self.problems.append(Problem(code, where, shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "..."))
        elif len(self.problems) == _MAX_PROBLEMS:
            self.problems.append(Problem("more-problems", ""))

    def add_entity(self, kind: str, text: str, where: str) -> None:
        """Take an entity; an empty text stands for none."""
        if self._full():
            return
        kind, text = self._kind(kind), self.normalize(text)
        if text and self._type_passes(kind, where) and self._grounded(where, text):
            self.entities.append(Entity(kind, text))

    def add_relation(self, kind: str, head: str, tail: str, where: str) -> None:
        """Take a relation; two empty mentions stand for none, one is a defect."""
        if self._full():
            return
        kind, head, tail = self._kind(kind), self.normalize(head), self.normalize(tail)
        if not (head and tail):
            if head or tail:
                self.problem("empty-mention", where, [head, tail])
        elif self._type_passes(kind, where) and self._grounded(where, head, tail):
            self.relations.append(Relation(kind, head, tail))

    def add_event(self, kind: str, trigger: str, arguments: list[tuple[str, str, str]], where: str) -> None:
        """Take an event with its (role, text, place) arguments; nothing at all stands for none."""
        if self._full(len(arguments)):
            return
        kind, trigger = self._kind(kind), self.normalize(trigger)
        taken = [a for role, text, place in arguments if (a := self._argument(role, text, place))]
        if not (trigger or taken):
            return
        if not trigger:
            self.problem("no-trigger", where)
        if self._type_passes(kind, where) and (not trigger or self._grounded(where, trigger)):
            self.events.append(Event(kind, trigger, tuple(taken)))

    def extraction(self) -> Extraction:
        """All that was taken."""
        return Extraction(tuple(self.entities), tuple(self.relations), tuple(self.events))

    def _kind(self, name: str) -> str:
        """The normal form of a type or a role, which come again and again."""
        kind = self._kinds.get(name)
        if kind is None:
            kind = self._kinds[name] = self.normalize(name)
        return kind

    def _full(self, more: int = 0) -> bool:
        """Whether there is no room for one unit and so many more; below 0 it has run out."""
        if self.room >= 0:
            self.room -= 1 + more
            if self.room < 0:
                self.problem("too-many-units", "")
        return self.room < 0

    def _argument(self, role: str, text: str, where: str) -> Argument | None:
        role, text = self._kind(role), self.normalize(text)
        if not text:
            return None
        if not role:
            self.problem("not-an-argument", where, [role, text])
            return None
        if self._roles and role not in self._roles:
            self.problem("unknown-role", where, role)
            self.rejected |= self.unknown_types == "reject"
            if self.unknown_types != "keep":
                return None
        return Argument(role, text) if self._grounded(where, text) else None

    def _type_passes(self, kind: str, where: str) -> bool:
        if not kind:
            self.problem("empty-type", where)
            return False
        if not self._types or kind in self._types:
            return True
        self.problem("unknown-type", where, kind)
        self.rejected |= self.unknown_types == "reject"
        return self.unknown_types == "keep"

    def _grounded(self, where: str, *values: str) -> bool:
        if self.source is None:
            return True
        missing = [value for value in values if value not in self.source]
        for value in missing:
            self.problem("not-in-source", where, value)
        if not missing:
            return True
        self.rejected |= self.ungrounded == "reject"
        return self.ungrounded == "keep"
