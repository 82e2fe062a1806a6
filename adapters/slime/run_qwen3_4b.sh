#!/bin/bash
# GRPO with the reward of sfr in slime, on one node of 8 GPUs. All of it is ours but the number of outputs.
#
#   SLIME=/path/of/slime MEGATRON=/path/of/Megatron-LM MODEL=/path/of/Qwen3-4B ROWS=rows/de_ner.jsonl kit/run_qwen3_4b.sh [more options]
#
# MODEL_torch_dist is MODEL as slime's tools/convert_hf_to_torch_dist.py writes it. A Ray cluster must be up:
#   ray start --head --num-gpus 8
# Whatever is added to the command goes to slime last, and so before what is here.
set -euo pipefail

: "${SLIME:?the folder of slime}" "${MEGATRON:?the folder of Megatron-LM}"
: "${MODEL:?the folder of the model}" "${ROWS:?rows of sfr data export --for slime}"
: "${SFR_REWARD:=profile=paper}" "${OUTPUTS:=4}" "${GPUS:=8}"

MODEL=$(realpath "$MODEL") ROWS=$(realpath "$ROWS") # the job starts in the folder of slime

source "$SLIME/scripts/models/qwen3-4B.sh" # MODEL_ARGS: the shape of the model

DATA=(
  --prompt-data "$ROWS"
  --input-key prompt --label-key label --metadata-key metadata
  --apply-chat-template
  --apply-chat-template-kwargs '{"enable_thinking": false}'
  --rollout-shuffle
)
REWARD=(
  --custom-rm-path sfr.adapters.slime.custom_rm
  --custom-rollout-log-function-path sfr.adapters.slime.log_rollout
  --custom-eval-rollout-log-function-path sfr.adapters.slime.log_eval
)
ROLLOUT=(
  --num-rollout 300
  --rollout-batch-size 128
  --n-samples-per-prompt "$OUTPUTS"
  --global-batch-size "$((128 * OUTPUTS))"
  --rollout-max-response-len 1024
  --rollout-temperature 1
  --rollout-skip-special-tokens
  --rollout-num-gpus-per-engine 2
  --sglang-mem-fraction-static 0.7
)
TRAINING=(
  --hf-checkpoint "$MODEL"
  --ref-load "${MODEL}_torch_dist"
  --save "${MODEL}_sfr" --load "${MODEL}_sfr" --save-interval 20
  --advantage-estimator grpo
  --use-kl-loss --kl-loss-coef 0.001 --kl-loss-type low_var_kl
  --optimizer adam --lr 1e-6 --lr-decay-style constant --weight-decay 0.01
  --tensor-model-parallel-size 2 --sequence-parallel
  --recompute-granularity full --recompute-method uniform --recompute-num-layers 1
  --use-dynamic-batch-size --max-tokens-per-gpu 9216
  --attention-dropout 0.0 --hidden-dropout 0.0
  --accumulate-allreduce-grads-in-fp32 --attention-softmax-in-fp32 --attention-backend flash
)

# The reward runs in a Ray worker, which sees the environment that the job is given, and not that of this shell.
environment=$(python3 -c '
import json, sys
print(json.dumps({"env_vars": dict(zip(sys.argv[1::2], sys.argv[2::2]))}))
' PYTHONPATH "$MEGATRON" CUDA_DEVICE_MAX_CONNECTIONS 1 SFR_REWARD "$SFR_REWARD")

cd "$SLIME"
exec ray job submit --address=http://127.0.0.1:8265 --runtime-env-json="$environment" -- \
  python3 train.py --actor-num-nodes 1 --actor-num-gpus-per-node "$GPUS" --colocate \
  "${MODEL_ARGS[@]}" "${TRAINING[@]}" "${DATA[@]}" "${REWARD[@]}" "${ROLLOUT[@]}" "$@"
