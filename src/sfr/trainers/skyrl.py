"""SkyRL: an environment for each output, made of the columns of its row, and one step in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sfr.trainers._convention import Convention, Outcome

__all__ = ["SKYRL"]


class _SkyRL(Convention):
    def shown(self, row: Mapping[str, Any], output: str) -> dict[str, Any]:
        columns = {name: value for name, value in row.items() if name not in {"prompt", "env_class"}}
        return {"env_config": {}, "extras": {**columns, "max_turns": 1}, "prompt": row["prompt"], "action": output}

    def call(
        self, reward: Any, truths: Sequence[str], outputs: Sequence[str], settings: Mapping[str, Any]
    ) -> list[Outcome]:
        found = []
        for truth, output in zip(truths, outputs, strict=True):
            spec = {"method": "rule", "ground_truth": truth}
            shown = self.shown({"prompt": [{"role": "user", "content": "?"}], "reward_spec": spec}, output)
            env = reward(env_config=shown["env_config"], extras=shown["extras"], **settings)
            env.init(shown["prompt"])
            step = env.step(shown["action"])
            found.append(Outcome(step["reward"], step["metadata"]))
            env.close()
        return found


SKYRL = _SkyRL(
    name="skyrl",
    title="SkyRL",
    library="skyrl_gym",
    read_from="skyrl a956457, skyrl/train/generators/skyrl_gym_generator.py; skyrl-gym 0.4.0",
    proof="loader",
    route="sfr.adapters.skyrl:SFREnv",
    rows="skyrl",
    settings="keywords",
    distribution="skyrl-gym",
    tested="0.4.0",
    no_thinking="generator.chat_template_kwargs.enable_thinking=false",
)
