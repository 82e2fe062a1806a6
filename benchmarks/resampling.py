"""Time to draw intervals and tests from the counts of many examples."""

import numpy as np
from rich.table import Table

from sfr.evaluation.comparing import approximate_randomisation, paired_bootstrap
from sfr.evaluation.resampling import bootstrap
from sfr.evaluation.strata import Stratum

from .timing import Work, best_seconds

DRAWS = 1_000
SIZES = ((1_000, 1, 10), (10_000, 1, 10), (100_000, 1, 10), (100_000, 3, 10), (100_000, 1, 100))


def table() -> Table:
    """CPU seconds of each test; at these counts all examples differ, and most outcomes of two systems."""
    found = Table(
        title=f"Resampling, {DRAWS:,} draws",
        caption="CPU seconds, of all threads together. The tests compare two systems.",
    )
    for name in ("examples", "runs", "cells", "bootstrap", "paired bootstrap", "approximate randomisation"):
        found.add_column(name, justify="right")
    for examples, runs, cells in SIZES:
        seconds = seconds_of(examples, runs, cells)
        found.add_row(f"{examples:,}", str(runs), str(cells), *(f"{each:.2f}" for each in seconds))
    return found


def seconds_of(examples: int, runs: int = 1, cells: int = 10) -> tuple[float, float, float]:
    """CPU seconds of a bootstrap, of a paired bootstrap from the start, and of approximate randomisation."""
    rng = np.random.default_rng(0)
    systems = {name: [_stratum(rng, examples, runs, cells)] for name in ("one", "other")}

    def alone(_: None) -> object:
        return bootstrap("one", systems["one"], _f1, draws=DRAWS)

    def paired(_: None) -> object:
        return paired_bootstrap([bootstrap(name, strata, _f1, draws=DRAWS) for name, strata in systems.items()])

    def exchanged(_: None) -> object:
        return approximate_randomisation(systems, _f1, draws=DRAWS)

    alone_s, paired_s, exchanged_s = (
        best_seconds(Work(lambda: None, run), patience=5) for run in (alone, paired, exchanged)
    )
    return alone_s, paired_s, exchanged_s


def _f1(sums: np.ndarray) -> np.ndarray:
    return 2 * sums[..., 2] / np.maximum(sums[..., 0] + sums[..., 1], 1)


def _stratum(rng: np.random.Generator, examples: int, runs: int, cells: int) -> Stratum:
    """Counts of long documents, of which no two are alike."""
    gold = np.broadcast_to(rng.integers(0, 40, (examples, 1, cells)), (examples, runs, cells))
    hit = rng.binomial(gold, 0.7)
    counts = np.stack([gold, hit + rng.poisson(3, hit.shape), hit], axis=-1)
    return Stratum("documents", tuple(map(str, range(cells))), counts)
