"""The page of a report, as far as it can be told without a browser."""

import base64
import hashlib
import json
import re
import zlib
from dataclasses import replace
from html.parser import HTMLParser

import pytest

import sfr
from sfr.evaluation import CONVENTIONS
from sfr.evaluation.outcomes import outcomes
from sfr.predictions import Prediction
from sfr.reports.page import building, chosen, page
from sfr.reports.page.answers import shown_answer
from sfr.reports.page.collecting import Collector
from sfr.reports.page.distributions import quantile
from sfr.reports.page.embedding import embedded, keys_of
from sfr.reports.page.model import FATE_OF, FATES, Group, Mention, PageModel, ShownExample
from sfr.reports.page.palette import DARK, LIGHT
from sfr.reports.page.words import ERROR_WORDS
from sfr.structures import Argument, Entity, Event, Extraction, Relation
from tests.browser.models import hostile_model, small_model

PAPER = CONVENTIONS["sfr"]
REWARDS = {task: sfr.reward(task) for task in ("ner", "re", "ee")}


# -- colours --------------------------------------------------------------------------------------


def luminance(colour):
    """As WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, two):
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["ink", "quiet", "accent", *FATES, *(f"system-{n}" for n in range(1, 5))])
def test_what_is_written_stands_out_from_its_grounds(colours, name):
    grounds = ["paper", "card", *([f"{name}-soft"] if f"{name}-soft" in colours else [])]
    assert min(contrast(colours[name], colours[ground]) for ground in grounds) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out_from_every_mark(colours):
    assert min(contrast(colours["ink"], colours[f"{fate}-soft"]) for fate in FATES) >= 7


def test_light_and_dark_have_the_same_colours():
    assert LIGHT.keys() == DARK.keys()


# -- the file -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small():
    return page(small_model())


@pytest.fixture(scope="module")
def hostile():
    return page(hostile_model())


class Tags(HTMLParser):
    """The tags of a page with their attributes, and the text of its scripts and styles."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.inner = [], {"script": [], "style": []}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        last = self.tags[-1][0] if self.tags else ""
        if last in self.inner and self.cdata_elem == last:
            self.inner[last].append(data)


def test_a_page_is_the_same_each_time_it_is_written():
    assert page(small_model(9)) == page(small_model(9))


@pytest.mark.parametrize("name", ["small", "hostile"])
def test_a_page_asks_for_nothing_from_anywhere(name, request):
    for tag, attributes in Tags(request.getfixturevalue(name)).tags:
        for value in (attributes.get("src"), attributes.get("href"), attributes.get("action")):
            assert value is None or value.startswith(("#", "data:")), tag


@pytest.mark.parametrize("name", ["small", "hostile"])
def test_no_tag_has_a_style_or_a_script_of_its_own(name, request):
    found = {key for _, attributes in Tags(request.getfixturevalue(name)).tags for key in attributes}
    assert not [key for key in found if key == "style" or key.startswith("on")]


def test_the_policy_allows_our_script_and_our_style_alone(small):
    tags = Tags(small)
    (policy,) = [a["content"] for _, a in tags.tags if a.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))

    def digest(text):
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == digest("".join(tags.inner["style"]))
    assert rules["script-src"] == digest(tags.inner["script"][-1])


def test_no_text_of_others_makes_a_tag(hostile):
    tags = [tag for tag, _ in Tags(hostile).tags]
    assert (tags.count("script"), "img" in tags) == (2, False)


def test_a_page_of_nothing_but_a_title_is_a_page():
    text = page(PageModel("Nothing", ("one",), 0))
    assert "<title>Nothing</title>" in text


def test_a_page_without_its_libraries_says_how_to_get_them(monkeypatch):
    monkeypatch.setattr(building, "find_spec", lambda _: None)
    with pytest.raises(
        ValueError, match=r"a report takes jinja2 and vl_convert: python -m pip install 'sfr\[report\]'"
    ):
        page(small_model())


