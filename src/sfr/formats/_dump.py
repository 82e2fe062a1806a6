"""Writing an extraction in the formats that can hold it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from sfr.structures import Argument, Event, Extraction, Task, as_task

__all__ = ["dump", "records", "slots"]

_Writer = Callable[[Extraction], str]


def dump(extraction: Extraction, task: Task, *, format: str = "records", joiner: str = " ") -> str:  # noqa: A002
    """The extraction's units of one task as text, in the format of that name.

    ``joiner`` stands between the values of a paper slot: a space as in the paper, or ``" | "``,
    which can be read back without the source text.

    Raises ValueError when the format has no way to write the task.

    >>> from sfr import Entity, Extraction
    >>> dump(Extraction(entities=(Entity("person", "Kevin"), Entity("person", "Therese"))), "ner")
    '{"person": ["Kevin", "Therese"]}'
    """
    as_task(task)
    if format == "slots":
        return _json(slots(extraction, task, joiner=joiner))
    if format == "records":
        return _json(records(extraction, task))
    writer = _WRITERS.get((format, task))
    if writer is None:
        known = sorted({name for name, other in _WRITERS if other == task} | {"records", "slots"})
        msg = f"cannot write {task} as {format!r}; possible: {', '.join(known)}"
        raise ValueError(msg)
    return writer(extraction)


def records(extraction: Extraction, task: Task, *, types: Iterable[str] = ()) -> dict[str, list[object]]:
    """The extraction's units of one task in the shape of records, by type.

    ``types`` come before all others and in this order, even without a unit.
    """
    found: dict[str, list[object]] = {kind: [] for kind in types}
    if as_task(task) == "ner":
        for entity in extraction.entities:
            found.setdefault(entity.type, []).append(entity.text)
    elif task == "re":
        for relation in extraction.relations:
            found.setdefault(relation.type, []).append([relation.head, relation.tail])
    else:
        for event in extraction.events:
            arguments = [[argument.role, argument.text] for argument in event.arguments]
            found.setdefault(event.type, []).append({"trigger": event.trigger, "arguments": arguments})
    return found


def slots(extraction: Extraction, task: Task, *, joiner: str = " ", types: Iterable[str] = ()) -> dict[str, str]:
    """The extraction's units of one task as the paper's strings, by type; ``types`` as for ``records``."""
    if as_task(task) == "ner":
        items = [(e.type, e.text) for e in extraction.entities]
    elif task == "re":
        items = [(r.type, f"{r.head}, {r.tail}") for r in extraction.relations]
    else:
        items, joiner = [(e.type, _group(e)) for e in extraction.events], " | "
    found: dict[str, dict[str, None]] = {kind: {} for kind in types}
    for kind, text in items:
        found.setdefault(kind, {})[text] = None
    return {kind: joiner.join(texts) for kind, texts in found.items()}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _by_type(items: Iterable[tuple[str, object]]) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for kind, item in items:
        found.setdefault(kind, []).append(item)
    return found


def _by_role(arguments: Iterable[Argument]) -> dict[str, object]:
    found = _by_type((a.role, a.text) for a in arguments)
    return {role: texts[0] if len(texts) == 1 else texts for role, texts in found.items()}


def _group(event: Event) -> str:
    arguments = "; ".join(f"{a.role}: {a.text}" for a in event.arguments)
    return f"{event.trigger}: {arguments}".rstrip(" ")


def _ner_iepile(x: Extraction) -> str:
    return _json(records(x, "ner"))


def _re_iepile(x: Extraction) -> str:
    return _json(_by_type((r.type, {"subject": r.head, "object": r.tail}) for r in x.relations))


def _ee_iepile(x: Extraction) -> str:
    return _json(_by_type((e.type, {"trigger": e.trigger, "arguments": _by_role(e.arguments)}) for e in x.events))


def _ner_lists(x: Extraction) -> str:
    return _json({"entity_list": [{"name": e.text, "type": e.type} for e in x.entities]})


def _re_lists(x: Extraction) -> str:
    return _json({"relation_list": [{"relation": r.type, "head": r.head, "tail": r.tail} for r in x.relations]})


def _ee_lists(x: Extraction) -> str:
    return _json(
        {
            "event_list": [
                {"event_type": e.type, "event_trigger": e.trigger, "event_argument": _by_role(e.arguments)}
                for e in x.events
            ]
        }
    )


def _ner_triples(x: Extraction) -> str:
    return _json({"ner": [[e.text, e.type] for e in x.entities]})


def _re_triples(x: Extraction) -> str:
    return _json({"triple_list": [[r.head, r.type, r.tail] for r in x.relations]})


def _universalner(x: Extraction) -> str:
    types = {e.type for e in x.entities}
    if len(types) > 1:
        msg = f"universalner holds one type, not {sorted(types)}"
        raise ValueError(msg)
    return _json([e.text for e in x.entities])


def _name(kind: str) -> str:
    """A Python name: ``used for`` becomes ``UsedFor``; the schema gives the spelling back."""
    letters = "".join(c if c.isalnum() else " " for c in kind).split()
    name = "".join(word[0].upper() + word[1:] for word in letters)
    return name if name.isidentifier() else f"T{name}"


def _argument_name(role: str) -> str:
    name = "_".join("".join(c if c.isalnum() else " " for c in role).lower().split())
    return name if name.isidentifier() else f"r_{name}"


def _calls(calls: Iterable[str]) -> str:
    return f"result = [{', '.join(calls)}]"


def _ner_calls(x: Extraction) -> str:
    return _calls(f"{_name(e.type)}(span={_json(e.text)})" for e in x.entities)


def _re_calls(x: Extraction) -> str:
    return _calls(f"{_name(r.type)}(arg1={_json(r.head)}, arg2={_json(r.tail)})" for r in x.relations)


def _ee_calls(x: Extraction) -> str:
    def call(event: Event) -> str:
        arguments = _by_type((a.role, a.text) for a in event.arguments)
        values = (f", {_argument_name(role)}={_json(texts)}" for role, texts in arguments.items())
        return f"{_name(event.type)}(mention={_json(event.trigger)}{''.join(values)})"

    return _calls(map(call, x.events))


def _ner_instructuie(x: Extraction) -> str:
    return "; ".join(f"{e.type}: {e.text}" for e in x.entities) or "None"


def _re_instructuie(x: Extraction) -> str:
    return "; ".join(f"{r.type}: {r.head}, {r.tail}" for r in x.relations) or "None"


def _ee_instructuie(x: Extraction) -> str:
    groups = (f"({e.type}: {e.trigger}{''.join(f', {a.role}: {a.text}' for a in e.arguments)})" for e in x.events)
    return " ".join(groups) or "None"


_WRITERS: dict[tuple[str, Task], _Writer] = {
    ("iepile", "ner"): _ner_iepile,
    ("iepile", "re"): _re_iepile,
    ("iepile", "ee"): _ee_iepile,
    ("lists", "ner"): _ner_lists,
    ("lists", "re"): _re_lists,
    ("lists", "ee"): _ee_lists,
    ("triples", "ner"): _ner_triples,
    ("triples", "re"): _re_triples,
    ("universalner", "ner"): _universalner,
    ("calls", "ner"): _ner_calls,
    ("calls", "re"): _re_calls,
    ("calls", "ee"): _ee_calls,
    ("instructuie", "ner"): _ner_instructuie,
    ("instructuie", "re"): _re_instructuie,
    ("instructuie", "ee"): _ee_instructuie,
}
