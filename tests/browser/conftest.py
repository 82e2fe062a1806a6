"""A browser for pages, and an eye on all that goes wrong in it.

Where there is no Chromium or no playwright these tests are left out, unless SFR_NEED_BROWSER is set;
SFR_CHROMIUM names a browser that is not found by itself.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sfr.reports.page import PageModel, page
from tests.browser.models import hostile_model, large_model, small_model

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def _leave_out(why):
    if os.environ.get("SFR_NEED_BROWSER"):
        pytest.fail(f"{why}, and SFR_NEED_BROWSER is set")
    pytest.skip(why)


@pytest.fixture(scope="module")
def browser():
    """Chromium without a window.

    It is closed before other modules run: while it is open, an event loop runs in this thread.
    """
    path = os.environ.get("SFR_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        _leave_out("no Chromium: set SFR_CHROMIUM to one")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _leave_out("no playwright")
    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Callable[[PageModel, str], Path]:
    """Writes a page and says where it is."""
    folder = tmp_path_factory.mktemp("pages")

    def write(model: PageModel, name: str) -> Path:
        path = folder / f"{name}.html"
        path.write_text(page(model), "utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def small(browser, written):
    """The model of a small page, and its file."""
    model = small_model()
    return model, written(model, "small")


@pytest.fixture(scope="module")
def hostile(browser, written):
    """The file of a page in which every text tries to be more than text."""
    return written(hostile_model(), "hostile")


@pytest.fixture(scope="module")
def large(browser, written):
    """The file of a page of 10,000 examples."""
    return written(large_model(), "large")


@pytest.fixture(scope="module")
def kept(small, opened):
    """A window with the small page, for many views."""
    with opened(small[1]) as window:
        yield window


@pytest.fixture(scope="module")
def kept_hostile(hostile, opened):
    """A window with the hostile page."""
    with opened(hostile) as window:
        yield window


@pytest.fixture(scope="module")
def opened(browser):
    """Opens a page in a window of its own; errors, warnings and requests fail the test."""

    @contextmanager
    def open_page(path: Path, view: str = "", **options) -> Iterator:
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **options})
        window = context.new_page()
        faults: list[str] = []
        window.on("console", lambda message: faults.append(f"{message.type}: {message.text}"))
        window.on("pageerror", lambda error: faults.append(str(error)))
        window.on("request", lambda request: faults.append(request.url) if _leaves(request.url, path) else None)
        window.goto(f"{path.as_uri()}#{view}")
        window.wait_for_selector("html[data-ready]")
        yield window
        context.close()
        assert faults == []

    return open_page


def _leaves(url: str, path: Path) -> bool:
    """Whether a request is for anything but the page itself and what stands in it."""
    return url.partition("#")[0] != path.as_uri() and not url.startswith(("data:", "blob:"))