def test_every_class_of_findings_has_a_fate_and_words():
    from sfr.evaluation.errors import KINDS

    kinds = {kind for found in KINDS.values() for kind in found}
    assert kinds == FATE_OF.keys() == ERROR_WORDS.keys()


# -- the examples in it ---------------------------------------------------------------------------


def read(data):
    return json.loads(zlib.decompress(base64.b64decode(data)))


def test_examples_come_back_from_the_page_as_they_were():
    model = small_model()
    found = read(embedded(model))
    assert [row[1] for row in found["examples"]] == [example.id for example in model.examples]
    assert [row[4] for row in found["examples"]] == [example.text for example in model.examples]
    outputs = [[answer[0] for answer in row[5]] for row in found["examples"]]
    assert outputs == [[answer.output for answer in example.answers] for example in model.examples]


def test_half_a_character_comes_back_as_it_was():
    example = replace(small_model(1).examples[0], text="half \ud83d of one")
    assert read(embedded(PageModel("x", ("a", "b"), 1, examples=(example,))))["examples"][0][4] == "half \ud83d of one"


def test_nothing_in_the_data_can_end_its_element(hostile):
    data = re.search(r'id="data">([^<]*)</script>', hostile)[1]
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", data)


def test_examples_of_one_id_have_keys_of_their_own():
    examples = [ShownExample("1", dataset, "ner", "", ()) for dataset in ("a", "b", "a", "")]
    assert keys_of(examples) == ["a/1", "b/1", "a/1 (2)", "1"]


def test_the_nearest_value_is_the_quantile():
    values = [float(n) for n in range(100)]
    assert [quantile(values, share) for share in (0, 0.5, 0.99, 1)] == [0.0, 50.0, 99.0, 99.0]


# -- from a prediction ----------------------------------------------------------------------------


def answer(task, gold, output, text=None):
    prediction = Prediction("1", "set", task, text, None, gold, (output,))
    (found,) = outcomes(prediction, PAPER)
    return shown_answer(prediction, output, found, PAPER, REWARDS[task], 3)


def test_a_hit_is_one_unit_at_the_place_of_gold():
    gold = Extraction(entities=(Entity("person", "Kevin", ((6, 11),)),))
    (unit,) = answer("ner", gold, '{"person": ["Kevin"]}', "Kevin Kevin").units
    assert (unit.error, unit.side, unit.mentions) == ("hit", "both", (Mention("", "Kevin", ((6, 11),)),))


def test_a_unit_of_another_type_is_shown_from_both_sides():
    gold = Extraction(entities=(Entity("person", "Kevin"),))
    one, two = answer("ner", gold, '{"place": ["Kevin"]}', "Thanks, Kevin.").units
    assert (one.type, one.error, one.side, one.note) == ("person", "type", "gold", "predicted place")
    assert (two.type, two.error, two.side, two.note) == ("place", "type", "pred", "gold person")


def test_a_mention_that_is_not_in_the_text_has_no_place():
    (unit,) = answer("ner", Extraction(), '{"person": ["Oslo"]}', "Thanks, Kevin.").units
    assert (unit.error, unit.mentions) == ("invented", (Mention("", "Oslo", ()),))


def test_a_mention_in_pieces_is_marked_in_all_of_them():
    gold = Extraction(entities=(Entity("drug", "vitamin D", ((0, 7), (14, 15))),))
    (unit,) = answer("ner", gold, "{}", "vitamin C and D").units
    assert unit.mentions[0].at == ((0, 7), (14, 15))


def test_a_mention_that_gold_has_twice_is_marked_twice():
    gold = Extraction(entities=(Entity("person", "Kevin", ((0, 5),)), Entity("person", "Kevin", ((6, 11),))))
    (unit,) = answer("ner", gold, '{"person": ["Kevin"]}', "Kevin Kevin").units
    assert unit.mentions[0].at == ((0, 5), (6, 11))


