"""Whether recipes that train one model after another ask it alike: thinking, lengths, places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

from sfr.doctor._finding import Finding
from sfr.doctor.kinds import RecipeFile
from sfr.trainers import CONVENTIONS

__all__ = ["Asking", "Ending", "asking", "check_agreement"]

Ending = Literal["closed", "bare"]
"""How a prompt of Qwen3 ends: with an empty block of thinking, or with the turn of the assistant alone."""

_ENDS = {"closed": "end with an empty block of thinking", "bare": "end without a block of thinking"}
_CHAT = {
    "verl": "data.apply_chat_template_kwargs",
    "nemo-rl": "policy.tokenizer.chat_template_kwargs",
    "trl": "chat_template_kwargs",
}
_LENGTHS = ("data.max_prompt_length", "data.max_response_length")


@dataclass(frozen=True)
class Asking:
    """How a recipe asks: how its prompts end (None: not known) and by what; tokens of a prompt and its answer."""

    recipe: RecipeFile
    ending: Ending | None
    setting: str
    tokens: int | None

    @property
    def supervised(self) -> bool:
        """Whether it trains on targets."""
        return self.recipe.kind == "llamafactory"


def asking(recipe: RecipeFile) -> Asking:
    """How a recipe asks, by its own values alone."""
    if recipe.kind == "llamafactory":
        return Asking(recipe, *_of_template(recipe.values), _sum([recipe.values.get("cutoff_len", 2048)]))
    found = _of_override(recipe) if recipe.kind == "easyr1" else _of_switch(recipe)
    return Asking(recipe, *found, _sum([_at(recipe.values, key) for key in _LENGTHS]))


def _sum(lengths: Sequence[Any]) -> int | None:
    """The sum of lengths that are all known."""
    return sum(lengths) if all(isinstance(length, int) for length in lengths) else None


def _of_template(values: Mapping[str, Any]) -> tuple[Ending | None, str]:
    template, thinking = values.get("template"), values.get("enable_thinking", True)
    if template == "qwen3_nothink":
        return "bare", f"template: {template}"
    setting = f"template: {template} with enable_thinking: {str(thinking).lower()}"
    if template != "qwen3":
        return None, setting
    return ("bare" if thinking else "closed"), setting


def _of_switch(recipe: RecipeFile) -> tuple[Ending | None, str]:
    key = _CHAT.get(recipe.kind)
    if key is None:
        return None, "the chat template of the tokenizer"
    thinking = _at(recipe.values, f"{key}.enable_thinking")
    if thinking is None:
        return "bare", f"no {key}.enable_thinking"
    return ("bare" if thinking else "closed"), f"{key}.enable_thinking: {str(thinking).lower()}"


def _of_override(recipe: RecipeFile) -> tuple[Ending | None, str]:
    """EasyR1 says nothing of thinking to a chat template, but takes another one."""
    key = "data.override_chat_template"
    name = _at(recipe.values, key)
    if name is None:
        return "bare", f"no {key}"
    kit = recipe.path.resolve().parent.parent
    path = next((path for path in (Path(name), kit / name) if path.is_file()), None)
    if path is None:
        return None, f"{key}: {name}, which is not there"
    _, _, asked = path.read_text(encoding="utf-8").partition("add_generation_prompt")
    return ("closed" if "</think>" in asked else "bare"), f"{key}: {name}"


def _at(values: Any, path: str) -> Any:
    for key in path.split("."):
        values = values.get(key) if isinstance(values, Mapping) else None
    return values


def check_agreement(recipes: Sequence[RecipeFile]) -> Iterator[Finding]:
    """What is wrong between recipes though each is well by itself."""
    found = [asking(recipe) for recipe in recipes]
    known = [one for one in found if one.ending is not None]
    first = next((one for one in known if one.supervised), None)
    if first is not None and len(known) > 1:
        others = [one for one in known if one.ending != first.ending]
        yield from (_otherwise(first, one) for one in others)
        if not others:
            yield Finding("ok", "thinking", f"{len(known)} recipes ask alike: prompts {_ENDS[first.ending or 'bare']}")
    for one in found:
        if one.ending is None and len(found) > 1:
            text = f"{one.recipe.path}: not compared with the others: {one.setting}"
            yield Finding("note", "thinking", text)
    yield from _lengths(found)
    yield from _places([one.recipe for one in found if one.supervised])


def _otherwise(first: Asking, other: Asking) -> Finding:
    """A recipe that asks otherwise than the supervised stage does, with what would mend it."""
    text = (
        f"{other.recipe.path}: prompts {_ENDS[other.ending or 'bare']} ({other.setting}), but {_ENDS[first.ending or 'bare']} "
        f"in {first.recipe.path} ({first.setting})"
    )
    switch = None if other.supervised else CONVENTIONS[other.recipe.kind].no_thinking
    if other.supervised:
        mended = "give all stages one template and one enable_thinking"
    elif first.ending == "closed" and switch:
        mended = f"set {switch}"
    else:
        mended = "leave thinking as the template has it, or train with template: qwen3, enable_thinking: false"
    return Finding("problem", "thinking", f"{text}; {mended}")


def _lengths(found: Sequence[Asking]) -> Iterator[Finding]:
    """Rows that GRPO takes and supervised training has cut, or the other way round."""
    for one in found:
        for other in found:
            if one.supervised and not other.supervised and one.tokens and other.tokens and one.tokens < other.tokens:
                yield Finding(
                    "note",
                    "lengths",
                    f"{one.recipe.path} cuts rows at cutoff_len: {one.tokens:,} tokens, and {other.recipe.path} "
                    f"asks for up to {other.tokens:,}",
                )


def _places(recipes: Sequence[RecipeFile]) -> Iterator[Finding]:
    for one, other in combinations(recipes, 2):
        for key, what in (("output_dir", "resumes the other's run"), ("tokenized_path", "takes the other's rows")):
            place = one.values.get(key)
            if place is not None and place == other.values.get(key):
                text = f"{one.path} and {other.path} have one {key}, {place}: the second {what}"
                yield Finding("problem", "places", text)
