"""A trainer that there is a kit for, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Proof", "Trainer"]

Proof = Literal["trainer", "loader", "contract"]
"""How a kit was proven: in a run of the trainer, by the trainer's own code that loads and calls the
reward, or against what stands here alone."""


@dataclass(frozen=True, kw_only=True)
class Trainer:
    """What is known of a trainer, whether it calls a reward or trains on targets.

    ``name`` is that of its kit, ``library`` the name under which Python imports it; ``read_from``
    where what the kit relies on stands in its source, and in which version; ``rows`` the kind of rows;
    ``distribution`` the name under which it is installed, if it can be, and ``tested`` the version that
    was tried.
    """

    name: str
    title: str
    library: str
    read_from: str
    proof: Proof
    rows: str
    distribution: str | None = None
    tested: str | None = None
