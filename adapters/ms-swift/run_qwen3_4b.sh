#!/usr/bin/env bash
# GRPO with ms-swift 4.6.0 and vLLM on one node of 8 GPUs: entities, relations and events in one run.
# MODEL and ROWS are yours; all numbers are ours, but for 8 samples a prompt. The tests run it smaller, on a
# CPU and without vLLM, and look up every option in the arguments of ms-swift.
set -euo pipefail

KIT=$(cd "$(dirname "$0")" && pwd)
: "${MODEL:?a folder or a name, Qwen/Qwen3-4B say}" "${ROWS:?a file of: sfr data export --for ms-swift}"
export SFR_REWARD=${SFR_REWARD:-"profile=bounded"} NPROC_PER_NODE=${NPROC_PER_NODE:-8}

exec swift rlhf \
  --rlhf_type grpo \
  --model "$MODEL" \
  --template qwen3 \
  --enable_thinking false \
  --dataset "$ROWS" \
  --external_plugins "$KIT/sfr_ms_swift.py" \
  --reward_funcs sfr sfr_pair_f1 sfr_triple_f1 sfr_argument_f1 sfr_unparsable sfr_perfect \
  --reward_weights 1 0 0 0 0 0 \
  --tuner_type full \
  --torch_dtype bfloat16 \
  --use_vllm true \
  --vllm_mode colocate \
  --vllm_gpu_memory_utilization 0.5 \
  --sleep_level 1 \
  --num_generations 8 \
  --per_device_train_batch_size 8 \
  --gradient_accumulation_steps 8 \
  --max_length 4096 \
  --max_completion_length 1024 \
  --num_train_epochs 2 \
  --learning_rate 1e-6 \
  --beta 0.001 \
  --temperature 1.0 \
  --deepspeed zero3 \
  --log_completions true \
  --logging_steps 1 \
  --save_steps 100 \
  --output_dir checkpoints/sfr \
  "$@"
