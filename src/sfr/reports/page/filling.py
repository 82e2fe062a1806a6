"""From an evaluation, with what was collected beside it, to what the page shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sfr.evaluation.corpus import Key, Part, merged
from sfr.evaluation.errors import KINDS
from sfr.evaluation.lengths import length_bands
from sfr.evaluation.metrics import metric_named
from sfr.evaluation.numbers import Number
from sfr.evaluation.signatures import Signature
from sfr.evaluation.systems import MEAN, POOLED, System
from sfr.reports.evaluation import Contents
from sfr.reports.page.collecting import Collected, ExampleKey
from sfr.reports.page.model import (
    Confusion,
    Difference,
    ErrorCounts,
    Estimate,
    Figure,
    LengthSummary,
    PageModel,
    ReadingCounts,
    Series,
    ShownExample,
    TypeCounts,
)
from sfr.rewards import Reward
from sfr.structures import Task

__all__ = ["page_model"]

_BY_TYPE = (
    ("entity", "entity_span"),
    ("relation", "relation_span"),
    ("trigger", "trigger_span"),
    ("argument_matched", "argument_attached", "argument", "argument_attached_span"),
)
"""The metrics whose types are shown: the first of each line that a convention has."""

_MAIN = (*_BY_TYPE, ("slot",), ("answer",))
"""The metrics whose numbers stand at the top: the first of each line that a convention has."""
_SHARES = (50, 70, 99)


def page_model(  # noqa: PLR0913 - what a page is made of, by keyword
    contents: Contents,
    signature: Signature,
    collected: Mapping[str, Sequence[Collected]],
    keys: Sequence[ExampleKey],
    *,
    title: str,
    rewards: Mapping[Task, Reward],
    notes: Iterable[str] = (),
) -> PageModel:
    """The page of an evaluation.

    ``collected`` holds each system's runs, ``keys`` the examples to show, in their order.
    """
    systems = tuple(system.name for system in contents.systems)
    tasks = dict.fromkeys(task for task, _ in contents.systems[0].keys)
    titles = _titles(contents.numbers)
    return PageModel(
        title=title,
        systems=systems,
        total=signature.examples,
        figures=tuple(_figures(contents, titles)),
        differences=tuple(_differences(contents, titles)),
        types=tuple(count for system in contents.systems for count in _types(system)),
        errors=tuple(_errors(contents.systems)),
        confusions=tuple(found for system in contents.systems for found in _confusions(system)),
        readings=tuple(_reading(*each) for each in _each(contents.systems)),
        rewards=tuple(_reward_series(collected)),
        terms=tuple(_term_series(collected)),
        lengths=tuple(_length_series(contents.systems)),
        length_summaries=tuple(row for each in _each(contents.systems) for row in _length_rows(*each, contents)),
        length_unit=_length_unit(contents.setup.lengths),
        signatures=(signature.long, *(rewards[task].signature for task in tasks)),
        notes=tuple(notes),
        examples=tuple(_examples(systems, collected, keys)),
    )


def _present(wanted: Iterable[tuple[str, ...]], metrics: Iterable[str]) -> list[str]:
    """The first of each line of metrics that is there."""
    known = set(metrics)
    return [found for line in wanted if (found := next((name for name in line if name in known), None))]


def _each(systems: Sequence[System]) -> Iterator[tuple[str, Key, list[Part]]]:
    """System, data set, and the parts of its runs; what is of one data set stands together."""
    for key in systems[0].keys:
        for system in systems:
            yield system.name, key, system.parts(key)


# -- numbers ------------------------------------------------------------------------------------


def _titles(numbers: Iterable[Number]) -> dict[tuple[Task, str], str]:
    """What each metric of a task is called; with the task, where several tasks have it."""
    tasks: dict[str, set[Task]] = {}
    for number in numbers:
        tasks.setdefault(number.metric, set()).add(number.task)
    return {
        (task, metric): metric_named(metric).title + (f", {task}" if len(found) > 1 else "")
        for metric, found in tasks.items()
        for task in found
    }


def _figures(contents: Contents, titles: Mapping[tuple[Task, str], str]) -> Iterator[Figure]:
    main = _present(_MAIN, (number.metric for number in contents.numbers))
    for number in contents.numbers:
        if not number.covered:
            continue
        precision, recall, f1 = number.scores
        low, high = contents.intervals.get((number.system, number.task, number.dataset, number.metric)) or (None, None)
        is_accuracy = metric_named(number.metric).is_accuracy
        yield Figure(
            number.system,
            number.dataset or "all",
            titles[number.task, number.metric],
            Estimate(f1, low, high),
            None if is_accuracy else precision,
            None if is_accuracy else recall,
            is_mean=number.dataset == MEAN,
            is_over_sets=number.dataset in {MEAN, POOLED},
            is_main=number.metric in main,
        )


def _differences(contents: Contents, titles: Mapping[tuple[Task, str], str]) -> Iterator[Difference]:
    for one in contents.contrasts:
        title = titles[one.task, one.metric]
        low, high = one.interval
        p = one.randomisation_adjusted
        yield Difference(one.second, one.first, one.dataset or "all", title, one.difference, low, high, p)


def _types(system: System) -> Iterator[TypeCounts]:
    """The types of each metric, over all data sets and runs."""
    sums: dict[tuple[str, str], list[int]] = {}
    for key in system.keys:
        for part in system.parts(key):
            for metric in _present(_BY_TYPE, part.labels):
                for label, found in part.labels[metric].items():
                    before = sums.setdefault((metric, label), [0, 0, 0])
                    sums[metric, label] = [a + b for a, b in zip(before, found, strict=True)]
    metrics = list(dict.fromkeys(metric for metric, _ in sums))
    for metric, label in sorted(sums, key=lambda each: (metrics.index(each[0]), each[1])):
        yield TypeCounts(system.name, metric_named(metric).title, label, *sums[metric, label])


def _errors(systems: Sequence[System]) -> Iterator[ErrorCounts]:
    for key in systems[0].keys:
        for of, kinds in KINDS.items():
            for system in systems:
                found = merged(system.parts(key), "errors")
                counts = {kind: found[of, kind] for kind in kinds if found[of, kind]}
                if counts:
                    yield ErrorCounts(system.name, key[1], key[0], of, counts)


def _confusions(system: System) -> Iterator[Confusion]:
    found: Counter[Any] = Counter()
    for key in system.keys:
        found.update(merged(system.parts(key), "confusions"))
    for (of, gold, pred), n in found.most_common():
        yield Confusion(system.name, of, gold, pred, n)


def _reading(system: str, key: Key, parts: Sequence[Part]) -> ReadingCounts:
    task, dataset = key
    return ReadingCounts(system, dataset, task, *(merged(parts, name) for name in ("statuses", "rungs", "problems")))


# -- distributions ------------------------------------------------------------------------------


def _reward_series(collected: Mapping[str, Sequence[Collected]]) -> Iterator[Series]:
    for system, runs in collected.items():
        for task in dict.fromkeys(task for run in runs for task in run.rewards):
            values = tuple(value for run in runs for value in run.rewards.get(task, ()))
            yield Series(system, task, "reward", values)


def _term_series(collected: Mapping[str, Sequence[Collected]]) -> Iterator[Series]:
    for system, runs in collected.items():
        for task, name in dict.fromkeys(key for run in runs for key in run.terms):
            values = tuple(value for run in runs for value in run.terms.get((task, name), ()))
            yield Series(system, task, name, values)


def _length_series(systems: Iterable[System]) -> Iterator[Series]:
    for system in systems:
        by_task: dict[Task, list[float]] = {}
        for task, dataset in system.keys:
            for part in system.parts((task, dataset)):
                by_task.setdefault(task, []).extend(part.lengths)
        yield from (Series(system.name, task, "length", tuple(values)) for task, values in by_task.items() if values)


def _length_rows(system: str, key: Key, parts: Sequence[Part], contents: Contents) -> Iterator[LengthSummary]:
    task, dataset = key
    lengths = [length for part in parts for length in part.lengths]
    for band in length_bands(lengths, _SHARES, contents.setup.bands):
        if band.min is not None and band.mean is not None and band.max is not None:
            yield LengthSummary(system, dataset, task, band.share, band.min, band.mean, band.max)


def _length_unit(measure: str) -> str:
    """What lengths are counted in; whatever is no plain measure is a tokenizer."""
    return measure if measure in {"words", "characters"} else "tokens"


# -- examples -----------------------------------------------------------------------------------


def _examples(
    systems: Sequence[str], collected: Mapping[str, Sequence[Collected]], keys: Iterable[ExampleKey]
) -> Iterator[ShownExample]:
    """The examples, each with the answers of the first run of every system."""
    firsts = [collected[system][0].answers for system in systems]
    for key in keys:
        task, dataset, name = key
        text = next(text for text, _ in (first[key] for first in firsts))
        yield ShownExample(name, dataset, task, text, tuple(first[key][1] for first in firsts))
