"""The classes of pairs, the closest first, each by the keys that two units must have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sfr.evaluation.errors._overlap import Overlap, Side
from sfr.evaluation.errors._pairing import Step
from sfr.evaluation.errors._units import Item, Of

__all__ = ["Groups", "steps"]

Groups = Mapping[Side, Mapping[tuple[str, ...], tuple[str, ...]]]
"""For each side, by type and trigger, the name of the match that a trigger group stands in."""

_Keys = Iterable[tuple[Any, ...]]


def steps(of: Of, overlap: Overlap, groups: Groups) -> tuple[Step, ...]:
    """The classes in which units may be paired, the closest first."""
    return _STEPS[of](overlap, groups)


def _entity_steps(overlap: Overlap, _: Groups) -> tuple[Step, ...]:
    return (_HIT, _TYPE, _boundary(overlap), _type_and_boundary(overlap))


def _trigger_steps(overlap: Overlap, groups: Groups) -> tuple[Step, ...]:
    def event(item: Item, side: Side) -> _Keys:
        if item.key in groups[side]:
            yield groups[side][item.key]

    return (_HIT, _TYPE, _boundary(overlap), Step("word", event), _type_and_boundary(overlap))


def _relation_steps(overlap: Overlap, _: Groups) -> tuple[Step, ...]:
    def head(item: Item, side: Side) -> _Keys:
        return overlap.keys(item.mentions[0], side)

    def tail(item: Item, side: Side) -> _Keys:
        return overlap.keys(item.mentions[1], side)

    def head_overlaps(item: Item, side: Side) -> _Keys:
        kind, _, same = item.key
        return ((*key, kind, same) for key in head(item, side))

    def tail_overlaps(item: Item, side: Side) -> _Keys:
        kind, same, _ = item.key
        return ((*key, kind, same) for key in tail(item, side))

    def both_overlap(item: Item, side: Side) -> _Keys:
        return ((*one, *other, item.key[0]) for one in head(item, side) for other in tail(item, side))

    return (
        _HIT,
        _TYPE,
        Step("reversed", _swapped),
        Step("boundary", head_overlaps),
        Step("boundary", tail_overlaps),
        Step("boundary", both_overlap),
        Step("head", _without_head),
        Step("tail", _without_tail),
    )


def _argument_steps(overlap: Overlap, groups: Groups) -> tuple[Step, ...]:
    def within(keys: Callable[[Item, Side], _Keys]) -> Callable[[Item, Side], _Keys]:
        """The keys, of arguments in one pair of matched groups."""

        def of_match(item: Item, side: Side) -> _Keys:
            match = groups[side].get(item.key[:2])
            return iter(()) if match is None else ((*key, *match) for key in keys(item, side))

        return of_match

    def overlapping(item: Item, side: Side) -> _Keys:
        return overlap.keys(item.mentions[0], side)

    def same_role_overlapping(item: Item, side: Side) -> _Keys:
        return ((*key, item.key[2]) for key in overlapping(item, side))

    return (
        Step("hit", within(_role_and_text)),
        Step("role", within(_text)),
        Step("boundary", within(same_role_overlapping)),
        Step("role+boundary", within(overlapping)),
        Step("event", _role_and_text),
    )


_STEPS: Mapping[Of, Callable[[Overlap, Groups], tuple[Step, ...]]] = {
    "entity": _entity_steps,
    "relation": _relation_steps,
    "trigger": _trigger_steps,
    "argument": _argument_steps,
}


# -- keys -------------------------------------------------------------------------------------


def _whole(item: Item, _: Side) -> _Keys:
    yield item.key


def _but_type(item: Item, _: Side) -> _Keys:
    yield item.key[1:]


def _swapped(item: Item, side: Side) -> _Keys:
    kind, head, tail = item.key
    yield (kind, head, tail) if side == "left" else (kind, tail, head)


def _without_head(item: Item, _: Side) -> _Keys:
    kind, _head, tail = item.key
    yield kind, tail


def _without_tail(item: Item, _: Side) -> _Keys:
    yield item.key[:2]


def _role_and_text(item: Item, _: Side) -> _Keys:
    yield item.key[2:]


def _text(item: Item, _: Side) -> _Keys:
    yield item.key[3:]


_HIT = Step("hit", _whole)
_TYPE = Step("type", _but_type)


def _boundary(overlap: Overlap) -> Step:
    def keys(item: Item, side: Side) -> _Keys:
        return ((*key, item.key[0]) for key in overlap.keys(item.mentions[0], side))

    return Step("boundary", keys)


def _type_and_boundary(overlap: Overlap) -> Step:
    return Step("type+boundary", lambda item, side: overlap.keys(item.mentions[0], side))
