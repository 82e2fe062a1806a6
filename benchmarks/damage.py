"""Outputs as models damage them: in fences, in prose, cut short, with wrong quotes or commas, after a leaked thought."""

import random
from collections.abc import Callable

DAMAGED = 0.08


def damage(outputs: list[str], *, seed: int = 0, share: float = DAMAGED) -> list[str]:
    """The outputs, a `share` of them damaged in one of six ways."""
    rng = random.Random(seed)
    return [rng.choice(_WAYS)(output, rng) if rng.random() < share else output for output in outputs]


def _fence(output: str, _: random.Random) -> str:
    return f"```json\n{output}\n```"


def _prose(output: str, _: random.Random) -> str:
    return f"Here is what I found in the sentence:\n\n{output}\n\nLet me know if you need anything else."


def _cut(output: str, rng: random.Random) -> str:
    return output[: rng.randrange(len(output) // 2, len(output))]


def _single_quotes(output: str, _: random.Random) -> str:
    return output.replace('"', "'")


def _trailing_comma(output: str, _: random.Random) -> str:
    return output.replace("]}", "],}")


def _leaked_thought(output: str, _: random.Random) -> str:
    return f"<think>\nThe sentence names a few things; I list them by type.\n</think>\n{output}"


_WAYS: tuple[Callable[[str, random.Random], str], ...] = (
    _fence,
    _prose,
    _cut,
    _single_quotes,
    _trailing_comma,
    _leaked_thought,
)
