"""The sentences as data sets before they are built: a folder for each task, with a description of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice

from sfr.newswire.names import Split
from sfr.newswire.phrases import ROLES, TYPES
from sfr.newswire.sentences import sentences
from sfr.structures import TASKS, Task

__all__ = ["raw_files"]


def raw_files(train: int, held_out: int, seed: int = 0) -> Iterator[tuple[str, Iterator[str]]]:
    """The name and the lines of each file: ``newswire_TASK/data_set.yaml`` and a file for each split.

    ``train`` sentences of each task to train on, ``held_out`` for each of dev and test.
    """
    sizes: dict[Split, int] = {"train": train, "dev": held_out, "test": held_out}
    for task in TASKS:
        yield f"newswire_{task}/data_set.yaml", _description(task)
        for split, size in sizes.items():
            rows = islice(sentences(task, split, seed), size)
            yield f"newswire_{task}/{split}.jsonl", (f"{json.dumps(row)}\n" for row in rows)


def _description(task: Task) -> Iterator[str]:
    entries = {
        "name": f"newswire_{task}",
        "task": task,
        "title": f"Made-up newswire, {task}",
        "layout": "records",
        "options": {"task": task},
        "files": {split: [f"{split}.jsonl"] for split in ("train", "dev", "test")},
        "labels": {kind: kind for kind in TYPES[task]},
        "roles": {role: role for role in ROLES} if task == "ee" else {},
        "licence": "Apache-2.0",
    }
    # JSON is YAML; an entry a line reads well enough.
    return (f"{name}: {json.dumps(value)}\n" for name, value in entries.items())
