"""A stage: trained from where it stands, written down, measured."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sfr.data.manifests import fingerprints, holds, read_manifest, write_manifest
from sfr.files import written_whole
from sfr.pipeline.folders import StageFolder
from sfr.pipeline.inputs import templates
from sfr.pipeline.measuring import read_scores, scored
from sfr.pipeline.plans import Planned
from sfr.pipeline.processes import Ended
from sfr.pipeline.recipes import RecipeError, recipe_text
from sfr.pipeline.records import (
    begin_attempt,
    clear_failure,
    end_attempt,
    last_attempt,
    model_files,
    read_begun,
    signatures,
    spent,
    write_begun,
    write_failure,
)
from sfr.pipeline.revisions import revision
from sfr.pipeline.workplaces import StageError, Workplace

__all__ = ["measure", "train"]


def train(place: Workplace, planned: Planned, wanted: Mapping[str, Any]) -> None:
    """Train a stage, from its last whole checkpoint if it has begun, and write down its model.

    Raises StageError with the trainer's own last error.
    """
    folder, trainer, name = planned.folder, planned.trainer, planned.node.id
    begun = trainer.prepare(planned.training, place.tell.say) if read_begun(folder) else None
    if begun is None:
        with _failure_noted(folder):
            _check_rows(place, planned)
    write_begun(folder, wanted)
    clear_failure(folder)
    python = place.pythons[planned.node.stage.kind]
    command = trainer.command(planned.training, python)
    with written_whole(folder.recipe) as file:
        file.write(recipe_text(planned.recipe, f"{name}: {planned.node.stage.title}", " ".join(command)))
    if _has_ended(planned, begun):
        place.tell.say(f"{name} had all its steps, and is written down")
        attempt, first = last_attempt(folder)
        ended = Ended(0, trainer.seconds(planned.training, first), 0)  # nobody saw more of it
    else:
        if begun is not None:
            place.tell.say(f"{name} goes on from step {begun:,}")
        place.tell.begin(name, "training", planned.steps)
        attempt = begin_attempt(folder, begun or 0)
        ended = _called(place, planned, command, trainer.variables(planned.training, python, attempt))
    end_attempt(folder, attempt, ended)
    with _failure_noted(folder):
        _hand_on(planned, wanted)
    place.tell.end(name, "training", ended.seconds)


def _has_ended(planned: Planned, begun: int | None) -> bool:
    """Whether the trainer came to its end when nobody watched it any more; verl would take a step too many."""
    if begun is None or begun != planned.steps:
        return False
    try:
        planned.trainer.model(planned.training)
    except RecipeError:
        return False
    return True


def _called(place: Workplace, planned: Planned, command: Sequence[str], variables: Mapping[str, str]) -> Ended:
    """Let the trainer run to its end."""
    folder, trainer = planned.folder, planned.trainer
    with _failure_noted(folder):
        return place.call(
            planned.node.id,
            "training",
            planned.node.stage.kind,
            command,
            log=folder.log,
            folder=folder.path,
            variables=variables,
            watch=lambda: place.tell.progress(trainer.progress(folder)),
        )


@contextmanager
def _failure_noted(folder: StageFolder) -> Iterator[None]:
    """Note why a stage fails for those who look later."""
    try:
        yield
    except StageError as error:
        with suppress(OSError):  # of a full disk the error itself tells
            write_failure(folder, error.why)
        raise


def _check_rows(place: Workplace, planned: Planned) -> None:
    """See that every target earns its best, and is not cut: LLaMAFactory cuts what is too long without a word.

    The paper's strings lose some units, which is no reason not to train on them.

    Raises StageError with the rows that are not so.
    """
    limits = planned.trainer.limits(planned.recipe)
    if templates(place.plan.profile)[planned.template].format != "records":
        return
    planned.folder.path.mkdir(parents=True, exist_ok=True)
    kind = planned.node.stage.kind
    words = ["-m", "sfr", "data", "check", str(planned.rows.train), f"--tokenizer={planned.training.model}", *limits]
    words += ["--thinking" if place.plan.profile.thinking else "--no-thinking"]
    command = [str(place.pythons[kind]), *words, f"--jobs={os.cpu_count() or 1}"]
    place.call(planned.node.id, "checking its rows", kind, command, log=planned.folder.path / "check.txt")


def _hand_on(planned: Planned, wanted: Mapping[str, Any]) -> None:
    """Write down the model and what it took, then drop what training alone needed."""
    folder, trainer = planned.folder, planned.trainer
    try:
        model = trainer.model(planned.training)
    except RecipeError as error:
        raise StageError(planned.node.id, "training", str(error), folder.log) from None
    folder.model.unlink(missing_ok=True)
    folder.model.symlink_to(model.relative_to(folder.path))
    result = {
        **spent(folder),
        "steps": trainer.progress(folder).step,
        "step_seconds": trainer.seconds(planned.training, last_attempt(folder)[1]),
        "rows": planned.rows.count,
        "reward": signatures(planned),
        "revision": revision(),
    }
    write_manifest(folder.manifest, wanted, model_files(folder.model), result)
    trainer.tidy(planned.training)


def measure(place: Workplace, planned: Planned) -> None:
    """Let the model of a stage answer the examples of the evaluation, and count what the answers are worth."""
    folder, name, asked = planned.folder, planned.node.id, place.plan.profile.evaluation
    template = place.plan.run.templates / f"{planned.template}.yaml"
    standing = read_manifest(folder.manifest)
    of = {
        "model": standing["outputs"] if standing else {},
        "asked": asked.model_dump(mode="json"),
        "thinking": place.plan.profile.thinking,
        "files": fingerprints({"examples": place.plan.run.examples, "template": template}),
    }
    scores = read_scores(folder.scores)
    if scores is None or scores["made_from"] != of or not folder.predictions.is_file():
        # What was begun with another model, other examples or other settings is no beginning of this.
        is_other = folder.predictions.exists() or not holds(folder.measuring, of, {})
        write_manifest(folder.measuring, of, {}, {})
        place.tell.begin(name, "measuring", None)
        kind = planned.node.stage.kind
        command = [
            str(place.pythons[kind]),
            *("-m", "sfr", "extract", str(folder.model), str(place.plan.run.examples)),
            *("-o", str(folder.predictions), "--template", str(template)),
            *(["--again"] if is_other else []),
            "--thinking" if place.plan.profile.thinking else "--no-thinking",
            f"--max-tokens={asked.max_tokens}",
            f"--batch-size={asked.batch_size}",
        ]
        ended = place.call(name, "measuring", kind, command, log=folder.path / "extract.txt")
        scores = scored(folder.predictions, folder.scores, of)
        place.tell.end(name, "measuring", ended.seconds)
    place.tell.measured(name, scores)
