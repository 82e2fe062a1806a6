"""The check before a training: every target earns the maximum, everything fits, everything agrees."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Any

import msgspec

from sfr.data.exporting import prompted
from sfr.data.prompts import Template
from sfr.data.storage import rows_of
from sfr.data.trainer_rows import TRAINERS, kind_of_row
from sfr.examples import Example, read_example
from sfr.files import RowError, decode_line, kind_of
from sfr.formats import records
from sfr.rewards import Reward
from sfr.schema import Schema
from sfr.structures import Task
from sfr.tokenizers import tokenizer_of
from sfr.workers import in_order

__all__ = ["Limits", "Preflight", "check_rows", "percentiles"]

_MAX_SHOWN = 50
_EXAMPLE_KEYS = {"id", "dataset", "split", "task", "text", "schema", "gold"}


@dataclass(frozen=True, slots=True)
class Limits:
    """How long prompts and targets may be, in tokens of a tokenizer; None is no limit.

    ``total`` is for both together, as LLaMAFactory's cutoff_len. ``chat`` is what the trainer passes to
    the chat template.
    """

    tokenizer: str | None = None
    prompt: int | None = None
    target: int | None = None
    total: int | None = None
    chat: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Preflight:
    """What a check found: rows by task, those whose target is below the best, lengths, and problems."""

    rows: Counter[Task] = field(default_factory=Counter)
    below: Counter[Task] = field(default_factory=Counter)
    prompt_tokens: array[int] = field(default_factory=lambda: array("L"))
    target_tokens: array[int] = field(default_factory=lambda: array("L"))
    instructions: defaultdict[tuple[Task, Schema], dict[str, tuple[str, ...]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    """For each task and schema how it is asked about, and which names of the schema that leaves out."""
    problems: list[tuple[int, str]] = field(default_factory=list)
    count: int = 0
    lines: int = 0

    def complain(self, line: int, problem: str) -> None:
        """Note what is wrong with a row; all are counted, the first are kept."""
        self.count += 1
        if len(self.problems) < _MAX_SHOWN:
            self.problems.append((line, problem))

    def merge(self, other: Preflight) -> None:
        """Count another part of the file in."""
        self.rows.update(other.rows)
        self.below.update(other.below)
        self.prompt_tokens.extend(other.prompt_tokens)
        self.target_tokens.extend(other.target_tokens)
        for key, found in other.instructions.items():
            self.instructions[key].update(found)
        self.problems += other.problems[: _MAX_SHOWN - len(self.problems)]
        self.count += other.count
        self.lines += other.lines

    @property
    def look_alikes(self) -> list[tuple[str, ...]]:
        """Names of types that differ in case, spaces or signs alone; the model has to tell them apart."""
        names = {name for _, schema in self.instructions for name in (*schema.types, *schema.roles)}
        by_letters: defaultdict[str, set[str]] = defaultdict(set)
        for name in names:
            by_letters["".join(filter(str.isalnum, name)).casefold()].add(name)
        return sorted(tuple(sorted(found)) for found in by_letters.values() if len(found) > 1)


@dataclass(frozen=True, slots=True)
class _Row:
    """What is checked of a row, whatever its kind."""

    example: Example
    prompt: str
    target: str


@dataclass(frozen=True, slots=True)
class _Job:
    """How rows are checked, the same in every process."""

    rewards: Mapping[Task, Reward]
    template: Template
    limits: Limits

    def __call__(self, rows: list[tuple[int, Any]]) -> Preflight:
        found = Preflight(lines=len(rows))
        good = []
        for number, value in rows:
            try:
                row = self._read(value)
            except RowError as error:
                for problem in error.problems:
                    found.complain(number, problem)
                continue
            found.rows[row.example.task] += 1
            self._check_prompt(number, row, found)
            self._check_target(number, row, found)
            good.append((number, row))
        if self.limits.tokenizer is not None and good:
            self._check_lengths(good, found)
        return found

    def _read(self, value: Any) -> _Row:
        row = decode_line(value) if isinstance(value, bytes) else value
        if not isinstance(row, dict):
            raise RowError([f"expected a JSON object, found {kind_of(row)}"])
        if row.keys() >= _EXAMPLE_KEYS:
            example = read_example(value if isinstance(value, bytes) else msgspec.json.encode(row))
            try:
                asked = prompted(example, self.template)
            except ValueError as error:
                raise RowError([str(error)]) from None
            return _Row(example, asked.prompt, asked.target)
        name = kind_of_row(row)
        if name is None:
            raise RowError([f"expected an example, or a row of {', '.join(TRAINERS)}; found the keys {', '.join(row)}"])
        try:
            prompt, target, truth = TRAINERS[name].read(row)
        except (KeyError, IndexError, TypeError):
            raise RowError([f"expected a row of {name}, found one of another shape"]) from None
        for what, text in {"prompt": prompt, "target": target, "ground truth": truth}.items():
            if not isinstance(text, str) and not (what == "target" and text is None):
                raise RowError([f"{what}: expected a string, found {kind_of(text)}"])
        example = _example_in(truth)
        if target is None:  # of rows for GRPO: what a perfect model would write
            target = self.template.target(example.gold, example.task, example.schema)
        return _Row(example, prompt, target)

    @staticmethod
    def _check_prompt(number: int, row: _Row, found: Preflight) -> None:
        example = row.example
        if not row.prompt.endswith(example.text):
            found.complain(number, "prompt: expected the text of the ground truth at its end")
            return
        instruction = row.prompt.removesuffix(example.text)
        seen = found.instructions[example.task, example.schema]
        if instruction not in seen:
            names = (*example.schema.types, *(example.schema.roles if example.task == "ee" else ()))
            seen[instruction] = tuple(name for name in names if name not in instruction)
        if missing := seen[instruction]:
            found.complain(number, f"prompt: does not name {', '.join(missing)} of the schema")

    def _check_target(self, number: int, row: _Row, found: Preflight) -> None:
        example = row.example
        reward = self.rewards[example.task]
        gold = records(example.gold, example.task)
        best = reward.best(gold).value
        score = reward.score(gold, row.target, example.text, example.schema)
        if score.value != best:
            found.below[example.task] += 1
            why = "; ".join(map(str, score.problems[:3]))
            found.complain(number, f"target: scores {score.value:.4g}, the best is {best:.4g}{why and f' ({why})'}")

    def _check_lengths(self, rows: list[tuple[int, _Row]], found: Preflight) -> None:
        prompts, targets = _token_counts(self.limits, [(row.prompt, row.target) for _, row in rows])
        found.prompt_tokens.extend(prompts)
        found.target_tokens.extend(targets)
        for (number, _), prompt, target in zip(rows, prompts, targets, strict=True):
            for what, length, limit in (
                ("prompt", prompt, self.limits.prompt),
                ("target", target, self.limits.target),
                ("prompt and target", prompt + target, self.limits.total),
            ):
                if limit is not None and length > limit:
                    found.complain(number, f"{what}: {length:,} tokens, the limit is {limit:,}")


def _example_in(truth: str) -> Example:
    """The example that a ground truth stands for."""
    try:
        envelope = msgspec.json.decode(truth, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise RowError([f"ground truth: expected a JSON object: {error}"]) from None
    try:
        return read_example(msgspec.json.encode({**envelope, "id": "-", "dataset": "-", "split": "-"}))
    except RowError as error:
        raise RowError([f"ground truth: {problem}" for problem in error.problems]) from None


def _token_counts(limits: Limits, pairs: list[tuple[str, str]]) -> tuple[list[int], list[int]]:
    """Tokens of prompts, in their chat template where there is one, and of targets with the token that ends them."""
    name = str(limits.tokenizer)
    tokenizer = tokenizer_of(name)
    prompts = [prompt for prompt, _ in pairs]
    chat = bool(tokenizer.chat_template)
    if chat:
        try:
            prompts = [
                tokenizer.apply_chat_template(
                    [{"role": "user", "content": prompt}], tokenize=False, add_generation_prompt=True, **limits.chat
                )
                for prompt in prompts
            ]
        except Exception as error:  # noqa: BLE001 - a template is a program of its own
            raise ValueError(f"the chat template of {name} does not work: {error}") from None
    counts = [len(ids) for ids in tokenizer(prompts, add_special_tokens=not chat)["input_ids"]]
    targets = tokenizer([target for _, target in pairs], add_special_tokens=False)["input_ids"]
    return counts, [len(ids) + 1 for ids in targets]


def check_rows(  # noqa: PLR0913 - what can be said on the command line
    path: Path,
    rewards: Mapping[Task, Reward],
    template: Template,
    limits: Limits,
    *,
    jobs: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Preflight:
    """Check a file of examples, as ``template`` puts them, or of a trainer's rows, as they are.

    ``progress`` is told how many lines more are done.

    Raises OSError when it cannot be read, ValueError when it is no such file or the tokenizer is not there.
    """
    if limits.tokenizer is not None:
        tokenizer_of(limits.tokenizer)  # fail now, not in the middle
    found = Preflight()
    for part in in_order(_Job(rewards, template, limits), rows_of(path), jobs):
        found.merge(part)
        if progress:
            progress(part.lines)
    for (task, _), instructions in found.instructions.items():
        if len(instructions) > 1:
            found.complain(0, f"{task}: {len(instructions)} different instructions for the same schema; expected one")
    if not found.lines:
        found.complain(0, "expected rows, found none")
    return found


def percentiles(lengths: Iterable[int]) -> dict[str, int]:
    """Median, 99th percentile and maximum, each by its nearest rank, so the length of a row."""
    ranked = sorted(lengths)
    return (
        {name: ranked[max(0, ceil(len(ranked) * share / 100) - 1)] for name, share in _SHARES.items()} if ranked else {}
    )


_SHARES = {"P50": 50, "P99": 99, "max": 100}
