"""What the tests of the pipeline share."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sfr.pipeline.folders import RunFolder
from sfr.pipeline.plans import plan_of
from sfr.pipeline.profiles import profile_of
from sfr.pipeline.stages import Way

PROFILE = Path(__file__).parent / "smoke.yaml"
STAGES = ("cm_1", "cm_2", "cm_3", "sa", "de_ner", "de_re", "de_ee")


@dataclass(frozen=True)
class Chain:
    """A run that is done, with the interpreter that did it, and what was said."""

    run: RunFolder
    fake: Any
    said: str


def a_plan(folder, name="smoke", *, way=None, **options):
    """A plan of a profile: of the smoke test, or a shipped one."""
    profile = profile_of(str(PROFILE) if name == "smoke" else name)
    return plan_of(RunFolder(folder), profile, way or Way(), **options)


def outputs(run, stage):
    """The fingerprints of the model that a stage has handed on."""
    return json.loads(run.stage(stage).manifest.read_text())["outputs"]


def result(run, stage):
    """What came of a stage."""
    return json.loads(run.stage(stage).manifest.read_text())["result"]
