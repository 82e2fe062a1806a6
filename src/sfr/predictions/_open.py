"""Opening predictions of any kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sfr.files import open_rows
from sfr.predictions import _batch, _llamafactory, _lm_eval, _rows, _verl
from sfr.predictions._feed import Feed, first_object
from sfr.predictions._gold import GoldIndex
from sfr.predictions._join import Align, Answer, Join, Missing
from sfr.predictions._kinds import KINDS, files_of, kind_of_row
from sfr.predictions._prediction import Prediction, Problems
from sfr.structures import Task

__all__ = ["Predictions", "open_predictions"]


@dataclass(frozen=True, slots=True)
class Predictions:
    """Predictions that are read as they are asked for.

    ``rows`` leaves out what is not in order. When it is exhausted, ``problems`` says all that was
    wrong, and ``notes`` what the reader of a number should know: which step, how many empty outputs.
    """

    kind: str
    paths: tuple[Path, ...]
    rows: Iterator[Prediction]
    problems: Problems
    notes: list[str]
    _feed: Feed

    @property
    def size(self) -> int:
        """The size of the files, in the unit of ``place``."""
        return self._feed.size

    @property
    def place(self) -> int:
        """How far they were read."""
        return self._feed.place


def open_predictions(  # noqa: PLR0913 - options, by keyword
    path: Path,
    *,
    kind: str = "auto",
    gold: GoldIndex | None = None,
    task: Task | None = None,
    step: int | None = None,
    response_filter: str | None = None,
    missing: Missing = "refuse",
    align: Align = "check",
) -> Predictions:
    """The predictions in a file or a folder, with their gold.

    ``kind`` is one of ``KINDS``, or ``auto``: by what is there. With ``gold`` whatever gold the
    predictions hold themselves is left alone. ``task`` is for gold that names none, ``step`` for a
    folder of verl, where the last one counts otherwise, ``response_filter`` for samples of
    lm-evaluation-harness, where it is the first. ``missing`` says what becomes of gold without a
    prediction, ``align`` whether the texts of the gold must stand in the prompts.

    Raises OSError when a file cannot be read, ValueError when there are no predictions, or no gold.
    """
    if kind not in {"auto", *KINDS}:
        raise ValueError(f"unknown kind {kind!r}; known: auto, {', '.join(KINDS)}")
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise ValueError(
            f"{path}: expected a file or a folder; predictions are read more than once, and a pipe cannot be"
        )
    notes: list[str] = []
    problems = Problems()
    paths = [path]
    if path.is_dir():
        kind, paths = files_of(path, None if kind == "auto" else kind, step, notes)
    elif step is not None:
        raise ValueError(f"{path}: a step is one of the files in a folder of verl's")
    row = first_object(paths[0])
    name = _name(kind_of_row(row, path) if kind == "auto" else kind, gold)
    _check(paths, name, row, gold, task)
    feed = Feed(paths, problems)
    join = Join(gold, task, missing, align, problems, notes)
    ordered = len(paths) == 1
    read: dict[str, Callable[[], Iterator[Answer]]] = {
        "batch": lambda: _batch.answers(feed),
        "llamafactory": lambda: _llamafactory.answers(feed, task if gold is None else None),
        "lm-eval": lambda: _lm_eval.answers(feed, response_filter, notes, ordered=ordered),
        "verl": lambda: _verl.answers(feed),
        "rows": lambda: _rows.answers(feed, joined=False),
        "answers": lambda: _rows.answers(feed, joined=True),
    }
    return Predictions(name, tuple(paths), join(read[name]()), problems, notes, feed)


def _name(kind: str, gold: GoldIndex | None) -> str:
    """The kind, where rows with gold of their own are answers beside that of gold files."""
    return "answers" if kind == "rows" and gold is not None else kind


def _check(paths: list[Path], kind: str, row: dict[str, Any], gold: GoldIndex | None, task: Task | None) -> None:
    """Refuse predictions whose gold cannot be had, by what their first row is.

    Raises ValueError.
    """
    path = paths[0]
    if gold is None:
        if kind in {"answers", "batch"}:
            raise ValueError(f"{path}: there is no gold in it; name its file (--gold)")
        if kind == "lm-eval" and not _rows.has_gold(row["doc"] if isinstance(row.get("doc"), dict) else {}):
            raise ValueError(f"{path}: the documents hold no gold; name its file (--gold)")
        if kind == "llamafactory" and task is None:
            raise ValueError(
                f"{path}: to read the labels as gold, name the task (--task); or name a file of gold (--gold)"
            )
        return
    if kind == "llamafactory" or (kind == "answers" and not _rows.has_id(row)):
        found = _count(path)
        if found != len(gold):
            raise ValueError(
                f"{path}: expected the {len(gold):,} examples of the gold in their order, found {found:,} predictions; "
                "some may have been left out because they were too long, or by a limit on their number"
            )


def _count(path: Path) -> int:
    return sum(1 for _ in open_rows(path).rows)
