"""A random Qwen3 and a tokenizer, small enough to be made and trained in seconds on a CPU, from nothing but the sample."""

from __future__ import annotations

import json
from pathlib import Path

from sfr import samples

TEMPLATE = """\
{%- for message in messages -%}
<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
{% if enable_thinking is defined and not enable_thinking -%}
<think>

</think>

{% endif -%}
{%- endif -%}
"""
"""ChatML; with ``enable_thinking=False`` the answer begins after an empty block of thinking, as with Qwen3."""

_TOKENS = 1_024
_SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
_PLAIN = ["<think>", "</think>"]
"""Tokens of their own that are text all the same, and stay when special tokens are left out."""


def make_tiny(folder: Path, hidden: int = 128, layers: int = 2) -> Path:
    """Save a random model and its tokenizer in a folder; the same weights each time."""
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    tokenizer = _tokenizer()
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=hidden // 4,
        max_position_embeddings=4_096,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        dtype="float32",
    )
    torch.manual_seed(0)
    Qwen3ForCausalLM(config).to(torch.float32).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return Path(folder)


def _tokenizer():
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bytes_of = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = bytes_of
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_TOKENS, initial_alphabet=bytes_of.alphabet(), special_tokens=_SPECIAL, show_progress=False
    )
    inner.train_from_iterator(_sentences(), trainer)
    inner.add_tokens([AddedToken(token, special=False, normalized=False) for token in _PLAIN])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=["<|im_start|>"],
        padding_side="left",
        model_max_length=4_096,
    )
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def _sentences():
    """The sample: its texts, and its answers as they are to be written."""
    for sentence in samples.sentences():
        yield sentence["text"]
        yield json.dumps(sentence["gold"], ensure_ascii=False)
