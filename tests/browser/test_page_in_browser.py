"""The page of a report as a reader has it: in a browser."""

import re
import time

import pytest

from sfr.reports.page.model import FATE_OF
from tests.browser.models import CLOSING, IMAGE, SCRIPT

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True}


def _ids(window):
    """The ids of all examples that are found, from the first page of them to the last."""
    return window.evaluate("""() => {
      const found = [];
      for (;;) {
        found.push(...[...document.querySelectorAll(".card h3")].map((one) => one.textContent));
        const next = [...document.querySelectorAll("#pager button")].find((one) => one.textContent === "Next");
        if (next.disabled) return found;
        next.click();
      }
    }""")


def _go(window, view):
    """Follow a link to a view."""
    window.evaluate(
        """(view) => new Promise((done) => {
          addEventListener("hashchange", () => setTimeout(done), { once: true });
          location.hash = view;
        })""",
        view,
    )


def _until(window, condition):
    """Wait until an expression is true; what waits within the page is barred by its policy."""
    ends = time.monotonic() + 10
    while not window.evaluate(condition):
        assert time.monotonic() < ends, f"not in time: {condition}"
        window.wait_for_timeout(20)


def _wanted(model, fits):
    return [example.id for example in model.examples if fits(example)]


def _some(fits):
    """Whether some answer of an example fits."""
    return lambda example: any(map(fits, example.answers))


def _has(answer, kind=None, error=None):
    return any(kind in {None, unit.type} and error in {None, unit.error} for unit in answer.units)


# -- what is found ------------------------------------------------------------------------------

VIEWS = {
    "set=set+1": lambda x: x.dataset == "set 1",
    "task=re": lambda x: x.task == "re",
    "type=made+in": _some(lambda a: _has(a, "made in")),
    "error=missed": _some(lambda a: _has(a, error="missed")),
    "error=role%2Bboundary": _some(lambda a: _has(a, error="role+boundary")),
    "type=person&error=hit": _some(lambda a: _has(a, "person", "hit")),
    "status=unparsable": _some(lambda a: a.status == "unparsable"),
    "min=0": _some(lambda a: a.reward >= 0),
    "min=-0.5&max=0.25": _some(lambda a: -0.5 <= a.reward <= 0.25),
    "system=ours&status=ok": lambda x: x.answers[1].status == "ok",
    "system=base&error=spurious&max=0": lambda x: _has(x.answers[0], error="spurious") and x.answers[0].reward <= 0,
    "q=x1": lambda x: "x1" in x.id,
    "q=GHENT+sail": lambda x: "ghent sail" in x.text.lower(),
    "q=expected+a+json": _some(lambda a: a.problems),
    "set=set+0&task=ee&status=recovered": lambda x: (
        x.dataset == "set 0" and x.task == "ee" and any(a.status == "recovered" for a in x.answers)
    ),
    "type=nothing": lambda x: False,
    "set=elsewhere": lambda x: False,
}


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_finds_exactly_the_examples_that_it_asks_for(small, kept, view):
    model, _ = small
    _go(kept, view)
    assert _ids(kept) == _wanted(model, VIEWS[view])


def test_a_view_is_there_from_the_start(small, opened):
    model, path = small
    with opened(path, "task=re") as window:
        assert _ids(window) == _wanted(model, VIEWS["task=re"])


def test_without_a_view_all_examples_are_there_in_their_order(small, kept):
    model, _ = small
    _go(kept, "sort=")
    assert _ids(kept) == [example.id for example in model.examples]


ORDERS = {
    "reward": lambda x: min(a.reward for a in x.answers),
    "-reward": lambda x: -max(a.reward for a in x.answers),
    "f1": lambda x: min(a.f1 for a in x.answers),
    "-f1": lambda x: -max(a.f1 for a in x.answers),
    "-length": lambda x: -max(a.length for a in x.answers),
    "-apart": lambda x: -abs(round(x.answers[0].reward - x.answers[1].reward, 6)),
}


@pytest.mark.parametrize("order", ORDERS)
def test_an_order_sorts_and_leaves_equals_as_they_were(small, kept, order):
    model, _ = small
    _go(kept, f"sort={order}")
    assert _ids(kept) == [x.id for x in sorted(model.examples, key=lambda x: round(ORDERS[order](x), 6))]


def test_choices_say_how_many_examples_they_leave(small, kept):
    model, _ = small
    _go(kept, "set=set+0")
    said = kept.eval_on_selector_all("select[name=task] option", "all => all.map((one) => one.textContent)")
    assert f"ner ({len(_wanted(model, lambda x: x.dataset == 'set 0' and x.task == 'ner'))})" in said


