"""What the tests of adapters share."""

import json
import os
import secrets

import pytest

from sfr.libraries import version_of

# Ray listens on all addresses of a machine; nobody but these tests knows their token. It is read when Ray is
# imported for the first time, so it stands here.
os.environ.setdefault("RAY_AUTH_MODE", "token")
os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))


def truth_of(row):
    """The ground truth of a row of the sample, written by hand and not by the exporter."""
    return json.dumps({"task": row["task"], "text": row["text"], "gold": row["gold"], "schema": row["schema"]})


def broken():
    """What models have written, and worse."""
    return [
        "",
        " \n",
        "null",
        "{",
        '{"person": ["Kevin"',
        "<think>",
        "<think>hm</think>",
        "</think>{}",
        "\ud800",
        "\x00",
        "[" * 5_000,
        '{"a":' * 3_000,
        "NaN",
        '{"a": 1e999}',
        "x" * 100_001,
        '{"person": ["Kevin"]} ' * 50,
    ]


def installed(distribution):
    """Whether a library is there."""
    return version_of(distribution) is not None


def needs(convention):
    """Marks for a case of an adapter: what takes a library to be called is left out where that is missing."""
    missing = [name for name in convention.needs if not installed(name)]
    return [pytest.mark.skip(reason=f"takes {', '.join(missing)}")] if missing else []
