#!/usr/bin/env bash
# GRPO in verl with vLLM rollouts on a CPU: run.sh MODEL ROWS.parquet [key=value ...]
# A functional check on a tiny model, not a way to train. README.md says how to get there.
set -euo pipefail

if [ $# -lt 2 ]; then
    sed -n '2,3s/^# //p' "$0" >&2
    exit 2
fi
model=$1 rows=$2
shift 2
. "$(dirname "$0")/environment.sh"

# "local": a cluster of its own, whatever another one has left behind.
ray=(+ray_kwargs.ray_init.address=local ray_kwargs.ray_init.num_cpus=16 +ray_kwargs.ray_init.num_gpus=1
    +ray_kwargs.ray_init.include_dashboard=False)
if [ -n "${RAY_ADDRESS:-}" ]; then # a cluster that is there already
    ray=(+ray_kwargs.ray_init.address=auto)
fi

exec python -m verl.trainer.main_ppo --config-dir "$kit/recipes" --config-name cpu \
    actor_rollout_ref.model.path="$model" data.train_files="$rows" data.val_files="$rows" "${ray[@]}" "$@"