def test_the_form_filters_and_writes_the_address(small, opened):
    model, path = small
    with opened(path) as window:
        window.select_option("select[name=status]", "unparsable")
        window.select_option("select[name=error]", "missed")
        _until(window, "location.hash.includes('error=missed')")
        fits = _some(lambda a: a.status == "unparsable" and _has(a, error="missed"))
        assert "status=unparsable" in window.evaluate("location.hash")
        assert _ids(window) == _wanted(model, fits)


def test_typing_searches(small, opened):
    model, path = small
    with opened(path) as window:
        window.fill("input[name=q]", "lantern river")
        _until(window, "location.hash.includes('lantern')")
        assert _ids(window) == _wanted(model, lambda x: "lantern river" in x.text)


def test_clearing_takes_all_filters_away(small, opened):
    model, path = small
    with opened(path, "task=re&q=river&min=0") as window:
        window.click("button[type=reset]")
        _until(window, "document.getElementById('active').textContent === ''")
        assert len(_ids(window)) == len(model.examples)


def test_a_number_of_a_table_leads_to_its_examples(small, opened):
    model, path = small
    with opened(path) as window:
        window.locator("#errors a").first.click()
        _until(window, "location.hash.includes('error=hit')")
        fits = lambda x: x.dataset == "set 0" and _has(x.answers[0], error="hit")  # noqa: E731
        assert _ids(window) == _wanted(model, fits)


def test_a_link_to_an_example_opens_the_page_that_it_is_on(small, opened):
    _, path = small
    with opened(path, "id=set+1%2Fx45") as window:
        assert window.evaluate("document.activeElement.dataset.key") == "set 1/x45"
        assert "41–60 shown" in window.text_content("#count")


def test_the_title_of_a_card_links_to_it_within_the_view(small, opened):
    _, path = small
    with opened(path, "task=ee&sort=reward") as window:
        window.locator(".card h3 a").nth(2).click()
        key = window.locator(".card").nth(2).get_attribute("data-key")
        _until(window, "location.hash.includes('id=')")
        assert window.evaluate("document.activeElement.dataset.key") == key
        assert "task=ee" in window.evaluate("location.hash")


# -- keys ---------------------------------------------------------------------------------------


def test_j_and_k_go_through_the_cards_and_over_pages(small, opened):
    _, path = small
    with opened(path) as window:
        for _ in range(21):
            window.keyboard.press("j")
        assert window.evaluate("document.activeElement.dataset.key") == "set 0/x20"
        window.keyboard.press("k")
        assert window.evaluate("document.activeElement.dataset.key") == "set 1/x19"


def test_a_slash_begins_a_search_and_letters_in_it_are_text(small, opened):
    _, path = small
    with opened(path) as window:
        window.keyboard.press("/")
        window.keyboard.type("jolk")
        assert window.input_value("input[name=q]") == "jolk"


def test_o_opens_the_outputs_and_l_takes_the_labels_away(small, opened):
    _, path = small
    with opened(path) as window:
        window.keyboard.press("o")
        window.keyboard.press("l")
        assert window.locator("details.output[open]").count() == 40
        assert window.locator(".text .label:visible").count() == 0


# -- what is shown ------------------------------------------------------------------------------


def test_every_placed_mention_is_marked_with_its_words_and_its_fate(small, opened):
    model, path = small
    with opened(path, "task=ner&system=base&status=ok") as window:
        example = next(
            x for x in model.examples if x.task == "ner" and x.answers[0].status == "ok" and x.answers[0].units
        )
        marked = window.locator(f".card[data-key='{example.dataset}/{example.id}'] mark")
        found = {(mark.text_content(), mark.get_attribute("class").split()[0]) for mark in marked.all()}
        assert found == {(unit.mentions[0].text, FATE_OF[unit.error]) for unit in example.answers[0].units}


def test_a_mention_without_a_place_is_listed(kept):
    _go(kept, "task=re&q=r")
    assert kept.locator(".unit .unplaced", has_text="nowhere").count() > 0


def test_systems_stand_side_by_side(kept):
    _go(kept, "task=ner&q=e")
    one, two = (answer.bounding_box() for answer in kept.locator(".card").first.locator(".answer").all())
    assert one["y"] == two["y"]
    assert one["x"] + one["width"] <= two["x"]


def test_a_view_of_one_system_shows_its_answers_alone(kept):
    _go(kept, "system=ours")
    assert kept.locator(".card").first.locator(".answer").count() == 1


def test_terms_are_signed_bars_and_sum_to_the_reward(small, kept):
    model, _ = small
    _go(kept, "system=base")
    rows = kept.locator(".card").first.locator(".terms tr td:last-child:not(.noughts)").all_text_contents()
    total = sum(float(value.replace("\N{MINUS SIGN}", "-")) for value in rows)
    assert total == pytest.approx(model.examples[0].answers[0].reward, abs=0.002)


