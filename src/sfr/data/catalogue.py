"""The catalogue: what is known of each data set, one YAML file each.

The shipped ones lie in ``sets/``; a data set of one's own is described by a file of the same shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from inspect import signature
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from sfr.data.configs import Config, parse_config, read_config
from sfr.data.layouts import LAYOUTS
from sfr.data.rules import RULES, Action
from sfr.schema import Schema
from sfr.structures import Task

__all__ = [
    "SPLITS",
    "Carve",
    "CatalogueError",
    "DataSet",
    "Hub",
    "Published",
    "Split",
    "data_set",
    "names",
    "read_data_set",
]

Split = Literal["train", "dev", "test"]

_SETS = resources.files("sfr.data").joinpath("sets")

SPLITS: tuple[Split, ...] = ("train", "dev", "test")

Name = Annotated[str, Field(pattern=r"\S")]
FolderName = Annotated[str, Field(pattern=r"^\w[\w.-]*$", max_length=100)]
Option = str | int | bool | None | list[str] | dict[str, str]
Count = Annotated[int, Field(ge=0)]


class CatalogueError(ValueError):
    """There is no such data set, or its file is not as it must be."""


class Published(Config):
    """The row of the data set in Table 8 of the paper; None where it gives no number."""

    labels: Count | None = None
    roles: Count | None = None
    train: Count | None = None
    dev: Count | None = None
    test: Count | None = None


class Carve(Config):
    """How splits are made where the source makes none.

    The rows of ``source``, or with ``unit: group`` its documents, are put in an order: by a ``hash`` of
    their number or name, the same on every machine, or by the ``numbers`` in their names. From the
    end of it come the test split, then dev, then train, each of the size given; what is left over
    is left out. If there are fewer than the sizes add up to, every split gets less in proportion.
    """

    source: Name
    order: Literal["hash", "numbers"] = "hash"
    unit: Literal["row", "group"] = "row"
    sizes: Annotated[dict[Split, Count], Field(min_length=1)]
    drop_groups: list[str] = []


class Hub(Config):
    """Where the data set lives on the Hugging Face hub, and how its rows are read."""

    id: Name
    config: str | None = None
    splits: dict[Literal["train", "dev", "test", "all"], Name]
    layout: Name
    options: dict[str, Option] = {}
    labels: dict[Name, Name | None] = {}
    """The label map of the hub's copy, where its labels are spelled otherwise."""


class DataSet(Config):
    """A data set: where it comes from, how it is read, and what to look out for."""

    name: FolderName
    task: Task
    title: str = ""
    layout: Name
    options: dict[str, Option] = {}
    original: dict[str, Option] | None = None
    """Options under which the reader gives the text before it was tokenised; None if the source has no other text."""
    files: dict[Literal["train", "dev", "test", "all"], list[Name]]
    """For each split, patterns of file names below the folder of the data set; the first that fits counts."""
    carve: Carve | None = None
    labels: Annotated[dict[Name, Name | None], Field(min_length=1)]
    """The source's labels and their names in prompts, in the order of prompts; null leaves a label out."""
    roles: dict[Name, Name | None] = {}
    empty: Literal["keep", "drop"] = "keep"
    """What the paper does with rows without a unit."""
    rules: dict[str, Action] = {}
    """Rules (see ``sfr data rules``) whose action is another than the default here."""
    published: Published = Published()
    licence: str = ""
    home: str = ""
    """Where a user gets it."""
    hub: Hub | None = None
    instructuie: str | None = None
    """The name of its folder in InstructUIE's collection."""
    checked: Literal["real", "written", ""] = ""
    """Whether the reader was tested on real files of the set, or on files written after its description."""
    notes: list[Name] = []

    @property
    def prompt_schema(self) -> Schema:
        """The types and roles of its prompts, in order."""
        return Schema(_named(self.labels), _named(self.roles))

    @model_validator(mode="after")
    def _consistent(self) -> DataSet:
        if problems := [*_misread_layouts(self), *_misnamed(self)]:
            raise ValueError("; ".join(problems))
        return self


def _misnamed(data: DataSet) -> Iterator[str]:
    """What in a data set names something that is not there."""
    for code, action in data.rules.items():
        if code not in RULES:
            yield f"rules: unknown {code!r}; known: {', '.join(RULES)}"
        elif action not in RULES[code].actions:
            yield f"rules: {code} can be {', '.join(RULES[code].actions)}, not {action}"
    for pattern in (pattern for patterns in data.files.values() for pattern in patterns):
        if not _is_pattern(pattern):
            yield f"files: expected a pattern of names below the folder, found {pattern!r}"
    if data.carve is not None and data.carve.source not in data.files:
        yield f"carve: there is no split {data.carve.source!r} in files"
    if data.options.get("task", data.task) != data.task:
        yield f"options: the task of the layout is {data.options['task']}, that of the data set {data.task}"
    if data.task == "ee" and not data.roles:
        yield "roles: expected the roles of the arguments"
    of_hub = set(data.hub.labels.values()) if data.hub else set()
    if strange := of_hub.difference(data.labels.values(), {None}):
        yield f"hub.labels: names that labels has not: {', '.join(sorted(map(str, strange)))}"


def _misread_layouts(data: DataSet) -> Iterator[str]:
    """What is wrong with the layouts of a data set and their options."""
    yield from _misread("layout", data.layout, data.options)
    if data.original is not None:
        yield from _misread("original", data.layout, {**data.options, **data.original})
    if data.hub is not None:
        yield from _misread("hub.layout", data.hub.layout, data.hub.options)


def _misread(place: str, layout: str, options: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the name of a layout, or else with its options."""
    if layout not in LAYOUTS:
        yield f"{place}: unknown {layout!r}; known: {', '.join(LAYOUTS)}"
        return
    shapes = get_type_hints(LAYOUTS[layout])
    known = {
        name: option
        for name, option in signature(LAYOUTS[layout]).parameters.items()
        if option.kind is option.KEYWORD_ONLY
    }
    for name, value in options.items():
        if name not in known:
            yield f"{place}: {layout} has no option {name}; it has: {', '.join(known) or 'none'}"
            continue
        try:
            TypeAdapter(shapes[name]).validate_python(value, strict=not isinstance(value, list))
        except ValidationError as error:
            yield f"{place}: {name} of {layout}: {error.errors()[0]['msg']}, found {value!r}"
    for name, option in known.items():
        if option.default is option.empty and name not in options:
            yield f"{place}: {layout} takes the option {name}"


def _is_pattern(pattern: str) -> bool:
    """Whether a pattern can be looked for below a folder."""
    path = PurePath(pattern)
    return (
        bool(path.parts)
        and not path.is_absolute()
        and all(part != ".." and ("**" not in part or part == "**") for part in path.parts)
    )


def _named(labels: dict[str, str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in labels.values() if name is not None))


@cache
def names() -> tuple[str, ...]:
    """The names of the shipped data sets: by task, then as in Table 8."""
    order = _SETS.joinpath("order.txt").read_text(encoding="utf-8")
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
    file = f"{found}.yaml"
    return parse_config(DataSet, _SETS.joinpath(file).read_text(encoding="utf-8"), file, CatalogueError)


def read_data_set(path: Path) -> DataSet:
    """The data set that a YAML file describes.

    Raises OSError when it cannot be read, CatalogueError with everything that is wrong with it.
    """
    return read_config(DataSet, path, CatalogueError)
