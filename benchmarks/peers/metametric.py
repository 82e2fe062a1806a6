"""metametric: hashable tuples (its fast path), and the dataclasses of its documentation."""

from collections.abc import Collection
from dataclasses import dataclass

import metametric.dsl as mm
from metametric.core.decorator import metametric

from benchmarks.make_outputs import Records, Task

from ._row import Pairs, Row


@metametric()
@dataclass
class _Entity:
    type: str
    text: str


@metametric()
@dataclass
class _Relation:
    type: str
    head: str
    tail: str


@metametric()
@dataclass
class _Argument:
    role: str
    text: str


@metametric()
@dataclass
class _Event:
    type: str
    trigger: str
    arguments: Collection[_Argument]


def _tuples(task: Task, _: tuple[str, ...], records: Records) -> list[tuple[str, ...]]:
    if task == "ner":
        return [(type_, text) for type_, texts in records.items() for text in texts]
    return [(type_, head, tail) for type_, pairs in records.items() for head, tail in pairs]


def _objects(task: Task, _: tuple[str, ...], records: Records) -> list[_Entity] | list[_Relation] | list[_Event]:
    if task == "ner":
        return [_Entity(type_, text) for type_, texts in records.items() for text in texts]
    if task == "re":
        return [_Relation(type_, head, tail) for type_, pairs in records.items() for head, tail in pairs]
    return [
        _Event(type_, event["trigger"], [_Argument(role, text) for role, text in event["arguments"]])
        for type_, events in records.items()
        for event in events
    ]


_TUPLE_METRIC = mm.set_matching[tuple, "<->", "f1"](mm.discrete[tuple])
_OBJECT_METRICS = {
    "ner": mm.set_matching[_Entity, "<->", "f1"](...),
    "re": mm.set_matching[_Relation, "<->", "f1"](...),
    "ee": mm.set_matching[_Event, "<->", "f1"](...),
}


def _score_tuples(_: Task, pairs: Pairs) -> None:
    for gold, pred in pairs:
        _TUPLE_METRIC.score(pred, gold)


def _score_objects(task: Task, pairs: Pairs) -> None:
    metric = _OBJECT_METRICS[task]
    for gold, pred in pairs:
        metric.score(pred, gold)


ROWS = (
    Row("metametric, tuples", {"ner": 2_000, "re": 2_000}, _tuples, _score_tuples),
    Row("metametric, dataclasses", {"ner": 1_000, "re": 1_000, "ee": 500}, _objects, _score_objects),
)
