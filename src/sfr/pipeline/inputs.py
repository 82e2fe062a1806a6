"""What a run learns from and is measured on: rows of every stage for its trainer, and the examples of the evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sfr.data.building import Order, build
from sfr.data.catalogue import read_data_set
from sfr.data.exporting import export
from sfr.data.manifests import fingerprints, holds, manifest_of, read_manifest, write_manifest
from sfr.data.mixes import Mix, mix_of
from sfr.data.mixing import write_mix
from sfr.data.prompts import Template, joined, read_template, template
from sfr.data.sampling import choose
from sfr.data.storage import example_lines
from sfr.data.trainer_rows import TRAINERS
from sfr.files import bytes_written_whole, write_files, written_whole
from sfr.newswire import raw_files
from sfr.pipeline.folders import RunFolder
from sfr.pipeline.profiles import Newswire, Profile
from sfr.pipeline.stages import COMPLETE_MODELING, Node, mixture, sized
from sfr.pipeline.trainers import TRAINER_OF
from sfr.structures import TASKS, Task

__all__ = [
    "InputError",
    "Rows",
    "asked_with",
    "made_data",
    "mix_of_node",
    "rows_of",
    "templates",
    "written_examples",
    "written_rows",
    "written_templates",
]

_SEEDS = 1_000  # between those of one run and of the next, so that no two mixtures share one

Say = Callable[[str], None]


class InputError(ValueError):
    """Data that a run cannot begin with."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a stage: files for its trainer, and how many there are to train on."""

    train: Path
    validation: Path
    count: int


# -- data sets ------------------------------------------------------------------------------------


def made_data(run: RunFolder, newswire: Newswire, say: Say) -> Path:
    """Make sentences and build data sets of them, unless they stand there; the folder of the data sets.

    They are the same whatever the seed of the run, so that runs with several seeds are measured on the same examples.
    """
    made_from = newswire.model_dump(mode="json")
    manifest = run.raw / "manifest.json"
    standing = read_manifest(manifest)
    outputs = {name: run.raw / name for name in standing["outputs"]} if standing else {}
    if not holds(manifest, made_from, outputs):
        say(f"making {newswire.rows:,} sentences of each task")
        paths = write_files(run.raw, raw_files(newswire.rows, newswire.held_out))
        write_manifest(manifest, made_from, {str(path.relative_to(run.raw)): path for path in paths}, {})
    for description in sorted(run.raw.glob("*/data_set.yaml")):
        if build(Order(read_data_set(description), description.parent, run.built)).fresh:
            say(f"built {description.parent.name}")
    return run.built


# -- how a model is asked -------------------------------------------------------------------------


def templates(profile: Profile) -> dict[str, Template]:
    """The templates of a run: ``full``, and ``concise`` for what has been through SA.

    Raises TemplateError when there are none of these names, or they do not go together.
    """
    full, concise = (_template(name) for name in (profile.templates.full, profile.templates.concise))
    return {"full": full, "concise": joined("concise", {"ner": full, "re": concise, "ee": concise})}


def _template(name: str) -> Template:
    return read_template(Path(name)) if name.endswith((".yaml", ".yml")) else template(name)


def asked_with(node: Node) -> str:
    """The name of the template of a stage: SA changes how relations and events are asked for, and so it stays."""
    return "concise" if node.concise else "full"


def written_templates(run: RunFolder, found: Mapping[str, Template]) -> dict[str, Path]:
    """The templates as files, for other processes."""
    run.templates.mkdir(parents=True, exist_ok=True)
    paths = {}
    for name, one in found.items():
        paths[name] = run.templates / f"{name}.yaml"
        with written_whole(paths[name]) as file:
            file.write(yaml.safe_dump(one.model_dump(mode="json"), sort_keys=False, allow_unicode=True))
    return paths


# -- rows -----------------------------------------------------------------------------------------


def mix_of_node(node: Node, profile: Profile) -> Mix:
    """The mixture of a stage at the size of the profile."""
    mix = _mix(node, profile)
    if profile.same_rows and node.stage not in COMPLETE_MODELING:
        shared = mix_of("sa")
        mix = mix.model_copy(update={"drawn_as": shared.name, "seed": shared.seed})
    return mix


