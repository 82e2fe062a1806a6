"""One output as the page shows it: every unit with its class and its places, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sfr.evaluation.conventions import Convention
from sfr.evaluation.counting import Sums
from sfr.evaluation.errors import EventArgument, Finding, Trigger, Unit
from sfr.evaluation.metrics import scores
from sfr.evaluation.outcomes import Outcome
from sfr.evaluation.placing import placed
from sfr.matching import Matching, match_trigger_groups
from sfr.normalize import Normalizer
from sfr.predictions import Prediction
from sfr.reports.page.model import Answer, Group, Mention, ShownUnit, Side
from sfr.rewards import Reward
from sfr.structures import Entity, Extraction, Relation, Span, Task

__all__ = ["MAIN_METRIC", "shown_answer"]

MAIN_METRIC: Mapping[Task, str] = {"ner": "entity", "re": "relation", "ee": "argument_matched"}
"""The metric whose F1 stands beside an example."""

_Key = tuple[str, ...]
_Places = dict[_Key, list[Span]]


def shown_answer(  # noqa: PLR0913, PLR0917 - one output, and by what it is judged
    prediction: Prediction,
    output: str | Extraction,
    found: Outcome,
    convention: Convention,
    reward: Reward,
    length: int | None,
) -> Answer:
    """One output of a prediction, with what it came to."""
    text, normal = prediction.text, convention.reading.normalize
    groups, group_of = _groups(found.findings, convention.matching) if prediction.task == "ee" else ((), {})
    places = {
        "gold": _places(prediction.gold, text, normal),
        "pred": _places(found.parsed.extraction, text, normal),
    }
    score = reward.score(prediction.gold, output, text, prediction.schema) if isinstance(output, str) else None
    return Answer(
        output=output if isinstance(output, str) else None,
        status=found.parsed.status,
        units=tuple(unit for finding in found.findings for unit in _shown(finding, places, group_of)),
        groups=groups,
        rungs=found.parsed.rungs,
        problems=tuple(map(str, found.parsed.problems)),
        f1=_f1(prediction.task, found, convention),
        reward=score.value if score else None,
        terms=tuple(score.terms.items()) if score else (),
        length=length,
    )


def _f1(task: Task, found: Outcome, convention: Convention) -> float:
    metrics = convention.metrics[task]
    main = MAIN_METRIC[task] if MAIN_METRIC[task] in metrics else metrics[0]
    sums = [sums for (metric, _), sums in found.cells.items() if metric == main]
    return scores(Sums(*(sum(each) for each in zip(*sums, strict=True))) if sums else Sums(0, 0, 0), convention).f1


# -- units --------------------------------------------------------------------------------------


def _shown(finding: Finding, places: Mapping[str, _Places], group_of: _GroupOf) -> Iterator[ShownUnit]:
    """The unit of a finding, or both units of a pair that differs."""
    gold, pred = finding.gold, finding.pred
    if finding.kind == "hit" and gold:
        yield _unit(finding, "both", gold, places["gold"], group_of)
        return
    if gold:
        note = f"predicted {_difference(gold, pred)}" if pred else ""
        yield _unit(finding, "gold", gold, places["gold"], group_of, note)
    if pred:
        note = f"gold {_difference(pred, gold)}" if gold else ""
        yield _unit(finding, "pred", pred, places["pred"], group_of, note)


def _unit(  # noqa: PLR0913, PLR0917 - a unit, and what is known of it
    finding: Finding, side: Side, unit: Unit, places: _Places, group_of: _GroupOf, note: str = ""
) -> ShownUnit:
    key = _key(unit)
    at = places.get(key, [])
    mentions = tuple(
        Mention(part, text, tuple(sorted({place for spans in at[i :: len(_parts(unit))] for place in spans})))
        for i, (part, text) in enumerate(_parts(unit))
    )
    group = group_of.get(("pred" if side == "pred" else "gold", key[:2]), -1)
    called = unit.role if isinstance(unit, EventArgument) else unit.type
    return ShownUnit(finding.of, called, finding.kind, side, mentions, group, note)


def _parts(unit: Unit) -> list[tuple[str, str]]:
    """The mentions of a unit, each with the part it plays."""
    if isinstance(unit, Relation):
        return [("head", unit.head), ("tail", unit.tail)]
    return [("", unit.text)]


def _key(unit: Unit) -> _Key:
    """What a unit is known by; an argument and its trigger begin alike."""
    if isinstance(unit, Relation):
        return unit.type, unit.head, unit.tail
    if isinstance(unit, EventArgument):
        return unit.type, unit.trigger, unit.role, unit.text
    return unit.type, unit.text


def _difference(unit: Unit, other: Unit) -> str:
    """What another unit has in the place of something of this one."""
    if isinstance(unit, Relation) and isinstance(other, Relation):
        differs = [unit.type != other.type, (unit.head, unit.tail) != (other.head, other.tail)]
        said = [other.type, f"{other.head} → {other.tail}"]
    elif isinstance(unit, EventArgument) and isinstance(other, EventArgument):
        differs = [unit.role != other.role, unit.text != other.text, _key(unit)[:2] != _key(other)[:2]]
        said = [other.role, other.text, f"at {other.type} {other.trigger}"]
    else:
        differs = [one != two for one, two in zip(_key(unit), _key(other), strict=True)]
        said = list(_key(other))
    return " ".join(part for part, is_other in zip(said, differs, strict=True) if is_other)


def _places(extraction: Extraction, text: str | None, normal: Normalizer) -> _Places:
    """Where the mentions of each unit stand, one span a mention, as often as it was written."""
    found: _Places = {}
    if text is None:
        return found
    for unit, spans in _units(placed(extraction, text)):
        found.setdefault(tuple(map(normal, _key(unit))), []).extend(spans)
    return found


def _units(extraction: Extraction) -> Iterator[tuple[Unit, tuple[Span, ...]]]:
    for entity in extraction.entities:
        yield Entity(entity.type, entity.text), (entity.at,)
    for relation in extraction.relations:
        yield relation, (relation.head_at, relation.tail_at)
    for event in extraction.events:
        yield Trigger(event.type, event.trigger), (event.trigger_at,)
        for argument in event.arguments:
            yield EventArgument(event.type, event.trigger, argument.role, argument.text), (argument.at,)


# -- trigger groups -----------------------------------------------------------------------------

_GroupOf = dict[tuple[str, _Key], int]
"""The place of a group, by its side, its type and its trigger."""


def _groups(found: Iterable[Finding], how: Matching) -> tuple[tuple[Group, ...], _GroupOf]:
    """The trigger groups: each of gold with the predicted one that answers it, then the others."""
    golds = _by_type(finding.gold for finding in found)
    preds = _by_type(finding.pred for finding in found)
    groups: list[Group] = []
    for kind in dict.fromkeys((*golds, *preds)):
        wanted, written = golds.get(kind, {}), preds.get(kind, {})
        matches = {match.gold: match for match in match_trigger_groups(wanted, written, how)}
        answering = {match.pred for match in matches.values()}
        for trigger in wanted:
            match = matches.get(trigger)
            groups.append(Group(kind, trigger, match and match.pred, match.shared if match else 0))
        groups += [Group(kind, None, trigger) for trigger in written if trigger not in answering]
    group_of: _GroupOf = {}
    for place, group in enumerate(groups):
        for side, answered in (("gold", group.gold), ("pred", group.pred)):
            if answered is not None:
                group_of.setdefault((side, (group.type, answered)), place)
    return tuple(groups), group_of


def _by_type(units: Iterable[Unit | None]) -> dict[str, dict[str, set[tuple[str, str]]]]:
    """The (role, argument) pairs of each trigger, by event type."""
    found: dict[str, dict[str, set[tuple[str, str]]]] = {}
    for unit in units:
        if isinstance(unit, Trigger):
            found.setdefault(unit.type, {}).setdefault(unit.text, set())
        elif isinstance(unit, EventArgument):
            found.setdefault(unit.type, {}).setdefault(unit.trigger, set()).add((unit.role, unit.text))
    return found
