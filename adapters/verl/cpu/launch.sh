#!/usr/bin/env bash
# verl on a CPU with a recipe in any folder: launch.sh FOLDER RECIPE [key=value ...]
# The recipe has the settings of recipes/cpu.yaml in it.
set -euo pipefail

if [ $# -lt 2 ]; then
    sed -n '2,3s/^# //p' "$0" >&2
    exit 2
fi
folder=$1 recipe=$2
shift 2
. "$(dirname "$0")/environment.sh"

# "local": a cluster of its own, whatever another one has left behind.
ray=(+ray_kwargs.ray_init.address=local ray_kwargs.ray_init.num_cpus=16 +ray_kwargs.ray_init.num_gpus=1
    +ray_kwargs.ray_init.include_dashboard=False)
if [ -n "${RAY_ADDRESS:-}" ]; then # a cluster that is there already
    ray=(+ray_kwargs.ray_init.address=auto)
fi

exec python -m verl.trainer.main_ppo --config-dir "$folder" --config-name "$recipe" "${ray[@]}" "$@"
