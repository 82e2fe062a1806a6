"""Outputs evaluated from Python, without files."""

from __future__ import annotations

from collections.abc import Sequence

from sfr.evaluation.conventions import CONVENTIONS, Convention
from sfr.evaluation.corpus import Job, evaluate
from sfr.evaluation.numbers import Number, numbers
from sfr.evaluation.systems import System
from sfr.parsing import Gold, read_gold
from sfr.predictions import Prediction
from sfr.schema import SchemaLike, as_schema
from sfr.structures import Extraction, as_task

__all__ = ["evaluate_outputs"]


def evaluate_outputs(  # noqa: PLR0913 - what a corpus consists of
    task: str,
    golds: Sequence[Gold],
    outputs: Sequence[str | Sequence[str]],
    *,
    texts: Sequence[str] | None = None,
    schemas: Sequence[SchemaLike] | None = None,
    convention: Convention = CONVENTIONS["sfr"],
) -> dict[str, Number]:
    """The numbers of every metric on a corpus: one output for each gold, or a list of as many runs for each.

    ``texts`` are the source texts and ``schemas`` the schemas, in the order of the golds. Gold with
    places (an Extraction) and texts give metrics on spans as well.

    Raises ParseError for bad gold, ValueError for sequences of different lengths.

    >>> found = evaluate_outputs("ner", [{"person": ["Kevin"]}, {}], ['{"person": ["Kevin", "May"]}', "{}"])
    >>> found["entity"].scores
    Scores(precision=0.5, recall=1.0, f1=0.6666666666666666)
    >>> found["entity"].sums
    (Sums(gold=1, pred=2, hit=1),)
    """
    sizes = {"golds": len(golds), "outputs": len(outputs)}
    sizes |= {} if texts is None else {"texts": len(texts)}
    sizes |= {} if schemas is None else {"schemas": len(schemas)}
    if len(set(sizes.values())) > 1:
        msg = f"expected as many of each, found {', '.join(f'{n} {name}' for name, n in sizes.items())}"
        raise ValueError(msg)
    kind = as_task(task)
    predictions = [
        Prediction(
            id=str(i),
            dataset="",
            task=kind,
            text=None if texts is None else texts[i],
            schema=None if schemas is None else as_schema(schemas[i]),
            gold=gold if isinstance(gold, Extraction) else read_gold(gold, kind, convention.reading),
            outputs=(output,) if isinstance(output, str) else tuple(output),
            place=f"outputs[{i}]",
        )
        for i, (gold, output) in enumerate(zip(golds, outputs, strict=True))
    ]
    runs = evaluate(predictions, Job(convention))
    return {number.metric: number for number in numbers(System("", tuple(runs)), convention)} if runs else {}
