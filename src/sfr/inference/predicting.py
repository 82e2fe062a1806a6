"""Predictions for a file of examples, of a model that is loaded here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sfr.generation.jobs import Generated, Job
from sfr.generation.runs import Progress, Run, carry_out
from sfr.inference.engines import Engine, EngineName, engine_for
from sfr.inference.models import Model
from sfr.inference.questions import Question, answer_of, problem_of, question_of

__all__ = ["predict"]


def predict(  # noqa: PLR0913 - what can be said on the command line
    job: Job,
    target: Path,
    model: Model,
    *,
    engine: EngineName = "auto",
    batch: int | None = None,
    settings: Mapping[str, Any] | None = None,
    again: bool = False,
    skip_failed: bool = False,
    progress: Progress | None = None,
) -> Generated:
    """Have a model answer every example of a job, and write the predictions to ``target``.

    The model's fingerprint is what the job has as its name. ``batch`` is how many examples are answered
    at a time, ``settings`` are arguments with which the engine's library loads a model. What is known stands in a journal, from which the same job goes on, as with a server; a
    prompt that is too long for the model is an example that has failed.

    Raises InferenceError when the model cannot be loaded or asked, GenerateError or JournalError when the job
    cannot be begun, OSError when a file cannot be read or written.
    """
    kind = engine_for(engine, job.sampling)

    def work(run: Run) -> None:
        questions = _questions(run, model)
        if questions:
            _answer(run, model, kind.load(model, job.sampling, batch, settings or {}), questions)

    return carry_out(job, target, work, again=again, skip_failed=skip_failed, progress=progress)


def _questions(run: Run, model: Model) -> list[tuple[int, Question]]:
    """All examples that can be asked about, the longest first, so that too small a memory shows at once.

    They are all there even if some are answered: so a run that goes on has the batches that it had.
    """
    found = []
    for row, example in run.examples():
        question = question_of(example, run.job.template, run.job.sampling, model)
        if (why := problem_of(question, model)) is None:
            found.append((row, question))
        elif run.wants(row):
            run.fail(row, why)
    return sorted(found, key=lambda pair: (-len(pair[1].tokens), pair[0]))


def _answer(run: Run, model: Model, engine: Engine, questions: list[tuple[int, Question]]) -> None:
    """Answer batch by batch, but for batches of which all is known."""
    run.begin()
    for start in range(0, len(questions), engine.batch):
        part = questions[start : start + engine.batch]
        if not any(run.wants(row) for row, _ in part):
            continue
        written = engine.write([question for _, question in part])
        for (row, _), samples in zip(part, written, strict=True):
            if run.wants(row):
                run.add(row, answer_of(samples, model))
