"""A taskset of verifiers: rows for trainers, with the reward of sfr and its terms as metrics.

``vf-eval sfr-verifiers --env.taskset.data rows.jsonl --no-push ...``; prime-rl takes the same names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import verifiers.v1 as vf
from pydantic import Field

from sfr import BadGoldError, configured
from sfr.adapters.verifiers import score_trace

__all__ = ["SFRTaskset"]


class SFRData(vf.TaskData):
    """A row, with the ground truth that its reward needs."""

    ground_truth: str


class SFRTaskConfig(vf.TaskConfig):
    """The settings of the reward, as ``sfr.grader`` takes them."""

    settings: dict[str, Any] = Field(default_factory=dict)


class SFRTask(vf.Task[SFRData, vf.State, SFRTaskConfig]):
    """One prompt, answered in one turn."""

    @vf.reward
    async def sfr(self, trace: vf.Trace) -> float:
        """The reward of the answer."""
        return score_trace(self.data.ground_truth, trace, **self.config.settings)


class SFRTasksetConfig(vf.TasksetConfig):
    """Where the rows are."""

    data: Path = Path("rows.jsonl")
    """A file of ``sfr data export --for trl``."""
    task: SFRTaskConfig = SFRTaskConfig()


class SFRTaskset(vf.Taskset[SFRTask, SFRTasksetConfig]):
    """The rows of a file."""

    def load(self) -> Iterator[SFRTask]:
        """The tasks; a row that nothing can be scored with, or a wrong setting, ends it before the first rollout."""
        grader = configured(**self.config.task.settings)
        rows = []
        problems = []
        with self.config.data.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                row = json.loads(line)
                if missing := {"prompt", "ground_truth"} - row.keys():
                    problems.append(f"{self.config.data}:{number}: no {', '.join(sorted(missing))}")
                    continue
                try:
                    grader.best(row["ground_truth"])
                except BadGoldError as error:
                    problems.append(f"{self.config.data}:{number}: {error}")
                rows.append(row)
        if problems:
            raise ValueError("\n".join(["rows of sfr data export --for trl were expected:", *problems]))
        for row in rows:
            data = SFRData(id=row.get("id"), prompt=row["prompt"], ground_truth=row["ground_truth"])
            yield SFRTask(data, self.config.task)
