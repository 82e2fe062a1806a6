"""anls_star: the records, with a name for each part of a unit (it matches lists in any order, so `[head, tail]` would equal `[tail, head]`)."""

from typing import Any

from anls_star import anls_score

from benchmarks.make_outputs import Records, Task

from ._row import Pairs, Row


def _named(task: Task, _: tuple[str, ...], records: Records) -> dict[str, list[Any]]:
    if task == "ner":
        return records
    if task == "re":
        return {type_: [{"head": head, "tail": tail} for head, tail in pairs] for type_, pairs in records.items()}
    return {
        type_: [
            {
                "trigger": event["trigger"],
                "arguments": [{"role": role, "text": text} for role, text in event["arguments"]],
            }
            for event in events
        ]
        for type_, events in records.items()
    }


def _score(_: Task, pairs: Pairs) -> None:
    for gold, pred in pairs:
        anls_score(gold, pred)


ROWS = (Row("anls_star", {"ner": 100, "re": 100, "ee": 40}, _named, _score),)
