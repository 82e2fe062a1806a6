"""Run folders as ``sfr pipeline run`` leaves them behind, without any training: what the models answer is made up."""

import json
import random
from itertools import islice

from sfr.data.manifests import write_manifest
from sfr.grading import grader
from sfr.newswire import sentences
from sfr.newswire.phrases import ROLES, TYPES
from sfr.pipeline.folders import RunFolder
from sfr.pipeline.measuring import scored
from sfr.pipeline.profiles import profile_of
from sfr.pipeline.stages import REWARDS, Way
from sfr.structures import TASKS

WAYS = (
    Way(),
    Way(without={"sa"}),
    Way(control=True),
    Way(order="apart"),
    *(Way(reward=name, order="apart") for name in ("coarse", "fine", "f1", "bounded")),
    Way(remedy="kl"),
    Way(remedy="replay"),
    Way(order="mixed"),
)
"""All that the tables have a row for."""

DATA_SETS = {"ner": ("newswire_ner", "letters_ner"), "re": ("newswire_re",), "ee": ("newswire_ee",)}


def examples(number=20):
    """So many examples of each data set; those of entities are of two, which differ in size."""
    rows = []
    for task in TASKS:
        found = sentences(task, "test")
        for place, data_set in enumerate(DATA_SETS[task]):
            for row in islice(found, number // (1 + place)):
                schema = {"types": list(TYPES[task]), "roles": list(ROLES) if task == "ee" else []}
                rows.append({"dataset": data_set, "split": "test", "task": task, "schema": schema, **row})
    return rows


def answers(rows, right, seed=0):
    """An answer to each example: the gold for a share of those of each task, nothing for the others."""
    rng = random.Random(f"answers/{seed}")
    for task in TASKS:
        of_task = [row for row in rows if row["task"] == task]
        good = set(rng.sample(range(len(of_task)), round(right[task] * len(of_task))))
        for place, row in enumerate(of_task):
            output = json.dumps(row["gold"]) if place in good else "{}"
            yield {**row, "output": output, "finish": "stop", "tokens": len(output.split())}


def write_stage(  # noqa: PLR0913 - what a stage is
    run, node, rows, right, *, seed=0, steps=20, rise=0.2
):
    """The folder of a stage whose model answers a share of each task rightly, and whose reward rose in training."""
    folder = run.stage(node.id)
    folder.training.mkdir(parents=True)
    folder.predictions.write_text("".join(f"{json.dumps(row)}\n" for row in answers(rows, right, f"{seed}/{node.id}")))
    explores = node.stage.kind == "exploration"
    rewards = grader(**REWARDS[node.reward]).rewards
    signatures = {task: rewards[task].signature for task in node.stage.tasks} if explores else {}
    spent = {"attempts": 1, "seconds": 90.0, "memory": 2**30, "steps": steps, "step_seconds": 2.0 * steps, "rows": 400}
    result = {**spent, "reward": signatures, "revision": None}
    write_manifest(folder.manifest, {"stage": node.id}, {}, result)
    if explores:
        _write_exploration(folder, steps, rise, seed)
    else:
        lines = [{"current_steps": step, "loss": 3.0 / step} for step in range(1, steps + 1)]
        (folder.training / "trainer_log.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    scored(folder.predictions, folder.scores, {"model": node.id})


def _write_exploration(folder, steps, rise, seed):
    rng = random.Random(f"rewards/{seed}/{folder.path.name}")
    folder.recipe.write_text("data: {train_batch_size: 16}\nactor_rollout_ref: {rollout: {n: 8}}\n")
    lines = []
    for step in range(1, steps + 1):
        reward = 0.3 + rise * step / steps + rng.uniform(-0.02, 0.02)
        numbers = {"critic/score/mean": reward, "timing_s/step": 4.0, "timing_s/gen": 3.0, "timing_s/update_actor": 0.5}
        if step % 5 == 0:
            numbers["val-core/newswire_ner/reward/mean@1"] = reward - 0.05
        lines.append({"step": step, "data": numbers})
    (folder.path / "steps-1.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def write_run(  # noqa: PLR0913 - all but the path by name
    path, *, seed=0, ways=WAYS, rows=None, right=None, profile="mini", **more
):
    """A run with all stages of some ways; ``right`` says by stage and task what share is answered rightly."""
    run = RunFolder(path)
    path.mkdir(parents=True)
    settings = profile_of("mini").model_dump(mode="json")
    about = {"sfr": "0", "profile": profile, "seed": seed, "data": None, "settings": settings}
    run.about.write_text(json.dumps(about))
    rows = examples() if rows is None else rows
    nodes = {node.id: node for way in ways for node in way.nodes()}
    for name, node in nodes.items():
        shares = (right or {}).get(name, dict.fromkeys(TASKS, 0.5))
        write_stage(run, node, rows, shares, seed=seed, **more)
    return run
