"""Outputs made to be slow or to break a reader; none of them may take long, raise, or need a time-out.

`CASES` has them at full size, `cases(size)` at any other.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import count, repeat
from typing import NamedTuple, TypeVar

from .make_outputs import Task

SIZE = 100_000

T = TypeVar("T")


class Case(NamedTuple):
    """One output to score against a gold object, and the source text where the case needs one."""

    task: Task
    gold: str
    output: str
    text: str | None = None


GOLD: dict[Task, str] = {
    "ner": json.dumps({"person": ["Kevin", "Therese"], "location": ["New York"]}),
    "re": json.dumps({"used for": [["surface", "algorithm"], ["set", "parameters"]]}),
    "ee": json.dumps({"attack": [{"trigger": "fired", "arguments": [["Target", "hotel"], ["Instrument", "tank"]]}]}),
}

# Repeated up to the size; nothing else in the output.
_REPEATED = {
    "open brackets": "[",
    "open objects": '{"a":',
    "open braces": "{",
    "closing braces": "}",
    "closing brackets": "]",
    "brackets in turn": "[]",
    "mixed nesting": '{"a":[',
    "double quotes": '"',
    "single quotes": "'",
    "quotes in turn": "\"'",
    "brace and quote": '{"',
    "brace and single quote": "{'",
    "quote and comma": '",',
    "backslashes": "\\",
    "escaped quotes": '\\"',
    "unclosed records": '{"person": ["a"',
    "unclosed strings": '{"person": "a',
    "unclosed single-quoted records": "{'person': ['a', ",
    "empty objects": "{} ",
    "small objects": '{"a": 1} ',
    "small records": '{"person": ["a"]}\n',
    "small lists": '["a"], ',
    "commas": ",",
    "colons": ":",
    "commas before brackets": ",]",
    "trailing commas": '{"person": ["a",],},',
    "spaces": " ",
    "newlines": "\n",
    "no-break spaces": "\u00a0",
    "nul characters": "\0",
    "think tags opening": "<think>",
    "think tags closing": "</think>",
    "think tags in pairs": "<think></think>",
    "think tags cut": "<think",
    "angle brackets": "<",
    "backticks": "`",
    "fences": "```json\n",
    "fences in pairs": "```json\n{\n```\n",
    "tildes": "~~~\n",
    "digits": "9",
    "minus signs": "-",
    "literals": "None, True, NaN, ",
    "comment signs": "// ",
    "comments": "/* ",
    "hashes": "# ",
    "calls nested": "f(",
    "calls nested with keywords": "Person(name=",
    "calls in a list": "[Person(name='a'), ",
    "pairs": "(a, b), ",
    "lines with a colon": "person: a\n",
    "items with a colon": "person: a; ",
    "bullets": "- person: a\n",
    "tags": "<person>",
    "letters": "a",
    "combining marks": "\u0315\u0300",  # classes out of order: normal forms must sort them
    "escapes": "\\u0301",
    "surrogates": "\ud800",
}

# As above, for texts without brackets that only one task reads.
_TEXTS: dict[str, tuple[Task, str]] = {
    "lines of relations": ("re", "used for: surface, algorithm\n"),
    "relations after semicolons": ("re", "used for: surface, algorithm; "),
    "relations without tails": ("re", "used for: a; "),
    "events in brackets": ("ee", "(attack: fired, Target: hotel), "),
    "events of many roles": ("ee", "(a: b, c: d, "),
    "event of commas": ("ee", "(attack: a" + ", a" * 50),
    "open parentheses": ("ee", "("),
    "parentheses in turn": ("ee", "()"),
    "spots": ("ner", "<extra_id_0> person <extra_id_5> Kevin <extra_id_1> "),
    "spots opening": ("ee", "<extra_id_0> "),
    "spots closing": ("re", "<extra_id_0> <extra_id_1>"),
}

# Before, repeated, after: inside an otherwise sound object.
_FRAMED = {
    "nested lists, closed": ("[", "[]", "]"),
    "truncated list": ('{"person": [', '"a", ', ""),
    "truncated string": ('{"person": ["', "a ", ""),
    "one long string": ('{"person": ["', "a", '"]}'),
    "backslashes in a string": ('{"person": ["', "\\\\", '"]}'),
    "unclosed backslashes in a string": ('{"person": ["', "\\", '"]}'),
    "escaped quotes in a string": ('{"person": ["', '\\"', '"]}'),
    "quotes in a string": ('{"person": ["', '"', '"]}'),
    "apostrophes in single quotes": ("{'person': ['", "it's ", "']}"),
    "single-quoted list": ("{'person': [", "'a', ", "]}"),
    "same value": ('{"person": [', '"Kevin", ', '"Kevin"]}'),
    "same key": ("{", '"person": ["Kevin"], ', '"person": []}'),
    "empty values": ("{", '"person": "", ', '"person": ""}'),
    "nested values": ('{"person": ', "[", ""),
    "long number": ('{"person": ', "9", "}"),
    "long number in a list": ('{"person": [', "9", "]}"),
    "combining marks in a value": ('{"person": ["', "\u0315\u0300", '"]}'),
    "escaped combining marks in a value": ('{"person": ["', "\\u0315\\u0300", '"]}'),
    "one class of marks in a value": ('{"person": ["a', "\u0301", '"]}'),
    "Hangul letters in a value": ('{"person": ["', "\u1100\u1161\u11a8", '"]}'),
    "surrogates in a value": ('{"person": ["', "\\ud800", '"]}'),
    "spaces in a value": ('{"person": ["', " ", '"]}'),
    "mixed spaces in a value": ('{"person": ["', "\u3000 \\t", '"]}'),
    "object after spaces": ("", " ", '{"person": ["Kevin"]}'),
    "object after braces": ("", "{", '{"person": ["Kevin"]}'),
    "object after quotes": ("", '"', '{"person": ["Kevin"]}'),
    "object after a thought": ("<think>", "{ ", '</think>{"person": ["Kevin"]}'),
    "object after an unclosed thought": ("<think>", "{ ", '{"person": ["Kevin"]}'),
    "object before braces": ('{"person": ["Kevin"]}', "}", ""),
    "object in a fence of backticks": ("", "`", '{"person": ["Kevin"]}'),
    "no quotes": ("{", "person: [Kevin], ", "}"),
    "line breaks in a string": ('{"person": ["', "\n", '"]}'),
    "constants in open lists": (
        "[NaN, [-Infinity, " * 200,
        '"a", ',
        "",
    ),  # the fast reader takes them to be JSON, again and again
    "open lists": ("[" * 200, '"a", ', ""),
    "open lists of words": ("[x, " * 5_000, '"a", ', ""),
    "references in prose": ("", "[1] ", '{"person": ["Kevin"]}'),
    "key of spaces": ("{a", " ", "}"),
    "keys of spaces": ("", "{a" + " " * 70, "}"),
    "key of spaces in a call": ("f(a", " ", ")"),
    "quotes and spaces in a string": ('{"person": ["', '"' + " " * 50, '"]}'),
    "units in wrappers": ('{"output": ' * 30, '{"person": ["a"]}, ', ""),
}

# Task, slot, source text: strings as the paper writes them, both repeated up to the size.
_SLOTS: dict[str, tuple[Task, str, str]] = {
    "slot of one word, again and again": ("ner", "a ", "a "),
    "slot of two words in turn": ("ner", "a b ", "a b a c "),
    "slot that nearly occurs": ("ner", "a a a a a a a b ", "a a a a a a a a c "),
    "slot in the wrong order": ("ner", "b a ", "a b c "),
    "slot that does not occur": ("ner", "x y z ", "a b c "),
    "slot without spaces": ("ner", "a", "a"),
    "slot without spaces, cut differently": ("ner", "aab", "aba"),
    "slot of marks": ("ner", "@ ", "@ "),
    "slot of ideographs": ("ner", "\u4e2d\u6587", "\u4e2d\u6587\u4e2d"),
    "slot of spaces": ("ner", " ", "a "),
    "pairs of one word": ("re", "a, a ", "a "),
    "pairs 'a, a a, a'": ("re", "a, a a, a ", "a a b "),
    "pairs of long mentions": ("re", "a a a a a a, b b b b b b ", "a a a a a a b b b b b b "),
    "pairs of words that do not occur": ("re", "x, y ", "a b "),
    "pairs, commas in the text": ("re", "a , b , c, d ", "a , b , c d "),
    "commas alone": ("re", ", ", ", "),
    "commas without spaces": ("re", "a,", "a,"),
    "pair with one comma at the end": ("re", "a ", "a a "),
    "groups and roles": ("ee", "fired: Target: hotel; Instrument: tank; ", "a tank fired at the hotel "),
    "groups with a bar": ("ee", "fired: Target: hotel | ", "a tank fired at the hotel "),
    "groups of one word": ("ee", "a: a: a; ", "a "),
    "roles without arguments": ("ee", "Target: ", "Target "),
    "semicolons": ("ee", "; ", "a ; "),
    "colons in a slot": ("ee", ": ", "a : "),
    "bars": ("ee", "| ", "a | "),
    "slot in parts": ("ner", "a a | ", "a "),
    "slot in lines": ("ner", "a a\n", "a "),
    "slot with a run of spaces and a line break": ("ner", "a" + " " * 5_000 + "b\n", "a b "),
    "pairs in parts": ("re", "a, a | ", "a "),
    "pairs in lines of sixty": ("re", "a, " * 60 + "\n", "a "),
    "roles of capitals": ("ee", "Aa Bb Cc Dd ", "Aa Bb Cc Dd "),
    "role of one long word": ("ee", "A", "A "),
    "groups and roles on lines": ("ee", "fired: Target: hotel\n", "a tank fired at the hotel "),
    "long triggers": ("ee", "fired: Target: a a a a a a a a a a a a a a a a fired: ", "a fired "),
}


def cases(size: int = SIZE) -> dict[str, Case]:
    """All cases, with outputs of about `size` characters."""
    found: dict[str, Case] = {}
    for name, pattern in _REPEATED.items():
        found[name] = Case("ner", GOLD["ner"], _fill(pattern, size))
    for name, (task, pattern) in _TEXTS.items():
        found[name] = Case(task, GOLD[task], _fill(pattern, size))
    for name, (before, pattern, after) in _FRAMED.items():
        middle = _repeat(pattern, size - len(before) - len(after))
        found[name] = Case("ner", GOLD["ner"], before + middle + after)
    for name, (task, slot, source) in _SLOTS.items():
        output = _slot(task, slot, size)
        found[name] = Case(task, GOLD[task], output, _fill(source, size))
        found[f"{name}, unclosed"] = Case(task, GOLD[task], output[:-2], _fill(source, size))
    return found | dict(_values(size)) | dict(_triples(size)) | dict(_events(size))


def _repeat(pattern: str, size: int) -> str:
    """Whole copies only."""
    return pattern * (size // len(pattern))


def _fill(pattern: str, size: int) -> str:
    return (pattern * (size // len(pattern) + 1))[:size]


def _slot(task: Task, pattern: str, size: int) -> str:
    """A string as the paper writes it, of as many copies as fit."""
    type_ = {"ner": "person", "re": "used for", "ee": "attack"}[task]
    before, after = f'{{"{type_}": "', '"}'
    return before + _repeat(json.dumps(pattern, ensure_ascii=False)[1:-1], size - len(before) - len(after)) + after


def _as_many(items: Iterable[T], size: int) -> list[T]:
    """As many of the items as make an output of that size."""
    room = size - len('{"used for": []}')
    found = []
    for item in items:
        room -= len(json.dumps(item)) + len(", ")
        if room < 0:
            break
        found.append(item)
    return found


def _values(size: int) -> Iterator[tuple[str, Case]]:
    """NER outputs in which every value, key or slot is another one."""

    def case(records: object, text: str | None = None) -> Case:
        return Case("ner", GOLD["ner"], json.dumps(records, ensure_ascii=False), text)

    def person(values: Iterable[str], text: str | None = None) -> Case:
        return case({"person": _as_many(values, size)}, text)

    yield "different values", person((f"n{i}" for i in count()), " ".join(f"n{i}" for i in range(size // 7)))
    yield "values that nearly occur", person((f"{'n' * 20}{i}" for i in count()), "n" * size)
    misses = ("a" * (40 + i // 10) + "b" + "a" * (60 + i % 10) for i in count())
    yield "long values that nearly occur", person(misses, "a" * size)
    misses = ("a" * (40 + i // 10) + "b" + "a" * (60 + i % 10) for i in count())
    yield "long values that nearly occur in less text", person(misses, "a" * min(size, 29_000))
    yield "different types", case(dict(_as_many(((f"n{i}", ["a"]) for i in count()), size)))
    many = _as_many(repeat("a"), size // 2)
    yield "long type, many values", case({_fill("type ", size // 2): many})
    yield "long type not in ASCII, many values", case({_fill("\u00e9\u0301", size // 2): many})
    frequent = _fill("a b a ", size)
    yield "frequent words in slots", case(dict(_as_many(((f"n{i}", "a b") for i in count()), size)), frequent)
    yield "different words in slots", case(dict(_as_many(((f"n{i}", f"a n{i}") for i in count()), size)), frequent)
    words = [f"n{i}" for i in range(size // 7)]
    yield "words of the text in order", case({"person": " ".join(words)}, " ".join(words))
    yield "words of the text in reverse", case({"person": " ".join(reversed(words))}, " ".join(words))
    lengths = range(1, int((2 * size) ** 0.5) - 1)
    yield "values of every length", case({"person": " ".join("a" * length for length in lengths)}, "a" * size)
    long, short = "a", "b"
    while len(long) < size:  # Fibonacci words: repetitive everywhere, and periodic nowhere
        long, short = f"{long} {short}", long
    yield "Fibonacci words", case({"person": short}, long[:size])


def _triples(size: int) -> Iterator[tuple[str, Case]]:
    """RE outputs with very many pairs, or with things that are no pairs."""
    text = _fill("h1 t1 ", size)

    def case(pairs: Iterable[object], text: str | None = None) -> Case:
        return Case("re", GOLD["re"], json.dumps({"used for": _as_many(pairs, size)}), text)

    yield "every head with every tail", case(([f"h{i // 70}", f"t{i % 70}"] for i in count()), text)
    yield "pairs of one", case(repeat(["a"]))
    yield "one pair of very many", case([["a"] * (size // 6)])
    yield "heads and tails by key", case(({"head": f"h{i}", "tail": "t"} for i in count()), text)
    yield "many slots of one pair", case((f"h1, t{i}" for i in count()), text)
    yield "many slots of many pairs", case(repeat(", ".join(["h1"] * 50)), "h1 " * 60)
    yield "many slots of pairs that do not occur", case(repeat(", ".join(f"h{i}" for i in range(50))), "h1 " * 60)
    pairs = " ".join(f"h{i}, t{i}" for i in range(size // 15))
    yield "different pairs in one slot", Case("re", GOLD["re"], json.dumps({"used for": pairs}), text)


def _events(size: int) -> Iterator[tuple[str, Case]]:
    """EE outputs with very many trigger groups."""

    def case(events: Iterable[object], gold: str = GOLD["ee"], text: str | None = None) -> Case:
        return Case("ee", gold, json.dumps({"attack": _as_many(events, size)}), text)

    for side in (1, 5, 20):
        gold = _gold_events([f"a{i}", "shared"] for i in range(side))
        yield f"groups against {side} gold", case((_event(i, [f"a{i % side}", "shared"]) for i in count()), gold)
        gold = _gold_events([f"a{j}" for j in range(i, i + 5)] for i in range(side))
        overlapping = (_event(i, [f"a{(i * 7 + j * j) % (side + 5)}" for j in range(4)]) for i in count())
        yield f"groups that overlap with {side} gold", case(overlapping, gold)
        few = [_event(i, [f"a{(i * 7 + j * j) % (side + 5)}" for j in range(4)]) for i in range(side * side)]
        yield f"{side * side} groups that overlap with {side} gold", case(few, gold)
    yield "groups with one trigger", case({"trigger": "fired", "arguments": [["Target", f"a{i}"]]} for i in count())
    yield "groups without arguments", case(({"trigger": f"t{i}"} for i in count()), text="t " * (size // 2))
    yield "arguments of one group", case([_event(1, [f"a{i}" for i in range(size // 24)])], text="a" * size)
    yield "triggers alone", case(f"t{i}" for i in count())
    types = dict(_as_many(((f"e{i}", [_event(i, ["hotel"])]) for i in count()), size))
    yield "types of one group each", Case("ee", GOLD["ee"], json.dumps(types))
    groups = [_event(i, [f"a{i % 5}"]) for i in range(size // 10)]
    gold = _gold_events([f"a{i}"] for i in range(5))
    yield "groups by the thousand, over any bound", Case("ee", gold, json.dumps({"attack": groups}))


def _gold_events(arguments: Iterable[list[str]]) -> str:
    return json.dumps({"attack": [_event(-i, texts) for i, texts in enumerate(arguments, 1)]})


def _event(number: int, arguments: list[str]) -> dict[str, object]:
    return {"trigger": f"t{number}", "arguments": [["Target", argument] for argument in arguments]}


CASES = cases()
