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
here=$(cd "$(dirname "$0")" && pwd)

exec bash "$here/launch.sh" "$here/../recipes" cpu \
    actor_rollout_ref.model.path="$model" data.train_files="$rows" data.val_files="$rows" "$@"
