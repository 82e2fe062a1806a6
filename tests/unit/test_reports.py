"""A score explained, and the summary of a file, as values and as they are shown."""

import io
import json

import pytest
from rich.console import Console

import sfr
from sfr.reports import Explanation, explain, render, summary_json, summary_table
from sfr.samples import rows
from sfr.scoring import Tally

SAMPLES = list(rows())

# The sets of each task, in the order in which a reward counts them.
COUNTED = {
    "ner": ("type", "entity"),
    "re": ("type", "triple", "head", "tail"),
    "ee": ("type", "trigger", "argument"),
}


def sides(reward, gold, output, **given):
    """Hit, missed and spurious units of each set."""
    found = explain(reward, gold, output, **given)
    return {side.name: (side.hit, side.missed, side.spurious) for side in found.sides}


def shown(renderable, *, colour=False):
    """What a console shows."""
    file = io.StringIO()
    kind = {"force_terminal": True, "color_system": "standard"} if colour else {"force_terminal": False}
    Console(file=file, width=10_000, highlight=False, markup=False, emoji=False, _environ={}, **kind).print(renderable)
    return file.getvalue()


def event(trigger, *arguments):
    """An event as gold writes it."""
    return {"trigger": trigger, "arguments": [list(pair) for pair in arguments]}


# -- explanations --------------------------------------------------------------------------------------


def test_entities_are_hit_missed_or_spurious():
    gold, output = {"a": ["x", "y"], "b": ["z"]}, '{"a": ["y", "w"], "c": ["z"]}'
    assert sides(sfr.reward("ner"), gold, output) == {
        "type": ((("a",),), (("b",),), (("c",),)),
        "entity": ((("a", "y"),), (("a", "x"), ("b", "z")), (("a", "w"), ("c", "z"))),
    }


def test_relations_are_shown_by_head_tail_and_triple():
    gold, output = {"r": [["a", "b"], ["c", "d"]]}, '{"r": [["a", "d"], ["c", "d"]]}'
    assert sides(sfr.reward("re"), gold, output) == {
        "type": ((("r",),), (), ()),
        "head": ((("r", "a"), ("r", "c")), (), ()),
        "tail": ((("r", "d"),), (("r", "b"),), ()),
        "triple": ((("r", "c", "d"),), (("r", "a", "b"),), (("r", "a", "d"),)),
    }


def test_an_argument_is_hit_where_the_groups_are_matched_whatever_their_triggers():
    gold = {"attack": [event("fired", ("Target", "hotel"), ("Time", "May"))]}
    output = json.dumps({"attack": [event("shot", ("Target", "hotel"))]})
    found = sides(sfr.reward("ee"), gold, output)
    assert found["trigger"] == ((), (("attack", "fired"),), (("attack", "shot"),))
    assert found["argument"] == ((("attack", "fired", "Target", "hotel"),), (("attack", "fired", "Time", "May"),), ())


def test_an_argument_of_a_group_that_answers_no_other_is_spurious():
    gold = {"attack": [event("fired", ("Target", "hotel"))]}
    output = json.dumps({"attack": [event("fired", ("Target", "hotel")), event("shot", ("Target", "hotel"))]})
    found = explain(sfr.reward("ee"), gold, output)
    assert [(kind, m.gold, m.pred, m.shared) for kind, m in found.matches] == [("attack", "fired", "fired", 1)]
    assert found.sides[-1].spurious == (("attack", "shot", "Target", "hotel"),)


def test_the_matching_of_the_reward_is_the_one_that_is_shown():
    gold = {"attack": [event("fired", ("Target", "hotel"))]}
    output = json.dumps({"attack": [event("shot", ("Target", "hotel")), event("fired", ("Agent", "tank"))]})
    best, anchored = (
        explain(sfr.reward("ee", matching=matching), gold, output).matches for matching in ("optimal", "anchored")
    )
    assert [(match.gold, match.pred, match.shared) for _, match in best] == [("fired", "shot", 1)]
    assert ("fired", "fired") in {(match.gold, match.pred) for _, match in anchored}


@pytest.mark.parametrize("profile", ["paper", "bounded"])
def test_the_units_explain_the_counts_behind_every_score(profile):
    for row in SAMPLES[::5]:
        reward = sfr.reward(row["task"], profile)
        found = explain(reward, row["gold"], row["output"], row["text"], row["schema"])
        sizes = {
            side.name: (len(side.hit) + len(side.missed), len(side.hit) + len(side.spurious), len(side.hit))
            for side in found.sides
        }
        counted = tuple(size for name in COUNTED[row["task"]] for size in sizes[name])
        assert reward.score(row["gold"], row["output"], row["text"], row["schema"]) == found.score
        if found.score.status != "unparsable":
            assert reward.terms(counted) == found.score.parts[: len(reward.equation_terms)]


def test_an_output_that_cannot_be_read_has_missed_everything():
    assert sides(sfr.reward("ner"), {"a": ["x"]}, "no JSON") == {
        "type": ((), (("a",),), ()),
        "entity": ((), (("a", "x"),), ()),
    }


def test_what_a_policy_drops_is_neither_hit_nor_spurious():
    found = sides(sfr.reward("ner", ungrounded="drop"), {"a": ["x"]}, '{"a": ["x", "y"]}', text="x")
    assert found["entity"] == ((("a", "x"),), (), ())


