"""The parts of a row: what was to be found, and what a system wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sfr.examples import check_spans, extraction_of, mentions
from sfr.files import RowError, kind_of
from sfr.normalize import Normalizer
from sfr.parsing import ParseError, Reading, read_gold
from sfr.predictions._feed import json_value
from sfr.schema import Schema, as_schema
from sfr.structures import Extraction, Task, as_task

__all__ = [
    "AS_GIVEN",
    "Reference",
    "Units",
    "embedded",
    "extraction_of_units",
    "from_text",
    "name_of",
    "outputs_of",
    "reference_of",
]

AS_GIVEN = Reading(Normalizer(unicode_form="none", space="keep"), format="records")
"""Records, with the texts left as they are."""

_GROUND_TRUTHS = ("ground_truth", "answer", "label", "solution", "expected_answer", "gts")  # where trainers keep it
_WITHIN = ("reward_model", "reward_spec")  # objects with a ground truth in them
_ABOUT = ("extra_info", "metadata")  # objects that say which example it is
_OUTPUTS = ("output", "outputs", "responses", "pred")
_TARGETED = {"instruction", "input", "output", "ground_truth"}  # rows for LLaMAFactory: their output is the target


@dataclass(frozen=True, slots=True)
class Reference:
    """What was to be found in a text."""

    id: str
    dataset: str
    task: Task
    text: str | None
    schema: Schema | None
    gold: Extraction


@dataclass(frozen=True, slots=True)
class Units:
    """What a system found, as records, with the places of the mentions if it gave them."""

    records: Any
    at: Any = None


# -- what was to be found --------------------------------------------------------------------------


def embedded(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The object of a row that has the gold: the row itself, or the ground truth that a trainer was given."""
    if "gold" in row:
        return row
    found = [row[name].get("ground_truth") for name in _WITHIN if isinstance(row.get(name), dict)]
    for value in (*found, *(row.get(name) for name in _GROUND_TRUTHS)):
        truth = from_text(value)
        if isinstance(truth, dict) and "gold" in truth:
            return {**_whence(row), **truth}
    return None


def _whence(row: Mapping[str, Any]) -> dict[str, Any]:
    """The id and the data set of a trainer's row, wherever it has them."""
    about: dict[str, Any] = next((row[name] for name in _ABOUT if isinstance(row.get(name), dict)), {})
    found = {"dataset": row.get("data_source", about.get("dataset")), "id": row.get("example", about.get("id"))}
    return {**found, **{name: row[name] for name in ("id", "dataset") if name in row}}


def reference_of(value: Mapping[str, Any], task: Task | None, number: int) -> Reference:
    """What an object with gold says was to be found; ``number`` is its id if it has none.

    Raises RowError with everything that is wrong.
    """
    problems: list[str] = []
    own_id, dataset = name_of(value, "id", problems), name_of(value, "dataset", problems)
    own_task = _task(value, task, problems)
    text = value.get("text")
    if text is not None and not isinstance(text, str):
        problems.append(f"text: expected a string, found {kind_of(text)}")
    schema = _schema(value, problems)
    gold = value.get("gold")
    if not isinstance(gold, (dict, str)):
        problems.append(f"gold: expected a records object or JSON text, found {kind_of(gold)}")
    elif own_task is not None:
        try:
            found = _gold(own_task, gold, from_text(value.get("at")))
            problems += check_spans(text, found) if isinstance(text, str) else ()
        except ParseError as error:
            problems += [f"gold: {problem}" for problem in error.problems]
        except ValueError as error:
            problems.append(str(error))
    if problems or own_task is None:
        raise RowError(problems)
    return Reference(own_id or str(number), dataset or "", own_task, text, schema, found)


def name_of(value: Mapping[str, Any], key: str, problems: list[str]) -> str | None:
    """A name in an object, where a whole number is one as well; None if there is none."""
    name = value.get(key)
    if name is None or name == "":
        return None
    if isinstance(name, str) or (isinstance(name, int) and not isinstance(name, bool)):
        return str(name)
    problems.append(f"{key}: expected a string, found {kind_of(name)}")
    return None


def _task(value: Mapping[str, Any], task: Task | None, problems: list[str]) -> Task | None:
    try:
        task = as_task(value["task"]) if value.get("task") is not None else task
    except ValueError as error:
        problems.append(f"task: {error}")
        return None
    if task is None:
        problems.append("task: missing; put it in the row or name one for the whole file (--task)")
    return task


