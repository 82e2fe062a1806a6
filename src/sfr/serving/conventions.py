"""The ways in which a reward is asked for, by path: ours, and those of trainers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sfr.files import kind_of
from sfr.grading import Grade, group_shares
from sfr.serving.refusals import Refused
from sfr.turns import after_prompt, without_end

__all__ = ["CONVENTIONS", "Asked", "Convention"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be graded: an output beside each ground truth, and what a ground truth is called in the request."""

    truths: list[Any]
    outputs: list[str]
    names: str | None = None
    """The field with the ground truths, or None when it holds one alone."""


@dataclass(frozen=True, slots=True)
class Convention:
    """How a request is read, and what is answered.

    ``read`` takes the object of a request and raises Refused; ``write`` gives the value to send as JSON.
    """

    field: str
    read: Callable[[Mapping[str, Any]], Asked]
    write: Callable[[Asked, Sequence[Grade]], Any]


# -- ours ---------------------------------------------------------------------------------------------


def _read_score(request: Mapping[str, Any]) -> Asked:
    problems = _missing(request, "ground_truth", "output")
    _check_text(request, "output", problems)
    _refuse(problems)
    return Asked([request["ground_truth"]], [request["output"]])


def _write_score(asked: Asked, grades: Sequence[Grade]) -> Any:
    del asked
    (grade,) = grades
    return {"value": grade.value, "terms": grade.terms, "task": grade.task}


def _read_batch(request: Mapping[str, Any]) -> Asked:
    truths, outputs = _lists(request, "ground_truth", "output")
    return Asked(truths, outputs, "ground_truth")


def _write_batch(asked: Asked, grades: Sequence[Grade]) -> Any:
    return {
        "value": [grade.value for grade in grades],
        "terms": [grade.terms for grade in grades],
        "groups": group_shares(asked.truths, grades),
    }


# -- OpenRLHF, as of 0.11.0 (openrlhf/utils/agent.py, trainer/ppo_utils/samples_generator.py) ----------


def _read_openrlhf(request: Mapping[str, Any]) -> Asked:
    """Its queries are prompt and answer in one, with the special tokens of the template.

    It asks for one query at a time; with several addresses all but the first get empty lists.
    """
    labels, queries, prompts = _lists(request, "labels", "query", "prompts")
    answers, problems = [], []
    for i, (query, prompt) in enumerate(zip(queries, prompts, strict=True)):
        try:
            answers.append(after_prompt(query, prompt))
        except ValueError as error:
            problems.append(f"query[{i}]: {error}")
    _refuse(problems)
    return Asked(labels, answers, "labels")


def _write_openrlhf(asked: Asked, grades: Sequence[Grade]) -> Any:
    """Numbers for one query, since the trainer puts each into a tensor; lists for any other count.

    Its dynamic filtering takes scores for shares, so that they are the value, cut to [0, 1].
    """
    del asked
    values = [grade.value for grade in grades]
    scores = [min(max(value, 0.0), 1.0) for value in values]
    names = grades[0].terms if grades else ()
    logs = {f"sfr/{name}": [grade.terms[name] for grade in grades] for name in names}
    if len(grades) == 1:
        return {"rewards": values[0], "scores": scores[0], "extra_logs": {name: logs[name][0] for name in logs}}
    return {"rewards": values, "scores": scores, "extra_logs": logs}


# -- slime, as of 0.3.1 (slime/rollout/rm_hub/__init__.py, slime/utils/types.py) -----------------------


def _read_slime(request: Mapping[str, Any]) -> Asked:
    problems = _missing(request, "label", "response")
    _check_text(request, "response", problems)
    _refuse(problems)
    return Asked([request["label"]], [without_end(request["response"])])


def _write_slime(asked: Asked, grades: Sequence[Grade]) -> Any:
    """The value under the name that ``--reward-key score`` asks for, and the terms, which the trainer keeps."""
    del asked
    (grade,) = grades
    return {"score": grade.value, **grade.terms}


CONVENTIONS: Mapping[str, Convention] = {
    "/score": Convention("ground_truth", _read_score, _write_score),
    "/batch": Convention("ground_truth", _read_batch, _write_batch),
    "/openrlhf": Convention("labels", _read_openrlhf, _write_openrlhf),
    "/slime": Convention("label", _read_slime, _write_slime),
}


# -- the shape of requests ----------------------------------------------------------------------------


def _missing(request: Mapping[str, Any], *names: str) -> list[str]:
    found = ", ".join(map(str, request)) or "nothing"
    return [f"{name}: missing; found {found}" for name in names if name not in request]


def _check_text(request: Mapping[str, Any], name: str, problems: list[str]) -> None:
    if name in request and not isinstance(request[name], str):
        problems.append(f"{name}: expected a string, found {kind_of(request[name])}")


def _lists(request: Mapping[str, Any], truths: str, *texts: str) -> list[list[Any]]:
    """Lists of one length, of which all but the first hold strings."""
    names = (truths, *texts)
    problems = _missing(request, *names)
    lists = {name: request[name] for name in names if name in request}
    for name, value in lists.items():
        if not isinstance(value, list):
            problems.append(f"{name}: expected a list, found {kind_of(value)}")
        elif name in texts:
            problems += [
                f"{name}[{i}]: expected a string, found {kind_of(item)}"
                for i, item in enumerate(value)
                if not isinstance(item, str)
            ]
    _refuse(problems)
    if len({len(value) for value in lists.values()}) > 1:
        lengths = ", ".join(f"{name} has {len(value):,}" for name, value in lists.items())
        _refuse([f"expected lists of one length; {lengths}"])
    return [lists[name] for name in names]


def _refuse(problems: list[str]) -> None:
    if problems:
        raise Refused(422, "bad request", problems)
