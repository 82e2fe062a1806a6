"""How a trainer calls a reward, as a value."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from sfr.kits import kit_root
from sfr.trainers._trainer import Trainer

__all__ = ["Convention", "Outcome", "run"]


class Outcome(NamedTuple):
    """What a trainer takes from a reward for an output: the number to train on, and those that it logs."""

    value: float
    terms: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Convention(Trainer, ABC):
    """What a trainer does to a reward, as read from its source.

    ``route`` is what a user names, ``MODULE:NAME`` of this package, and ``shim`` the file of the kit for
    trainers that load files. ``settings`` tells how settings get there; ``needs`` are libraries without
    which the reward cannot be called; ``no_thinking`` is how its configuration tells the chat template
    not to think.
    """

    route: str
    settings: Literal["keywords", "environment"]
    shim: str | None = None
    needs: tuple[str, ...] = ()
    no_thinking: str | None = None

    @property
    def shim_path(self) -> Path | None:
        """Where the file of the kit is."""
        return None if self.shim is None else kit_root() / self.name / self.shim

    @abstractmethod
    def call(
        self, reward: Any, truths: Sequence[str], outputs: Sequence[str], settings: Mapping[str, Any]
    ) -> list[Outcome]:
        """Call a reward for some outputs as the trainer would, with settings if it passes any."""

    @abstractmethod
    def shown(self, row: Mapping[str, Any], output: str) -> dict[str, Any]:
        """What the trainer passes for a row of its own and an output, to be looked at."""


def run(result: Awaitable[Any]) -> Any:
    """What an async function gives, in an event loop of its own."""

    async def wait() -> Any:
        return await result

    return asyncio.run(wait())
