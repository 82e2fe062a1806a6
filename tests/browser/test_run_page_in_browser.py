"""The page of runs as a reader has it: in a browser."""

import pytest

from sfr.evaluation.signatures import Signature
from sfr.evaluation.systems import golds_of
from sfr.pipeline.comparisons import setup_for
from sfr.pipeline.results import results_of
from sfr.reports.pipeline.contents import contents_of
from sfr.reports.pipeline.page import run_page
from tests.pipeline.synthetic import examples, write_run


@pytest.fixture(scope="module")
def run_file(browser, tmp_path_factory):
    """The page of two seeds with everything that a page can hold."""
    folder = tmp_path_factory.mktemp("runs")
    results = results_of([write_run(folder / f"seed-{seed}", seed=seed, rows=examples(4)) for seed in (0, 1)])
    contents = contents_of(results, setup_for(results, draws=50, seed=0, level=0.95))
    path = folder / "page.html"
    path.write_text(run_page(contents, Signature(contents.setup, *golds_of(results.first))), "utf-8")
    return path


def test_every_link_of_the_bar_leads_to_a_section(run_file, opened):
    with opened(run_file) as window:
        links = window.evaluate("[...document.querySelectorAll('.bar a')].map((one) => one.hash)")
        assert len(links) == 9
        assert window.evaluate("(links) => links.every((one) => document.querySelector('section' + one))", links)


def test_a_page_of_runs_is_no_wider_than_a_phone(run_file, opened):
    with opened(run_file, viewport={"width": 360, "height": 740}, is_mobile=True) as window:
        assert window.evaluate("document.documentElement.scrollWidth") == 360


def test_the_tables_of_the_paper_are_seen_whole_on_a_wide_screen(run_file, opened):
    with opened(run_file, viewport={"width": 1280, "height": 900}) as window:
        for section in ("ablation", "rewards", "stages"):
            hidden = f"(() => {{ const box = document.querySelector('#{section} .scroll'); return box.scrollWidth - box.clientWidth; }})()"
            assert window.evaluate(hidden) == 0, section


def test_the_button_makes_page_and_charts_dark_and_light_again(run_file, opened):
    look = "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('#training path[stroke^=var]')).stroke]"
    with opened(run_file) as window:
        light = window.evaluate(look)
        window.click("#theme")
        dark = window.evaluate(look)
        window.click("#theme")
        assert window.evaluate(look) == light
    assert all(one != other for one, other in zip(light, dark, strict=True))


def test_other_ways_of_exploration_unfold(run_file, opened):
    with opened(run_file) as window:
        assert not window.is_visible("text=Reward, de_re.coarse-apart")
        window.click("#training summary")
        assert window.is_visible("text=Reward, de_re.coarse-apart")
