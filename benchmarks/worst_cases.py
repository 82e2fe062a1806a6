"""Time to score hostile outputs."""

from collections.abc import Iterator

from rich.table import Table

import sfr

from .hostile import SIZE, Case, cases
from .ours import forget
from .timing import Work, best_seconds

SIZES = (SIZE // 10, SIZE // 3, SIZE)
LIMIT_MS = 100
HOPELESS_MS = 10 * LIMIT_MS
SHOWN = 40


def table() -> Table:
    """Milliseconds a score at three sizes; the growth from one to the next shows the order."""
    rows = sorted(_rows(), key=lambda row: row[-1], reverse=True)
    over = sum(worst > LIMIT_MS for *_, worst in rows)
    found = Table(
        title=f"Worst cases: {over} of {len(rows)} over {LIMIT_MS} ms; the slowest {SHOWN}",
        caption="ms of one reward.score, at outputs of about so many characters.",
    )
    found.add_column("case")
    found.add_column("task")
    found.add_column("with text")
    for size in SIZES:
        found.add_column(f"{size:,}", justify="right")
    for name, task, with_text, cells, _ in rows[:SHOWN]:
        found.add_row(name, task, "yes" if with_text else "", *cells)
    return found


def _rows() -> Iterator[tuple[str, str, bool, list[str], float]]:
    by_size = [cases(size) for size in SIZES]
    for name, case in by_size[-1].items():
        for with_text in (False, True) if case.text is not None else (False,):
            cells, worst = _growth([found[name] for found in by_size if name in found], with_text=with_text)
            yield name, case.task, with_text, cells, worst


def _growth(growing: list[Case], *, with_text: bool) -> tuple[list[str], float]:
    """A cell for each size, and the worst of them; once one is hopeless, the larger are left out."""
    cells, worst = [], 0.0
    for case in growing:
        if worst > HOPELESS_MS:
            cells.append("...")
            continue
        try:
            milliseconds = _milliseconds(case, with_text=with_text)
        except Exception as error:  # noqa: BLE001 - whatever it raises, the other cases are still to be timed
            cells.append(f"[red]{type(error).__name__}")
            worst = float("inf")
        else:
            cells.append(f"{'[green]' if milliseconds <= LIMIT_MS else '[red]'}{milliseconds:,.1f}")
            worst = max(worst, milliseconds)
    return cells, worst


def _milliseconds(case: Case, *, with_text: bool) -> float:
    reward = sfr.reward(case.task)
    text = case.text if with_text else None
    return best_seconds(Work(forget, lambda _: reward.score(case.gold, case.output, text=text)), patience=1) * 1_000
