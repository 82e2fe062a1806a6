"""The sentences as data sets before they are built: a folder each, with a description of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

__all__ = ["raw_files"]

_FILE = "sentences.jsonl"
_TEST = 6  # sentences, and as many for dev


def raw_files(sentences: Iterable[dict[str, Any]]) -> dict[str, str]:
    """The files by name: for each task ``sample_TASK/sentences.jsonl`` and ``sample_TASK/data_set.yaml``."""
    by_task: dict[str, list[dict[str, Any]]] = {}
    for sentence in sentences:
        by_task.setdefault(sentence["task"], []).append(sentence)
    files = {}
    for task, rows in by_task.items():
        files[f"sample_{task}/data_set.yaml"] = _description(task, rows)
        lines = (json.dumps({key: row[key] for key in ("id", "text", "gold")}, ensure_ascii=False) for row in rows)
        files[f"sample_{task}/{_FILE}"] = "".join(f"{line}\n" for line in lines)
    return files


def _description(task: str, rows: list[dict[str, Any]]) -> str:
    schema = rows[0]["schema"]
    entries: dict[str, Any] = {
        "name": f"sample_{task}",
        "task": task,
        "title": f"The shipped sample, {task}",
        "layout": "records",
        "options": {"task": task},
        "files": {"all": [_FILE]},
        "carve": {"source": "all", "sizes": {"train": len(rows) - 2 * _TEST, "dev": _TEST, "test": _TEST}},
        "labels": {kind: kind for kind in schema["types"]},
        "roles": {role: role for role in schema.get("roles", ())},
        "licence": "Apache-2.0",
    }
    # JSON is YAML; an entry a line reads well enough.
    return "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in entries.items())