def _schema(value: Mapping[str, Any], problems: list[str]) -> Schema | None:
    schema = from_text(value.get("schema"))
    try:
        return None if schema is None else as_schema(schema)
    except (ValueError, TypeError) as error:
        problems.append(f"schema: {error}")
        return None


def _gold(task: Task, gold: Mapping[str, Any] | str, at: Any) -> Extraction:
    """Gold as it was given, checked.

    Raises ParseError for gold that is not right, ValueError for places that do not fit it.
    """
    if isinstance(gold, dict) and (found := _well_formed(task, gold, at)):
        return found
    checked = read_gold(gold, task, AS_GIVEN)
    if at is None:
        return checked
    return extraction_of(task, _present(from_text(gold)), _present(at))


def _present(value: Any) -> Any:
    """An object without the keys that hold nothing; tables give every row the keys of all."""
    return {key: item for key, item in value.items() if item is not None} if isinstance(value, dict) else value


def _well_formed(task: Task, records: Mapping[str, Any], at: Any) -> Extraction | None:
    """The extraction of records that have no defect, as nearly all; None if there may be one."""
    try:
        found = extraction_of(task, records, at)
    except ValueError:
        return None
    named = all(map(str.strip, records))
    return found if named and all(kind.strip() and text.strip() for kind, text, _ in mentions(found)) else None


def from_text(value: Any) -> Any:
    """A value, or the one that a string holds as JSON; tables keep what is nested in this way."""
    if not isinstance(value, str):
        return value
    try:
        return json_value(value)
    except (ValueError, RecursionError):
        return value


# -- what a system wrote ---------------------------------------------------------------------------


def outputs_of(row: Mapping[str, Any], problems: list[str]) -> tuple[tuple[str | Units, ...], tuple[int, ...]]:
    """What a system wrote, one item for each sample, and their lengths in tokens, if the row has them."""
    targeted = row.keys() >= _TARGETED
    named = [name for name in _OUTPUTS if row.get(name) is not None and not (targeted and name == "output")]
    if len(named) != 1:
        found = " and ".join(named) or "none of them"
        hint = "; output is the target here, put what the system wrote in outputs" if targeted else ""
        problems.append(f"output: expected one of {', '.join(_OUTPUTS)}, found {found}{hint}")
        return (), ()
    value = row[named[0]]
    outputs = (Units(value, row.get("pred_at")),) if named == ["pred"] else _texts(named[0], value, problems)
    return outputs, _tokens(row.get("tokens"), len(outputs), problems)


def _texts(name: str, value: Any, problems: list[str]) -> tuple[str, ...]:
    values = [value] if name == "output" else value
    if not isinstance(values, list):
        problems.append(f"{name}: expected a list of strings, found {kind_of(values)}")
        return ()
    if not values:
        problems.append(f"{name}: expected at least one string, found an empty list")
    for i, text in enumerate(values):
        if not isinstance(text, str):
            place = name if name == "output" else f"{name}[{i}]"
            hint = "; records go into pred" if isinstance(text, dict) else ""
            problems.append(f"{place}: expected a string, found {kind_of(text)}{hint}")
    return tuple(text for text in values if isinstance(text, str))


def _tokens(value: Any, many: int, problems: list[str]) -> tuple[int, ...]:
    """The length of each output; of a sum of several lengths they cannot be told."""
    counts = value if isinstance(value, list) else [value]
    if value is None:
        return ()
    if all(type(count) is int and count >= 0 for count in counts):
        if len(counts) == many:
            return tuple(counts)
        if counts is not value:
            return ()
    problems.append(f"tokens: expected a whole number for each output, found {value!r:.60}")
    return ()


def extraction_of_units(units: Units, task: Task, text: str | None) -> Extraction:
    """The extraction that a system found.

    Raises RowError with everything that is wrong with it.
    """
    if not isinstance(units.records, (dict, str)):
        raise RowError([f"pred: expected a records object or JSON text, found {kind_of(units.records)}"])
    try:
        found = _gold(task, units.records, from_text(units.at))
        problems = check_spans(text, found) if text is not None else []
    except ParseError as error:
        raise RowError([f"pred: {problem}" for problem in error.problems]) from None
    except ValueError as error:
        problems = [str(error)]
    if problems:
        raise RowError([_of_pred(problem) for problem in problems])
    return found


def _of_pred(problem: str) -> str:
    """A problem of gold or its places, said of what a system found."""
    return f"pred{problem.removeprefix('gold')}" if problem.startswith("gold") else f"pred_{problem}"
