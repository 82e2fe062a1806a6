"""A tiny model to try a trainer with: Qwen3 in small, made and warmed up on rows in a minute of CPU.

``python -m sfr.tiny rows.jsonl -o tiny`` writes an ordinary Hugging Face folder. The model knows the
rows a little, so that some of its answers earn a reward and others do not: that is what a run of GRPO
needs in order to show anything. It is of no use beyond that.

A mention has the same tokens in its sentence and in the JSON: without that a model of this size does
not learn to copy.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from sfr.data.trainer_rows import TRAINERS, kind_of_row
from sfr.files import RowError, decode_line, kind_of, open_rows
from sfr.libraries import version_of

__all__ = ["make_tiny", "pairs_of", "warm_up"]

CHAT = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)
"""The chat format of Qwen3 in a few words, with its switch for thinking."""

_SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]

_JOINER = "\N{WORD JOINER}"
_OPENING = {'"': '"', r"\(": "(", r"\n": "\n"}
"""Signs after which a word has no blank, as regular expressions and as they are."""

_SIGN = r"[\[\]{}:,]| (?!\w)"
_PIECES = "|".join(
    [
        rf'(?:{_SIGN})*"(?:{_SIGN}|")*{_JOINER}?',  # between two values of JSON
        r" ?\w+",
        rf" ?[^\w\s{_JOINER}]{_JOINER}?",
        rf"\n+{_JOINER}?",
        r"\s",
        _JOINER,
    ]
)
"""What a text is cut into before it becomes tokens."""


def pairs_of(path: Path) -> list[tuple[str, str]]:
    """The prompts of a file of a trainer's rows, each with the answer of a perfect model: gold as records.

    Raises OSError when it cannot be read, ValueError when there are no rows or one is of no kind that is known.
    """
    pairs = []
    for number, value, _ in open_rows(path).rows:
        try:
            pairs.append(_pair(decode_line(value) if isinstance(value, bytes) else value))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            why = str(error) if isinstance(error, RowError) else "found one of another shape; sfr data check tells more"
            raise ValueError(f"{path}:{number}: expected a row of a trainer: {why}") from None
    if not pairs:
        raise ValueError(f"{path}: expected rows, found none")
    return pairs


def _pair(row: Any) -> tuple[str, str]:
    name = kind_of_row(row) if isinstance(row, dict) else None
    if name is None:
        found = f"the keys {', '.join(row)}" if isinstance(row, dict) else kind_of(row)
        raise RowError([f"found {found}"])
    prompt, target, truth = TRAINERS[name].read(row)
    gold = json.loads(truth)["gold"]
    return prompt, json.dumps(gold, ensure_ascii=False) if target is None else target


def make_tiny(  # noqa: PLR0913 - what a model is made of
    folder: Path, texts: Iterable[str], *, hidden: int = 128, layers: int = 2, vocabulary: int = 1_024, seed: int = 0
) -> Path:
    """A Qwen3 with random weights and a tokenizer of these texts, as a Hugging Face folder in float32.

    ``vocabulary`` is the most tokens there will be. Few of them make a model learn to copy names that it
    has never seen, since those consist of the same pieces as the ones that it has.
    """
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    tokenizer = _tokenizer(texts, vocabulary)
    heads = hidden // 32
    config = Qwen3Config(
        vocab_size=len(tokenizer),  # no larger: verl masks what a tokenizer does not have in vLLM alone
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        head_dim=64,
        max_position_embeddings=4_096,
        initializer_range=0.04,
        rope_parameters={"rope_type": "default", "rope_theta": 500.0},
        tie_word_embeddings=False,  # vLLM on a CPU cannot take new weights of tied ones
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    torch.manual_seed(seed)
    model = Qwen3ForCausalLM(config)
    embeddings, head = model.model.embed_tokens.weight, model.lm_head.weight
    with torch.no_grad():  # what is read and what is written begin alike and strong: so copying is soon learnt
        head.copy_(embeddings.normal_(std=0.15))
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer(texts: Iterable[str], vocabulary: int) -> Any:
    """A byte-level BPE that is trained on the texts and reads back what it has written.

    A word brings the blank before it along. Where a word follows a quotation mark, a bracket or the
    beginning of a line, a blank is put in, with a joiner before it that takes it away again: so a name
    is the same tokens in a sentence and in the JSON, and the signs between two names are one token.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    joined = [normalizers.Replace(Regex(rf"{sign}(?=\w)"), f"{shown}{_JOINER} ") for sign, shown in _OPENING.items()]
    inner = Tokenizer(models.BPE())
    inner.normalizer = normalizers.Sequence(joined)
    inner.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    inner.decoder = decoders.Sequence([decoders.ByteLevel(), decoders.Replace(Regex(f"{_JOINER} ?"), "")])
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    thinking = [AddedToken(tag, special=False) for tag in ("<think>", "</think>")]  # as those of Qwen3 are
    inner.train_from_iterator(
        (f"user\n{text}\nassistant\n\n" for text in texts),  # the words of the chat as well
        trainers.BpeTrainer(
            vocab_size=vocabulary - len(thinking),
            initial_alphabet=alphabet,
            special_tokens=_SPECIAL,
            show_progress=False,
        ),
    )
    inner.add_tokens(thinking)
    fast: Any = PreTrainedTokenizerFast
    tokenizer = fast(
        tokenizer_object=inner,
        eos_token="<|im_end|>",  # noqa: S106 - no password
        pad_token="<|endoftext|>",  # noqa: S106
        additional_special_tokens=["<|im_start|>"],
        padding_side="left",
        model_max_length=4_096,
    )
    tokenizer.chat_template = CHAT
    return tokenizer


