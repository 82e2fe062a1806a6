"""slime: an awaited call for each sample or for a group of them, a number or a dict back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sfr.trainers._convention import Convention, Outcome, run

__all__ = ["SLIME"]

_KEY = "score"
"""What ``--reward-key`` names, so that slime gets the terms too."""


class _Slime(Convention):
    def shown(self, row: Mapping[str, Any], output: str) -> dict[str, Any]:
        return {"args": {"reward_key": _KEY}, "sample": _sample(0, row, output)}

    def call(
        self, reward: Any, truths: Sequence[str], outputs: Sequence[str], settings: Mapping[str, Any]
    ) -> list[Outcome]:
        del settings  # it passes none
        args = SimpleNamespace(reward_key=_KEY)
        samples = [
            SimpleNamespace(**_sample(number, {"prompt": "?", "label": truth}, output))
            for number, (truth, output) in enumerate(zip(truths, outputs, strict=True))
        ]

        async def all_of_them() -> list[Any]:
            return await asyncio.gather(*(reward(args, sample) for sample in samples))

        found = run(all_of_them())
        return [Outcome(one[_KEY], {k: v for k, v in one.items() if k != _KEY}) for one in found]


def _sample(number: int, row: Mapping[str, Any], output: str) -> dict[str, Any]:
    return {
        "index": number,
        "group_index": 0,
        "prompt": row["prompt"],
        "response": output,
        "label": row["label"],
        "metadata": row.get("metadata", {}),
    }


SLIME = _Slime(
    name="slime",
    title="slime",
    library="slime",
    read_from="THUDM/slime 624b824, slime/rollout/rm_hub/__init__.py, async_rm and batched_async_rm",
    proof="contract",
    route="sfr.adapters.slime:custom_rm",
    rows="slime",
    settings="environment",
    no_thinking="""--apply-chat-template-kwargs '{"enable_thinking": false}'""",
)
