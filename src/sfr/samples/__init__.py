"""Sentences with gold, written for this package, and outputs of many kinds for each of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

from sfr.samples._outputs import KINDS, outputs
from sfr.samples._raw import raw_files

__all__ = ["KINDS", "raw_files", "rows", "sentences"]


def sentences() -> Iterator[dict[str, Any]]:
    """The sentences, each with its id, task, text, schema and gold."""
    with resources.files(__name__).joinpath("sentences.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def rows() -> Iterator[dict[str, Any]]:
    """One row for each output: its sentence, with the kind and the output, and an id of both."""
    for sentence in sentences():
        for kind, output in outputs(sentence).items():
            yield {**sentence, "id": f"{sentence['id']}/{kind}", "kind": kind, "output": output}
