"""What reading the output alone costs: `json.loads`, the yardstick, and a decoder that knows the type."""

import json
from collections.abc import Iterable
from typing import Any

from .make_outputs import Task
from .timing import Work


def json_loads(outputs: list[str]) -> Work[list[str]]:
    """The yardstick: `json.loads` on each output."""
    return Work(lambda: outputs, _load_all)


def _load_all(outputs: Iterable[str]) -> None:
    loads = json.loads
    for output in outputs:
        loads(output)


def msgspec_typed(task: Task, outputs: list[str]) -> Work[list[str]]:
    """msgspec decoding straight into sets of units.

    Raises ImportError where msgspec is not installed.
    """
    import msgspec

    event = msgspec.defstruct("Event", [("trigger", str), ("arguments", set[tuple[str, str]])])
    units: dict[Task, Any] = {
        "ner": dict[str, set[str]],
        "re": dict[str, set[tuple[str, str]]],
        "ee": dict[str, list[event]],  # type: ignore[valid-type]
    }
    decode = msgspec.json.Decoder(units[task]).decode

    def run(outputs: list[str]) -> None:
        for output in outputs:
            decode(output)

    return Work(lambda: outputs, run)
