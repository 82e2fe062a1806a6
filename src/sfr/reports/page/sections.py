"""What stands in each section of the page: its charts, and the rows of its tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sfr.reports.page import charts
from sfr.reports.page.distributions import length_charts, reward_charts, term_chart
from sfr.reports.page.encodings import Chart
from sfr.reports.page.model import FATE_OF, Figure, LengthSummary, PageModel, TypeCounts
from sfr.reports.page.words import ERROR_WORDS

__all__ = ["Sections", "sections"]

_CONFUSIONS = 25


@dataclass(frozen=True, slots=True)
class Sections:
    """The sections in the order of the page; figures by metric, data set and system."""

    headlines: Mapping[str, Sequence[Figure]]
    intervals: Sequence[Chart]
    figures: Mapping[str, Mapping[str, Mapping[str, Figure]]]
    types: Sequence[tuple[str, Chart, Sequence[tuple[str, Mapping[str, TypeCounts]]]]]
    errors: Sequence[Chart]
    error_names: Sequence[tuple[str, str, str]]
    confusions: Sequence[tuple[str, str, str, Mapping[str, int]]]
    rewards: Sequence[Sequence[Chart]]
    lengths: Sequence[Sequence[Chart]]
    length_rows: Sequence[tuple[str, str, Mapping[int, LengthSummary]]]
    percentiles: Sequence[int]
    readings: Sequence[Chart]
    obstacles: Sequence[tuple[str, str, Mapping[str, int]]]


def sections(model: PageModel) -> Sections:
    """The sections of a page."""
    occurring = {name for count in model.errors for name, n in count.counts.items() if n}
    figures = _figures(model)
    return Sections(
        headlines=_headlines(model),
        intervals=_intervals(figures, model.systems),
        figures=figures,
        types=_types(model),
        errors=charts.error_charts(model.errors, model.systems),
        error_names=[(name, FATE_OF[name], ERROR_WORDS[name]) for name in FATE_OF if name in occurring],
        confusions=_confusions(model),
        rewards=_rewards(model),
        lengths=_lengths(model),
        length_rows=_length_rows(model),
        percentiles=sorted({row.percentile for row in model.length_summaries}),
        readings=charts.reading_charts(
            [(model.place(count.dataset, count.task), count) for count in model.readings], model.systems
        ),
        obstacles=_obstacles(model),
    )


def _figures(model: PageModel) -> dict[str, dict[str, dict[str, Figure]]]:
    """The figures by metric, data set and system."""
    found: dict[str, dict[str, dict[str, Figure]]] = {}
    for figure in model.figures:
        found.setdefault(figure.metric, {}).setdefault(figure.dataset, {})[figure.system] = figure
    return found


def _headlines(model: PageModel) -> dict[str, list[Figure]]:
    """The first numbers of each system: means over data sets, or those of the only one."""
    sets: dict[str, set[str]] = {}
    for figure in model.figures:
        sets.setdefault(figure.metric, set()).add(figure.dataset)
    return {
        name: [f for f in model.figures if f.system == name and f.is_main and (f.is_mean or len(sets[f.metric]) == 1)]
        for name in model.systems
    }


def _intervals(figures: Mapping[str, Mapping[str, Mapping[str, Figure]]], systems: Sequence[str]) -> list[Chart]:
    """One chart for the metrics of a single data set, one for each metric of several."""
    single, found = [], []
    for metric, datasets in figures.items():
        if len(datasets) == 1:
            single += [(metric, figure) for found_ in datasets.values() for figure in found_.values()]
        else:
            named = [(dataset, figure) for dataset, found_ in datasets.items() for figure in found_.values()]
            found.append(charts.interval_chart(metric, named, systems))
    return ([charts.interval_chart("Metrics", single, systems)] if single else []) + found


def _types(model: PageModel) -> list[tuple[str, Chart, list[tuple[str, dict[str, TypeCounts]]]]]:
    blocks = []
    for metric in dict.fromkeys(count.metric for count in model.types):
        counts = [count for count in model.types if count.metric == metric]
        rows: dict[str, dict[str, TypeCounts]] = {}
        for count in counts:
            rows.setdefault(count.type, {})[count.system] = count
        order = sorted(rows.items(), key=lambda row: -max(count.gold for count in row[1].values()))
        blocks.append((metric, charts.type_chart(metric, counts, model.systems), order))
    return blocks


def _confusions(model: PageModel) -> list[tuple[str, str, str, dict[str, int]]]:
    """What was called by another name: of what, the name in gold, the predicted one, counts by system."""
    found: dict[tuple[str, str, str], dict[str, int]] = {}
    for each in model.confusions:
        found.setdefault((each.of, each.gold, each.pred), {})[each.system] = each.n
    ordered = sorted(found.items(), key=lambda row: -max(row[1].values()))
    return [(*names, counts) for names, counts in ordered[:_CONFUSIONS]]


def _length_rows(model: PageModel) -> list[tuple[str, str, dict[int, LengthSummary]]]:
    """By data set and system what each percentile of the lengths stands for."""
    found: dict[tuple[str, str], dict[int, LengthSummary]] = {}
    for row in model.length_summaries:
        found.setdefault((model.place(row.dataset, row.task), row.system), {})[row.percentile] = row
    return [(*names, rows) for names, rows in found.items()]


def _obstacles(model: PageModel) -> list[tuple[str, str, dict[str, int]]]:
    """What outputs were read past, and what was wrong with them, the most frequent first: counts by system."""
    rows = []
    for title, field in (("past", "rungs"), ("problem", "problems")):
        total: Counter[str] = Counter()
        by_system: dict[str, Counter[str]] = {name: Counter() for name in model.systems}
        for reading in model.readings:
            total.update(getattr(reading, field))
            by_system[reading.system].update(getattr(reading, field))
        rows += [
            (title, name, {system: counts[name] for system, counts in by_system.items()})
            for name, _ in total.most_common()
        ]
    return rows


def _rewards(model: PageModel) -> list[list[Chart]]:
    """By task: the rewards of each system, then their terms."""
    found = []
    for task in dict.fromkeys(series.task for series in model.rewards):
        values = [series for series in model.rewards if series.task == task]
        terms = [series for series in model.terms if series.task == task]
        names = list(dict.fromkeys(series.name for series in terms))
        terms.sort(key=lambda series: names.index(series.name))
        found.append([*reward_charts(values, model.systems), term_chart(task, terms, model.systems)])
    return found


def _lengths(model: PageModel) -> list[list[Chart]]:
    """By task: the lengths of the outputs of each system."""
    return [
        length_charts([series for series in model.lengths if series.task == task], model.systems, model.length_unit)
        for task in dict.fromkeys(series.task for series in model.lengths)
    ]
