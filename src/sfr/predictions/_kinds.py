"""The kinds of predictions, and how they are told from one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sfr.predictions import _rows
from sfr.predictions._lm_eval import SAMPLES

__all__ = ["KINDS", "Kind", "files_of", "kind_of_row"]

_MAX_NAMES = 10


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of predictions: how its rows are told, and what its folders hold, if it has any."""

    fits: Callable[[Mapping[str, Any]], bool]
    folder: str = ""


def _has(*keys: str) -> Callable[[Mapping[str, Any]], bool]:
    wanted = frozenset(keys)
    return lambda row: row.keys() >= wanted


KINDS: dict[str, Kind] = {
    "batch": Kind(_has("custom_id", "response")),
    "llamafactory": Kind(_has("prompt", "predict", "label"), folder="generated_predictions.jsonl"),
    "lm-eval": Kind(_has("doc_id", "doc", "filtered_resps"), folder="samples_TASK_TIME.jsonl"),
    "verl": Kind(_has("input", "output", "score", "step"), folder="STEP.jsonl"),
    "rows": Kind(lambda row: _rows.has_gold(row) and _rows.is_answer(row)),
    "answers": Kind(_rows.is_answer),
}
"""The kinds by name, in the order in which they are tried."""


def kind_of_row(row: Mapping[str, Any], path: Path) -> str:
    """The kind of a file, by its first row.

    Raises ValueError when it is of none.
    """
    for name, kind in KINDS.items():
        if kind.fits(row):
            return name
    keys = ", ".join(list(row)[:_MAX_NAMES]) or "nothing"
    raise ValueError(
        f"{path}: these are no predictions of a known kind: expected rows with output, outputs or pred, "
        f"or those of {', '.join(name for name, kind in KINDS.items() if kind.folder)} or batch; found {keys}"
    )


def files_of(folder: Path, kind: str | None, step: int | None, notes: list[str]) -> tuple[str, list[Path]]:
    """The kind of predictions that a folder holds, and their files.

    Raises ValueError when there are none of the kind, or of any, or of several.
    """
    found = {name: files for name, find in _FIND.items() if kind in {None, name} and (files := find(folder))}
    if len(found) != 1:
        raise ValueError(_no_files(folder, kind, list(found)))
    ((name, files),) = found.items()
    if name == "verl":
        return name, [_of_step(folder, files, step, notes)]
    return name, _latest(files, notes) if name == "lm-eval" else files


def _no_files(folder: Path, kind: str | None, found: list[str]) -> str:
    if found:
        return f"{folder}: holds predictions of several kinds, {' and '.join(found)}; name one (--kind)"
    wanted = [f"{each.folder} ({name})" for name, each in KINDS.items() if each.folder and kind in {None, name}]
    names = sorted(path.name for path in folder.iterdir())
    more = f" and {len(names) - _MAX_NAMES:,} more" if len(names) > _MAX_NAMES else ""
    there = ", ".join(names[:_MAX_NAMES]) + more
    return f"{folder}: expected {' or '.join(wanted) or 'a file, which this kind is'}, found {there or 'nothing'}"


def _llamafactory_files(folder: Path) -> list[Path]:
    path = folder / KINDS["llamafactory"].folder
    return [path] if path.is_file() else []


def _verl_files(folder: Path) -> list[Path]:
    found = [path for path in folder.glob("*.jsonl") if path.stem.isdecimal() and path.stem.isascii()]
    return sorted(found, key=_step_of)


def _step_of(path: Path) -> int:
    return int(path.stem)


def _of_step(folder: Path, files: list[Path], step: int | None, notes: list[str]) -> Path:
    """The file of a step, or of the last one."""
    steps = {_step_of(path): path for path in files}
    names = ", ".join(map(str, steps))
    if step is None:
        step = max(steps)
        if len(steps) > 1:
            notes.append(f"step {step} of {names}")
    if step not in steps:
        raise ValueError(f"{folder}: there is no step {step}; there are {names}")
    return steps[step]


def _lm_eval_files(folder: Path) -> list[Path]:
    """The samples in a folder, or in the folder of the only model in it."""
    for pattern in ("*.jsonl", "*/*.jsonl"):
        found = sorted(path for path in folder.glob(pattern) if SAMPLES.fullmatch(path.name))
        folders = {path.parent for path in found}
        if len(folders) > 1:
            raise ValueError(
                f"{folder}: holds samples of several models, name one: {', '.join(map(str, sorted(folders)))}"
            )
        if found:
            return found
    return []


def _latest(files: list[Path], notes: list[str]) -> list[Path]:
    """The last file of each task; their times sort as text."""
    latest: dict[str, tuple[str, Path]] = {}
    for path in files:
        if match := SAMPLES.fullmatch(path.name):
            latest[match["task"]] = max(latest.get(match["task"], ("", path)), (match["time"], path))
    if len(latest) < len(files):
        notes.append(f"the last samples of each task; {len(files) - len(latest)} older files are left alone")
    return [path for _, path in latest.values()]


_FIND: dict[str, Callable[[Path], list[Path]]] = {
    "llamafactory": _llamafactory_files,
    "lm-eval": _lm_eval_files,
    "verl": _verl_files,
}
