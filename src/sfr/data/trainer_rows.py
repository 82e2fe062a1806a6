"""Rows as the trainers read them, each with the ground truth as one string of JSON.

The ground truth is the same for all of them: ``{"task", "text", "gold", "schema"}``, everything the
reward needs. A string, because trainers turn nested values into columns and lose or add keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from sfr.examples import Example
from sfr.formats import records
from sfr.schema import Schema

__all__ = ["TRAINERS", "Prompted", "TrainerRows", "ground_truth", "kind_of_row"]


def ground_truth(example: Example) -> str:
    """What the reward of an example needs, as one string."""
    envelope = {
        "task": example.task,
        "text": example.text,
        "gold": records(example.gold, example.task),
        "schema": _schema(example.schema),
    }
    return msgspec.json.encode(envelope).decode()


@lru_cache(maxsize=1_024)
def _schema(schema: Schema) -> msgspec.Raw:
    """A schema as JSON; rows are many, schemas are few."""
    return msgspec.Raw(msgspec.json.encode({"types": schema.types, "roles": schema.roles}))


@dataclass(frozen=True, slots=True)
class Prompted:
    """An example with what a model is asked and what it should answer; ``number`` counts the rows of a file from 0."""

    number: int
    example: Example
    instruction: str
    prompt: str
    target: str


Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TrainerRows:
    """How a trainer's rows look.

    ``columns`` gives Arrow types for a trainer that reads Parquet; the others read JSON lines.
    ``read`` gives prompt, target (None if the rows have none) and ground truth of a row back.
    """

    meaning: str
    keys: frozenset[str]
    """By which a row of the kind is told."""
    write: Callable[[Prompted], Row]
    read: Callable[[Mapping[str, Any]], tuple[str, str | None, str]]
    columns: Callable[[Any], dict[str, Any]] | None = None
    info: Mapping[str, Any] | None = None
    """The entry in LLaMAFactory's dataset_info.json."""

    @property
    def suffix(self) -> str:
        """The ending of a file of such rows."""
        return ".jsonl" if self.columns is None else ".parquet"