def test_a_relation_has_a_head_and_a_tail():
    gold = Extraction(relations=(Relation("made in", "clock", "Ghent"),))
    (unit,) = answer("re", gold, '{"made in": [["clock", "Ghent"]]}', "a clock from Ghent").units
    assert unit.mentions == (Mention("head", "clock", ((2, 7),)), Mention("tail", "Ghent", ((13, 18),)))


def test_exchanged_mentions_are_named_in_the_note():
    gold = Extraction(relations=(Relation("made in", "clock", "Ghent"),))
    one, _ = answer("re", gold, '{"made in": [["Ghent", "clock"]]}', "a clock from Ghent").units
    assert (one.error, one.note) == ("reversed", "predicted Ghent → clock")


EVENTS = Extraction(
    events=(
        Event("attack", "fired", (Argument("Agent", "troops"), Argument("Target", "the tower"))),
        Event("arrest", "held", (Argument("Agent", "police"),)),
    )
)
STORY = "troops fired at the tower, police held and questioned them"


def test_groups_say_which_answers_which_and_what_they_share():
    output = {
        "attack": [{"trigger": "fired at", "arguments": [["Agent", "troops"]]}],
        "travel": [{"trigger": "questioned", "arguments": []}],
    }
    found = answer("ee", EVENTS, json.dumps(output), STORY)
    assert found.groups == (
        Group("attack", "fired", "fired at", 1),
        Group("arrest", "held", None, 0),
        Group("travel", None, "questioned", 0),
    )


def test_units_of_events_stand_in_their_groups():
    output = {"attack": [{"trigger": "fired", "arguments": [["Agent", "troops"], ["Place", "tower"]]}]}
    found = answer("ee", EVENTS, json.dumps(output), STORY)
    placed = {(unit.type, unit.mentions[0].text, unit.side): unit.group for unit in found.units}
    assert placed == {
        ("attack", "fired", "both"): 0,
        ("Agent", "troops", "both"): 0,
        ("Target", "the tower", "gold"): 0,
        ("Place", "tower", "pred"): 0,
        ("arrest", "held", "gold"): 1,
        ("Agent", "police", "gold"): 1,
    }


def test_an_answer_holds_the_reward_of_its_output():
    gold, output = {"person": ["Kevin"]}, 'So: {"person": ["Kevin", "Oslo"]}'
    found = answer("ner", Extraction(entities=(Entity("person", "Kevin"),)), output, "Thanks, Kevin.")
    score = REWARDS["ner"].score(gold, output, "Thanks, Kevin.")
    assert (found.reward, dict(found.terms)) == (score.value, score.terms)
    assert (found.status, found.rungs, found.f1) == ("recovered", ("prose",), pytest.approx(2 / 3))


def test_units_that_were_given_without_a_text_have_no_reward():
    gold = Extraction(entities=(Entity("person", "Kevin"),))
    found = answer("ner", gold, gold, "Thanks, Kevin.")
    assert (found.output, found.reward, found.terms, found.f1) == (None, None, (), 1.0)


# -- of many --------------------------------------------------------------------------------------

KEYS = [("ner", "set", str(n)) for n in range(50)]


def test_few_examples_are_all_chosen():
    assert list(chosen(KEYS, 50)) == KEYS


def test_of_many_examples_some_are_chosen_in_their_order():
    found = list(chosen(KEYS, 20))
    assert len(found) == 20
    assert found == [key for key in KEYS if key in found]


def test_the_choice_depends_on_the_seed_alone():
    assert list(chosen(KEYS, 20, 1)) == list(chosen(KEYS, 20, 1)) != list(chosen(KEYS, 20, 2))


def test_rewards_are_collected_of_all_and_answers_of_the_wanted():
    gold = Extraction(entities=(Entity("person", "Kevin"),))
    rows = [Prediction(str(n), "set", "ner", "Kevin", None, gold, ("{}", "no")) for n in range(3)]
    found = Collector(PAPER, REWARDS, frozenset({("ner", "set", "1")}))(rows)
    assert len(found.rewards["ner"]) == len(found.terms["ner", "pair_f1"]) == 6
    assert list(found.answers) == [("ner", "set", "1")]
