"""From what a page shows to the page: one HTML file that needs nothing beside it and asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from urllib.parse import urlencode

from sfr._version import __version__
from sfr.reports.page import charts
from sfr.reports.page.charts import ERROR_WORDS
from sfr.reports.page.distributions import length_charts, reward_charts, term_chart
from sfr.reports.page.embedding import embedded
from sfr.reports.page.encodings import SHAPES, Chart
from sfr.reports.page.model import FATE_OF, FATES, Figure, LengthSummary, PageModel, TypeCounts
from sfr.reports.page.palette import DARK, LIGHT, MAX_SYSTEMS, declarations
from sfr.reports.visible import visible

__all__ = ["check_libraries", "page"]

_CONFUSIONS = 25
_HERE = files(__package__)
_SCRIPTS = ("elements.js", "examples.js", "marks.js", "cards.js", "browser.js")
SIGNS = {"hit": "✓", "type": "≠", "boundary": "↔", "missed": "\N{MINUS SIGN}", "spurious": "+"}
"""The sign of each fate, which says without colour what a colour says."""


def page(model: PageModel) -> str:
    """The page of a report, as HTML.

    Raises ValueError where a library that draws it is not at hand.
    """
    check_libraries()
    from jinja2 import Environment, FunctionLoader
    from markupsafe import Markup

    environment = Environment(
        loader=FunctionLoader(_read), autoescape=True, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )
    environment.filters |= {"visible": visible, "percent": _percent}
    style, script = _style(), "\n".join(map(_read, _SCRIPTS))
    return environment.get_template("page.html").render(
        model=model,
        version=__version__,
        style=Markup(style),  # noqa: S704 - our own files
        script=Markup(script),  # noqa: S704 - our own files
        hashes={"style": _hash(style), "script": _hash(script)},
        data=embedded(model),
        looks=[
            (name, place % MAX_SYSTEMS + 1, SHAPES[place % MAX_SYSTEMS]) for place, name in enumerate(model.systems)
        ],
        fates=[(fate, SIGNS[fate], _FATE_WORDS[fate]) for fate in FATES],
        sections=_sections(model),
        confusions=_confusions(model),
        lengths=_length_rows(model),
        percentiles=sorted({row.percentile for row in model.length_summaries}),
        obstacles=_obstacles(model),
        svg=Markup,
        link=_link,
    )


def check_libraries() -> None:
    """Refuse to go on where a library that a page takes is missing.

    Raises ValueError.
    """
    missing = [name for name in ("jinja2", "vl_convert") if find_spec(name) is None]
    if missing:
        msg = f"a report takes {' and '.join(missing)}: python -m pip install 'sfr[report]'"
        raise ValueError(msg)


_FATE_WORDS: Mapping[str, str] = {
    "hit": "in gold and predicted",
    "type": "found, but called or joined otherwise",
    "boundary": "found, but with other words",
    "missed": "in gold alone",
    "spurious": "predicted alone",
}


def _read(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def _style() -> str:
    light, dark = declarations(LIGHT), declarations(DARK)
    return (
        f":root {{ color-scheme: light; {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root:not([data-theme=light]) {{ color-scheme: dark; {dark} }} }}\n"
        f"@media screen {{ :root[data-theme=dark] {{ color-scheme: dark; {dark} }} }}\n"
        f"{_read('page.css')}"
    )


def _hash(text: str) -> str:
    """What the policy of the page calls a piece of it by, so that no other script or style can run."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _percent(value: float | None, digits: int = 1) -> str:
    return "\N{EN DASH}" if value is None else f"{100 * value:.{digits}f}"


def _link(**state: str) -> str:
    """A link to the examples that a number is about."""
    return f"#{urlencode({name: value for name, value in state.items() if value})}"


# -- sections -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sections:
    """What stands in each section: charts, and rows of tables."""

    headlines: Mapping[str, Sequence[Figure]]
    intervals: Sequence[Chart]
    figures: Mapping[str, Mapping[str, Mapping[str, Figure]]]
    types: Sequence[tuple[str, Chart, Sequence[tuple[str, Mapping[str, TypeCounts]]]]]
    errors: Sequence[Chart]
    error_names: Sequence[tuple[str, str, str]]
    rewards: Sequence[Sequence[Chart]]
    lengths: Sequence[Sequence[Chart]]
    readings: Sequence[Chart]


def _sections(model: PageModel) -> _Sections:
    occurring = {name for count in model.errors for name, n in count.counts.items() if n}
    figures = _figures(model)
    return _Sections(
        headlines=_headlines(model),
        intervals=_intervals(figures, model.systems),
        figures=figures,
        types=_types(model),
        errors=charts.error_charts(model.errors, model.systems),
        error_names=[(name, FATE_OF[name], ERROR_WORDS[name]) for name in FATE_OF if name in occurring],
        rewards=_rewards(model),
        lengths=_lengths(model),
        readings=charts.reading_charts(model.readings, model.systems),
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
        found.setdefault((row.dataset, row.system), {})[row.percentile] = row
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
    names = list(dict.fromkeys(series.name for series in model.terms))
    for task in dict.fromkeys(series.task for series in model.rewards):
        values = [series for series in model.rewards if series.task == task]
        terms = [series for series in model.terms if series.task == task]
        terms.sort(key=lambda series: names.index(series.name))
        found.append([*reward_charts(values, model.systems), term_chart(task, terms, model.systems)])
    return found


def _lengths(model: PageModel) -> list[list[Chart]]:
    """By task: the lengths of the outputs of each system."""
    return [
        length_charts([series for series in model.lengths if series.task == task], model.systems, model.length_unit)
        for task in dict.fromkeys(series.task for series in model.lengths)
    ]
