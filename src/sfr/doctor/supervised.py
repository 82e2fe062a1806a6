"""A recipe of LLaMAFactory: its keys where LLaMAFactory is installed, and what it would do wrong in silence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from sfr.doctor._finding import Finding
from sfr.libraries import version_of
from sfr.trainers import KITS

__all__ = ["check_supervised"]

_TRAINER = KITS["llamafactory"]
_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", dict: "a mapping"}


def check_supervised(path: Path, values: Mapping[str, Any]) -> Iterator[Finding]:
    """Keys and values that LLaMAFactory refuses, and those under which it trains on something else than meant."""
    for trap in (_strategies, _template, _lengths, _data_set, _samples, _streaming, _cache, _resuming):
        yield from trap(path, values)
    yield from _names(path, values)


def _problem(path: Path, text: str) -> Finding:
    return Finding("problem", "recipe", f"{path}: {text}")


def _note(about: str, text: str) -> Finding:
    return Finding("note", about, text)


# -- keys ---------------------------------------------------------------------------------------------


def _names(path: Path, values: Mapping[str, Any]) -> Iterator[Finding]:
    version = version_of("llamafactory")
    if version is None:
        here = f"python -m pip install {_TRAINER.distribution}=={_TRAINER.tested}"
        yield _note("recipe", f"keys were not checked, which takes LLaMAFactory: {here}")
        return
    try:
        known = _known()
    except Exception as error:  # noqa: BLE001 - it loads torch and more, in which anything can be broken
        yield _note("recipe", f"keys were not checked: LLaMAFactory {version} cannot be loaded: {error}")
        return
    problems = list(_refused(values, known))
    yield from (_problem(path, problem) for problem in problems)
    if not problems:
        yield Finding("ok", "recipe", f"all keys are those of LLaMAFactory {version}, and values of their types")


def _known() -> dict[str, Any]:
    """The types of all arguments of a training, by name, from LLaMAFactory's own classes."""
    from llamafactory import hparams

    found: dict[str, Any] = {}
    for name in ("Model", "Data", "Training", "Finetuning", "Generating"):
        arguments = getattr(hparams, f"{name}Arguments")
        types = get_type_hints(arguments)
        found |= {field.name: types[field.name] for field in fields(arguments) if field.init}
    return found