def _user(prompt: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": prompt}]


def _asked(messages: Any) -> str:
    return str(messages[0]["content"])


def _alpaca(row: Prompted) -> Row:
    return {
        "instruction": row.instruction,
        "input": row.example.text,
        "output": row.target,
        "ground_truth": ground_truth(row.example),
    }


def _read_alpaca(row: Mapping[str, Any]) -> tuple[str, str | None, str]:
    return f"{row['instruction']}\n{row['input']}", row["output"], row["ground_truth"]


def _messages(row: Prompted) -> Row:
    answer = {"role": "assistant", "content": row.target}
    return {"messages": [*_user(row.prompt), answer], "ground_truth": ground_truth(row.example)}


def _read_messages(row: Mapping[str, Any]) -> tuple[str, str | None, str]:
    return _asked(row["messages"]), row["messages"][1]["content"], row["ground_truth"]


def _verl(row: Prompted) -> Row:
    example = row.example
    return {
        "data_source": example.dataset,
        "prompt": _user(row.prompt),
        "ability": example.task,
        "reward_model": {"style": "rule", "ground_truth": ground_truth(example)},
        "extra_info": {"split": example.split, "index": row.number, "task": example.task, "id": example.id},
    }


def _verl_columns(pa: Any) -> dict[str, Any]:
    text = pa.string()
    return {
        "data_source": text,
        "prompt": pa.list_(pa.struct([("role", text), ("content", text)])),
        "ability": text,
        "reward_model": pa.struct([("style", text), ("ground_truth", text)]),
        "extra_info": pa.struct([("split", text), ("index", pa.int64()), ("task", text), ("id", text)]),
    }


def _read_verl(row: Mapping[str, Any]) -> tuple[str, str | None, str]:
    return _asked(row["prompt"]), None, row["reward_model"]["ground_truth"]


def _trl(row: Prompted) -> Row:
    return {"prompt": _user(row.prompt), "ground_truth": ground_truth(row.example), **_whence(row.example)}


def _read_trl(row: Mapping[str, Any]) -> tuple[str, str | None, str]:
    return _asked(row["prompt"]), None, row["ground_truth"]


def _easyr1(row: Prompted) -> Row:
    return {"problem": row.prompt, "answer": ground_truth(row.example), **_whence(row.example)}


def _read_easyr1(row: Mapping[str, Any]) -> tuple[str, str | None, str]:
    return row["problem"], None, row["answer"]


def _openrlhf(row: Prompted) -> Row:
    return {"input": _user(row.prompt), "label": ground_truth(row.example), **_whence(row.example)}


def _read_openrlhf(row: Mapping[str, Any]) -> tuple[str, str | None, str]:
    return _asked(row["input"]), None, row["label"]


def _ms_swift(row: Prompted) -> Row:
    return {"messages": _user(row.prompt), "solution": ground_truth(row.example), **_whence(row.example)}


def _read_ms_swift(row: Mapping[str, Any]) -> tuple[str, str | None, str]:
    return _asked(row["messages"]), None, row["solution"]


def _slime(row: Prompted) -> Row:
    return {"prompt": _user(row.prompt), "label": ground_truth(row.example), "metadata": _whence(row.example)}


def _read_slime(row: Mapping[str, Any]) -> tuple[str, str | None, str]:
    return _asked(row["prompt"]), None, row["label"]


def _rllm(row: Prompted) -> Row:
    # rLLM takes rows of one id for one group, and ids of examples are unique in their data set alone.
    about = {"dataset": row.example.dataset, "example": row.example.id}
    return {"question": row.prompt, "ground_truth": ground_truth(row.example), **about}


def _read_rllm(row: Mapping[str, Any]) -> tuple[str, str | None, str]:
    return row["question"], None, row["ground_truth"]


def _nemo_rl(row: Prompted) -> Row:
    return {"problem": row.prompt, "expected_answer": ground_truth(row.example), **_whence(row.example)}


def _read_nemo_rl(row: Mapping[str, Any]) -> tuple[str, str | None, str]:
    return row["problem"], None, row["expected_answer"]


def _skyrl(row: Prompted) -> Row:
    spec = {"method": "rule", "ground_truth": ground_truth(row.example)}
    return {"prompt": _user(row.prompt), "env_class": "sfr", "reward_spec": spec, **_whence(row.example)}


def _read_skyrl(row: Mapping[str, Any]) -> tuple[str, str | None, str]:
    return _asked(row["prompt"]), None, row["reward_spec"]["ground_truth"]


def _whence(example: Example) -> Row:
    return {"dataset": example.dataset, "id": example.id}


_ALPACA_INFO = {"columns": {"prompt": "instruction", "query": "input", "response": "output"}}
_MESSAGES_INFO = {
    "formatting": "sharegpt",
    "columns": {"messages": "messages"},
    "tags": {
        "role_tag": "role",
        "content_tag": "content",
        "user_tag": "user",
        "assistant_tag": "assistant",
        "system_tag": "system",
    },
}

TRAINERS: dict[str, TrainerRows] = {
    "llamafactory": TrainerRows(
        "LLaMAFactory, alpaca: instruction, input, output",
        frozenset({"instruction", "input", "output", "ground_truth"}),
        _alpaca,
        _read_alpaca,
        info=_ALPACA_INFO,
    ),
    "llamafactory-messages": TrainerRows(
        "LLaMAFactory, sharegpt: a list of messages",
        frozenset({"messages", "ground_truth"}),
        _messages,
        _read_messages,
        info=_MESSAGES_INFO,
    ),
    "verl": TrainerRows(
        "verl, Parquet: prompt, reward_model.ground_truth, extra_info",
        frozenset({"data_source", "prompt", "reward_model", "extra_info"}),
        _verl,
        _read_verl,
        columns=_verl_columns,
    ),
    "trl": TrainerRows(
        "TRL and Axolotl: prompt as messages, ground_truth", frozenset({"prompt", "ground_truth"}), _trl, _read_trl
    ),
    "easyr1": TrainerRows("EasyR1: problem, answer", frozenset({"problem", "answer"}), _easyr1, _read_easyr1),
    "openrlhf": TrainerRows(
        "OpenRLHF: input as messages, label", frozenset({"input", "label"}), _openrlhf, _read_openrlhf
    ),
    "ms-swift": TrainerRows(
        "ms-swift: messages without an answer, solution", frozenset({"messages", "solution"}), _ms_swift, _read_ms_swift
    ),
    "slime": TrainerRows(
        "slime: prompt as messages, label, metadata", frozenset({"prompt", "label", "metadata"}), _slime, _read_slime
    ),
    "rllm": TrainerRows("rLLM: question, ground_truth", frozenset({"question", "ground_truth"}), _rllm, _read_rllm),
    "nemo-rl": TrainerRows(
        "NeMo-RL: problem, expected_answer", frozenset({"problem", "expected_answer"}), _nemo_rl, _read_nemo_rl
    ),
    "skyrl": TrainerRows(
        "SkyRL: prompt as messages, env_class, reward_spec",
        frozenset({"prompt", "env_class", "reward_spec"}),
        _skyrl,
        _read_skyrl,
    ),
}
"""The kinds of rows by name."""


def kind_of_row(row: Mapping[str, Any]) -> str | None:
    """The name of the kind that a row is of, by its keys; None if it is of none."""
    return next((name for name, kind in TRAINERS.items() if kind.keys <= row.keys()), None)
