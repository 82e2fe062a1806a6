"""Extractions over small alphabets, where gold and prediction overlap often, and how to write them.

An extraction is drawn as rows, flat tuples in the order of writing: ``(type, text)``,
``(type, head, tail)``, ``(type, trigger, ((role, text), ...))``.
"""

import json
from functools import cache
from itertools import combinations, product

from hypothesis import strategies as st

import sfr

TASKS = ("ner", "re", "ee")
PROFILES = ("paper", "bounded")
TYPES = ("person", "place", "time")
MENTIONS = ("w", "x", "y", "z")
ROLES = ("agent", "goal")
TRIGGERS = ("won", "lost", "left", "met", "sold")


def distinct(rows):
    """The rows without repeats, in order."""
    return list(dict.fromkeys(rows))


def grouped(rows):
    """One event a group: its arguments from all rows of one type and trigger."""
    groups = {}
    for kind, trigger, arguments in rows:
        groups.setdefault((kind, trigger), {}).update(dict.fromkeys(arguments))
    return [(*group, tuple(arguments)) for group, arguments in groups.items()]


# Whole rows are drawn at once, which is many times faster than piece by piece.
_PAIRS = tuple(product(ROLES, MENTIONS))
_ARGUMENTS = [found for n in range(3) for found in combinations(_PAIRS, n)]
_ROWS = {
    "ner": list(product(TYPES, MENTIONS)),
    "re": list(product(TYPES, MENTIONS, MENTIONS)),
    "ee": list(product(TYPES, MENTIONS, _ARGUMENTS)),
}


@cache
def rows_of(task, *, max_size=6):
    """Rows without repeats."""
    rows = st.lists(st.sampled_from(_ROWS[task]), max_size=max_size)
    return rows.map(grouped if task == "ee" else distinct)


def extraction(task, rows):
    """The rows as an extraction."""
    if task == "ner":
        return sfr.Extraction(entities=tuple(sfr.Entity(*row) for row in rows))
    if task == "re":
        return sfr.Extraction(relations=tuple(sfr.Relation(*row) for row in rows))
    events = (sfr.Event(kind, trigger, tuple(sfr.Argument(*pair) for pair in found)) for kind, trigger, found in rows)
    return sfr.Extraction(events=tuple(events))


def records(task, rows):
    """The rows as a records object."""
    found = {}
    for kind, *rest in rows:
        if task == "ner":
            item = rest[0]
        elif task == "re":
            item = list(rest)
        else:
            item = {"trigger": rest[0], "arguments": [list(pair) for pair in rest[1]]}
        found.setdefault(kind, []).append(item)
    return found


def written(task, rows):
    """The rows as the JSON text of a records object."""
    return json.dumps(records(task, rows), ensure_ascii=False)


def renamed(rows, names):
    """The rows with every string replaced."""
    if isinstance(rows, str):
        return names[rows]
    return type(rows)(renamed(item, names) for item in rows)


@st.composite
def shuffled_with_repeats(draw, task, rows):
    """The rows in another order, some of them twice, the arguments of an event likewise."""
    again = draw(st.lists(st.sampled_from(rows), max_size=3)) if rows else []
    found = draw(st.permutations([*rows, *again]))
    if task == "ee":
        found = [(kind, trigger, tuple(draw(st.permutations(pairs)))) for kind, trigger, pairs in found]
    return found


@st.composite
def with_one_more_correct_unit(draw, task):
    """Gold, a prediction that lacks something of it, and the prediction with one such unit added.

    The unit is an entity, a relation, a whole trigger group, or one argument of a group.
    """
    gold = draw(rows_of(task).filter(bool))
    before = draw(rows_of(task))
    missing = list(one_step_up(task, gold, before))
    if not missing:
        before = draw(st.permutations(gold))[1:]
        missing = list(one_step_up(task, gold, before))
    return gold, before, draw(st.sampled_from(missing))


def one_step_up(task, gold, pred):
    """Every way to add one correct unit to a prediction."""
    if task != "ee":
        for row in gold:
            if row not in pred:
                yield [*pred, row]
        return
    found = {(kind, trigger): arguments for kind, trigger, arguments in pred}
    for kind, trigger, arguments in gold:
        if (kind, trigger) not in found:
            yield [*pred, (kind, trigger, arguments)]
            yield [*pred, (kind, trigger, ())]
            continue
        for pair in arguments:
            if pair not in found[kind, trigger]:
                yield grouped([*pred, (kind, trigger, (pair,))])


@cache
def gold_and_prediction(task, *, max_size=6):
    """Two extractions as rows: half of the time strangers, else what is kept of gold and a little more."""
    rows = rows_of(task, max_size=max_size)
    everything = 2**max_size - 1

    def pair(gold, other, kept):
        if kept > everything:
            return gold, other
        some = [row for i, row in enumerate(gold) if kept & 2**i]
        return gold, (grouped if task == "ee" else distinct)([*some, *other[:2]])

    return st.builds(pair, rows, rows, st.integers(0, 2 * everything))


cases = st.one_of([st.tuples(st.just(task), gold_and_prediction(task)) for task in TASKS])
"""A task, and a gold and a predicted extraction of it."""


def _named(found, first):
    return dict(zip(TRIGGERS[first:] + TRIGGERS[:first], found, strict=False))


groups = st.builds(
    _named,
    st.lists(st.sampled_from([frozenset(pairs) for pairs in _ARGUMENTS]), min_size=1, max_size=5),
    st.integers(0, len(TRIGGERS) - 1),
)
"""The trigger groups of one event type."""
