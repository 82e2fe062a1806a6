"""Articles of CASIE, cut into sentences."""

import importlib.util
import sys

import pytest

from sfr import Argument, Event
from sfr.data.layouts import RowSource
from sfr.data.layouts.casie import casie

pytestmark = pytest.mark.skipif(importlib.util.find_spec("sentencex") is None, reason="the data extra is not installed")

TEXT = "Yesterday Acme Inc. lost mail. Thieves asked for coins. Nobody paid.  "


def words(text, *, moved=0):
    start = TEXT.index(text) + moved
    return {"index": "T1", "text": text, "startOffset": start, "endOffset": start + len(text)}


def filler(role, text, **options):
    return {**words(text, **options), "role": {"type": role}, "type": "Thing"}


def event(kind, nugget, *fillers):
    return {
        "index": "E1",
        "type": "Attack",
        "subtype": kind,
        "realis": "Actual",
        "nugget": nugget,
        "argument": [*fillers],
    }


def article(*events, **changes):
    row = {
        "content": TEXT,
        "sourcefile": "77.txt",
        "info": {"date": "2018_05_03", "type": "text", "link": ""},
        "cyberevent": {"hopper": [{"index": "H1", "events": [one]} for one in events]},
    }
    return {**row, **changes}


def read(row, **options):
    source = RowSource(rows=[row])
    return list(casie(source, **options)), source.problems


def sentences(*events, **options):
    found, problems = read(article(*events), **options)
    assert problems == []
    return found


def flaws(*events):
    return [(flaw.code, flaw.message) for found in sentences(*events) for flaw in found.flaws]


LOST = event("Databreach", words("lost"), filler("Victim", "Acme Inc."), filler("Compromised-Data", "mail"))
ASKED = event("Ransom", words("asked"), filler("Attacker", "Thieves"))


# -- sentences --------------------------------------------------------------------------------


def test_every_sentence_is_found_with_and_without_events():
    assert [(found.text, len(found.gold.events)) for found in sentences(LOST)] == [
        ("Yesterday Acme Inc. lost mail.", 1),
        ("Thieves asked for coins.", 0),
        ("Nobody paid.", 0),
    ]


def test_sentences_are_numbered_and_grouped_by_article_and_its_date():
    assert [(found.id, found.group) for found in sentences(LOST)] == [
        ("77-1", "2018_05_03-77"),
        ("77-2", "2018_05_03-77"),
        ("77-3", "2018_05_03-77"),
    ]


@pytest.mark.parametrize("info", [{}, {"date": ""}])
def test_an_article_without_a_date_is_grouped_by_its_number(info):
    found, _ = read(article(info=info))
    assert found[0].group == "77"


def test_offsets_are_those_of_the_sentence():
    assert sentences(ASKED)[1].gold.events == (
        Event("Ransom", "asked", (Argument("Attacker", "Thieves", ((0, 7),)),), ((8, 13),)),
    )


def test_sentences_that_a_trigger_joins_are_one():
    found = sentences(event("Ransom", words("mail. Thieves asked")), ASKED)
    assert [(row.text, len(row.gold.events)) for row in found] == [
        ("Yesterday Acme Inc. lost mail. Thieves asked for coins.", 2),
        ("Nobody paid.", 0),
    ]


def test_events_are_in_the_order_of_their_triggers():
    found = sentences(event("Ransom", words("mail")), LOST)
    assert [one.trigger for one in found[0].gold.events] == ["lost", "mail"]


def test_an_event_may_have_no_arguments():
    bare = event("Databreach", words("lost"))
    del bare["argument"]
    assert sentences(bare)[0].gold.events[0].arguments == ()


def test_arguments_outside_the_sentence_of_their_trigger_are_left_out():
    found = sentences(event("Ransom", words("asked"), filler("Victim", "Acme Inc."), filler("Price", "coins")))
    assert [argument.text for argument in found[1].gold.events[0].arguments] == ["coins"]


@pytest.mark.parametrize("outside", ["Acme Inc.", "mail. Thieves", "Nobody paid"])
def test_an_argument_that_is_left_out_is_a_flaw(outside):
    assert flaws(event("Ransom", words("asked"), filler("Victim", outside))) == [
        ("lost-argument", f"Victim {outside!r} is outside the sentence of 'asked'")
    ]


def test_lines_within_a_sentence_stay_as_they_are():
    found, _ = read(article(content="  Acme\nlost mail.\n\nNobody paid.\n"))
    assert [row.text for row in found] == ["Acme\nlost mail.", "Nobody paid."]


def test_offsets_count_characters_and_not_bytes():
    nugget = {"text": "lost", "startOffset": 8, "endOffset": 12}
    found, _ = read(article(event("Databreach", nugget), content="Åå… 🌊. It lost."))
    assert [one.trigger_at for row in found for one in row.gold.events] == [((3, 7),)]


