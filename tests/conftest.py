"""Hypothesis profiles, and the corpora that may lie beside the project."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every run of CI, so that it fails for a change and not by chance; new ones elsewhere.
settings.register_profile("dev", deadline=None, derandomize="CI" in os.environ)
settings.register_profile("ci", deadline=None, max_examples=1_000, derandomize=True)
settings.register_profile("fast", deadline=None, max_examples=10)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = Path(os.environ.get("SFR_SHARED_DATA") or ROOT.parent / "shared" / "data")
"""Corpora too large, or not ours, to ship; a checkout works without them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the tests that read the corpora when there are none."""
    if SHARED_DATA.is_dir():
        return
    skip = pytest.mark.skip(reason="no corpora: set SFR_SHARED_DATA to their folder")
    for item in items:
        if "shared_data" in getattr(item, "fixturenames", ()) or item.get_closest_marker("shared_data"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the corpora; a test that asks for it is left out when there is none."""
    return SHARED_DATA
