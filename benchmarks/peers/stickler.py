"""stickler: a model with one list of units, compared exactly; the bare score, no report."""

from stickler import ComparableField, ExactComparator, StructuredModel

from benchmarks.make_outputs import Records, Task

from ._row import Pairs, Row


def _exact() -> str:
    field: str = ComparableField(comparator=ExactComparator(), threshold=1.0)
    return field


class _Entity(StructuredModel):  # type: ignore[misc,unused-ignore]
    type: str = _exact()
    text: str = _exact()


class _Relation(StructuredModel):  # type: ignore[misc,unused-ignore]
    type: str = _exact()
    head: str = _exact()
    tail: str = _exact()


class _Argument(StructuredModel):  # type: ignore[misc,unused-ignore]
    role: str = _exact()
    text: str = _exact()


class _Event(StructuredModel):  # type: ignore[misc,unused-ignore]
    type: str = _exact()
    trigger: str = _exact()
    arguments: list[_Argument] = ComparableField(weight=1.0)


class _Entities(StructuredModel):  # type: ignore[misc,unused-ignore]
    units: list[_Entity] = ComparableField(weight=1.0)


class _Relations(StructuredModel):  # type: ignore[misc,unused-ignore]
    units: list[_Relation] = ComparableField(weight=1.0)


class _Events(StructuredModel):  # type: ignore[misc,unused-ignore]
    units: list[_Event] = ComparableField(weight=1.0)


def _model(task: Task, _: tuple[str, ...], records: Records) -> StructuredModel:
    if task == "ner":
        return _Entities(units=[_Entity(type=type_, text=text) for type_, texts in records.items() for text in texts])
    if task == "re":
        return _Relations(
            units=[
                _Relation(type=type_, head=head, tail=tail) for type_, pairs in records.items() for head, tail in pairs
            ]
        )
    return _Events(
        units=[
            _Event(
                type=type_,
                trigger=event["trigger"],
                arguments=[_Argument(role=role, text=text) for role, text in event["arguments"]],
            )
            for type_, events in records.items()
            for event in events
        ]
    )


def _score(_: Task, pairs: Pairs) -> None:
    for gold, pred in pairs:
        gold.compare(pred)


ROWS = (Row("stickler, compare", {"ner": 200, "re": 200, "ee": 100}, _model, _score),)