def warm_up(
    folder: Path, pairs: Sequence[tuple[str, str]], *, steps: int, rate: float = 3e-3, seed: int = 0, **chat: Any
) -> float:
    """Train a model on prompts and answers, eight at a time, and write it back; its last loss.

    ``chat`` goes to the chat template, as the trainer will have it: ``enable_thinking=False``.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    rows = [_encoded(tokenizer, prompt, answer, chat) for prompt, answer in pairs]
    rng = random.Random(seed)  # noqa: S311 - the order of rows
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=rate, total_steps=steps + 1, pct_start=0.1)
    model.train()
    loss = torch.tensor(0.0)
    for _ in range(steps):
        batch = rng.sample(rows, min(8, len(rows)))
        width = max(len(ids) for ids, _ in batch)
        ids = torch.tensor([ids + [tokenizer.pad_token_id] * (width - len(ids)) for ids, _ in batch])
        labels = torch.tensor([[-100] * start + ids[start:] + [-100] * (width - len(ids)) for ids, start in batch])
        mask = torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids, _ in batch])
        loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    model.save_pretrained(folder)
    return float(loss.detach())


def _encoded(tokenizer: Any, prompt: str, answer: str, chat: Mapping[str, Any]) -> tuple[list[int], int]:
    """The tokens of a prompt in its template and of an answer, and where the answer begins."""
    message = [{"role": "user", "content": prompt}]
    asked = tokenizer.apply_chat_template(message, tokenize=False, add_generation_prompt=True, **chat)
    before = tokenizer(asked, add_special_tokens=False)["input_ids"]
    after = tokenizer(answer, add_special_tokens=False)["input_ids"]
    return [*before, *after, tokenizer.eos_token_id], len(before)


@click.command("tiny")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o", "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to make."
)
@click.option("--steps", type=click.IntRange(min=0), default=36, show_default=True, help="Steps of the warm-up.")
@click.option("--no-thinking", is_flag=True, help="For a trainer that sets enable_thinking to False.")
@click.option("--hidden", type=click.IntRange(64, 4_096), default=128, show_default=True, help="Its width.")
@click.option("--layers", type=click.IntRange(1, 64), default=2, show_default=True, help="Its depth.")
@click.option("--vocabulary", type=click.IntRange(300), default=1_024, show_default=True, help="The most tokens.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the weights and the order of rows.")
def main(  # noqa: PLR0913 - one for each option
    *,
    files: tuple[Path, ...],
    out: Path,
    steps: int,
    no_thinking: bool,
    hidden: int,
    layers: int,
    vocabulary: int,
    seed: int,
) -> None:
    """Make a tiny Qwen3 for the rows in FILES, and train it on them a little.

    FILES are rows as sfr data export writes them, for any trainer.
    """
    missing = [name for name in ("torch", "transformers") if version_of(name) is None]
    if missing:
        raise click.ClickException(f"takes {' and '.join(missing)}: python -m pip install {' '.join(missing)}")
    if out.is_dir() and any(out.iterdir()):
        raise click.BadParameter(f"{out} has something in it; name a new folder", param_hint="'-o'")
    try:
        pairs = [pair for path in files for pair in pairs_of(path)]
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    make_tiny(
        out, (text for pair in pairs for text in pair), hidden=hidden, layers=layers, vocabulary=vocabulary, seed=seed
    )
    chat = {"enable_thinking": False} if no_thinking else {}
    loss = warm_up(out, pairs, steps=steps, seed=seed, **chat) if steps else None
    click.echo(f"wrote {out}, made for {len(pairs)} rows" + (f"; loss {loss:.3f}" if loss is not None else ""))


if __name__ == "__main__":
    main()
