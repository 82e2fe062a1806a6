#!/usr/bin/env bash
# GRPO with OpenRLHF 0.11.2 on one node of 8 GPUs: entities, relations and events in one run.
# MODEL and ROWS are yours; all numbers are ours, but for 8 samples a prompt. Not run by us: the tests look
# up every option in the source of OpenRLHF, and have its executor call the reward.
set -euo pipefail

KIT=$(cd "$(dirname "$0")" && pwd)
: "${MODEL:?a folder or a name, Qwen3-4B-Instruct-2507 say}" "${ROWS:?a file of: sfr data export --for openrlhf}"

# The reward runs in processes of Ray, which have the variables of the shell that started Ray.
export SFR_REWARD=${SFR_REWARD:-"profile=bounded scale=unit"}
ray status >/dev/null 2>&1 || ray start --head --num-gpus 8

exec python3 -m openrlhf.cli.train_ppo_ray \
  --actor.model_name_or_path "$MODEL" \
  --reward.remote_url "$KIT/sfr_openrlhf.py" \
  --data.prompt_dataset "$ROWS" \
  --data.input_key input \
  --data.label_key label \
  --data.apply_chat_template \
  --data.max_len 4096 \
  --rollout.max_new_tokens 1024 \
  --rollout.n_samples_per_prompt 8 \
  --rollout.batch_size 128 \
  --rollout.micro_batch_size 8 \
  --train.batch_size 1024 \
  --train.micro_batch_size 8 \
  --train.num_episodes 2 \
  --train.colocate_all \
  --algo.advantage.estimator group_norm \
  --algo.kl.init_coef 1e-3 \
  --algo.kl.use_loss \
  --algo.kl.estimator k3 \
  --algo.dynamic_filtering_enable \
  --algo.dynamic_filtering_range 0 1 \
  --actor.adam.lr 1e-6 \
  --actor.num_nodes 1 \
  --actor.num_gpus_per_node 8 \
  --actor.gradient_checkpointing_enable \
  --ref.num_nodes 1 \
  --ref.num_gpus_per_node 8 \
  --vllm.num_engines 8 \
  --vllm.tensor_parallel_size 1 \
  --vllm.gpu_memory_utilization 0.6 \
  --vllm.enable_sleep \
  --ds.enable_sleep \
  --ds.zero_stage 3 \
  --ds.param_dtype bf16 \
  --ckpt.output_dir checkpoints/sfr \
  "$@"
