"""The tables of an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sfr.evaluation.corpus import Part, merged
from sfr.evaluation.counting import Sums
from sfr.evaluation.errors import KINDS
from sfr.evaluation.lengths import Band, joined, length_bands, summary
from sfr.evaluation.metrics import macro_f1, metric_named, scores
from sfr.evaluation.numbers import Contrast, Ends, Number, Pairs, Place, by_task, numbers
from sfr.evaluation.signatures import Setup, Signature
from sfr.evaluation.systems import MEAN, POOLED, System
from sfr.paper import Comparison, beside_paper, tables
from sfr.reports.sheets import Column, Kind, Sheet, Shown, sheet_json
from sfr.structures import Task

__all__ = ["SHEETS", "Contents", "contents_of", "results_json", "sheets"]

MACRO = "(macro)"
"""The mean over the labels of a metric."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What the tables are made of.

    ``intervals`` holds the ends of those numbers that have an interval, ``contrasts`` what sets
    systems apart, ``paper`` what stands beside figures of the paper, by system.
    """

    setup: Setup
    systems: Sequence[System]
    numbers: Sequence[Number]
    intervals: Mapping[Place, Ends] = field(default_factory=dict)
    contrasts: Sequence[Contrast] = ()
    paper: Sequence[tuple[str, Comparison]] = ()


def contents_of(
    systems: Sequence[System], setup: Setup, *, pairs: Pairs = "first", paper_system: str | None = None
) -> Contents:
    """The numbers of systems, with intervals and contrasts if the setup has draws.

    ``pairs`` says which systems are compared; ``paper_system`` whose figures in the paper stand beside
    the numbers, if any.

    Raises ValueError when numpy is wanted and missing.
    """
    found = [number for system in systems for number in numbers(system, setup.convention)]
    paper = _beside_paper(found, paper_system) if paper_system else []
    if not setup.draws:
        return Contents(setup, systems, found, paper=paper)
    try:
        from sfr.evaluation.drawing import draw
    except ImportError as error:
        if error.name != "numpy":
            raise
        msg = "intervals take numpy: python -m pip install 'sfr[eval]'; or do without them (--draws 0)"
        raise ValueError(msg) from None
    drawn = draw(systems, setup, pairs)
    return Contents(setup, systems, found, drawn.intervals, drawn.contrasts, paper)


def _beside_paper(found: Iterable[Number], paper_system: str) -> list[tuple[str, Comparison]]:
    """The numbers of each system and metric beside the paper, where it has figures of them."""
    metrics = {metric for table in tables() if paper_system in table.columns for metric in table.readings}
    mine: dict[tuple[str, str], dict[str, float]] = {}
    for number in found:
        if number.metric in metrics and number.dataset not in {MEAN, POOLED} and number.covered:
            mine.setdefault((number.system, number.metric), {})[number.dataset] = 100 * number.scores.f1
    compared = [(system, beside_paper(metric, by_set, paper_system)) for (system, metric), by_set in mine.items()]
    return [(system, one) for system, one in compared if one.lines]


_TASK = (Column("task", "task", "name"), Column("dataset", "data set", "name"))
_WHERE = (Column("system", "system", "name"), *_TASK)
_METRIC = (Column("title", "metric", "name"), Column("metric", "name", shown="never"))


def _title(metric: str) -> str:
    return metric_named(metric).title


def _score_rows(contents: Contents) -> Iterator[tuple[Any, ...]]:
    for number in contents.numbers:
        if not number.covered:
            continue
        gold, pred, hit = _mean_sums(number.sums)
        precision, recall, f1 = number.scores
        is_accuracy = metric_named(number.metric).is_accuracy
        yield (
            number.system,
            number.task,
            number.dataset,
            _title(number.metric),
            number.metric,
            *((None, None) if is_accuracy else (precision, recall)),
            f1,
            contents.intervals.get((number.system, number.task, number.dataset, number.metric)),
            number.deviation,
            gold,
            pred,
            hit,
            number.covered,
            len(number.runs),
        )


def _mean_sums(runs: Sequence[Sums]) -> tuple[int | None, int | None, int | None]:
    """Sums, or their means over several runs to the next integer."""
    if not runs:
        return None, None, None
    gold, pred, hit = (round(sum(values) / len(runs)) for values in zip(*runs, strict=True))
    return gold, pred, hit


def _score_sheet(contents: Contents) -> Sheet:
    """Precision, recall and F1 of every metric."""
    columns = (
        *_WHERE,
        *_METRIC,
        Column("precision", "P", "percent"),
        Column("recall", "R", "percent"),
        Column("f1", "F1", "percent"),
        Column("interval", f"{100 * contents.setup.level:g} % interval", "interval"),
        Column("deviation", "sd of runs", "percent"),
        Column("gold", "gold", "count", "wide"),
        Column("pred", "pred", "count", "wide"),
        Column("hit", "hit", "count", "wide"),
        Column("examples", "examples", "count", "wide"),
        Column(
            "runs", "runs", "count", "wide" if any(len(number.runs) > 1 for number in contents.numbers) else "never"
        ),
    )
    return Sheet("scores", "Scores", columns, tuple(_score_rows(contents)), tuple(_coverage(contents)))


def _coverage(contents: Contents) -> Iterator[str]:
    """Where metrics on spans do not cover all examples, which are the same for all systems."""
    places = {
        (number.task, number.dataset): number
        for number in contents.numbers
        if 0 < number.covered < number.examples and number.dataset != MEAN
    }
    for where, number in places.items():
        yield (
            f"Metrics on spans, {' '.join(filter(None, where))}: {number.covered:,} of {number.examples:,} examples "
            "have a place for every mention of gold and a text."
        )


def _contrast_sheet(contents: Contents) -> Sheet:
    """What sets systems apart, and how sure that is; of one pair the title says which."""
    pairs = {(one.second, one.first) for one in contents.contrasts}
    which = "{} less {}".format(*pairs.pop()) if len(pairs) == 1 else "the second system less the first"
    names: Shown = "always" if pairs else "never"
    columns = (
        *_TASK,
        *_METRIC,
        Column("first", "first", "name", names),
        Column("second", "second", shown=names),
        Column("difference", "difference", "difference"),
        Column("interval", f"{100 * contents.setup.level:g} % interval", "interval"),
        Column("bootstrap", "p boot.", "p"),
        Column("bootstrap_adjusted", "Holm", "p", "wide"),
        Column("randomisation", "p random.", "p"),
        Column("randomisation_adjusted", "Holm", "p", "wide"),
    )
    rows = tuple(
        (
            one.task,
            one.dataset,
            _title(one.metric),
            one.metric,
            one.first,
            one.second,
            one.difference,
            one.interval,
            one.bootstrap,
            one.bootstrap_adjusted,
            one.randomisation,
            one.randomisation_adjusted,
        )
        for one in contents.contrasts
    )
    several = any(len(system.runs) > 1 for system in contents.systems)
    notes = (_OF_RUNS,) if rows and several and contents.setup.runs == "fixed" else ()
    return Sheet("contrasts", f"Differences in F1: {which}", columns, rows, notes)


_OF_RUNS = (
    "The tests speak of these runs. A claim about how systems are trained takes runs that are drawn, too "
    "(--runs resampled), and at least five of each."
)


def _type_rows(contents: Contents) -> Iterator[tuple[Any, ...]]:
    metrics = {number.metric for number in contents.numbers}
    for system in contents.systems:
        for task, datasets in by_task(system).items():
            for dataset, parts in datasets.items():
                for metric, labels in _labels(parts).items():
                    if metric not in metrics:
                        continue
                    where = system.name, task, dataset, _title(metric), metric
                    is_accuracy = metric_named(metric).is_accuracy
                    for label, sums in sorted(labels.items(), key=lambda item: (-item[1].gold, item[0])):
                        precision, recall, f1 = scores(sums, contents.setup.convention)
                        yield *where, label, *((None, None) if is_accuracy else (precision, recall)), f1, *sums
                    yield *where, MACRO, None, None, macro_f1(labels.values(), contents.setup.convention), *(3 * [None])


def _labels(parts: Sequence[Part]) -> dict[str, dict[str, Sums]]:
    """By metric and label the sums over all runs, of metrics that have labels."""
    found: dict[str, dict[str, Sums]] = {}
    for part in parts:
        for metric, labels in part.labels.items():
            for label, sums in labels.items():
                if label:
                    before = found.setdefault(metric, {}).get(label, Sums(0, 0, 0))
                    found[metric][label] = Sums(*(a + b for a, b in zip(before, sums, strict=True)))
    return found


def _type_sheet(contents: Contents) -> Sheet:
    """The scores of each type, arguments by role; sums are over all runs."""
    columns = (
        *_WHERE,
        *_METRIC,
        Column("label", "type or role"),
        Column("precision", "P", "percent"),
        Column("recall", "R", "percent"),
        Column("f1", "F1", "percent"),
        Column("gold", "gold", "count"),
        Column("pred", "pred", "count"),
        Column("hit", "hit", "count"),
    )
    return Sheet("types", "Scores by type", columns, tuple(_type_rows(contents)))


def _each(contents: Contents) -> Iterator[tuple[tuple[str, str, str], list[Part]]]:
    for system in contents.systems:
        for task, dataset in system.keys:
            yield (system.name, task, dataset), system.parts((task, dataset))


def _error_rows(contents: Contents) -> Iterator[tuple[Any, ...]]:
    for where, parts in _each(contents):
        found = merged(parts, "errors")
        for of, kinds in KINDS.items():
            total = sum(found[of, kind] for kind in kinds)
            for kind in kinds:
                if found[of, kind]:
                    yield *where, of, kind, found[of, kind], found[of, kind] / total


def _error_sheet(contents: Contents) -> Sheet:
    """What went wrong, unit by unit."""
    columns = (
        *_WHERE,
        Column("of", "unit", "name"),
        Column("kind", "finding"),
        Column("n", "units", "count"),
        Column("share", "%", "percent"),
    )
    return Sheet("errors", "Hits and errors", columns, tuple(_error_rows(contents)))


def _confusion_sheet(contents: Contents) -> Sheet:
    """Which type was given for which, the most frequent first."""
    columns = (
        *_WHERE,
        Column("of", "unit", "name"),
        Column("gold", "gold", "name"),
        Column("pred", "pred"),
        Column("n", "times", "count"),
    )
    rows = [
        (*where, *names, n)
        for where, parts in _each(contents)
        for names, n in sorted(merged(parts, "confusions").items(), key=lambda item: (item[0][0], -item[1], item[0]))
    ]
    return Sheet("confusions", "Types and roles taken for others", columns, tuple(rows))


def _parse_sheet(contents: Contents) -> Sheet:
    """How the outputs could be read."""
    columns = (
        *_WHERE,
        Column("outputs", "outputs", "count"),
        Column("ok", "ok %", "percent"),
        Column("recovered", "recovered %", "percent"),
        Column("unparsable", "unparsable %", "percent"),
        Column("duplicates", "repeated units", "count", "wide"),
        Column("blank_gold", "no gold %", "percent", "wide"),
        Column("blank_pred", "no pred %", "percent", "wide"),
        Column("blank_both", "neither %", "percent", "wide"),
    )
    rows = []
    for where, parts in _each(contents):
        n = sum(len(part.ids) for part in parts)
        statuses, blank = merged(parts, "statuses"), merged(parts, "blank")
        read = [statuses[status] / n for status in ("ok", "recovered", "unparsable")]
        sides = [blank[side] / n for side in ("gold", "pred", "both")]
        rows.append((*where, n, *read, sum(part.duplicates for part in parts), *sides))
    return Sheet("parsing", "How the outputs could be read", columns, tuple(rows))


def _problem_sheet(contents: Contents) -> Sheet:
    """What the outputs had wrong with them, and what it took to read them."""
    columns = (
        *_WHERE,
        Column("what", "what", "name"),
        Column("code", "code"),
        Column("n", "outputs", "count"),
        Column("share", "%", "percent"),
    )
    rows = [
        (*where, what, code, n, n / sum(len(part.ids) for part in parts))
        for where, parts in _each(contents)
        for what, name in (("repair", "rungs"), ("problem", "problems"))
        for code, n in merged(parts, name).most_common()
    ]
    return Sheet("problems", "Repairs and problems", columns, tuple(rows))


def _length_sheet(contents: Contents) -> Sheet:
    """Lengths of outputs: least, mean and largest under percentiles, as in Table 6 of the paper."""
    columns = (
        *_WHERE,
        Column("n", "outputs", "count"),
        *(Column(f"p{share}_{name}", f"P{share} {name}", *how) for share in _SHARES for name, how in _OF_BAND.items()),
        Column("mean", "mean", "number"),
        Column("max", "max", "count"),
    )
    rows = []
    for system in contents.systems:
        for task, datasets in by_task(system).items():
            lengths = {dataset: [n for part in parts for n in part.lengths] for dataset, parts in datasets.items()}
            lengths = {dataset: found for dataset, found in lengths.items() if found}
            banded = {dataset: length_bands(found, _SHARES, contents.setup.bands) for dataset, found in lengths.items()}
            rows += [_length_row((system.name, task, name), banded[name], lengths[name]) for name in lengths]
            if len(lengths) > 1:
                every = [n for found in lengths.values() for n in found]
                rows.append(_length_row((system.name, task, _JOINED), joined(banded.values()), every))
    return Sheet("lengths", f"Lengths of outputs in {_unit(contents.setup.lengths)}", columns, tuple(rows))


def _length_row(where: tuple[str, Task, str], bands: Iterable[Band], lengths: Sequence[int]) -> tuple[Any, ...]:
    whole = summary(lengths)
    cells = [value for band in bands for value in (band.min, band.mean, band.max)]
    return *where, len(lengths), *cells, whole.mean, whole.max


_JOINED = "(joined)"
"""The bands of several data sets, each under its own percentiles, as one."""

_SHARES = (50, 70, 99)
_OF_BAND: Mapping[str, tuple[Kind, Shown]] = {
    "min": ("count", "wide"),
    "mean": ("number", "wide"),
    "max": ("count", "always"),
}


def _unit(lengths: str) -> str:
    if lengths == "given":
        return "tokens, as given"
    return lengths if lengths in {"words", "characters"} else f"tokens of {lengths}"


def _paper_sheet(contents: Contents) -> Sheet:
    """Numbers beside those of the paper."""
    columns = (
        Column("system", "system", "name"),
        Column("table", "table", "name"),
        *_METRIC,
        Column("dataset", "data set"),
        Column("mine", "F1", "points"),
        Column("paper", "paper", "points"),
        Column("difference", "difference", "points_signed"),
        Column("best_other", "best other", "points"),
        Column("best_others", "by"),
    )
    rows = [
        (
            system,
            f"Table {one.table.number}",
            _title(one.metric),
            one.metric,
            line.name,
            line.mine,
            line.paper,
            line.difference,
            line.best_other,
            ", ".join(line.best_others) or None,
        )
        for system, one in contents.paper
        for line in (*one.lines, *one.averages)
    ]
    notes = dict.fromkeys(note for _, one in contents.paper for note in _paper_notes(one))
    names = {one.system for _, one in contents.paper}
    return Sheet("paper", f"Beside the paper: {', '.join(sorted(names))}", columns, tuple(rows), tuple(notes))


def _paper_notes(one: Comparison) -> Iterator[str]:
    """What is known of both numbers: of one's own for its metric, of the paper's for their table."""
    mine, *others = one.notes
    yield f"{_title(one.metric)}: {mine}"
    yield from (f"Table {one.table.number}: {note}" for note in others)


SHEETS: Mapping[str, Callable[[Contents], Sheet]] = {
    "scores": _score_sheet,
    "contrasts": _contrast_sheet,
    "types": _type_sheet,
    "errors": _error_sheet,
    "confusions": _confusion_sheet,
    "parsing": _parse_sheet,
    "problems": _problem_sheet,
    "lengths": _length_sheet,
    "paper": _paper_sheet,
}
"""The tables by name."""


def sheets(contents: Contents, names: Iterable[str]) -> list[Sheet]:
    """The tables of these names that have rows."""
    found = [SHEETS[name](contents) for name in names]
    return [sheet for sheet in found if sheet.rows]


def results_json(contents: Contents, signature: Signature) -> dict[str, Any]:
    """All tables, and the signature of their numbers, as one object."""
    tables = {name: sheet_json(make(contents)) for name, make in SHEETS.items()}
    return {"signature": {"short": signature.short, "long": signature.long}, **tables}