def test_half_of_a_surrogate_pair_moves_no_offsets():
    nugget = {"text": "lost", "startOffset": 8, "endOffset": 12}
    found, problems = read(article(event("Databreach", nugget), content="Ab\ud800. It lost."))
    assert ([row.text for row in found], problems) == (["Ab\ud800.", "It lost."], [])


# -- whole articles ---------------------------------------------------------------------------


def test_an_article_can_be_read_whole():
    (found,) = sentences(LOST, ASKED, level="document")
    assert (found.text, found.id, len(found.gold.events)) == (TEXT.rstrip(), "77", 2)


def test_a_whole_article_keeps_all_arguments():
    (found,) = sentences(event("Ransom", words("asked"), filler("Victim", "Acme Inc.")), level="document")
    assert (found.gold.events[0].arguments, found.flaws) == ((Argument("Victim", "Acme Inc.", ((10, 19),)),), ())


# -- offsets ----------------------------------------------------------------------------------


@pytest.mark.parametrize("moved", [-2, -1, 1, 2])
def test_offsets_that_are_off_by_a_little_are_mended(moved):
    found = sentences(event("Ransom", words("asked", moved=moved), filler("Attacker", "Thieves", moved=moved)))
    assert found[1].gold == sentences(ASKED)[1].gold


def test_mended_offsets_are_a_flaw():
    assert flaws(event("Ransom", words("asked", moved=1))) == [
        ("shifted-offsets", "'asked' is said to be at 40-45 of the article, and is at 39-44")
    ]


def test_an_end_that_is_wrong_is_mended():
    assert flaws(event("Ransom", {**words("asked"), "endOffset": 43})) == [
        ("shifted-offsets", "'asked' is said to be at 39-43 of the article, and is at 39-44")
    ]


def test_white_space_around_words_is_no_part_of_them():
    found = sentences(event("Ransom", words(" asked ")))
    assert (found[1].gold.events[0].trigger, found[1].gold.events[0].trigger_at) == ("asked", ((8, 13),))


def test_white_space_around_words_is_no_flaw():
    assert flaws(event("Ransom", words(" asked "))) == []


@pytest.mark.parametrize("moved", [-3, 3])
def test_offsets_that_are_off_by_more_are_kept(moved):
    found = sentences(event("Ransom", words("asked", moved=moved)))
    assert found[1].gold.events[0].trigger_at == ((8 + moved, 13 + moved),)


def test_a_trigger_that_is_not_in_the_article_joins_no_sentences():
    nugget = {"text": "stolen", "startOffset": 25, "endOffset": 60}
    found = sentences(event("Databreach", nugget))
    assert [(row.text, len(row.gold.events)) for row in found][:2] == [
        ("Yesterday Acme Inc. lost mail.", 1),
        ("Thieves asked for coins.", 0),
    ]


@pytest.mark.parametrize(("start", "number"), [(-5, 0), (10_000, 2)])
def test_a_trigger_outside_the_article_belongs_to_the_nearest_sentence(start, number):
    nugget = {"text": "stolen", "startOffset": start, "endOffset": start + 6}
    found = sentences(event("Databreach", nugget))
    assert [len(row.gold.events) for row in found] == [int(n == number) for n in range(3)]


def test_a_trigger_without_text_keeps_its_offsets():
    found = sentences(event("Databreach", {"text": "", "startOffset": 20, "endOffset": 20}))
    assert found[0].gold.events == (Event("Databreach", "", (), ((20, 20),)),)


# -- what is not as it must be ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"content": TEXT}, "expected a field `sourcefile`, found none"),
        (article(content=" \n"), "expected a text at content, found none"),
        (article(cyberevent=None), "expected `object` at cyberevent, found `null`"),
        (
            article(event("Ransom", {"text": "asked", "startOffset": "39", "endOffset": 44})),
            "expected `int` at cyberevent.hopper[0].events[0].nugget.startOffset, found `str`",
        ),
        (
            article(event("Ransom", words("asked"), words("coins"))),
            "expected a field `role` at cyberevent.hopper[0].events[0].argument[0], found none",
        ),
    ],
)
def test_an_article_that_is_not_as_it_must_be_is_noted(row, message):
    assert read(row) == ([], [(1, message)])


def test_another_level_is_refused():
    with pytest.raises(ValueError, match=r"^level: expected sentence or document, found 'paragraph'$"):
        casie(RowSource(rows=[]), level="paragraph")


def test_without_sentencex_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentencex", None)
    with pytest.raises(ValueError, match=r"takes sentencex: python -m pip install 'sfr\[data\]'$"):
        read(article(LOST))
