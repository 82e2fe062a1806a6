"""nervaluate: spans with a label, its four schemes at once, for each pair or for the corpus."""

from typing import Any

from nervaluate.evaluator import Evaluator

from benchmarks.make_outputs import ENTITY_TYPES, Records, Task

from ._row import Pairs, Row, spans


def _labelled(_: Task, words: tuple[str, ...], records: Records) -> list[dict[str, Any]]:
    return [{"label": type_, "start": first, "end": last} for type_, first, last in spans(words, records)]


def _score_pairs(_: Task, pairs: Pairs) -> None:
    tags = list(ENTITY_TYPES)
    for gold, pred in pairs:
        Evaluator([gold], [pred], tags=tags, loader="dict").evaluate()


def _score_corpus(_: Task, pairs: Pairs) -> None:
    golds, preds = [gold for gold, _ in pairs], [pred for _, pred in pairs]
    Evaluator(golds, preds, tags=list(ENTITY_TYPES), loader="dict").evaluate()


ROWS = (
    Row("nervaluate, a pair at a time", {"ner": 1_000}, _labelled, _score_pairs),
    Row("nervaluate, one corpus", {"ner": 1_000}, _labelled, _score_corpus),
)
