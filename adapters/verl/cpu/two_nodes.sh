#!/usr/bin/env bash
# Two nodes of a Ray cluster on one machine, and GRPO over both: two_nodes.sh MODEL ROWS.parquet [key=value ...]
# The commands are those of real nodes; there, the second one runs on the others.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
port=${RAY_PORT:-6390}
. "$here/environment.sh"

# A folder of its own, or the next Ray on this machine would look for this cluster when it is gone.
RAY_TMPDIR=$(mktemp -d)
export RAY_TMPDIR
nodes=()
trap 'kill "${nodes[@]}" 2>/dev/null; wait; rm -rf "$RAY_TMPDIR"' EXIT
node=(--block --num-cpus=10 --num-gpus=1 --object-store-memory=500000000 --disable-usage-stats)
ray start --head --node-ip-address=127.0.0.1 --port="$port" --include-dashboard=false "${node[@]}" >/dev/null &
nodes+=($!)
sleep 10
ray start --address="127.0.0.1:$port" "${node[@]}" >/dev/null &
nodes+=($!)
sleep 10
ray status --address="127.0.0.1:$port"

RAY_ADDRESS="127.0.0.1:$port" bash "$here/run.sh" "$@" \
    trainer.nnodes=2 trainer.experiment_name=two_nodes trainer.total_training_steps=2