def _refused(values: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if key not in known:
            near = get_close_matches(str(key), known, 1)
            yield f"LLaMAFactory has no {key}" + (f"; it has {near[0]}" if near else "")
        elif not (_fits(value, known[key]) or _is_filled_in(value) or _is_unquoted(key, value)):
            yield f"{key}: expected {_said(known[key])}, found {value!r}"


def _fits(value: Any, expected: Any) -> bool:
    """Whether a value is of a type, as YAML has it."""
    inner = get_args(expected)
    kind = get_origin(expected) or expected
    if kind in {Union, UnionType}:
        names = _choices(expected)
        if names and isinstance(value, str):  # beside a text, which then is one of the names
            return value in names
        return any(_fits(value, one) for one in inner)
    if kind is Literal:
        return value in inner
    if kind is float:
        return _is_number(value)
    if kind is bool or not isinstance(value, bool):
        return value in _choices(expected) if _is_enum(kind) else isinstance(value, kind)
    return False


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def _choices(expected: Any) -> list[str]:
    """The names that a type allows, if it is one of names or such a one is among its alternatives."""
    kinds = (expected, *get_args(expected))
    return [member.value for kind in kinds if _is_enum(kind) for member in kind]


def _is_number(value: Any) -> bool:
    """Also 1e-5, which is a number to LLaMAFactory's reader and a text to others."""
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return not isinstance(value, bool)


def _is_filled_in(value: Any) -> bool:
    """Whether a value comes from elsewhere: from another key, or the environment."""
    return isinstance(value, str) and "${" in value


def _said(expected: Any) -> str:
    """A type in words."""
    kind, inner = get_origin(expected) or expected, get_args(expected)
    names = list(map(str, inner)) if kind is Literal else _choices(expected)
    if names and kind is not list:
        return f"one of {', '.join(names)}"
    if kind in {Union, UnionType}:
        return " or ".join(_said(one) for one in inner if one is not NoneType)
    return _KINDS.get(kind, "a list")


# -- what goes wrong in silence -----------------------------------------------------------------------


def _is_unquoted(key: str, value: Any) -> bool:
    return key.endswith("_strategy") and value is False


def _strategies(path: Path, values: Mapping[str, Any]) -> Iterator[Finding]:
    for key, value in values.items():
        if _is_unquoted(str(key), value):
            yield _problem(path, f'{key}: YAML reads no as false, and LLaMAFactory stops at it: write "no"')


def _template(path: Path, values: Mapping[str, Any]) -> Iterator[Finding]:
    template = values.get("template")
    if template is None:
        what = "LLaMAFactory makes one of the chat template of the tokenizer"
        yield _problem(path, f"no template, so that {what}; for Qwen3: template: qwen3, enable_thinking: false")
    elif template == "qwen3" and "enable_thinking" not in values:
        text = "enable_thinking is true where it is not set: the model learns to begin with an empty block of thinking"
        yield _note("thinking", f"{text}; false puts the block into the prompt")


def _lengths(path: Path, values: Mapping[str, Any]) -> Iterator[Finding]:
    del path
    if "cutoff_len" not in values:
        text = "cutoff_len is 2,048 where it is not set; what is longer loses the end of its answer in silence"
        yield _note("lengths", f"{text}: sfr data check --tokenizer")


def _data_set(path: Path, values: Mapping[str, Any]) -> Iterator[Finding]:
    names = _listed(values.get("dataset"))
    info = Path(str(values.get("dataset_dir", "data"))) / "dataset_info.json"
    if not names:
        yield _note("rows", "no dataset; give it when you start")
    elif not info.is_file():
        yield _note("rows", f"there is no {info} yet: sfr data export EXAMPLES --for llamafactory -o {info.parent}")
    else:
        try:
            entered = dict(json.loads(info.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            yield _problem(path, f"{info} is no JSON object of data sets: {error}")
            return
        if missing := [name for name in names if name not in entered]:
            yield _note("rows", f"{info} has no {', '.join(missing)} yet; it has {', '.join(entered) or 'nothing'}")


def _listed(names: Any) -> list[str]:
    """The data sets of a text with commas."""
    return [name.strip() for name in names.split(",")] if isinstance(names, str) else []


def _samples(path: Path, values: Mapping[str, Any]) -> Iterator[Finding]:
    most, many = values.get("max_samples"), len(_listed(values.get("dataset")))
    if most is not None and many > 1:
        yield _problem(path, f"max_samples: takes the first {most} of every data set, whatever the mixture was to be")
    elif most is not None:
        yield _note("rows", f"max_samples: the first {most} rows alone are trained on")
    strategy = values.get("mix_strategy", "concat")
    if strategy == "interleave_once":
        yield _problem(path, "mix_strategy: interleave_once takes a newer datasets than LLaMAFactory allows")
    elif strategy != "concat":
        yield _note(
            "rows", f"mix_strategy: under {strategy} shares are by chance, and sizes follow; sfr data mix counts"
        )


def _streaming(path: Path, values: Mapping[str, Any]) -> Iterator[Finding]:
    if not values.get("streaming"):
        return
    if values.get("max_steps", -1) == -1:
        yield _problem(path, "streaming: LLaMAFactory stops without max_steps")
    if not values.get("dataloader_num_workers"):
        yield _problem(path, "streaming: files of this machine take dataloader_num_workers of 1 or more")
    yield _note("rows", "streaming: a num_samples of dataset_info.json is ignored")


def _cache(path: Path, values: Mapping[str, Any]) -> Iterator[Finding]:
    del path
    if values.get("tokenized_path"):
        text = f"tokenized_path: once {values['tokenized_path']} is there, its rows are taken and dataset is ignored"
        yield _note("rows", text)


def _resuming(path: Path, values: Mapping[str, Any]) -> Iterator[Finding]:
    del path
    if values.get("overwrite_output_dir"):
        yield _note("resuming", "overwrite_output_dir: a run that was stopped begins anew")
    elif str(values.get("save_strategy")) in {"no", "False"}:
        yield _note("resuming", "save_strategy: a run that was stopped begins anew")
    elif values.get("save_only_model"):
        yield _note("resuming", "save_only_model: a run that was stopped goes on without the state of its optimizer")