# -- text stays text ----------------------------------------------------------------------------


def test_no_text_of_others_becomes_markup(kept_hostile):
    assert kept_hostile.evaluate("window.hacked") is None
    assert kept_hostile.locator("img").count() == 0
    assert kept_hostile.locator("script").count() == 2


@pytest.mark.parametrize(
    "where", ["h1", "h3 a", ".tag", "pre", ".problems li", ".called", ".mention", "#types th a", "figure title"]
)
def test_markup_in_a_text_is_shown_as_it_was_written(kept_hostile, where):
    text = kept_hostile.locator(where).first.evaluate("(one) => one.textContent")
    assert all(part in text for part in (SCRIPT, IMAGE, CLOSING, "{{ 7 * 7 }}"))


@pytest.mark.parametrize("where", ["h1", ".text", "pre", ".problems li", "h3 a", ".signature", "select[name=type]"])
def test_what_turns_or_hides_text_is_shown_by_its_number(kept_hostile, where):
    text = kept_hostile.locator(where).last.evaluate("(one) => one.textContent")
    assert not re.search("[\u202e\u0007\x1b\u2028]", text)
    assert re.search(r"U\+202E|\\u202e", text)


# -- frame --------------------------------------------------------------------------------------


def test_the_page_holds_all_sections(kept):
    shown = kept.eval_on_selector_all("main > section", "all => all.map((one) => one.id)")
    assert shown == ["overview", "types", "errors", "rewards", "lengths", "reading", "examples"]


def test_every_drawing_says_what_it_shows(kept):
    labels = kept.eval_on_selector_all("figure svg", "all => all.map((one) => one.getAttribute('aria-label'))")
    assert len(labels) == 12
    assert all(labels)


def test_a_phone_has_nothing_to_scroll_sideways(small, opened):
    _, path = small
    with opened(path, **PHONE) as window:
        for view in ("task=ner", "task=re", "task=ee", "id=set+1%2Fx45"):
            _go(window, view)
            assert window.evaluate("document.documentElement.scrollWidth") <= 360


def test_even_hostile_text_leaves_a_phone_its_width(hostile, opened):
    with opened(hostile, **PHONE) as window:
        assert window.evaluate("document.documentElement.scrollWidth") <= 360


def _ground(window):
    return window.evaluate("getComputedStyle(document.body).backgroundColor")


def test_the_page_and_its_drawings_are_dark_where_the_reader_likes_it_dark(small, opened):
    _, path = small
    ink = "getComputedStyle(document.querySelector('figure svg text')).fill"
    with opened(path, color_scheme="light") as light, opened(path, color_scheme="dark") as dark:
        assert (_ground(light), light.evaluate(ink)) == ("rgb(251, 250, 247)", "rgb(29, 31, 34)")
        assert (_ground(dark), dark.evaluate(ink)) == ("rgb(22, 24, 27)", "rgb(232, 230, 225)")


def test_the_button_turns_the_light_off_and_on(small, opened):
    _, path = small
    with opened(path) as window:
        light = _ground(window)
        window.click("#theme")
        dark = _ground(window)
        window.click("#theme")
        assert (dark != light, _ground(window)) == (True, light)


def test_it_prints_light_with_its_filtered_examples_and_no_controls(small, opened):
    model, path = small
    with opened(path, "task=re", color_scheme="dark") as window:
        window.emulate_media(media="print")
        window.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert window.locator(".card").count() == len(_wanted(model, lambda x: x.task == "re"))
        assert window.locator("details.output[open]").count() == 2 * window.locator(".card").count()
        assert not window.locator("#form").is_visible()
        assert _ground(window) == "rgb(251, 250, 247)"
        window.evaluate("dispatchEvent(new Event('afterprint'))")
        assert window.locator(".card").count() == 20


def test_it_prints_to_paper(small, opened):
    _, path = small
    with opened(path, "task=re&q=x1") as window:
        paper = window.pdf(format="A4")
        assert paper.startswith(b"%PDF")
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) > 3


# -- size ---------------------------------------------------------------------------------------


def test_ten_thousand_examples_are_fluent(large, opened, record_property):
    began = time.perf_counter()
    with opened(large) as window:
        loaded = time.perf_counter() - began
        times = {}
        for view in ("type=person", "error=missed", "q=copper+river", "sort=reward"):
            window.evaluate("performance.clearMeasures()")
            _go(window, view)
            times[view] = window.evaluate("performance.getEntriesByName('filter')[0].duration")
        record_property("seconds to load", loaded)
        record_property("milliseconds to filter", times)
        assert loaded < 30
        assert max(times.values()) < 2_000
        assert "10,000" in window.text_content("#count")
