"""What the tables of runs say below their numbers: how sure they are, and what would add a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shlex import quote

from sfr.evaluation.signatures import Setup
from sfr.pipeline.comparisons import Row
from sfr.pipeline.profiles import profile_names
from sfr.pipeline.results import Results
from sfr.reports.pipeline.contents import Contents

__all__ = ["interval_note", "missing_notes", "notes_of"]

_FEW_RUNS = 5


def _paper_note() -> str:
    """What the figures of the paper are good for beside those of a run."""
    return (
        "Figures of the paper are of another model, Qwen3-4B, and of other data, from a single run: they show what is "
        "above what there, not what is to be reached here."
    )


def interval_note(results: Results, setup: Setup) -> str:
    """What the intervals are over."""
    seeds = ", ".join(map(str, results.runs))
    if not setup.draws:
        return f"Of seed{'s' if len(results.runs) > 1 else ''} {seeds}, without intervals."
    drawn = f"Intervals: {100 * setup.level:g} % of {setup.draws:,} bootstrap samples"
    if len(results.runs) == 1:
        return (
            f"{drawn} over examples. They speak of this one run (seed {seeds}), not of what training again would give."
        )
    few = f"; {len(results.runs)} are few, and the intervals rather too narrow" if len(results.runs) < _FEW_RUNS else ""
    return f"{drawn} over examples and over runs (seeds {seeds}{few})."


def missing_notes(results: Results, rows: Sequence[Row]) -> Iterator[str]:
    """For each row that some run lacks, the commands that add it."""
    for row in rows:
        lacking = sorted({seed for name in row.stages.values() for seed in results.lacking(name)})
        if not lacking:
            continue
        missing = "incomplete" if any(name in results.stages for name in row.stages.values()) else "missing"
        which = "" if len(results.runs) == 1 else f" (seed {', '.join(map(str, lacking))})"
        commands = "; ".join(_command(results, seed, row.options) for seed in lacking)
        yield f"{row.title}: {missing}{which}. To add it: {commands}"


def _command(results: Results, seed: int, options: str) -> str:
    """The command that goes on with a run in some way."""
    about = results.about
    profile = about["profile"] if about["profile"] in profile_names() else f"{about['profile']}.yaml"
    words = ["sfr pipeline run", quote(profile), "-o", quote(str(results.runs[seed].path))]
    words += ["--seed", str(seed)] if seed else []
    words += ["--data", quote(about["data"])] if about["data"] else []
    return " ".join([*words, options]).strip()


def notes_of(contents: Contents) -> list[str]:
    """What holds for all tables."""
    return [interval_note(contents.results, contents.setup), _paper_note()]
