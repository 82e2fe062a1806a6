"""ms-swift: a call for each batch, columns as lists; rewards are all that it logs, and None is no value of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sfr.adapters.ms_swift import term_rewards
from sfr.trainers._convention import Convention, Outcome

__all__ = ["MS_SWIFT"]


class _MsSwift(Convention):
    def shown(self, row: Mapping[str, Any], output: str) -> dict[str, Any]:
        columns = {name: [value] for name, value in row.items() if name != "messages"}
        return {
            "completions": [output],
            "messages": [[*row["messages"], {"role": "assistant", "content": output}]],
            "prompt_id": ["0"],
            "request_id": ["0"],
            "finish_reason": ["stop"],
            "is_truncated": [False],
            "rollout_infos": [{}],
            "response_token_ids": [[0]],
            **columns,
            "trainer_state": None,
        }

    def call(
        self, reward: Any, truths: Sequence[str], outputs: Sequence[str], settings: Mapping[str, Any]
    ) -> list[Outcome]:
        del settings  # it passes none
        passed = {
            "messages": [
                [{"role": "user", "content": "?"}, {"role": "assistant", "content": text}] for text in outputs
            ],
            "finish_reason": ["stop"] * len(outputs),
            "is_truncated": [False] * len(outputs),
            "solution": list(truths),
            "dataset": ["mine"] * len(outputs),
            "trainer_state": None,
        }
        values = reward(args=None)(list(outputs), **passed)
        columns = {
            name.removeprefix("sfr_"): term(args=None)(list(outputs), **passed) for name, term in term_rewards().items()
        }
        # What is None has no part in a mean; here it is 0, so that all outputs have the same terms.
        terms = [{name: column[i] or 0.0 for name, column in columns.items()} for i in range(len(outputs))]
        return [Outcome(value, found) for value, found in zip(values, terms, strict=True)]


MS_SWIFT = _MsSwift(
    name="ms-swift",
    title="ms-swift",
    read_from="ms-swift 4.6.0, swift/rl_core/grpo_algorithm.py, compute_rewards_per_func",
    proof="trainer",
    route="sfr.adapters.ms_swift:SFRReward",
    rows="ms-swift",
    settings="environment",
    distribution="ms-swift",
    tested="4.6.0",
    shim="sfr_ms_swift.py",
)
