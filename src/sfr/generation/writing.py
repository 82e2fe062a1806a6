"""Predictions: what a run has found out, written whole, in the order of the examples, beside what it was made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sfr.data.manifests import holds, manifest_of, read_manifest, write_manifest
from sfr.examples import Example, example_line, read_example
from sfr.files import bytes_written_whole, decode_line, encode_line
from sfr.generation.answers import Answer
from sfr.generation.jobs import Failure, Generated, GenerateError, Job
from sfr.generation.journals import Journal

__all__ = ["finished", "standing"]


def standing(target: Path, made_from: dict[str, Any]) -> Generated:
    """The predictions that stand there already, if they are those of the job."""
    manifest = manifest_of(target)
    if not holds(manifest, made_from, {target.name: target}):
        raise GenerateError([f"{target} is there already, and holds something else; name another file, or --again"])
    result = (read_manifest(manifest) or {})["result"]
    failures = tuple(Failure(**failure) for failure in result["left_out"])
    finish = tuple(result["finish"].items())
    return Generated(
        target,
        written=True,
        fresh=False,
        rows=result["rows"],
        failures=failures,
        finish=finish,
        tokens=result["tokens"],
    )


def finished(job: Job, target: Path, journal: Journal, made_from: dict[str, Any], *, skip_failed: bool) -> Generated:
    """Write what has been found out, if all of it has, and put the journal away."""
    if job.made_from() != made_from:
        raise GenerateError([f"{job.examples} has changed since the run began; begin anew: --again"])
    failures = tuple(_failures(job, journal))
    finish: Counter[str] = Counter()
    made = Generated(target, written=False, fresh=True, rows=journal.answered, failures=failures, tokens=journal.tokens)
    if failures and not skip_failed:
        return made
    if not journal.answered:
        raise GenerateError([f"all of {len(failures):,} examples failed, so that there is nothing to write"])
    with bytes_written_whole(target) as file:
        for line in _predictions(job, journal, finish):
            file.write(line)
    made = replace(made, written=True, finish=tuple(sorted(finish.items())))
    result = {
        "rows": made.rows,
        "tokens": made.tokens,
        "finish": dict(made.finish),
        "left_out": [asdict(failure) for failure in failures],
    }
    write_manifest(manifest_of(target), made_from, {target.name: target}, result)
    journal.clear()
    return made


def _failures(job: Job, journal: Journal) -> Iterator[Failure]:
    if journal.failed:
        for row, (number, line) in job.lines():
            if row in journal.failed:
                yield Failure(number, read_example(line).id, journal.failed[row])


def _predictions(job: Job, journal: Journal, finish: Counter[str]) -> Iterator[bytes]:
    """The lines of all answers, in the order of the examples; why they ended is counted on the way."""
    lines = job.lines()
    for row, answer in journal.answers():
        line = next(line for place, (_, line) in lines if place == row)
        finish.update(reason or "unknown" for reason in answer.finish)
        yield _prediction(read_example(line), answer).encode() + b"\n"


def _prediction(example: Example, answer: Answer) -> str:
    """A row of predictions: an example with what a model made of it."""
    several = len(answer.outputs) > 1
    said: dict[str, Any] = {
        "outputs" if several else "output": answer.outputs if several else answer.outputs[0],
        "finish": answer.finish if several else answer.finish[0],
    }
    if answer.tokens is not None and not several:  # of several only the sum is known
        said["tokens"] = answer.tokens
    return encode_line({**decode_line(example_line(example)), **said})
