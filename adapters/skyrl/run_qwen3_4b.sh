#!/usr/bin/env bash
# GRPO with SkyRL on one node of 8 GPUs: entities, relations and events in one run. Run it in a checkout of SkyRL.
# MODEL and ROWS are yours; all numbers are ours, but for 8 samples a prompt. Not run by us: the keys are those
# of SkyRL a956457, examples/train/multiply/run_multiply.sh.
set -euo pipefail

KIT=$(cd "$(dirname "$0")" && pwd)
: "${MODEL:?a folder or a name, Qwen/Qwen3-4B say}" "${ROWS:?a file of: sfr data export --for skyrl}"
GPUS=${GPUS:-8}

exec uv run --extra fsdp --with sfr python "$KIT/sfr_skyrl.py" \
  data.train_data="['$ROWS']" \
  data.val_data="['${VALIDATION:-$ROWS}']" \
  environment.env_class=sfr \
  trainer.policy.model.path="$MODEL" \
  trainer.algorithm.advantage_estimator=grpo \
  trainer.algorithm.use_kl_loss=true \
  trainer.strategy=fsdp \
  trainer.placement.colocate_all=true \
  trainer.placement.policy_num_gpus_per_node="$GPUS" \
  trainer.placement.ref_num_gpus_per_node="$GPUS" \
  trainer.epochs=2 \
  trainer.train_batch_size=256 \
  trainer.policy_mini_batch_size=64 \
  trainer.micro_forward_batch_size_per_gpu=8 \
  trainer.micro_train_batch_size_per_gpu=8 \
  trainer.max_prompt_length=3072 \
  trainer.policy.optimizer_config.lr=1.0e-6 \
  generator.n_samples_per_prompt=8 \
  generator.sampling_params.max_generate_length=1024 \
  generator.chat_template_kwargs.enable_thinking=false \
  generator.batched=false \
  generator.inference_engine.backend=vllm \
  generator.inference_engine.num_engines="$GPUS" \
  generator.inference_engine.tensor_parallel_size=1 \
  generator.inference_engine.gpu_memory_utilization=0.7 \
  generator.inference_engine.run_engines_locally=true \
  generator.inference_engine.weight_sync_backend=nccl \
  trainer.logger=console \
  "$@"
