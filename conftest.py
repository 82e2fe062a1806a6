"""Runs the examples of README.md and of docs/ as tests."""

from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser

# A `python` block runs as it stands, or as a doctest when it shows prompts; blocks of a page share their names.
# `<!-- skip: next -->` above a block leaves it out.
pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["README.md", "docs/**/*.md"],
).pytest()
