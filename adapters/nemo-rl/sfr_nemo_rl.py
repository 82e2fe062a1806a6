"""Runs a script of NeMo-RL with the environment of sfr known to it: python sfr_nemo_rl.py SCRIPT [ARGUMENTS]."""

import runpy
import sys

from nemo_rl.distributed.ray_actor_environment_registry import ACTOR_ENVIRONMENT_REGISTRY
from nemo_rl.distributed.virtual_cluster import PY_EXECUTABLES
from nemo_rl.environments.utils import register_env

ENVIRONMENT = "sfr.adapters.nemo_rl.SFREnvironment"

if __name__ == "__main__":
    register_env("sfr", ENVIRONMENT)
    ACTOR_ENVIRONMENT_REGISTRY[ENVIRONMENT] = PY_EXECUTABLES.SYSTEM  # asked for by the name of the class, or refused
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
