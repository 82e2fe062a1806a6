"""What comes before the stages: data, rows, and the base model if it is made."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from sfr.data.exporting import ExportError
from sfr.data.manifests import fingerprints, holds, read_manifest, write_manifest
from sfr.pipeline.inputs import (
    InputError,
    asked_with,
    made_data,
    rows_of,
    templates,
    written_examples,
    written_rows,
    written_templates,
)
from sfr.pipeline.plans import Plan
from sfr.pipeline.profiles import Tiny
from sfr.pipeline.records import model_files
from sfr.pipeline.stages import Node, Way
from sfr.pipeline.workplaces import RunError, Workplace

__all__ = ["prepared_base", "prepared_data"]


def prepared_data(place: Workplace) -> dict[str, Path]:
    """Rows of all stages and the examples of the evaluation, made unless they stand there; the templates as files.

    Raises InputError, MixError or BuildError with everything that is wrong with the data.
    """
    plan, found = place.plan, templates(place.plan.profile)
    if plan.data is not None:
        built = plan.data
    elif plan.profile.newswire is not None:
        built = made_data(plan.run, plan.profile.newswire, place.tell.say)
    else:
        raise RunError(f"profile {plan.profile.name} needs data (--data)")
    for node in dict.fromkeys([*(planned.node for planned in plan.stages), *_base_nodes(plan)]):
        try:
            written_rows(plan.run, node, plan.profile, built, found[asked_with(node)], seed=plan.seed)
        except ExportError as error:
            raise InputError(f"{node.id}: {error}") from None
    written_examples(plan.run, plan.profile, built)
    return written_templates(plan.run, found)


def prepared_base(place: Workplace) -> dict[str, str]:
    """The fingerprints of the model that training begins with, made now if the profile says so.

    Raises RunError when there is no such folder.
    """
    model = place.plan.profile.model
    if model.tiny is not None:
        return _made(place, model.tiny)
    path = Path(model.path or "")
    if path.is_dir():
        if not (files := model_files(path)):
            raise RunError(
                f"{path} is no folder of a model: expected config.json, weights (*.safetensors), a tokenizer"
            )
        return fingerprints(files)
    if path.is_absolute() or (model.path or "").startswith("."):
        raise RunError(f"there is no folder {path}; --model takes the folder of a model, or a name on the hub")
    return {"name": str(path)}  # on the hub


def _made(place: Workplace, tiny: Tiny) -> dict[str, str]:
    """A model for the words in the rows of the supervised stages."""
    plan, folder = place.plan, place.plan.run.base
    sources = _sources(plan)
    wanted = {"tiny": tiny.model_dump(), "seed": plan.seed, "rows": fingerprints(sources)}
    manifest = folder / "manifest.json"
    standing = read_manifest(manifest)
    if standing and holds(manifest, wanted, {name: folder / name for name in standing["outputs"]}):
        return dict(standing["outputs"])
    place.tell.say("making the model")
    if folder.exists():
        shutil.rmtree(folder)
    sizes = [f"--{name}={value}" for name, value in {**tiny.model_dump(), "steps": 0, "seed": plan.seed}.items()]
    python = str(place.pythons["supervised"])
    command = [python, "-m", "sfr.tiny", *map(str, sources.values()), "-o", str(folder), *sizes]
    place.call("the model", "making", "supervised", command, log=plan.run.path / "base.txt")
    files = model_files(folder)
    write_manifest(manifest, wanted, files, {})
    return fingerprints(files)


def _base_nodes(plan: Plan) -> list[Node]:
    """The stages whose rows a model is made for: those of the whole method, so that all ways begin with one model."""
    if plan.profile.model.tiny is None:
        return []
    return [node for node in Way().nodes() if node.stage.kind == "supervised"]


def _sources(plan: Plan) -> dict[str, Path]:
    rows = [(node, rows_of(plan.run, node, plan.profile).train) for node in _base_nodes(plan)]
    return {f"{asked_with(node)}/{path.name}": path for node, path in rows}


def prints_of_parent(place: Workplace, parent: str | None, base: Mapping[str, str]) -> Mapping[str, str]:
    """The fingerprints of the model that a stage begins with."""
    if parent is None:
        return base
    standing = read_manifest(place.plan.run.stage(parent).manifest)
    return standing["outputs"] if standing else {}
