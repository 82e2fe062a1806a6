#!/usr/bin/env bash
# GRPO in verl on the nodes of a Slurm allocation: sbatch --nodes=2 kit/slurm.sh RECIPE [key=value ...]
# RECIPE is the name of a recipe in kit/recipes, such as de_ner; SFR_RECIPES names another folder.
# Submit it from the folder that the paths of the overrides are from.
#SBATCH --job-name=sfr-verl
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=8
#SBATCH --cpus-per-task=64
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log
set -euo pipefail

if [ $# -lt 1 ]; then
    echo "usage: sbatch [--nodes=N] slurm.sh RECIPE [key=value ...]" >&2
    exit 2
fi
recipe=$1
shift
gpus=${SFR_GPUS:-8} port=${RAY_PORT:-6379}
mapfile -t nodes < <(scontrol show hostnames "$SLURM_JOB_NODELIST")

# On one node, beside what runs there already.
on=(srun --overlap --nodes=1 --ntasks=1)

# Ray listens on all addresses of a node; nobody gets in without the token of this job.
if [ -z "${RAY_AUTH_TOKEN:-}" ]; then
    RAY_AUTH_MODE=token RAY_AUTH_TOKEN=$(python -c 'import secrets; print(secrets.token_hex(32))')
    export RAY_AUTH_MODE RAY_AUTH_TOKEN
fi

head=${nodes[0]}
address=$("${on[@]}" --nodelist="$head" hostname --ip-address | awk '{print $1}'):$port
started=()
trap 'kill "${started[@]}" 2>/dev/null || true; wait' EXIT
"${on[@]}" --nodelist="$head" ray start --head --node-ip-address="${address%:*}" --port="$port" --num-gpus="$gpus" --block &
started+=($!)
for _ in {1..60}; do
    if "${on[@]}" --nodelist="$head" ray health-check --address="$address" &>/dev/null; then break; fi
    sleep 5
done
for node in "${nodes[@]:1}"; do
    "${on[@]}" --nodelist="$node" ray start --address="$address" --num-gpus="$gpus" --block &
    started+=($!)
done

# verl stops if it counts fewer GPUs than it is to have, so all nodes have to be there first.
"${on[@]}" --nodelist="$head" python -c '
import sys, time
import ray
ray.init(address=sys.argv[1], log_to_driver=False)
wanted, end = int(sys.argv[2]), time.monotonic() + 600
while (alive := sum(node["Alive"] for node in ray.nodes())) < wanted:
    if time.monotonic() > end:
        sys.exit(f"{alive} of {wanted} nodes have come")
    time.sleep(5)
' "$address" "${#nodes[@]}"

"${on[@]}" --nodelist="$head" python -m verl.trainer.main_ppo \
    --config-dir "${SFR_RECIPES:-$PWD/kit/recipes}" --config-name "$recipe" \
    trainer.nnodes="${#nodes[@]}" trainer.n_gpus_per_node="$gpus" +ray_kwargs.ray_init.address="$address" "$@"
