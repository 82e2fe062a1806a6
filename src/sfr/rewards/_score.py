"""A reward's value with all that explains and reproduces it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfr.parsing import Parsed, Problem, Status

if TYPE_CHECKING:
    from sfr.rewards._reward import Reward

__all__ = ["CLEAN", "Account", "Origin", "Score"]


class Account(NamedTuple):
    """How an output was read; see ``Parsed``."""

    status: Status
    rungs: tuple[str, ...]
    problems: tuple[Problem, ...]
    duplicates: int
    format: str

    @classmethod
    def of(cls, parsed: Parsed) -> Account:
        """The account of a reading."""
        return cls(parsed.status, parsed.rungs, parsed.problems, parsed.duplicates, parsed.format)


CLEAN = Account("ok", (), (), 0, "records")


class Origin(NamedTuple):
    """What a score came from: the reward, and whether it had the text and the schema."""

    reward: Reward
    text: bool
    schema: bool


class Score(NamedTuple):
    """A reward: its value, the signed parts that sum to it, how the output was read, and by what rules."""

    value: float
    parts: tuple[float, ...]
    account: Account
    origin: Origin

    def __float__(self) -> float:
        """The value."""
        return self.value

    @property
    def terms(self) -> dict[str, float]:
        """The signed parts by name; the same names for every score of one reward."""
        return dict(zip(self.origin.reward.term_names, self.parts, strict=True))

    @property
    def status(self) -> Status:
        """``ok``, ``recovered`` or ``unparsable``."""
        return self.account.status

    @property
    def rung(self) -> str:
        """The costliest thing that reading had to get past, or ""."""
        return self.account.rungs[-1] if self.account.rungs else ""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every defect of the output, with its place."""
        return self.account.problems

    @property
    def duplicates(self) -> int:
        """How many units were written more than once."""
        return self.account.duplicates

    @property
    def signature(self) -> str:
        """The line that reproduces this score from the same gold and output."""
        given = "+".join(name for name, has in (("text", self.origin.text), ("schema", self.origin.schema)) if has)
        return f"{self.origin.reward.signature}|given:{given or 'none'}"

    def __repr__(self) -> str:
        """Value, terms and status."""
        terms = ", ".join(f"{name}={part:.4g}" for name, part in self.terms.items() if part)
        return f"Score({self.value:.6g}: {terms or 'no terms'}; {self.status})"
