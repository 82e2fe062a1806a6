"""Servers that tests share."""

import pytest

import sfr
from tests.serving.asking import served, within


@pytest.fixture(scope="module")
def app():
    """The application within this process, under small bounds."""
    with within(sfr.grader(), body=200_000, batch=64) as found:
        yield found


@pytest.fixture(scope="module")
def server():
    """A running command under its defaults."""
    with served() as found:
        yield found
