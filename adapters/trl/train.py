"""GRPO with TRL in Python: train.py MODEL ROWS.jsonl, on whatever there is, a CPU if nothing else."""

import sys

from datasets import load_dataset
from trl import GRPOConfig, GRPOTrainer

from sfr.adapters.trl import SFRReward


def main(model: str, rows: str) -> None:
    """Fifteen steps, with the bounded profile and a punishment for repetition."""
    config = GRPOConfig(
        output_dir="out/trl",
        per_device_train_batch_size=200,
        num_generations=8,
        max_completion_length=96,
        learning_rate=1e-3,
        lr_scheduler_type="constant",
        max_steps=15,
        logging_steps=1,
        beta=0.0,
        bf16=False,
        gradient_checkpointing=False,
        report_to="none",
        save_strategy="no",
        seed=1,
    )
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=SFRReward(profile="bounded", lambda_duplicates=0.1),
        args=config,
        train_dataset=load_dataset("json", data_files=rows, split="train"),
    )
    trainer.train()


if __name__ == "__main__":
    main(*sys.argv[1:])
