"""What one output comes to: read, counted, its errors named."""

from __future__ import annotations

from dataclasses import dataclass

from sfr.evaluation.conventions import Convention
from sfr.evaluation.counting import Case, Cells, count
from sfr.evaluation.dropping import remaining
from sfr.evaluation.errors import Finding, findings
from sfr.grounding import Source
from sfr.normalize import Normalizer
from sfr.parsing import Parsed, source_of
from sfr.predictions import Prediction
from sfr.structures import Argument, Entity, Event, Extraction, Relation

__all__ = ["Outcome", "outcome", "outcomes"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One output against its gold: how it was read, the sums of every metric, unit by unit what went wrong."""

    parsed: Parsed
    cells: Cells
    findings: tuple[Finding, ...]


def outcomes(prediction: Prediction, convention: Convention) -> list[Outcome]:
    """The outcome of each output of a prediction."""
    gold = _normal(prediction.gold, convention.reading.normalize)
    return [outcome(prediction, gold, output, convention) for output in prediction.outputs]


def outcome(prediction: Prediction, gold: Extraction, output: str | Extraction, convention: Convention) -> Outcome:
    """The outcome of one output; ``gold`` is that of the prediction in its normal form."""
    source = None if prediction.text is None else source_of(convention.reading.normalize(prediction.text))
    parsed = _read(prediction, output, source, convention)
    pred = parsed.extraction
    if parsed.status == "recovered" and convention.recovered == "drop":
        pred = Extraction()
    pred = remaining(pred, source, prediction.schema, convention)
    readable = parsed.status != "unparsable"
    case = Case(prediction.task, gold, pred, prediction.text, prediction.schema, readable)
    return Outcome(parsed, count(case, convention), findings(case.task, gold, pred, source.text if source else None))


def _read(prediction: Prediction, output: str | Extraction, source: Source | None, convention: Convention) -> Parsed:
    reading = convention.reading
    if isinstance(output, Extraction):
        return Parsed(_normal(output, reading.normalize), "ok", format="units")
    return reading(output, prediction.task, source, prediction.schema)


def _normal(extraction: Extraction, normal: Normalizer) -> Extraction:
    """The extraction with every text in its normal form, and the places that it has."""
    return Extraction(
        tuple(Entity(normal(e.type), normal(e.text), e.at) for e in extraction.entities),
        tuple(
            Relation(normal(r.type), normal(r.head), normal(r.tail), r.head_at, r.tail_at) for r in extraction.relations
        ),
        tuple(
            Event(
                normal(e.type),
                normal(e.trigger),
                tuple(Argument(normal(a.role), normal(a.text), a.at) for a in e.arguments),
                e.trigger_at,
            )
            for e in extraction.events
        ),
    )
