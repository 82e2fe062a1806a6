"""The catalogue: what is known of each data set, one YAML file each.

The shipped ones lie in ``sets/``; a data set of one's own is described by a file of the same shape.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sfr.data.layouts import LAYOUTS
from sfr.data.rules import RULES, Action
from sfr.schema import Schema
from sfr.structures import Task

__all__ = ["SPLITS", "Carve", "CatalogueError", "DataSet", "Hub", "Published", "data_set", "names", "read_data_set"]

SPLITS = ("train", "dev", "test")

Name = Annotated[str, Field(min_length=1)]
Option = str | int | bool | None | list[str] | dict[str, str]
Count = Annotated[int, Field(ge=0)]


class CatalogueError(ValueError):
    """There is no such data set, or its file is not as it must be."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Published(_Model):
    """The row of the data set in Table 8 of the paper; None where it gives no number."""

    labels: Count
    roles: Count | None = None
    train: Count | None = None
    dev: Count | None = None
    test: Count | None = None


class Carve(_Model):
    """How splits are made from one that the source does not divide.

    The groups of its rows (documents, or single rows) are put in an order, ``hash``: by a hash of
    their ids, the same everywhere, or ``newest-last``: by the numbers in their ids; and dealt out to
    the splits from the end: test, dev, train. ``sizes`` are rows or, with ``unit: group``, groups; the
    split without a size takes what is left. If there are fewer than the sizes ask for, all get less
    in proportion.
    """

    source: Name
    order: Literal["hash", "newest-last"] = "hash"
    unit: Literal["row", "group"] = "row"
    sizes: dict[Literal["train", "dev", "test"], Count]
    drop_groups: list[str] = []


class Hub(_Model):
    """Where the data set lives on the Hugging Face hub, and how its rows are read."""

    id: Name
    config: str | None = None
    splits: dict[Literal["train", "dev", "test", "all"], Name]
    layout: Name
    options: dict[str, Option] = {}
    labels: dict[Name, str | None] = {}
    """The label map of the hub's copy, where its labels are spelled otherwise."""


class DataSet(_Model):
    """A data set: where it comes from, how it is read, and what to look out for."""

    name: Name
    task: Task
    title: Name
    layout: Name
    options: dict[str, Option] = {}
    original: dict[str, Option] | None = None
    """Options under which the reader gives the text before it was tokenised; None if the source has no other text."""
    files: dict[Literal["train", "dev", "test", "all"], list[Name]]
    """For each split, patterns of file names below the folder of the data set; the first that fits counts."""
    carve: Carve | None = None
    labels: dict[Name, str | None]
    """The source's labels and their names in prompts, in the order of prompts; null leaves a label out."""
    roles: dict[Name, str | None] = {}
    empty: Literal["keep", "drop"]
    """What the paper does with rows without a unit."""
    rules: dict[str, Action] = {}
    """Rules (see ``sfr data rules``) whose action is another than the default here."""
    published: Published
    licence: Name
    home: Name
    """Where a user gets it."""
    hub: Hub | None = None
    instructuie: str | None = None
    """The name of its folder in InstructUIE's collection."""
    checked: Literal["real", "written"]
    """Whether the reader was tested on real files of the set, or on files written after its description."""
    notes: list[Name] = []

    @property
    def prompt_schema(self) -> Schema:
        """The types and roles of its prompts, in order."""
        return Schema(_named(self.labels), _named(self.roles))

    @model_validator(mode="after")
    def _consistent(self) -> DataSet:
        problems = [
            f"layout: unknown {layout!r}; known: {', '.join(LAYOUTS)}"
            for layout in (self.layout, *([self.hub.layout] if self.hub else []))
            if layout not in LAYOUTS
        ]
        for code, action in self.rules.items():
            if code not in RULES:
                problems.append(f"rules: unknown {code!r}; known: {', '.join(RULES)}")
            elif action not in RULES[code].actions:
                problems.append(f"rules: {code} can be {', '.join(RULES[code].actions)}, not {action}")
        if self.carve is not None and self.carve.source not in self.files:
            problems.append(f"carve: there is no split {self.carve.source!r} in files")
        if self.task == "ee" and not self.roles:
            problems.append("roles: expected the roles of the arguments")
        if problems:
            raise ValueError("; ".join(problems))
        return self


def _named(labels: dict[str, str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in labels.values() if name is not None))


@cache
def names() -> tuple[str, ...]:
    """The names of the shipped data sets: by task, then as in Table 8."""
    order = _folder().joinpath("order.txt").read_text(encoding="utf-8")
    return tuple(order.split())


@cache
def data_set(name: str) -> DataSet:
    """The shipped data set of that name, whatever the case of its letters.

    Raises CatalogueError when there is none.
    """
    by_name = {known.casefold(): known for known in names()}
    found = by_name.get(name.casefold())
    if found is None:
        raise CatalogueError(f"unknown data set {name!r}; see: sfr data list")
    return _parsed(_folder().joinpath(f"{found}.yaml").read_text(encoding="utf-8"), f"{found}.yaml")


def read_data_set(path: Path) -> DataSet:
    """The data set that a YAML file describes.

    Raises OSError when it cannot be read, CatalogueError with everything that is wrong with it.
    """
    try:
        return _parsed(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{path}: expected UTF-8: {error.reason} at byte {error.start}") from None


def _folder() -> Any:
    return resources.files("sfr.data").joinpath("sets")


def _parsed(text: str, where: str) -> DataSet:
    try:
        return DataSet.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise CatalogueError(f"{where}: not YAML: {error}") from None
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, found['loc'])) or 'file'}: {found['msg']}" for found in error.errors())
        raise CatalogueError("\n".join(f"{where}: {problem}" for problem in problems)) from None
