"""A corpus: the outcomes of many outputs, added up by task and data set, one run at a time."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import Any

from sfr.evaluation.conventions import Convention
from sfr.evaluation.counting import Sums
from sfr.evaluation.errors import confusions, counts
from sfr.evaluation.lengths import length_function
from sfr.evaluation.outcomes import Outcome, outcomes
from sfr.evaluation.placing import is_placed
from sfr.predictions import Prediction
from sfr.structures import Extraction, Task
from sfr.workers import in_order

__all__ = ["Job", "Key", "Part", "Run", "evaluate", "in_runs", "merged"]

Key = tuple[Task, str]
"""A task and the name of a data set."""

_NOTHING = Sums(0, 0, 0)
_FINGERPRINTS = 1 << 64


@dataclass(slots=True)
class Part:
    """One run of a system on one task of one data set: sums over its examples, which add up over parts.

    ``sums`` holds for each metric three integers an example, in the order of ``ids``: units in gold,
    in the prediction, in both. ``labels`` holds their totals by label. ``placed`` is how many
    examples have gold with a place for each mention; ``golds`` a fingerprint of texts and gold, the
    same in any order. The rest counts outputs (``statuses``, ``rungs``, ``problems``, ``blank``) and
    units (``errors``, ``confusions``, ``duplicates``).
    """

    metrics: tuple[str, ...]
    ids: list[str] = field(default_factory=list)
    golds: int = 0
    sums: dict[str, array[int]] = field(default_factory=dict)
    labels: dict[str, dict[str, Sums]] = field(default_factory=dict)
    placed: int = 0
    errors: Counter[tuple[str, str]] = field(default_factory=Counter)
    confusions: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    rungs: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    blank: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    lengths: array[int] = field(default_factory=lambda: array("q"))

    def __post_init__(self) -> None:
        """Make room for the sums of each metric."""
        for metric in self.metrics:
            self.sums.setdefault(metric, array("q"))
            self.labels.setdefault(metric, {})

    def add(self, prediction: Prediction, found: Outcome, fingerprint: int) -> None:
        """Count an outcome in; the fingerprint is that of its gold."""
        self.ids.append(prediction.id)
        self.golds = (self.golds + fingerprint) % _FINGERPRINTS
        whole = dict.fromkeys(self.metrics, _NOTHING)
        for (metric, label), sums in found.cells.items():
            whole[metric] = _plus(whole[metric], sums)
            by_label = self.labels[metric]
            by_label[label] = _plus(by_label.get(label, _NOTHING), sums)
        for metric, sums in whole.items():
            self.sums[metric].extend(sums)
        self.placed += prediction.text is not None and prediction.gold != Extraction() and is_placed(prediction.gold)
        self.errors.update(counts(found.findings))
        self.confusions.update(confusions(found.findings))
        self.statuses[found.parsed.status] += 1
        self.rungs.update(filter(None, [found.parsed.rung]))
        self.problems.update(dict.fromkeys(problem.code for problem in found.parsed.problems).keys())
        self.blank.update(_blank(prediction.gold, found.parsed.extraction))
        self.duplicates += found.parsed.duplicates

    def merge(self, other: Part) -> None:
        """Count another part in, whose examples stand behind those of this one."""
        self.ids += other.ids
        self.golds = (self.golds + other.golds) % _FINGERPRINTS
        self.placed += other.placed
        self.duplicates += other.duplicates
        self.lengths.extend(other.lengths)
        for metric, sums in other.sums.items():
            self.sums[metric].extend(sums)
            for label, more in other.labels[metric].items():
                self.labels[metric][label] = _plus(self.labels[metric].get(label, _NOTHING), more)
        for name in ("errors", "confusions", "statuses", "rungs", "problems", "blank"):
            getattr(self, name).update(getattr(other, name))

    def total(self, metric: str) -> Sums:
        """The sums of a metric over all examples."""
        sums = self.sums[metric]
        return Sums(sum(sums[0::3]), sum(sums[1::3]), sum(sums[2::3]))


def merged(parts: Iterable[Part], name: str) -> Counter[Any]:
    """What parts count under a name, such as ``errors``, as one."""
    found: Counter[Any] = Counter()
    for part in parts:
        found.update(getattr(part, name))
    return found


Run = dict[Key, Part]
"""One run of a system: a part for each task and data set."""


@dataclass(frozen=True, slots=True)
class Job:
    """How predictions are evaluated, the same in every process.

    ``lengths`` names what outputs are measured with, as ``length_function`` takes it; with "given" the
    lengths are kept that a prediction brings.
    """

    convention: Convention
    lengths: str = "words"

    def __call__(self, predictions: list[Prediction]) -> list[Run]:
        """One run for each output of a prediction.

        Raises ValueError when predictions differ in their number of outputs.
        """
        runs: list[Run] = [{} for _ in predictions[0].outputs] if predictions else []
        for prediction in predictions:
            found = outcomes(prediction, self.convention)
            if len(found) != len(runs):
                msg = f"{prediction.place}: expected {len(runs)} outputs as in the rows before, found {len(found)}"
                raise ValueError(msg)
            lengths, fingerprint = self._lengths(prediction), _fingerprint(prediction)
            for i, (run, one) in enumerate(zip(runs, found, strict=True)):
                key = prediction.task, prediction.dataset
                part = run.get(key) or run.setdefault(key, Part(self.convention.metrics[prediction.task]))
                part.add(prediction, one, fingerprint)
                part.lengths.extend(lengths[i : i + 1])
        return runs

    def _lengths(self, prediction: Prediction) -> list[int]:
        texts = [output for output in prediction.outputs if isinstance(output, str)]
        return list(prediction.tokens) if self.lengths == "given" else _measure(self.lengths)(texts)


_measure = cache(length_function)  # a tokenizer is loaded once in each process


def evaluate(predictions: Iterable[Prediction], job: Job, processes: int = 1) -> list[Run]:
    """The runs of all predictions, the same for any number of processes."""
    return in_runs(in_order(job, predictions, processes))


def in_runs(chunks: Iterable[list[Run]]) -> list[Run]:
    """The runs that the runs of some predictions each add up to.

    Raises ValueError when they differ in number.
    """
    whole: list[Run] | None = None
    for runs in chunks:
        whole = [{} for _ in runs] if whole is None else whole
        if len(runs) != len(whole):
            msg = f"expected {len(whole)} outputs a row as in the first rows, found {len(runs)} in later ones"
            raise ValueError(msg)
        for all_, some in zip(whole, runs, strict=True):
            for key, part in some.items():
                (all_.get(key) or all_.setdefault(key, Part(part.metrics))).merge(part)
    return whole or []


def _plus(one: Sums, other: Sums) -> Sums:
    return Sums(one[0] + other[0], one[1] + other[1], one[2] + other[2])


def _fingerprint(prediction: Prediction) -> int:
    """A number for all that an output is compared with; different ones differ, but for a chance of 2 to the -64."""
    gold, schema = prediction.gold, prediction.schema
    units: list[tuple[object, ...]] = [(e.type, e.text, e.at) for e in gold.entities]
    units += [(r.type, r.head, r.tail, r.head_at, r.tail_at) for r in gold.relations]
    units += [
        (e.type, e.trigger, e.trigger_at, sorted((a.role, a.text, a.at) for a in e.arguments)) for e in gold.events
    ]
    content = (
        (prediction.task, prediction.dataset, prediction.id, prediction.text),
        sorted(map(json.dumps, units)),  # files differ in the order of types
        None if schema is None else (schema.types, schema.roles),
    )
    return int.from_bytes(blake2b(json.dumps(content).encode(), digest_size=8).digest(), "big")


def _blank(gold: Extraction, pred: Extraction) -> Iterator[str]:
    """Which sides have no units."""
    sides = {"gold": gold == Extraction(), "pred": pred == Extraction()}
    yield from (side for side, is_blank in sides.items() if is_blank)
    if all(sides.values()):
        yield "both"
