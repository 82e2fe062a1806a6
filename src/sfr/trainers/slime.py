"""slime: an awaited call for each sample or for a group of them, a number or a dict back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sfr.trainers._convention import Convention, Outcome, run

__all__ = ["SLIME"]


class _Slime(Convention):
    def shown(self, row: Mapping[str, Any], output: str) -> dict[str, Any]:
        return {
            "args": {"reward_key": None},
            "sample": {
                "prompt": row["prompt"],
                "response": output,
                "label": row["label"],
                "metadata": row.get("metadata", {}),
            },
        }

    def call(
        self, reward: Any, truths: Sequence[str], outputs: Sequence[str], settings: Mapping[str, Any]
    ) -> list[Outcome]:
        del settings  # it passes none
        args = SimpleNamespace(reward_key="score")
        samples = [
            SimpleNamespace(index=number, group_index=0, prompt="?", response=output, label=truth, metadata={})
            for number, (truth, output) in enumerate(zip(truths, outputs, strict=True))
        ]

        async def all_of_them() -> list[Any]:
            return await asyncio.gather(*(reward(args, sample) for sample in samples))

        found = run(all_of_them())
        return [Outcome(one[args.reward_key], {k: v for k, v in one.items() if k != "score"}) for one in found]


SLIME = _Slime(
    name="slime",
    title="slime",
    read_from="THUDM/slime 624b824, slime/rollout/rm_hub/__init__.py, async_rm and batched_async_rm",
    proof="contract",
    route="sfr.adapters.slime:custom_rm",
    rows="slime",
    settings="environment",
)
