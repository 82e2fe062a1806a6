"""Samples of lm-evaluation-harness: ``samples_TASK_TIME.jsonl``, written with ``--log_samples``.

A line is an example under one filter: ``doc`` is the row of the task's data set, ``doc_id`` its
number there, ``filtered_resps`` the response of each of its requests, a generating task has one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sfr.files import kind_of
from sfr.predictions._feed import Feed, Line
from sfr.predictions._fields import embedded, name_of
from sfr.predictions._join import Answer

__all__ = ["SAMPLES", "answers"]

SAMPLES = re.compile(r"samples_(?P<task>.+)_(?P<time>\d{4}-\d\d-\d\dT.+)\.jsonl")


def answers(feed: Feed, wanted: str | None, notes: list[str], *, ordered: bool) -> Iterator[Answer]:
    """What the lines hold of the filter that is wanted, or of the first of each task.

    ``ordered`` if an example without an id is found by its number.
    """
    filters: dict[Path, dict[str, None]] = {}
    for line in feed:
        name = str(line.value.get("filter", "none"))
        names = filters.setdefault(line.path, {})
        names[name] = None
        if name == (wanted or next(iter(names))):
            yield _answer(line, ordered=ordered)
    for path, names in filters.items():
        taken = wanted or next(iter(names))
        others = ", ".join(name for name in names if name != taken)
        if taken not in names:
            feed.problems.add(str(path), [f"there are no responses of the filter {taken}; there are {others}"])
        elif others:
            notes.append(f"{path.name}: the responses of the filter {taken}; there are also {others}")


def _answer(line: Line, *, ordered: bool) -> Answer:
    row = line.value
    doc = row.get("doc")
    doc = doc if isinstance(doc, dict) else {}
    problems: list[str] = []
    number = row.get("doc_id")
    if not isinstance(number, int):
        problems.append(f"doc_id: expected a number, found {kind_of(number)}")
        number = 0
    own = embedded(doc)
    name = name_of(own or doc, "id", problems)
    return Answer(
        line.place,
        number,
        _responses(row.get("filtered_resps"), problems),
        problems=tuple(problems),
        id=name,
        dataset=name_of(own or doc, "dataset", problems),
        position=number if name is None and ordered else None,
        own=None if own is None else {**own, "dataset": own.get("dataset") or _task_of(line.path)},
        prompt=doc["text"] if isinstance(doc.get("text"), str) else _asked(row.get("arguments")),
    )


def _responses(value: Any, problems: list[str]) -> tuple[str, ...]:
    """The samples of the one request of a generating task."""
    found = value[0] if isinstance(value, list) and len(value) == 1 else None
    found = [found] if isinstance(found, str) else found
    if isinstance(found, list) and found and all(isinstance(text, str) for text in found):
        return tuple(found)
    problems.append("filtered_resps: expected the response to one request, of a task that generates text")
    return ()


def _asked(arguments: Any) -> str | None:
    """The prompt of a request, or all that is said in its chat; None if it cannot be told."""
    try:
        prompt = arguments["gen_args_0"]["arg_0"]
        return prompt if isinstance(prompt, str) else "\n".join(turn["content"] for turn in json.loads(prompt[0]))
    except (KeyError, TypeError, ValueError):
        return None


def _task_of(path: Path) -> str:
    found = SAMPLES.fullmatch(path.name)
    return found["task"] if found else ""
