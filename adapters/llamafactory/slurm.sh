#!/usr/bin/env bash
# A supervised stage on the nodes of a Slurm allocation: sbatch --nodes=2 kit/slurm.sh RECIPE.yaml [key=value ...]
# Submit it from the folder that the paths of the recipe are from. A job that is requeued goes on where it was.
#SBATCH --job-name=sfr-llamafactory
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=8
#SBATCH --cpus-per-task=64
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%j.log
set -euo pipefail

if [ $# -lt 1 ]; then
    echo "usage: sbatch [--nodes=N] slurm.sh RECIPE.yaml [key=value ...]" >&2
    exit 2
fi

# One llamafactory-cli a node; each starts torchrun, which starts a process a GPU.
export FORCE_TORCHRUN=1 NNODES=$SLURM_NNODES MASTER_PORT=${MASTER_PORT:-29500}
read -r MASTER_ADDR < <(scontrol show hostnames "$SLURM_JOB_NODELIST")
export MASTER_ADDR

srun --kill-on-bad-exit=1 bash -c 'NODE_RANK=$SLURM_NODEID exec llamafactory-cli train "$@"' llamafactory "$@"
