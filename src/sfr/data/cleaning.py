"""From what a reader found to an example: labels renamed, dirt dealt with by rule, all of it noted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sfr.data.catalogue import DataSet
from sfr.data.layouts import Found
from sfr.data.rules import RULES, Action
from sfr.examples import PIECE_JOINER
from sfr.schema import Schema
from sfr.structures import Argument, Entity, Event, Extraction, Relation, Span

__all__ = ["Cleaner", "Dirt", "actions_of"]


@dataclass(frozen=True, slots=True)
class Dirt:
    """What was dirty about a row: the rule, what was done, what was found."""

    rule: str
    action: Action
    message: str


def actions_of(data: DataSet, chosen: Mapping[str, Action] | None = None) -> dict[str, Action]:
    """What is done under each rule: the default, unless the data set says otherwise, unless the user does.

    Raises ValueError for an unknown rule, or an action that the rule cannot have.
    """
    actions = {name: rule.default for name, rule in RULES.items()}
    if data.empty == "drop":
        actions["no-unit"] = "drop-row"
    actions.update(data.rules)
    for name, action in (chosen or {}).items():
        if name not in RULES:
            raise ValueError(f"unknown rule {name!r}; known: {', '.join(RULES)}")
        if action not in RULES[name].actions:
            raise ValueError(f"{name} can be {', '.join(RULES[name].actions)}, not {action!r}")
        actions[name] = action
    return actions


@dataclass(slots=True)
class _Row:
    """A row at work: its text, and what has been noted about it."""

    text: str
    dirt: list[Dirt] = field(default_factory=list)
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Cleaner:
    """How the rows of one data set become examples of a schema."""

    data: DataSet
    schema: Schema
    actions: Mapping[str, Action]
    _roles: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        """Keep the order of the roles."""
        order = {role: place for place, role in enumerate(self.schema.roles)}
        object.__setattr__(self, "_roles", order)

    def __call__(self, found: Found) -> tuple[Extraction | None, list[Dirt]]:
        """The gold of a row, or None if the row is left out; and all that is dirty about it."""
        row = _Row(found.text)
        for flaw in found.flaws:
            if not self._note(row, flaw.code, flaw.message):
                row.dropped = True  # which unit it is about is not known any more
        if not found.text.strip():
            self._note(row, "no-text", "expected a text, found none")
        gold = self._gold(row, found.gold)
        if not (gold.entities or gold.relations or gold.events):
            self._note(row, "no-unit", f"no {_UNITS[self.data.task]}")
        if not _encodable(found, gold):
            self._note(row, "broken-character", "expected whole characters, found half of a surrogate pair")
        return (None if row.dropped else gold), row.dirt

    def _note(self, row: _Row, rule: str, message: str) -> bool:
        """Note dirt; whether the unit that it is about stays."""
        action = self.actions[rule]
        row.dirt.append(Dirt(rule, action, message))
        row.dropped |= action in {"drop-row", "fail"}
        return action == "keep"

    def _gold(self, row: _Row, gold: Extraction) -> Extraction:
        seen: set[object] = set()
        if self.data.task == "ner":
            entities = [e for entity in gold.entities for e in self._entity(row, entity, seen)]
            if all(entity.at for entity in entities):
                entities.sort(key=lambda entity: entity.at)  # order of appearance
            return Extraction(entities=tuple(entities))
        if self.data.task == "re":
            return Extraction(
                relations=tuple(r for relation in gold.relations for r in self._relation(row, relation, seen))
            )
        return Extraction(events=tuple(e for event in gold.events for e in self._event(row, event, seen)))

    def _entity(self, row: _Row, entity: Entity, seen: set[object]) -> Iterator[Entity]:
        kind = self._label(row, entity.type)
        at = self._mention(row, entity.text, entity.at)
        if kind is not None and at is not None and self._fresh(row, (kind, entity.text), seen):
            yield Entity(kind, entity.text, at)

    def _relation(self, row: _Row, relation: Relation, seen: set[object]) -> Iterator[Relation]:
        kind, head, tail = self._label(row, relation.type), relation.head, relation.tail
        head_at = self._mention(row, head, relation.head_at)
        tail_at = self._mention(row, tail, relation.tail_at)
        if kind is None or head_at is None or tail_at is None:
            return
        same = head_at == tail_at if head_at and tail_at else head == tail
        if same and not self._note(row, "self-relation", f"{kind}: {head!r} is its own tail"):
            return
        if self._fresh(row, (kind, head, tail), seen):
            yield Relation(kind, head, tail, head_at, tail_at)

    def _event(self, row: _Row, event: Event, seen: set[object]) -> Iterator[Event]:
        kind = self._label(row, event.type)
        at = self._mention(row, event.trigger, event.trigger_at)
        filled: set[object] = set()
        arguments = [a for argument in event.arguments for a in self._argument(row, argument, filled)]
        arguments.sort(key=lambda argument: self._roles[argument.role])
        words = tuple((a.role, a.text) for a in arguments)
        if kind is not None and at is not None and self._fresh(row, (kind, event.trigger, words), seen):
            yield Event(kind, event.trigger, tuple(arguments), at)

    def _argument(self, row: _Row, argument: Argument, seen: set[object]) -> Iterator[Argument]:
        role = self._named(row, argument.role, self.data.roles, "role")
        if role is None:
            return
        at = self._mention(row, argument.text, argument.at)
        if at is not None and self._fresh(row, (role, argument.text), seen):
            yield Argument(role, argument.text, at)

    def _label(self, row: _Row, label: str) -> str | None:
        return self._named(row, label, self.data.labels, "label")

    def _named(self, row: _Row, name: str, names: Mapping[str, str | None], what: str) -> str | None:
        """The name in prompts of a label or a role; None for one that is left out."""
        if name not in names:
            self._note(row, "unknown-label", f"unknown {what} {name!r}; known: {', '.join(names)}")
        elif names[name] is None:
            self._note(row, "unmapped-label", f"{what} {name!r}")
        return names.get(name)

    def _mention(self, row: _Row, mention: str, at: Span) -> Span | None:
        """Where a mention stands, () if that is not known; None if it has to go."""
        if not mention.strip():
            self._note(row, "empty-mention", "expected a mention, found no text")
            return None
        pieces = tuple(row.text[start:end] for start, end in at)
        if at and not (PIECE_JOINER.join(pieces) == mention and all(0 <= s < e <= len(row.text) for s, e in at)):
            places = ", ".join(f"{start}-{end}" for start, end in at)
            kept = self._note(
                row, "bad-offsets", f"{mention!r} is said to be at {places}, where {' '.join(pieces)!r} is"
            )
            at = ()
            if not kept:
                return None
        if len(at) > 1 and not self._note(row, "in-pieces", f"{mention!r} is in {len(at)} pieces"):
            return None
        if not at and mention not in row.text and not self._note(row, "not-in-text", f"{mention!r} is not in the text"):
            return None
        return at

    def _fresh(self, row: _Row, unit: object, seen: set[object]) -> bool:
        """Whether a unit stays: it does unless the row has it already and the rule says that it goes."""
        if unit in seen:
            return self._note(row, "repeated-unit", f"{_said(unit)} again")
        seen.add(unit)
        return True


_UNITS = {"ner": "entity", "re": "relation", "ee": "event"}


def _said(unit: object) -> str:
    return (
        " | ".join(part if isinstance(part, str) else "..." for part in unit) if isinstance(unit, tuple) else str(unit)
    )


def _encodable(found: Found, gold: Extraction) -> bool:
    """Whether the id, the text and the mentions of a row can be written to a file."""
    words = [
        found.id,
        found.text,
        *(e.text for e in gold.entities),
        *(m for r in gold.relations for m in (r.head, r.tail)),
    ]
    words += [m for e in gold.events for m in (e.trigger, *(a.text for a in e.arguments))]
    try:
        "".join(words).encode()
    except UnicodeEncodeError:
        return False
    return True