def _mix(node: Node, profile: Profile) -> Mix:
    rows = {name: sizes.rows for name, sizes in profile.stages.items() if sizes.rows is not None}
    return mixture(node, profile.sizes(node.stage).replay, rows)


def rows_of(run: RunFolder, node: Node, profile: Profile) -> Rows:
    """Where the rows of a stage are, and how many there are to train on."""
    mix, watched = mix_of_node(node, profile), _watched(node, profile)
    suffix = TRAINERS[TRAINER_OF[node.stage.kind].ROWS].suffix
    folder = _rows_folder(run, node)
    count = sum(part.rows for part in mix.parts)
    return Rows(folder / f"{mix.name}{suffix}", folder / f"{watched.name}{suffix}", count)


def _rows_folder(run: RunFolder, node: Node) -> Path:
    return run.rows / asked_with(node)


def _watched(node: Node, profile: Profile) -> Mix:
    """The mixture to watch a stage with: held-out rows of the same tasks, in the same proportions."""
    mix = _mix(node, profile)
    found = sized(mix.model_copy(update={"name": f"{mix.name}_dev"}), profile.validation_rows)
    held_out = [part.model_copy(update={"split": "dev", "oversample_to": {}}) for part in found.parts]
    return found.model_copy(update={"parts": held_out})


def written_rows(  # noqa: PLR0913 - what they are made of
    run: RunFolder, node: Node, profile: Profile, built: Path, asked: Template, *, seed: int
) -> None:
    """Write the rows of a stage, unless they stand there.

    Raises MixError or ExportError when they cannot be made, OSError when they cannot be written.
    """
    for mix in (mix_of_node(node, profile), _watched(node, profile)):
        _exported(run, mix, node, built, asked, seed)


def _exported(  # noqa: PLR0913, PLR0917 - what they are made of
    run: RunFolder, mix: Mix, node: Node, built: Path, asked: Template, seed: int
) -> Path:
    run.mixed.mkdir(parents=True, exist_ok=True)
    folder = _rows_folder(run, node)
    folder.mkdir(parents=True, exist_ok=True)
    made = write_mix(mix, built, run.mixed / f"{mix.name}.jsonl", seed=mix.seed + _SEEDS * seed)
    return export(made.path, folder, TRAINER_OF[node.stage.kind].ROWS, asked).path


# -- what is measured -----------------------------------------------------------------------------


def written_examples(run: RunFolder, profile: Profile, built: Path, tasks: Iterable[Task] = TASKS) -> Path:
    """The examples that every stage is measured on: so many of each data set, the same for every seed."""
    asked = profile.evaluation
    sources = _evaluated(built, asked.split, tasks)
    made_from = {"rows": asked.rows, "split": asked.split, "files": fingerprints(sources)}
    manifest = manifest_of(run.examples)
    if not holds(manifest, made_from, {run.examples.name: run.examples}):
        counts: dict[str, Any] = {}
        with bytes_written_whole(run.examples) as file:
            for name, path in sources.items():
                lines = [line for _, line in example_lines(path)]
                chosen = sorted(row for _, row in choose(len(lines), min(asked.rows, len(lines)), "evaluation", name))
                file.writelines(lines[row].rstrip(b"\r\n") + b"\n" for row in chosen)
                counts[name] = len(chosen)
        write_manifest(manifest, made_from, {run.examples.name: run.examples}, counts)
    return run.examples


def _evaluated(built: Path, split: str, tasks: Iterable[Task]) -> dict[str, Path]:
    """The files of a split of all built data sets, task by task.

    Raises InputError when a task has none.
    """
    found = {path.parent.name: read_manifest(path) for path in sorted(built.glob("[!.]*/manifest.json"))}
    files: dict[str, Path] = {}
    for task in tasks:
        of_task = {
            name: path
            for name, manifest in found.items()
            if manifest and manifest["result"].get("task") == task
            for path in (built / name / f"{split}.jsonl", built / name / f"{split}.parquet")
            if path.is_file()
        }
        if not of_task:
            raise InputError(
                f"{built} holds no {split} rows of {task}; expected data sets of all three tasks, as sfr data build makes "
                "them"
            )
        files |= of_task
    return files
