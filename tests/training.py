"""What the tests of training files share: built data sets written by hand, a mixture of them, a tokenizer."""

import json
from pathlib import Path

from sfr import samples
from sfr.data.manifests import write_manifest
from sfr.data.mixes import Mix
from sfr.data.storage import example_writer
from sfr.examples import example_line, read_example
from sfr.structures import TASKS

ROOT = Path(__file__).resolve().parents[1]

SENTENCES = {task: [found for found in samples.sentences() if found["task"] == task] for task in TASKS}
"""The sentences of the shipped sample, by task."""

# How many rows the files of InstructUIE have, and the sizes that it resamples some to.
RELATION_SETS = {
    "ADE_corpus": 3_417,
    "CoNLL2004": 922,
    "GIDS": 8_526,
    "kbp37": 15_917,
    "NYT": 56_196,
    "NYT11_HRL": 62_648,
    "SciERC": 1_366,
    "semeval_RE": 6_507,
}
RESAMPLED = {"ADE_corpus": 15_000, "CoNLL2004": 5_000, "SciERC": 10_000}

TRAINERS = (
    "llamafactory",
    "llamafactory-messages",
    "verl",
    "trl",
    "easyr1",
    "openrlhf",
    "ms-swift",
    "slime",
    "rllm",
    "nemo-rl",
    "skyrl",
)


def row(sentence, dataset="sample", split="train"):
    """A sentence as the row of a built data set."""
    return {**sentence, "dataset": dataset, "split": split}


def line(found):
    return json.dumps(found, ensure_ascii=False).encode()


def example(sentence, dataset="sample", split="train"):
    return read_example(line(row(sentence, dataset, split)))


def many(task, size):
    """So many sentences of a task, each with an id of its own."""
    given = SENTENCES[task]
    return [{**given[number % len(given)], "id": f"{task}-{number}"} for number in range(size)]


def put_lines(folder, name, task, lines, file="train.jsonl"):
    """A folder with one split, as it stands when a data set was built."""
    home = folder / name
    home.mkdir(parents=True, exist_ok=True)
    path = home / file
    with example_writer(path) as write:
        for given in lines:
            write(given)
    write_manifest(home / "manifest.json", {}, {file: path}, {"task": task, "splits": {}})
    return path


def put(folder, name, task, size, file="train.jsonl"):
    """The same, with so many sentences of the sample."""
    split = file.partition(".")[0]
    return put_lines(
        folder, name, task, [example_line(example(found, name, split)) for found in many(task, size)], file
    )


def mix(*parts, name="own", seed=7, template="sa-records"):
    """A mixture of one's own."""
    return Mix.model_validate(
        {"name": name, "title": "of our own", "seed": seed, "template": template, "parts": list(parts)}
    )


def rows_in(path):
    """The rows of a file, by readers of others."""
    if path.suffix == ".parquet":
        from pyarrow import parquet

        return parquet.read_table(path).to_pylist()
    return [json.loads(found) for found in path.read_bytes().splitlines()]


CHAT = (
    "{% for message in messages %}<|{{ message.role }}|> {{ message.content }} <|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIAL = ("<|user|>", "<|assistant|>", "<|end|>")


def put_tokenizer(folder, *, chat=CHAT, longest=None):
    """A tokenizer whose tokens are words and signs; all of them are unknown, but they can be counted."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    model = models.WordLevel({"[UNK]": 0, **{name: i for i, name in enumerate(SPECIAL, 1)}}, unk_token="[UNK]")
    inner = Tokenizer(model)
    inner.pre_tokenizer = pre_tokenizers.Whitespace()
    options = {} if longest is None else {"model_max_length": longest}
    found = PreTrainedTokenizerFast(
        tokenizer_object=inner,
        unk_token="[UNK]",
        eos_token="<|end|>",
        additional_special_tokens=["<|user|>", "<|assistant|>"],
        **options,
    )
    found.chat_template = chat
    found.save_pretrained(folder)
    return folder
