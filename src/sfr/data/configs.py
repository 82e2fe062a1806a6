"""Files that people write: YAML, checked against a model, with everything that is wrong told at once."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

__all__ = ["Config", "checked_config", "parse_config", "read_config", "read_yaml"]


class Config(BaseModel):
    """What such a file holds: no other keys, and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _OneOfEach(yaml.SafeLoader):
    """The safe loader, which refuses a key that stands twice where YAML lets the last one count."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen = set()
        for key, _ in node.value:
            if key.value in seen and isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands twice", key.start_mark
                )
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else None)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


Model = TypeVar("Model", bound=BaseModel)


def parse_config(model: type[Model], text: str, where: str, error: type[ValueError]) -> Model:
    """What the text of a file says.

    Raises ``error`` with every problem, each after ``where``.
    """
    return checked_config(model, _loaded(text, where, error), where, error)


def checked_config(model: type[Model], values: Any, where: str, error: type[ValueError]) -> Model:
    """What values say that were read before.

    Raises ``error`` with every problem, each after ``where``.
    """
    try:
        return model.model_validate(values)
    except ValidationError as found:
        raise error("\n".join(f"{where}: {problem}" for problem in _problems(found))) from None


def read_config(model: type[Model], path: Path, error: type[ValueError]) -> Model:
    """What a file says.

    Raises OSError when it cannot be read, ``error`` with every problem.
    """
    return parse_config(model, _text(path, error), str(path), error)


def read_yaml(path: Path, error: type[ValueError]) -> Any:
    """The values of a file, as YAML has them.

    Raises OSError when it cannot be read, ``error`` when it is not YAML or a key stands twice.
    """
    return _loaded(_text(path, error), str(path), error)


def _text(path: Path, error: type[ValueError]) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise error(f"{path}: expected UTF-8: {problem.reason} at byte {problem.start}") from None


def _loaded(text: str, where: str, error: type[ValueError]) -> Any:
    try:
        return yaml.load(text, _OneOfEach)  # noqa: S506 - a safe loader
    except yaml.YAMLError as problem:
        raise error(f"{where}: not YAML: {problem}") from None


def _problems(error: ValidationError) -> Iterator[str]:
    """One line for each: the place in the file, what was expected, what was found."""
    for found in error.errors(include_url=False):
        if not found["loc"] and found["type"] == "model_type":
            yield f"expected fields and their values, found {reprlib.repr(found['input'])}"
            continue
        place = ".".join(map(str, found["loc"]))
        problem = f"{place and f'{place}: '}{found['msg'].removeprefix('Value error, ')}"
        whole = found["type"] == "missing" or isinstance(found["input"], (dict, BaseModel))
        quoted = "; put it in quotes" if found["type"] == "string_type" else ""
        yield problem if whole else f"{problem}, found {reprlib.repr(found['input'])}{quoted}"
