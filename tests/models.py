"""A model's folder without a model in it, and an engine that answers as it is told: what the tests of inference share."""

import json

from sfr.inference.engines import EngineKind
from sfr.tiny import CHAT, make_tiny, warm_up

START, END, FILLING = "<|im_start|>", "<|im_end|>", "<|endoftext|>"


def model_folder(folder, *, positions=4_096, template=CHAT, merges=()):
    """A folder as trainers leave it, with a tokenizer that has a token for each byte, and for each pair in ``merges``."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    known = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *map("".join, merges)]
    inner = Tokenizer(models.BPE({sign: number for number, sign in enumerate(known)}, list(merges)))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    inner.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner, eos_token=END, pad_token=FILLING, additional_special_tokens=[START]
    )
    tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)
    config = {"max_position_embeddings": positions, "eos_token_id": tokenizer.pad_token_id}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def learnt(folder, pairs, *, steps, known=None):
    """A tiny model for these prompts and targets, trained so many steps on those that are ``known``, or on all."""
    import torch

    torch.set_num_threads(1)  # of a model of this size, several threads do nothing but wait for one another
    make_tiny(folder, [text for pair in pairs for text in pair], hidden=64)
    warm_up(folder, pairs if known is None else known, steps=steps, enable_thinking=False)
    return folder


class FakeEngine:
    """Answers each prompt with what ``reply`` says to it, and remembers the batches that it was asked."""

    def __init__(self, reply=lambda _: "{}"):
        self.reply = reply
        self.batches = []
        self.loaded = []

    def kind(self, **more):
        """As one of the engines."""
        return EngineKind(self.load, (), "nothing", **more)

    def load(self, model, sampling, batch, settings):
        self.loaded.append((sampling, settings))
        self.model, self.sampling, self.batch = model, sampling, batch or 4
        return self

    def write(self, questions):
        self.batches.append([self.prompt(question) for question in questions])
        return [[self.tokens(self.prompt(question))] * self.sampling.samples for question in questions]

    def prompt(self, question):
        """What a question asks, without the chat's own words."""
        text = self.model.tokenizer.decode(list(question.tokens))
        return text.removeprefix(f"{START}user\n").partition(END)[0]

    def tokens(self, prompt):
        tokenizer = self.model.tokenizer
        tokens = [*tokenizer(self.reply(prompt), add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
        return tokens[: self.sampling.max_tokens]

    @property
    def asked(self):
        """The texts that were asked about, one after another."""
        return [prompt.rpartition("\n")[2] for batch in self.batches for prompt in batch]
