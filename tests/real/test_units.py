"""Real gold units, written in every format, come back and score what a perfect answer scores."""

import json
import re
from collections import Counter

import pytest

import sfr
from sfr import Argument, Entity, Event, Extraction, Relation


def rows(shared_data, name):
    lines = (shared_data / "expected" / f"{name}_units.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def ner_gold(row):
    return Extraction(entities=tuple(Entity(kind, text) for kind, text, *_ in row["entities"]))


def re_gold(row):
    return Extraction(relations=tuple(Relation(*relation) for relation in row["relations"]))


def ee_gold(row):
    return Extraction(
        events=tuple(
            Event(
                event["type"],
                " ".join(event["trigger"]),
                tuple(Argument(role, " ".join(pieces)) for role, pieces in event["args"]),
            )
            for event in row["events"]
        )
    )


GOLD = {"ner": ("ner", ner_gold), "re": ("semeval", re_gold), "ee": ("phee", ee_gold)}
FORMATS = [
    ("ner", "records"),
    ("ner", "iepile"),
    ("ner", "lists"),
    ("ner", "triples"),
    ("ner", "calls"),
    ("ner", "instructuie"),
    ("re", "records"),
    ("re", "slots"),
    ("re", "iepile"),
    ("re", "lists"),
    ("re", "triples"),
    ("re", "calls"),
    ("re", "instructuie"),
    ("ee", "records"),
    ("ee", "slots"),
    ("ee", "iepile"),
    ("ee", "lists"),
    ("ee", "calls"),
]


def schema_of(task, extraction):
    kinds = [u.type for u in (*extraction.entities, *extraction.relations, *extraction.events)]
    roles = [a.role for event in extraction.events for a in event.arguments]
    types = list(dict.fromkeys(kinds)) or ["none"]
    return {"types": types, "roles": list(dict.fromkeys(roles))} if task == "ee" else types


@pytest.mark.parametrize(("task", "fmt"), FORMATS, ids=map(" ".join, FORMATS))
def test_real_gold_in_any_format_that_can_hold_it_scores_as_perfect(shared_data, task, fmt):
    name, gold_of = GOLD[task]
    reward = sfr.reward(task)
    missed = []
    for row in rows(shared_data, name):
        gold = gold_of(row)
        schema = schema_of(task, gold)
        output = sfr.dump(gold, task, format=fmt)
        if fmt == "instructuie" and re.search(r"[;\n]", json.dumps([row.get("entities"), row.get("relations")])):
            continue  # the format has no way to write a semicolon
        perfect = reward.score(gold, sfr.dump(gold, task)).value
        score = reward.score(gold, output, row["text"], schema)
        if score.value != perfect:
            missed.append((row["index"], score, output))
    assert missed == []


@pytest.mark.parametrize(("task", "fmt"), FORMATS, ids=map(" ".join, FORMATS))
def test_real_gold_is_read_without_a_repair(shared_data, task, fmt):
    name, gold_of = GOLD[task]
    statuses = Counter()
    for row in rows(shared_data, name):
        gold = gold_of(row)
        output = sfr.dump(gold, task, format=fmt)
        statuses[sfr.parse(output, task, row["text"], schema_of(task, gold)).status] += 1
    assert {"ok"} == statuses.keys()


@pytest.mark.parametrize("task", GOLD)
def test_the_perfect_answer_has_the_highest_value_unless_gold_is_empty(shared_data, task):
    name, gold_of = GOLD[task]
    values = [
        sfr.reward(task).score(g, sfr.dump(g, task)).value
        for g in map(gold_of, rows(shared_data, name))
        if g != Extraction()
    ]
    assert [pytest.approx(1.0)] * len(values) == values


def test_gold_with_repeats_is_the_same_gold(shared_data):
    for row in rows(shared_data, "ner"):
        gold = ner_gold(row)
        twice = Extraction(entities=gold.entities * 2)
        assert sfr.ner_units(gold) == sfr.ner_units(sfr.parse(sfr.dump(twice, "ner"), "ner").extraction)


def slots_right(shared_data, split, **options):
    """How many non-empty slots of the paper's targets give the gold values, of how many."""
    right = count = 0
    for row in rows(shared_data, "ner"):
        text = row["text"] if split == "source" else None
        parsed = sfr.parse(json.dumps(row["paper_target"]), "ner", text, split=split, **options)
        found = sfr.ner_units(parsed.extraction).by_type
        gold = sfr.ner_units(ner_gold(row)).by_type
        assert found.keys() == gold.keys()
        count += len(gold)
        right += sum(found[kind] == texts for kind, texts in gold.items())
    return right, count


def test_the_strings_of_the_paper_fall_into_the_gold_values_with_the_text(shared_data):
    right, count = slots_right(shared_data, "source")
    assert count == 152
    assert right >= 149  # 98 %: what remains touches in the text


def test_the_strings_of_the_paper_do_not_fall_into_the_gold_values_without_the_text(shared_data):
    """What ``split`` is for: to reproduce other readings of the paper, which lose much."""
    with_text, count = slots_right(shared_data, "source")
    assert with_text > max(slots_right(shared_data, split)[0] for split in ("space", "atomic"))
    assert 0.8 * count > max(slots_right(shared_data, split)[0] for split in ("space", "atomic"))


def test_our_bar_makes_the_strings_of_the_paper_exact(shared_data):
    for row in rows(shared_data, "ner"):
        gold = ner_gold(row)
        for text in (None, row["text"]):
            parsed = sfr.parse(sfr.dump(gold, "ner", format="slots", joiner=" | "), "ner", text, split="atomic")
            assert sfr.ner_units(gold) == sfr.ner_units(parsed.extraction)


def test_writing_real_gold_as_slots_gives_the_targets_of_the_paper(shared_data):
    for row in rows(shared_data, "ner"):
        expected = {kind: slot for kind, slot in row["paper_target"].items() if slot}
        in_order = Extraction(entities=tuple(Entity(*e[:2]) for e in sorted(row["entities"], key=lambda e: e[2:])))
        assert expected == json.loads(sfr.dump(in_order, "ner", format="slots"))


def test_every_real_mention_of_one_type_comes_back_from_a_bare_list(shared_data):
    for row in rows(shared_data, "ner"):
        for kind, texts in sfr.ner_units(ner_gold(row)).by_type.items():
            gold = Extraction(entities=tuple(Entity(kind, text) for text in texts))
            parsed = sfr.parse(sfr.dump(gold, "ner", format="universalner"), "ner", row["text"], [kind])
            assert (gold, "ok", ()) == (parsed.extraction, parsed.status, parsed.problems)


# -- PHEE, the whole slice --------------------------------------------------------------------------


def phee(shared_data):
    """(text, events) of the raw file, read here on its own: roles of the paper, fragments joined."""
    for line in (shared_data / "PHEE" / "train.json").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found = []
        for event in (event for annotation in row["annotations"] for event in annotation["events"]):
            arguments = []
            for role in ("Subject", "Treatment", "Effect"):
                arguments += phee_arguments(role, event.get(role, {}))
            trigger = " ".join(piece for pieces in event["Trigger"]["text"] for piece in pieces)
            found.append(Event(event["event_type"], trigger, tuple(arguments)))
        yield row["context"], Extraction(events=tuple(found))


def phee_arguments(role, node):
    for pieces in node.get("text", ()):
        yield Argument(role, " ".join(pieces))
    for key, inner in node.items():
        if isinstance(inner, dict):
            yield from phee_arguments(f"{role}.{key}", inner)
        elif isinstance(inner, list) and key == "Combination":
            for part in inner:
                yield from phee_arguments(f"{role}.Combination", part)


def grouped(extraction):
    return {
        kind: {t: frozenset(p) for t, p in groups.items()} for kind, groups in sfr.ee_units(extraction).by_type.items()
    }


def test_real_events_come_back_from_the_strings_of_the_paper(shared_data):
    gold = list(phee(shared_data))
    roles = sorted({a.role for _, x in gold for event in x.events for a in event.arguments})
    types = sorted({event.type for _, x in gold for event in x.events})
    assert len(gold) == 300
    assert sum(len(event.arguments) for _, x in gold for event in x.events) > 1000
    normal = sfr.Normalizer()
    for text, extraction in gold:
        expected = grouped(sfr.parse(sfr.dump(extraction, "ee"), "ee").extraction)
        output = sfr.dump(extraction, "ee", format="slots")
        parsed = sfr.parse(output, "ee", normal(text), {"types": types, "roles": roles})
        assert expected == grouped(parsed.extraction), output
        assert (parsed.format, parsed.status) == ("slots", "ok")


def test_figure_6_comes_from_the_real_row_and_back(shared_data):
    text = (
        "After 5 days of treatment with IL-2, the patient developed a hemorrhagic lesion that progressed to "
        "toxic epidermal necrolysis, as well as grade 4 pancytopenia."
    )
    slot = (
        "developed: Subject: patient; Effect: a hemorrhagic lesion that progressed to toxic epidermal necrolysis, "
        "as well as grade 4 pancytopenia; Treatment: 5 days of treatment with IL-2; Treatment.Drug: IL-2; "
        "Treatment.Time_elapsed: After 5 days"
    )
    roles = ["Subject", "Effect", "Treatment", "Treatment.Drug", "Treatment.Time_elapsed"]
    schema = {"types": ["potential therapeutic event", "adverse event"], "roles": roles}
    complete = json.dumps({"potential therapeutic event": "", "adverse event": slot})
    parsed = sfr.parse(complete, "ee", text, schema)
    assert (roles, "ok", ()) == (
        [a.role for a in parsed.extraction.events[0].arguments],
        parsed.status,
        parsed.problems,
    )
    assert {"adverse event": slot} == json.loads(sfr.dump(parsed.extraction, "ee", format="slots"))
    assert parsed.extraction == sfr.parse(complete, "ee").extraction
