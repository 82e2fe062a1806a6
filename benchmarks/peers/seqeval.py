"""seqeval: one tag a word, F1 of each pair or of the corpus."""

from seqeval.metrics import f1_score

from benchmarks.make_outputs import Records, Task

from ._row import Pairs, Row, spans


def _tags(_: Task, words: tuple[str, ...], records: Records) -> list[str]:
    tags = ["O"] * len(words)
    for type_, first, last in spans(words, records):
        tags[first] = f"B-{type_}"
        tags[first + 1 : last + 1] = [f"I-{type_}"] * (last - first)
    return tags


def _score_pairs(_: Task, pairs: Pairs) -> None:
    for gold, pred in pairs:
        f1_score([gold], [pred], zero_division=0)


def _score_corpus(_: Task, pairs: Pairs) -> None:
    f1_score([gold for gold, _ in pairs], [pred for _, pred in pairs], zero_division=0)


ROWS = (
    Row("seqeval, a pair at a time", {"ner": 2_000}, _tags, _score_pairs),
    Row("seqeval, one corpus", {"ner": 2_000}, _tags, _score_corpus),
)
