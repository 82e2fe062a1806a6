"""The metrics of sfr, beside the peers that score ready-made pairs."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sfr.evaluation import CONVENTIONS, Case, Convention, count
from sfr.evaluation.corpus import Job
from sfr.parsing import Reading, read_gold
from sfr.predictions import Prediction
from sfr.structures import Task

from .floors import json_loads
from .make_outputs import Group
from .timing import Measure, Work, measure

_FIRST: dict[Task, tuple[str, ...]] = {"ner": ("entity",), "re": ("relation",), "ee": ("trigger", "argument")}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to get metrics from the groups' first outputs."""

    name: str
    reads: str
    run: Callable[[list[Prediction]], object]


def _all(predictions: list[Prediction]) -> object:
    return Job(CONVENTIONS["sfr"])(predictions)


def _first(predictions: list[Prediction]) -> object:
    convention = replace(CONVENTIONS["sfr"], metrics=_FIRST)
    return [_sums(prediction, convention) for prediction in predictions]


def _sums(prediction: Prediction, convention: Convention) -> object:
    """The sums of one output, which stands ready as units."""
    (pred,) = prediction.outputs
    assert not isinstance(pred, str)
    return count(Case(prediction.task, prediction.gold, pred), convention)


def measure_way(way: Way, task: Task, groups: list[Group]) -> Measure:
    """What a way costs beside `json.loads` on the same outputs."""
    outputs = [group.outputs[0] for group in groups]
    reading = Reading()
    predictions = [
        Prediction(
            str(number),
            "",
            task,
            None,
            None,
            read_gold(group.gold_text, task, reading),
            (output if way.reads == "prediction" else read_gold(output, task, reading),),
        )
        for number, (group, output) in enumerate(zip(groups, outputs, strict=True))
    ]
    return measure(Work(lambda: predictions, way.run), json_loads(outputs), len(outputs))


WAYS = (
    Way("sfr metrics: all, error classes, lengths", "prediction", _all),
    Way("sfr metrics: micro-F1, units ready-made", "no", _first),
)