def test_bad_gold_is_refused():
    with pytest.raises(sfr.ParseError, match="not-a-string"):
        explain(sfr.reward("ner"), {"a": [7]}, "{}")


@pytest.mark.parametrize("task", ["ner", "re", "ee"])
def test_a_rendered_explanation_is_plain_without_a_terminal_and_coloured_with_one(task):
    for row in [row for row in SAMPLES if row["task"] == task][:15]:
        found = explain(sfr.reward(task), row["gold"], row["output"], row["text"], row["schema"])
        plain, colour = (shown(render(found, row["text"], row["output"]), colour=c) for c in (False, True))
        assert "\x1b" not in plain
        assert "\x1b[1mreward\x1b[0m" in colour
        for part in (row["text"], row["output"], found.score.signature, *found.score.terms):
            assert part in plain


def in_colour(gold, output, text):
    """The explanation of an output, with its text, on a terminal."""
    return shown(render(explain(sfr.reward("ner"), gold, json.dumps(output)), text), colour=True)


def test_a_text_is_in_one_piece_where_nothing_is_marked():
    assert "Kevin met Therese.\n" in in_colour({"a": ["Kevin"]}, {"a": ["Kevin"]}, "Kevin met Therese.").replace(
        "\x1b[32mKevin\x1b[0m", "Kevin"
    )


def test_the_longer_of_two_mentions_is_marked_as_a_whole():
    gold = {"a": ["New York", "New York City"], "b": ["x"]}
    assert "\x1b[32mNew York City\x1b[0m" in in_colour(gold, {**gold, "b": ["y"]}, "New York City, x, y")


def test_a_mention_in_the_text_has_the_colour_of_its_verdict():
    text = "Kevin met Therese in Oslo."
    gold, output = {"a": ["Kevin", "Therese"]}, '{"a": ["Kevin", "Oslo"]}'
    found = shown(render(explain(sfr.reward("ner"), gold, output), text), colour=True)
    assert "\x1b[32mKevin\x1b[0m met \x1b[33mTherese\x1b[0m in \x1b[31mOslo\x1b[0m." in found


def test_characters_of_patterns_in_a_mention_are_text():
    text = "a.c (abc) [x]* \\d"
    gold = {"a": ["a.c", "[x]*", "(abc)", "\\d"]}
    found = in_colour(gold, gold, text)
    assert "\x1b[32ma.c\x1b[0m \x1b[32m(abc)\x1b[0m \x1b[32m[x]*\x1b[0m \x1b[32m\\d\x1b[0m" in found


def test_without_text_and_output_neither_is_shown():
    lines = shown(render(explain(sfr.reward("ner"), {"a": ["x"]}, "{}"))).splitlines()
    assert lines[0] == "units"


def test_an_explanation_is_a_value():
    found = explain(sfr.reward("ner"), {"a": ["x"]}, "{}")
    assert found == explain(sfr.reward("ner"), {"a": ["x"]}, "{}")
    assert isinstance(found, Explanation)


# -- summaries -----------------------------------------------------------------------------------------


def tally(*outputs):
    """The tally of some outputs for one gold."""
    found = Tally()
    for output in outputs:
        found.add(sfr.reward("ner").score({"a": ["x"]}, output), 1.0)
    return found


def test_the_table_has_a_line_for_each_task_and_no_group_unless_asked():
    lines = shown(summary_table({("ner", ""): tally('{"a": ["x"]}', "no JSON")})).splitlines()
    heads, cells = (line.split() for line in lines)
    assert heads == [
        "task",
        "outputs",
        "mean",
        "sd",
        "min",
        "max",
        "at",
        "best",
        "recovered",
        "unparsable",
        "duplicates",
    ]
    assert cells == ["ner", "2", "0.000", "1.000", "-1.000", "1.000", "50.0%", "0.0%", "50.0%", "0"]


def test_the_table_names_the_groups_when_asked():
    table = summary_table({("ner", "[b]"): tally("{}"), ("ner", ""): tally("{}")}, "kind")
    heads, first, second = (line.split() for line in shown(table).splitlines())
    assert (heads[:2], first[:3], second[:2]) == (["task", "kind"], ["ner", "[b]", "1"], ["ner", "1"])


def test_the_summary_is_json_and_names_the_signatures_of_the_tasks_that_occur():
    rewards = {task: sfr.reward(task) for task in ("ner", "re", "ee")}
    found = summary_json({("ner", "g"): tally("no JSON", "{}")}, rewards, 3)
    assert found == json.loads(json.dumps(found, allow_nan=False))
    assert (3, {"ner": rewards["ner"].signature}) == (found["bad_rows"], found["signatures"])
    (group,) = found["groups"]
    assert tuple(group[key] for key in ("task", "group", "outputs", "problems")) == ("ner", "g", 2, {"no-json": 1})
    assert set(rewards["ner"].term_names) == set(group["mean_terms"])


def test_a_narrow_summary_leaves_out_the_spread_and_no_cell_is_cut():
    tally = Tally()
    tally.add(sfr.reward("ner").score({}, "{}"), 0.8)
    wide, narrow = (
        summary_table({("ner", "a-long-kind-of"): tally}, "kind", narrow=narrow) for narrow in (False, True)
    )
    assert {"sd", "min", "max"} == {c.header for c in wide.columns} - {c.header for c in narrow.columns}
    assert Console(width=80).measure(narrow).maximum <= 80
    assert "..." not in shown(narrow, colour=False)
