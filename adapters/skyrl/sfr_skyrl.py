"""Start SkyRL with the environment of sfr: ``python sfr_skyrl.py KEY=VALUE ...``, as with its own entry point.

SkyRL knows an environment only after it was registered, in the process that runs the trainer. Settings
of the reward stand in ``SETTINGS``, or in the environment variable ``SFR_REWARD``.
"""

import sys

from skyrl_gym.envs.registration import register

SETTINGS = {"profile": "paper"}


def register_sfr(**settings: object) -> None:
    """Make the environment known as ``sfr``, which is what the rows name."""
    register(id="sfr", entry_point="sfr.adapters.skyrl:SFREnv", kwargs=settings)


def main() -> None:
    """As the entry point of SkyRL, and one line more."""
    import ray
    from skyrl.train.config import SkyRLTrainConfig
    from skyrl.train.entrypoints.main_base import BasePPOExp, validate_cfg
    from skyrl.train.utils import initialize_ray

    @ray.remote(num_cpus=1)
    def train(config: SkyRLTrainConfig) -> None:
        register_sfr(**SETTINGS)
        BasePPOExp(config).run()

    config = SkyRLTrainConfig.from_cli_overrides(sys.argv[1:])
    validate_cfg(config)
    initialize_ray(config)
    ray.get(train.remote(config))


if __name__ == "__main__":
    main()
