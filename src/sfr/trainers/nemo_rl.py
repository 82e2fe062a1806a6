"""NeMo-RL: a step of an environment for a batch of conversations, rewards as a tensor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sfr.trainers._convention import Convention, Outcome

__all__ = ["NEMO_RL"]


class _NemoRL(Convention):
    def shown(self, row: Mapping[str, Any], output: str) -> dict[str, Any]:
        return {
            "message_log_batch": [_conversation(row["problem"], output)],
            "metadata": [{"ground_truth": row["expected_answer"]}],
        }

    def call(
        self, reward: Any, truths: Sequence[str], outputs: Sequence[str], settings: Mapping[str, Any]
    ) -> list[Outcome]:
        """One conversation a step, as its asynchronous rollouts do, and the metrics of a batch of one for its terms."""
        environment = reward(dict(settings))
        found = []
        for truth, output in zip(truths, outputs, strict=True):
            conversation, metadata = _conversation("?", output), [{"ground_truth": truth}]
            _, _, _, rewards, _, _ = environment.step([conversation], metadata)
            batch = {"message_log": [conversation], "extra_env_info": metadata}
            _, metrics = environment.global_post_process_and_metrics(batch)
            found.append(Outcome(rewards[0].item(), metrics))
        return found


def _conversation(prompt: str, output: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": prompt}, {"role": "assistant", "content": output}]


NEMO_RL = _NemoRL(
    name="nemo-rl",
    title="NeMo-RL",
    library="nemo_rl",
    read_from="NVIDIA-NeMo/RL 7ea279a, nemo_rl/environments/interfaces.py and nemo_rl/experience/rollouts.py",
    proof="contract",
    route="sfr.adapters.nemo_rl:Environment",
    rows="nemo-rl",
    settings="keywords",
    needs=("torch",),
)
