"""Pages to look at: small ones of which everything is known, hostile ones, large ones."""

from __future__ import annotations

import random

from sfr.reports.page.model import (
    FATE_OF,
    Answer,
    ErrorCounts,
    Estimate,
    Figure,
    Group,
    Mention,
    PageModel,
    ReadingCounts,
    Series,
    ShownExample,
    ShownUnit,
    TypeCounts,
)

SYSTEMS = ("base", "ours")
TYPES = ("person", "place", "made in")
STATUSES = ("ok", "recovered", "unparsable")
WORDS = ("river", "Weaver", "lantern", "orchard", "copper", "Ghent", "sailor", "winter")


def small_model(n: int = 70, systems: tuple[str, ...] = SYSTEMS) -> PageModel:
    """A page of examples with every filter's choices, the same every time."""
    rnd = random.Random(7)
    examples = tuple(_example(i, rnd, systems) for i in range(n))
    return PageModel("A small page", systems, n, examples=examples, **_numbers(systems))


def large_model(n: int = 10_000) -> PageModel:
    """Many examples, and no charts."""
    rnd = random.Random(11)
    examples = tuple(_example(i, rnd, ("only",), words=40) for i in range(n))
    return PageModel("A large page", ("only",), n, examples=examples)


def _example(i: int, rnd: random.Random, systems: tuple[str, ...], words: int = 8) -> ShownExample:
    text = " ".join(rnd.choice(WORDS) for _ in range(words))
    task = ("ner", "re", "ee")[i % 3]
    return ShownExample(f"x{i}", f"set {i % 2}", task, text, tuple(_answer(task, text, rnd) for _ in systems))


def _answer(task: str, text: str, rnd: random.Random) -> Answer:
    status = rnd.choice(STATUSES)
    units = tuple(_unit(task, text, rnd) for _ in range(rnd.randrange(4)))
    groups = (Group("made in", "river", "Weaver", 1),) if task == "ee" and units else ()
    reward = round(rnd.uniform(-2, 1), 2)
    return Answer(
        output='{"person": ["' + rnd.choice(WORDS) + '"]}',
        status=status,
        units=units,
        groups=groups,
        rungs=("prose",) if status == "recovered" else (),
        problems=("no-json: expected a JSON object",) if status == "unparsable" else (),
        f1=round(rnd.random(), 2),
        reward=reward,
        terms=(("coverage", 0.25), ("penalty", reward - 0.25), ("invalid", 0.0)),
        length=rnd.randrange(200),
    )


def _unit(task: str, text: str, rnd: random.Random) -> ShownUnit:
    error = rnd.choice(tuple(FATE_OF))
    side = {"hit": "both", "missed": "gold", "spurious": "pred"}.get(FATE_OF[error], rnd.choice(("gold", "pred")))
    words = text.split(" ")
    word = rnd.choice(words)
    start = text.index(word)
    mention = Mention("", word, ((start, start + len(word)),))
    if task == "re":
        mentions = (Mention("head", *_named(mention)), Mention("tail", "nowhere", ()))
        return ShownUnit("relation", rnd.choice(TYPES), error, side, mentions)
    of = "entity" if task == "ner" else rnd.choice(("trigger", "argument"))
    return ShownUnit(of, rnd.choice(TYPES), error, side, (mention,), 0 if task == "ee" else -1)


def _named(mention: Mention) -> tuple[str, tuple[tuple[int, int], ...]]:
    return mention.text, mention.at


def _numbers(systems: tuple[str, ...]) -> dict[str, object]:
    """Numbers for every section, so that all of the page is there."""
    rnd = random.Random(3)
    values = {name: tuple(rnd.uniform(-1, 1) for _ in range(200)) for name in systems}
    return {
        "figures": tuple(
            Figure(name, dataset, metric, Estimate(0.5, 0.4, 0.6), 0.6, 0.45)
            for name in systems
            for metric in ("Entity F1", "Relation F1")
            for dataset in ("set 0", "set 1")
        ),
        "types": tuple(TypeCounts(name, "Entity F1", kind, 10, 8, 6) for name in systems for kind in TYPES),
        "errors": tuple(
            ErrorCounts(name, "set 0", "ner", "entity", {"hit": 6, "missed": 3, "spurious": 2}) for name in systems
        ),
        "readings": tuple(
            ReadingCounts(name, "set 0", "ner", {"ok": 5, "recovered": 2}, {"prose": 2}, {"commas": 1})
            for name in systems
        ),
        "rewards": tuple(Series(name, "ner", "reward", values[name]) for name in systems),
        "terms": tuple(Series(name, "ner", "coverage", values[name]) for name in systems),
        "lengths": tuple(Series(name, "ner", "length", tuple(map(abs, values[name]))) for name in systems),
        "signatures": ("sfr-eval|convention:sfr",),
        "notes": ("A note.",),
    }


SCRIPT = "<script>window.hacked = 1</script>"
IMAGE = '"><img src=x onerror="window.hacked = 2">'
CLOSING = "</script><script>window.hacked = 3</script><!--"
TURNED = "abc\u202edef\u0007\x1b[31m\u2028"


def hostile_model() -> PageModel:
    """A page in which every text of others tries to be more than text."""
    hostile = f"{SCRIPT} {IMAGE} {CLOSING} {{{{ 7 * 7 }}}} {TURNED}"
    unit = ShownUnit("entity", hostile, "type", "gold", (Mention("", hostile, ((0, 8),)),), note=hostile)
    pair = ShownUnit("relation", hostile, "missed", "gold", (Mention("head", hostile, ()), Mention("tail", "b", ())))
    event = ShownUnit("trigger", hostile, "spurious", "pred", (Mention("", hostile, ()),), 0)
    answer = Answer(
        hostile,
        "recovered",
        (unit, pair, event),
        (Group(hostile, None, hostile),),
        (hostile,),
        (hostile,),
        0.5,
        0.5,
        ((hostile, 0.5),),
        3,
    )
    example = ShownExample(hostile, hostile, "ner", hostile, (answer,))
    return PageModel(
        hostile,
        (hostile,),
        1,
        figures=(Figure(hostile, hostile, hostile, Estimate(0.5)),),
        types=(TypeCounts(hostile, hostile, hostile, 2, 2, 1),),
        errors=(ErrorCounts(hostile, hostile, "ner", "entity", {"hit": 1, "missed": 1}),),
        readings=(ReadingCounts(hostile, hostile, "ner", {"ok": 1}, {hostile: 1}, {hostile: 1}),),
        rewards=(Series(hostile, "ner", "reward", (0.5, 0.7)),),
        terms=(Series(hostile, "ner", hostile, (0.5, 0.7)),),
        lengths=(Series(hostile, "ner", "length", (3.0, 5.0)),),
        signatures=(hostile,),
        notes=(hostile,),
        examples=(example,),
    )
