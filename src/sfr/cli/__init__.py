"""The command line: a module a command, loaded when it is asked for."""

from __future__ import annotations

import click

from sfr._version import __version__
from sfr.cli._lazy import Commands

__all__ = ["main"]

_MODULES = {
    "score": "sfr.cli._score",
    "explain": "sfr.cli._explain",
    "evaluate": "sfr.cli._evaluate",
    "rerun": "sfr.cli._rerun",
    "report": "sfr.cli._report",
    "extract": "sfr.cli._extract",
    "generate": "sfr.cli._generate",
    "losses": "sfr.cli._losses",
    "pipeline": "sfr.cli.pipeline",
    "recipes": "sfr.cli._recipes",
    "doctor": "sfr.cli._doctor",
    "serve": "sfr.cli._serve",
    "samples": "sfr.cli._samples",
    "data": "sfr.cli.data",
}
_EXTRAS = {
    "evaluate": "eval",
    "rerun": "eval",
    "report": "report",
    "extract": "extract",
    "generate": "generate",
    "losses": "extract",
    "pipeline": "pipeline",
    "doctor": "data",
    "serve": "serve",
}


@click.group(cls=Commands, modules=_MODULES, extras=_EXTRAS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sfr")
def main() -> None:
    """Rewards and metrics for training language models to extract entities, relations and events.

    \b
    Start with
      sfr samples -o samples.jsonl
      sfr score samples.jsonl -o scores.jsonl --by kind
      sfr explain samples.jsonl --id re-01/partial
      sfr evaluate samples.jsonl
      sfr report samples.jsonl -o report.html
    """
