"""One score explained: which units were hit, missed and spurious, what was matched, what each term gave."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sfr.matching import Match, match_trigger_groups
from sfr.reports.visible import visible
from sfr.rewards import EEReward, Gold, Reward, Score
from sfr.schema import SchemaLike
from sfr.units import EEUnits, NERUnits, REUnits, Units

__all__ = ["Explanation", "Side", "explain", "render"]

Unit = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """The units of one set, sorted: in both, in gold alone, in the prediction alone."""

    name: str
    hit: tuple[Unit, ...]
    missed: tuple[Unit, ...]
    spurious: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score with the units behind it.

    ``matches`` are the trigger groups of each event type that were matched, empty but for events.
    """

    score: Score
    sides: tuple[Side, ...]
    matches: tuple[tuple[str, Match], ...] = ()


def explain(
    reward: Reward, gold: Gold, output: str, text: str | None = None, schema: SchemaLike | None = None
) -> Explanation:
    """The score of an output, and what it is made of.

    Raises ParseError when gold is bad.
    """
    score = reward.score(gold, output, text, schema)
    wanted = reward.units(gold)
    found = reward.units(reward.read(output, text, schema).extraction)
    if isinstance(wanted, NERUnits) and isinstance(found, NERUnits):
        return Explanation(score, (_types(wanted, found), _side("entity", wanted.pairs, found.pairs)))
    if isinstance(wanted, REUnits) and isinstance(found, REUnits):
        sides = (
            _types(wanted, found),
            _side("head", wanted.heads, found.heads),
            _side("tail", wanted.tails, found.tails),
            _side("triple", wanted.triples, found.triples),
        )
        return Explanation(score, sides)
    if not (isinstance(reward, EEReward) and isinstance(wanted, EEUnits) and isinstance(found, EEUnits)):
        msg = f"no explanation for {type(reward).__name__}"
        raise TypeError(msg)
    matches = tuple(
        (kind, match)
        for kind, groups in wanted.by_type.items()
        for match in match_trigger_groups(groups, found.by_type.get(kind, {}), reward.matching)
    )
    event_sides = (
        _types(wanted, found),
        _side("trigger", wanted.triggers, found.triggers),
        _arguments(wanted, found, matches),
    )
    return Explanation(score, event_sides, matches)


def _side(name: str, gold: Iterable[Unit], pred: Iterable[Unit]) -> Side:
    gold, pred = {*gold}, {*pred}
    return Side(name, *(tuple(sorted(units)) for units in (gold & pred, gold - pred, pred - gold)))


def _types(gold: Units, pred: Units) -> Side:
    return _side("type", ((kind,) for kind in gold.types), ((kind,) for kind in pred.types))


def _arguments(gold: EEUnits, pred: EEUnits, matches: Iterable[tuple[str, Match]]) -> Side:
    """Arguments under their triggers; a hit is one that both groups of a match have."""
    hit: set[Unit] = set()
    answered: set[Unit] = set()
    for kind, match in matches:
        shared = gold.by_type[kind][match.gold] & pred.by_type[kind][match.pred]
        hit |= {(kind, match.gold, *pair) for pair in shared}
        answered |= {(kind, match.pred, *pair) for pair in shared}
    missed, spurious = gold.arguments - hit, pred.arguments - answered
    return Side("argument", *(tuple(sorted(units)) for units in (hit, missed, spurious)))


_STYLES = {"hit": "green", "missed": "yellow", "spurious": "red"}


def render(explanation: Explanation, text: str | None = None, output: str | None = None) -> Group:
    """The explanation for a console: in colour on a terminal, plain where there is none."""
    score = explanation.score
    parts: list[Table | Text] = []
    if text is not None:
        parts += [_heading("text"), _marked(text, explanation.sides[1:]), Text()]
    if output is not None:
        parts += [_heading("output"), Text(visible(output, lines=True)), Text()]
    parts += [_heading("units"), _units(explanation.sides), Text()]
    if explanation.matches:
        parts += [_heading("matched trigger groups"), _matches(explanation.matches), Text()]
    parts += [_heading("reward"), _terms(score), Text(), _reading(score)]
    parts += [Text(visible(f"  {problem}")) for problem in score.problems]
    return Group(*parts, Text(), Text(score.signature, style="dim"))


def _heading(words: str) -> Text:
    return Text(words, style="bold")


def _marked(text: str, sides: Iterable[Side]) -> Text:
    """The text with the mentions of hit, missed and spurious units in their colours, longer ones first."""
    style_of: dict[str, str] = {}
    for kind in ("spurious", "missed", "hit"):  # the last one wins
        for side in sides:
            style_of.update((visible(unit[-1], lines=True), _STYLES[kind]) for unit in getattr(side, kind))
    marked = Text(visible(text, lines=True))
    mentions = sorted(filter(None, style_of), key=len, reverse=True)
    if mentions:
        words = "|".join(map(re.escape, mentions))
        for match in re.finditer(rf"(?<!\w)(?:{words})(?!\w)", marked.plain):
            marked.stylize(style_of[match[0]], *match.span())
    return marked


def _units(sides: Iterable[Side]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for side in sides:
        for kind, style in _STYLES.items():
            for unit in getattr(side, kind):
                table.add_row(side.name, Text(kind, style=style), Text(visible(" | ".join(unit))))
    if not table.row_count:
        table.add_row("none, on either side")
    return table


def _matches(matches: Iterable[tuple[str, Match]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("type", "gold trigger", "predicted trigger"):
        table.add_column(name)
    table.add_column("shared arguments", justify="right")
    for kind, match in matches:
        table.add_row(*(Text(visible(cell)) for cell in (kind, match.gold, match.pred)), str(match.shared))
    return table


def _terms(score: Score) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, part in score.terms.items():
        style = "red" if part < 0 else "green" if part > 0 else "dim"
        table.add_row(name, Text(f"{part:+.4f}", style=style))
    table.add_row(Text("value", style="bold"), Text(f"{score.value:+.4f}", style="bold"))
    return table


def _reading(score: Score) -> Text:
    account = score.account
    past = f", past {', '.join(account.rungs)}" if account.rungs else ""
    form = f", format {account.format}" if account.format else ""
    repeats = f", {account.duplicates} repeated" if account.duplicates else ""
    return Text(f"read: {account.status}{past}{form}{repeats}")
